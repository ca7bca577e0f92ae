//! Secrets of a deployment: they come to the Parameter Store and to its machines, and are seen nowhere else.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::app::{TWO_REGIONS, running};
use crate::support::{Home, Lab};

/// Values that nothing else is like.
const OF_VARIABLE: &str = "zebra-of-a-variable-5c1e";
const OF_FILE: &str = "zebra\nof-a-file-9b2d=\"%$\n";
const OF_PARAMETER: &str = "zebra-of-a-parameter-77aa";
/// What gives each of them away.
const TRACES: [&str; 3] = ["zebra-of-a-variable", "of-a-file-9b2d", "zebra-of-a-parameter"];

const DEPLOYMENT: &str = "version: 1\ndeployment:\n  scripts:\n    - command: systemctl --version\n      name: look\n  \
     services:\n    - web.service\n  secrets:\n    TOKEN: env:WEB_TOKEN\n    key.pem:\n      from: file:.spot/key.pem\n      \
     dest: /opt/web/key.pem\n    DATABASE: parameter:/prod/database\n";

/// Somebody with an app folder that has three secrets in `app/`.
pub(super) fn somebody(lab: &Lab, config: &str) -> Home {
    let mut home = lab.home();
    home.write("app/.spot/deployment.yaml", DEPLOYMENT);
    home.write("app/.spot/services/web.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n");
    home.write("app/.spot/key.pem", OF_FILE);
    home.write("app/.spot/config.yaml", config);
    home.set("WEB_TOKEN", OF_VARIABLE);
    for region in ["us-east-1", "eu-west-1"] {
        put(lab, region, "/prod/database", OF_PARAMETER);
    }
    home
}

fn put(lab: &Lab, region: &str, name: &str, value: &str) {
    lab.boto(&format!(
        "ssm = boto3.client('ssm', region_name='{region}', endpoint_url=sys.argv[1], aws_access_key_id='x', aws_secret_access_key='x')\n\
         ssm.put_parameter(Name='{name}', Value='{value}', Type='SecureString')\nanswer = {{}}"
    ));
}

/// The parameters of a region, with their values, types, tiers, tags and keys.
pub(super) fn parameters(lab: &Lab, region: &str) -> Value {
    lab.boto(&format!(
        "ssm = boto3.client('ssm', region_name='{region}', endpoint_url=sys.argv[1], aws_access_key_id='x', aws_secret_access_key='x')\n\
         pages = ssm.get_paginator('get_parameters_by_path').paginate(Path='/cloudkit', Recursive=True, WithDecryption=True)\n\
         tags = lambda name: {{tag['Key']: tag['Value'] for tag in ssm.list_tags_for_resource(ResourceType='Parameter', ResourceId=name)['TagList']}}\n\
         answer = {{one['Name']: [one['Value'], one['Type'], one['Version'], tags(one['Name'])] for page in pages for one in page['Parameters']}}"
    ))
}

fn names(lab: &Lab, region: &str) -> Vec<String> {
    parameters(lab, region).as_object().unwrap().keys().cloned().collect()
}

#[track_caller]
fn hold_no_secret(what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for trace in TRACES {
        let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(trace);
        // The last characters hang on what follows.
        for sign in [trace, &encoded[..encoded.len() - 3]] {
            assert!(!text.contains(sign), "{what} holds {sign}: {text}");
        }
    }
}

fn files_below(folder: &Path, all: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() { files_below(&path, all) } else { all.push(path) }
    }
}

fn unpacked(bundle: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    zstd::Decoder::new(bundle).unwrap().read_to_end(&mut content).unwrap();
    content
}

/// What the machines were told, each part decoded.
fn user_data(lab: &Lab) -> String {
    let told = lab.boto(
        "import base64, email, gzip\n\
         def read(region):\n\
         \x20   ec2 = boto3.client('ec2', region_name=region, endpoint_url=sys.argv[1], aws_access_key_id='x', aws_secret_access_key='x')\n\
         \x20   for one in ec2.describe_instances()['Reservations']:\n\
         \x20       told = ec2.describe_instance_attribute(InstanceId=one['Instances'][0]['InstanceId'], Attribute='userData')['UserData']['Value']\n\
         \x20       told = base64.b64decode(told)\n\
         \x20       told = gzip.decompress(told) if told[:2] == b'\\x1f\\x8b' else told\n\
         \x20       yield from (part.get_payload(decode=True) or b'' for part in email.message_from_bytes(told).walk())\n\
         answer = '\\n'.join(part.decode() for region in ('us-east-1', 'eu-west-1') for part in read(region))",
    );
    told.as_str().unwrap().to_owned()
}

