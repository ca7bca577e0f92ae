//! Turns by plain data: candidates and refusals in, the order of requests out.

use super::*;
use crate::provision::cost::Cost;
use crate::provision::plan::PlannedImage;

/// `TYPE REGION MARKET [ZONE]`.
fn candidate(text: &str) -> Candidate {
    let words: Vec<&str> = text.split(' ').collect();
    Candidate {
        instance_type: words[0].to_owned(),
        region: words[1].to_owned(),
        market: serde_json::from_value(words[2].into()).unwrap(),
        zone: words.get(3).map(|&zone| zone.to_owned()),
        interface: None,
        groups: Vec::new(),
        key_pair: None,
        max_price_usd_hour: None,
        reservation: None,
        ends_by: None,
        vcpus: None,
        memory_mib: None,
        agent: None,
        image: PlannedImage {
            id: "ami-1".to_owned(),
            name: None,
            kind: None,
            what: None,
            because: String::new(),
            notes: Vec::new(),
            login_user: None,
            root_device: "/dev/xvda".to_owned(),
            root_gib: None,
        },
        volumes: Vec::new(),
        cost: Cost::of(Vec::new(), None),
        client_token: format!("token-{text}"),
        fleet: None,
        preparation: Vec::new(),
    }
}

fn turns(candidates: &[&str]) -> Turns {
    Turns {
        waiting: candidates.iter().map(|text| candidate(text)).collect(),
        refusals: Vec::new(),
        tokens: HashSet::new(),
    }
}

fn refusal(reach: Reach) -> Refusal {
    Refusal { reach, code: None, because: String::new(), wants_capacity: false, zones_named: Vec::new() }
}

fn zones(letters: &str) -> Vec<Zone> {
    let zone = |letter| Zone { id: format!("use1-az-{letter}"), name: format!("us-east-1{letter}") };
    letters.chars().map(zone).collect()
}

/// Who is asked, and who is passed over in brackets, where the first is refused so and all others as one pool each.
fn order(candidates: &[&str], first: Reach, recommended: &str) -> Vec<String> {
    let mut turns = turns(candidates);
    let (mut order, mut reach, mut recommended) = (Vec::new(), first, recommended);
    while let Some(turn) = turns.next() {
        match turn {
            Turn::PassOver(refused) => order.push(format!("[{}]", refused.machine())),
            Turn::Ask(asked) => {
                order.push(asked[0].refused_for(None, String::new()).machine());
                turns.refused(&asked[0], &refusal(reach), &zones(recommended));
                (reach, recommended) = (Reach::Pool, "");
            }
        }
    }
    order
}

#[test]
fn one_comes_after_the_other_and_nobody_twice() {
    let candidates =
        ["g6.xlarge us-east-1 spot", "g6.xlarge us-east-1 on-demand", "g6.xlarge us-east-1 spot"];
    assert_eq!(
        order(&candidates, Reach::Pool, ""),
        ["g6.xlarge in us-east-1, spot", "g6.xlarge in us-east-1", "[g6.xlarge in us-east-1, spot]"]
    );
}

#[test]
fn where_ec2_chose_the_zone_those_it_recommends_come_next() {
    let candidates = ["g6.xlarge us-east-1 on-demand", "g5.xlarge us-east-1 on-demand"];
    assert_eq!(
        order(&candidates, Reach::Pool, "ba"),
        [
            "g6.xlarge in us-east-1",
            "g6.xlarge in us-east-1 (use1-az-b)",
            "g6.xlarge in us-east-1 (use1-az-a)",
            "g5.xlarge in us-east-1",
        ]
    );
}

#[test]
fn where_zones_were_chosen_only_they_are_asked_and_the_recommended_ones_first() {
    let zone = |zone: &str| format!("g6.xlarge us-east-1 on-demand {zone}");
    let candidates = [zone("us-east-1a"), zone("use1-az-b"), zone("us-east-1c")];
    let candidates: Vec<&str> = candidates.iter().map(String::as_str).collect();
    assert_eq!(
        order(&candidates, Reach::Pool, "dc"),
        [
            "g6.xlarge in us-east-1 (us-east-1a)",
            "g6.xlarge in us-east-1 (us-east-1c)",
            "g6.xlarge in us-east-1 (use1-az-b)",
        ]
    );
}

