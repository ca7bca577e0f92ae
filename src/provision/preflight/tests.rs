//! Findings, by tables: what is certain to fail, and that nothing else stops a launch.

use std::collections::BTreeMap;

use super::*;
use crate::aws::types::network::WayOut;
use crate::catalog::Catalog;
use crate::model::Market;
use crate::provision::plan::possible;
use crate::provision::plan::tests::{wish, wished, world};
use crate::provision::wish::WishedMachine;
use crate::provision::world::looks::{QuotaFigures, QuotaLook};
use crate::provision::world::network::{KnownSubnet, S3Way};

const REGION: &str = "us-east-1";

fn candidate(machine: WishedMachine) -> Candidate {
    let (mut candidates, refused) = possible(&wish(vec![machine]), &world(), Catalog::embedded()).unwrap();
    assert!(refused.is_empty(), "{refused:?}");
    candidates.remove(0)
}

fn standard(figures: Look<QuotaFigures>) -> World {
    let quota = *charged_to("m7i.large", Market::OnDemand).unwrap();
    let look = QuotaLook { region: REGION.to_owned(), quota, figures };
    let mut world = world();
    world.looks.quotas = vec![look];
    world
}

fn figures(limit: u32, used: Option<u32>) -> Look<QuotaFigures> {
    Look::Known(QuotaFigures { limit, used })
}

#[test]
fn a_quota_has_room_or_not_or_nobody_knows() {
    let large = candidate(wished("m7i.large", REGION));
    let denied = || Look::Unknown { because: "denied".to_owned() };
    for (look, count, state) in [
        (figures(4, Some(2)), 1, State::Ok),
        (figures(4, Some(2)), 2, State::Fix),
        (figures(4, Some(3)), 1, State::Fix),
        (figures(1, None), 1, State::Fix),
        (figures(4, None), 1, State::Unknown),
        (figures(u32::MAX, Some(0)), u32::MAX, State::Fix),
        (denied(), 1, State::Unknown),
        (Look::NotAsked, 1, State::Unknown),
    ] {
        let finding = quota::finding(&large, &standard(look.clone()), count);
        assert_eq!(finding.state, state, "{look:?} for {count}: {finding:?}");
    }
    let spot = candidate(WishedMachine { market: Market::Spot, ..wished("m7i.large", REGION) });
    let other_market = quota::finding(&spot, &standard(figures(0, Some(0))), 1);
    assert_eq!(other_market.state, State::Unknown, "the quota of another market says nothing");
}

fn subnet(zone: &str, free: Option<u32>, way_out: Option<WayOut>) -> KnownSubnet {
    KnownSubnet {
        id: format!("subnet-{zone}"),
        zone: zone.to_owned(),
        zone_name: None,
        free_addresses: free,
        has_ipv6: false,
        ipv6_only: false,
        route_table: Some("rtb-1".to_owned()),
        way_out,
        s3_endpoint: S3Way::NotAsked,
    }
}

fn with_subnets(subnets: Vec<KnownSubnet>) -> World {
    let mut world = world();
    world.looks.default_subnets = BTreeMap::from([(REGION.to_owned(), Look::Known(subnets))]);
    world
}

#[test]
fn default_subnets_stop_a_launch_only_where_none_will_do() {
    let gateway = Some(WayOut::InternetGateway);
    let anywhere = candidate(wished("m7i.large", REGION));
    let zone = |zone: &str| Candidate { zone: Some(zone.to_owned()), ..anywhere.clone() };
    let (full, free) = (subnet("use1-az1", Some(0), gateway), subnet("use1-az2", Some(9), gateway));
    let cut_off = subnet("use1-az2", Some(9), None);
    let verdict = |candidate: &Candidate, subnets: &[&KnownSubnet]| {
        let world = with_subnets(subnets.iter().map(|&one| one.clone()).collect());
        certain_failure(candidate, &world, 1).map(|finding| finding.check)
    };
    assert_eq!(verdict(&anywhere, &[&full, &free]), None);
    assert_eq!(verdict(&anywhere, &[&full]), Some(Check::Addresses));
    assert_eq!(verdict(&anywhere, &[&full, &cut_off]), Some(Check::Route));
    assert_eq!(verdict(&anywhere, &[]), Some(Check::Addresses));
    assert_eq!(verdict(&zone("use1-az1"), &[&full, &free]), Some(Check::Addresses));
    assert_eq!(verdict(&zone("use1-az2"), &[&full, &free]), None);
    assert_eq!(verdict(&zone("use1-az3"), &[&full, &free]), Some(Check::Addresses));
    assert_eq!(verdict(&anywhere, &[&subnet("use1-az1", None, gateway)]), None);
}

#[test]
fn where_a_zone_has_no_default_subnet_those_that_have_one_are_told() {
    let named = |zone: &str, name: &str| KnownSubnet {
        zone_name: Some(name.to_owned()),
        ..subnet(zone, Some(9), Some(WayOut::InternetGateway))
    };
    let world = with_subnets(vec![named("use1-az2", "us-east-1b"), named("use1-az1", "us-east-1a")]);
    let told = |zone: &str| {
        let candidate = Candidate { zone: Some(zone.to_owned()), ..candidate(wished("m7i.large", REGION)) };
        let finding = certain_failure(&candidate, &world, 1).unwrap();
        let fixes: Vec<String> = finding.fix.iter().map(Fix::hint).collect();
        format!("{}\n{}", finding.detail, fixes.join("\n"))
    };
    insta::assert_snapshot!(told("us-east-1z"), @"
    the default network vpc-1 has no default subnet in us-east-1z; there is one in us-east-1a, us-east-1b
    make one: aws ec2 create-default-subnet --region us-east-1 --availability-zone us-east-1z
    ");
    insta::assert_snapshot!(told("use1-az3"), @"
    the default network vpc-1 has no default subnet in use1-az3; there is one in use1-az1, use1-az2
    make one: aws ec2 create-default-subnet --region us-east-1 --availability-zone-id use1-az3
    ");
}

#[test]
fn an_offering_is_by_type_and_zone() {
    let anywhere = candidate(wished("m7i.large", REGION));
    let zone = |zone: &str| Candidate { zone: Some(zone.to_owned()), ..anywhere.clone() };
    let mut world = world();
    assert_eq!(offering::finding(&anywhere, &world).state, State::Unknown);
    let offered = BTreeMap::from([("m7i.large".to_owned(), vec!["use1-az1".to_owned()])]);
    world.looks.offerings = BTreeMap::from([(REGION.to_owned(), Look::Known(offered))]);
    let state = |candidate: &Candidate| offering::finding(candidate, &world).state;
    assert_eq!(state(&anywhere), State::Ok);
    assert_eq!(state(&zone("use1-az1")), State::Ok);
    assert_eq!(state(&zone("use1-az2")), State::Fix);
    assert_eq!(state(&zone("us-east-1b")), State::Ok, "a name is not held against ids");
    assert_eq!(state(&candidate(wished("c7i.large", REGION))), State::Fix);
}

#[test]
fn a_hint_is_taken_apart_at_its_commands() {
    let fixes = Fix::of_hint("see who you are: aws sts get-caller-identity; another profile: --profile NAME");
    let commands: Vec<Option<&str>> = fixes.iter().map(|fix| fix.command.as_deref()).collect();
    assert_eq!(commands, [Some("aws sts get-caller-identity"), None]);
    let said: Vec<String> = fixes.iter().map(Fix::hint).collect();
    assert_eq!(said, ["see who you are: aws sts get-caller-identity", "another profile: --profile NAME"]);
}
