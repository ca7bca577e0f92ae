//! The plan, by tables: a wish and a world in, candidates and refusals out.
//!
//! The catalog is the embedded one; the world is written down here.

mod ending;
mod fleet;
mod image;
mod markets;
mod volumes;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::*;
use crate::aws::types::volume::ImageVolume;
use crate::aws::types::{Identity, Image, TypeFacts};
use crate::model::VolumeKind;
use crate::model::tag;
use crate::model::{Architecture, OperatingSystem};
use crate::provision::agent_binary::{AgentBinary, RunsOn};
use crate::provision::agents::Agents;
use crate::provision::image::GlibcVersion;
use crate::provision::wish::ending::Ending;
use crate::provision::wish::network::NetworkWish;
use crate::provision::wish::role::RoleWish;
use crate::provision::wish::{AgentWish, ImageWish, SshFrom, VolumesWish, WishedMachine};
use crate::provision::world::key::KnownKey;
use crate::provision::world::looks::Looks;
use crate::provision::world::network::{KnownNetwork, NetworkKind, NetworkProblem, PartKind, RegionNetwork};
use crate::provision::world::{BucketState, RegionWorld};

const NOW: &str = "2026-11-21T12:00:00Z";

pub(in crate::provision) fn wished(instance_type: &str, region: &str) -> WishedMachine {
    WishedMachine {
        instance_type: instance_type.parse().unwrap(),
        region: region.parse().unwrap(),
        zones: Vec::new(),
        market: Market::OnDemand,
        max_price: None,
        reservation: None,
        os: OperatingSystem::Linux,
        price: None,
    }
}

pub(in crate::provision) fn wish(candidates: Vec<WishedMachine>) -> Wish {
    Wish {
        candidates,
        count: Count::default(),
        name: None,
        lifetime: Lifetime::For("8h".parse().unwrap()),
        ending: Ending::default(),
        role: RoleWish::default(),
        image: ImageWish::Fitting,
        volumes: VolumesWish::default(),
        ssh_from: SshFrom::Caller,
        ssh_port: 22,
        agent: AgentWish::Installed,
        agent_url: None,
        user: UserBoot::default(),
        tags: Vec::new(),
        network: NetworkWish::default(),
        key_pair: None,
        deployment: None,
    }
}

/// An image as large as such images are.
fn image(kind: ImageKind, architecture: Architecture) -> Image {
    let gib = if kind == ImageKind::AmazonLinux2023 { 8 } else { 75 };
    let root = ImageVolume {
        device: "/dev/xvda".to_owned(),
        gib: Some(gib),
        kind: Some(VolumeKind::Gp3),
        iops: Some(3000),
        throughput: Some(125),
    };
    Image {
        id: format!("ami-{kind}-{architecture}"),
        architecture: Some(architecture),
        root_device: Some(root.device.clone()),
        volumes: vec![root],
        state: Some("available".to_owned()),
        ..Image::default()
    }
}

fn usual_image(architecture: Architecture) -> Image {
    image(ImageKind::AmazonLinux2023, architecture)
}

/// An image that was named by its id.
fn by_id(ami: &str) -> ImageWish {
    ImageWish::Id { ami: ami.to_owned(), login_user: None }
}

pub(super) fn region(architectures: &[Architecture]) -> RegionWorld {
    let images = architectures.iter().flat_map(|&architecture| {
        ImageKind::ALL.map(|kind| ((kind, architecture), image(kind, architecture)))
    });
    RegionWorld {
        images: images.collect(),
        named_image: None,
        network: RegionNetwork::There(KnownNetwork {
            id: "vpc-1".to_owned(),
            kind: NetworkKind::Default,
            subnets: None,
            groups: Vec::new(),
        }),
        key_pair: None,
        types: BTreeMap::new(),
        reservations: Vec::new(),
        bucket: holding('0'),
    }
}

pub(in crate::provision) fn world() -> World {
    let both = region(&[Architecture::X86_64, Architecture::Arm64]);
    World {
        now: NOW.parse().unwrap(),
        caller: Identity {
            account: "123456789012".to_owned(),
            arn: "arn:aws:iam::123456789012:user/ada".to_owned(),
        },
        ssh_from: "203.0.113.7".parse().unwrap(),
        key: key("ssh-ed25519 AAAA ada"),
        agents: Some(Agents {
            found: vec![binary(runs_on(Architecture::X86_64, 34), '0')],
            ..Agents::default()
        }),
        stored: BTreeMap::new(),
        profile: None,
        recent_refusals: Vec::new(),
        looks: Looks::default(),
        regions: BTreeMap::from([("us-east-1".to_owned(), both)]),
    }
}

