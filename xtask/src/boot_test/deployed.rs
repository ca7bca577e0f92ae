//! App folders that `deploy create` makes machines of: these fetch their bundles at their boot and set themselves up, and
//! `deploy` does the rest over SSH, until it destroys them.
//!
//! Nobody touches a machine here: it is asked from outside, as a user does.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use cloudkit::model::apply_sign::ApplySign;
use serde_json::Value;

use super::bounded::{self, Answer};
use super::case::Guest as _;
use super::failure::{Failure, expect};
use super::fault_cases::ESCAPING;
use super::quick::Machine;
use super::stage::{IMAGE, Launched, Stage, TYPE};
use crate::http;

const COPY: Duration = Duration::from_secs(20);

/// An app folder.
pub(super) struct App {
    /// What its deployment is called.
    pub(super) name: &'static str,
    /// Where it lies.
    pub(super) folder: &'static str,
    /// The file in it that says which machines it wants.
    pub(super) config: &'static str,
    /// Whether its bundle is damaged each time that it is fetched.
    pub(super) is_damaged: bool,
    /// The file of its `faults/` that is its `deployment.yaml`, where that is not its own.
    pub(super) fault: Option<&'static str>,
}

/// Creates the machine of an app, from a copy of its folder.
pub(super) fn create(stage: &Stage, app: &App) -> Result<Launched, Failure> {
    let copy = copy_of(stage, app);
    let parent = copy.parent().unwrap_or(&copy);
    fs::create_dir_all(parent).map_err(Failure::file(parent))?;
    bounded::succeed(Command::new("cp").arg("-r").arg(app.folder).arg(&copy), COPY)?;
    if let Some(fault) = app.fault {
        let (from, to) = (copy.join("faults").join(fault), copy.join(".spot/deployment.yaml"));
        fs::copy(&from, to).map_err(Failure::file(&from))?;
    }
    let name = app.name;
    let config = format!("name: {name}\nregions: [us-east-1]\ntypes: [{TYPE}]\nimage: {IMAGE}\nttl: 1h\n");
    let path = copy.join(app.config);
    fs::write(&path, config).map_err(Failure::file(&path))?;
    let launched = stage.make(name, &["deploy", "create", "--dir", &copy.display().to_string(), "--yes"])?;
    if app.is_damaged {
        stage.aws.damage(&bundle_key(app, &bundle(stage, app)?))?;
    }
    Ok(launched)
}

pub(super) fn copy_of(stage: &Stage, app: &App) -> PathBuf {
    stage.folder().join("apps").join(app.name)
}

