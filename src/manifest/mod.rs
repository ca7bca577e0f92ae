//! From an app folder to what is deployed: how it is found, read and judged, and the bundle that machines fetch.
//!
//! Nothing here asks AWS or changes a machine: `deployment` does the one, `apply` the other.

pub mod bundle;
pub mod check;
pub mod deployment;
pub mod fault;
pub mod paths;
pub mod placement;
pub mod scaffold;
pub mod templates;
pub mod unit;

pub use deployment::Deployment;
pub use fault::{Fault, Place, Severity};
pub use paths::{FolderPath, MachinePath, Mode, Owner};
pub use placement::Placement;
