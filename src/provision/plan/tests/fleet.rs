//! What goes together as one request, and what is made for it.

use super::*;
use crate::aws::types::network::WayOut;
use crate::provision::wish::count::Count;
use crate::provision::world::network::{KnownSubnet, S3Way};

/// A default network with a subnet in each of these zones.
fn world_with_subnets(zones: &[&str]) -> World {
    let subnet = |zone: &&str| KnownSubnet {
        id: format!("subnet-{zone}"),
        zone: (*zone).to_owned(),
        zone_name: None,
        free_addresses: Some(100),
        has_ipv6: false,
        ipv6_only: false,
        route_table: None,
        way_out: Some(WayOut::InternetGateway),
        s3_endpoint: S3Way::NotAsked,
    };
    let mut world = world();
    world.regions.get_mut("us-east-1").unwrap().network = RegionNetwork::There(KnownNetwork {
        id: "vpc-1".to_owned(),
        kind: NetworkKind::Default,
        subnets: Some(zones.iter().map(subnet).collect()),
        groups: Vec::new(),
    });
    world
}

fn spot(instance_type: &str) -> WishedMachine {
    WishedMachine { market: Market::Spot, ..wished(instance_type, "us-east-1") }
}

fn several(candidates: Vec<WishedMachine>, wanted: u32, least: u32) -> Wish {
    Wish { count: Count { wanted, least }, ..wish(candidates) }
}

/// `TYPE ZONE MARKET FLEET TEMPLATE` of each candidate, the launch left out of the names.
fn requests(plan: &Plan) -> Vec<String> {
    let short = |name: Option<&str>| {
        name.map_or("-", |name| &name["cloudkit-l-0123456789abcdef-".len()..]).to_owned()
    };
    let one = |candidate: &Candidate| {
        let zone = candidate.zone.as_deref().unwrap_or("anywhere");
        let (fleet, template) = (short(candidate.fleet.as_deref()), short(candidate.launch_template()));
        format!("{} {zone} {} {fleet} {template}", candidate.instance_type, candidate.market)
    };
    plan.candidates.iter().map(one).collect()
}

#[test]
fn one_machine_on_demand_is_asked_for_as_ever_and_several_go_together() {
    let world = world_with_subnets(&["use1-az1", "use1-az4"]);
    let machines = || vec![wished("m7i.large", "us-east-1")];
    let one = planned(&wish(machines()), &world);
    assert_eq!(requests(&one), ["m7i.large use1-az1 on-demand - -", "m7i.large use1-az4 on-demand - -"]);
    assert_eq!(one.several, None);
    let plan = planned(&several(machines(), 3, 2), &world);
    assert_eq!(
        requests(&plan),
        ["m7i.large use1-az1 on-demand f0 f0-0", "m7i.large use1-az4 on-demand f0 f0-0"]
    );
    assert_eq!(plan.several, Some(Several { count: 3, min_count: 2, names: Vec::new() }));
    assert_eq!(plan.name, plan.launch, "without names they are called by their launch");
}

#[test]
fn spot_pools_of_a_region_go_together_even_for_one_machine() {
    let world = world_with_subnets(&["use1-az4"]);
    let on_demand = || wished("m7i.large", "us-east-1");
    let plan = planned(&wish(vec![spot("m7i.large"), spot("g6.xlarge"), on_demand()]), &world);
    assert_eq!(
        requests(&plan),
        [
            "m7i.large use1-az4 spot f0 f0-0",
            "g6.xlarge use1-az4 spot f0 f0-1",
            "m7i.large use1-az4 on-demand - -",
        ],
        "one template for each image"
    );
    let alone = planned(&wish(vec![spot("m7i.large"), on_demand(), spot("m7i.xlarge")]), &world);
    assert!(
        alone.candidates.iter().all(|one| one.fleet.is_none()),
        "only neighbours in the order go together"
    );
}

#[test]
fn a_pool_is_named_once_in_a_request() {
    let world = world_with_subnets(&["use1-az4"]);
    let plan = planned(&several(vec![spot("m7i.large"), spot("m7i.large")], 2, 2), &world);
    assert_eq!(requests(&plan), ["m7i.large use1-az4 spot f0 f0-0"]);
}

#[test]
fn under_a_limit_of_cost_each_price_has_a_template_of_its_own() {
    let world = world_with_subnets(&["use1-az4"]);
    let mut wish = several(vec![wished("m7i.large", "us-east-1"), wished("c7i.large", "us-east-1")], 2, 2);
    let templates = |plan: &Plan| {
        plan.candidates
            .iter()
            .filter_map(Candidate::launch_template)
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
            .len()
    };
    assert_eq!(templates(&planned(&wish, &world)), 1);
    wish.ending.cost_limit = Some(Money::from_micros(5_000_000));
    let plan = planned(&wish, &world);
    assert_eq!(templates(&plan), 2, "a machine is told its price: {:?}", requests(&plan));
}

#[test]
fn machines_have_their_names_in_order() {
    let world = world_with_subnets(&["use1-az4"]);
    let mut wish = several(vec![wished("m7i.large", "us-east-1")], 3, 3);
    wish.name = Some("node-{index}".to_owned());
    let plan = planned(&wish, &world);
    assert_eq!(plan.several.unwrap().names, ["node-1", "node-2", "node-3"]);
}