impl Machine<'_> {
    /// Runs a verb of `deploy`, by which machines are reached.
    pub(super) fn deploy(&self, words: &[&str]) -> Result<Answer, Failure> {
        let identity = self.stage.identity().display().to_string();
        // What follows `--` is the machine's.
        let (verb, rest) = words.split_at(1);
        self.stage.ask(&[&["deploy"], verb, &["--identity", &identity], rest].concat())
    }

    /// The same where it has to succeed.
    pub(super) fn deployed(&self, words: &[&str]) -> Result<Answer, Failure> {
        let answer = self.deploy(words)?;
        expect(answer.code == 0, format!("success of deploy {}", words.join(" ")), told(&answer))?;
        Ok(answer)
    }

    /// Waits until the machine has come to an end of setting itself up: a good one, or a failure in this step.
    pub(super) fn sets_itself_up(&self, app: &App, bundle: &str, fails: Option<&str>) -> Result<(), Failure> {
        let watched = self.deploy(&["status", app.name, "--watch", "--every", "1s", "-o", "json"])?;
        let code = i32::from(fails.is_some());
        expect(watched.code == code, format!("an end with {code}"), told(&watched))?;
        // Others are watched at the same time, and all of them are known by one file.
        let is_known = !watched.stderr.contains("Host key verification failed");
        expect(is_known, "the host key of its console, once that has it", told(&watched))?;
        let on_console = self.guest.console();
        let on_console = ApplySign::last_on(&on_console);
        let is_told = match &on_console {
            Some((its, ApplySign::Succeeded)) => *its == bundle && fails.is_none(),
            Some((its, ApplySign::Failed { step, .. })) => *its == bundle && fails == Some(step),
            _ => false,
        };
        expect(is_told, "the same on its console", format!("{on_console:?}"))
    }

    /// The bundle was fetched so often.
    pub(super) fn has_fetched(&self, app: &App, bundle: &str, times: usize) -> Result<(), Failure> {
        let fetched = self.stage.aws.fetched(&bundle_key(app, bundle))?;
        expect(fetched == times, format!("{times} fetches of {bundle}"), fetched.to_string())
    }

    /// What `deploy status` says of how the machine was set up, and its complaints.
    pub(super) fn status(&self, app: &App) -> Result<(Value, Answer), Failure> {
        let answer = self.deploy(&["status", app.name, "-o", "json"])?;
        let machines: Value = http::json("deploy status", answer.stdout.as_bytes())?;
        let id = machines[0]["machine"]["instance_id"].as_str();
        expect(id == Some(&self.launched.id), "its machine", told(&answer))?;
        Ok((machines[0]["set_up"].clone(), answer))
    }

    pub(super) fn is_at(&self, app: &App, bundle: &str) -> Result<(), Failure> {
        let (set_up, answer) = self.status(app)?;
        let known = (set_up["state"].as_str(), set_up["bundle"].as_str(), answer.code);
        expect(known == (Some("succeeded"), Some(bundle), 0), format!("a machine at {bundle}"), told(&answer))
    }

    /// `deploy status` says in which step it has failed, and what that wrote.
    pub(super) fn has_failed(
        &self,
        app: &App,
        bundle: &str,
        step: &str,
        written: &str,
    ) -> Result<(), Failure> {
        let (set_up, answer) = self.status(app)?;
        let known = (set_up["state"].as_str(), set_up["bundle"].as_str(), answer.code);
        expect(known == (Some("failed"), Some(bundle), 1), "a machine that failed", told(&answer))?;
        let why = answer.stderr.contains(step) && answer.stderr.contains(written);
        expect(why, format!("{step} and {written:?}"), told(&answer))
    }

    /// Nothing of it is left in the account, and in its bucket the agent alone, and what is another deployment's.
    pub(super) fn destroy(&mut self, app: &App) -> Result<(), Failure> {
        self.stage.cloudkit(&["deploy", "destroy", app.name, "--yes"])?;
        let left = self.stage.aws.left()?;
        let left: Vec<&String> = self.launched.made.intersection(&left).collect();
        expect(left.is_empty(), "nothing of it", format!("{left:?}"))?;
        let mut objects = self.stage.aws.objects()?;
        let others = |key: &str| key.starts_with("deployments/") && !key.contains(&format!("/{}/", app.name));
        objects.retain(|key| !others(key) && key != ESCAPING);
        let is_agent = |keys: &[String]| matches!(keys, [key] if key.starts_with("agent/"));
        expect(is_agent(&objects), "the agent alone in the bucket", objects.join(" "))?;
        self.notes.add("`deploy destroy` leaves nothing in the account, and in the bucket the agent alone");
        Ok(())
    }
}

pub(super) fn folder(stage: &Stage, app: &App) -> String {
    copy_of(stage, app).display().to_string()
}

fn bundle_key(app: &App, digest: &str) -> String {
    format!("deployments/{}/{digest}.tar.zst", app.name)
}

/// The digest of the bundle of an app, as its folder is now.
pub(super) fn bundle(stage: &Stage, app: &App) -> Result<String, Failure> {
    stage.bundle(&copy_of(stage, app), &stage.folder().join(format!("{}.tar.zst", app.name)))
}

pub(super) fn told(answer: &Answer) -> String {
    format!("({}) {}{}", answer.code, answer.stdout, answer.stderr)
}
