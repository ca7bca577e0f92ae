//! How planned machines end, by tables.

use super::*;
use crate::aws::types::ending::Hibernation;
use crate::model::{EndAction, Money, ShutdownBehavior};
use crate::provision::permissions::machine::Sessions;
use crate::provision::plan::ending::PlannedRole;
use crate::provision::wish::ending::HibernationWish;
use crate::provision::wish::role::ProfileName;
use crate::provision::world::profile::{ProfileWorld, RoleWorld};

const AL2023: (ImageKind, Architecture) = (ImageKind::AmazonLinux2023, Architecture::X86_64);

fn ending_with(ending: Ending) -> Wish {
    Wish { ending, ..wish(vec![wished("m7i.large", "us-east-1")]) }
}

fn hibernating() -> Wish {
    ending_with(Ending { on_idle: EndAction::Hibernate, ..Ending::default() })
}

/// The world, its image the one that Amazon publishes.
fn world_with_amazon_linux() -> World {
    let mut world = world();
    for image in world.regions.get_mut("us-east-1").unwrap().images.values_mut() {
        image.name = Some("al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64".to_owned());
    }
    world
}

fn steps(plan: &Plan) -> Vec<&Step> {
    plan.candidates[0].preparation.iter().collect()
}

#[test]
fn a_machine_that_is_only_ever_terminated_needs_no_role() {
    let idle = Ending { idle_timeout: Some("1h".parse().unwrap()), ..Ending::default() };
    let plan = planned(&ending_with(idle), &world());
    assert_eq!((plan.ending.shutdown_behavior, &plan.ending.role), (ShutdownBehavior::Terminate, &None));
    assert!(matches!(steps(&plan).as_slice(), [Step::MakeGroup { .. }]));
    assert_eq!(tag::value_of(&plan.tags, tag::IDLE_TIMEOUT), Some("1h"));
    assert_eq!(tag::value_of(&plan.tags, tag::ON_IDLE), None, "what is not told is terminate");
    assert_eq!(plan.boot.configuration.idle_timeout, Some("1h".parse().unwrap()));
}

#[test]
fn each_action_that_keeps_the_machine_stops_it_at_a_power_off_and_gives_it_a_role() {
    for ending in [
        Ending { on_idle: EndAction::Stop, ..Ending::default() },
        Ending { on_deadline: EndAction::Stop, ..Ending::default() },
        Ending { on_complete: EndAction::Stop, ..Ending::default() },
    ] {
        let plan = planned(&ending_with(ending), &world());
        assert_eq!(plan.ending.request().shutdown_behavior, ShutdownBehavior::Stop);
        assert_eq!(plan.boot.configuration.shutdown_behavior, ShutdownBehavior::Stop);
        let role = format!("cloudkit-{}", plan.launch);
        assert_eq!(plan.ending.request().instance_profile.as_ref(), Some(&role));
        let [Step::MakeRole { role: made, policy, .. }, Step::MakeProfile { profile, .. }, ..] =
            steps(&plan)[..]
        else {
            panic!("{:?}", steps(&plan))
        };
        assert_eq!((made, profile, policy.statement.len()), (&role, &role, 2));
    }
}

#[test]
fn a_spot_machine_can_only_be_terminated() {
    let spot = WishedMachine { market: Market::Spot, ..wished("m7i.large", "us-east-1") };
    let ending = Ending { on_complete: EndAction::Stop, ..Ending::default() };
    let wish = Wish { candidates: vec![spot], ..ending_with(ending) };
    assert_eq!(refusal(&wish, &world()), "a spot machine of a one-time request cannot be stopped");
    let asked = Ending { hibernation: HibernationWish::Asked, ..Ending::default() };
    let reason = refusal(&Wish { ending: asked, ..wish }, &world());
    assert_eq!(reason, "a spot machine is hibernated by EC2 alone, never by itself");
}

#[test]
fn a_machine_that_hibernates_has_room_for_its_memory_and_pays_for_it() {
    let plan = planned(&hibernating(), &world_with_amazon_linux());
    let first = &plan.candidates[0];
    assert_eq!((first.image.root_gib, plan.ending.hibernation), (Some(16), Hibernation::Configured));
    assert_eq!(first.cost.parts[1].what, "16 GiB root volume");
    let asked = Ending { hibernation: HibernationWish::Asked, ..Ending::default() };
    let plan = planned(&ending_with(asked), &world_with_amazon_linux());
    assert_eq!(plan.ending.hibernation, Hibernation::Configured);
    assert_eq!(plan.ending.role, None, "it never hibernates itself");
}

#[test]
fn a_machine_that_can_not_hibernate_is_refused_with_why() {
    let of = |instance_type: &str| {
        let wish = Wish { candidates: vec![wished(instance_type, "us-east-1")], ..hibernating() };
        refusal(&wish, &world_with_amazon_linux())
    };
    assert_eq!(of("m7i.metal-24xl"), "m7i.metal-24xl cannot hibernate");
    let mut world = world_with_amazon_linux();
    let unknown = "it is not known whether image ami-al2023-x86_64 (without a name) can hibernate";
    assert_eq!(refusal(&hibernating(), &self::world()), unknown);
    let image =
        |world: &mut World| world.regions.get_mut("us-east-1").unwrap().images.remove(&AL2023).unwrap();
    let old = Image {
        name: Some("al2023-ami-2023.1.20230912.0-kernel-6.1-x86_64".to_owned()),
        ..image(&mut world)
    };
    let images = |world: &mut World, image| {
        world.regions.get_mut("us-east-1").unwrap().images.insert(AL2023, image);
    };
    images(&mut world, old);
    assert!(refusal(&hibernating(), &world).ends_with("is too old to hibernate"));
}

