//! Where each thing of a deployment was written, so that whoever finds a fault in it later can say where.
//!
//! What is wrong with them is not known here.

use std::collections::BTreeMap;

use super::fault::Place;

/// A thing of a deployment or its placement, by its index there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// Of [`packages`](super::Deployment::packages).
    Package(usize),
    /// Of [`uploads`](super::Deployment::uploads).
    Upload(usize),
    /// Of [`tarballs`](super::Deployment::tarballs).
    Tarball(usize),
    /// Of [`scripts`](super::Deployment::scripts).
    Script(usize),
    /// Of [`services`](super::Deployment::services).
    Service(usize),
    /// Of [`compose`](super::Deployment::compose).
    Compose(usize),
    /// Of [`secrets`](super::Deployment::secrets).
    Secret(usize),
    /// Of [`health`](super::Deployment::health).
    Health(usize),
    /// Of [`hooks`](super::Deployment::hooks).
    Hook(usize),
    /// Of [`environment`](super::Deployment::environment).
    Variable(String),
    /// The template.
    Template,
    /// Of [`regions`](super::Placement::regions).
    Region(usize),
    /// Of the [`instance_types`](super::placement::RegionPlacement::instance_types) of a region.
    InstanceType(usize, usize),
    /// A key of the configuration, as it is written today.
    Setting(&'static str),
}

/// The places of things.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places(BTreeMap<Thing, Place>);

impl Places {
    /// Where a thing was written; nothing for what follows from something else.
    #[must_use]
    pub fn of(&self, thing: &Thing) -> Option<&Place> {
        self.0.get(thing)
    }

    /// Notes where a thing was written.
    pub fn note(&mut self, thing: Thing, place: Place) {
        self.0.insert(thing, place);
    }
}
