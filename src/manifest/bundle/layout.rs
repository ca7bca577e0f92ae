//! Where things lie in a bundle. The laptop that writes it and the machine that unpacks it go by this alone.
//!
//! Everything lies by the number of its item in the deployment, so that two uploads of one folder with other rules don't
//! meet; what an item is for is in the deployment.

/// The deployment itself, the first member.
pub const DEPLOYMENT: &str = "deployment.json";

/// The file or folder of an upload.
#[must_use]
pub fn upload(index: usize) -> String {
    format!("uploads/{index}")
}

/// An archive of the app folder.
#[must_use]
pub fn tarball(index: usize) -> String {
    format!("tarballs/{index}")
}

/// The file of a script.
#[must_use]
pub fn script(index: usize) -> String {
    format!("scripts/{index}")
}

/// The unit of a service.
#[must_use]
pub fn unit(index: usize) -> String {
    format!("services/{index}/unit")
}

/// A drop-in of a service, by its number among them.
#[must_use]
pub fn drop_in(service: usize, index: usize) -> String {
    format!("services/{service}/drop-ins/{index}")
}

/// A compose file.
#[must_use]
pub fn compose(index: usize) -> String {
    format!("compose/{index}")
}

/// A hook.
#[must_use]
pub fn hook(index: usize) -> String {
    format!("hooks/{index}")
}
