//! Sessions of `find`: which machine, where, at what price. No account, no network, no lab.

mod default_region;
mod errors;
mod formats;
mod questions;
