//! Questions and their answers: names, ranges, regions, prices, order.

use insta::assert_snapshot;

use crate::support::Home;

#[test]
fn types_are_named_by_patterns() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search 'm7i.{large,xlarge}' t4g.nano -r us-east-1 -o name"), @"
    t4g.nano
    m7i.large
    m7i.xlarge
    ");
    assert_snapshot!(home.run("cloudkit find search 'c[67]i.large' -r us-east-1 -o name"), @"
    c6i.large
    c7i.large
    ");
}

#[test]
fn sizes_are_ranges_with_units() {
    let home = Home::new();
    let line = "cloudkit find search 'm7i.*' -r us-east-1 -o name";
    assert_snapshot!(home.run(&format!("{line} --vcpus 8")), @"m7i.2xlarge");
    assert_snapshot!(home.run(&format!("{line} --vcpus ..4")), @"
    m7i.large
    m7i.xlarge
    ");
    assert_snapshot!(home.run(&format!("{line} --memory 16..32")), @"
    m7i.2xlarge
    m7i.xlarge
    ");
    assert_eq!(
        home.run(&format!("{line} --memory 16384MiB..32GiB")).ok().stdout,
        home.run(&format!("{line} --memory 16..32")).ok().stdout,
    );
    assert_snapshot!(home.run(&format!("{line} --vcpus 96..")), @"
    m7i.metal-24xl
    m7i.48xlarge
    m7i.metal-48xl
    m7i.24xlarge
    ");
}

#[test]
fn accelerators_are_found_by_name_and_by_count() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search --gpu l4 --gpus 1 -r us-east-1 -o table"), @"
    TYPE         REGION     VCPUS   MEMORY  DEVICES          ARCH    USD/HOUR  AS OF
    g6.xlarge    us-east-1      4   16 GiB  1 x L4 (22 GiB)  x86_64    0.8048  2026-08-06
    g6.2xlarge   us-east-1      8   32 GiB  1 x L4 (22 GiB)  x86_64    0.9776  2026-08-06
    g6.4xlarge   us-east-1     16   64 GiB  1 x L4 (22 GiB)  x86_64    1.3232  2026-08-06
    gr6.4xlarge  us-east-1     16  128 GiB  1 x L4 (22 GiB)  x86_64    1.5392  2026-08-06
    g6.8xlarge   us-east-1     32  128 GiB  1 x L4 (22 GiB)  x86_64    2.0144  2026-08-06
    gr6.8xlarge  us-east-1     32  256 GiB  1 x L4 (22 GiB)  x86_64    2.4464  2026-08-06
    g6.16xlarge  us-east-1     64  256 GiB  1 x L4 (22 GiB)  x86_64    3.3968  2026-08-06
    ");
    assert_snapshot!(home.run("cloudkit find search --gpu H100 -r us-east-1 -o table"), @"
    TYPE         REGION     VCPUS    MEMORY  DEVICES            ARCH    USD/HOUR  AS OF
    p5.4xlarge   us-east-1     16   256 GiB  1 x H100 (80 GiB)  x86_64      6.88  2026-08-06
    p5.48xlarge  us-east-1    192  2048 GiB  8 x H100 (80 GiB)  x86_64     55.04  2026-08-06
    ");
}

#[test]
fn regions_are_names_lists_patterns_or_all() {
    let home = Home::new();
    let line = "cloudkit find search m7i.large -o csv";
    let regions = |asked: &str| {
        let screen = home.run(&format!("{line} {asked}")).ok();
        let mut regions: Vec<String> =
            screen.stdout.lines().skip(1).map(|line| line.split(',').nth(2).unwrap().to_owned()).collect();
        regions.sort_unstable();
        regions
    };
    assert_eq!(regions("-r us-west-2,us-east-1 -r eu-west-1"), ["eu-west-1", "us-east-1", "us-west-2"]);
    assert_eq!(regions("--region 'us-*'"), ["us-east-1", "us-east-2", "us-west-1", "us-west-2"]);
    assert!(regions("--region all").len() > 20);
}

#[test]
fn a_price_limit_says_what_it_could_not_judge() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search --arch arm64 --vcpus 4.. --max-price 0.14 -r us-east-1 -o table"), @"
    TYPE        REGION     VCPUS  MEMORY  ARCH       USD/HOUR  AS OF
    a1.xlarge   us-east-1      4   8 GiB  arm64   0.102 (old)  2025-03-02
    t4g.xlarge  us-east-1      4  16 GiB  arm64  0.1344 (old)  2025-03-02
    --- stderr
    warning: 224 offers left out, because their price is not known
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
}

#[test]
fn the_cheapest_comes_first_and_unknown_prices_last() {
    let home = Home::new();
    let offers = home.run("cloudkit find search --vcpus 2 -r us-east-1").ok().lines_of_json();
    let price = |offer: &serde_json::Value| {
        offer["price_usd_hour"].as_str().map(|price| price.parse::<f64>().unwrap())
    };
    let prices: Vec<f64> = offers.iter().map(|offer| price(offer).unwrap_or(f64::INFINITY)).collect();
    assert!(prices.is_sorted(), "{prices:?}");
    assert_eq!(
        prices.last(),
        Some(&f64::INFINITY),
        "some price is unknown, and its offer is there all the same"
    );
}

#[test]
fn an_order_may_be_asked_for() {
    let home = Home::new();
    let line = "cloudkit find search 'm7i.*' -r us-east-1 -o name --limit 3";
    assert_snapshot!(home.run(&format!("{line} --sort -vcpus,type")), @"
    m7i.48xlarge
    m7i.metal-48xl
    m7i.24xlarge
    --- stderr
    8 offers left out; a higher --limit shows them
    ");
    assert_snapshot!(home.run(&format!("{line} --sort memory,-price")), @"
    m7i.large
    m7i.xlarge
    m7i.2xlarge
    --- stderr
    8 offers left out; a higher --limit shows them
    ");
    assert_snapshot!(home.run(&format!("{line} --sort size")), @r#"
    --- stderr
    error: invalid value 'size' for '--sort <KEYS>': "size" is not a column to sort by: type, family, region, zone, devices, arch, os, market, as-of, source, quota, price, price-per-vcpu, price-per-gpu, or the name of any flag that takes a range, such as vcpus or gpu-memory; with --group-by also group, offers, types, regions, cheapest-type, in-region, up-to, unpriced
    hint: every flag with its values: --help
    --- exit 2
    "#);
}

#[test]
fn a_limit_says_what_it_left_out() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search 'm7i.*' -r us-east-1 -o name --limit 2"), @"
    m7i.large
    m7i.2xlarge
    --- stderr
    9 offers left out; a higher --limit shows them
    ");
    assert_snapshot!(home.run("cloudkit find search m7i.large -r us-east-1 -o name --limit 2"), @"m7i.large");
}

#[test]
fn a_price_is_for_an_operating_system() {
    let home = Home::new();
    let price = |os: &str| {
        let line = format!("cloudkit find search m7i.large -r us-east-1 --os {os} -o csv");
        home.run(&line).ok().stdout.lines().last().unwrap().to_owned()
    };
    assert_snapshot!(price("linux"), @"cloudkit.offer/v1,m7i.large,us-east-1,use1-az1;use1-az2;use1-az4;use1-az5;use1-az6,on-demand,x86_64,2,8192,linux,0.1008,0.1008,embedded,2025-03-02,true");
    assert_snapshot!(price("windows"), @"cloudkit.offer/v1,m7i.large,us-east-1,use1-az1;use1-az2;use1-az4;use1-az5;use1-az6,on-demand,x86_64,2,8192,windows");
}
