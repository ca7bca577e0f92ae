//! Whole machines set up below a folder, by programs that record how they are called.

mod again;
mod fetched;
mod links;
mod secrets;
mod waiting;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::PathBuf;

use super::machine::Machine;
use super::progress::{Progress, RunState, StepState};
use super::run::{Ended, Task, run};
use super::*;
use crate::manifest::Deployment;
use crate::manifest::bundle;

const PROGRAMS: &str = include_str!("tests/programs.sh");

struct World {
    folder: tempfile::TempDir,
}

struct Bundle {
    _folder: tempfile::TempDir,
    file: PathBuf,
    sha256: String,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let me = fs::metadata(at).unwrap();
        for name in ["root/etc", "bin", "stubs"] {
            fs::create_dir_all(at.join(name)).unwrap();
        }
        let passwd = format!("root:x:{}:{}::/:/bin/sh\n", me.uid(), me.gid());
        fs::write(at.join("root/etc/passwd"), passwd).unwrap();
        fs::write(at.join("root/etc/group"), format!("root:x:{}:\n", me.gid())).unwrap();
        fs::write(at.join("root/etc/os-release"), "ID=debian\n").unwrap();
        let program = at.join("bin/program");
        fs::write(&program, PROGRAMS).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["systemctl", "systemd-run", "apt-get", "dpkg", "journalctl"] {
            symlink("program", at.join("bin").join(name)).unwrap();
        }
        Self { folder }
    }

    fn machine(&self, life: Option<u32>) -> Machine {
        let at = self.folder.path();
        let path = format!("{}:/usr/bin:/bin", at.join("bin").display());
        let stubs = at.join("stubs").display().to_string();
        let variables = vec![("PATH".to_owned(), path), ("STUBS".to_owned(), stubs)];
        let mut machine = Machine::at(&self.root(), variables);
        machine.life = life.map(std::cell::Cell::new);
        machine
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn stub(&self, name: &str) -> PathBuf {
        self.folder.path().join("stubs").join(name)
    }

    /// What was called since the last time that this was asked.
    fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.stub("calls")).unwrap_or_default();
        let _ = fs::remove_file(self.stub("calls"));
        calls.lines().map(str::to_owned).collect()
    }

    fn apply_for(&self, bundle: &Bundle, life: Option<u32>) -> Result<Ended, StepError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let objects = BTreeMap::new();
        let task = Task {
            bundle: &bundle.file,
            sha256: &bundle.sha256,
            objects: &objects,
            secrets: Some("/cloudkit/deployments/web"),
        };
        runtime.block_on(run(&self.machine(life), &task, &mut |_| {}))
    }

    fn apply(&self, bundle: &Bundle) -> Progress {
        self.apply_for(bundle, None).unwrap().progress
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    /// All files with their modes and content, but for what is about the runs themselves.
    fn tree(&self) -> Vec<String> {
        let mut all = Vec::new();
        let mut to_go = vec![self.root()];
        while let Some(folder) = to_go.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let found = fs::symlink_metadata(&path).unwrap();
                let name = path.strip_prefix(self.root()).unwrap().display().to_string();
                if name.starts_with("run/") || name.ends_with("/last.json") || name == "ran" {
                    continue;
                }
                let content = if found.is_symlink() {
                    fs::read_link(&path).unwrap().display().to_string()
                } else if found.is_file() {
                    String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned()
                } else {
                    to_go.push(path.clone());
                    String::new()
                };
                all.push(format!("{name} {:o} {content}", found.mode()));
            }
        }
        all.sort();
        all
    }
}

/// Whether a call is about a unit and more than a question.
fn is_change(call: &str, unit: &str) -> bool {
    call.contains(unit) && !call.starts_with("systemctl show ")
}

fn step_states(progress: &Progress) -> Vec<String> {
    progress.steps.iter().map(|step| format!("{:?} {}", step.state, step.name)).collect()
}

