//! What `find catalog` says of where the figures come from, how old they are and what is missing.

use insta::assert_snapshot;
use serde_json::Value;

use super::lists::{self, DAY, VIRGINIA};
use crate::support::Home;

/// A home whose cache knows of two spot prices, of an interruption and of a region that is in no catalog.
fn refreshed() -> Home {
    let home = Home::new();
    let rows = [("us-east-1", "m7i.large", "0.0391", "0.1311"), ("us-east-9", "x9.large", "0.5", "N/A*")];
    lists::write(&home, "lists/spot.json", lists::spot(&rows), 0);
    lists::write(&home, "lists/advisor.json", lists::advisor(&[("us-east-1", "Linux", "m7i.large", 1)]), 0);
    let list = lists::on_demand(VIRGINIA, "Linux", DAY, &[("m7i.large", "0.2")]);
    lists::write(&home, "lists/index.json", list, 0);
    home.run("cloudkit find refresh --from lists").ok();
    home
}

#[test]
fn what_is_compiled_in_covers_most_regions_and_no_spot() {
    let _ages = lists::without_ages();
    let screen = Home::new().run("cloudkit find catalog -o wide").ok();
    let (sources, _) = screen.stdout.split_once("\n\n").unwrap();
    assert_snapshot!(sources, @"
    SOURCE    AS OF       AGE    FIGURES                 READ FROM
    embedded  2025-03-02  [AGE]  21715 on-demand prices  apache-libcloud 3.9.1
    embedded  2026-08-06  [AGE]  81 on-demand prices     AWS price list, US East (N. Virginia), Linux, shared tenancy
    ");
    // In a table the sources are cut by as much as the ages are long.
    let screen = Home::new().run("cloudkit find catalog -o table").ok();
    assert_snapshot!(screen.stdout.split_once("\n\n").unwrap().1, @"
    REGION          TYPES  LINUX  WINDOWS  SPOT  INTERRUPTIONS  ON DEMAND AS OF  MISSING
    af-south-1        477    151       53     -              -  2025-03-02       spot linux, interrupti…
    ap-east-1         401    167       38     -              -  2025-03-02       spot linux, interrupti…
    ap-east-2           -      -        -     -              -  -                everything
    ap-northeast-1   1202    447      125     -              -  2025-03-02       spot linux, interrupti…
    ap-northeast-2    755    292      114     -              -  2025-03-02       spot linux, interrupti…
    ap-northeast-3    420    154       29     -              -  2025-03-02       spot linux, interrupti…
    ap-south-1        833    352       89     -              -  2025-03-02       spot linux, interrupti…
    ap-south-2        498    147       32     -              -  2025-03-02       spot linux, interrupti…
    ap-southeast-1    898    440      126     -              -  2025-03-02       spot linux, interrupti…
    ap-southeast-2    955    407      127     -              -  2025-03-02       spot linux, interrupti…
    ap-southeast-3    403    155       31     -              -  2025-03-02       spot linux, interrupti…
    ap-southeast-4    294     92       19     -              -  2025-03-02       spot linux, interrupti…
    ap-southeast-5    488    174       37     -              -  2025-03-02       spot linux, interrupti…
    ap-southeast-6      -      -        -     -              -  -                everything
    ap-southeast-7      -      -        -     -              -  -                everything
    ca-central-1      797    329      110     -              -  2025-03-02       spot linux, interrupti…
    ca-west-1         329    113       20     -              -  2025-03-02       spot linux, interrupti…
    cn-north-1          -      -        -     -              -  -                everything
    cn-northwest-1      -      -        -     -              -  -                everything
    eu-central-1     1166    490      149     -              -  2025-03-02       spot linux, interrupti…
    eu-central-2      403    139       23     -              -  2025-03-02       spot linux, interrupti…
    eu-north-1        715    306       68     -              -  2025-03-02       spot linux, interrupti…
    eu-south-1        500    209       77     -              -  2025-03-02       spot linux, interrupti…
    eu-south-2        767    246       47     -              -  2025-03-02       spot linux, interrupti…
    eu-west-1        1184    459      117     -              -  2025-03-02       spot linux, interrupti…
    eu-west-2         820    324      100     -              -  2025-03-02       spot linux, interrupti…
    eu-west-3         691    267      106     -              -  2025-03-02       spot linux, interrupti…
    eusc-de-east-1      -      -        -     -              -  -                everything
    il-central-1      324    135       20     -              -  2025-03-02       spot linux, interrupti…
    me-central-1      295    120       18     -              -  2025-03-02       spot linux, interrupti…
    me-south-1        254    136       35     -              -  2025-03-02       spot linux, interrupti…
    mx-central-1        -      -        -     -              -  -                everything
    sa-east-1         759    336      127     -              -  2025-03-02       spot linux, interrupti…
    us-east-1        1375    586      122     -              -  2026-08-06       spot linux, interrupti…
    us-east-2        1226    488      125     -              -  2025-03-02       spot linux, interrupti…
    us-gov-east-1       -      -        -     -              -  -                everything
    us-gov-west-1       -      -        -     -              -  -                everything
    us-west-1         672    312      113     -              -  2025-03-02       spot linux, interrupti…
    us-west-2        1354    524      130     -              -  2025-03-02       spot linux, interrupti…
    ");
    assert_snapshot!(screen.stderr, @"
    columns that did not fit: SPOT AS OF (-o wide shows them)
    hint: bring old figures up to date: cloudkit find refresh
    ");
}

#[test]
fn what_was_fetched_is_listed_with_its_date() {
    let _ages = lists::without_ages();
    let home = refreshed();
    let screen = home.run("cloudkit find catalog -o wide");
    let of_interest = |line: &&str| {
        !line.contains("-west-") && !line.contains("ap-") && !line.contains("eu-") && !line.contains("ca-")
    };
    let lines: Vec<&str> = screen.stdout.lines().filter(of_interest).collect();
    assert_snapshot!(lines.join("\n"), @"
    SOURCE    AS OF        AGE    FIGURES                 READ FROM
    embedded  2025-03-02   [AGE]  21714 on-demand prices  apache-libcloud 3.9.1
    embedded  2026-08-06   [AGE]  81 on-demand prices     AWS price list, US East (N. Virginia), Linux, shared tenancy
    feed      2026-09-01   [AGE]  1 on-demand price       AWS's on-demand price list
    feed      ~2026-09-01  [AGE]  3 spot prices           AWS's list of spot prices
    feed      ~2026-09-01  [AGE]  1 interruption rate     AWS's Spot Instance advisor

    REGION          TYPES  LINUX  WINDOWS  SPOT  INTERRUPTIONS  ON DEMAND AS OF  SPOT AS OF  MISSING
    af-south-1        477    151       53     -              -  2025-03-02       -           spot linux, interruptions
    cn-north-1          -      -        -     -              -  -                -           everything
    cn-northwest-1      -      -        -     -              -  -                -           everything
    eusc-de-east-1      -      -        -     -              -  -                -           everything
    il-central-1      324    135       20     -              -  2025-03-02       -           spot linux, interruptions
    me-central-1      295    120       18     -              -  2025-03-02       -           spot linux, interruptions
    me-south-1        254    136       35     -              -  2025-03-02       -           spot linux, interruptions
    mx-central-1        -      -        -     -              -  -                -           everything
    sa-east-1         759    336      127     -              -  2025-03-02       -           spot linux, interruptions
    us-east-1        1375    586      122     1              1  2026-09-01       2026-09-01  -
    us-east-2        1226    488      125     -              -  2025-03-02       -           spot linux, interruptions
    us-east-9           1      -        -     1              -  -                2026-09-01  on-demand linux, on-demand windows, interruptions
    us-gov-east-1       -      -        -     -              -  -                -           everything
    ");
}

#[test]
fn json_is_one_object() {
    let _ages = lists::without_ages();
    let home = refreshed();
    let document = home.run("cloudkit find catalog -o json").ok().json();
    assert_eq!((&document["schema"], &document["types"]), (&"cloudkit.catalog/v1".into(), &1396.into()));
    assert_snapshot!(format!("{:#}", document["sources"][0]), @r#"
    {
      "age_days": "[AGE]",
      "as_of": "2025-03-02",
      "interruptions": 0,
      "is_old": true,
      "origin": "apache-libcloud 3.9.1",
      "prices": {
        "on-demand": 21714
      },
      "source": "embedded"
    }
    "#);
    let regions = document["regions"].as_array().unwrap();
    let region = |code| format!("{:#}", regions.iter().find(|region| region["region"] == code).unwrap());
    assert_snapshot!(region("us-east-1"), @r#"
    {
      "interruptions": 1,
      "on_demand_first_as_of": "2025-03-02",
      "on_demand_last_as_of": "2026-09-01",
      "priced": {
        "on-demand linux": 586,
        "on-demand rhel": 325,
        "on-demand suse": 307,
        "on-demand windows": 122,
        "spot linux": 1,
        "spot windows": 1
      },
      "region": "us-east-1",
      "spot_last_as_of": "2026-09-01",
      "types": 1375
    }
    "#);
    assert_snapshot!(region("us-east-9"), @r#"
    {
      "interruptions": 0,
      "priced": {
        "spot linux": 1
      },
      "region": "us-east-9",
      "spot_last_as_of": "2026-09-01",
      "types": 1
    }
    "#);
    assert_snapshot!(region("cn-north-1"), @r#"
    {
      "interruptions": 0,
      "priced": {},
      "region": "cn-north-1",
      "types": 0
    }
    "#);
    assert_eq!(home.run("cloudkit find catalog").ok().json(), document, "one line where nobody looks");
    let yaml: Value = serde_yaml::from_str(&home.run("cloudkit find catalog -o yaml").ok().stdout).unwrap();
    assert_eq!(yaml, document);
}

#[test]
fn its_counts_are_those_of_the_offers() {
    let home = Home::new();
    let document = home.run("cloudkit find catalog -o json").ok().json();
    for (region, os) in [("us-east-1", "linux"), ("us-east-1", "windows"), ("eu-south-2", "suse")] {
        let offers =
            home.run(&format!("cloudkit find search --region {region} --os {os}")).ok().lines_of_json();
        let priced = offers.iter().filter(|offer| offer["price_usd_hour"].is_string()).count();
        let regions = document["regions"].as_array().unwrap();
        let told = regions.iter().find(|one| one["region"] == region).unwrap();
        assert_eq!(told["types"], offers.len(), "{region}");
        assert_eq!(told["priced"][format!("on-demand {os}")], priced, "{region} {os}");
    }
}
