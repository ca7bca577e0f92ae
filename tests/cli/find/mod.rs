//! Sessions of `find`: which machine, where, at what price. No account, no network, no lab, but for quotas.

mod default_region;
mod errors;
mod filters;
mod formats;
mod questions;
mod quota_requests;
mod quotas;
mod words;