fn key(line: &str) -> KnownKey {
    KnownKey::File { identity: PathBuf::from("id_ed25519"), line: line.to_owned() }
}

fn unfit() -> RegionNetwork {
    RegionNetwork::Unfit(NetworkProblem::NotThere {
        kind: PartKind::Network,
        wanted: "lab".to_owned(),
        region: "eu-west-1".to_owned(),
    })
}

/// A binary whose digest is this digit again and again.
pub(super) fn binary(runs_on: RunsOn, digit: char) -> AgentBinary {
    let sha256 = digit.to_string().repeat(64);
    AgentBinary { path: PathBuf::from("cloudkit"), bytes: 1, sha256, runs_on }
}

/// A bucket that holds the binary of this digit.
pub(super) fn holding(digit: char) -> BucketState {
    BucketState::Holds(BTreeSet::from([stored_as(digit)]))
}

pub(super) fn stored_as(digit: char) -> String {
    binary(RunsOn::Unknown, digit).key()
}

/// The program of this computer.
pub(super) fn own_agent(world: &mut World) -> &mut AgentBinary {
    &mut world.agents.as_mut().unwrap().found[0]
}

pub(super) fn runs_on(architecture: Architecture, minor: u16) -> RunsOn {
    RunsOn::Linux { architecture, glibc: Some(GlibcVersion { major: 2, minor }) }
}

pub(super) fn planned(wish: &Wish, world: &World) -> Plan {
    plan(wish, world, Catalog::embedded(), 7).unwrap()
}

