//! The region in force where no flag names one.
//!
//! What the environment and the AWS profile files say is [`crate::aws::region_in_force`]'s; the settings are said here.

pub(super) use crate::aws::region_in_force::InForce;

use super::context::Context;
use super::settings::Key;
use crate::aws::region_in_force;
use crate::catalog::Catalog;
use crate::discovery::{DiscoveryError, RegionSelection};
use crate::model::RegionName;

/// The region in force.
pub(super) fn in_force(context: &Context<'_>) -> InForce {
    let setting = context.settings.get(Key::Region);
    let setting = setting.map(|one| InForce { region: one.value.clone(), named_by: one.origin.to_string() });
    region_in_force::in_force(context.process, context.profile(), setting)
}

/// Refuses a region that is misspelt, before any call.
pub(super) fn known(catalog: &Catalog<'_>, region: &RegionName) -> Result<(), DiscoveryError> {
    RegionSelection::parse([region])?.names(catalog)?;
    Ok(())
}
