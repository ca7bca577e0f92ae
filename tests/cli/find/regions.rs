//! Which regions there are, by code, by pattern, all of them, and what is said of one that is not there.

use insta::assert_snapshot;

use crate::support::Home;

#[test]
fn regions_are_listed_by_code_and_by_pattern() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find regions us-east-1 'us-gov-*' mx-central-1,il-central-1 -o table"), @"
    REGION         NAME                    TYPES  ZONES
    il-central-1   Israel (Tel Aviv)         324  ilc1-az1 ilc1-az2 ilc1-az3
    mx-central-1   Mexico (Central)            -  -
    us-east-1      US East (N. Virginia)    1375  use1-az1 use1-az2 use1-az3 use1-az4 use1-az5 use1-az6
    us-gov-east-1  AWS GovCloud (US-East)      -  -
    us-gov-west-1  AWS GovCloud (US-West)      -  -
    ");
    assert_snapshot!(home.run("cloudkit find regions us-east-2 mx-central-1"), @r#"
    {"schema":"cloudkit.region/v1","region":"mx-central-1","name":"Mexico (Central)","zones":[]}
    {"schema":"cloudkit.region/v1","region":"us-east-2","name":"US East (Ohio)","zones":["use2-az1","use2-az2","use2-az3"],"instance_types":1226}
    "#);
}

#[test]
fn without_a_name_they_are_all_there() {
    let home = Home::new();
    let names = home.run("cloudkit find regions -o name").ok().stdout;
    assert_eq!(names.lines().count(), 39);
    assert_eq!(home.run("cloudkit find regions all -o name").ok().stdout, names);
    let rows = home.run("cloudkit find regions -o jsonl").ok().lines_of_json();
    assert!(rows.iter().all(|row| row["name"].is_string()), "{rows:?}");
}

#[test]
fn a_misspelt_one_is_refused_with_the_nearest() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find regions us-esat-1"), @r#"
    --- stderr
    error: no region is called "us-esat-1"; near it: us-east-1, us-east-2, us-west-1
    hint: see them all: cloudkit find regions
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit find regions us-east-1 'moon-*'"), @r#"
    --- stderr
    error: no region is called "moon-*"
    hint: see them all: cloudkit find regions
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit find regions 'us-['"), @r#"
    --- stderr
    error: "us-[" is not a pattern of names such as m7i.*
    caused by: error parsing glob 'us-[': unclosed character class; missing ']'
    hint: a pattern is a name with *, ? and [ab], such as 'c[67]i.*', or a regular expression between slashes: '/c[6-8]i\.large/'
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit find regions US-EAST-1 -o name"), @"us-east-1");
}
