//! Which candidates go together, as the pools of one fleet request, and what is made for that.
//!
//! Pure: candidates that stand next to each other in the order of the wish. Reservations and capacity blocks are asked for
//! by their ids, which is not a fleet's to do.

use serde::Serialize;

use super::{Candidate, Step};
use crate::model::{Market, Money};
use crate::provision::wish::count::{Count, name_of};

/// Several machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Several {
    /// How many are wanted.
    pub count: u32,
    /// With fewer there are to be none.
    pub min_count: u32,
    /// What each of them is called, where they were given names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

impl Several {
    /// What was wished, where that is more than one machine.
    pub(super) fn of(count: Count, name: Option<&str>) -> Option<Self> {
        let names = name.iter().flat_map(|name| {
            (1..=count.wanted).map(|number| name_of(name, number, count)).collect::<Vec<_>>()
        });
        count.is_several().then(|| Self {
            count: count.wanted,
            min_count: count.least,
            names: names.collect(),
        })
    }
}

/// Puts together what goes as one request: several machines, and several pools of the spot market even for one.
pub(super) fn put_together(
    candidates: Vec<Candidate>,
    count: Count,
    cost_limit: Option<Money>,
    launch: &str,
) -> Vec<Candidate> {
    let mut runs: Vec<Vec<Candidate>> = Vec::new();
    for candidate in candidates {
        match runs.last_mut() {
            Some(run) if goes_with(&run[0], &candidate) => run.push(candidate),
            _ => runs.push(vec![candidate]),
        }
    }
    let fleets = runs.into_iter().enumerate().flat_map(|(number, run)| {
        let several_pools = run.len() > 1 && run[0].market == Market::Spot;
        if can_be_a_fleet(&run[0]) && (count.is_several() || several_pools) {
            fleet_of(run, cost_limit, &format!("cloudkit-{launch}-f{number}"))
        } else {
            run
        }
    });
    fleets.collect()
}

/// One request, in which each pool is named once: EC2 refuses a fleet that names one twice.
fn fleet_of(run: Vec<Candidate>, cost_limit: Option<Money>, token: &str) -> Vec<Candidate> {
    let mut fleet: Vec<Candidate> = Vec::new();
    let mut templates: Vec<String> = Vec::new();
    for mut candidate in run {
        if fleet.iter().any(|other| is_same_pool(other, &candidate)) {
            continue;
        }
        let alike = fleet.iter().find(|other| start_alike(other, &candidate, cost_limit));
        let template = alike
            .and_then(Candidate::launch_template)
            .map_or_else(|| format!("{token}-{}", templates.len()), str::to_owned);
        if !templates.contains(&template) {
            templates.push(template.clone());
        }
        let region = candidate.region.clone();
        candidate.fleet = Some(token.to_owned());
        candidate.preparation.push(Step::MakeLaunchTemplate { region, template });
        fleet.push(candidate);
    }
    fleet
}

/// Whether machines of both are made from one template: their types and places are said of each pool. Under a limit of
/// cost a machine is told its price, which is in the template too.
fn start_alike(one: &Candidate, other: &Candidate, cost_limit: Option<Money>) -> bool {
    one.image.id == other.image.id
        && one.agent == other.agent
        && one.volumes == other.volumes
        && (cost_limit.is_none() || one.cost.usd_hour == other.cost.usd_hour)
}

fn goes_with(first: &Candidate, other: &Candidate) -> bool {
    can_be_a_fleet(first)
        && can_be_a_fleet(other)
        && first.region == other.region
        && first.market == other.market
        // Interfaces are said in the template or nowhere.
        && first.interface.is_some() == other.interface.is_some()
}

fn can_be_a_fleet(candidate: &Candidate) -> bool {
    matches!(candidate.market, Market::OnDemand | Market::Spot) && candidate.reservation.is_none()
}

fn is_same_pool(one: &Candidate, other: &Candidate) -> bool {
    one.instance_type == other.instance_type && one.zone == other.zone && one.subnet() == other.subnet()
}

impl Candidate {
    /// The launch template that it is made from, where it is one of a fleet.
    #[must_use]
    pub fn launch_template(&self) -> Option<&str> {
        self.preparation.iter().find_map(|step| match step {
            Step::MakeLaunchTemplate { template, .. } => Some(template.as_str()),
            _ => None,
        })
    }

    fn subnet(&self) -> Option<&str> {
        self.interface.as_ref()?.subnet.as_deref()
    }
}
