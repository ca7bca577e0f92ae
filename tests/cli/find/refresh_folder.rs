//! Refreshing from a folder: which files count, what is said of the others, and what is kept as it was known.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use serde_json::Value;

use super::lists::{self, ATLANTA, DAY, OREGON, VIRGINIA};
use crate::support::Home;

pub(super) const REFRESH: &str = "cloudkit find refresh --from lists -o table";
const EARLIER: &str = "2024-01-01T00:00:00Z";
const NEXT_DAY: &str = "2026-09-02T12:00:00Z";

/// A list of spot prices with four of them.
pub(super) fn four_spot_prices() -> String {
    lists::spot(&[
        ("us-east-1", "m7i.large", "0.0391", "0.1311"),
        ("us-west-2", "m7i.large", "0.0402", "0.1322"),
    ])
}

/// The price of a type with an operating system in a region, its date and its source.
pub(super) fn price(
    home: &Home,
    verb: &str,
    name: &str,
    region: &str,
    os: &str,
) -> Option<(String, String, String)> {
    let screen = home.run(&format!("cloudkit find {verb} {name} --region {region} --os {os} -o jsonl"));
    let offer = screen.lines_of_json().into_iter().next()?;
    let text = |field: &str| offer[field].as_str().map(str::to_owned);
    Some((text("price_usd_hour")?, text("price_as_of")?, text("price_source")?))
}

pub(super) fn said(price: &str, as_of: &str, source: &str) -> Option<(String, String, String)> {
    Some((price.to_owned(), as_of.to_owned(), source.to_owned()))
}

