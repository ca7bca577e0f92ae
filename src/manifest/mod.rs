//! From an app folder to what is deployed: how it is found, read and judged, and the bundle that machines fetch.
//!
//! Nothing here asks AWS or changes a machine: `deployment` does the one, `apply` the other.

pub mod bundle;
pub mod check;
mod convention;
pub mod deployment;
mod document;
pub mod fault;
pub mod find;
pub mod folder;
pub mod load;
mod older;
pub mod paths;
pub mod placement;
pub mod places;
pub mod scaffold;
pub mod secret;
mod settings;
pub mod templates;
pub mod unit;
pub mod written;
pub mod yaml;

pub use deployment::Deployment;
pub use fault::{Fault, Place, Severity};
pub use find::Found;
pub use load::{Loaded, load};
pub use paths::{FolderPath, MachinePath, Mode, Owner};
pub use placement::Placement;
pub use places::{Places, Thing};
pub use secret::{SecretFrom, SecretSource};
pub use templates::Template;
