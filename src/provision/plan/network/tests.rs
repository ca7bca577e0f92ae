//! Which subnets will do, by tables: facts of a network in, places or the reason why not out.

use super::*;
use crate::aws::types::capacity::Zone;
use crate::aws::types::network::Admission;

fn subnet(number: u8, zone: &str, free: u32) -> KnownSubnet {
    KnownSubnet {
        id: format!("subnet-{number}"),
        zone: zone.to_owned(),
        zone_name: None,
        free_addresses: Some(free),
        has_ipv6: false,
        ipv6_only: false,
        route_table: Some("rtb-1".to_owned()),
        way_out: Some(WayOut::InternetGateway),
        s3_endpoint: S3Way::None,
    }
}

fn network(subnets: Vec<KnownSubnet>) -> RegionNetwork {
    RegionNetwork::There(KnownNetwork {
        id: "vpc-1".to_owned(),
        kind: NetworkKind::Named,
        subnets: Some(subnets),
        groups: Vec::new(),
    })
}

const ANY: Zones<'static> = Zones { wished: &[], offering: Vec::new() };

/// What a machine with an agent needs.
fn demand(wish: &NetworkWish) -> Demand<'_> {
    Demand { wish, from_s3: FromS3::Something }
}

fn subnets_of(wish: &NetworkWish, network: &RegionNetwork, zones: &Zones<'_>) -> Vec<String> {
    let places = places(demand(wish), "us-east-1", network, zones).unwrap();
    places.into_iter().map(|place| place.interface.unwrap().subnet.unwrap()).collect()
}

#[test]
fn the_roomiest_subnet_of_each_zone_is_tried_and_named_ones_in_their_order() {
    let known =
        network(vec![subnet(1, "az2", 10), subnet(2, "az1", 5), subnet(3, "az1", 50), subnet(4, "az3", 0)]);
    let wish = NetworkWish::default();
    assert_eq!(subnets_of(&wish, &known, &ANY), ["subnet-3", "subnet-1"]);
    let some = |zones: &Zones<'_>| subnets_of(&wish, &known, zones);
    assert_eq!(some(&Zones { wished: &["az2".to_owned()], offering: Vec::new() }), ["subnet-1"]);
    assert_eq!(some(&Zones { wished: &[], offering: vec!["az1"] }), ["subnet-3"]);
    assert_eq!(some(&Zones { wished: &[], offering: vec!["az9"] }).len(), 2, "the catalog may be older");
    let named = NetworkWish { subnets: vec!["a".to_owned(), "b".to_owned()], ..NetworkWish::default() };
    assert_eq!(subnets_of(&named, &known, &ANY), ["subnet-1", "subnet-2", "subnet-3"]);
}

#[test]
fn a_subnet_without_ipv4_is_not_told_to_be_full() {
    let wish = NetworkWish::default();
    let six = |number| KnownSubnet { has_ipv6: true, ipv6_only: true, ..subnet(number, "az1", 0) };
    let refused = places(demand(&wish), "us-east-1", &network(vec![six(1), subnet(2, "az2", 0)]), &ANY);
    let refused = refused.unwrap_err();
    assert_eq!(
        refused.reason,
        "IPv6 addresses alone, and a machine needs an IPv4 one as well: subnet-1 (az1); no free address: subnet-2 (az2)"
    );
    assert_eq!(refused.hints.len(), 2, "{:?}", refused.hints);
    assert!(refused.hints.iter().any(|hint| hint.contains("--subnet ID")), "{:?}", refused.hints);
    let known = network(vec![six(1), subnet(2, "az2", 9)]);
    assert_eq!(subnets_of(&wish, &known, &ANY), ["subnet-2"]);
}

