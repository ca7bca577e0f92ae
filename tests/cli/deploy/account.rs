//! `deploy validate --account`: what the account has for the machines of an app folder.

use serde_json::{Value, json};

use super::app::{TWO_REGIONS, somebody};
use crate::support::Lab;

const STANDARD: &str = "L-1216C47A";

fn told(faults: &Value) -> Vec<String> {
    let of_account = |fault: &&Value| fault["rule"] == "quota" || fault["rule"] == "offering";
    let words = |fault: &Value| {
        format!(
            "{} {}: {}",
            fault["severity"].as_str().unwrap(),
            fault["rule"].as_str().unwrap(),
            fault["message"].as_str().unwrap()
        )
    };
    faults["faults"].as_array().unwrap().iter().filter(of_account).map(words).collect()
}

#[test]
fn a_quota_without_room_is_told_with_its_region() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    let validate = "cloudkit deploy validate --account --dir app -o json";
    assert_eq!(told(&home.run(validate).ok().json()), [""; 0]);
    let set = |region: &str, value: u32| {
        lab.post("/quotas", &json!({"region": region, "code": STANDARD, "value": value}));
    };
    set("eu-west-1", 2);
    let warned = home.run(validate).ok().json();
    assert_eq!(
        told(&warned),
        [
            "warning quota: m7i.large in eu-west-1, on-demand: it takes 4 vCPUs, and the limit of standard on-demand (L-1216C47A) is 2"
        ]
    );
    set("us-east-1", 2);
    let refused = home.run(validate).exits(1).json();
    assert_eq!(
        told(&refused).iter().filter(|fault| fault.starts_with("error quota")).count(),
        2,
        "{refused:#}"
    );
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn what_uses_the_quota_counts() {
    let lab = Lab::start();
    let home = somebody(&lab, &TWO_REGIONS.replace(", eu-west-1", "").replace("count: 5", "count: 1"));
    home.run("cloudkit launch -t m7i.large --ttl 1h --wait running").ok();
    lab.post("/quotas", &json!({"region": "us-east-1", "code": STANDARD, "value": 3}));
    let refused = home.run("cloudkit deploy validate --account --dir app -o json").exits(1).json();
    assert_eq!(
        told(&refused),
        [
            "error quota: m7i.large in us-east-1, on-demand: it takes 2 vCPUs, and 2 of the 3 of standard on-demand (L-1216C47A) are used"
        ]
    );
}

#[test]
fn who_has_no_credentials_is_told_so_and_without_the_flag_nobody_is_asked() {
    let lab = Lab::start();
    let mut home = somebody(&lab, TWO_REGIONS);
    home.set("AWS_ACCESS_KEY_ID", "EXPIRED");
    home.run("cloudkit deploy validate --account --dir app").exits(3);
    let before = lab.requests().len();
    home.run("cloudkit deploy validate --dir app").ok();
    assert_eq!(lab.requests().len(), before);
}
