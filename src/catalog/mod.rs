//! What AWS sells: instance types, the regions and zones that offer them, and what an hour of them costs on demand.
//!
//! One file is compiled in ([`Catalog::embedded`]) and read in place: no parsing, nothing allocated for a type, nothing
//! asked of a network. It is built by `cargo xtask catalog` from pinned packages, and `embedded.provenance.json`
//! beside it says from which. A price that is not known is absent; each price that is known carries its
//! source and its date. Nothing here looks at an account or at the present moment.
//!
//! A file of the same layout can be made at run time ([`encode`]) and read back ([`Catalog::read`]).

mod check;
pub mod contents;
pub mod encode;
mod instance_type;
mod kinds;
mod layout;
pub mod nearest;
mod reader;
mod region;
#[cfg(test)]
mod tests;

pub use contents::CatalogContents;
pub use encode::{EncodeError, encode};
pub use instance_type::InstanceType;
pub use kinds::{Device, DeviceKind, Disk, DiskKind, EbsPerformance, Feature};
pub use reader::Catalog;
pub use region::{Offering, Price, Region, Source};

/// Why bytes are not a catalog.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// They begin with something else.
    #[error("not a catalog file")]
    NotACatalog,
    /// Another version of cloudkit wrote them.
    #[error("a catalog file of version {found}; this cloudkit reads version {wanted}")]
    Version {
        /// The version of the file.
        found: u32,
        /// The only version that is read.
        wanted: u32,
    },
    /// A section ends behind the end of the file.
    #[error("the catalog file is cut short: its section {section:?} is not all there")]
    CutShort {
        /// The section.
        section: &'static str,
    },
    /// The string section is not UTF-8.
    #[error("the texts of the catalog file are not UTF-8")]
    NotText,
    /// A record leads nowhere or means nothing.
    #[error("record {record} in section {section:?} of the catalog file is damaged")]
    Damaged {
        /// The section.
        section: &'static str,
        /// The record's place in it.
        record: usize,
    },
    /// A section is out of order, so nothing could be found in it.
    #[error("section {section:?} of the catalog file is out of order")]
    Unsorted {
        /// The section.
        section: &'static str,
    },
}
