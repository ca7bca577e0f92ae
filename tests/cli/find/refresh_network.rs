//! Refreshing over the network, from a server of the lab: what is asked for, and what is said of lists that fail.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::lists::{self, OREGON, VIRGINIA};
use crate::support::{FeedRequest, Home, Lab, wait};

const REFRESH: &str = "cloudkit find refresh -o table";
/// Which lists were read, and no more.
const NAMES: &str = "cloudkit find refresh -o name";

/// A lab whose server has every list, as AWS's has, and a home that knows of no other.
struct World {
    lab: Lab,
    home: Home,
}

impl World {
    fn new() -> Self {
        let (lab, mut home) = (Lab::start(), Home::new());
        lists::serve_all(&lab, &mut home);
        Self { lab, home }
    }

    /// Serves a list, compressed for those who can read that.
    fn serve(&self, path: &str, body: &str) {
        lists::serve(&self.lab, path, body);
    }

    /// The requests that a line made, by path.
    fn requests_of(&self, line: &str) -> (String, BTreeMap<String, FeedRequest>) {
        let before = self.lab.feed_requests_since(0).len();
        let screen = self.home.run(line).to_string();
        let requests = self.lab.feed_requests_since(before);
        let count = requests.len();
        let by_path: BTreeMap<_, _> = requests.into_iter().map(|one| (one.path.clone(), one)).collect();
        assert_eq!(by_path.len(), count, "nothing is asked for twice");
        (screen, by_path)
    }

    fn catalog(&self) -> Option<Vec<u8>> {
        std::fs::read(self.home.path(".cache/cloudkit/catalog.bin")).ok()
    }

    fn fault(&self, kind: &str, path: &str, members: &Value) {
        let mut fault = json!({"kind": kind, "path": path});
        for (name, value) in members.as_object().unwrap() {
            fault[name] = value.clone();
        }
        self.lab.feed_fault(&fault);
    }
}

fn statuses(requests: &BTreeMap<String, FeedRequest>) -> Vec<String> {
    requests.iter().map(|(path, one)| format!("{path} {}", one.status.unwrap_or_default())).collect()
}

