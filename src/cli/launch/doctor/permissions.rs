//! What the caller may do of what a launch does: by EC2's own dry runs, and unknown elsewhere.
//!
//! A launch itself makes none of them: its calls tell the same, one answer sooner.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use crate::aws::ec2::DryMachine;
use crate::aws::{AwsError, ErrorKind, Session};
use crate::cli::command_error::{class_and_hints, with_causes};
use crate::model::RegionName;
use crate::provision::plan::network::NetworkStep;
use crate::provision::plan::{Candidate, Step, helper_tags};
use crate::provision::preflight::{Check, Finding, Fix};
use crate::provision::world::World;
use crate::provision::world::network::RegionNetwork;

/// A launch id that no launch has.
const NO_LAUNCH: &str = "l-0000000000000000";

/// The findings for the first machine of each region.
pub(super) async fn findings(session: &Session, world: &World, candidates: &[Candidate]) -> Vec<Finding> {
    let mut regions = BTreeSet::new();
    let firsts = candidates.iter().filter(|candidate| regions.insert(candidate.region.as_str()));
    let firsts: Vec<&Candidate> = firsts.collect();
    let asked = join_all(firsts.iter().map(|candidate| of_ec2(session, world, candidate))).await;
    let mut all: Vec<Finding> = asked.into_iter().flatten().collect();
    let elsewhere: BTreeSet<&str> = firsts
        .iter()
        .flat_map(|candidate| &candidate.preparation)
        .flat_map(without_dry_run)
        .copied()
        .collect();
    if !elsewhere.is_empty() {
        let actions = elsewhere.into_iter().collect::<Vec<_>>().join(", ");
        all.push(Finding::unknown(Check::Permission, "S3 and IAM have no dry runs").of(actions));
    }
    all
}

async fn of_ec2(session: &Session, world: &World, candidate: &Candidate) -> Vec<Finding> {
    let Ok(region) = candidate.region.parse::<RegionName>() else { return Vec::new() };
    let ec2 = session.ec2(&region);
    let tags = helper_tags(NO_LAUNCH);
    let network = match world.regions.get(region.as_str()).map(|of_region| &of_region.network) {
        Some(RegionNetwork::There(known)) => Some(known.id.as_str()),
        _ => None,
    };
    let subnet = candidate.interface.as_ref().and_then(|interface| interface.subnet.clone());
    let machine = DryMachine {
        instance_type: candidate.instance_type.clone(),
        image: candidate.image.id.clone(),
        subnet,
        groups: candidate.groups.clone(),
        market: candidate.market,
        profile: world.profile.as_ref().map(|profile| profile.name.clone()),
        tags: tags.clone(),
    };
    // Without its network a machine can't be asked for, not even in a dry run.
    let run = async { if network.is_some() { Some(ec2.may_run(&machine).await) } else { None } };
    let group = async {
        match network.filter(|_| candidate.groups.is_empty()) {
            Some(network) => Some(ec2.may_make_group(network, &tags).await),
            None => None,
        }
    };
    let make = async {
        match candidate.preparation.iter().find_map(range_of_network) {
            Some(range) => Some(ec2.may_make_network(range, &tags).await),
            None => None,
        }
    };
    let (run, group, make) = tokio::join!(run, group, make);
    let named = [
        ("ec2:RunInstances and ec2:CreateTags", run),
        ("ec2:CreateSecurityGroup", group),
        ("ec2:CreateVpc", make),
    ];
    let told = named.into_iter().filter_map(|(action, answer)| Some((action, answer?)));
    told.map(|(action, answer)| finding(answer).of(format!("{action} in {region}"))).collect()
}

fn range_of_network(step: &Step) -> Option<&str> {
    match step {
        Step::Network(NetworkStep::MakeNetwork { range, .. }) => Some(range),
        _ => None,
    }
}

fn finding(answer: Result<(), AwsError>) -> Finding {
    match answer {
        Ok(()) => Finding::ok(Check::Permission, "EC2 would do it"),
        Err(error) if error.kind == ErrorKind::NotAllowed => {
            let fix = class_and_hints(&error).1.iter().flat_map(|hint| Fix::of_hint(hint)).collect();
            Finding::fix(Check::Permission, with_causes(&error), fix)
        }
        Err(error) => Finding::unknown(Check::Permission, with_causes(&error)),
    }
}

/// What a step needs that can't be asked beforehand.
fn without_dry_run(step: &Step) -> &'static [&'static str] {
    match step {
        Step::MakeRole { .. } => &["iam:CreateRole", "iam:PutRolePolicy", "iam:PassRole"],
        Step::MakeProfile { .. } => &["iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile"],
        Step::MakeBucket { .. } => &["s3:CreateBucket"],
        Step::UploadAgent { .. } | Step::UploadBundle { .. } | Step::UploadUserFiles { .. } => {
            &["s3:PutObject"]
        }
        Step::MakeLaunchTemplate { .. } => {
            &["ec2:CreateLaunchTemplate", "ec2:CreateFleet", "ec2:DeleteLaunchTemplate"]
        }
        Step::MakeGroup { .. } | Step::Network(_) => &[],
    }
}
