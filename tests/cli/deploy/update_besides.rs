//! What comes with an update besides the bundle: secrets, and URLs of what lies in other buckets.

use serde_json::Value;

use super::app::TWO_REGIONS;
use super::machine::{reachable, request, told};
use super::{objects, secrets};
use crate::support::{Home, Lab};

const UPDATE: &str = "cloudkit deploy update --dir app";

/// Creates it, and has its machines come to their bundle.
fn created(lab: &Lab, home: &Home) -> Vec<String> {
    home.run("cloudkit deploy create --dir app --yes").ok();
    let bundle = home.run("cloudkit deploy list").ok().lines_of_json()[0]["bundle"].clone();
    reachable(lab, home, bundle.as_str())
}

fn token(lab: &Lab, region: &str) -> Value {
    secrets::parameters(lab, region)["/cloudkit/deployments/web/TOKEN"][0].clone()
}

#[test]
fn a_changed_secret_comes_to_machines_that_have_the_bundle() {
    let lab = Lab::start();
    let mut home = secrets::somebody(&lab, TWO_REGIONS);
    let ids = created(&lab, &home);
    let before = lab.changes();
    let same = home.run(UPDATE).ok();
    assert!(same.stderr.contains("nothing has changed"), "{same}");
    assert_eq!(lab.changes(), before);

    home.set("WEB_TOKEN", "another-zebra");
    let dry = home.run(&format!("{UPDATE} --dry-run")).ok();
    assert!(dry.stderr.contains("secrets that differ: TOKEN\n"), "{dry}");
    assert_eq!(lab.changes(), before);
    let screen = home.run(UPDATE).ok();
    assert!(screen.stderr.contains("secrets that differ: TOKEN\n"), "{screen}");
    assert!(!screen.to_string().contains("zebra"), "{screen}");
    for region in ["us-east-1", "eu-west-1"] {
        assert_eq!(token(&lab, region), "another-zebra", "{region}");
    }
    for id in &ids {
        assert_eq!(told(&home, id).len(), 1);
        assert_eq!(request(&home, id)["secrets"], "/cloudkit/deployments/web");
    }
    assert!(home.run(UPDATE).ok().stderr.contains("nothing has changed"));
}

/// The secret is stored, and the machine that is told of it fails: that it has the bundle already is not enough.
#[test]
fn a_secret_that_a_machine_was_not_told_is_not_forgotten() {
    let lab = Lab::start();
    let mut home = secrets::somebody(&lab, TWO_REGIONS);
    let ids = created(&lab, &home);
    home.set("WEB_TOKEN", "another-zebra");
    let cut_off = home.write(&format!("machines/{}/cut-off", ids[0]), "");
    home.run(&format!("{UPDATE} --batch 1")).exits(5);
    assert_eq!(token(&lab, "us-east-1"), "another-zebra");
    assert!(ids.iter().all(|id| told(&home, id).is_empty()));
    std::fs::remove_file(cut_off).unwrap();
    home.run(UPDATE).ok();
    assert!(ids.iter().all(|id| told(&home, id).len() == 1));
}

#[test]
fn secrets_go_and_come_where_there_is_a_role_that_reads_them() {
    let lab = Lab::start();
    let home = secrets::somebody(&lab, TWO_REGIONS);
    created(&lab, &home);
    let with = home.read("app/.spot/deployment.yaml");
    let (without, _) = with.split_once("  secrets:").unwrap();
    home.write("app/.spot/deployment.yaml", without);
    home.run(UPDATE).ok();
    assert_eq!(secrets::parameters(&lab, "eu-west-1"), serde_json::json!({}));
    home.write("app/.spot/deployment.yaml", &with);
    home.run(UPDATE).ok();
    assert_eq!(token(&lab, "eu-west-1"), "zebra-of-a-variable-5c1e");

    let other = home.read("app/.spot/config.yaml") + "secrets_key: alias/ours\n";
    home.write("app/.spot/config.yaml", other);
    let refused = home.run(UPDATE).exits(1);
    assert!(refused.stderr.contains("reads secrets by another secrets_key"), "{refused}");
}

#[test]
fn a_first_secret_is_refused_where_no_machine_could_read_it() {
    let lab = Lab::start();
    let home = secrets::somebody(&lab, TWO_REGIONS);
    let with = home.read("app/.spot/deployment.yaml");
    let (without, _) = with.split_once("  secrets:").unwrap();
    home.write("app/.spot/deployment.yaml", without);
    created(&lab, &home);
    home.write("app/.spot/deployment.yaml", &with);
    let before = lab.changes();
    let refused = home.run(UPDATE).exits(1);
    assert!(refused.stderr.contains("web was created without secrets"), "{refused}");
    assert!(refused.stderr.contains("cloudkit deploy destroy web, then cloudkit deploy create"), "{refused}");
    assert_eq!(lab.changes(), before);
}

#[test]
fn a_tarball_of_another_bucket_is_signed_anew_for_each_bundle() {
    let lab = Lab::start();
    objects::archive(&lab);
    let home = objects::fetching(&lab, "s3://archives/a/app.tar.gz");
    let ids = created(&lab, &home);
    let there = home.read("app/.spot/deployment.yaml");
    home.write("app/.spot/deployment.yaml", there.replace("/opt/app", "/opt/elsewhere"));
    for line in [UPDATE, "cloudkit deploy rollback web"] {
        home.run(line).ok();
        let url = request(&home, &ids[0])["objects"]["s3://archives/a/app.tar.gz"]["url"].clone();
        assert!(url.as_str().unwrap().contains("%2Feu-west-1%2Fs3%2F"), "{line}: {url}");
    }
}
