//! Sessions of `find`: which machine, where, at what price. Only what is asked of an account needs the lab.

mod blocks;
mod capacity;
mod default_region;
mod errors;
mod filters;
mod formats;
mod history;
mod questions;
mod quota_requests;
mod quotas;
mod reservations;
mod scores;
mod words;
