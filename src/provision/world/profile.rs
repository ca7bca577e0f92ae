//! An instance profile that was asked for, as it was read.
//!
//! What may not be read stays unknown, with the reason.

/// The profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileWorld {
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: RoleWorld,
}

/// What is known of a profile's role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleWorld {
    /// Its policies, in IAM's JSON.
    Policies(Vec<String>),
    /// The profile holds none.
    Missing,
    /// It may not be read.
    Unknown {
        /// Why not.
        because: String,
    },
}
