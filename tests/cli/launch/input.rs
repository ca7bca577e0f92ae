//! What is asked for in a way that can't be: the code, the hint, and nothing left in the account.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Home, Lab};

#[test]
fn a_type_that_the_catalog_does_not_know_is_asked_of_aws() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit launch -t m7i.lagre --ttl 1h"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    error: m7i.lagre in us-east-1 cannot be launched: EC2 has no such instance type
    hint: did you mean: m7i.large, m7i.xlarge, m7a.large
    --- exit 2
    ");
    let asked = lab.requests_of("DescribeInstanceTypes");
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].params["InstanceType.1"], "m7i.lagre");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn a_type_that_the_region_does_not_have_is_refused_with_where_it_is() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/regions", &json!({"region": "ap-south-2", "opt_in_status": "opted-in"}));
    // EC2 knows the types of its own region alone, and Moto those of all.
    lab.fault(&json!({"kind": "error", "action": "DescribeInstanceTypes", "status": 400, "code": "InvalidInstanceType",
        "message": "The following supplied instance types do not exist: [hpc7a.96xlarge]"}));
    assert_snapshot!(home.run("cloudkit launch -t hpc7a.96xlarge --region ap-south-2 --ttl 1h"), @"
    --- stderr
    looking at the account: done
    error: hpc7a.96xlarge in ap-south-2 cannot be launched: EC2 does not offer it in this region
    hint: see where it is: cloudkit find search hpc7a.96xlarge --region all
    --- exit 2
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn a_bad_span_is_refused_with_a_hint() {
    let home = Home::new();
    let screen = home.run("cloudkit launch -t m7i.large --ttl '7 days'").exits(2);
    assert!(screen.stderr.contains("\"7 days\" is not a span of time such as"), "{screen}");
    assert!(screen.stderr.contains("\nhint: "), "{screen}");
    for span in ["7", "1h30", "-1h", "8H", "0s"] {
        home.run(&format!("cloudkit launch -t m7i.large --ttl={span}")).exits(2);
    }
}

#[test]
fn other_values_are_refused_where_they_are_typed() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --region us-esat-1"), @r#"
    --- stderr
    error: no region is called "us-esat-1"; near it: us-east-1, us-east-2, us-west-1
    hint: --region all asks about every region
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --region us-east-1 --zone euw1-az1"), @r#"
    --- stderr
    error: us-east-1 has no zone "euw1-az1"
    hint: its zones: use1-az1, use1-az2, use1-az3, use1-az4, use1-az5, use1-az6
    --- exit 2
    "#);
    assert!(
        home.run("cloudkit launch -t m7i.large --ttl 1h --no-ttl").exits(2).stderr.starts_with("error: ")
    );
    assert!(
        home.run("cloudkit launch -t m7i.large --ssh-from 203.0.113.7/24")
            .exits(2)
            .stderr
            .starts_with("error: ")
    );
    assert!(home.run("cloudkit launch -t m7i").exits(2).stderr.starts_with("error: "));
}

#[test]
fn a_private_key_is_not_taken_for_a_public_one() {
    let home = Home::new();
    let private = home.write("key.pub", "-----BEGIN OPENSSH PRIVATE KEY-----\n");
    let screen = home
        .run(&format!("cloudkit launch -t m7i.large --ttl 1h -r us-east-1 --ssh-key {}", private.display()));
    assert_snapshot!(screen, @"
    --- stderr
    error: [HOME]/key.pub is not an SSH public key
    hint: name another key: --ssh-key FILE
    --- exit 2
    ");
}

#[test]
fn a_line_that_is_no_offer_is_named_and_nothing_is_launched() {
    let lab = Lab::start();
    let home = lab.home();
    let offer = home.run("cloudkit find search m7i.large -r us-east-1").ok().stdout;
    assert_snapshot!(home.run_with(&format!("{offer}not an offer\n"), "cloudkit launch --ttl 1h"), @"
    --- stderr
    error: line 2 of stdin is not an offer
    caused by: expected ident at column 2
    hint: offers are what cloudkit find prints with -o jsonl; nothing was launched
    --- exit 2
    ");
    assert_snapshot!(home.run_with(&offer.replace("offer/v1", "offer/v9"), "cloudkit launch --ttl 1h"), @r#"
    --- stderr
    error: line 1 of stdin is not an offer
    caused by: its schema is "cloudkit.offer/v9", not "cloudkit.offer/v1"
    hint: offers are what cloudkit find prints with -o jsonl; nothing was launched
    --- exit 2
    "#);
    let table = home.run("cloudkit find search m7i.large -r us-east-1 -o table").ok().stdout;
    assert_snapshot!(home.run_with(&table, "cloudkit launch --ttl 1h"), @"
    --- stderr
    error: line 1 of stdin is not an offer
    caused by: expected value at column 1
    hint: offers are what cloudkit find prints with -o jsonl; nothing was launched
    --- exit 2
    ");
    no_offers_at_all_is_an_answer(&home);
    assert_eq!(lab.requests().len(), 0);
}

fn no_offers_at_all_is_an_answer(home: &Home) {
    assert_snapshot!(home.run("cloudkit launch --ttl 1h"), @"
    --- stderr
    error: no offers came on stdin
    hint: name a type: cloudkit launch --instance-type m7i.large --ttl 8h
    --- exit 1
    ");
    home.run_with("[]\n", "cloudkit launch --ttl 1h").exits(1);
    home.run_with("\n\n", "cloudkit launch --ttl 1h").exits(1);
}

#[cfg(unix)]
#[test]
fn flags_do_not_read_stdin() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 1h --wait accepted </dev/null").ok();
    let launched = home.run_with("not an offer", "cloudkit launch -t m7i.large --ttl 1h --wait accepted");
    launched.ok();
    assert_eq!(lab.machines().len(), 2);
}