/// Every place that somebody could look at, but the Parameter Store itself.
#[test]
fn no_value_is_seen_anywhere() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    for line in [
        "cloudkit deploy validate --dir app",
        "cloudkit deploy plan --dir app",
        "cloudkit deploy plan --dir app -v -o json",
        "cloudkit deploy render --dir app",
        "cloudkit deploy render --dir app -o json",
        "cloudkit deploy bundle --dir app --file bundle.tar.zst",
        "cloudkit deploy create --dir app --yes -v",
        "cloudkit deploy list -o json",
        "cloudkit deploy status web --no-ask -o json",
        "cloudkit launch list -o json",
    ] {
        let screen = home.run(line);
        hold_no_secret(line, format!("{screen}").as_bytes());
        screen.ok();
    }
    let stored = parameters(&lab, "eu-west-1");
    let path = "/cloudkit/deployments/web";
    let value = |name: &str| stored[format!("{path}/{name}")][0].clone();
    assert_eq!((value("TOKEN"), value("key.pem")), (json!(OF_VARIABLE), json!(OF_FILE)));
    assert_eq!(value("DATABASE"), json!(OF_PARAMETER));
    let token = &stored[format!("{path}/TOKEN")];
    assert_eq!((&token[1], &token[3]["cloudkit:deployment"]), (&json!("SecureString"), &json!("web")));

    let requests = lab.get("/requests?since=0");
    let requests = requests.as_array().unwrap();
    assert!(requests.iter().any(|request| request["action"] == "CreateFleet"));
    for request in requests.iter().filter(|request| request["action"] != "PutParameter") {
        let mut all = request.to_string().into_bytes();
        if let Some(body) = request["body_base64"].as_str() {
            all.extend(base64::engine::general_purpose::STANDARD.decode(body).unwrap());
        }
        hold_no_secret(request["action"].as_str().unwrap(), &all);
    }
    let told = user_data(&lab);
    assert!(told.contains(path), "where they are is told");
    hold_no_secret("user data", told.as_bytes());
    hold_no_secret("machines", Value::from(lab.machines()).to_string().as_bytes());
    hold_no_secret("the account", lab.get("/account").to_string().as_bytes());
    let bundle = unpacked(&fs::read(home.path("bundle.tar.zst")).unwrap());
    assert!(String::from_utf8_lossy(&bundle).contains("key.pem"), "names are in the bundle");
    hold_no_secret("the bundle", &bundle);
    let objects = lab.boto(
        "import base64\n\
         s3 = boto3.client('s3', region_name='us-east-1', endpoint_url=sys.argv[1], aws_access_key_id='x', aws_secret_access_key='x')\n\
         bucket = next(one['Name'] for one in s3.list_buckets()['Buckets'] if 'us-east-1' in one['Name'])\n\
         keys = [one['Key'] for one in s3.list_objects_v2(Bucket=bucket)['Contents'] if one['Key'].startswith('deployments/')]\n\
         answer = {key: base64.b64encode(s3.get_object(Bucket=bucket, Key=key)['Body'].read()).decode() for key in keys}",
    );
    for (key, content) in objects.as_object().unwrap() {
        let content = base64::engine::general_purpose::STANDARD.decode(content.as_str().unwrap()).unwrap();
        let content = if key.ends_with(".zst") { unpacked(&content) } else { content };
        hold_no_secret(key, &content);
    }
    let mut files = Vec::new();
    files_below(&home.path(""), &mut files);
    for file in files.iter().filter(|file| !file.starts_with(home.path("app"))) {
        if let Ok(content) = fs::read(file) {
            hold_no_secret(&file.display().to_string(), &content);
        }
    }
}

