//! Whether the account's quota of vCPUs has room for a machine.
//!
//! What is launched into a reservation or a block is charged to none. A limit or a usage that is not known is no verdict,
//! but for a limit that is too small whatever is used.

use super::{Check, Finding, Fix, Sought};
use crate::catalog::quota_class::{FamilyClass, VcpuQuota};
use crate::model::Market;
use crate::provision::plan::Candidate;
use crate::provision::world::World;
use crate::provision::world::looks::{Look, Looks, QuotaFigures};

/// The quota that machines of a type are charged to in a market, where there is one.
#[must_use]
pub fn charged_to(instance_type: &str, market: Market) -> Option<&'static VcpuQuota> {
    FamilyClass::of_type(instance_type)?.quota(market)
}

pub(super) fn finding(candidate: &Candidate, world: &World, count: u32) -> Finding {
    of(&Sought::from(candidate), &world.looks, count)
}

pub(super) fn of(sought: &Sought<'_>, looks: &Looks, count: u32) -> Finding {
    let Sought { instance_type, region, market, .. } = *sought;
    if matches!(market, Market::Reservation | Market::CapacityBlock) {
        return Finding::ok(Check::Quota, format!("a {market} is charged to none"));
    }
    let Some(quota) = charged_to(instance_type, market) else {
        return Finding::unknown(
            Check::Quota,
            format!("which quota {instance_type} is charged to is not known"),
        );
    };
    let figures = match looks.quota(region, quota).map(|look| &look.figures) {
        None | Some(Look::NotAsked) => return Finding::unknown(Check::Quota, "nobody looked"),
        Some(Look::Unknown { because }) => return Finding::unknown(Check::Quota, because),
        Some(Look::Known(figures)) => *figures,
    };
    let name = named(quota);
    let Some(vcpus) = sought.vcpus else {
        return Finding::unknown(Check::Quota, format!("the vCPUs of {instance_type} are not known"));
    };
    let wanted = u64::from(vcpus).saturating_mul(u64::from(count));
    let QuotaFigures { limit, used } = figures;
    match used {
        _ if u64::from(limit) < wanted => {
            let detail = format!("it takes {wanted} vCPUs, and the limit of {name} is {limit}");
            Finding::fix(Check::Quota, detail, vec![ask_for_more(sought, count)])
        }
        Some(used) if u64::from(used).saturating_add(wanted) > u64::from(limit) => {
            let detail = format!("it takes {wanted} vCPUs, and {used} of the {limit} of {name} are used");
            let end = Fix::command("end a machine", format!("cloudkit launch list --region {region}"));
            Finding::fix(Check::Quota, detail, vec![end, ask_for_more(sought, count)])
        }
        Some(used) => {
            Finding::ok(Check::Quota, format!("{wanted} vCPUs; {used} of the {limit} of {name} are used"))
        }
        None => Finding::unknown(
            Check::Quota,
            format!("{wanted} of the {limit} vCPUs of {name}; how many of them are used is not known"),
        ),
    }
}

fn named(quota: &VcpuQuota) -> String {
    let code = quota.code.map_or_else(String::new, |code| format!(" ({code})"));
    format!("{} {}{code}", quota.class, quota.market)
}

fn ask_for_more(sought: &Sought<'_>, count: u32) -> Fix {
    let market = if sought.market == Market::Spot { " --market spot" } else { " --market on-demand" };
    let count = if count > 1 { format!(" --count {count}") } else { String::new() };
    Fix::command(
        "ask AWS for more",
        format!(
            "cloudkit find quotas --instance-type {}{count}{market} --region {} --request",
            sought.instance_type, sought.region
        ),
    )
}
