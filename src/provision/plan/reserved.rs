//! Machines in capacity that the account holds: which reservation or capacity block, and whether it can be used now.
//!
//! A block that has not begun is not waited for, and none is bought.

use super::Candidate;
use super::planner::{Planner, Reason};
use crate::aws::types::capacity::{CapacityReservation, ReservationKind, ReservationState};
use crate::model::{Market, Span};
use crate::provision::wish::{WishedMachine, WishedReservation};
use crate::provision::world::RegionWorld;

/// EC2 begins to end the machines of a capacity block that long before its end.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-blocks-how.html>
const BLOCK_CLEARED: Span = Span::from_seconds(30 * 60);
/// What EC2 calls the platform of all images that are not billed on top.
const LINUX: &str = "Linux/UNIX";

/// A place that is held.
pub(super) struct Held {
    id: String,
    zone: Option<String>,
    ends_by: Option<jiff::Timestamp>,
}

/// What to type where another reservation may do.
const SEE_HELD: &str = "see what is held: cloudkit find capacity --reservations --region all";

impl Held {
    /// The candidate that takes it.
    pub(super) fn candidate(self, like: &Candidate) -> Candidate {
        Candidate { zone: self.zone, reservation: Some(self.id), ends_by: self.ends_by, ..like.clone() }
    }
}

impl Planner<'_> {
    /// The places for a machine that the account holds: that of the reservation that was named, or all that fit.
    pub(super) fn held(&self, machine: &WishedMachine, region: &RegionWorld) -> Result<Vec<Held>, Reason> {
        match &machine.reservation {
            Some(WishedReservation::Named(id)) => {
                let one = region.reservations.iter().find(|one| one.id == *id);
                let one = one.ok_or_else(|| Reason {
                    reason: format!("the account holds no reservation {id} in {}", machine.region),
                    hints: vec![SEE_HELD.to_owned()],
                })?;
                let place = self.place(machine, one).map(|held| vec![held]);
                place.map_err(|reason| match reason.hints.as_slice() {
                    [] => Reason { hints: vec![SEE_HELD.to_owned()], ..reason },
                    _ => reason,
                })
            }
            Some(WishedReservation::Any) => {
                let held = region.reservations.iter().filter_map(|one| self.place(machine, one).ok());
                let held: Vec<Held> = held.collect();
                if held.is_empty() { Err(self.none_held(machine, region)) } else { Ok(held) }
            }
            None => Err(none_named(machine)),
        }
    }

    /// The place that a reservation has for a machine, or why it has none.
    fn place(&self, machine: &WishedMachine, one: &CapacityReservation) -> Result<Held, Reason> {
        let id = &one.id;
        kind_fits(machine, one)?;
        let wanted = machine.instance_type.as_str();
        if one.instance_type != wanted {
            return Err(Reason {
                reason: format!("{id} is for {}, not for {wanted}", one.instance_type),
                hints: vec![format!("launch that: --instance-type {}", one.instance_type)],
            });
        }
        let in_zone =
            |zone: &String| Some(zone) == one.zone_id.as_ref() || Some(zone) == one.zone_name.as_ref();
        if let (Some(zone), false) =
            (&one.zone_id, machine.zones.is_empty() || machine.zones.iter().any(in_zone))
        {
            return Err(format!("{id} is in {zone}, not in {}", machine.zones.join(" or ")).into());
        }
        // What an image of somebody's own is billed as, EC2 knows.
        if self.wish.image.ami().is_none() && one.platform != LINUX {
            return Err(format!("{id} is for {}, and this image is {LINUX}", one.platform).into());
        }
        usable(one)?;
        if one.available == Some(0) {
            let total = one.total.map_or_else(String::new, |total| format!(": 0 of {total} places are free"));
            return Err(format!("{id} has no room{total}").into());
        }
        Ok(Held { id: id.clone(), zone: one.zone_id.clone(), ends_by: self.block_end(one)? })
    }

    /// When EC2 ends the machines of a block.
    fn block_end(&self, one: &CapacityReservation) -> Result<Option<jiff::Timestamp>, Reason> {
        let Some(end) = one.ends_at.filter(|_| one.kind == ReservationKind::Block) else { return Ok(None) };
        let cleared = jiff::SignedDuration::from_secs(BLOCK_CLEARED.seconds().cast_signed());
        let ends_by = end.checked_sub(cleared).unwrap_or(end);
        if ends_by <= self.world.now {
            let id = &one.id;
            return Err(format!("{id} ends at {end}, and EC2 ends its machines half an hour before").into());
        }
        Ok(Some(ends_by))
    }

    fn none_held(&self, machine: &WishedMachine, region: &RegionWorld) -> Reason {
        let wanted = machine.instance_type.as_str();
        let alike = region.reservations.iter().filter(|one| one.instance_type == wanted);
        let why: Vec<String> =
            alike.filter_map(|one| self.place(machine, one).err()).map(|reason| reason.reason).collect();
        let why = if why.is_empty() { String::new() } else { format!(": {}", why.join("; ")) };
        Reason {
            reason: format!("no reservation of the account has room for it{why}"),
            hints: vec![SEE_HELD.to_owned()],
        }
    }
}

/// Where EC2 is to be told a reservation, and none is known.
pub(super) fn none_named(machine: &WishedMachine) -> Reason {
    Reason {
        reason: format!("a {} is launched into by its id, and none is given", machine.market),
        hints: vec![SEE_HELD.to_owned()],
    }
}

fn kind_fits(machine: &WishedMachine, one: &CapacityReservation) -> Result<(), Reason> {
    let id = &one.id;
    match (machine.market, one.kind) {
        (Market::CapacityBlock, ReservationKind::Ordinary) => Err(Reason {
            reason: format!("{id} is a reservation, not a capacity block"),
            hints: vec![format!("launch into it: --use-reservation {id}")],
        }),
        (Market::Reservation, ReservationKind::Block) => Err(Reason {
            reason: format!("{id} is a capacity block"),
            hints: vec![format!("launch into it: --capacity-block {id}")],
        }),
        _ => Ok(()),
    }
}

fn usable(one: &CapacityReservation) -> Result<(), Reason> {
    let id = &one.id;
    match &one.state {
        ReservationState::Active => Ok(()),
        ReservationState::Ended => Err(format!("{id} is over").into()),
        ReservationState::Coming(state) => Err(match one.starts_at {
            Some(at) => format!("{id} is {state}: it starts at {at}").into(),
            None => format!("{id} is {state}, and when it starts is not known").into(),
        }),
    }
}

/// The deadline of a launch into capacity blocks alone is no later than EC2's own end of their machines.
pub(super) fn deadline(
    wished: Option<jiff::Timestamp>,
    candidates: &[Candidate],
    notes: &mut Vec<String>,
) -> Option<jiff::Timestamp> {
    let beyond = |end: jiff::Timestamp| wished.is_none_or(|deadline| end < deadline);
    for candidate in candidates {
        if let (Some(end), Some(id)) = (candidate.ends_by.filter(|end| beyond(*end)), &candidate.reservation)
        {
            notes.push(format!("EC2 ends the machines of {id} at {end}, half an hour before the block ends"));
        }
    }
    notes.dedup();
    let ends: Option<Vec<_>> = candidates.iter().map(|candidate| candidate.ends_by).collect();
    let first_end = ends.and_then(|ends| ends.into_iter().min());
    match first_end.filter(|end| beyond(*end)) {
        Some(end) => Some(end),
        None => wished,
    }
}
