//! `--sort` by whatever stands over a column, several of them, either way round.

use insta::assert_snapshot;
#[cfg(feature = "aws")]
use serde_json::json;

use crate::support::Home;
#[cfg(feature = "aws")]
use crate::support::Lab;

#[cfg(feature = "aws")]
use super::lists;

#[test]
fn devices_come_by_number_then_by_memory_and_what_is_not_known_last() {
    let home = Home::new();
    let line = "cloudkit find search g6.xlarge g6.12xlarge g5.xlarge g6f.large inf2.xlarge m7i.large p5.48xlarge -r us-east-1";
    assert_snapshot!(home.run(&format!("{line} -o table --sort devices")), @"
    TYPE         REGION     VCPUS    MEMORY  DEVICES                   ARCH        USD/HOUR  AS OF
    m7i.large    us-east-1      2     8 GiB  none                      x86_64  0.1008 (old)  2025-03-02
    g6f.large    us-east-1      2     8 GiB  0.125 x L4 (2.8 GiB)      x86_64   0.202        2026-08-06
    g5.xlarge    us-east-1      4    16 GiB  1 x A10G (22 GiB)         x86_64   1.006        2026-08-06
    g6.xlarge    us-east-1      4    16 GiB  1 x L4 (22 GiB)           x86_64  0.8048        2026-08-06
    inf2.xlarge  us-east-1      4    16 GiB  1 x Inferentia2 (32 GiB)  x86_64  0.7582        2026-08-06
    g6.12xlarge  us-east-1     48   192 GiB  4 x L4 (22 GiB)           x86_64  4.6016        2026-08-06
    p5.48xlarge  us-east-1    192  2048 GiB  8 x H100 (80 GiB)         x86_64   55.04        2026-08-06
    --- stderr
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
    let names = |sort: &str| home.run(&format!("{line} -o name --sort {sort}")).ok().stdout;
    let rising = names("devices");
    let falling = names("-DEVICES");
    assert_eq!(rising.lines().rev().collect::<Vec<_>>(), falling.lines().collect::<Vec<_>>());
}

#[test]
fn a_key_may_be_typed_as_it_stands_over_its_column() {
    let home = Home::new();
    let line =
        "cloudkit find search g6.xlarge g6f.large m7i.large m7i.metal-24xl -r us-east-1,us-west-2 -o name";
    let names = |sort: &str| home.run(&format!("{line} --sort {sort}")).ok().stdout;
    for (typed, key) in [
        ("usd/hour", "price"),
        ("-USD/HOUR", "-price"),
        ("'as of'", "as-of"),
        ("'-AS OF',-vcpus", "-as-of,-vcpus"),
        ("Memory", "memory"),
        ("interrupted", "interruption"),
    ] {
        assert_eq!(names(typed), names(key), "{typed}");
    }
    // One answer has one operating system, and here one source where there is a price: what follows decides.
    assert_eq!(names("os,-vcpus"), names("-vcpus"));
    assert_snapshot!(home.run(&format!("{line} --sort source,-vcpus,region")), @"
    m7i.metal-24xl
    m7i.metal-24xl
    g6.xlarge
    m7i.large
    g6f.large
    m7i.large
    g6.xlarge
    g6f.large
    ");
}

#[test]
fn what_is_no_column_is_told_what_there_is() {
    let home = Home::new();
    let line = "cloudkit find search 'm7i.*' -r us-east-1";
    assert_snapshot!(home.run(&format!("{line} --sort quota")), @"
    --- stderr
    error: --sort quota: what the quotas have room for is known where the account is asked
    hint: ask the account: --check-quotas, or --fits for those with room alone
    --- exit 2
    ");
    assert_snapshot!(home.run(&format!("{line} --sort -offers")), @"
    --- stderr
    error: sorted by -offers: only groups of offers have that
    hint: put offers together: --group-by region, type or family
    --- exit 2
    ");
}

#[test]
fn groups_are_ordered_by_what_their_table_shows() {
    let home = Home::new();
    let line = "cloudkit find search 'g*' --region 'us-*' --vcpus ..8 --group-by family --limit 5";
    assert_snapshot!(home.run(&format!("{line} -o wide --sort -offers,group")), @"
    GROUP  OFFERS  TYPES  REGIONS  CHEAPEST TYPE  IN REGION  MARKET     USD/HOUR    UP TO  UNPRICED
    g6f         9      3        3  g6f.large      us-east-1  on-demand     0.202    0.475         6
    g4dn        8      2        4  g4dn.xlarge    us-east-1  on-demand     0.526    0.752         6
    g5          6      2        3  g5.xlarge      us-east-1  on-demand     1.006    1.212         4
    g6          6      2        3  g6.xlarge      us-east-1  on-demand    0.8048   0.9776         4
    g6e         6      2        3  g6e.xlarge     us-east-1  on-demand     1.861  2.24208         4
    --- stderr
    3 groups left out; a higher --limit shows them
    ");
    assert_snapshot!(home.run(&format!("{line} -o wide --sort -price")), @"
    GROUP  OFFERS  TYPES  REGIONS  CHEAPEST TYPE  IN REGION  MARKET     USD/HOUR    UP TO  UNPRICED
    g7e         3      1        3  g7e.2xlarge    us-east-1  on-demand   3.36312  3.36312         2
    g7          3      1        3  g7.2xlarge     us-east-1  on-demand      2.52     2.52         2
    g6e         6      2        3  g6e.xlarge     us-east-1  on-demand     1.861  2.24208         4
    g5          6      2        3  g5.xlarge      us-east-1  on-demand     1.006    1.212         4
    g6          6      2        3  g6.xlarge      us-east-1  on-demand    0.8048   0.9776         4
    --- stderr
    3 groups left out; a higher --limit shows them
    ");
    assert_snapshot!(home.run(&format!("{line} -o wide --sort '-up to'")), @"
    GROUP  OFFERS  TYPES  REGIONS  CHEAPEST TYPE  IN REGION  MARKET     USD/HOUR    UP TO  UNPRICED
    g7e         3      1        3  g7e.2xlarge    us-east-1  on-demand   3.36312  3.36312         2
    g7          3      1        3  g7.2xlarge     us-east-1  on-demand      2.52     2.52         2
    g6e         6      2        3  g6e.xlarge     us-east-1  on-demand     1.861  2.24208         4
    g5          6      2        3  g5.xlarge      us-east-1  on-demand     1.006    1.212         4
    g6          6      2        3  g6.xlarge      us-east-1  on-demand    0.8048   0.9776         4
    --- stderr
    3 groups left out; a higher --limit shows them
    ");
    let groups = |sort: &str| home.run(&format!("{line} -o name --sort {sort}")).ok().stdout;
    for key in ["types", "regions", "unpriced", "cheapest-type", "'in region'", "market"] {
        assert_ne!(groups(key), "", "{key}");
    }
    assert_ne!(groups("cheapest-type"), groups("-cheapest-type"));
}

/// A lab whose account may have 64 vCPUs of the standard families and 8 of G.
#[cfg(feature = "aws")]
fn lab_with_quotas() -> Lab {
    let lab = Lab::start();
    for (code, limit) in [("L-1216C47A", 64), ("L-DB2E81BA", 8)] {
        lab.post("/quotas", &json!({"region": "us-east-1", "code": code, "value": limit}));
    }
    lab
}

#[cfg(feature = "aws")]
#[test]
fn quotas_order_what_is_found_by_what_the_account_may_have() {
    let lab = lab_with_quotas();
    let home = lab.home();
    let line = "cloudkit find search mac2.metal g6.4xlarge g6.xlarge m7i.large m7g.large -r us-east-1 --check-quotas";
    assert_snapshot!(home.run(&format!("{line} --sort -quota -o table")), @"
    TYPE        REGION     VCPUS  MEMORY  DEVICES        ARCH           USD/HOUR  QUOTA
    m7g.large   us-east-1      2   8 GiB  none           arm64      0.0816 (old)  fits: 0 of 64 used
    m7i.large   us-east-1      2   8 GiB  none           x86_64     0.1008 (old)  fits: 0 of 64 used
    g6.xlarge   us-east-1      4  16 GiB  1 x L4 (22 G…  x86_64     0.8048        fits: 0 of 8 used
    g6.4xlarge  us-east-1     16  64 GiB  1 x L4 (22 G…  x86_64     1.3232        too small: 0 of 8 used
    mac2.metal  us-east-1      8  16 GiB  none           arm64_mac       -        -
    --- stderr
    warning: of 1 offer it is not known whether the quotas have room
    columns that did not fit: AS OF (-o wide shows them)
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
    let names = |sort: &str| home.run(&format!("{line} -o name --sort {sort}")).ok().stdout;
    assert_snapshot!(names("quota"), @"
    g6.4xlarge
    g6.xlarge
    m7g.large
    m7i.large
    mac2.metal
    ");
    assert_snapshot!(names("arch,-quota,-memory"), @"
    m7g.large
    mac2.metal
    m7i.large
    g6.xlarge
    g6.4xlarge
    ");
    // What has most room is found however far down it would stand otherwise.
    assert_snapshot!(names("-quota,price --limit 1"), @"m7g.large");
    assert_snapshot!(home.run(&format!("{line} --fits --sort quota -o name")), @"
    g6.xlarge
    m7g.large
    m7i.large
    --- stderr
    quotas as of YYYY-MM-DDThh:mm:ssZ; --fresh asks AWS again
    warning: 1 offer left out, because it is not known whether the quotas have room; --check-quotas shows them
    1 offer left out, because the quotas have no room; --check-quotas shows them
    ");
}

#[cfg(feature = "aws")]
#[test]
fn quotas_are_asked_for_where_something_is_shown_unless_they_decide_what_is() {
    let lab = Lab::start();
    let home = lab.home();
    let line = "cloudkit find search m7i.large -r us-east-1,us-west-2,eu-west-1 --limit 1 -o name --check-quotas --fresh";
    let asked = |line: &str| {
        let before = lab.requests_of("DescribeInstances").len();
        home.run(line).ok();
        lab.requests_of("DescribeInstances").len() - before
    };
    assert_eq!(asked(line), 1);
    assert_eq!(asked(&format!("{line} --sort -quota")), 3);
    assert_eq!(asked(&format!("{line} --fits")), 3);
    assert_snapshot!(home.run(line), @"
    m7i.large
    --- stderr
    2 offers left out; a higher --limit shows them
    ");
}

#[cfg(feature = "aws")]
#[test]
fn zones_order_the_prices_of_this_moment() {
    let lab = Lab::start();
    for (zone, price) in [("us-east-1a", "0.03"), ("us-east-1b", "0.05"), ("us-east-1c", "0.04")] {
        lab.post(
            "/spot-prices",
            &json!({"region": "us-east-1", "type": "m7i.large", "zone": zone, "product": "Linux/UNIX",
            "series": [{"hours_ago": 12, "price": price}]}),
        );
    }
    let home = lab.home();
    lists::write(&home, "lists/spot.json", lists::spot_of_a_large("0.0391"), 0);
    home.run("cloudkit find refresh --from lists").ok();
    let line = "cloudkit find spot m7i.large --per-zone -r us-east-1 --max-price 0.055 --limit 3";
    let zones = |sort: &str| {
        let rows = home.run(&format!("{line} --sort {sort}")).ok().lines_of_json();
        rows.iter().map(|row| row["zones"].to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_snapshot!(zones("zone"), @r#"["use1-az1"] ["use1-az2"] ["use1-az4"]"#);
    assert_snapshot!(zones("-zone"), @r#"["use1-az6"] ["use1-az5"] ["use1-az4"]"#);
    assert_snapshot!(zones("source,zone"), @r#"["use1-az1"] ["use1-az2"] ["use1-az4"]"#);
}