fn next(turns: &mut Turns) -> Vec<Candidate> {
    match turns.next() {
        Some(Turn::Ask(candidates)) => candidates,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_goes_as_one_request_is_one_turn() {
    let mut turns = turns(&[
        "g6.xlarge us-east-1 spot use1-az-a",
        "g5.xlarge us-east-1 spot use1-az-b",
        "g6.xlarge us-east-1 on-demand use1-az-a",
    ]);
    turns.waiting.iter_mut().take(2).for_each(|one| one.fleet = Some("fleet".to_owned()));
    let fleet = next(&mut turns);
    assert_eq!(fleet.len(), 2);
    assert!(!turns.are_over());
    turns.refused(&fleet[0], &refusal(Reach::Zone), &[]);
    assert!(turns.are_over(), "the last one would be passed over");
    assert!(matches!(turns.next(), Some(Turn::PassOver(_))));
}

#[test]
fn a_zone_is_recommended_twice_and_asked_once() {
    let mut turns = turns(&["g6.xlarge us-east-1 on-demand"]);
    let first = next(&mut turns).remove(0);
    assert_eq!(turns.refused(&first, &refusal(Reach::Pool), &zones("a")), ["use1-az-a"]);
    let pinned = next(&mut turns).remove(0);
    assert_ne!(pinned.client_token, first.client_token, "each request has a token of its own");
    assert!(pinned.client_token.len() <= 64);
    assert!(turns.refused(&pinned, &refusal(Reach::Pool), &zones("a")).is_empty());
    assert!(turns.next().is_none());
}

#[test]
fn a_quota_ends_those_that_are_charged_to_it() {
    let candidates = [
        "g6.xlarge us-east-1 on-demand",
        "g5.xlarge us-east-1 on-demand",
        "g6.xlarge us-east-1 spot",
        "m7i.large us-east-1 on-demand",
        "g6.xlarge us-west-2 on-demand",
    ];
    assert_eq!(
        order(&candidates, Reach::Quota, ""),
        [
            "g6.xlarge in us-east-1",
            "[g5.xlarge in us-east-1]",
            "g6.xlarge in us-east-1, spot",
            "m7i.large in us-east-1",
            "g6.xlarge in us-west-2",
        ]
    );
}

#[test]
fn a_market_that_is_refused_to_the_account_ends_everywhere() {
    let candidates =
        ["g6.xlarge us-east-1 spot", "m7i.large us-west-2 spot", "m7i.large us-west-2 on-demand"];
    assert_eq!(
        order(&candidates, Reach::Market, ""),
        ["g6.xlarge in us-east-1, spot", "[m7i.large in us-west-2, spot]", "m7i.large in us-west-2"]
    );
}

#[test]
fn a_full_subnet_ends_its_zone_and_a_zone_without_the_type_the_type() {
    let candidates = [
        "g6.xlarge us-east-1 spot use1-az-a",
        "g6.xlarge us-east-1 on-demand use1-az-a",
        "m7i.large us-east-1 on-demand use1-az-a",
        "g6.xlarge us-east-1 spot use1-az-b",
    ];
    assert_eq!(
        order(&candidates, Reach::Subnet, "")[1..],
        [
            "[g6.xlarge in us-east-1 (use1-az-a)]",
            "[m7i.large in us-east-1 (use1-az-a)]",
            "g6.xlarge in us-east-1 (use1-az-b), spot",
        ]
    );
    assert_eq!(
        order(&candidates, Reach::Zone, "")[1..],
        [
            "[g6.xlarge in us-east-1 (use1-az-a)]",
            "m7i.large in us-east-1 (use1-az-a)",
            "g6.xlarge in us-east-1 (use1-az-b), spot",
        ]
    );
    let anywhere = ["g6.xlarge us-east-1 spot", "m7i.large us-east-1 on-demand"];
    assert_eq!(
        order(&anywhere, Reach::Subnet, "")[1],
        "m7i.large in us-east-1",
        "whose subnet it was is not known"
    );
}
