//! The tags of what a launch makes.
//!
//! Those of how a machine ends are `ending`'s.

use crate::model::tag::{self, Tag};
use crate::provision::wish::deployment::DeploymentWish;
use crate::provision::world::World;

/// The tags of what serves a launch without being its machine.
#[must_use]
pub fn helper_tags(launch: &str) -> Vec<Tag> {
    vec![
        Tag::new(tag::MANAGED, "true"),
        Tag::new(tag::LAUNCH, launch),
        Tag::new(tag::PARENT, format!("launch:{launch}")),
        Tag::new(tag::VERSION, env!("CARGO_PKG_VERSION")),
    ]
}

/// The tags of a network and its parts, and of the deployment that has it to itself.
#[cfg(feature = "aws")]
pub(in crate::provision) fn network_tags(launch: &str, name: &str, deployment: Option<&str>) -> Vec<Tag> {
    let mut tags = vec![Tag::new(tag::NAME, name)];
    tags.extend(helper_tags(launch));
    tags.extend(deployment.map(|name| Tag::new(tag::DEPLOYMENT, name)));
    tags
}

/// The tags of a machine, its volumes and its interface, besides those of how it ends.
pub(super) fn tags(world: &World, launch: &str, name: &str, deadline: Option<jiff::Timestamp>) -> Vec<Tag> {
    let owner = tag::fitting(world.caller.short_name());
    let mut tags = vec![
        Tag::new(tag::NAME, name),
        Tag::new(tag::MANAGED, "true"),
        Tag::new(tag::LAUNCH, launch),
        Tag::new(tag::OWNER, owner),
        Tag::new(tag::VERSION, env!("CARGO_PKG_VERSION")),
    ];
    tags.extend(deadline.map(|at| Tag::new(tag::DEADLINE, at.to_string())));
    tags
}

/// What tells whose deployment's a machine is.
pub(super) fn of_deployment(of: &DeploymentWish) -> Tag {
    Tag::new(tag::DEPLOYMENT, of.name.clone())
}
