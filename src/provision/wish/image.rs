//! What a machine starts from, and the volumes that it has, as they were wished.
//!
//! Which image that comes to, and what fits it, is the plan's to find out.

use crate::model::Volume;
use crate::provision::image::ImageKind;

/// What the machine starts from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ImageWish {
    /// What fits the type.
    #[default]
    Fitting,
    /// An image by its name.
    Kind(ImageKind),
    /// An image by its id.
    Id {
        /// `ami-…`.
        ami: String,
        /// The user that its keys are for, where that was said.
        login_user: Option<String>,
    },
}

impl ImageWish {
    /// The image's id, where it was named by one.
    #[must_use]
    pub fn ami(&self) -> Option<&str> {
        match self {
            Self::Id { ami, .. } => Some(ami),
            Self::Fitting | Self::Kind(_) => None,
        }
    }
}

/// The volumes of the machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VolumesWish {
    /// The size of the root volume in GiB; the image's own where nothing was said.
    pub root_gib: Option<u32>,
    /// What it has besides.
    pub data: Vec<Volume>,
}
