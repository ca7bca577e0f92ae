//! What AWS sells: instance types, the regions and zones that offer them, and what an hour of them costs on demand.
//!
//! One file is compiled in ([`Catalog::embedded`]) and read in place: no parsing, nothing allocated for a type,
//! nothing asked of a network. It is built by `cargo xtask catalog` from pinned packages, and
//! `embedded.provenance.json` beside it says from which. A price that is not known is absent; each price that is
//! known carries its source and its date. Nothing here looks at an account or at the present moment.
//!
//! A file of the same layout can be made at run time ([`encode()`]) and read back ([`Catalog::read`]).

pub mod age;
pub mod cache;
pub mod contents;
pub mod coverage;
mod decode;
mod encode;
mod error;
pub mod feeds;
mod instance_type;
mod kinds;
mod layout;
mod nearest;
mod overlay;
pub mod overview;
pub mod quota_class;
mod reader;
pub mod refresh;
mod region;
pub mod region_name;
#[cfg(test)]
mod tests;

pub use contents::CatalogContents;
pub use encode::encode;
pub use error::{CatalogError, EncodeError};
pub use instance_type::InstanceType;
pub use kinds::{Device, DeviceKind, Disk, DiskKind, EbsPerformance, Feature};
pub use nearest::nearest;
pub use overlay::{FEED, Laid, ListedFacts, Overlay};
pub use reader::Catalog;
pub use region::{InterruptionRate, Offering, Price, Region, Source};
