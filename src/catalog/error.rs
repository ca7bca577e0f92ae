//! What can be wrong with a catalog: with its bytes, or with what is to become bytes.
//!
//! That something is not in a catalog is no error; it is an absent view.

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
    /// Its bytes are not those that were written.
    #[error("the catalog file is damaged: its checksum is wrong")]
    Checksum,
    /// The string section is not UTF-8.
    #[error("the texts of the catalog file are not UTF-8")]
    NotText,
}

/// Why contents do not make a catalog.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// There are more of something than the layout can count.
    #[error("too many {0} for a catalog file")]
    TooMany(&'static str),
    /// A number does not fit its field.
    #[error("the {what} of {of} does not fit in a catalog file")]
    TooLarge {
        /// The field.
        what: &'static str,
        /// Whose field it is.
        of: String,
    },
    /// Two records have the same name.
    #[error("{0:?} is there twice")]
    Twice(String),
    /// A name, a count or a size that has to be there is empty or 0.
    #[error("{of:?} has no {what}")]
    Missing {
        /// What is not there.
        what: &'static str,
        /// Of what.
        of: String,
    },
    /// An offering is of a type that the catalog does not have.
    #[error("{region} offers {instance_type:?}, which is not among the types")]
    UnknownType {
        /// The region.
        region: String,
        /// The type.
        instance_type: String,
    },
    /// An offering is in a zone that its region does not have.
    #[error("{instance_type} is offered in {zone:?}, which is not a zone of {region}")]
    UnknownZone {
        /// The region.
        region: String,
        /// The type.
        instance_type: String,
        /// The zone.
        zone: String,
    },
}