/// Nothing was done but to ask how it is.
fn assert_only_asked(progress: &Progress) {
    let (health, others) = progress.steps.split_last().unwrap();
    assert!(others.iter().all(|step| step.state == StepState::Unchanged), "{progress:?}");
    assert_eq!((health.name.as_str(), health.state), ("health", StepState::Done));
}

/// An app folder of these files, as a bundle.
fn bundle_of(json: serde_json::Value, files: &[(&str, &str)]) -> Bundle {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("app");
    for (name, content) in files {
        let path = app.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if *name == "t.tar" {
            let mut tar = tar::Builder::new(Vec::new());
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, "lib/data", content.as_bytes()).unwrap();
            fs::write(&path, tar.into_inner().unwrap()).unwrap();
        } else {
            fs::write(&path, content).unwrap();
        }
        let mode = if content.starts_with("#!") { 0o755 } else { 0o644 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let mut json = json;
    json["schema"] = crate::manifest::deployment::SCHEMA.into();
    let deployment: Deployment = serde_json::from_value(json).unwrap();
    let made = bundle::write(&app, &deployment, &[], folder.path()).unwrap();
    let (file, sha256) = (folder.path().join("bundle"), made.sha256.clone());
    made.keep(&file).unwrap();
    Bundle { _folder: folder, file, sha256 }
}

const UNIT: &str = "[Service]\nExecStart=/opt/app/run\n";
const SCRIPT: &str = "#!/bin/sh\necho ran $GREETING >>\"$RAN\"; echo to the log\n";

fn first(world: &World) -> (serde_json::Value, Vec<(&'static str, &'static str)>) {
    let ran = world.root().join("ran").display().to_string();
    let json = serde_json::json!({
        "packages": [{"name": "nginx"}, {"name": "jq", "version": "1.6"}],
        "uploads": [{"source": "files", "destination": "/opt/app", "mode": "0640"},
            {"source": "conf", "destination": "/etc/app.conf"}],
        "tarballs": [{"source": {"file": "t.tar"}, "destination": "/opt/t"}],
        "scripts": [{"name": "setup", "run": {"file": "setup.sh"}, "working_directory": "/opt/work", "timeout": "1m",
            "environment": {"RAN": ran}}],
        "services": [
            {"name": "web.service", "file": "web.service", "enabled": true, "start": true, "restart_on_change": true},
            {"name": "old.service", "file": "web.service", "enabled": true, "start": true, "restart_on_change": false}],
        "environment": {"GREETING": "100% \"good\""},
        "hooks": [{"name": "save", "file": "setup.sh"}],
        "health": [{"name": "ok", "probe": {"command": {"command": "true"}}, "interval": "1s", "timeout": "5s",
            "retries": 1, "start_period": "1s"}],
    });
    let files = vec![
        ("files/a", "one"),
        ("files/sub/b", "two"),
        ("conf", "conf"),
        ("t.tar", "data"),
        ("setup.sh", SCRIPT),
        ("web.service", UNIT),
    ];
    (json, files)
}

#[test]
fn a_bundle_becomes_a_machine_and_the_second_time_it_is_only_asked() {
    let world = World::new();
    let (json, files) = first(&world);
    let bundle = bundle_of(json, &files);
    let progress = world.apply(&bundle);
    assert_eq!(progress.failure, None);
    assert_eq!(progress.state, RunState::Succeeded);
    insta::assert_snapshot!(step_states(&progress).join("\n"), @"
    Done packages
    Done upload files to /opt/app
    Done upload conf to /etc/app.conf
    Done tarball t.tar to /opt/t
    Done script setup
    Done hooks
    Done units
    Done service web.service
    Done service old.service
    Done health
    ");
    assert_eq!(world.read("opt/t/lib/data"), "data");
    assert_eq!(world.read("ran"), "ran 100% \"good\"\n");
    assert_eq!(world.read("var/log/cloudkit/setup.log"), "to the log\n");
    assert_eq!(world.read("etc/cloudkit/hooks.d/pre-stop/save"), SCRIPT);
    let drop_in = world.read("etc/systemd/system/web.service.d/05-cloudkit-environment.conf");
    assert_eq!(drop_in, "[Service]\nEnvironment=\"GREETING=100%% \\\"good\\\"\"\n");
    let mode = |path: &str| fs::metadata(world.root().join(path)).unwrap().mode() & 0o7777;
    assert_eq!((mode("opt/app/sub/b"), mode("opt/app/sub"), mode("etc/app.conf")), (0o640, 0o750, 0o644));
    assert!(!world.root().join("var/lib/cloudkit/apply/work").exists());
    let calls = world.calls();
    let at = |call: &str| {
        calls.iter().position(|one| one.contains(call)).unwrap_or_else(|| panic!("{call}: {calls:?}"))
    };
    assert!(at("dpkg --configure -a") < at(" update") && at(" update") < at("-- nginx jq=1.6"));
    assert!(at("-- nginx") < at("systemd-run") && at("systemd-run") < at("daemon-reload"));
    assert!(at("daemon-reload") < at("restart --no-block web.service"));
    at("enable web.service");
    at("start --no-block old.service");

    let before = world.tree();
    let again = world.apply(&bundle);
    assert_only_asked(&again);
    assert!(world.calls().iter().all(|call| call.starts_with("systemctl show ")));
    assert_eq!(world.tree(), before);
}

#[test]
fn only_what_changed_is_done_and_what_is_gone_is_removed() {
    let world = World::new();
    let (mut json, mut files) = first(&world);
    world.apply(&bundle_of(json.clone(), &files));
    world.calls();
    let inode = |path: &str| fs::metadata(world.root().join(path)).unwrap().ino();
    let kept = inode("opt/app/a");
    files[1] = ("files/other", "three");
    json["services"].as_array_mut().unwrap().pop();
    json["uploads"].as_array_mut().unwrap().pop();
    fs::write(world.root().join("etc/app.conf"), "changed by hand").unwrap();
    let progress = world.apply(&bundle_of(json.clone(), &files));
    insta::assert_snapshot!(step_states(&progress).join("\n"), @"
    Unchanged packages
    Done upload files to /opt/app
    Unchanged tarball t.tar to /opt/t
    Done remove what is no longer wanted
    Unchanged script setup
    Unchanged hooks
    Done units
    Done service web.service
    Done health
    ");
    insta::assert_snapshot!(progress.notes.join("\n"), @"/etc/app.conf was changed on the machine and stays, although nothing wants it any more");
    let mut calls = world.calls();
    // Looked at until it stays.
    calls.dedup();
    insta::assert_snapshot!(calls.join("\n"), @"
    systemctl show web.service --property=LoadState,ActiveState,SubState,Result,Type,NRestarts,Job
    systemctl show old.service --property=LoadState,ActiveState,SubState,Result,Type,NRestarts,Job
    systemctl disable --now old.service
    systemctl daemon-reload
    systemctl show web.service --property=LoadState,ActiveState,SubState,Result,Type,NRestarts,Job
    systemctl enable web.service
    systemctl reset-failed web.service
    systemctl restart --no-block web.service
    systemctl show web.service --property=LoadState,ActiveState,SubState,Result,Type,NRestarts,Job
    ");
    assert_eq!(inode("opt/app/a"), kept);
    assert!(!world.root().join("opt/app/sub").exists());
    assert!(!world.root().join("etc/systemd/system/old.service").exists());
    assert!(
        !world.root().join("etc/systemd/system/old.service.d").join("05-cloudkit-environment.conf").exists()
    );
    assert_eq!(world.read("etc/app.conf"), "changed by hand");
    assert_eq!(world.read("opt/app/other"), "three");

    // A script is run anew for another environment, and nothing else is done for it.
    json["scripts"][0]["environment"]["MORE"] = "1".into();
    let progress = world.apply(&bundle_of(json, &files));
    let done: Vec<_> = progress.steps.iter().filter(|step| step.state == StepState::Done).collect();
    assert_eq!(done.iter().map(|step| step.name.as_str()).collect::<Vec<_>>(), ["script setup", "health"]);
    assert_eq!(world.read("ran").lines().count(), 2);
}

#[test]
fn what_is_not_as_it_was_left_is_put_right_and_its_services_are_restarted() {
    let world = World::new();
    let (json, files) = first(&world);
    let bundle = bundle_of(json, &files);
    world.apply(&bundle);
    world.calls();
    fs::remove_file(world.root().join("opt/t/lib/data")).unwrap();
    let progress = world.apply(&bundle);
    assert_eq!(progress.state, RunState::Succeeded);
    assert_eq!(world.read("opt/t/lib/data"), "data");
    let calls = world.calls();
    assert!(calls.contains(&"systemctl restart --no-block web.service".to_owned()), "{calls:?}");
    let others = |call: &String| is_change(call, "old.service") || call.contains("apt-get");
    assert!(!calls.iter().any(others), "{calls:?}");
}

#[test]
fn a_failure_says_which_step_and_what_was_said_and_goes_on_there_the_next_time() {
    let world = World::new();
    let (mut json, mut files) = first(&world);
    json["on_failure"] = "end".into();
    files[4].1 = "#!/bin/sh\necho trying; echo no such thing >&2; exit 3\n";
    json["scripts"][0]["retries"] = 1.into();
    let ended = world.apply_for(&bundle_of(json.clone(), &files), None).unwrap();
    assert_eq!(ended.on_failure, crate::manifest::deployment::OnFailure::End);
    let failure = ended.progress.failure.unwrap();
    assert_eq!(failure.step, "script setup");
    assert_eq!(failure.reason, "the script setup ended with exit code 3");
    assert_eq!(failure.tail, "trying\nno such thing\ntrying\nno such thing");
    assert_eq!(world.calls().iter().filter(|call| call.starts_with("systemd-run")).count(), 2);
    files[4].1 = SCRIPT;
    fs::write(world.stub("broken-web.service"), "").unwrap();
    let bundle = bundle_of(json, &files);
    let failure = world.apply(&bundle).failure.unwrap();
    assert_eq!(
        (failure.step.as_str(), failure.tail.as_str()),
        ("service web.service", "it fell over\nit fell over")
    );
    assert!(!world.calls().iter().any(|call| call.contains("install")), "packages are there");
    fs::remove_file(world.stub("broken-web.service")).unwrap();
    assert_eq!(world.apply(&bundle).state, RunState::Succeeded);
    assert_eq!(world.read("ran").lines().count(), 1);
}

#[test]
fn each_step_and_the_end_are_told_on_the_console() {
    let world = World::new();
    fs::create_dir_all(world.root().join("dev")).unwrap();
    fs::write(world.root().join("dev/console"), "login:").unwrap();
    let json = serde_json::json!({"scripts": [
        {"name": "one", "run": {"command": "true"}, "working_directory": "/", "timeout": "1m"},
        {"name": "two", "run": {"command": "exit 3"}, "working_directory": "/", "timeout": "1m"},
    ]});
    let bundle = bundle_of(json, &[("any", "")]);
    world.apply(&bundle);
    let console = world.read("dev/console").replace(&bundle.sha256, "SHA256");
    insta::assert_snapshot!(console, @"
    login:
    cloudkit-apply: running bundle=SHA256 step='script one' number=1/2

    cloudkit-apply: running bundle=SHA256 step='script two' number=2/2

    cloudkit-apply: failed bundle=SHA256 step='script two' reason=the script two ended with exit code 3
    ");
}

#[test]
fn apt_without_a_network_is_told_with_its_words() {
    let world = World::new();
    fs::write(world.stub("no-network"), "").unwrap();
    let (json, files) = first(&world);
    let failure = world.apply(&bundle_of(json, &files)).failure.unwrap();
    assert_eq!(failure.step, "packages");
    assert_eq!(failure.reason, "apt-get install failed with exit code 100");
    assert_eq!(
        failure.tail,
        "apt-get update failed with exit code 100: E: Unable to fetch some archives\nE: Unable to fetch some archives"
    );
}

#[test]
fn another_bundle_than_was_promised_changes_nothing() {
    let world = World::new();
    let (json, files) = first(&world);
    let mut bundle = bundle_of(json, &files);
    let before = world.tree();
    bundle.sha256 = "0".repeat(64);
    let failure = world.apply(&bundle).failure.unwrap();
    assert_eq!(failure.step, "bundle");
    assert!(failure.reason.contains("something else than was promised"), "{failure:?}");
    let after: Vec<_> = world
        .tree()
        .into_iter()
        .filter(|line| !line.starts_with("var") && !line.starts_with("run"))
        .collect();
    assert_eq!(after, before);
}

#[test]
fn a_link_on_the_machine_is_not_followed_out_of_an_upload() {
    let world = World::new();
    let (json, files) = first(&world);
    fs::create_dir_all(world.root().join("opt/app")).unwrap();
    symlink("/etc", world.root().join("opt/app/sub")).unwrap();
    let failure = world.apply(&bundle_of(json, &files)).failure.unwrap();
    assert!(failure.reason.contains("/opt/app/sub is"), "{failure:?}");
}

/// A life that ends after any number of the things that are done, then one that goes on: the same machine, and each
/// script was run once.
#[test]
fn wherever_it_is_killed_the_next_life_comes_to_the_same_machine() {
    let whole = World::new();
    let (json, files) = first(&whole);
    let before = bundle_of(json, &files);
    let change = |world: &World| {
        let (mut json, mut files) = first(world);
        files[0].1 = "one anew";
        files[4].1 = "#!/bin/sh\necho ran anew >>\"$RAN\"\n";
        json["services"].as_array_mut().unwrap().pop();
        bundle_of(json, &files)
    };
    whole.apply(&before);
    whole.apply(&change(&whole));
    let without_root = |world: &World| -> Vec<String> {
        let root = world.root().display().to_string();
        let is_memory = |line: &String| line.contains("/state.json ");
        world
            .tree()
            .into_iter()
            .filter(|line| !is_memory(line))
            .map(|line| line.replace(&root, "ROOT"))
            .collect()
    };
    let expected = without_root(&whole);
    // Every fifth moment, so that this takes seconds; odd and even ones by turns.
    for life in (0..).step_by(5) {
        let world = World::new();
        let (json, files) = first(&world);
        let (before, after) = (bundle_of(json, &files), change(&world));
        // The odd lives are killed while the first bundle is applied, the others in its update.
        let (killed, is_over) = if life % 2 == 1 {
            let ended = world.apply_for(&before, Some(life));
            world.apply(&before);
            world.apply(&after);
            (matches!(ended, Err(StepError::Killed)), ended.is_ok())
        } else {
            world.apply(&before);
            let ended = world.apply_for(&after, Some(life));
            world.apply(&after);
            (matches!(ended, Err(StepError::Killed)), ended.is_ok())
        };
        assert!(killed || is_over);
        assert_eq!(without_root(&world), expected, "killed after {life}");
        assert_eq!(world.read("ran"), "ran 100% \"good\"\nran anew\n", "killed after {life}");
        assert!(!world.stub("active-old.service").exists() && world.stub("active-web.service").exists());
        let progress = Progress::read(&[&world.machine(None).progress()]).unwrap().unwrap();
        assert_eq!(progress.state, RunState::Succeeded);
        if is_over && life > 10 && life % 2 == 1 {
            break;
        }
    }
}

#[test]
fn a_damaged_memory_is_set_aside_and_one_of_another_version_is_refused() {
    let world = World::new();
    let (json, files) = first(&world);
    let bundle = bundle_of(json, &files);
    world.apply(&bundle);
    let path = world.machine(None).state();
    fs::write(&path, "{").unwrap();
    let progress = world.apply(&bundle);
    assert!(progress.notes[0].contains("was damaged"), "{progress:?}");
    assert!(path.with_extension("json.damaged").exists());
    fs::write(&path, r#"{"schema": "cloudkit.apply-state/v9"}"#).unwrap();
    assert!(world.apply_for(&bundle, None).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), r#"{"schema": "cloudkit.apply-state/v9"}"#);
}
