//! Volumes and elastic addresses with our tags that nothing uses.
//!
//! Every volume of a machine of ours goes with it, so one that is left was detached, or was to stay: somebody may count on
//! what is in it. It is found here, and goes only where volumes are asked for by name.

use super::{Present, leftover};
use crate::aws::AwsError;
use crate::aws::ec2::Ec2;
use crate::aws::types::Machine;
use crate::aws::types::unused::{UnusedAddress, UnusedVolume};
use crate::model::RegionName;
use crate::model::tag::{self, Tag};
use crate::provision::cost;
use crate::provision::plan::planned_at;
use crate::provision::report::{Leftover, LeftoverKind};

/// What nothing uses, or why it is not known; who may look at machines may perhaps not look at these.
#[derive(Debug)]
pub(super) struct Unused {
    pub(super) volumes: Result<Vec<UnusedVolume>, AwsError>,
    pub(super) addresses: Result<Vec<UnusedAddress>, AwsError>,
}

/// Looks for them.
pub(super) async fn look(ec2: &Ec2) -> Unused {
    let (volumes, addresses) = tokio::join!(ec2.own_unused_volumes(), ec2.own_unused_addresses());
    Unused { volumes, addresses }
}

/// Those of launches whose machines have all ended, and what could not be looked at.
pub(super) fn left_over(
    unused: Unused,
    region: &RegionName,
    machines: &[Machine],
    present: Present<'_>,
) -> (Vec<Leftover>, Vec<(&'static str, AwsError)>) {
    let (mut found, mut unseen) = (Vec::new(), Vec::new());
    let forgotten = |tags: &[Tag]| is_forgotten(tags, machines, present);
    let of_launch =
        |kind, id: &str, tags: &[Tag]| leftover(kind, id, region, tag::value_of(tags, tag::LAUNCH));
    match unused.volumes {
        Ok(volumes) => found.extend(volumes.iter().filter(|one| forgotten(&one.tags)).map(|one| Leftover {
            gib: one.volume.as_ref().map(|volume| volume.gib),
            usd_hour: cost::volume(region.as_str(), String::new(), one.volume.as_ref()).usd_hour,
            ..of_launch(LeftoverKind::Volume, &one.id, &one.tags)
        })),
        Err(error) => unseen.push(("volumes", error)),
    }
    let usd_hour = cost::public_address(region.as_str()).usd_hour;
    match unused.addresses {
        Ok(addresses) => found.extend(
            addresses
                .iter()
                .filter(|one| forgotten(&one.tags))
                .map(|one| Leftover { usd_hour, ..of_launch(LeftoverKind::Address, &one.id, &one.tags) }),
        ),
        Err(error) => unseen.push(("addresses", error)),
    }
    (found, unseen)
}

/// Whether something is of a launch of ours of which no machine is left, and none is about to be made. While there is one,
/// also a stopped one, its owner may attach it again.
fn is_forgotten(tags: &[Tag], machines: &[Machine], present: Present<'_>) -> bool {
    let Some(launch) = tag::value_of(tags, tag::LAUNCH).filter(|launch| planned_at(launch).is_some()) else {
        return false;
    };
    let mut its = machines.iter().filter(|machine| machine.tag(tag::LAUNCH) == Some(launch)).peekable();
    if its.peek().is_some() {
        return its.all(|machine| machine.state.is_ended());
    }
    !present.may_be_under_way(Some(launch))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::types::MachineState;

    const LAUNCH: &str = "l-6500000000000001";

    fn machine(state: MachineState) -> Machine {
        Machine { state, tags: vec![Tag::new(tag::LAUNCH, LAUNCH)], ..Machine::default() }
    }

    #[test]
    fn what_a_machine_may_want_back_is_not_forgotten() {
        let now: jiff::Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let present = Present { now, over: &[] };
        let forgotten = |launch: &str, machines: &[Machine]| {
            is_forgotten(&[Tag::new(tag::LAUNCH, launch)], machines, present)
        };
        assert!(forgotten(LAUNCH, &[]));
        assert!(forgotten(LAUNCH, &[machine(MachineState::Terminated)]));
        for state in [MachineState::Running, MachineState::Stopped, MachineState::Pending] {
            assert!(!forgotten(LAUNCH, &[machine(MachineState::Terminated), machine(state)]), "{state}");
        }
        assert!(!forgotten(&format!("l-{:08x}00000001", now.as_second() - 60), &[]));
        assert!(!forgotten("mine", &[]));
        assert!(!is_forgotten(&[Tag::new(tag::MANAGED, "true")], &[], present));
    }
}