#[test]
fn without_a_public_address_any_other_way_to_s3_will_do() {
    let wish = NetworkWish { public_address: PublicAddress::None, ..NetworkWish::default() };
    let nat = KnownSubnet { way_out: Some(WayOut::Elsewhere), ..subnet(1, "az1", 9) };
    let endpoint = KnownSubnet { s3_endpoint: S3Way::There, way_out: None, ..subnet(2, "az2", 9) };
    let known = network(vec![nat, endpoint, subnet(3, "az3", 9)]);
    assert_eq!(subnets_of(&wish, &known, &ANY), ["subnet-1", "subnet-2"]);
    let refused = places(demand(&wish), "us-east-1", &network(vec![subnet(3, "az3", 9)]), &ANY).unwrap_err();
    assert!(refused.reason.starts_with("no way to S3 without a public address"), "{}", refused.reason);
    assert!(refused.reason.ends_with(": subnet-3 (az3)"), "{}", refused.reason);
    let nothing = Demand { wish: &wish, from_s3: FromS3::Nothing };
    let lonely = places(nothing, "us-east-1", &network(vec![subnet(3, "az3", 9)]), &ANY).unwrap();
    assert_eq!(lonely.len(), 1, "what fetches nothing needs no way there");
    assert!(
        refused.hints[0]
            .contains("--vpc-id vpc-1 --service-name com.amazonaws.us-east-1.s3 --route-table-ids rtb-1")
    );
}

#[test]
fn a_new_network_has_a_range_of_its_own_and_a_subnet_in_each_zone() {
    let zones = ["az1", "az2"].map(|id| Zone { id: id.to_owned(), name: format!("{id}-name") }).to_vec();
    let missing = |taken: &[&str]| RegionNetwork::Missing {
        zones: zones.clone(),
        taken: taken.iter().map(|&range| range.to_owned()).collect(),
    };
    let shown = |network: &RegionNetwork| {
        serde_json::to_string(&steps("us-east-1", network, &NetworkWish::default())).unwrap()
    };
    let range = r#""range":"10.213.0.0/16""#;
    assert!(shown(&missing(&["172.31.0.0/16"])).contains(range));
    assert!(shown(&missing(&["10.213.128.0/20"])).contains(r#""range":"10.214.0.0/16""#));
    let subnets = r#"[{"zone":"az1","range":"10.213.0.0/20"},{"zone":"az2","range":"10.213.16.0/20"}]"#;
    assert!(shown(&missing(&[])).contains(subnets), "{}", shown(&missing(&[])));
    let full = missing(&["10.0.0.0/8"]);
    assert!(
        places(demand(&NetworkWish::default()), "us-east-1", &full, &ANY)
            .unwrap_err()
            .reason
            .contains("is taken")
    );
    let only = Zones { wished: &["az2-name".to_owned()], offering: Vec::new() };
    let places = places(demand(&NetworkWish::default()), "us-east-1", &missing(&[]), &only).unwrap();
    assert_eq!(places.into_iter().map(|place| place.zone.unwrap()).collect::<Vec<_>>(), ["az2"]);
}

#[test]
fn whom_a_named_group_lets_in_is_yes_no_or_not_known() {
    let group = |ports: (u16, u16), from: &[&str], others: Others| GroupRules {
        id: "sg-1".to_owned(),
        name: "web".to_owned(),
        tags: Vec::new(),
        network: None,
        admits: vec![Admission { ports, from: from.iter().map(|&range| range.to_owned()).collect(), others }],
    };
    let from: AddressRange = "203.0.113.7".parse().unwrap();
    let note = |group: GroupRules| groups_note(&[group], 22, &from);
    assert_eq!(note(group((0, 65535), &["0.0.0.0/0"], Others::None)), None);
    assert_eq!(note(group((22, 22), &["203.0.113.7/32"], Others::Some)), None);
    assert!(
        note(group((80, 80), &["0.0.0.0/0"], Others::None))
            .unwrap()
            .contains("is not let in from 203.0.113.7/32")
    );
    assert!(note(group((22, 22), &["10.0.0.0/8"], Others::Some)).unwrap().contains("is not known"));
    assert_eq!(groups_note(&[], 22, &from), None);
}
