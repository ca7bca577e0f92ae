//! Which binary becomes the agent of which machine, and where that gets it from.
//!
//! The tables are those of the other tests of plans.

use super::tests::{
    binary, holding, own_agent, planned, refusal, region, runs_on, stored_as, wish, wished, world,
};
use super::*;
use crate::model::Architecture;
use crate::provision::agents::Releases;
use crate::provision::world::{BucketState, RegionWorld};

/// A world with a release for ARM beside the program for Intel.
fn world_with_release() -> World {
    let mut world = world();
    world.agents.as_mut().unwrap().found.push(binary(runs_on(Architecture::Arm64, 34), 'a'));
    world
}

fn steps(candidate: &Candidate) -> Vec<&'static str> {
    let name = |step: &Step| match step {
        Step::MakeBucket { .. } => "make-bucket",
        Step::UploadAgent { .. } => "upload-agent",
        Step::UploadBundle { .. } => "upload-bundle",
        Step::MakeGroup { .. } => "make-group",
        _ => "other",
    };
    candidate.preparation.iter().map(name).collect()
}

fn agent(candidate: &Candidate) -> &PlannedAgent {
    candidate.agent.as_ref().unwrap()
}

fn sources(candidate: &Candidate) -> Vec<String> {
    let shown = |source: &Source| match source {
        Source::Bucket { bucket, .. } => bucket.clone(),
        Source::Mirror { url } => url.to_string(),
    };
    agent(candidate).sources.iter().map(shown).collect()
}

#[test]
fn each_architecture_gets_its_own_binary_and_its_own_upload() {
    let both = wish(vec![wished("m7i.large", "us-east-1"), wished("t4g.small", "us-east-1")]);
    let plan = planned(&both, &world_with_release());
    let [intel, arm] = plan.candidates.as_slice() else { panic!("{plan:#?}") };
    assert_eq!((&agent(intel).key, &agent(arm).key), (&stored_as('0'), &stored_as('a')));
    assert_eq!(steps(intel), ["make-group"]);
    assert_eq!(steps(arm), ["upload-agent", "make-group"]);
    assert_eq!(plan.boot.agent.unwrap().sha256, "0".repeat(64), "the first candidate's");
}

#[test]
fn a_release_takes_the_place_of_a_program_that_needs_a_newer_library() {
    let mut world = world();
    own_agent(&mut world).runs_on = runs_on(Architecture::X86_64, 41);
    world.agents.as_mut().unwrap().found.push(binary(runs_on(Architecture::X86_64, 17), 'b'));
    let plan = planned(&wish(vec![wished("m7i.large", "us-east-1")]), &world);
    assert_eq!(agent(&plan.candidates[0]).key, stored_as('b'));
}

#[test]
fn a_release_that_can_not_be_trusted_is_said_to_be_the_reason() {
    let mut world = world();
    world
        .agents
        .as_mut()
        .unwrap()
        .unusable
        .insert(Architecture::Arm64, "a is not what was released".to_owned());
    let arm = wish(vec![wished("t4g.small", "us-east-1")]);
    assert_eq!(refusal(&arm, &world), "there is no agent for it: a is not what was released");
}

#[test]
fn the_regions_own_bucket_comes_first_and_one_that_has_it_second() {
    let mut world = world();
    let wish = wish(vec![wished("m7i.large", "us-east-1")]);
    let own = "cloudkit-123456789012-us-east-1";
    assert_eq!(sources(&planned(&wish, &world).candidates[0]), [own]);
    let remembered = vec!["us-east-1".to_owned(), "eu-west-1".to_owned(), "eu-north-1".to_owned()];
    world.stored.insert(stored_as('0'), remembered);
    assert_eq!(sources(&planned(&wish, &world).candidates[0]), [own, "cloudkit-123456789012-eu-west-1"]);
    let seen = RegionWorld { bucket: holding('0'), ..region(&[Architecture::X86_64]) };
    world.regions.insert("ap-south-1".to_owned(), seen);
    let plan = planned(&wish, &world);
    assert_eq!(sources(&plan.candidates[0]), [own, "cloudkit-123456789012-ap-south-1"]);
}

#[test]
fn with_a_mirror_no_bucket_is_needed() {
    let mut world = world_with_release();
    world.stored.insert(stored_as('0'), vec!["eu-west-1".to_owned()]);
    world.regions.get_mut("us-east-1").unwrap().bucket = BucketState::Missing;
    let machines = vec![wished("m7i.large", "us-east-1"), wished("t4g.small", "us-east-1")];
    let agent_url = "https://mirror.example.com/v1/".parse().ok();
    let plan = planned(&Wish { agent_url, ..wish(machines) }, &world);
    let [intel, arm] = plan.candidates.as_slice() else { panic!("{plan:#?}") };
    assert_eq!(sources(intel), ["https://mirror.example.com/v1/cloudkit-agent-linux-x86_64"]);
    assert_eq!(sources(arm), ["https://mirror.example.com/v1/cloudkit-agent-linux-arm64"]);
    assert_eq!((steps(intel), steps(arm)), (vec!["make-group"], vec!["make-group"]));
}

#[test]
fn what_can_be_done_about_a_newer_c_library_is_said() {
    let x86 = wish(vec![wished("m7i.large", "us-east-1")]);
    let hints = |world: &World| match plan(&x86, world, Catalog::embedded(), 7) {
        Err(PlanError::NothingLeft { mut refused }) => refused.remove(0).hints.join("\n"),
        other => panic!("{other:?}"),
    };
    let mut world = world();
    own_agent(&mut world).runs_on = runs_on(Architecture::X86_64, 36);
    insta::assert_snapshot!(hints(&world), @"
    build one for older systems, in the sources of this cloudkit: cargo xtask dist
    launch Ubuntu 24.04, whose C library is new enough: --image ubuntu-24.04
    give a Linux build of cloudkit for x86_64 that needs at most glibc 2.34: --agent-binary FILE
    ");
    let agents = world.agents.as_mut().unwrap();
    agents.releases = Releases::Judged;
    let why = "cloudkit-agent was built from other sources than this cloudkit";
    agents.unusable_beside.insert(Architecture::X86_64, why.to_owned());
    assert!(hints(&world).starts_with("fetch a release: cloudkit agent fetch --arch x86_64\n"));
    let expected = format!("the agent cloudkit needs glibc 2.36, and Amazon Linux 2023 has 2.34; {why}");
    assert_eq!(refusal(&x86, &world), expected);
}
