//! Filters as flags, and rows put together.

use insta::assert_snapshot;

use crate::support::Home;

fn search(flags: &str) -> String {
    Home::new().run(&format!("cloudkit find search -r us-east-1 {flags}")).to_string()
}

fn names(flags: &str) -> String {
    search(&format!("-o name {flags}"))
}

#[test]
fn a_flag_and_a_word_are_one_filter() {
    for (flags, words) in [
        ("--gpu h100 --efa", "h100 efa"),
        ("--gpus 8 --gpu a100 --gpu-memory 80", "8 a100-80gb"),
        ("--arch arm64 --memory 64", "arm64 64gib"),
        ("--cores 16+ --processor-maker intel", "intel 16+ cores"),
        ("--family m7i --vcpus 4..8", "m7i 4..8 vcpus"),
        ("--network 100", "100gbps"),
        ("--bare-metal --size metal", "metal --size metal"),
        ("--storage-kind hdd", "hdd"),
        ("--accelerator inferentia2", "inferentia2"),
    ] {
        assert_eq!(names(flags), names(words), "{flags}");
        assert!(!names(flags).is_empty());
    }
}

#[test]
fn a_yes_or_no_is_one_of_three() {
    assert_snapshot!(names("m7i --bare-metal"), @"
    m7i.metal-24xl
    m7i.metal-48xl
    ");
    assert_snapshot!(names("m7i --bare-metal=no --limit 2"), @"
    m7i.large
    m7i.2xlarge
    --- stderr
    7 offers left out; a higher --limit shows them
    ");
    assert_snapshot!(names("m7i --bare-metal=perhaps"), @r#"
    --- stderr
    error: invalid value 'perhaps' for '--bare-metal[=<YES|NO>]': "perhaps" is not yes or no
    hint: every flag with its values: --help
    --- exit 2
    "#);
}

#[test]
fn types_are_allowed_and_denied() {
    assert_snapshot!(names("--family m7i,c7i --allow '*.{large,xlarge}' --deny 'c7i.*,*.xlarge'"), @"m7i.large");
}

#[test]
fn lists_mean_any_of_them() {
    assert_snapshot!(names("--gpu h100,h200 --arch x86_64"), @"
    p5.4xlarge
    p5.48xlarge
    p5en.48xlarge
    ");
    assert_snapshot!(names("--gpu h100,h20"), @r#"
    --- stderr
    error: no instance type has a GPU called "h20"; near it: H200, H100, B200
    hint: see every GPU: cloudkit find search gpus --region all
    --- exit 2
    "#);
}

#[test]
fn what_is_not_known_is_left_out_and_counted() {
    assert_snapshot!(names("--clock 3.. --family t1,x1,m7i --size micro,metal-24xl,32xlarge"), @"
    m7i.metal-24xl
    --- stderr
    warning: 1 type left out, because its clock is not known
    ");
    assert_snapshot!(names("--ebs-iops 40000.. --vcpus 2 --family m7i,c3,m3"), @"
    m7i.large
    --- stderr
    warning: 2 types left out, because their rate of EBS operations is not known
    ");
}

#[test]
fn prices_are_shared_out() {
    assert_snapshot!(search("-o table --gpus 1.. --price-per-gpu ..0.6 --sort price-per-gpu"), @"
    TYPE         REGION     VCPUS  MEMORY  DEVICES           ARCH    USD/HOUR  AS OF
    g5g.xlarge   us-east-1      4   8 GiB  1 x T4g (16 GiB)  arm64       0.42  2026-08-06
    g4dn.xlarge  us-east-1      4  16 GiB  1 x T4 (16 GiB)   x86_64     0.526  2026-08-06
    g5g.2xlarge  us-east-1      8  16 GiB  1 x T4g (16 GiB)  arm64      0.556  2026-08-06
    ");
    assert_snapshot!(search("-o table m7i --price-per-vcpu ..0.0504 --price 0.1..0.5"), @"
    TYPE         REGION     VCPUS  MEMORY  ARCH        USD/HOUR  AS OF
    m7i.large    us-east-1      2   8 GiB  x86_64  0.1008 (old)  2025-03-02
    m7i.2xlarge  us-east-1      8  32 GiB  x86_64  0.4032 (old)  2025-03-02
    --- stderr
    warning: 3 offers left out, because their price is not known
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
}

#[test]
fn zones_are_ids_and_a_least_number() {
    assert_snapshot!(search("-o table h100 --min-zones 2"), @"
    TYPE         REGION     VCPUS    MEMORY  DEVICES            ARCH    USD/HOUR  AS OF
    p5.4xlarge   us-east-1     16   256 GiB  1 x H100 (80 GiB)  x86_64      6.88  2026-08-06
    p5.48xlarge  us-east-1    192  2048 GiB  8 x H100 (80 GiB)  x86_64     55.04  2026-08-06
    ");
    assert_snapshot!(search("-o name g6f.large m7i.large --zone use1-az5"), @"m7i.large");
    assert_snapshot!(search("-o name m7i.large --zone us-east-1a"), @r#"
    --- stderr
    error: no region has a zone called "us-east-1a"
    hint: zones go by their ids, such as use1-az1: their names differ from account to account
    --- exit 2
    "#);
}

#[test]
fn a_type_like_another() {
    assert_snapshot!(names("--like g6.xlarge"), @"
    g6.xlarge
    --- stderr
    like g6.xlarge: size xlarge; architecture x86_64; GPU L4; number of GPUs 1; number of accelerators 0
    ");
    assert_snapshot!(names("--like m7i.lagre"), @r#"
    --- stderr
    error: no instance type is called "m7i.lagre"; near it: m7i.large, m7i.xlarge, m7a.large
    --- exit 2
    "#);
}

#[test]
fn any_figure_is_an_order_and_what_is_not_known_comes_last() {
    assert_snapshot!(search("-o table --family g5,g6 --sort -gpu-memory-total,price-per-gpu --limit 4"), @"
    TYPE         REGION     VCPUS   MEMORY  DEVICES            ARCH    USD/HOUR  AS OF
    g6.48xlarge  us-east-1    192  768 GiB  8 x L4 (22 GiB)    x86_64   13.3504  2026-08-06
    g5.48xlarge  us-east-1    192  768 GiB  8 x A10G (22 GiB)  x86_64    16.288  2026-08-06
    g6.12xlarge  us-east-1     48  192 GiB  4 x L4 (22 GiB)    x86_64    4.6016  2026-08-06
    g5.12xlarge  us-east-1     48  192 GiB  4 x A10G (22 GiB)  x86_64     5.672  2026-08-06
    --- stderr
    12 offers left out; a higher --limit shows them
    ");
    assert_snapshot!(names("m7i.large t1.micro --sort clock"), @"
    m7i.large
    t1.micro
    ");
    assert_snapshot!(names("m7i.large t1.micro --sort -clock"), @"
    m7i.large
    t1.micro
    ");
}

#[test]
fn groups_have_a_row_each() {
    let home = Home::new();
    let line = "cloudkit find search l4 --region 'us-*'";
    assert_snapshot!(home.run(&format!("{line} --group-by region -o table")), @"
    GROUP      OFFERS  TYPES  REGIONS  CHEAPEST TYPE  IN REGION  USD/HOUR    UP TO
    us-east-1      15     15        1  g6f.large      us-east-1     0.202  13.3504
    us-east-2      15     15        1  -              -                 -        -
    us-west-2      15     15        1  -              -                 -        -
    ");
    assert_snapshot!(home.run(&format!("{line} --group-by family -o wide")), @"
    GROUP  OFFERS  TYPES  REGIONS  CHEAPEST TYPE  IN REGION  MARKET     USD/HOUR    UP TO  UNPRICED
    g6f        12      4        3  g6f.large      us-east-1  on-demand     0.202     0.95         8
    g6         24      8        3  g6.xlarge      us-east-1  on-demand    0.8048  13.3504        16
    gr6f        3      1        3  gr6f.4xlarge   us-east-1  on-demand     1.066    1.066         2
    gr6         6      2        3  gr6.4xlarge    us-east-1  on-demand    1.5392   2.4464         4
    ");
    assert_snapshot!(home.run(&format!("{line} --group-by type --limit 2 -o csv")), @"
    schema,group_by,group,offers,types,regions,cheapest.instance_type,cheapest.region,cheapest.market,cheapest.price_usd_hour,dearest_usd_hour,unpriced
    cloudkit.offer-group/v1,type,g6f.large,3,1,3,g6f.large,us-east-1,on-demand,0.202,0.202,2
    cloudkit.offer-group/v1,type,g6f.xlarge,3,1,3,g6f.xlarge,us-east-1,on-demand,0.2375,0.2375,2
    --- stderr
    13 groups left out; a higher --limit shows them
    ");
    assert_snapshot!(home.run(&format!("{line} --group-by family --limit 1 -o json")), @r#"
    [
      {
        "schema": "cloudkit.offer-group/v1",
        "group_by": "family",
        "group": "g6f",
        "offers": 12,
        "types": 4,
        "regions": 3,
        "cheapest": {
          "instance_type": "g6f.large",
          "region": "us-east-1",
          "market": "on-demand",
          "price_usd_hour": "0.202"
        },
        "dearest_usd_hour": "0.95",
        "unpriced": 8
      }
    ]
    --- stderr
    3 groups left out; a higher --limit shows them
    "#);
    assert_snapshot!(home.run(&format!("{line} --group-by family -o name")), @"
    g6f
    g6
    gr6f
    gr6
    ");
    assert_snapshot!(home.run(&format!("{line} --group-by colour")), @r#"
    --- stderr
    error: invalid value 'colour' for '--group-by <WHAT>': "colour" is not something to group by: region, type or family
    hint: every flag with its values: --help
    --- exit 2
    "#);
}