#[test]
fn every_list_is_asked_for_once_and_compressed() {
    let world = World::new();
    let (screen, requests) = world.requests_of(REFRESH);
    assert_snapshot!(screen, @"
    FEED                        OS       LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of spot prices         -            1          0     4     3        1  2026-09-01
    list of spot interruptions  -            1          0     1     1        0  2026-09-01
    list of on-demand prices    linux        2          0     2     2        0  2026-09-01
    list of on-demand prices    windows      2          0     2     2        0  2026-09-01
    index of on-demand prices   -            1          0     3     3        0  2026-09-01
    list of locations           -            1          0     3     3        0  2026-09-01
    --- stderr
    fetching AWS's lists: 8 new, 0 unchanged, 0 failed
    list of spot prices: 1 row was dropped: AWS gives no price
    ");
    // Locations, the index, two of spot, two of each region and none of a zone.
    assert_eq!(requests.len(), 1 + 1 + 2 + 2 * 2);
    assert_snapshot!(statuses(&requests).join("\n"), @"
    /US East (N. Virginia)/Linux/index.json 200
    /US East (N. Virginia)/Windows/index.json 200
    /US West (Oregon)/Linux/index.json 200
    /US West (Oregon)/Windows/index.json 200
    /locations.json 200
    /metadata.json 200
    /spot-advisor-data.json 200
    /spot.json 200
    ");
    assert!(requests.values().all(|one| one.headers["accept-encoding"] == "gzip"), "{requests:?}");
    assert!(requests.values().all(|one| !one.headers.contains_key("if-none-match")), "{requests:?}");
    assert_snapshot!(world.home.run("cloudkit find search m7i.large -r us-east-1,us-west-2 --os windows -o table"), @"
    TYPE       REGION     VCPUS  MEMORY  ARCH    USD/HOUR  AS OF
    m7i.large  us-east-1      2   8 GiB  x86_64     10.20  2026-09-01
    m7i.large  us-west-2      2   8 GiB  x86_64     10.30  2026-09-01
    ");
    assert_snapshot!(world.home.run("cloudkit find spot m7i.large -r us-east-1 -o jsonl"), @r#"{"schema":"cloudkit.offer/v1","instance_type":"m7i.large","region":"us-east-1","zones":["use1-az1","use1-az2","use1-az4","use1-az5","use1-az6"],"market":"spot","architectures":["x86_64"],"vcpus":2,"memory_mib":8192,"os":"linux","price_usd_hour":"0.0391","on_demand_usd_hour":"0.20","saving_percent":80,"saving_source":"computed","price_source":"feed","price_as_of":"2026-09-01","interruption":{"min_percent":5,"max_percent":10}}"#);
}

#[test]
fn the_second_time_only_what_is_newer_is_sent() {
    let world = World::new();
    world.home.run(REFRESH).ok();
    let before = world.catalog();
    let (screen, requests) = world.requests_of(REFRESH);
    assert_snapshot!(screen, @"
    FEED                        OS       LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of spot prices         -            0          1     -     -        -  2026-09-01
    list of spot interruptions  -            0          1     -     -        -  2026-09-01
    list of on-demand prices    linux        0          2     -     -        -  2026-09-01
    list of on-demand prices    windows      0          2     -     -        -  2026-09-01
    index of on-demand prices   -            1          0     3     3        0  2026-09-01
    list of locations           -            1          0     3     3        0  2026-09-01
    --- stderr
    fetching AWS's lists: 2 new, 6 unchanged, 0 failed
    ");
    let sent: Vec<&String> =
        requests.iter().filter(|(_, one)| one.status == Some(200)).map(|(path, _)| path).collect();
    assert_eq!(sent, ["/locations.json", "/metadata.json"], "which say what else there is");
    for (path, request) in requests.iter().filter(|(_, request)| request.status == Some(304)) {
        let has = |name: &str| request.headers.contains_key(name);
        assert!(has("if-none-match") && has("if-modified-since"), "{path}: {request:?}");
    }
    assert!(world.catalog() == before, "the cache has changed");

    world.serve("/spot.json", &lists::spot_of_a_large("0.0999"));
    let (screen, requests) = world.requests_of(REFRESH);
    assert_snapshot!(screen.lines().find(|line| line.starts_with("list of spot prices")).unwrap(), @"list of spot prices         -            1          0     4     3        1  2026-09-01");
    assert!(screen.contains("fetching AWS's lists: 3 new, 5 unchanged, 0 failed"), "{screen}");
    assert_eq!(requests["/spot.json"].status, Some(200));
    let offers = world.home.run("cloudkit find spot m7i.large -r us-east-1").ok().lines_of_json();
    assert_eq!(offers[0]["price_usd_hour"], "0.0999");
}

#[test]
fn a_refresh_with_refresh_asks_once() {
    let (_, requests) = World::new().requests_of(&format!("{REFRESH} --refresh"));
    assert_eq!(requests.len(), 8);
}

#[test]
fn without_the_catalog_everything_is_fetched_anew() {
    let world = World::new();
    world.home.run(REFRESH).ok();
    std::fs::remove_file(world.home.path(".cache/cloudkit/catalog.bin")).unwrap();
    let (_, requests) = world.requests_of(REFRESH);
    assert!(requests.values().all(|one| one.status == Some(200)), "{requests:?}");
    assert!(world.catalog().is_some());
}

#[test]
fn a_mirror_has_the_same_lists_below_one_address() {
    let (of_aws, _) = World::new().requests_of(REFRESH);
    let mut world = World::new();
    for variable in ["SPOT_PRICES", "INTERRUPTIONS", "ON_DEMAND_PRICES", "LOCATIONS"] {
        world.home.set(&format!("CLOUDKIT_{variable}_URL"), "http://127.0.0.1:9/nothing-is-asked-of-it");
    }
    let line = format!("{REFRESH} --from {}/", world.lab.addresses.feeds);
    let (screen, requests) = world.requests_of(&line);
    assert_eq!((screen, requests.len()), (of_aws, 8));
}

#[test]
fn each_list_that_fails_is_named_and_the_others_count() {
    let world = World::new();
    world.fault("status", "/spot.json", &json!({"status": 500}));
    world.fault("truncate", "/spot-advisor-data.json", &json!({"bytes": 20}));
    world.fault("drop", &format!("/{OREGON}/Linux/index.json"), &json!({}));
    world.lab.feed(&json!({"path": format!("/{OREGON}/Windows/index.json"), "body": "<html>Sign in</html>"}));
    let endless = format!("/{VIRGINIA}/Windows/index.json");
    world.lab.feed(&json!({"path": endless, "body": "{}"}));
    world.fault("endless", &endless, &json!({}));
    let screen = world.home.run(REFRESH);
    assert_snapshot!(screen, @"
    FEED                       OS     LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of on-demand prices   linux      1          0     1     1        0  2026-09-01
    index of on-demand prices  -          1          0     3     3        0  2026-09-01
    list of locations          -          1          0     3     3        0  2026-09-01
    --- stderr
    fetching AWS's lists: 4 new, 0 unchanged, 4 failed
    warning: http://127.0.0.1:[PORT]/US%20West%20(Oregon)/Windows/index.json changes nothing: what is there is not the list of on-demand prices: it starts with <html>Sign in</html>
    warning: http://127.0.0.1:[PORT]/spot-advisor-data.json (list of spot interruptions) changes nothing: no answer from it: error decoding response body: request or response body error: error reading a body from connection: end of file before message length reached
    warning: http://127.0.0.1:[PORT]/spot.json (list of spot prices) changes nothing: it answers 500
    warning: http://127.0.0.1:[PORT]/US%20East%20(N.%20Virginia)/Windows/index.json (list of on-demand prices) changes nothing: it answers with more than 67108864 bytes
    warning: http://127.0.0.1:[PORT]/US%20West%20(Oregon)/Linux/index.json (list of on-demand prices) changes nothing: no answer from it: error sending request: client error (SendRequest): connection closed before message completed
    error: 5 of 8 lists could not be used: what was known of them stays
    hint: try again, which asks only for what is missing: cloudkit find refresh
    --- exit 5
    ");
    let offers = world.home.run("cloudkit find search m7i.large -r us-east-1").ok().lines_of_json();
    assert_eq!(offers[0]["price_usd_hour"], "0.20");
}

#[test]
fn documents_name_the_lists_that_failed_and_why() {
    let world = World::new();
    world.fault("status", "/spot.json", &json!({"status": 500}));
    let rows = world.home.run("cloudkit find refresh").exits(5).lines_of_json();
    let failed: Vec<&Value> = rows.iter().filter(|row| row["error"].is_string()).collect();
    assert_eq!((rows.len(), failed.len()), (6, 1));
    assert_snapshot!(format!("{:#}", failed[0]), @r#"
    {
      "dropped": [],
      "error": "http://127.0.0.1:[PORT]/spot.json answers 500",
      "feed": "spot-price",
      "kept": 0,
      "list": "http://127.0.0.1:[PORT]/spot.json",
      "lists": 0,
      "rows": 0,
      "schema": "cloudkit.refresh/v1",
      "unchanged_lists": 0,
      "unchanged_rows": 0
    }
    "#);
}

#[test]
fn a_failure_later_on_changes_nothing_that_is_known() {
    let world = World::new();
    world.home.run(REFRESH).ok();
    world.lab.feed_fault(&json!({"kind": "status", "status": 503}));
    let before = world.catalog();
    assert_snapshot!(world.home.run(REFRESH), @"
    --- stderr
    fetching AWS's lists: 0 new, 0 unchanged, 4 failed
    warning: http://127.0.0.1:[PORT]/locations.json (list of locations) changes nothing: it answers 503
    warning: http://127.0.0.1:[PORT]/metadata.json (index of on-demand prices) changes nothing: it answers 503
    warning: http://127.0.0.1:[PORT]/spot-advisor-data.json (list of spot interruptions) changes nothing: it answers 503
    warning: http://127.0.0.1:[PORT]/spot.json (list of spot prices) changes nothing: it answers 503
    error: 4 of 4 lists could not be used: what was known of them stays
    hint: try again, which asks only for what is missing: cloudkit find refresh
    --- exit 5
    ");
    assert!(world.catalog() == before, "the cache has changed");
    world.lab.clear_feed_faults();
    // What was cut short is asked for again, and not taken for what is known.
    world.serve("/spot.json", &lists::spot_of_a_large("0.0999"));
    world.fault("truncate", "/spot.json", &json!({"times": 1}));
    world.home.run(REFRESH).exits(5);
    let (_, requests) = world.requests_of(REFRESH);
    assert_eq!(requests["/spot.json"].status, Some(200));
}

#[test]
fn a_closed_port_is_named() {
    let mut world = World::new();
    world.home.set("CLOUDKIT_SPOT_PRICES_URL", "http://127.0.0.1:1/spot.json");
    assert_snapshot!(world.home.run(NAMES), @"
    list of spot interruptions
    list of on-demand prices linux
    list of on-demand prices windows
    index of on-demand prices
    list of locations
    --- stderr
    fetching AWS's lists: 7 new, 0 unchanged, 1 failed
    warning: http://127.0.0.1:[PORT]/spot.json (list of spot prices) changes nothing: no answer from it: error sending request: client error (Connect): tcp connect error: Connection refused (os error 111)
    error: 1 of 8 lists could not be used: what was known of them stays
    hint: try again, which asks only for what is missing: cloudkit find refresh
    --- exit 5
    ");
}

#[test]
fn without_the_list_of_locations_the_names_that_are_built_in_serve() {
    let world = World::new();
    world.fault("status", "/locations.json", &json!({"status": 404}));
    let (screen, requests) = world.requests_of(NAMES);
    assert_snapshot!(screen, @"
    list of spot prices
    list of spot interruptions
    list of on-demand prices linux
    list of on-demand prices windows
    index of on-demand prices
    --- stderr
    fetching AWS's lists: 7 new, 0 unchanged, 1 failed
    list of spot prices: 1 row was dropped: AWS gives no price
    warning: http://127.0.0.1:[PORT]/locations.json (list of locations) changes nothing: it answers 404
    error: 1 of 8 lists could not be used: what was known of them stays
    hint: try again, which asks only for what is missing: cloudkit find refresh
    --- exit 5
    ");
    assert_eq!(requests.len(), 8);
}

#[test]
fn without_the_index_the_spot_lists_count() {
    let world = World::new();
    world.lab.feed(&json!({"path": "/metadata.json", "body": lists::index(&[])}));
    let (screen, requests) = world.requests_of(REFRESH);
    assert_snapshot!(screen, @r#"
    FEED                        OS  LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of spot prices         -       1          0     4     3        1  2026-09-01
    list of spot interruptions  -       1          0     1     1        0  2026-09-01
    list of locations           -       1          0     3     3        0  2026-09-01
    --- stderr
    fetching AWS's lists: 4 new, 0 unchanged, 0 failed
    list of spot prices: 1 row was dropped: AWS gives no price
    warning: http://127.0.0.1:[PORT]/metadata.json changes nothing: the format of the index of on-demand prices has changed: regionAttributes.Location is "" and not a location
    error: 1 of 4 lists could not be used: what was known of them stays
    hint: try again, which asks only for what is missing: cloudkit find refresh
    --- exit 5
    "#);
    assert_eq!(requests.len(), 4);
}

#[test]
fn timeout_ends_it_and_the_cache_stays() {
    let world = World::new();
    world.home.run(REFRESH).ok();
    let before = world.catalog();
    world.serve("/spot.json", &lists::spot_of_a_large("0.0999"));
    world.fault("trickle", "/spot.json", &json!({"chunk_bytes": 1, "hang_ms": 60_000}));
    assert_snapshot!(world.home.run(&format!("{REFRESH} --timeout 1s")), @"
    --- stderr
    error: not done within 1s
    --- exit 5
    ");
    assert!(world.catalog() == before, "the cache has changed");
}

#[test]
fn interrupted_it_leaves_the_cache_as_it_was() {
    let world = World::new();
    world.fault("hang", "/spot.json", &json!({"ms": 60_000}));
    let mut running = world.home.start(REFRESH);
    wait::until("the request", || (!world.lab.feed_requests_since(0).is_empty()).then_some(()));
    running.kill();
    running.screen();
    assert!(world.catalog().is_none());
}

#[test]
fn spot_fetches_the_two_lists_that_it_needs_once() {
    let world = World::new();
    let line = "cloudkit find spot m7i.large --region us-east-1 -o jsonl";
    let (screen, requests) = world.requests_of(line);
    assert_snapshot!(screen, @r#"
    {"schema":"cloudkit.offer/v1","instance_type":"m7i.large","region":"us-east-1","zones":["use1-az1","use1-az2","use1-az4","use1-az5","use1-az6"],"market":"spot","architectures":["x86_64"],"vcpus":2,"memory_mib":8192,"os":"linux","price_usd_hour":"0.0391","on_demand_usd_hour":"0.1008","on_demand_is_old":true,"saving_percent":70,"saving_source":"advisor","price_source":"feed","price_as_of":"2026-09-01","interruption":{"min_percent":5,"max_percent":10}}
    --- stderr
    fetching AWS's lists: 2 new, 0 unchanged, 0 failed
    "#);
    assert_eq!(requests.keys().collect::<Vec<_>>(), ["/spot-advisor-data.json", "/spot.json"]);
    let (again, requests) = world.requests_of(line);
    assert!(requests.is_empty(), "{requests:?}");
    assert_eq!(again.lines().next(), screen.lines().next());
}

#[test]
fn spot_without_a_list_says_what_to_do() {
    let world = World::new();
    world.lab.feed_fault(&json!({"kind": "status", "status": 503}));
    assert_snapshot!(world.home.run("cloudkit find spot m7i.large --region us-east-1"), @"
    --- stderr
    fetching AWS's lists: 0 new, 0 unchanged, 2 failed
    warning: http://127.0.0.1:[PORT]/spot-advisor-data.json (list of spot interruptions) changes nothing: it answers 503
    warning: http://127.0.0.1:[PORT]/spot.json (list of spot prices) changes nothing: it answers 503
    error: no spot prices are known, and AWS's list of them could not be fetched
    hint: fetch them with more time: cloudkit find refresh
    hint: read files of AWS's lists: cloudkit find refresh --from DIR
    --- exit 5
    ");
    assert!(world.catalog().is_none());
}

#[test]
fn spot_does_without_the_interruptions() {
    let world = World::new();
    world.fault("status", "/spot-advisor-data.json", &json!({"status": 503}));
    assert_snapshot!(world.home.run("cloudkit find spot m7i.large --region us-east-1 -o jsonl"), @r#"
    {"schema":"cloudkit.offer/v1","instance_type":"m7i.large","region":"us-east-1","zones":["use1-az1","use1-az2","use1-az4","use1-az5","use1-az6"],"market":"spot","architectures":["x86_64"],"vcpus":2,"memory_mib":8192,"os":"linux","price_usd_hour":"0.0391","on_demand_usd_hour":"0.1008","on_demand_is_old":true,"saving_percent":61,"saving_source":"computed","price_source":"feed","price_as_of":"2026-09-01"}
    --- stderr
    fetching AWS's lists: 1 new, 0 unchanged, 1 failed
    warning: http://127.0.0.1:[PORT]/spot-advisor-data.json (list of spot interruptions) changes nothing: it answers 503
    "#);
}

#[test]
fn spot_does_not_wait_long_for_a_slow_list() {
    let world = World::new();
    world.fault("hang", "/spot.json", &json!({"ms": 120_000}));
    assert_snapshot!(world.home.run("cloudkit find spot m7i.large --region us-east-1"), @"
    --- stderr
    fetching AWS's lists: 1 new, 0 unchanged, 1 failed
    warning: http://127.0.0.1:[PORT]/spot.json (list of spot prices) changes nothing: no answer from it: error sending request: operation timed out
    error: no spot prices are known, and AWS's list of them could not be fetched
    hint: fetch them with more time: cloudkit find refresh
    hint: read files of AWS's lists: cloudkit find refresh --from DIR
    --- exit 5
    ");
    // What came in time is kept.
    let (_, requests) = world.requests_of("cloudkit find spot --region us-east-1 --timeout 1s");
    assert_snapshot!(statuses(&requests).join("\n"), @"
    /spot-advisor-data.json 304
    /spot.json 0
    ");
}
