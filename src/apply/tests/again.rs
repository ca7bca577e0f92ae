//! Bundles after a bundle that failed, and what is told apart from what was done before.

use super::super::now;
use super::super::plan::{Facts, plan};
use super::super::progress::{Health, HealthState};
use super::super::state::State;
use super::super::wanted::Wanted;
use super::*;

#[test]
fn the_former_bundle_is_applied_anew_after_one_that_failed() {
    let world = World::new();
    let (json, files) = first(&world);
    let former = bundle_of(json.clone(), &files);
    world.apply(&former);
    let mut update = files;
    update[5].1 = "[Service]\nExecStart=/opt/app/run --anew\n";
    update[1].1 = "one anew";
    fs::write(world.stub("broken-web.service"), "").unwrap();
    let failure = world.apply(&bundle_of(json, &update)).failure.unwrap();
    assert_eq!(failure.step, "service web.service");
    fs::remove_file(world.stub("broken-web.service")).unwrap();
    let progress = world.apply(&former);
    assert_eq!(progress.state, RunState::Succeeded);
    let done: Vec<_> = step_states(&progress).into_iter().filter(|step| step.contains("web.")).collect();
    assert_eq!(done, ["Done service web.service"]);
    assert_eq!(fs::read_to_string(world.stub("active-web.service")).unwrap(), "active\n");
}

/// An upload that was cut off half-way leaves nothing behind that would pass for the former one.
#[test]
fn a_step_that_was_cut_off_is_not_taken_for_the_former_one() {
    let world = World::new();
    let (json, files) = first(&world);
    let former = bundle_of(json.clone(), &files);
    world.apply(&former);
    let mut update = files;
    update[0].1 = "one anew";
    // What stands in the way of the last file of the upload fails it, with the first one written.
    update.push(("files/z", "three"));
    fs::create_dir(world.root().join("opt/app/z")).unwrap();
    let failure = world.apply(&bundle_of(json, &update)).failure.unwrap();
    assert_eq!(failure.step, "upload files to /opt/app");
    assert_eq!(world.read("opt/app/a"), "one anew");
    assert_eq!(world.apply(&former).state, RunState::Succeeded);
    assert_eq!(world.read("opt/app/a"), "one");
}

#[test]
fn a_unit_that_was_changed_by_hand_is_put_right_and_its_service_restarted() {
    let world = World::new();
    let (json, files) = first(&world);
    let bundle = bundle_of(json, &files);
    world.apply(&bundle);
    world.calls();
    let drop_in = "etc/systemd/system/web.service.d/05-cloudkit-environment.conf";
    let before = world.read(drop_in);
    fs::write(world.root().join(drop_in), "[Service]\nEnvironment=GREETING=none\n").unwrap();
    assert_eq!(world.apply(&bundle).state, RunState::Succeeded);
    assert_eq!(world.read(drop_in), before);
    let calls = world.calls();
    assert!(calls.contains(&"systemctl restart --no-block web.service".to_owned()), "{calls:?}");
    assert!(!calls.iter().any(|call| is_change(call, "old.service")), "{calls:?}");
}

fn health(world: &World, is_root: bool) -> Health {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(now::health(&world.machine(None), is_root)).unwrap().unwrap()
}

#[test]
fn what_has_died_since_is_told_and_brought_up_again() {
    let world = World::new();
    let (mut json, files) = first(&world);
    let flag = world.stub("ill");
    json["health"][0]["probe"]["command"]["command"] =
        format!("! test -e {} || {{ echo it is ill; exit 3; }}", flag.display()).into();
    let bundle = bundle_of(json, &files);
    assert_eq!(world.apply(&bundle).state, RunState::Succeeded);
    assert_eq!((health(&world, true).state, health(&world, true).complaints), (HealthState::Healthy, vec![]));
    fs::write(world.stub("active-web.service"), "failed\n").unwrap();
    fs::write(&flag, "").unwrap();
    let now = health(&world, true);
    assert_eq!(now.state, HealthState::Unhealthy);
    assert_eq!(
        now.complaints,
        ["web.service has failed: success", "the check ok fails: exit code 3: it is ill"]
    );
    fs::remove_file(&flag).unwrap();
    world.calls();
    let progress = world.apply(&bundle);
    let done: Vec<_> = step_states(&progress).into_iter().filter(|step| step.starts_with("Done")).collect();
    assert_eq!(done, ["Done service web.service", "Done health"]);
    assert_eq!(health(&world, true).state, HealthState::Healthy);
}

/// What a deployment wants now may bring docker back: that it can't be asked is no reason to do nothing.
#[test]
fn a_project_that_cannot_be_asked_is_brought_up_again() {
    let world = World::new();
    let json = serde_json::json!({
        "compose": [{"name": "app", "file": "compose.yaml", "destination": "/opt/compose.yaml"}],
    });
    let bundle = bundle_of(json, &[("compose.yaml", "services: {}\n")]);
    assert_eq!(world.apply(&bundle).failure.unwrap().step, "compose app", "there is no docker");
    let path = world.machine(None).state();
    let mut state: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    state["done"]["compose app"] = "before".into();
    fs::write(&path, state.to_string()).unwrap();
    assert_eq!(world.apply(&bundle).failure.unwrap().step, "compose app");
}

/// A user who may not ask is told so, and not that all is well.
#[test]
fn a_line_of_shell_is_for_root_to_ask() {
    let world = World::new();
    let (json, files) = first(&world);
    world.apply(&bundle_of(json, &files));
    let now = health(&world, false);
    assert_eq!(now.state, HealthState::Unknown);
    assert_eq!(now.complaints, ["the check ok is for root to ask"]);
}

/// The digest of the only step of a deployment with this tarball.
fn tarball_step(tarball: &serde_json::Value) -> String {
    let bundle = bundle_of(serde_json::json!({ "tarballs": [tarball] }), &[("any", "")]);
    let folder = tempfile::tempdir().unwrap();
    let archive = fs::File::open(&bundle.file).unwrap();
    unpack::unpack(archive, folder.path(), unpack::Limits::default()).unwrap();
    let wanted = Wanted::read(folder.path()).unwrap();
    let steps = plan(&wanted, &State::default(), &Facts::default());
    steps[0].digest.clone()
}

#[test]
fn a_tarball_whose_content_nobody_promised_is_another_at_another_address() {
    let at = |query: &str, sha256: Option<&str>| {
        let url = format!("https://example.org/app.tar.gz{query}");
        tarball_step(&serde_json::json!({"source": {"url": url}, "destination": "/opt/t", "sha256": sha256}))
    };
    assert_ne!(at("?version=1", None), at("?version=2", None));
    let promised = "ab".repeat(32);
    assert_eq!(at("?signature=1", Some(&promised)), at("?signature=2", Some(&promised)));
}
