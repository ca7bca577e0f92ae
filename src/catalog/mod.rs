//! What AWS sells: instance types, the regions and zones that offer them, and what an hour of them costs on demand.
//!
//! One file is compiled in ([`Catalog::embedded`]) and read in place: no parsing, nothing allocated for a type,
//! nothing asked of a network. It is built by `cargo xtask catalog` from pinned packages, and
//! `embedded.provenance.json` beside it says from which. A price that is not known is absent; each price that is
//! known carries its source and its date. Nothing here looks at an account or at the present moment.
//!
//! A file of the same layout can be made at run time ([`encode()`]) and read back ([`Catalog::read`]).

pub mod contents;
mod decode;
mod encode;
mod error;
mod instance_type;
mod kinds;
mod layout;
mod nearest;
pub mod quota_class;
mod reader;
mod region;
#[cfg(test)]
mod tests;

/// Regions of AWS that the embedded catalog's packages say nothing of: machines can be had there, and what and for how much
/// is not known here. <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>
pub const REGIONS_WITHOUT_DATA: [&str; 9] = [
    "ap-east-2",
    "ap-southeast-6",
    "ap-southeast-7",
    "cn-north-1",
    "cn-northwest-1",
    "eusc-de-east-1",
    "mx-central-1",
    "us-gov-east-1",
    "us-gov-west-1",
];

pub use contents::CatalogContents;
pub use encode::encode;
pub use error::{CatalogError, EncodeError};
pub use instance_type::InstanceType;
pub use kinds::{Device, DeviceKind, Disk, DiskKind, EbsPerformance, Feature};
pub use nearest::nearest;
pub use reader::Catalog;
pub use region::{InterruptionRate, Offering, Price, Region, Source};
