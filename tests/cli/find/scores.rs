//! `find spot --score`: placement scores.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Lab, Request};

#[test]
fn fewer_than_three_types_get_no_score_and_the_reason() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit find spot m7i.large m7i.xlarge --score"), @"
    --- stderr
    region us-east-1 (AWS_REGION); --region all searches the world
    warning: no placement score: AWS gives every request for fewer than 3 different types a low score, whatever the capacity, so a score for 2 would mislead (a type with and without local disks, m5 and m5d, counts once)
    hint: name more types that would do as well, such as 'm7i.large' 'm7a.large' 'm6i.large'
    --- exit 1
    ");
    // A type with and without local disks counts once.
    home.run("cloudkit find spot m5.large m5d.large c5.large --score").exits(1);
    assert!(lab.requests_of("GetSpotPlacementScores").is_empty());
}

#[test]
fn a_price_is_not_looked_at_and_that_is_said() {
    let lab = Lab::start();
    let screen =
        lab.home().run("cloudkit find spot m7i.large m7a.large m6i.large --score --max-price 0.01").ok();
    assert!(
        screen.stderr.contains("not looked at here, where no offer is shown: price ..0.01 USD"),
        "{screen}"
    );
}

#[test]
fn regions_are_asked_about_in_tens() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/placement-scores", &json!({"region": "us-west-2", "score": 10}));
    let screen = home.run("cloudkit find spot m7i.large m7a.large m6i.large --score --count 5 -r all").ok();
    let requests = lab.requests_of("GetSpotPlacementScores");
    let regions =
        |request: &Request| request.params.keys().filter(|name| name.starts_with("RegionName.")).count();
    let asked: usize = requests.iter().map(regions).sum();
    assert!(requests.len() > 1 && requests.iter().all(|request| regions(request) <= 10));
    assert_eq!(asked, screen.lines_of_json().len());
    assert_eq!(requests[0].params["TargetCapacity"], "5");
    let best = &screen.lines_of_json()[0];
    assert_eq!((&best["schema"], &best["score"]), (&json!("cloudkit.placement-score/v1"), &json!(10)));
}

#[test]
fn a_region_without_a_score_is_named() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/placement-scores", &json!({"region": "us-east-1", "score": 6}));
    assert_snapshot!(home.run("cloudkit find spot m7i.large m7a.large m6i.large --score -r us-east-1,ap-east-1 -o table"), @"
    REGION     ZONE    SCORE  COUNT  TYPES
    us-east-1  -     6 of 10      1  m6i.large m7a.large m7i.large
    ap-east-1  -           -      1  m6i.large m7a.large m7i.large
    --- stderr
    no score from AWS: ap-east-1; so it answers for regions that the account has not enabled
    ");
}

#[test]
fn zones_are_scored_region_by_region() {
    let lab = Lab::start();
    let home = lab.home();
    let screen = home
        .run("cloudkit find spot m7i.large m7a.large m6i.large --score --per-zone -r us-east-1,us-west-2")
        .ok();
    let requests = lab.requests_of("GetSpotPlacementScores");
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].params["SingleAvailabilityZone"], "true");
    assert!(screen.lines_of_json().iter().all(|row| row["zone"].as_str().unwrap().contains("-az")));
}

#[test]
fn a_refusal_names_the_regions_that_it_is_about() {
    let lab = Lab::start();
    let mut home = lab.home();
    lab.post("/placement-scores", &json!({"most_configurations": 0}));
    let line = "cloudkit find spot m7i.large m7a.large m6i.large --score -r us-east-1,us-west-2";
    assert_snapshot!(home.run(line), @"
    --- stderr
    warning: us-east-1, us-west-2 could not be asked about: GetSpotPlacementScores refused: MaxConfigLimitExceeded: You've exceeded your maximum allowed Spot placement configurations. You can retry configurations that you used within the last 24 hours, or wait for 24 hours before specifying a new configuration.
    hint: ask for scores with types, regions and a count that were asked for in the last 24 hours, or wait as long
    --- exit 5
    ");
    home.set("AWS_ACCESS_KEY_ID", "DENIED");
    home.run(line).exits(3);
}

#[test]
fn quotas_are_of_offers_which_a_score_and_a_history_do_not_show() {
    let lab = Lab::start();
    let home = lab.home();
    let line = "cloudkit find spot m7i.large m7a.large m6i.large -r us-east-1";
    assert_snapshot!(home.run(&format!("{line} --score --fits")), @"
    --- stderr
    error: quotas are of offers, and --score shows none
    hint: which offers have room: the same without --score
    --- exit 2
    ");
    assert_snapshot!(home.run(&format!("{line} --history 1d --check-quotas")), @"
    --- stderr
    error: quotas are of offers, and --history shows none
    hint: which offers have room: the same without --history
    --- exit 2
    ");
    assert!(lab.requests_of("GetSpotPlacementScores").is_empty());
    // What orders and counts offers is not looked at, and that is said.
    assert_snapshot!(home.run(&format!("{line} --score --sort -price,vcpus --limit 3 --group-by region -q -o name")), @"us-east-1");
    assert_snapshot!(home.run(&format!("{line} --score --sort -price,vcpus --limit 3 --group-by region")).stderr, @"warning: not looked at here, where no offer is shown: --sort -price,vcpus, --group-by region, --limit 3");
}