/// The one reason why nothing can be launched.
pub(super) fn refusal(wish: &Wish, world: &World) -> String {
    match plan(wish, world, Catalog::embedded(), 7) {
        Err(PlanError::NothingLeft { refused }) => refused.into_iter().map(|one| one.reason).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_question_gives_the_same_plan() {
    let (wish, world) = (wish(vec![wished("m7i.large", "us-east-1")]), world());
    let plan = planned(&wish, &world);
    assert_eq!(plan, planned(&wish, &world));
    assert_eq!(plan.deadline.unwrap().to_string(), "2026-11-21T20:00:00Z");
    assert_eq!(planned_at(&plan.launch).unwrap().to_string(), NOW);
    assert_eq!(plan.candidates[0].client_token, format!("cloudkit-{}-0", plan.launch));
    assert_eq!(plan.candidates[0].cost.usd_hour.unwrap().to_string(), "0.106677");
    assert_eq!(tag::value_of(&plan.tags, tag::DEADLINE), Some("2026-11-21T20:00:00Z"));
    assert_eq!(tag::value_of(&plan.tags, tag::OWNER), Some("user/ada"));
}

#[test]
fn only_what_is_missing_is_made() {
    let mut world = world();
    let wish = wish(vec![wished("m7i.large", "us-east-1")]);
    let steps = |world: &World| planned(&wish, world).candidates[0].preparation.len();
    for (state, expected) in
        [(holding('0'), 1), (BucketState::Holds(BTreeSet::new()), 2), (BucketState::Missing, 3)]
    {
        world.regions.get_mut("us-east-1").unwrap().bucket = state;
        assert_eq!(steps(&world), expected);
    }
}

#[test]
fn a_machine_without_a_deadline_has_no_deadline_tag() {
    let wish = Wish { lifetime: Lifetime::UntilEnded, ..wish(vec![wished("m7i.large", "us-east-1")]) };
    let plan = planned(&wish, &world());
    assert_eq!((plan.deadline, tag::value_of(&plan.tags, tag::DEADLINE)), (None, None));
    let forever = Wish { lifetime: Lifetime::For(Span::from_seconds(u64::MAX)), ..wish };
    assert!(matches!(plan_of(&forever), Err(PlanError::BeyondTime(_))));
}

fn plan_of(wish: &Wish) -> Result<Plan, PlanError> {
    plan(wish, &world(), Catalog::embedded(), 7)
}

#[test]
fn an_agent_that_can_not_run_there_is_refused_with_what_to_do() {
    let mut world = world();
    let x86 = wish(vec![wished("m7i.large", "us-east-1")]);
    let arm = wish(vec![wished("t4g.small", "us-east-1")]);
    assert_eq!(refusal(&arm, &world), "the agent cloudkit is for x86_64, the type for arm64");
    own_agent(&mut world).runs_on = runs_on(Architecture::X86_64, 36);
    assert_eq!(refusal(&x86, &world), "the agent cloudkit needs glibc 2.36, and Amazon Linux 2023 has 2.34");
    own_agent(&mut world).runs_on = RunsOn::Elsewhere;
    assert_eq!(refusal(&x86, &world), "the agent cloudkit is not a Linux program");
    own_agent(&mut world).runs_on = RunsOn::Linux { architecture: Architecture::Arm64, glibc: None };
    assert_eq!(planned(&arm, &world).candidates[0].image.id, "ami-al2023-arm64");
}

#[test]
fn a_type_that_the_catalog_does_not_know_is_ec2s_to_know() {
    let mut world = world();
    let new = wish(vec![wished("m99.large", "us-east-1")]);
    assert_eq!(refusal(&new, &world), "EC2 has no such instance type");
    let facts =
        TypeFacts { architectures: vec![Architecture::X86_64], vcpus: Some(2), ..TypeFacts::default() };
    let types = &mut world.regions.get_mut("us-east-1").unwrap().types;
    types.insert("m99.large".to_owned(), Some(facts));
    let plan = planned(&new, &world);
    assert_eq!((plan.candidates[0].vcpus, plan.candidates[0].cost.usd_hour), (Some(2), None));
    let types = &mut world.regions.get_mut("us-east-1").unwrap().types;
    types.insert("m7i.large".to_owned(), None);
    let gone = wish(vec![wished("m7i.large", "us-east-1")]);
    assert_eq!(refusal(&gone, &world), "EC2 does not offer it in this region");
}

#[test]
fn some_zones_are_tried_one_by_one_and_all_zones_are_left_to_ec2() {
    let world = world();
    let zones = |zones: &[&str]| {
        let machine = WishedMachine {
            zones: zones.iter().map(|&zone| zone.to_owned()).collect(),
            ..wished("m7i.large", "us-east-1")
        };
        let plan = planned(&wish(vec![machine]), &world);
        plan.candidates.into_iter().map(|candidate| candidate.zone).collect::<Vec<_>>()
    };
    let some = |zone: &str| Some(zone.to_owned());
    assert_eq!(zones(&[]), [None]);
    assert_eq!(zones(&["use1-az1", "use1-az2"]), [some("use1-az1"), some("use1-az2")]);
    let catalog = Catalog::embedded();
    let offering = catalog.region("us-east-1").unwrap().offering("m7i.large").unwrap();
    assert_eq!(zones(&offering.zones().collect::<Vec<_>>()), [None]);
}

#[test]
fn what_can_not_be_is_refused_and_the_rest_is_planned() {
    let mut world = world();
    world
        .regions
        .insert("eu-west-1".to_owned(), RegionWorld { network: unfit(), ..region(&[Architecture::X86_64]) });
    let windows = WishedMachine { os: OperatingSystem::Windows, ..wished("m7i.large", "us-east-1") };
    let block = WishedMachine { market: Market::CapacityBlock, ..wished("m7i.large", "us-east-1") };
    let elsewhere = wished("m7i.large", "eu-west-1");
    let mac = wished("mac2.metal", "us-east-1");
    let good = wished("m7i.large", "us-east-1");
    let plan = planned(&wish(vec![windows, block, elsewhere, mac, good]), &world);
    let reasons: Vec<&str> = plan.refused.iter().map(|refused| refused.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "this is an offer for windows, and the agent that ends a machine runs on Linux",
            "a capacity-block is launched into by its id, and none is given",
            "eu-west-1 has no VPC lab",
            "no image of ours runs on its architecture",
        ]
    );
    let helpless = plan.refused.iter().filter(|refused| refused.hints.is_empty());
    assert_eq!(
        helpless.map(|refused| &refused.reason).collect::<Vec<_>>(),
        [""; 0],
        "each says what to type"
    );
    assert_eq!(plan.candidates.len(), 1);
}

#[test]
fn a_plan_shows_no_url_and_its_user_data_can_be_written() {
    let (wish, mut world) = (wish(vec![wished("m7i.large", "us-east-1")]), world());
    let shown = serde_json::to_string(&planned(&wish, &world)).unwrap();
    assert!(!shown.contains("https://"), "{shown}");
    world.key = key("ssh-ed25519 AAAA\nruncmd: []");
    assert!(matches!(plan(&wish, &world, Catalog::embedded(), 7), Err(PlanError::UserData(_))));
}
