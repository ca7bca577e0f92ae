//! Sessions of `find`: which machine, where, at what price. No account, no network, no lab.

mod default_region;
mod errors;
mod filters;
mod formats;
mod questions;
mod words;
