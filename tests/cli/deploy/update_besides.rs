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
    let before = lab.requests().len();
    let screen = home.run(UPDATE).ok();
    assert!(screen.stderr.contains("its machines need a role that reads them"), "{screen}");
    let later = lab.requests().split_off(before);
    let puts = later.iter().filter(|request| request.action == "PutParameter");
    let keys: Vec<_> = puts.map(|put| put.params["KeyId"].as_str().unwrap()).collect();
    assert_eq!(keys, ["alias/ours"; 6], "each anew, in both regions");
    let policies = later.iter().filter(|request| request.action == "PutRolePolicy");
    assert!(policies.clone().all(|put| put.params["PolicyDocument"].to_string().contains("alias/ours")));
    assert_eq!(policies.count(), 2);
    let before = lab.changes();
    assert!(home.run(UPDATE).ok().stderr.contains("nothing has changed"));
    assert_eq!(lab.changes(), before);
}

/// A deployment without secrets, whose app folder has some since.
fn without_role(lab: &Lab) -> Home {
    let home = secrets::somebody(lab, TWO_REGIONS);
    let with = home.read("app/.spot/deployment.yaml");
    let (without, _) = with.split_once("  secrets:").unwrap();
    home.write("app/.spot/deployment.yaml", without);
    created(lab, &home);
    home.write("app/.spot/deployment.yaml", &with);
    home
}

fn no_role_outlives_it(lab: &Lab, home: &Home) {
    home.run("cloudkit deploy destroy web --yes").ok();
    assert_eq!(lab.get("/account")["regions"]["global"], serde_json::json!(null));
}

#[test]
fn with_the_first_secret_machines_get_a_role_that_reads_it() {
    let lab = Lab::start();
    let home = without_role(&lab);
    lab.post("/instance-profiles", &serde_json::json!({"unknown_launches": 1}));
    let dry = home.run(&format!("{UPDATE} --dry-run")).ok();
    assert!(dry.stderr.contains("its machines need a role that reads them"), "{dry}");
    assert_eq!(lab.requests_of("CreateRole").len(), 0);
    let screen = home.run(UPDATE).ok();
    assert!(screen.stderr.contains("reads the secrets\n"), "{screen}");
    assert_eq!(secrets::written_by_its_role(&lab, &["TOKEN"]), "zebra-of-a-variable-5c1e");
    let before = lab.changes();
    assert!(home.run(UPDATE).ok().stderr.contains("nothing has changed"));
    assert_eq!(lab.changes(), before);
    no_role_outlives_it(&lab, &home);
}

/// Whatever cuts it off between its calls: the same once more goes on, and destroy leaves nothing.
#[test]
fn a_role_that_was_given_to_some_machines_is_given_to_the_others() {
    let lab = Lab::start();
    let home = without_role(&lab);
    for (action, spare) in [
        ("CreateRole", 1),
        ("PutRolePolicy", 0),
        ("CreateInstanceProfile", 0),
        ("AssociateIamInstanceProfile", 1),
    ] {
        lab.fault(&serde_json::json!({"kind": "error", "action": action, "spare": spare, "status": 403,
            "code": "AccessDenied", "message": "no"}));
        let refused = home.run(UPDATE).exits(3);
        assert!(refused.stderr.contains("cannot "), "{refused}");
        lab.clear_faults();
    }
    home.run(UPDATE).ok();
    let with_role = lab.boto(
        "count = lambda region: len(boto3.client('ec2', endpoint_url=sys.argv[1], region_name=region, aws_access_key_id='x', \
         aws_secret_access_key='x').describe_iam_instance_profile_associations()['IamInstanceProfileAssociations'])\n\
         answer = count('us-east-1') + count('eu-west-1')",
    );
    assert_eq!(with_role, 5);
    assert_eq!(secrets::written_by_its_role(&lab, &["TOKEN"]), "zebra-of-a-variable-5c1e");
    no_role_outlives_it(&lab, &home);
}

#[test]
fn a_role_of_somebody_elses_is_left_alone() {
    let lab = Lab::start();
    let home = without_role(&lab);
    lab.boto(
        "iam = boto3.client('iam', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='x', aws_secret_access_key='x')\n\
         iam.create_instance_profile(InstanceProfileName='theirs')\n\
         iam.create_role(RoleName='theirs', AssumeRolePolicyDocument='{}')\n\
         iam.add_role_to_instance_profile(InstanceProfileName='theirs', RoleName='theirs')\n\
         ec2 = boto3.client('ec2', endpoint_url=sys.argv[1], region_name='eu-west-1', aws_access_key_id='x', aws_secret_access_key='x')\n\
         one = ec2.describe_instances()['Reservations'][0]['Instances'][0]['InstanceId']\n\
         ec2.associate_iam_instance_profile(InstanceId=one, IamInstanceProfile={'Name': 'theirs'})\n\
         answer = {}",
    );
    let before = lab.changes();
    let refused = home.run(UPDATE).exits(1);
    assert!(
        refused.stderr.contains("has the instance profile theirs, which cloudkit did not make"),
        "{refused}"
    );
    assert!(refused.stderr.contains("aws ec2 disassociate-iam-instance-profile"), "{refused}");
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
