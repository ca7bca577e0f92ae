//! What the account has for the machines of an app folder: whether their types are offered, and whether its quotas have room.
//!
//! The checks are those of a launch; nothing is planned or made.

use super::prepared::nothing_but_machines;
use crate::catalog::InstanceType;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::launch::preflight;
use crate::deployment::share::{Place, share_out};
use crate::deployment::wishes;
use crate::discovery::account::quotas::Freshness;
use crate::manifest::placement::{Placement, RegionPlacement};
use crate::manifest::{Fault, Severity};
use crate::model::Money;
use crate::provision::preflight::{Check, Finding, Fix, Sought, State, of_account};
use crate::provision::wish::{Wish, WishedMachine};

/// What is found of a kind of machine in a region.
struct OfMachine {
    named: String,
    findings: Vec<Finding>,
}

/// Asks the account. What one kind of machine lacks is a warning where another one can be had, else an error.
pub(super) async fn faults(context: &Context<'_>, placement: &Placement) -> Result<Vec<Fault>, CommandError> {
    let session = context.asking_session().await?;
    if let Some(first) = placement.regions.first() {
        // Who may not ask anything at all is told so, and not region by region.
        session.caller(&first.region).await?;
    }
    let mut machines = Vec::new();
    for (region, count) in shares(context, placement) {
        let wish = wishes::wish(placement, region, count, &nothing_but_machines(&placement.name))?;
        let looks = preflight::look(context, &wish, &session, context.catalog(), Freshness::Now).await;
        machines.extend(of_wish(context, &wish, |sought| of_account(sought, &looks, count).to_vec()));
    }
    Ok(told(&machines))
}

/// How many machines each region gets, by the prices of the catalog.
fn shares<'p>(context: &Context<'_>, placement: &'p Placement) -> Vec<(&'p RegionPlacement, u32)> {
    let price = |region: &RegionPlacement| -> Option<Money> {
        let machine = wishes::candidates(&placement.market, region).into_iter().next()?;
        let offering =
            context.catalog().region(region.region.as_str())?.offering(machine.instance_type.as_str())?;
        Some(offering.price(machine.market, machine.os)?.amount)
    };
    let places: Vec<Place> =
        placement.regions.iter().map(|region| Place::of(region, price(region))).collect();
    let shares = share_out(placement.count, placement.spread, &places);
    let of_share = |region: &RegionPlacement| shares.iter().find(|share| share.region == region.region);
    placement.regions.iter().filter_map(|region| Some((region, of_share(region)?.count))).collect()
}

fn of_wish(context: &Context<'_>, wish: &Wish, look: impl Fn(&Sought<'_>) -> Vec<Finding>) -> Vec<OfMachine> {
    let of_machine = |machine: &WishedMachine| {
        let instance_type = machine.instance_type.as_str();
        let known = context.catalog().instance_type(instance_type);
        let sought = Sought {
            instance_type,
            region: machine.region.as_str(),
            zone: None,
            market: machine.market,
            vcpus: known.and_then(InstanceType::vcpus),
        };
        let named = format!("{instance_type} in {}, {}", machine.region, machine.market);
        OfMachine { named, findings: look(&sought) }
    };
    wish.candidates.iter().map(of_machine).collect()
}

fn told(machines: &[OfMachine]) -> Vec<Fault> {
    let is_out = |one: &OfMachine| one.findings.iter().any(|finding| finding.state == State::Fix);
    let severity = if machines.iter().all(is_out) { Severity::Error } else { Severity::Warning };
    let fault = |named: &str, finding: &Finding| {
        let message = format!("{named}: {}", finding.detail);
        let rule = if finding.check == Check::Quota { "quota" } else { "offering" };
        let fault = match finding.state {
            State::Ok => return None,
            State::Unknown => Fault::note(rule, message),
            State::Fix => Fault { severity, ..Fault::error(rule, message) },
        };
        let hints: Vec<String> = finding.fix.iter().map(Fix::hint).collect();
        Some(if hints.is_empty() { fault } else { fault.hint(hints.join("; ")) })
    };
    machines
        .iter()
        .flat_map(|one| one.findings.iter().filter_map(|finding| fault(&one.named, finding)))
        .collect()
}