#[test]
fn lists_are_known_by_their_content_at_any_depth() {
    let home = Home::new();
    lists::write(&home, "lists/a/b/c/prices", lists::compressed(&four_spot_prices()), 0);
    lists::write(&home, "lists/advice.txt", lists::advisor(&[("us-east-1", "Linux", "m7i.large", 1)]), 0);
    lists::write(&home, "lists/1.json", lists::on_demand(VIRGINIA, "Linux", DAY, &[("m7i.large", "0.2")]), 0);
    lists::write(&home, "lists/2.json", lists::on_demand(OREGON, "Linux", DAY, &[("m7i.large", "0.3")]), 0);
    let windows = lists::on_demand(VIRGINIA, "Windows", DAY, &[("m7i.large", "0.4")]);
    lists::write(&home, "lists/deeper/3.json.gz", lists::compressed(&windows), 0);
    lists::write(&home, "lists/where", lists::locations(), 0);
    lists::write(&home, "lists/metadata.json", lists::index(&[VIRGINIA, OREGON]), 0);
    lists::write(&home, "lists/README.md", "Ours.\n", 0);
    lists::write(&home, "lists/other.json", r#"{"config": {"rate": "perhr"}}"#, 0);
    lists::write(&home, "lists/picture.png", b"\x89PNG\r\n\x1a\n\xff\xfe", 0);
    lists::write(&home, "lists/empty", "", 0);
    assert_snapshot!(home.run(REFRESH), @r#"
    FEED                        OS       LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of spot prices         -            1          0     4     4        0  <=2026-09-01
    list of spot interruptions  -            1          0     1     1        0  ~2026-09-01
    list of on-demand prices    linux        2          0     2     2        0  2026-09-01
    list of on-demand prices    windows      1          0     1     1        0  2026-09-01
    index of on-demand prices   -            1          0     2     2        0  2026-09-01
    list of locations           -            1          0     3     3        0  ~2026-09-01
    --- stderr
    warning: lists/other.json is none of AWS's lists: it starts with {"config": {"rate": "perhr"}}
    3 other files were passed over
    warning: lists/a/b/c/prices (list of spot prices) does not say from when it is: taken to be of 2026-09-01 or before, the file's time, which may be that of a copy
    lists/advice.txt (list of spot interruptions) does not say from when it is: taken to be of about 2026-09-01, as lists/1.json beside it
    hint: say from when such lists are: --as-of DATE
    "#);
    assert_eq!(price(&home, "search", "m7i.large", "us-east-1", "linux"), said("0.20", "2026-09-01", "feed"));
    assert_eq!(price(&home, "search", "m7i.large", "us-west-2", "linux"), said("0.30", "2026-09-01", "feed"));
    assert_eq!(
        price(&home, "search", "m7i.large", "us-east-1", "windows"),
        said("0.40", "2026-09-01", "feed")
    );
    assert_eq!(price(&home, "spot", "m7i.large", "us-east-1", "linux"), said("0.0391", "2026-09-01", "feed"));
    assert_eq!(
        price(&home, "spot", "m7i.large", "us-west-2", "windows"),
        said("0.1322", "2026-09-01", "feed")
    );
}

#[test]
fn json_has_the_counts_and_the_reasons() {
    let home = Home::new();
    let rows = [("us-east-1", "m7i.large", "0.0391", "N/A*"), ("us-east-1-atl-1", "m7i.large", "0.05", "0")];
    lists::write(&home, "lists/spot.json", lists::spot(&rows), 0);
    assert_snapshot!(home.run("cloudkit find refresh --from lists -o json"), @r#"
    [
      {
        "schema": "cloudkit.refresh/v1",
        "feed": "spot-price",
        "lists": 1,
        "unchanged_lists": 0,
        "unchanged_rows": 0,
        "rows": 4,
        "kept": 1,
        "dropped": [
          {
            "because": "AWS gives no price",
            "rows": 1
          },
          {
            "because": "it is of a local zone",
            "rows": 2
          }
        ],
        "first_as_of": "2026-09-01",
        "last_as_of": "2026-09-01",
        "dated_by": "file-time"
      }
    ]
    --- stderr
    list of spot prices: 1 row was dropped: AWS gives no price
    list of spot prices: 2 rows were dropped: it is of a local zone
    warning: lists/spot.json (list of spot prices) does not say from when it is: taken to be of 2026-09-01 or before, the file's time, which may be that of a copy
    hint: say from when such lists are: --as-of DATE
    "#);
    // Of a damaged file nobody knows which list it is.
    lists::write(&home, "lists/cut.json.gz", &lists::compressed(&four_spot_prices())[..60], 0);
    assert_snapshot!(home.run("cloudkit find refresh --from lists -o csv --quiet"), @"
    schema,feed,lists,unchanged_lists,unchanged_rows,rows,kept,dropped.because,dropped.rows,first_as_of,last_as_of,dated_by,list,error
    cloudkit.refresh/v1,spot-price,1,0,0,4,1,AWS gives no price;it is of a local zone,1;2,2026-09-01,2026-09-01,file-time,,
    cloudkit.refresh/v1,,0,0,0,0,0,,,,,,lists/cut.json.gz,the compressed file is damaged: incomplete deflate stream
    --- stderr
    error: 1 of 2 lists could not be used: what was known of them stays
    --- exit 2
    ");
}

#[cfg(unix)]
#[test]
fn a_circle_of_links_is_walked_once() {
    let home = Home::new();
    lists::write(&home, "lists/spot.json", four_spot_prices(), 0);
    std::os::unix::fs::symlink(home.path("lists"), home.path("lists/again")).unwrap();
    std::os::unix::fs::symlink(home.path("nowhere"), home.path("lists/dangling")).unwrap();
    assert_snapshot!(home.run(REFRESH), @"
    FEED                 OS  LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of spot prices  -       1          0     4     4        0  <=2026-09-01
    --- stderr
    warning: lists/spot.json (list of spot prices) does not say from when it is: taken to be of 2026-09-01 or before, the file's time, which may be that of a copy
    hint: say from when such lists are: --as-of DATE
    ");
}

#[test]
fn a_damaged_list_is_named_and_the_others_count() {
    let home = Home::new();
    let spot = four_spot_prices();
    lists::write(&home, "lists/cut.json", &spot[..spot.len() / 2], 0);
    lists::write(&home, "lists/cut.json.gz", &lists::compressed(&spot)[..60], 0);
    lists::write(&home, "lists/dear.json", spot.replace("0.0402", "much"), 0);
    lists::write(&home, "lists/frozen.js", "/* old */ callback({});", 0);
    let lines = "{\"manifest\": {\"source\": \"ec2-ondemand\"},\n\"regions\": {\n  \"x\": {,}}}";
    lists::write(&home, "lists/lines.json", lines, 0);
    lists::write(&home, "lists/good.json", &spot, 0);
    assert_snapshot!(home.run(REFRESH), @r#"
    FEED                 OS  LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of spot prices  -       1          0     4     4        0  <=2026-09-01
    --- stderr
    warning: lists/good.json (list of spot prices) does not say from when it is: taken to be of 2026-09-01 or before, the file's time, which may be that of a copy
    hint: say from when such lists are: --as-of DATE
    warning: lists/cut.json changes nothing: the list of spot prices does not parse at line 1 column 236: EOF while parsing a string
    warning: lists/cut.json.gz changes nothing: the compressed file is damaged: incomplete deflate stream
    warning: lists/frozen.js changes nothing: this is the old list of spot prices (a call of `callback`), frozen since 2024-05-13: the living one is https://website.spot.ec2.aws.a2z.com/spot.json
    warning: lists/lines.json changes nothing: the list of on-demand prices does not parse at line 3 column 9: key must be a string
    warning: lists/dear.json changes nothing: the format of the list of spot prices has changed: the linux price of "m7i.large" in "us-west-2" is "much" and not a decimal number or N/A
    error: 5 of 6 lists could not be used: what was known of them stays
    --- exit 2
    "#);
    assert_eq!(price(&home, "spot", "m7i.large", "us-west-2", "linux"), said("0.0402", "2026-09-01", "feed"));
}

#[test]
fn where_every_list_is_damaged_nothing_is_written() {
    let home = Home::new();
    lists::write(&home, "lists/spot.json", four_spot_prices().replace("perhr", "permonth"), 0);
    assert_snapshot!(home.run("cloudkit find refresh --from lists -o json"), @r#"
    [
      {
        "schema": "cloudkit.refresh/v1",
        "feed": "spot-price",
        "lists": 0,
        "unchanged_lists": 0,
        "unchanged_rows": 0,
        "rows": 0,
        "kept": 0,
        "dropped": [],
        "list": "lists/spot.json",
        "error": "the format of the list of spot prices has changed: config.rate is \"permonth\" and not perhr"
      }
    ]
    --- stderr
    warning: lists/spot.json changes nothing: the format of the list of spot prices has changed: config.rate is "permonth" and not perhr
    --- exit 2
    "#);
    assert!(!home.path(".cache/cloudkit").exists());
}

#[test]
fn a_list_that_has_lost_many_of_its_rows_changes_nothing() {
    let home = Home::new();
    lists::write(&home, "lists/spot.json", four_spot_prices(), 0);
    let three = [("m7i.large", "0.2"), ("m7i.xlarge", "0.3"), ("m7i.2xlarge", "0.4")];
    lists::write(&home, "lists/index.json", lists::on_demand(VIRGINIA, "Linux", DAY, &three), 0);
    home.run(REFRESH).ok();
    let before = std::fs::read(home.path(".cache/cloudkit/catalog.bin")).unwrap();

    // Three of four are three quarters, two are not.
    let rows = [("us-east-1", "m7i.large", "0.9", "0.9"), ("us-west-2", "m7i.large", "N/A*", "N/A*")];
    lists::write(&home, "lists/spot.json", lists::spot(&rows), 1);
    let none = lists::on_demand(VIRGINIA, "Linux", NEXT_DAY, &[]);
    lists::write(&home, "lists/index.json", none, 1);
    assert_snapshot!(home.run(REFRESH), @"
    --- stderr
    warning: lists/index.json (list of on-demand prices) changes nothing: no row can be used, where there were 3 before
    warning: lists/spot.json (list of spot prices) changes nothing: only 2 rows can be used, where there were 4 before
    error: 2 of 2 lists could not be used: what was known of them stays
    hint: where AWS has really taken so many rows away: cloudkit find refresh --from lists --accept-shrunken
    --- exit 2
    ");
    assert_eq!(std::fs::read(home.path(".cache/cloudkit/catalog.bin")).unwrap(), before);

    let rows = [("us-east-1", "m7i.large", "0.9", "0.9"), ("us-west-2", "m7i.large", "0.9", "N/A*")];
    lists::write(&home, "lists/spot.json", lists::spot(&rows), 1);
    std::fs::remove_file(home.path("lists/index.json")).unwrap();
    assert_snapshot!(home.run(REFRESH), @"
    FEED                 OS  LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of spot prices  -       1          0     4     3        1  <=2026-09-02
    --- stderr
    list of spot prices: 1 row was dropped: AWS gives no price
    warning: lists/spot.json (list of spot prices) does not say from when it is: taken to be of 2026-09-02 or before, the file's time, which may be that of a copy
    hint: say from when such lists are: --as-of DATE
    ");
    assert_eq!(price(&home, "spot", "m7i.large", "us-east-1", "linux"), said("0.90", "2026-09-02", "feed"));
}

#[test]
fn the_hint_at_a_shrunken_list_works() {
    let home = Home::new();
    lists::write(&home, "lists/spot.json", four_spot_prices(), 0);
    home.run(REFRESH).ok();
    lists::write(&home, "lists/spot.json", lists::spot(&[("us-east-1", "m7i.large", "0.9", "N/A*")]), 1);
    let screen = home.run(REFRESH).exits(2);
    let hint = screen.stderr.lines().find_map(|line| line.split_once(" away: ")).unwrap().1;
    home.run(hint).ok();
    assert_eq!(price(&home, "spot", "m7i.large", "us-east-1", "linux"), said("0.90", "2026-09-02", "feed"));
    // What the shorter list does not speak of stays as it was known.
    assert_eq!(price(&home, "spot", "m7i.large", "us-west-2", "linux"), said("0.0402", "2026-09-01", "feed"));
}

#[test]
fn an_older_figure_does_not_replace_a_newer_one() {
    let home = Home::new();
    let old = lists::on_demand(VIRGINIA, "Linux", EARLIER, &[("m7i.large", "9"), ("x9.large", "9")]);
    lists::write(&home, "lists/index.json", old, 0);
    assert_snapshot!(home.run(REFRESH), @"
    FEED                      OS     LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of on-demand prices  linux      1          0     2     1        1  2024-01-01
    --- stderr
    list of on-demand prices for linux: 1 row was dropped: what is known already is from a later date
    ");
    let price_of = |name| price(&home, "search", name, "us-east-1", "linux");
    assert_eq!(price_of("m7i.large"), said("0.1008", "2025-03-02", "embedded"));
    assert_eq!(price_of("x9.large"), said("9.00", "2024-01-01", "feed"));

    // Figures of the same day take each other's place.
    for price in ["0.5", "0.6"] {
        let list = lists::on_demand(VIRGINIA, "Linux", DAY, &[("m7i.large", price)]);
        home.write("lists/index.json", list);
        std::fs::remove_file(home.path(".cache/cloudkit/feeds.json")).unwrap();
        home.run(REFRESH).ok();
        assert_eq!(price_of("m7i.large"), said(&format!("{price}0"), "2026-09-01", "feed"));
    }
}

#[test]
fn what_a_list_does_not_cover_stays_as_it_was_known() {
    let home = Home::new();
    let all = || {
        let mut offers = BTreeSet::new();
        for os in ["linux", "windows", "rhel", "suse"] {
            let screen = home.run(&format!("cloudkit find search --region all --os {os}")).ok();
            offers.extend(screen.stdout.lines().map(str::to_owned));
        }
        offers
    };
    let before = all();
    let list = lists::on_demand(VIRGINIA, "Linux", DAY, &[("m7i.large", "0.5")]);
    lists::write(&home, "lists/index.json", list, 0);
    home.run(REFRESH).ok();
    let after = all();
    let names = |offers: Vec<&String>| -> Vec<String> {
        let offers = offers.into_iter().map(|offer| serde_json::from_str::<Value>(offer).unwrap());
        let name = |offer: Value| {
            format!("{} {} {}", offer["instance_type"], offer["os"], offer["price_usd_hour"]).replace('"', "")
        };
        offers.map(name).collect()
    };
    let (lost, new) =
        (names(before.difference(&after).collect()), names(after.difference(&before).collect()));
    assert_eq!(lost, ["m7i.large linux 0.1008"]);
    assert_eq!(new, ["m7i.large linux 0.50"]);
    assert!(before.len() > 60_000, "{}", before.len());
}

#[test]
fn interruptions_of_a_region_that_is_no_more_in_the_list_stay() {
    let home = Home::new();
    lists::write(&home, "lists/spot.json", four_spot_prices(), 0);
    let rows = [
        ("us-east-1", "Linux", "m7i.large", 0),
        ("us-east-1", "Windows", "m7i.large", 4),
        ("us-west-2", "Linux", "m7i.large", 2),
        ("us-west-2", "Linux", "m7i.xlarge", 2),
    ];
    lists::write(&home, "lists/advisor.json", lists::advisor(&rows), 0);
    home.run(REFRESH).ok();
    let rows = [
        ("us-east-1", "Linux", "m7i.large", 1),
        ("us-east-1", "Windows", "m7i.large", 3),
        ("us-west-2", "Linux", "m7i.xlarge", 3),
    ];
    lists::write(&home, "lists/advisor.json", lists::advisor(&rows), 1);
    home.run(REFRESH).ok();
    let band = |region: &str, os: &str| {
        let line = format!("cloudkit find spot m7i.large --region {region} --os {os}");
        home.run(&line).ok().lines_of_json()[0]["interruption"].to_string()
    };
    assert_eq!(band("us-east-1", "linux"), r#"{"max_percent":10,"min_percent":5}"#);
    assert_eq!(band("us-east-1", "windows"), r#"{"max_percent":20,"min_percent":15}"#);
    assert_eq!(band("us-west-2", "linux"), r#"{"max_percent":15,"min_percent":10}"#);
    assert_eq!(band("us-west-2", "windows"), "null");
}

#[test]
fn types_and_regions_that_only_a_list_knows_appear() {
    let home = Home::new();
    lists::write(&home, "lists/spot.json", lists::spot(&[("us-east-9", "x9.large", "0.5", "N/A*")]), 0);
    lists::write(
        &home,
        "lists/index.json",
        lists::on_demand(VIRGINIA, "Linux", DAY, &[("z9.large", "1.5")]),
        0,
    );
    home.run(REFRESH).ok();
    assert_snapshot!(home.run("cloudkit find search '[xz]9.*' --region all -o table"), @"
    TYPE      REGION     VCPUS  MEMORY  DEVICES  ARCH  USD/HOUR  AS OF
    z9.large  us-east-1      6  24 GiB  -        -         1.50  2026-09-01
    x9.large  us-east-9      -       -  -        -            -  -
    ");
    assert_snapshot!(home.run("cloudkit find search '[xz]9.*' --region all -o jsonl"), @r#"
    {"schema":"cloudkit.offer/v1","instance_type":"z9.large","region":"us-east-1","market":"on-demand","vcpus":6,"memory_mib":24576,"os":"linux","price_usd_hour":"1.50","on_demand_usd_hour":"1.50","price_source":"feed","price_as_of":"2026-09-01"}
    {"schema":"cloudkit.offer/v1","instance_type":"x9.large","region":"us-east-9","market":"on-demand","os":"linux"}
    "#);
    assert_snapshot!(home.run("cloudkit find spot x9.large --region us-east-9"), @r#"{"schema":"cloudkit.offer/v1","instance_type":"x9.large","region":"us-east-9","market":"spot","os":"linux","price_usd_hour":"0.50","price_source":"feed","price_as_of":"2026-09-01","price_dated_by":"list-beside"}"#);
    assert_snapshot!(home.run("cloudkit find regions us-east-9 -o table"), @"
    REGION     NAME  TYPES  ZONES
    us-east-9  -         1  -
    ");
}

#[test]
fn without_the_list_of_locations_the_names_that_are_built_in_serve() {
    let home = Home::new();
    let list = |location| lists::on_demand(location, "Linux", DAY, &[("m7i.large", "0.5")]);
    lists::write(&home, "lists/1.json", list("EU (Ireland)"), 0);
    lists::write(&home, "lists/2.json", list("AWS GovCloud (US)"), 0);
    lists::write(&home, "lists/3.json", list(ATLANTA), 0);
    lists::write(&home, "lists/4.json", list("Moon (Tranquility)"), 0);
    assert_snapshot!(home.run(REFRESH), @r#"
    FEED                      OS     LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of on-demand prices  linux      2          0     2     2        0  2026-09-01
    --- stderr
    warning: lists/3.json (list of on-demand prices) changes nothing: "US East (Atlanta)" is not in the list of locations
    warning: lists/4.json (list of on-demand prices) changes nothing: "Moon (Tranquility)" is not in the list of locations
    error: 2 of 4 lists could not be used: what was known of them stays
    --- exit 2
    "#);
    for region in ["eu-west-1", "us-gov-west-1"] {
        assert_eq!(price(&home, "search", "m7i.large", region, "linux"), said("0.50", "2026-09-01", "feed"));
    }
}

#[test]
fn with_it_zones_are_told_from_regions_and_from_what_is_nowhere() {
    let home = Home::new();
    let list = |location| lists::on_demand(location, "Linux", DAY, &[("m7i.large", "0.5")]);
    // It is read first, whatever it is called.
    lists::write(&home, "lists/z.json", lists::locations(), 0);
    lists::write(&home, "lists/1.json", list(VIRGINIA), 0);
    lists::write(&home, "lists/2.json", list(ATLANTA), 0);
    lists::write(&home, "lists/3.json", list("Moon (Tranquility)"), 0);
    assert_snapshot!(home.run(REFRESH), @r#"
    FEED                      OS     LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of on-demand prices  linux      2          0     2     1        1  2026-09-01
    list of locations         -          1          0     3     3        0  ~2026-09-01
    --- stderr
    list of on-demand prices for linux: 1 row was dropped: it is of a local zone
    warning: lists/3.json (list of on-demand prices) changes nothing: "Moon (Tranquility)" is not in the list of locations
    error: 1 of 4 lists could not be used: what was known of them stays
    --- exit 2
    "#);
}

#[cfg(unix)]
#[test]
fn a_failed_write_leaves_the_cache_as_it_was() {
    let home = Home::new();
    lists::write(&home, "lists/spot.json", four_spot_prices(), 0);
    home.run(REFRESH).ok();
    let files = || {
        let entries = std::fs::read_dir(home.path(".cache/cloudkit")).unwrap();
        let of = |path: std::path::PathBuf| (std::fs::read(&path).unwrap(), path);
        let mut files: Vec<_> = entries.map(|entry| of(entry.unwrap().path())).collect();
        files.sort();
        files
    };
    let before = files();
    lists::write(&home, "lists/spot.json", four_spot_prices().replace("0.0391", "0.0999"), 1);
    // As on a disk that is full: a file may not grow beyond a few kilobytes.
    let line = format!("{{ {REFRESH} >/dev/null; echo \"exit $?\" >&2; }} 2>&1 | sed 's/ at path.*//'");
    assert_snapshot!(home.run(&format!("trap '' XFSZ; ulimit -f 16; {line}")), @"
    error: cannot write [HOME]/.cache/cloudkit/catalog.bin
    caused by: File too large (os error 27)
    exit 2
    ");
    assert!(files() == before, "the cache is not as it was");
    assert_eq!(price(&home, "spot", "m7i.large", "us-east-1", "linux"), said("0.0391", "2026-09-01", "feed"));
}

#[test]
fn a_damaged_catalog_is_dropped_and_that_is_said_once() {
    let home = Home::new();
    lists::write(&home, "lists/spot.json", four_spot_prices(), 0);
    home.run(REFRESH).ok();
    let path = home.path(".cache/cloudkit/catalog.bin");
    let mut bytes = std::fs::read(&path).unwrap();
    let whole = bytes.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let question = "cloudkit find search m7i.large --region us-east-1 -o table";
    assert_snapshot!(home.run(question), @"
    TYPE       REGION     VCPUS  MEMORY  ARCH        USD/HOUR  AS OF
    m7i.large  us-east-1      2   8 GiB  x86_64  0.1008 (old)  2025-03-02
    --- stderr
    warning: [HOME]/.cache/cloudkit/catalog.bin is dropped: the catalog file is damaged: its checksum is wrong
    hint: fetch current prices again: cloudkit find refresh
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
    assert!(!path.exists());
    assert_snapshot!(home.run(question), @"
    TYPE       REGION     VCPUS  MEMORY  ARCH        USD/HOUR  AS OF
    m7i.large  us-east-1      2   8 GiB  x86_64  0.1008 (old)  2025-03-02
    --- stderr
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");

    // Another layout: the version is in the first bytes.
    let mut other = whole.clone();
    other[8] = other[8].wrapping_add(1);
    std::fs::write(&path, &other).unwrap();
    assert_snapshot!(home.run(question), @"
    TYPE       REGION     VCPUS  MEMORY  ARCH        USD/HOUR  AS OF
    m7i.large  us-east-1      2   8 GiB  x86_64  0.1008 (old)  2025-03-02
    --- stderr
    warning: [HOME]/.cache/cloudkit/catalog.bin is dropped: a catalog file of version 5; this cloudkit reads version 4
    hint: fetch current prices again: cloudkit find refresh
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");

    std::fs::write(&path, "not one at all").unwrap();
    assert_snapshot!(home.run(REFRESH), @"
    FEED                 OS  LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of spot prices  -       1          0     4     4        0  <=2026-09-01
    --- stderr
    warning: [HOME]/.cache/cloudkit/catalog.bin is dropped: not a catalog file
    warning: lists/spot.json (list of spot prices) does not say from when it is: taken to be of 2026-09-01 or before, the file's time, which may be that of a copy
    hint: say from when such lists are: --as-of DATE
    ");
    assert_eq!(price(&home, "spot", "m7i.large", "us-east-1", "linux"), said("0.0391", "2026-09-01", "feed"));
}
