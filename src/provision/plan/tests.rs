//! The plan, by tables: a wish and a world in, candidates and refusals out.
//!
//! The catalog is the embedded one; the world is written down here.

mod ending;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::aws::types::{Identity, Image, TypeFacts};
use crate::model::{Architecture, OperatingSystem};
use crate::provision::agent_binary::{AgentBinary, RunsOn};
use crate::provision::image::GlibcVersion;
use crate::provision::wish::ending::Ending;
use crate::provision::wish::role::RoleWish;
use crate::provision::wish::{SshFrom, WishedMachine};
use crate::provision::world::{BucketState, RegionWorld};

const NOW: &str = "2026-11-21T12:00:00Z";

fn wished(instance_type: &str, region: &str) -> WishedMachine {
    WishedMachine {
        instance_type: instance_type.parse().unwrap(),
        region: region.parse().unwrap(),
        zones: Vec::new(),
        market: Market::OnDemand,
        reservation: None,
        os: OperatingSystem::Linux,
        price: None,
    }
}

fn wish(candidates: Vec<WishedMachine>) -> Wish {
    Wish {
        candidates,
        name: None,
        lifetime: Lifetime::For("8h".parse().unwrap()),
        ending: Ending::default(),
        role: RoleWish::default(),
        ami: None,
        ssh_from: SshFrom::Caller,
        ssh_port: 22,
    }
}

fn image(architecture: Architecture) -> Image {
    Image {
        id: format!("ami-{architecture}"),
        name: None,
        architecture: Some(architecture),
        root_device: Some("/dev/xvda".to_owned()),
        root_gib: Some(8),
        root_volume_type: Some("gp3".to_owned()),
        available: true,
        windows: false,
    }
}

fn region(architectures: &[Architecture]) -> RegionWorld {
    RegionWorld {
        images: architectures.iter().map(|&architecture| (architecture, image(architecture))).collect(),
        named_image: None,
        network: Some("vpc-1".to_owned()),
        types: BTreeMap::new(),
        bucket: BucketState::HasAgent,
    }
}

fn world() -> World {
    let both = region(&[Architecture::X86_64, Architecture::Arm64]);
    World {
        now: NOW.parse().unwrap(),
        caller: Identity {
            account: "123456789012".to_owned(),
            arn: "arn:aws:iam::123456789012:user/ada".to_owned(),
        },
        ssh_from: "203.0.113.7".parse().unwrap(),
        public_key: "ssh-ed25519 AAAA ada".to_owned(),
        agent: AgentBinary {
            path: PathBuf::from("cloudkit"),
            bytes: 1,
            sha256: "0".repeat(64),
            runs_on: runs_on(Architecture::X86_64, 34),
        },
        profile: None,
        regions: BTreeMap::from([("us-east-1".to_owned(), both)]),
    }
}

fn runs_on(architecture: Architecture, minor: u16) -> RunsOn {
    RunsOn::Linux { architecture, glibc: Some(GlibcVersion { major: 2, minor }) }
}

fn planned(wish: &Wish, world: &World) -> Plan {
    plan(wish, world, Catalog::embedded(), 7).unwrap()
}

/// The one reason why nothing can be launched.
fn refusal(wish: &Wish, world: &World) -> String {
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
    for (state, expected) in [(BucketState::HasAgent, 1), (BucketState::Empty, 2), (BucketState::Missing, 3)]
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
    world.agent.runs_on = runs_on(Architecture::X86_64, 36);
    assert_eq!(refusal(&x86, &world), "the agent cloudkit needs glibc 2.36, and Amazon Linux 2023 has 2.34");
    world.agent.runs_on = RunsOn::Elsewhere;
    assert_eq!(refusal(&x86, &world), "the agent cloudkit is not a Linux program");
    world.agent.runs_on = RunsOn::Linux { architecture: Architecture::Arm64, glibc: None };
    assert_eq!(planned(&arm, &world).candidates[0].image.id, "ami-arm64");
}

#[test]
fn a_type_that_the_catalog_does_not_know_is_ec2s_to_know() {
    let mut world = world();
    let new = wish(vec![wished("m99.large", "us-east-1")]);
    assert_eq!(refusal(&new, &world), "EC2 has no such instance type");
    let facts = TypeFacts {
        architectures: vec![Architecture::X86_64],
        vcpus: Some(2),
        memory: None,
        hibernation: None,
    };
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
        .insert("eu-west-1".to_owned(), RegionWorld { network: None, ..region(&[Architecture::X86_64]) });
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
            "eu-west-1 has no default network",
            "no image of ours runs on its architecture",
        ]
    );
    assert_eq!(plan.candidates.len(), 1);
}

#[test]
fn an_image_of_somebodys_own_is_checked() {
    let mut world = world();
    let wish = Wish { ami: Some("ami-mine".to_owned()), ..wish(vec![wished("m7i.large", "us-east-1")]) };
    assert_eq!(refusal(&wish, &world), "us-east-1 has no image ami-mine");
    let mut with = |image: Image| {
        world.regions.get_mut("us-east-1").unwrap().named_image = Some(image);
        plan(&wish, &world, Catalog::embedded(), 7)
    };
    let refused = |outcome: Result<Plan, PlanError>| outcome.unwrap_err().to_string();
    assert!(refused(with(image(Architecture::Arm64))).contains("is for arm64, the type for x86_64"));
    assert!(refused(with(Image { windows: true, ..image(Architecture::X86_64) })).contains("Windows"));
    assert!(
        refused(with(Image { available: false, ..image(Architecture::X86_64) })).contains("present state")
    );
    assert!(
        refused(with(Image { root_device: None, ..image(Architecture::X86_64) })).contains("root device")
    );
    let plan = with(image(Architecture::X86_64)).unwrap();
    assert_eq!(plan.candidates[0].image.login_user, None, "whose user that image has is not known");
}

#[test]
fn a_plan_shows_no_url_and_its_user_data_can_be_written() {
    let (wish, mut world) = (wish(vec![wished("m7i.large", "us-east-1")]), world());
    let shown = serde_json::to_string(&planned(&wish, &world)).unwrap();
    assert!(shown.contains(cloudinit::URL_PLACEHOLDER) && !shown.contains("https://"), "{shown}");
    world.public_key = "ssh-ed25519 AAAA\nruncmd: []".to_owned();
    assert!(matches!(plan(&wish, &world, Catalog::embedded(), 7), Err(PlanError::UserData(_))));
}
