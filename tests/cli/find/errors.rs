//! Answers that are no, questions that can't be asked, and what is said of them.

use insta::assert_snapshot;

use crate::support::Home;

#[test]
fn nothing_found_names_the_filter_that_left_nothing() {
    let home = Home::new();
    let line = "cloudkit find search -r us-east-1 -o table";
    assert_snapshot!(home.run(&format!("{line} --gpu l4 --arch arm64")), @"
    --- stderr
    nothing found: GPU L4 removed the last 418 of 1395 instance types
    hint: GPU of the 418 types left: T4g
    --- exit 1
    ");
    assert_snapshot!(home.run(&format!("{line} 'm7i.*' --memory 5TiB..")), @"
    --- stderr
    nothing found: memory 5120 GiB.. removed the last 11 of 1395 instance types
    hint: memory of the 11 types left, nearest to that: 768 GiB
    --- exit 1
    ");
    assert_snapshot!(home.run(&format!("{line} 'm7i.*' --max-price 0.01")), @"
    --- stderr
    warning: 3 offers left out, because their price is not known
    nothing found: price ..0.01 USD removed the last 11 of 11 offers
    hint: price of the 11 offers left, nearest to that: 0.1008 USD
    --- exit 1
    ");
    assert_snapshot!(home.run("cloudkit find search hpc7a.96xlarge --region ap-south-2 -o json"), @"
    []
    --- stderr
    warning: hpc7a.96xlarge is not offered in the regions asked about, but in eu-north-1, eu-west-1, eu-west-3, us-east-2
    nothing found: region ap-south-2 removed the last 1 of 1395 instance types
    hint: sold in other regions: --region eu-north-1,eu-west-1,eu-west-3,us-east-2
    --- exit 1
    ");
}

#[test]
fn a_mistyped_type_gets_the_nearest_names() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search m7i.lagre -r us-east-1 -o table"), @r#"
    --- stderr
    warning: no instance type is called "m7i.lagre"; near it: m7i.large, m7i.xlarge, m7a.large
    --- exit 1
    "#);
    assert_snapshot!(home.run("cloudkit find search m7i.lagre m7i.large -r us-east-1 -o name"), @r#"
    m7i.large
    --- stderr
    warning: no instance type is called "m7i.lagre"; near it: m7i.large, m7i.xlarge, m7a.large
    "#);
    assert_snapshot!(home.run("cloudkit find search 'zz*' -r us-east-1 -o name"), @r#"
    --- stderr
    warning: no instance type is called "zz*"
    --- exit 1
    "#);
}

#[test]
fn a_misspelt_region_is_refused_with_the_nearest() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search m7i.large --region us-esat-1"), @r#"
    --- stderr
    error: no region is called "us-esat-1"; near it: us-east-1, us-east-2, us-west-1
    hint: --region all asks about every region
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit find search m7i.large --region us-east-1,mars-*"), @r#"
    --- stderr
    error: no region is called "mars-*"
    hint: --region all asks about every region
    --- exit 2
    "#);
}

#[test]
fn an_unknown_gpu_is_refused_with_the_nearest() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search --gpu h10 -r us-east-1"), @r#"
    --- stderr
    error: no instance type has a GPU called "h10"; near it: H100, H200, A100
    hint: see every GPU: cloudkit find search gpus --region all
    --- exit 2
    "#);
}

#[test]
fn a_bad_value_says_what_is_expected() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search --memory 8lb"), @r#"
    --- stderr
    error: invalid value '8lb' for '--memory <RANGE>': "8lb" is not a memory size such as 8, 8gib, 512mib or 1.5tib (a bare number is GiB)
    hint: every flag with its values: --help
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit find search --vcpus 8..4"), @r#"
    --- stderr
    error: invalid value '8..4' for '--vcpus <RANGE>': "8..4" is empty: its first end lies above its second
    hint: every flag with its values: --help
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit find search --max-price cheap"), @r#"
    --- stderr
    error: invalid value 'cheap' for '--max-price <USD>': "cheap" is not an amount of US dollars such as 0.5, 2 or 12.34
    hint: every flag with its values: --help
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit find search --arch sparc"), @r#"
    --- stderr
    error: invalid value 'sparc' for '--arch <ARCH>': "sparc" is not an architecture: x86_64, arm64, i386, x86_64_mac or arm64_mac
    hint: every flag with its values: --help
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit find search 'm7i.[large'"), @r#"
    --- stderr
    error: "m7i.[large" is not a pattern of names such as m7i.*
    caused by: error parsing glob 'm7i.[large': unclosed character class; missing ']'
    hint: a pattern is a name with *, ? and [ab], such as 'c[67]i.*', or a regular expression between slashes: '/c[6-8]i\.large/'
    --- exit 2
    "#);
}

#[test]
fn a_range_written_otherwise_is_refused_with_how_it_is_written() {
    let home = Home::new();
    let told = |flags: &str| {
        let screen = home.run(&format!("cloudkit find search {flags}")).exits(2);
        screen.stderr.lines().next().unwrap().to_owned()
    };
    let all = [
        "--vcpus 8-16",
        "--vcpus '>=8'",
        "--memory 4:8gib",
        "--vcpus -1",
        "--max-price -1",
        "--min-zones -2",
        "--vcpus 4,",
        "--limit some",
        "--limit -1",
        "8-16 vcpus",
    ];
    assert_snapshot!(all.map(told).join("\n"), @r#"
    error: invalid value '8-16' for '--vcpus <RANGE>': "8-16" is not a range as it is written here: write 8..16
    error: invalid value '>=8' for '--vcpus <RANGE>': ">=8" is not a range as it is written here: write 8+
    error: invalid value '4:8gib' for '--memory <RANGE>': "4:8gib" is not a range as it is written here: write 4..8gib
    error: invalid value '-1' for '--vcpus <RANGE>': "-1" is below zero: write an amount of 0 or more
    error: invalid value '-1' for '--max-price <USD>': "-1" is below zero: write an amount of 0 or more
    error: invalid value '-2' for '--min-zones <N>': "-2" is below zero: write an amount of 0 or more
    error: invalid value '4,' for '--vcpus <RANGE>': "4," is not a whole number
    error: invalid value 'some' for '--limit <N>': "some" is not a number of rows such as 50, or all
    error: invalid value '-1' for '--limit <N>': "-1" is not a number of rows such as 50, or all
    error: "8-16" means nothing here; near it: 8..16
    "#);
    assert_snapshot!(home.run("cloudkit find search 'm7i.*' --limit all --vcpus 2,32 -r us-east-1 -o name"), @"
    m7i.large
    m7i.8xlarge
    ");
}

#[test]
fn what_there_is_instead_is_said() {
    let home = Home::new();
    let told = |line: &str| {
        let screen = home.run(&format!("cloudkit find {line} -o name")).exits(1);
        screen
            .stderr
            .lines()
            .filter(|line| line.starts_with("nothing") || line.starts_with("hint"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let lines = [
        "search trn2 -r us-east-1",
        "search trn2.48xlarge -r eu-west-1",
        "search g6f.large -r ap-south-2 --max-price 1",
        "search 2 gpus l4 -r us-east-1",
        "search m7i.large --vcpus 3000+ -r us-east-1",
        "search m7i.large --zone usw2-az1 -r us-east-1",
        "search g6f.large --zone use1-az3 -r us-east-1",
        "search mac2.metal spot -r us-east-1",
        "search 'm7i.*' --arch arm64 -r us-east-1",
        "search t3.micro --efa -r us-east-1",
        "search m7i.large --bare-metal -r us-east-1",
        "search 'm7i.?xlarge' --efa -r us-east-1",
        "search 'p4d*' --efa=no -r us-east-1",
    ];
    let all = lines.map(|line| format!("$ {line}\n{}", told(line)));
    assert_snapshot!(all.join("\n"), @"
    $ search trn2 -r us-east-1
    nothing found: region us-east-1 removed the last 2 of 1395 instance types
    hint: sold in other regions: --region ap-south-2,ap-southeast-4,sa-east-1,us-east-2
    $ search trn2.48xlarge -r eu-west-1
    nothing found: region eu-west-1 removed the last 1 of 1395 instance types
    hint: sold in other regions: --region ap-south-2,us-east-2
    $ search g6f.large -r ap-south-2 --max-price 1
    nothing found: region ap-south-2 removed the last 1 of 1395 instance types
    hint: sold in other regions, cheapest first: --region us-east-1
    $ search 2 gpus l4 -r us-east-1
    nothing found: number of GPUs 2 removed the last 15 of 1395 instance types
    hint: number of GPUs of the 15 types left: 0.125, 0.25, 0.5, 1, 4 or 8
    $ search m7i.large --vcpus 3000+ -r us-east-1
    nothing found: vCPUs 3000.. removed the last 1 of 1395 instance types
    hint: number of vCPUs of the 1 type left: 2
    $ search m7i.large --zone usw2-az1 -r us-east-1
    nothing found: zone usw2-az1 removed the last 1 of 1 offers
    hint: usw2-az1 is a zone of us-west-2: --region us-west-2
    $ search g6f.large --zone use1-az3 -r us-east-1
    nothing found: zone use1-az3 removed the last 1 of 1 offers
    hint: zone of the 1 offer left: use1-az1, use1-az2, use1-az4 or use1-az6
    $ search mac2.metal spot -r us-east-1
    nothing found: not sold as spot there: the last 1 of 1395 instance types
    hint: sold there as on-demand: cloudkit find search
    $ search 'm7i.*' --arch arm64 -r us-east-1
    nothing found: architecture arm64 removed the last 11 of 1395 instance types
    hint: architecture of the 11 types left: x86_64
    $ search t3.micro --efa -r us-east-1
    nothing found: EFA yes removed the last 1 of 1395 instance types
    hint: no type of the same family has EFA there: leave that out, or ask for other types
    $ search m7i.large --bare-metal -r us-east-1
    nothing found: bare metal yes removed the last 1 of 1395 instance types
    hint: with bare metal, of the same family: m7i.metal-24xl, m7i.metal-48xl
    $ search 'm7i.?xlarge' --efa -r us-east-1
    nothing found: EFA yes removed the last 3 of 1395 instance types
    hint: with EFA, of the same family: m7i.48xlarge, m7i.metal-48xl
    $ search 'p4d*' --efa=no -r us-east-1
    nothing found: EFA no removed the last 2 of 1395 instance types
    hint: every type of the same families has EFA there: leave that out, or ask for other types
    ");
}

#[test]
fn an_order_both_ways_is_refused() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search l4 cheapest --sort -price"), @"
    --- stderr
    error: sorted by price the other way round than by -price: one of them has to go
    hint: the cheapest is --sort price --limit 1, the dearest --sort -price --limit 1
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit find search h100 cheapest --region all -o table"), @"
    TYPE        REGION     VCPUS   MEMORY  DEVICES            ARCH    USD/HOUR  AS OF
    p5.4xlarge  us-east-1     16  256 GiB  1 x H100 (80 GiB)  x86_64      6.88  2026-08-06
    --- stderr
    22 offers left out; a higher --limit shows them
    warning: 21 offers have no known price, so that a cheaper one may exist
    ");
}

#[test]
fn an_error_is_one_object_where_json_was_asked_for() {
    let mut home = Home::new();
    assert_snapshot!(home.run("cloudkit find search m7i.large --region us-esat-1 -o json"), @r#"
    --- stderr
    {"schema":"cloudkit.error/v1","error":"no region is called \"us-esat-1\"; near it: us-east-1, us-east-2, us-west-1","caused_by":[],"hints":["--region all asks about every region"],"exit_code":2}
    --- exit 2
    "#);
    // Asked for by the flag, not by a variable: a person may have set that long ago.
    home.set("CLOUDKIT_OUTPUT", "json");
    assert!(home.run("cloudkit find search --region us-esat-1").exits(2).stderr.starts_with("error: "));
}

#[test]
fn so_is_an_error_of_the_command_line() {
    let home = Home::new();
    for line in [
        "find search --memory 8lb -o json",
        "find search --regoin x -o jsonl",
        "-o json launch -t m7i.large --ttl 7",
    ] {
        let screen = home.run(&format!("cloudkit {line}")).exits(2);
        let error: serde_json::Value =
            serde_json::from_str(&screen.stderr).unwrap_or_else(|_| panic!("{line}: {screen}"));
        assert_eq!((&error["schema"], &error["exit_code"]), (&"cloudkit.error/v1".into(), &2.into()));
    }
}

#[test]
fn quiet_leaves_the_data_and_the_errors() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search 'm7i.*' --limit 1 -o name --quiet"), @"m7i.large");
    assert_snapshot!(home.run("cloudkit find search --region us-esat-1 --quiet"), @r#"
    --- stderr
    error: no region is called "us-esat-1"; near it: us-east-1, us-east-2, us-west-1
    hint: --region all asks about every region
    --- exit 2
    "#);
}

#[test]
fn what_was_meant_is_told_from_what_was_typed() {
    let home = Home::new();
    let told = |line: &str| home.run(&format!("cloudkit find {line} -o name --limit 1")).stderr;
    let lines = [
        "search cores",
        "search gib",
        "search '/c[6-8'",
        "search /",
        "search '/m7i l4'",
        "search //",
        "search l4 --deny /g6",
        "search l4 --region /us",
        "search m7i.large --region ''",
        "search m7i.large --deny zzz -r us-east-1",
        "search --like g6.xlarge --gpu l40s -r us-east-1",
        "search --arch arm --vcpus 1 -r us-east-1",
    ];
    let all = lines.map(|line| format!("$ {line}\n{}", told(line)));
    assert_snapshot!(all.join("\n"), @r#"
    $ search cores
    error: "cores" says nothing without a number before it, such as 8 cores
    hint: words and flags that mean something: cloudkit find search --help

    $ search gib
    error: "gib" says nothing without a number before it, such as 8 gib
    hint: words and flags that mean something: cloudkit find search --help

    $ search '/c[6-8'
    error: "/c[6-8" is an unfinished regular expression: it ends with another slash, as /m[67]i/ does
    hint: a pattern is a name with *, ? and [ab], such as 'c[67]i.*', or a regular expression between slashes: '/c[6-8]i\.large/'

    $ search /
    error: "/" is an unfinished regular expression: it ends with another slash, as /m[67]i/ does
    hint: a pattern is a name with *, ? and [ab], such as 'c[67]i.*', or a regular expression between slashes: '/c[6-8]i\.large/'

    $ search '/m7i l4'
    error: "/m7i l4" is an unfinished regular expression: it ends with another slash, as /m[67]i/ does
    hint: a pattern is a name with *, ? and [ab], such as 'c[67]i.*', or a regular expression between slashes: '/c[6-8]i\.large/'

    $ search //
    error: "//" is an empty regular expression: between the slashes stands a part of a name, as in /m[67]i/
    hint: a pattern is a name with *, ? and [ab], such as 'c[67]i.*', or a regular expression between slashes: '/c[6-8]i\.large/'

    $ search l4 --deny /g6
    error: invalid value '/g6' for '--deny <PATTERNS>': "/g6" is an unfinished regular expression: it ends with another slash, as /m[67]i/ does
    hint: every flag with its values: --help

    $ search l4 --region /us
    error: "/us" is an unfinished regular expression: it ends with another slash, as /m[67]i/ does
    hint: a pattern is a name with *, ? and [ab], such as 'c[67]i.*', or a regular expression between slashes: '/c[6-8]i\.large/'

    $ search m7i.large --region ''
    error: a region is missing, such as us-east-1, us-* or all

    $ search m7i.large --deny zzz -r us-east-1
    warning: no instance type is called "zzz"

    $ search --like g6.xlarge --gpu l40s -r us-east-1
    like g6.xlarge: size xlarge; architecture x86_64; number of GPUs 1; number of accelerators 0

    $ search --arch arm --vcpus 1 -r us-east-1
    35 offers left out; a higher --limit shows them
    "#);
}
