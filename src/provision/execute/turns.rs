//! Whose turn it is: the plan's candidates that are still to be asked, in the order that refusals leave.
//!
//! A candidate is passed over where an earlier refusal holds for it too. Zones that EC2 itself recommends come next: as
//! the plan's own candidates there, or, where the zone was left to EC2, as the same candidate in that zone. Nothing else is
//! ever asked for that the plan does not name.

use std::collections::{HashSet, VecDeque};

use crate::aws::types::capacity::Zone;
use crate::aws::{Reach, Refusal};
use crate::catalog::quota_class::{FamilyClass, VcpuQuota};
use crate::model::Market;
use crate::provision::plan::{Candidate, Plan, Refused};

/// What comes next.
#[derive(Debug)]
pub(super) enum Turn {
    /// This one is asked for, or these by one request.
    Ask(Vec<Candidate>),
    /// This one would be refused too.
    PassOver(Refused),
}

/// The candidates whose turn is still to come.
#[derive(Debug)]
pub(super) struct Turns {
    waiting: VecDeque<Candidate>,
    /// Each refusal that may hold for others, and whom it was told.
    refusals: Vec<(Candidate, Reach)>,
    /// The requests that there were, by their tokens.
    tokens: HashSet<String>,
}

impl Turns {
    pub(super) fn of(plan: &Plan) -> Self {
        let waiting = plan.candidates.iter().cloned().collect();
        Self { waiting, refusals: Vec::new(), tokens: HashSet::new() }
    }

    pub(super) fn next(&mut self) -> Option<Turn> {
        let candidate = self.waiting.pop_front()?;
        let earlier = self.refusals.iter().find(|(refused, reach)| holds(*reach, refused, &candidate));
        if let Some((refused, reach)) = earlier {
            let why = format!("not asked for: {}", why(*reach, refused));
            return Some(Turn::PassOver(candidate.refused_for(None, why)));
        }
        self.tokens.insert(candidate.client_token.clone());
        let fleet = candidate.fleet.clone();
        let mut together = vec![candidate];
        let goes_along = |other: &mut Candidate| fleet.is_some() && other.fleet == fleet;
        while let Some(other) = self.waiting.pop_front_if(goes_along) {
            together.push(other);
        }
        Some(Turn::Ask(together))
    }

    /// Whether nobody is left to ask.
    pub(super) fn are_over(&self) -> bool {
        let would_be_asked = |candidate: &Candidate| {
            !self.refusals.iter().any(|(refused, reach)| holds(*reach, refused, candidate))
        };
        !self.waiting.iter().any(would_be_asked)
    }

    /// Takes note of a refusal; `zones` are those that EC2 recommends. Hands back the zones that come next because of it.
    pub(super) fn refused(
        &mut self,
        candidate: &Candidate,
        refusal: &Refusal,
        zones: &[Zone],
    ) -> Vec<String> {
        self.refusals.push((candidate.clone(), refusal.reach));
        if candidate.reservation.is_some() {
            return Vec::new();
        }
        let mut next = Vec::new();
        // The last is put in front first, so that they come in EC2's order.
        for zone in zones.iter().rev() {
            let planned = self.waiting.iter().position(|other| alike(candidate, other) && is_in(other, zone));
            let variant = match (planned.and_then(|place| self.waiting.remove(place)), &candidate.zone) {
                (Some(planned), _) => Some(planned),
                // The zone was chosen: by whoever wished, or by the plan for its subnet.
                (None, Some(_)) => None,
                (None, None) => self.in_zone(candidate, zone),
            };
            if let Some(variant) = variant {
                next.insert(0, zone.id.clone());
                self.waiting.push_front(variant);
            }
        }
        next
    }

    /// The same candidate in a zone, unless that was asked for already.
    fn in_zone(&self, candidate: &Candidate, zone: &Zone) -> Option<Candidate> {
        let client_token = format!("{}-{}", candidate.client_token, zone.id);
        let pinned = Candidate { zone: Some(zone.id.clone()), client_token, ..candidate.clone() };
        (!self.tokens.contains(&pinned.client_token)).then_some(pinned)
    }
}

/// Whether two candidates differ in their zones alone.
fn alike(one: &Candidate, other: &Candidate) -> bool {
    one.instance_type == other.instance_type
        && one.region == other.region
        && one.market == other.market
        && one.reservation == other.reservation
}

fn is_in(candidate: &Candidate, zone: &Zone) -> bool {
    candidate.zone.as_ref().is_some_and(|its| *its == zone.id || *its == zone.name)
}

/// Whether a refusal of one candidate is known to hold for another.
fn holds(reach: Reach, refused: &Candidate, other: &Candidate) -> bool {
    let same_place = refused.region == other.region && refused.zone == other.zone;
    match reach {
        Reach::Pool => alike(refused, other) && same_place,
        Reach::Zone => same_place && refused.instance_type == other.instance_type,
        // A zone that was chosen has one subnet; which one EC2 took where it chose is not known.
        Reach::Subnet => same_place && (refused.zone.is_some() || alike(refused, other)),
        Reach::Reservation => refused.region == other.region && refused.reservation == other.reservation,
        Reach::Quota => refused.region == other.region && share_a_quota(refused, other),
        Reach::Market => refused.market == other.market,
    }
}

fn share_a_quota(one: &Candidate, other: &Candidate) -> bool {
    let charged_as = |market| if market == Market::Reservation { Market::OnDemand } else { market };
    let quota = |candidate: &Candidate| -> Option<&'static VcpuQuota> {
        FamilyClass::of_type(&candidate.instance_type)?.quota(charged_as(candidate.market))
    };
    charged_as(one.market) == charged_as(other.market)
        && match (quota(one), quota(other)) {
            (Some(one), Some(other)) => one == other,
            _ => one.instance_type == other.instance_type,
        }
}

fn why(reach: Reach, refused: &Candidate) -> String {
    let Candidate { instance_type, market, .. } = refused;
    match reach {
        Reach::Pool => "the same was refused already".to_owned(),
        Reach::Zone => "this place was refused for the type already".to_owned(),
        Reach::Subnet => "its subnet has no free addresses".to_owned(),
        Reach::Reservation => "its reservation was refused already".to_owned(),
        Reach::Quota => format!("it is charged to the quota that refused {instance_type}"),
        Reach::Market => format!("{market} was refused to the account"),
    }
}

#[cfg(test)]
mod tests;
