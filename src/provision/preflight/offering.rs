//! Whether EC2 offers the type in the region, and in the zone where one is asked for.
//!
//! That it is offered says nothing of whether there is room.

use super::{Check, Finding, Fix, Sought};
use crate::provision::plan::Candidate;
use crate::provision::world::World;
use crate::provision::world::looks::{Look, Looks};

pub(super) fn finding(candidate: &Candidate, world: &World) -> Finding {
    of(&Sought::from(candidate), &world.looks)
}

pub(super) fn of(sought: &Sought<'_>, looks: &Looks) -> Finding {
    let Sought { instance_type, region, zone, .. } = *sought;
    let offerings = match looks.offerings.get(region) {
        None | Some(Look::NotAsked) => return Finding::unknown(Check::Offering, "nobody looked"),
        Some(Look::Unknown { because }) => return Finding::unknown(Check::Offering, because),
        Some(Look::Known(offerings)) => offerings,
    };
    let elsewhere =
        || Fix::command("see where it is", format!("cloudkit find search {instance_type} --region all"));
    let Some(zones) = offerings.get(instance_type).filter(|zones| !zones.is_empty()) else {
        let detail = format!("EC2 does not offer {instance_type} in {region}");
        return Finding::fix(Check::Offering, detail, vec![elsewhere()]);
    };
    // A zone by its name is the account's own, and the offerings are by id.
    let missing = zone.filter(|zone| zone.contains("-az") && !zones.iter().any(|other| other == zone));
    if let Some(zone) = missing {
        let detail = format!("EC2 does not offer {instance_type} in {zone}: {} have it", zones.join(", "));
        let other = Fix { what: format!("name another zone: --zone {}", zones.join(",")), command: None };
        return Finding::fix(Check::Offering, detail, vec![other]);
    }
    Finding::ok(Check::Offering, format!("EC2 offers it in {}", zones.join(", ")))
}
