//! A deployment with secrets: the unit that writes them is asked first, and what reads them follows them.

use super::*;

const SECRETS: &str = "run/cloudkit/secrets";
const UNIT_NAME: &str = "cloudkit-secrets.service";

fn with_secrets(world: &World) -> (serde_json::Value, Vec<(&'static str, &'static str)>) {
    let (mut json, files) = first(world);
    json["secrets"] =
        serde_json::json!([{"name": "TOKEN"}, {"name": "key.pem", "destination": "/opt/keys/key.pem"}]);
    fs::write(world.stub("versions"), r#"{"TOKEN":1,"key.pem":1}"#).unwrap();
    (json, files)
}

#[test]
fn they_are_there_before_scripts_and_services() {
    let world = World::new();
    let (json, files) = with_secrets(&world);
    let bundle = bundle_of(json, &files);
    let progress = world.apply(&bundle);
    assert_eq!(progress.failure, None);
    assert_eq!(
        world.read("etc/cloudkit/secrets.json"),
        r#"{"path":"/cloudkit/deployments/web","names":["TOKEN","key.pem"]}"#
    );
    let link = fs::read_link(world.root().join("opt/keys/key.pem")).unwrap();
    assert_eq!(link, PathBuf::from("/run/cloudkit/secrets/key.pem"), "no value comes to the disk");
    insta::assert_snapshot!(world.read("etc/systemd/system/web.service.d/05-cloudkit-secrets.conf"), @"
    [Unit]
    Requires=cloudkit-secrets.service
    After=cloudkit-secrets.service

    [Service]
    LoadCredential=TOKEN:/run/cloudkit/secrets/TOKEN
    LoadCredential=key.pem:/run/cloudkit/secrets/key.pem
    ");
    let calls = world.calls();
    let at = |call: &str| {
        calls.iter().position(|one| one.contains(call)).unwrap_or_else(|| panic!("{call}: {calls:?}"))
    };
    assert!(at("enable --quiet cloudkit-secrets.service") < at("reload-or-restart cloudkit-secrets.service"));
    assert!(at("reload-or-restart cloudkit-secrets.service") < at("systemd-run"));
    let credential =
        format!("--property=LoadCredential=TOKEN:{}", world.root().join(SECRETS).join("TOKEN").display());
    assert!(calls[at("systemd-run")].contains(&credential), "{calls:?}");

    let before = world.tree();
    let again = world.apply(&bundle);
    assert_only_asked(&again);
    assert_eq!(world.tree(), before);
    let changes: Vec<String> =
        world.calls().into_iter().filter(|call| !call.starts_with("systemctl show ")).collect();
    insta::assert_snapshot!(changes.join("\n"), @"
    systemctl enable --quiet cloudkit-secrets.service
    systemctl reload-or-restart cloudkit-secrets.service
    ");
}

#[test]
fn who_reads_others_than_it_was_started_with_is_started_anew() {
    let world = World::new();
    let (json, files) = with_secrets(&world);
    let bundle = bundle_of(json, &files);
    world.apply(&bundle);
    world.calls();
    fs::write(world.stub("versions"), r#"{"TOKEN":2,"key.pem":1}"#).unwrap();
    let progress = world.apply(&bundle);
    let done = progress.steps.iter().filter(|step| step.state == StepState::Done);
    let done: Vec<&str> = done.map(|step| step.name.as_str()).collect();
    assert_eq!(done, ["service web.service", "health"], "the other one is not restarted by changes");
    assert!(world.calls().iter().any(|call| call == "systemctl restart --no-block web.service"));
}

#[test]
fn where_they_cannot_be_had_nothing_is_started() {
    let world = World::new();
    let (json, files) = with_secrets(&world);
    fs::write(world.stub(&format!("broken-{UNIT_NAME}")), "").unwrap();
    let bundle = bundle_of(json, &files);
    let failure = world.apply(&bundle).failure.unwrap();
    assert_eq!(failure.step, "secrets");
    assert_eq!(failure.reason, "cloudkit-secrets.service did not write the secrets of the deployment");
    assert!(failure.tail.contains("it fell over"), "{}", failure.tail);
    assert!(!world.calls().iter().any(|call| call.contains("systemd-run") || call.contains("web.service")));
    fs::remove_file(world.stub(&format!("broken-{UNIT_NAME}"))).unwrap();
    assert_eq!(world.apply(&bundle).failure, None, "and the next time goes on");
}

#[test]
fn their_place_is_told_once_and_remembered() {
    let world = World::new();
    let (json, files) = with_secrets(&world);
    let bundle = bundle_of(json, &files);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let untold = || {
        let objects = BTreeMap::new();
        let task = Task { bundle: &bundle.file, sha256: &bundle.sha256, objects: &objects, secrets: None };
        runtime.block_on(run(&world.machine(None), &task, &mut |_| {})).unwrap().progress.failure
    };
    let failure = untold().unwrap();
    assert_eq!(failure.reason, "the deployment has secrets, and this machine was not told where they are");
    assert_eq!(world.apply(&bundle).failure, None);
    assert_eq!(untold(), None);
}

#[test]
fn those_of_a_former_bundle_are_taken_away() {
    let world = World::new();
    let (mut json, files) = with_secrets(&world);
    world.apply(&bundle_of(json.clone(), &files));
    fs::write(world.root().join(SECRETS).join("TOKEN"), "hunter2").unwrap();
    json["secrets"] = serde_json::json!([]);
    let progress = world.apply(&bundle_of(json, &files));
    assert_eq!(progress.failure, None);
    for gone in ["etc/cloudkit/secrets.json", "opt/keys/key.pem", "run/cloudkit/secrets/TOKEN"] {
        assert!(fs::symlink_metadata(world.root().join(gone)).is_err(), "{gone}");
    }
    assert!(!world.root().join("etc/systemd/system/web.service.d/05-cloudkit-secrets.conf").exists());
    let restarts =
        world.calls().into_iter().filter(|call| call == "systemctl restart --no-block web.service");
    assert_eq!(restarts.count(), 2, "it no longer waits for them");
}
