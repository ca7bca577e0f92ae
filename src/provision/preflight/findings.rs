//! Every finding about what a launch would launch, those of which nothing is the matter included.
//!
//! Who is asking, and what they may do, is not known here.

use super::{Check, Finding, Fix, machine, network, offering, quota, spot_role};
use crate::model::Market;
use crate::provision::plan::{Candidate, Refused};
use crate::provision::wish::{AgentWish, Wish};
use crate::provision::world::World;
use crate::provision::world::key::KnownKey;

/// The findings of a wish, of which these candidates and refusals came; `count` machines are wanted. Each is told once.
#[must_use]
pub fn findings(
    wish: &Wish,
    world: &World,
    candidates: &[Candidate],
    refused: &[Refused],
    count: u32,
) -> Vec<Finding> {
    let mut all = vec![key(&world.key)];
    all.extend(refused.iter().map(impossible));
    for candidate in candidates {
        let of_machine = [offering::finding(candidate, world), quota::finding(candidate, world, count)];
        all.extend(of_machine.into_iter().map(|finding| finding.of(machine(candidate))));
        all.push(image(candidate));
        all.extend((wish.agent == AgentWish::Installed).then(|| agent(candidate)));
        all.extend(wish.ending.hibernates().then(|| hibernation(candidate)));
    }
    if candidates.iter().any(|candidate| candidate.market == Market::Spot) {
        all.push(spot_role(world).of(world.caller.account.as_str()));
    }
    for region in world.regions.keys() {
        let here: Vec<&Candidate> =
            candidates.iter().filter(|candidate| candidate.region == *region).collect();
        if !here.is_empty() {
            all.extend(network::findings(wish, region, &here, world));
        }
    }
    let mut each: Vec<Finding> = Vec::new();
    for finding in all {
        if !each.contains(&finding) {
            each.push(finding);
        }
    }
    each.sort_by_key(|finding| finding.check);
    each
}

fn key(key: &KnownKey) -> Finding {
    Finding::ok(
        Check::Key,
        match key {
            KnownKey::File { identity, .. } => format!("{} is let in", identity.display()),
            KnownKey::Agent { .. } => "a key of the SSH agent is let in".to_owned(),
            KnownKey::New { identity, .. } => {
                format!("there is none yet: the launch makes {}", identity.display())
            }
            KnownKey::Pair { .. } => "EC2 hands the key pair to the machine".to_owned(),
        },
    )
}

/// A machine that can't be as it was wished.
fn impossible(refused: &Refused) -> Finding {
    let fix = refused.hints.iter().flat_map(|hint| Fix::of_hint(hint)).collect();
    Finding::fix(Check::Machine, &refused.reason, fix).of(refused.machine())
}

fn image(candidate: &Candidate) -> Finding {
    let image = &candidate.image;
    let what = image.what.as_deref().unwrap_or("an image of your own");
    Finding::ok(Check::Image, format!("{what}: {} ({})", image.id, image.because)).of(machine(candidate))
}

fn agent(candidate: &Candidate) -> Finding {
    let finding = match &candidate.agent {
        Some(_) => Finding::ok(Check::Agent, "a binary for it is on this computer"),
        None => Finding::unknown(Check::Agent, "none was planned"),
    };
    finding.of(machine(candidate))
}

fn hibernation(candidate: &Candidate) -> Finding {
    let root = candidate.image.root_gib.map_or_else(String::new, |gib| {
        format!(": its root volume of {gib} GiB holds the image and the memory")
    });
    Finding::ok(Check::Hibernation, format!("type and image can hibernate{root}")).of(machine(candidate))
}
