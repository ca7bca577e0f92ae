//! Refreshing from files that are no lists, or can't be read: which are named, and which are passed over.

use insta::assert_snapshot;

use super::lists::{self, DAY, VIRGINIA};
use super::refresh_folder::REFRESH;
use crate::support::Home;

#[test]
fn a_file_with_the_name_of_a_list_that_is_none_is_named() {
    let home = Home::new();
    lists::write(
        &home,
        "lists/index.json",
        lists::on_demand(VIRGINIA, "Linux", DAY, &[("m7i.large", "1")]),
        0,
    );
    lists::write(&home, "lists/spot.json", "<html>\n<title>Sign in</title>", 0);
    lists::write(&home, "lists/spot-advisor-data.json.gz", lists::compressed(""), 0);
    lists::write(&home, "lists/metadata.json", b"\xff\xfe\0", 0);
    lists::write(
        &home,
        "lists/package.json",
        "{\"name\": \"anything else that is long enough to be cut\"}",
        0,
    );
    lists::write(&home, "lists/README.md", "Ours.", 0);
    lists::write(&home, "lists/verify.py", "import json", 0);
    assert_snapshot!(home.run(REFRESH), @r#"
    FEED                      OS     LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of on-demand prices  linux      1          0     1     1        0  2026-09-01
    --- stderr
    warning: lists/package.json is none of AWS's lists: it starts with {"name": "anything else that is long eno…
    2 other files were passed over
    warning: lists/metadata.json (index of on-demand prices) changes nothing: it is none of AWS's lists: it is not text
    warning: lists/spot-advisor-data.json.gz (list of spot interruptions) changes nothing: it is none of AWS's lists: it is empty
    warning: lists/spot.json (list of spot prices) changes nothing: it is none of AWS's lists: it starts with <html>
    error: 3 of 4 lists could not be used: what was known of them stays
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit find refresh --from lists/README.md"), @r#"
    {"schema":"cloudkit.refresh/v1","lists":0,"unchanged_lists":0,"unchanged_rows":0,"rows":0,"kept":0,"dropped":[],"list":"lists/README.md","error":"it is none of AWS's lists: it starts with Ours."}
    --- stderr
    warning: lists/README.md changes nothing: it is none of AWS's lists: it starts with Ours.
    error: 1 of 1 lists could not be used: what was known of them stays
    --- exit 2
    "#);
}

#[test]
fn one_file_is_read_alone() {
    let home = Home::new();
    lists::write(
        &home,
        "lists/index.json",
        lists::on_demand(VIRGINIA, "Linux", DAY, &[("m7i.large", "1")]),
        0,
    );
    lists::write(&home, "lists/spot.json", "<html>", 0);
    assert_snapshot!(home.run("cloudkit find refresh --from lists/index.json -o table"), @"
    FEED                      OS     LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of on-demand prices  linux      1          0     1     1        0  2026-09-01
    ");
}

#[test]
fn an_address_that_is_not_spoken_is_refused() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find refresh --from ftp://mirror.example/ec2"), @"
    --- stderr
    error: --from ftp://mirror.example/ec2: ftp is not spoken here
    hint: the address of a mirror begins with https:// or http://; a folder is named by its path
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit find refresh --from S3://bucket/ec2"), @"
    --- stderr
    error: --from S3://bucket/ec2: s3 is not spoken here
    hint: the address of a mirror begins with https:// or http://; a folder is named by its path
    --- exit 2
    ");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_count() {
    let home = Home::new();
    lists::write(
        &home,
        "lists/index.json",
        lists::on_demand(VIRGINIA, "Linux", DAY, &[("m7i.large", "1")]),
        0,
    );
    // Reading the first bytes of a process's memory fails for everybody.
    std::os::unix::fs::symlink("/proc/self/mem", home.path("lists/spot.json")).unwrap();
    assert_snapshot!(home.run(REFRESH), @"
    FEED                      OS     LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of on-demand prices  linux      1          0     1     1        0  2026-09-01
    --- stderr
    warning: lists/spot.json (list of spot prices) changes nothing: cannot read it: Input/output error (os error 5)
    error: 1 of 2 lists could not be used: what was known of them stays
    --- exit 2
    ");
}

#[test]
fn a_folder_without_lists_is_an_error() {
    let home = Home::new();
    home.write("lists/notes.txt", "None here.\n");
    assert_snapshot!(home.run(REFRESH), @"
    --- stderr
    1 other file was passed over
    error: lists holds none of AWS's lists
    hint: fetch them from AWS: cloudkit find refresh
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit find refresh --from nowhere"), @"
    --- stderr
    error: cannot read nowhere
    caused by: No such file or directory (os error 2)
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit find refresh --from lists/notes.txt"), @r#"
    {"schema":"cloudkit.refresh/v1","lists":0,"unchanged_lists":0,"unchanged_rows":0,"rows":0,"kept":0,"dropped":[],"list":"lists/notes.txt","error":"it is none of AWS's lists: it starts with None here."}
    --- stderr
    warning: lists/notes.txt changes nothing: it is none of AWS's lists: it starts with None here.
    error: 1 of 1 lists could not be used: what was known of them stays
    --- exit 2
    "#);
    assert!(!home.path(".cache/cloudkit").exists());
}

#[test]
fn of_lists_that_fail_alike_one_line_speaks() {
    let home = Home::new();
    for number in 1..=7 {
        let list = lists::on_demand("Moon (Tranquility)", "Linux", DAY, &[("m7i.large", "1")]);
        lists::write(&home, &format!("lists/{number}/index.json"), list, 0);
    }
    assert_snapshot!(home.run(REFRESH), @r#"
    --- stderr
    warning: 7 of 7 lists of on-demand prices change nothing: "Moon (Tranquility)" is not in the list of locations; the first is lists/1/index.json
    error: 7 of 7 lists could not be used: what was known of them stays
    --- exit 2
    "#);
}
