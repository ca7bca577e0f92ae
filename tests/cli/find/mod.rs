//! Sessions of `find`: which machine, where, at what price. Only what is asked of an account needs the lab.

#[cfg(feature = "aws")]
mod blocks;
#[cfg(feature = "aws")]
mod capacity;
mod catalog;
mod compare;
mod default_region;
mod errors;
mod filters;
mod formats;
#[cfg(feature = "aws")]
mod history;
#[cfg_attr(not(feature = "net"), expect(dead_code, reason = "some lists are for those who fetch them"))]
pub(crate) mod lists;
mod questions;
#[cfg(feature = "aws")]
mod quota_check;
#[cfg(feature = "aws")]
mod quota_requests;
#[cfg(feature = "aws")]
mod quotas;
mod refresh;
mod refresh_dates;
mod refresh_files;
mod refresh_folder;
#[cfg(feature = "net")]
mod refresh_network;
mod regions;
#[cfg(feature = "aws")]
mod reservations;
#[cfg(feature = "aws")]
mod scores;
mod show;
#[cfg(feature = "aws")]
mod slow_regions;
mod sort;
mod spot_prices;
mod words;
