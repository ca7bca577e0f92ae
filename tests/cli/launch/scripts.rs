//! What somebody adds to a machine's start: user data, scripts, commands and their environment.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::user_data::{parts, variable};
use crate::support::{Home, Lab};

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h --wait accepted";
const SECRET: &str = "sEcReT $(hostile) it's";

/// A home with a cloud-config, a script and a file of variables.
fn home(lab: &Lab) -> Home {
    let mut home = lab.home();
    home.write(
        "config.yaml",
        "#cloud-config\npackages: [htop]\nssh_authorized_keys: [ssh-ed25519 AAAAbob bob]\n",
    );
    home.write("setup.sh", "#!/bin/bash\napt-get install -y jq\n");
    home.write("secrets.env", format!("# for the run\nTOKEN={SECRET}\nFROM_HERE\n"));
    home.set("FROM_HERE", "sEcReT too");
    home
}

/// Noise that a compressor makes nothing of.
fn noise(bytes: usize) -> String {
    let mut state = 1_u64;
    let step = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{:08x}", state >> 32)
    };
    std::iter::repeat_with(step).take(bytes / 8).collect()
}

const ALL: &str = "--user-data config.yaml --script setup.sh --command 'python3 train.py' --env-file secrets.env --env MODE=fast";

#[test]
fn the_plan_shows_names_and_sizes_and_no_value() {
    let lab = Lab::start();
    let home = home(&lab);
    let screen = home.run(&format!("{LAUNCH} {ALL} --dry-run"));
    assert_snapshot!(screen);
    let json = home.run(&format!("{LAUNCH} {ALL} --dry-run -o json")).ok();
    let mut user = json.json()["user"].clone();
    // Its digest is another each time, so that it tells nothing of a short secret.
    user["object"]["key"] = json!(user["object"]["key"].as_str().unwrap().rsplit_once('/').unwrap().0);
    assert_snapshot!(format!("{user:#}"));
    for shown in [screen.to_string(), json.to_string()] {
        assert!(
            !shown.contains("sEcReT") && !shown.contains("fast") && !shown.contains("train.py"),
            "{shown}"
        );
    }
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn values_go_through_the_bucket_and_nowhere_else() {
    let lab = Lab::start();
    let home = home(&lab);
    let screen = home.run(&format!("{LAUNCH} {ALL} -v")).ok();
    assert!(!screen.to_string().contains("sEcReT"), "{screen}");
    let machine = lab.only_machine();
    assert!(!machine["tags"].to_string().contains("sEcReT"));
    let parts = parts(&lab);
    let kinds: Vec<&str> = parts.iter().map(|part| part.kind.as_str()).collect();
    assert_snapshot!(kinds.join("\n"), @"
    text/cloud-boothook
    text/cloud-config
    text/cloud-config
    text/x-shellscript
    text/x-shellscript
    text/x-shellscript
    text/x-shellscript
    ");
    assert_eq!(
        parts[1].body,
        "#cloud-config\npackages: [htop]\nssh_authorized_keys: [ssh-ed25519 AAAAbob bob]\n"
    );
    assert!(
        parts[2].body.contains("AAAAbob") && parts[2].body.contains("ada@example.com"),
        "ours says all keys"
    );
    for part in &parts {
        assert!(!part.body.contains("sEcReT"), "{}", part.body);
    }
    let fetched = fetch(&parts[5].body);
    assert!(fetched.contains("export TOKEN="), "{fetched}");
    assert!(fetched.contains("sEcReT too"), "the value of a variable that was only named");
    for file in walk(&home.path(".local/state")) {
        assert!(!std::fs::read_to_string(&file).unwrap().contains("sEcReT"), "{file:?}");
    }
    let rules = lab.requests_of("PutBucketLifecycleConfiguration");
    assert_eq!(rules.len(), 1, "S3 drops it by itself");
    assert_eq!(rules[0].expected_bucket_owner.as_deref(), Some("123456789012"));
}

/// What a machine would fetch, as its script says.
fn fetch(script: &str) -> String {
    let source = variable(script, "CLOUDKIT_USER_SOURCE");
    let (url, header) = source.split_once('\t').unwrap();
    let (name, value) = header.split_once(": ").unwrap();
    assert!(url.contains("X-Amz-Expires=3600"), "{url}");
    ureq::get(url).header(name, value).call().unwrap().body_mut().read_to_string().unwrap()
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn what_user_data_cannot_hold_goes_through_the_bucket() {
    let lab = Lab::start();
    let home = home(&lab);
    home.write("large.sh", format!("#!/bin/bash\n# {}\n", noise(200_000)));
    home.run(&format!("{LAUNCH} --script large.sh")).ok();
    let found = parts(&lab);
    let fetched = fetch(&found.iter().find(|part| part.body.contains("CLOUDKIT_USER_SOURCE=")).unwrap().body);
    assert!(fetched.len() > 200_000 && fetched.contains("001-script-large.sh"));
    lab.reset();
    home.write(
        "large.yaml",
        format!("#cloud-config\nwrite_files:\n- {{path: /a, content: {}}}\n", noise(200_000)),
    );
    home.run(&format!("{LAUNCH} --user-data large.yaml --no-agent")).ok();
    let found = parts(&lab);
    assert_eq!(found[1].kind, "text/cloud-boothook", "it is fetched before cloud-init goes by it");
    assert!(fetch(&found[1].body).contains("etc/cloud/cloud.cfg.d/95-cloudkit-user.cfg"));
    assert_eq!(lab.left()["us-east-1"]["buckets"][0]["objects"], 1, "and the agent is not stored");
}

#[test]
fn a_launch_that_fails_leaves_no_object() {
    let lab = Lab::start();
    let home = home(&lab);
    for action in ["PutObject", "PutBucketLifecycleConfiguration", "RunInstances"] {
        lab.reset();
        lab.fault(&json!({"kind": "error", "action": action, "status": 400, "code": "InvalidRequest", "message": "no"}));
        let screen = home.run(&format!("{LAUNCH} {ALL} --quiet")).exits(2);
        assert!(!screen.to_string().contains("sEcReT"), "{screen}");
        lab.nothing_is_left();
    }
    lab.reset();
    lab.fault(&json!({"kind": "error", "action": "PutBucketLifecycleConfiguration", "status": 403, "code": "AccessDenied",
        "message": "Access Denied"}));
    let screen = home.run(&format!("{LAUNCH} {ALL}")).ok();
    assert!(screen.stderr.contains("stays in the bucket until cloudkit launch cleanup --bucket"), "{screen}");
}

#[test]
fn cleanup_takes_what_no_machine_fetches_any_more() {
    let lab = Lab::start();
    let home = home(&lab);
    home.run(&format!("{LAUNCH} {ALL}")).ok();
    let screen = home.run("cloudkit launch cleanup -r us-east-1 --yes -o table").ok();
    assert!(screen.stderr.contains("nothing is left over"), "it may yet be fetched: {screen}");
    let bucket = format!("{}/cloudkit-123456789012-us-east-1", lab.addresses.aws);
    let old = format!("user/l-6500000000000001/{}", "abcdef01".repeat(8));
    ureq::put(format!("{bucket}/{old}")).send("x").unwrap();
    let table = home.run("cloudkit launch cleanup -r us-east-1 --dry-run -o table").ok();
    assert!(
        table.stdout.starts_with("KIND") && table.stdout.contains("REMOVED"),
        "a long name is cut: {table}"
    );
    let rows = home.run("cloudkit launch cleanup -r us-east-1 --yes").ok().lines_of_json();
    let rows: Vec<Value> = rows.iter().map(|row| json!([row["kind"], row["id"], row["removed"]])).collect();
    assert_eq!(rows, [json!(["object", old, true])]);
    assert_eq!(lab.left()["us-east-1"]["buckets"][0]["objects"], 2, "the agent and what is of use");
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_asked() {
    let lab = Lab::start();
    let home = home(&lab);
    home.write("users.yaml", "#cloud-config\npackages: [a]\nusers:\n- name: bob\n");
    home.write("include", "#include\nhttps://example.com/\n");
    home.write("plain.txt", "hello\n");
    home.write("dos.sh", "#!/bin/bash\r\necho\r\n");
    home.write("bytes.sh", [0xff, 0xfe, 0]);
    home.write("bad.env", "A=1\n2B=x\n");
    let mut screens = String::new();
    for flags in [
        "--user-data missing.yaml",
        "--user-data users.yaml",
        "--user-data include",
        "--user-data plain.txt",
        "--script dos.sh",
        "--script bytes.sh",
        "--command ''",
        "--command true --env NOT_SET_HERE",
        "--command true --env 2B=1",
        "--command true --env UID=1",
        "--command true --env-file bad.env",
    ] {
        let screen = home.run(&format!("{LAUNCH} {flags}")).exits(2);
        screens.push_str(&format!(
            "$ launch {flags}\n{}",
            screen.stderr.replace("region us-east-1 (AWS_REGION)\n", "")
        ));
    }
    assert_snapshot!(screens);
    assert!(lab.requests().is_empty(), "AWS was not asked");
}

#[test]
fn a_script_that_names_no_interpreter_is_taken_for_bash_and_that_is_said() {
    let lab = Lab::start();
    let home = home(&lab);
    home.write("bare.sh", "echo hello\n");
    let screen = home.run(&format!("{LAUNCH} --script bare.sh --dry-run")).ok();
    assert!(
        screen.stderr.contains("warning: bare.sh does not begin with #!, so /bin/bash runs it"),
        "{screen}"
    );
}

#[test]
fn a_key_that_takes_the_place_of_another_is_said() {
    let lab = Lab::start();
    let home = home(&lab);
    home.write("more.yaml", "#cloud-config\npackages: [vim]\n");
    let screen = home.run(&format!("{LAUNCH} --user-data config.yaml --user-data more.yaml --dry-run")).ok();
    assert!(
        screen.stderr.contains("warning: packages of more.yaml takes the place of packages of config.yaml"),
        "{screen}"
    );
}
