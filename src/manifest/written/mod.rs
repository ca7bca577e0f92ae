//! The keys of `deployment.yaml` and `config.yaml`: what may be written, and what each key means.
//!
//! Said once: these types read the files, are the JSON Schema of editors, and the reference of `docs/deployment.md`. What
//! older spellings mean is known elsewhere, as is whether what is written makes sense together.

pub mod config;
pub mod deployment;
pub mod kinds;
pub mod reference;
pub mod schema;

pub use config::ConfigFile;
pub use deployment::DeploymentFile;