#[test]
fn the_plan_says_who_else_reads_them() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    assert_snapshot!("secrets_of_the_default_key", home.run("cloudkit deploy plan --dir app").ok());
    let keyed = format!("{TWO_REGIONS}secrets_key: alias/web\n");
    home.write("app/.spot/config.yaml", &keyed);
    let plan = home.run("cloudkit deploy plan --dir app").ok();
    assert!(plan.stdout.contains("are encrypted by the key alias/web"), "{plan}");
    home.write(
        "app/.spot/config.yaml",
        format!("{TWO_REGIONS}secrets_key: \"{}\"\n", "arn:aws:kms:us-east-1:123456789012:key/a"),
    );
    let refused = home.run("cloudkit deploy plan --dir app").exits(2);
    assert!(refused.stderr.contains("is the ARN of a key that is not in eu-west-1"), "{refused}");
    assert_eq!(lab.changes().into_iter().filter(|action| action != "PutParameter").count(), 0);
}

#[test]
fn what_cannot_be_had_is_told_before_anything_is_made() {
    let lab = Lab::start();
    let mut home = somebody(&lab, TWO_REGIONS);
    let before = lab.changes().len();
    home.unset("WEB_TOKEN");
    fs::remove_file(home.path("app/.spot/key.pem")).unwrap();
    home.run("cloudkit deploy create --dir app --yes").exits(1);
    home.write("app/.spot/key.pem", "");
    assert_snapshot!(home.run("cloudkit deploy create --dir app --yes").exits(2), @"
    --- stderr
    error: 2 secrets cannot be had: secret TOKEN: the variable WEB_TOKEN is not set, is empty or is no text; secret key.pem: it is empty, and the Parameter Store keeps nothing empty
    hint: set it where you type this: export WEB_TOKEN=…
    hint: write it, or leave the secret out
    --- exit 2
    ");
    home.write("app/.spot/key.pem", OF_FILE);
    home.set("WEB_TOKEN", OF_VARIABLE);
    home.write("app/.spot/deployment.yaml", DEPLOYMENT.replace("/prod/database", "/prod/nowhere"));
    assert_snapshot!(home.run("cloudkit deploy create --dir app --yes").exits(2), @"
    --- stderr
    error: 2 secrets cannot be had: secret DATABASE: there is no parameter /prod/nowhere in us-east-1; secret DATABASE: there is no parameter /prod/nowhere in eu-west-1
    hint: each region has parameters of its own: aws ssm put-parameter --name /prod/nowhere --type SecureString --region us-east-1 --value …
    hint: each region has parameters of its own: aws ssm put-parameter --name /prod/nowhere --type SecureString --region eu-west-1 --value …
    --- exit 2
    ");
    assert_eq!(lab.changes().len(), before);
}

/// The role of each region's launch reads the deployment's own path, there, by its own key.
#[test]
fn the_role_reads_its_own_path_alone() {
    let lab = Lab::start();
    let home = somebody(&lab, &format!("{TWO_REGIONS}secrets_key: alias/web\ntags:\n  team: a\n"));
    home.run("cloudkit deploy create --dir app --yes").ok();
    let policies: Vec<Value> = lab
        .requests_of("PutRolePolicy")
        .iter()
        .map(|request| serde_json::from_str(request.params["PolicyDocument"].as_str().unwrap()).unwrap())
        .collect();
    assert_eq!(policies.len(), 2);
    let of_ireland = policies.iter().find(|policy| policy.to_string().contains("eu-west-1")).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(of_ireland).unwrap(), @r#"
    {
      "Statement": [
        {
          "Action": [
            "ssm:GetParametersByPath",
            "ssm:GetParameters",
            "ssm:GetParameter"
          ],
          "Effect": "Allow",
          "Resource": [
            "arn:aws:ssm:eu-west-1:123456789012:parameter/cloudkit/deployments/web",
            "arn:aws:ssm:eu-west-1:123456789012:parameter/cloudkit/deployments/web/*"
          ],
          "Sid": "ReadOwnSecrets"
        },
        {
          "Action": [
            "kms:Decrypt"
          ],
          "Condition": {
            "ForAnyValue:StringEquals": {
              "kms:ResourceAliases": [
                "alias/web"
              ]
            },
            "StringEquals": {
              "kms:ViaService": [
                "ssm.eu-west-1.amazonaws.com"
              ]
            },
            "StringLike": {
              "kms:EncryptionContext:PARAMETER_ARN": [
                "arn:aws:ssm:eu-west-1:123456789012:parameter/cloudkit/deployments/web/*"
              ]
            }
          },
          "Effect": "Allow",
          "Resource": [
            "arn:aws:kms:eu-west-1:123456789012:key/*"
          ],
          "Sid": "DecryptOwnSecrets"
        }
      ],
      "Version": "2012-10-17"
    }
    "#);
    let puts = lab.requests_of("PutParameter");
    let own = puts.iter().filter(|put| put.params["Name"].as_str().unwrap().starts_with("/cloudkit/"));
    for put in own {
        assert_eq!((&put.params["KeyId"], &put.params["Tier"]), (&json!("alias/web"), &json!("Standard")));
        assert!(put.params["Tags"].to_string().contains("team"));
    }
    home.run("cloudkit deploy destroy web --yes").ok();
    assert_eq!(names(&lab, "us-east-1"), [""; 0]);
    assert_eq!(lab.get("/account")["regions"]["global"], json!(null), "roles and profiles are gone");
}

#[test]
fn all_of_it_goes_with_the_deployment_and_what_is_not_its_own_stays() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    put(&lab, "us-east-1", "/cloudkit/deployments/web-two/TOKEN", "another");
    home.run("cloudkit deploy create --dir app --yes").ok();
    assert_eq!(names(&lab, "us-east-1").len(), 4);
    let elsewhere = lab.home();
    let destroyed = elsewhere.run("cloudkit deploy destroy web --yes").ok();
    assert!(destroyed.stderr.contains("removed: its 3 secrets in eu-west-1"), "{destroyed}");
    assert_eq!(names(&lab, "us-east-1"), ["/cloudkit/deployments/web-two/TOKEN"]);
    assert_eq!(names(&lab, "eu-west-1"), [""; 0]);
}

/// Somebody has lost the record and left parameters of that name: they are made what this folder says.
#[test]
fn leftovers_of_another_time_are_taken_over() {
    let lab = Lab::start();
    let home = somebody(&lab, "name: web\ncount: 1\nregions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\n");
    put(&lab, "us-east-1", "/cloudkit/deployments/web/TOKEN", "older");
    put(&lab, "us-east-1", "/cloudkit/deployments/web/GONE", "older");
    home.run("cloudkit deploy create --dir app --yes").ok();
    let stored = parameters(&lab, "us-east-1");
    let token = &stored["/cloudkit/deployments/web/TOKEN"];
    assert_eq!((&token[0], &token[2]), (&json!(OF_VARIABLE), &json!(2)));
    assert_eq!(token[3]["cloudkit:deployment"], "web");
    assert_eq!(stored.as_object().unwrap().len(), 3, "{stored}");
}

#[test]
fn where_they_cannot_be_stored_nothing_stays() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    lab.fault(&json!({"kind": "error", "action": "PutParameter", "region": "eu-west-1", "status": 400,
        "params": {"Name": "/cloudkit/deployments/web/TOKEN"}, "code": "ValidationException",
        "message": format!("the value {OF_VARIABLE} is not to my liking")}));
    let refused = home.run("cloudkit deploy create --dir app --yes");
    hold_no_secret("a refusal", format!("{refused}").as_bytes());
    assert!(refused.stderr.contains("cannot store secret TOKEN in eu-west-1"), "{refused}");
    refused.exits(2);
    for region in ["us-east-1", "eu-west-1"] {
        assert_eq!(names(&lab, region), [""; 0]);
    }
    assert!(lab.requests_of("CreateFleet").is_empty());
    lab.clear_faults();
    home.run("cloudkit deploy create --dir app --yes").ok();
}

