//! Answers that are no, questions that can't be asked, and what is said of them.

use insta::assert_snapshot;

use crate::support::Home;

#[test]
fn nothing_found_names_the_filter_that_left_nothing() {
    let home = Home::new();
    let line = "cloudkit find search -r us-east-1 -o table";
    assert_snapshot!(home.run(&format!("{line} --gpu l4 --arch arm64")), @"");
    assert_snapshot!(home.run(&format!("{line} 'm7i.*' --memory 5TiB..")), @"");
    assert_snapshot!(home.run(&format!("{line} 'm7i.*' --max-price 0.01")), @"");
    assert_snapshot!(home.run("cloudkit find search hpc7a.96xlarge --region ap-south-2 -o json"), @"");
}

#[test]
fn a_mistyped_type_gets_the_nearest_names() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search m7i.lagre -r us-east-1 -o table"), @"");
    assert_snapshot!(home.run("cloudkit find search m7i.lagre m7i.large -r us-east-1 -o name"), @"");
    assert_snapshot!(home.run("cloudkit find search 'zz*' -r us-east-1 -o name"), @"");
}

#[test]
fn a_misspelt_region_is_refused_with_the_nearest() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search m7i.large --region us-esat-1"), @"");
    assert_snapshot!(home.run("cloudkit find search m7i.large --region us-east-1,mars-*"), @"");
}

#[test]
fn an_unknown_gpu_is_refused_with_the_nearest() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search --gpu h10 -r us-east-1"), @"");
}

#[test]
fn a_bad_value_says_what_is_expected() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search --memory 8lb"), @"");
    assert_snapshot!(home.run("cloudkit find search --vcpus 8..4"), @"");
    assert_snapshot!(home.run("cloudkit find search --max-price cheap"), @"");
    assert_snapshot!(home.run("cloudkit find search --arch sparc"), @"");
    assert_snapshot!(home.run("cloudkit find search 'm7i.[large'"), @"");
}

#[test]
fn an_error_is_one_object_where_json_was_asked_for() {
    let mut home = Home::new();
    assert_snapshot!(home.run("cloudkit find search m7i.large --region us-esat-1 -o json"), @"");
    // Asked for by the flag, not by a variable: a person may have set that long ago.
    home.set("CLOUDKIT_OUTPUT", "json");
    assert!(home.run("cloudkit find search --region us-esat-1").exits(2).stderr.starts_with("error: "));
}

#[test]
fn quiet_leaves_the_data_and_the_errors() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search 'm7i.*' --limit 1 -o name --quiet"), @"");
    assert_snapshot!(home.run("cloudkit find search --region us-esat-1 --quiet"), @"");
}
