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
    --- exit 1
    ");
    assert_snapshot!(home.run(&format!("{line} 'm7i.*' --memory 5TiB..")), @"
    --- stderr
    nothing found: memory 5120 GiB.. removed the last 11 of 1395 instance types
    --- exit 1
    ");
    assert_snapshot!(home.run(&format!("{line} 'm7i.*' --max-price 0.01")), @"
    --- stderr
    warning: 3 offers left out, because their price is not known
    nothing found: price ..0.01 USD removed the last 11 of 11 offers
    --- exit 1
    ");
    assert_snapshot!(home.run("cloudkit find search hpc7a.96xlarge --region ap-south-2 -o json"), @"
    []
    --- stderr
    warning: hpc7a.96xlarge is not offered in the regions asked about, but in eu-north-1, eu-west-1, eu-west-3, us-east-2
    nothing found: region ap-south-2 removed the last 1 of 1395 instance types
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
    --- exit 2
    "#);
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
