//! What spot machines cost where that is not known, what they save, and how it looks on a narrow terminal.

use insta::assert_snapshot;

use super::lists;
use crate::support::Home;

/// A home whose catalog has two spot prices of one region.
fn refreshed() -> Home {
    let home = Home::new();
    let prices =
        lists::spot(&[("us-east-1", "m7i.large", "0.04", "0.1"), ("us-east-1", "g6.xlarge", "0.3", "N/A*")]);
    lists::write(&home, "lists/spot.json", prices, 0);
    home.run("cloudkit find refresh --from lists").ok();
    home
}

#[test]
fn what_is_sold_as_spot_is_shown_where_its_price_is_not_known() {
    let home = refreshed();
    assert_snapshot!(home.run("cloudkit find spot m7i.large --region me-central-1 -o table"), @"
    TYPE       REGION        VCPUS  MEMORY  ARCH    MARKET  USD/HOUR  AS OF
    m7i.large  me-central-1      2   8 GiB  x86_64  spot           -  -
    --- stderr
    warning: no spot prices are known for linux in me-central-1
    hint: read what AWS's public lists say: cloudkit find refresh
    ");
    assert_snapshot!(home.run("cloudkit find spot m7i.large --os rhel --region us-east-1 -o jsonl"), @r#"
    {"schema":"cloudkit.offer/v1","instance_type":"m7i.large","region":"us-east-1","zones":["use1-az1","use1-az2","use1-az4","use1-az5","use1-az6"],"market":"spot","architectures":["x86_64"],"vcpus":2,"memory_mib":8192,"os":"rhel","on_demand_usd_hour":"0.1296","on_demand_is_old":true}
    --- stderr
    warning: no spot prices are known for rhel in us-east-1
    "#);
    // Where the region's prices are known, a type without one is not sold.
    assert_snapshot!(home.run("cloudkit find spot g5.xlarge m7i.2xlarge --region us-east-1 -o table"), @"
    --- stderr
    nothing found: not sold as spot there: the last 2 of 1395 instance types
    hint: sold in other regions: --region af-south-1,ap-east-1,ap-northeast-1,ap-northeast-2,ap-northeast-3 (and in 22 more)
    --- exit 1
    ");
    assert_snapshot!(home.run("cloudkit find spot mac2.metal --region us-east-1 -o table"), @"
    --- stderr
    nothing found: not sold as spot there: the last 1 of 1395 instance types
    hint: sold there as on-demand: cloudkit find search
    --- exit 1
    ");
}

#[test]
fn the_prices_of_the_system_that_is_asked_for_are_what_has_to_be_known() {
    let home = Home::new();
    lists::write(&home, "lists/spot.json", lists::spot(&[("us-east-1", "g6.xlarge", "0.3", "N/A*")]), 0);
    home.run("cloudkit find refresh --from lists").ok();
    home.run("cloudkit find spot g6.xlarge --region us-east-1 --offline").ok();
    assert_snapshot!(home.run("cloudkit find spot g6.xlarge --region us-east-1 --os windows --offline"), @"
    --- stderr
    error: no spot prices are known here, and they cannot be fetched with --offline
    hint: read files of AWS's lists: cloudkit find refresh --from DIR
    --- exit 2
    ");
    // Of SUSE there is no list that could be fetched.
    home.run("cloudkit find spot g6.xlarge --region us-east-1 --os suse --offline").ok();
}

#[test]
fn a_saving_against_an_old_price_is_marked() {
    let home = refreshed();
    assert_snapshot!(home.run("cloudkit find spot --region us-east-1 -o table"), @"
    TYPE       REGION     VCPUS  MEMORY  DEVICES       ARCH    MARKET  USD/HOUR     SAVING  AS OF
    m7i.large  us-east-1      2   8 GiB  none          x86_64  spot        0.04  60% (old)  <=2026-09-01
    g6.xlarge  us-east-1      4  16 GiB  1 x L4 (22 …  x86_64  spot        0.30  62%        <=2026-09-01
    --- stderr
    savings marked (old) are against old on-demand prices: cloudkit find refresh
    ");
    let offers = home.run("cloudkit find spot --region us-east-1 -o json").ok().json();
    assert_eq!((&offers[0]["saving_percent"], &offers[0]["on_demand_is_old"]), (&60.into(), &true.into()));
    assert!(offers[1].get("on_demand_is_old").is_none());
}

#[test]
fn old_prices_are_marked_on_a_narrow_terminal() {
    let mut home = refreshed();
    home.set("COLUMNS", "80");
    home.set("CLOUDKIT_TODAY", "2026-11-22");
    for line in [
        "search h100 efa -r us-east-1",
        "spot -r us-east-1",
        "spot l4 -r us-east-1",
        "capacity p5.48xlarge -r us-east-1",
    ] {
        let screen = home.run(&format!("cloudkit find {line} -o table")).ok();
        assert!(screen.stdout.lines().all(|line| line.chars().count() <= 80), "{screen}");
        assert!(
            screen.stdout.contains("(old)") && screen.stderr.contains("prices marked (old) are from"),
            "{screen}"
        );
    }
    assert_snapshot!(home.run("cloudkit find spot l4 -r us-east-1 -o table"), @"
    TYPE       REGION     VCPUS  MEMORY  DEVICES       MARKET    USD/HOUR     SAVING
    g6.xlarge  us-east-1      4  16 GiB  1 x L4 (22 …  spot    0.30 (old)  62% (old)
    --- stderr
    columns that did not fit: ARCH, AS OF (-o wide shows them)
    prices marked (old) are from 2026-09-01 or before: cloudkit find refresh
    ");
    // Nothing is marked in what a program reads.
    let lines = home.run("cloudkit find search h100 efa -r us-east-1 -o jsonl").ok();
    assert_eq!(lines.stderr, "");
}
