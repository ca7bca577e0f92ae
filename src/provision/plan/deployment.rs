//! The deployment of a launch, as the plan shows and follows it.
//!
//! The machine is told of its bundle by a URL that is signed just before the request; here stands something in its place.

use serde::Serialize;

use crate::cloudinit::URL_PLACEHOLDER;
use crate::model::apply_request::{ApplyRequest, Place};
use crate::provision::wish::deployment::{DeploymentWish, NamedObject};

/// The deployment that machines are of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedDeployment {
    /// Its name.
    pub name: String,
    /// The SHA-256 of its bundle.
    pub sha256: String,
    /// How large the bundle is.
    pub bytes: u64,
    /// The name of the bundle in the account's bucket of each region.
    pub key: String,
    /// What machines fetch from other buckets, by URLs that are signed just before the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<NamedObject>,
}

impl PlannedDeployment {
    pub(super) fn of(wish: &DeploymentWish) -> Self {
        let DeploymentWish { name, sha256, bytes, objects, .. } = wish;
        Self {
            name: name.clone(),
            sha256: sha256.clone(),
            bytes: *bytes,
            key: wish.key(),
            objects: objects.clone(),
        }
    }
}

/// What the machine is told, before its URL is signed.
pub(super) fn unsigned(wish: &DeploymentWish) -> ApplyRequest {
    let place = || Place { url: URL_PLACEHOLDER.to_owned(), headers: Vec::new() };
    let objects = wish.objects.iter().map(|object| (object.address(), place())).collect();
    ApplyRequest { sha256: wish.sha256.clone(), bundle: vec![place()], objects, secrets: wish.secrets_path() }
}