/// A machine of the lab, and a home that poses as it with nothing but its role.
fn machine(lab: &Lab) -> Home {
    let id = lab.machines().into_iter().find(|one| one["region"] == "us-east-1").unwrap()["id"].clone();
    let metadata = lab.post(&format!("/machines/{}/metadata", id.as_str().unwrap()), &json!({}));
    let mut machine = lab.home();
    machine.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata["endpoint"].as_str().unwrap());
    for variable in ["AWS_EC2_METADATA_DISABLED", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"]
    {
        machine.unset(variable);
    }
    machine
}

const WRITE: &str = "cloudkit agent secrets --once --configuration secrets.json --folder run/secrets";

/// The first of these secrets, as a machine of us-east-1 reads it by its role.
pub(super) fn written_by_its_role(lab: &Lab, names: &[&str]) -> String {
    let machine = machine(lab);
    let place = json!({"path": "/cloudkit/deployments/web", "names": names});
    machine.write("secrets.json", place.to_string());
    machine.run(WRITE).ok();
    machine.read(&format!("run/secrets/{}", names[0]))
}

#[cfg(unix)]
#[test]
fn a_machine_writes_them_by_its_role() {
    use std::os::unix::fs::PermissionsExt as _;
    let lab = Lab::start();
    let mut home = somebody(&lab, "name: web\ncount: 1\nregions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\n");
    // More than one page of the Parameter Store.
    let more: String = (0..12).map(|number| format!("    MORE_{number}: env:WEB_TOKEN\n")).collect();
    home.write("app/.spot/deployment.yaml", format!("{DEPLOYMENT}{more}"));
    home.run("cloudkit deploy create --dir app --yes").ok();
    let machine = machine(&lab);
    let told = |names: &[&str]| json!({"path": "/cloudkit/deployments/web", "names": names}).to_string();
    machine.write("secrets.json", told(&["TOKEN", "key.pem", "DATABASE", "MORE_11", "MORE_0"]));
    assert_snapshot!(machine.run(WRITE).ok(), @"
    --- stderr
    written to run/secrets: DATABASE, MORE_0, MORE_11, TOKEN, key.pem
    ");
    assert_eq!(machine.read("run/secrets/key.pem"), OF_FILE);
    assert_eq!(machine.read("run/secrets/DATABASE"), OF_PARAMETER);
    assert_eq!(machine.read("run/secrets/MORE_11"), OF_VARIABLE);
    let mode = |name: &str| fs::metadata(machine.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("run/secrets"), mode("run/secrets/TOKEN")), (0o700, 0o600));

    // Another value, as an update stores it, and one name less.
    home.set("WEB_TOKEN", "zebra-of-a-variable-new");
    put_over(&lab, "/cloudkit/deployments/web/TOKEN", "zebra-of-a-variable-new");
    machine.write("secrets.json", told(&["TOKEN"]));
    machine.run(WRITE).ok();
    assert_eq!(machine.read("run/secrets/TOKEN"), "zebra-of-a-variable-new");
    assert!(!machine.path("run/secrets/key.pem").exists());

    // What is missing, and what is somebody else's, leave what is there.
    machine.write("secrets.json", told(&["TOKEN", "NEVER"]));
    assert_snapshot!(machine.run(WRITE).exits(1), @"
    --- stderr
    error: no parameter is there for NEVER below /cloudkit/deployments/web
    hint: put it there again, from the app folder: cloudkit deploy update
    --- exit 1
    ");
    machine.write("secrets.json", json!({"path": "/prod", "names": ["database"]}).to_string());
    let refused = machine.run(WRITE).exits(3);
    assert!(refused.stderr.contains("the secrets below /prod cannot be read"), "{refused}");
    assert_eq!(machine.read("run/secrets/TOKEN"), "zebra-of-a-variable-new");
    fs::remove_file(machine.path("secrets.json")).unwrap();
    let refused = machine.run(WRITE).exits(2);
    assert!(refused.stderr.contains("secrets.json is not there: this machine has no secrets"), "{refused}");
    assert_eq!(running(&lab), [("us-east-1".to_owned(), 1)]);
}

fn put_over(lab: &Lab, name: &str, value: &str) {
    lab.boto(&format!(
        "ssm = boto3.client('ssm', region_name='us-east-1', endpoint_url=sys.argv[1], aws_access_key_id='x', aws_secret_access_key='x')\n\
         ssm.put_parameter(Name='{name}', Value='{value}', Type='SecureString', Overwrite=True)\nanswer = {{}}"
    ));
}

#[test]
fn a_long_one_is_told_to_cost_and_one_too_long_is_refused() {
    let lab = Lab::start();
    let mut home = somebody(&lab, "name: web\ncount: 1\nregions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\n");
    home.set("WEB_TOKEN", &"zebra".repeat(1000));
    let plan = home.run("cloudkit deploy plan --dir app").ok();
    assert!(plan.stdout.contains("make an advanced parameter, which AWS charges for"), "{plan}");
    home.run("cloudkit deploy create --dir app --yes").ok();
    home.set("WEB_TOKEN", &"zebra".repeat(2000));
    let refused = home.run("cloudkit deploy plan --dir app").exits(2);
    assert!(refused.stderr.contains("secret TOKEN: it has 10000 bytes"), "{refused}");
}
