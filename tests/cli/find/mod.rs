//! Sessions of `find`: which machine, where, at what price. No account, no network, no lab.

mod catalog;
mod compare;
mod default_region;
mod errors;
mod formats;
mod lists;
mod questions;
mod refresh;
mod refresh_folder;
#[cfg(feature = "net")]
mod refresh_network;
mod regions;
mod show;