#[test]
fn whether_a_type_that_the_catalog_does_not_describe_hibernates_is_ec2s_to_say() {
    let mut world = world_with_amazon_linux();
    let wish = Wish { candidates: vec![wished("m99.large", "us-east-1")], ..hibernating() };
    let mut told = |hibernation, gib| {
        let facts = TypeFacts {
            architectures: vec![Architecture::X86_64],
            vcpus: Some(2),
            memory: Some(Mebibytes::from_gib(gib)),
            hibernation,
            ..TypeFacts::default()
        };
        let types = &mut world.regions.get_mut("us-east-1").unwrap().types;
        types.insert("m99.large".to_owned(), Some(facts));
        let plan = plan(&wish, &world, Catalog::embedded(), 7).map_err(|error| error.to_string())?;
        Ok::<_, String>(plan.candidates[0].image.root_gib)
    };
    assert_eq!(told(Some(true), 8), Ok(Some(16)));
    assert_eq!(told(Some(true), 149), Ok(Some(157)));
    assert!(told(None, 8).unwrap_err().ends_with("it is not known whether m99.large can hibernate"));
    let too_large = "m99.large has 150 GiB of memory, and only machines with less than 150 GiB hibernate";
    assert!(told(Some(true), 150).unwrap_err().ends_with(too_large));
}

#[test]
fn a_limit_of_cost_takes_a_known_price_which_the_agent_is_told() {
    let limit = Some(Money::from_micros(5_000_000));
    let wish = ending_with(Ending { cost_limit: limit, ..Ending::default() });
    let plan = planned(&wish, &world());
    let told = plan.boot_of(&plan.candidates[0]).configuration.cost_limit.unwrap();
    assert_eq!((Some(told.usd), Some(told.usd_hour)), (limit, plan.candidates[0].cost.usd_hour));
    let unpriced = Wish { candidates: vec![wished("t3.small", "us-east-1")], ..wish };
    assert_eq!(refusal(&unpriced, &world()), "a limit of cost cannot be kept without the price of: t3.small");
}

#[test]
fn an_absolute_deadline_is_kept_to_the_second() {
    let until = |text: &str| {
        let lifetime = Lifetime::Until(text.parse().unwrap());
        plan_of(&Wish { lifetime, ..wish(vec![wished("m7i.large", "us-east-1")]) })
    };
    let plan = until("2026-11-21T13:00:00.75Z").unwrap();
    assert_eq!(plan.deadline.unwrap().to_string(), "2026-11-21T13:00:00Z");
    assert_eq!(plan.lifetime_seconds, Some(3600));
    assert!(matches!(until(NOW), Err(PlanError::Past { .. })));
}

/// What a profile of somebody's own lacks, and what is not known of it.
fn given(role: RoleWorld, wish: Wish) -> Result<(Vec<String>, Vec<String>), String> {
    let profile = ProfileName { name: "trainer".to_owned(), account: Some("123456789012".to_owned()) };
    let wish = Wish { role: RoleWish { profile: Some(profile), sessions: wish.role.sessions }, ..wish };
    let profile = Some(ProfileWorld { name: "trainer".to_owned(), role });
    let plan = plan(&wish, &World { profile, ..world_with_amazon_linux() }, Catalog::embedded(), 7);
    let plan = plan.map_err(|error| error.to_string())?;
    assert_eq!(plan.ending.request().instance_profile.as_deref(), Some("trainer"));
    assert!(steps(&plan).iter().all(|step| !matches!(step, Step::MakeRole { .. })));
    match plan.ending.role {
        Some(PlannedRole::Given { lacks, unknown, .. }) => Ok((lacks, unknown)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_profile_of_ones_own_lacks_for_what_was_asked_is_listed() {
    let none = || RoleWorld::Policies(Vec::new());
    let both = vec!["ec2:StopInstances".to_owned(), "ec2:TerminateInstances".to_owned()];
    assert_eq!(given(none(), hibernating()), Ok((both.clone(), Vec::new())));
    assert_eq!(given(none(), ending_with(Ending::default())), Ok((Vec::new(), Vec::new())));
    let stop = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:Stop*", "Resource": "*"}}"#;
    let stops = RoleWorld::Policies(vec![stop.to_owned()]);
    assert_eq!(given(stops, hibernating()).unwrap().0, ["ec2:TerminateInstances"]);
    let unreadable = RoleWorld::Policies(vec!["not json".to_owned()]);
    assert_eq!(given(unreadable, hibernating()), Ok((Vec::new(), both.clone())));
    let denied = RoleWorld::Unknown { because: "GetRolePolicy refused: AccessDenied".to_owned() };
    assert_eq!(given(denied, hibernating()), Ok((Vec::new(), both)));
    let sessions = RoleWish { sessions: Sessions::Wanted, profile: None };
    let wish = Wish { role: sessions, ..ending_with(Ending::default()) };
    assert_eq!(given(none(), wish).unwrap().0.len(), 5);
    let error = given(RoleWorld::Missing, hibernating()).unwrap_err();
    assert!(error.contains("holds no role"), "{error}");
}

#[test]
fn session_manager_needs_a_role_and_changes_no_ending() {
    let sessions = RoleWish { sessions: Sessions::Wanted, profile: None };
    let plan = planned(&Wish { role: sessions, ..ending_with(Ending::default()) }, &world());
    assert_eq!(plan.ending.shutdown_behavior, ShutdownBehavior::Terminate);
    let [Step::MakeRole { policy, .. }, ..] = steps(&plan)[..] else { panic!("{:?}", steps(&plan)) };
    assert_eq!(policy.statement.len(), 1);
}
