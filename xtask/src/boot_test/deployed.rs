//! App folders that `deploy create` makes machines of: these fetch their bundles at their boot and set themselves up, and
//! `deploy` does the rest over SSH, until it destroys them.
//!
//! Nobody touches a machine here: it is asked from outside, as a user does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use cloudkit::model::apply_sign::ApplySign;
use serde_json::Value;

use super::bounded::{self, Answer};
use super::case::{Guest as _, Verdict};
use super::failure::{Failure, expect};
use super::quick::{Begin, Case, Machine};
use super::stage::{IMAGE, Launched, Stage, TYPE};
use crate::http::{self, Http};

type Outcome = Result<Verdict, Failure>;

/// What a service may take to answer, and a timer to have run.
const ANSWER: Duration = Duration::from_secs(20);
const COPY: Duration = Duration::from_secs(20);

/// An app folder, and how its machine looks from outside.
pub(super) struct App {
    /// What its deployment is called.
    name: &'static str,
    /// Where it lies.
    folder: &'static str,
    /// The file in it that says which machines it wants.
    config: &'static str,
    /// What is asked of it by http, and a part of the right answer.
    answers: &'static [(&'static str, &'static str)],
    change: Change,
}

/// What is changed in an app folder.
struct Change {
    file: &'static str,
    from: &'static str,
    to: &'static str,
    /// A step that the change is no reason to do again.
    untouched: &'static str,
}

const API: App = App {
    name: "python-api",
    folder: "examples/deploy/python-api",
    config: "deployment/config.yaml",
    answers: &[("/health", "\"ok\""), ("/report", "\"load\"")],
    change: Change {
        file: "deployment/files/api.py",
        from: "\"ok\"",
        to: "\"better\"",
        untouched: "script setup",
    },
};
const SITE: App = App {
    name: "static-site",
    folder: "examples/deploy/static-site",
    config: ".spot/config.yaml",
    answers: &[("/", "It is there")],
    change: Change {
        file: "site/index.html",
        from: "It is there",
        to: "It has changed",
        untouched: "packages",
    },
};
const BROKEN: App = App {
    name: "broken",
    folder: "tests/boot/broken-app",
    config: ".spot/config.yaml",
    answers: &[],
    change: Change { file: ".spot/deployment.yaml", from: ">&2; exit 1", to: ">&2; exit 0", untouched: "" },
};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "deployed API",
        about: "examples/deploy/python-api by `deploy create`: the machine fetches its bundle at its boot and sets itself \
                up, with files, a script, a service and a timer. Then `deploy` asks it, updates it, rolls it back and \
                destroys it.",
        begin: Begin::Deployed(&API),
        run: |machine| whole_life(machine, &API),
    },
    Case {
        name: "deployed site",
        about: "examples/deploy/static-site in the same way: its package is installed by apt at the boot.",
        begin: Begin::Deployed(&SITE),
        run: |machine| whole_life(machine, &SITE),
    },
    Case {
        name: "broken deployment",
        about: "An app whose script fails, and then one that is never healthy: `deploy status` and `deploy update` say \
                so, with what was written last, and `deploy destroy` leaves nothing.",
        begin: Begin::Deployed(&BROKEN),
        run: broken,
    },
];

/// Creates the machine of an app, from a copy of its folder.
pub(super) fn create(stage: &Stage, app: &App) -> Result<Launched, Failure> {
    let copy = copy_of(stage, app);
    let parent = copy.parent().unwrap_or(&copy);
    fs::create_dir_all(parent).map_err(Failure::file(parent))?;
    bounded::succeed(Command::new("cp").arg("-r").arg(app.folder).arg(&copy), COPY)?;
    let name = app.name;
    let config = format!("name: {name}\nregions: [us-east-1]\ntypes: [{TYPE}]\nimage: {IMAGE}\nttl: 1h\n");
    let path = copy.join(app.config);
    fs::write(&path, config).map_err(Failure::file(&path))?;
    stage.make(name, &["deploy", "create", "--dir", &copy.display().to_string(), "--yes"])
}

fn copy_of(stage: &Stage, app: &App) -> PathBuf {
    stage.folder().join("apps").join(app.name)
}

fn whole_life(machine: &mut Machine<'_>, app: &App) -> Outcome {
    let first = bundle(machine.stage, app)?;
    let took = machine.set_itself_up(app, &first, ApplySign::Succeeded)?;
    machine
        .notes
        .add(format!("it set itself up by the bundle that it had fetched, {took:.1} s after systemd began"));
    machine.answers(app, app.change.from)?;
    machine.is_at(app, &first)?;
    machine
        .notes
        .add("from outside it answers by http; `deploy status` asks it by SSH, and names its bundle");
    machine.obeys(app)?;
    let second = machine.update(app, &first)?;
    machine.rolls_back(app, &first, &second)?;
    machine.destroy(app)?;
    Ok(Verdict::Holds)
}

fn broken(machine: &mut Machine<'_>) -> Outcome {
    let first = bundle(machine.stage, &BROKEN)?;
    let reason = "the script look ended with exit code 1".to_owned();
    let failed = ApplySign::Failed { step: "script look".to_owned(), reason };
    machine.set_itself_up(&BROKEN, &first, failed)?;
    machine.has_failed(&first, "script look", "there is no moon")?;
    machine.notes.add("`deploy status` says which script has failed, and what it wrote");
    change(machine.stage, &BROKEN)?;
    let second = bundle(machine.stage, &BROKEN)?;
    let updated = machine.deploy(&["update", "--dir", &folder(machine.stage, &BROKEN)])?;
    expect(updated.code == 1, "an update that fails", told(&updated))?;
    expect(updated.stderr.contains("the moon is still missing"), "what the check said", told(&updated))?;
    machine.has_failed(&second, "health", "the moon is still missing")?;
    machine.notes.add("the script mended, `deploy update` waits for a check that never holds, and says so");
    machine.destroy(&BROKEN)?;
    Ok(Verdict::Holds)
}

impl Machine<'_> {
    /// Runs a verb of `deploy`, by which machines are reached.
    fn deploy(&self, words: &[&str]) -> Result<Answer, Failure> {
        let identity = self.stage.identity().display().to_string();
        // What follows `--` is the machine's.
        let (verb, rest) = words.split_at(1);
        self.stage.ask(&[&["deploy"], verb, &["--identity", &identity], rest].concat())
    }

    /// The same where it has to succeed.
    fn deployed(&self, words: &[&str]) -> Result<Answer, Failure> {
        let answer = self.deploy(words)?;
        expect(answer.code == 0, format!("success of deploy {}", words.join(" ")), told(&answer))?;
        Ok(answer)
    }

    /// Waits until the machine has come to an end of setting itself up, which has to be this one.
    fn set_itself_up(&self, app: &App, bundle: &str, sign: ApplySign) -> Result<f64, Failure> {
        let started = Instant::now();
        let watched = self.deploy(&["status", app.name, "--watch", "--every", "1s", "-o", "json"])?;
        let took = started.elapsed().as_secs_f64();
        let code = i32::from(sign != ApplySign::Succeeded);
        expect(watched.code == code, format!("an end with {code}"), told(&watched))?;
        // Others are watched at the same time, and all of them are known by one file.
        let is_known = !watched.stderr.contains("Host key verification failed");
        expect(is_known, "the host key of its console, once that has it", told(&watched))?;
        let on_console = ApplySign::last_on(&self.guest.console(), bundle);
        expect(on_console == Some(sign), "the same on its console", format!("{on_console:?}"))?;
        let key = format!("deployments/{}/{bundle}.tar.zst", app.name);
        let fetched = self.stage.aws.fetched(&key)?;
        expect(fetched == 1, "one fetch of the bundle", fetched.to_string())?;
        Ok(took)
    }

    /// What `deploy status` says of how the machine was set up, and its complaints.
    fn status(&self, app: &App) -> Result<(Value, Answer), Failure> {
        let answer = self.deploy(&["status", app.name, "-o", "json"])?;
        let machines: Value = http::json("deploy status", answer.stdout.as_bytes())?;
        let id = machines[0]["machine"]["instance_id"].as_str();
        expect(id == Some(&self.launched.id), "its machine", told(&answer))?;
        Ok((machines[0]["set_up"].clone(), answer))
    }

    fn is_at(&self, app: &App, bundle: &str) -> Result<(), Failure> {
        let (set_up, answer) = self.status(app)?;
        let known = (set_up["state"].as_str(), set_up["bundle"].as_str(), answer.code);
        expect(known == (Some("succeeded"), Some(bundle), 0), format!("a machine at {bundle}"), told(&answer))
    }

    fn has_failed(&self, bundle: &str, step: &str, written: &str) -> Result<(), Failure> {
        let (set_up, answer) = self.status(&BROKEN)?;
        let known = (set_up["state"].as_str(), set_up["bundle"].as_str(), answer.code);
        expect(known == (Some("failed"), Some(bundle), 1), "a machine that failed", told(&answer))?;
        let why = answer.stderr.contains(step) && answer.stderr.contains(written);
        expect(why, format!("{step} and {written:?}"), told(&answer))
    }

    /// Waits until everything that is asked from outside is answered so; the first answer has these words in it.
    fn answers(&self, app: &App, first: &str) -> Result<(), Failure> {
        let http = Http::new();
        for (index, (path, words)) in app.answers.iter().enumerate() {
            let words = if index == 0 { first } else { *words };
            let url = format!("http://{}:8080{path}", self.guest.address());
            bounded::until(&format!("{words:?} from {url}"), ANSWER, || {
                let body = http.get(&url, &[]).unwrap_or_default();
                Ok(String::from_utf8_lossy(&body).contains(words).then_some(()))
            })?;
        }
        Ok(())
    }

    /// `exec` and `logs`.
    fn obeys(&mut self, app: &App) -> Result<(), Failure> {
        let ran = self.deployed(&["exec", app.name, "--", "id", "-un"])?;
        let prefix = format!("{} | ", self.launched.id);
        expect(ran.stdout == format!("{prefix}admin\n"), "a command of the login user's", told(&ran))?;
        let logs = self.deployed(&["logs", app.name, "-n", "5"])?;
        let lines = logs.stdout.lines().filter(|line| line.starts_with(&prefix)).count();
        expect((1..=5).contains(&lines), "at most five lines of its journal", told(&logs))?;
        self.notes
            .add(format!("`deploy exec` runs a command as admin, `deploy logs -n 5` shows {lines} lines"));
        Ok(())
    }

    /// Something is changed in the app folder, and comes to the machine.
    fn update(&mut self, app: &App, first: &str) -> Result<String, Failure> {
        change(self.stage, app)?;
        let second = bundle(self.stage, app)?;
        expect(second != first, "another bundle", &second)?;
        let started = Instant::now();
        self.deployed(&["update", "--dir", &folder(self.stage, app)])?;
        let took = started.elapsed().as_secs_f64();
        self.answers(app, app.change.to)?;
        self.is_at(app, &second)?;
        self.did_only_what_was_needed(app)?;
        self.notes.add(format!(
            "`deploy update` brings a change to it in {took:.1} s, and nothing else is done again"
        ));
        Ok(second)
    }

    fn did_only_what_was_needed(&self, app: &App) -> Result<(), Failure> {
        let asked = "/usr/local/bin/cloudkit agent apply --status -o json";
        let ran = self.deployed(&["exec", app.name, "-o", "json", "--", asked])?;
        let rows: Value = http::json("deploy exec", ran.stdout.as_bytes())?;
        let said = rows[0]["stdout"].as_str().unwrap_or_default();
        let progress: Value = http::json("the agent", said.as_bytes())?;
        let step = progress["steps"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|step| step["name"] == app.change.untouched);
        let state = step.and_then(|step| step["state"].as_str());
        expect(state == Some("unchanged"), format!("no second {}", app.change.untouched), said)
    }

    fn rolls_back(&mut self, app: &App, first: &str, second: &str) -> Result<(), Failure> {
        self.deployed(&["rollback", app.name])?;
        self.answers(app, app.change.from)?;
        self.is_at(app, first)?;
        for (bundle, times) in [(first, 2), (second, 1)] {
            let fetched = self.stage.aws.fetched(&format!("deployments/{}/{bundle}.tar.zst", app.name))?;
            expect(fetched == times, format!("{times} fetches of {bundle}"), fetched.to_string())?;
        }
        self.notes.add("`deploy rollback` leads back to the first bundle, which it fetches again");
        Ok(())
    }

    /// Nothing of it is left in the account, and in its bucket the agent alone, and what is another deployment's.
    fn destroy(&mut self, app: &App) -> Result<(), Failure> {
        self.stage.cloudkit(&["deploy", "destroy", app.name, "--yes"])?;
        let left = self.stage.aws.left()?;
        let left: Vec<&String> = self.launched.made.intersection(&left).collect();
        expect(left.is_empty(), "nothing of it", format!("{left:?}"))?;
        let mut objects = self.stage.aws.objects()?;
        let others = |key: &str| key.starts_with("deployments/") && !key.contains(&format!("/{}/", app.name));
        objects.retain(|key| !others(key));
        let is_agent = |keys: &[String]| matches!(keys, [key] if key.starts_with("agent/"));
        expect(is_agent(&objects), "the agent alone in the bucket", objects.join(" "))?;
        self.notes.add("`deploy destroy` leaves nothing in the account, and in the bucket the agent alone");
        Ok(())
    }
}

fn folder(stage: &Stage, app: &App) -> String {
    copy_of(stage, app).display().to_string()
}

/// The digest of the bundle of an app, as its folder is now.
fn bundle(stage: &Stage, app: &App) -> Result<String, Failure> {
    stage.bundle(&copy_of(stage, app), &stage.folder().join(format!("{}.tar.zst", app.name)))
}

fn change(stage: &Stage, app: &App) -> Result<(), Failure> {
    let Change { file, from, to, .. } = app.change;
    let path: &Path = &copy_of(stage, app).join(file);
    let text = fs::read_to_string(path).map_err(Failure::file(path))?;
    expect(text.contains(from), format!("{from:?} in {file}"), text.clone())?;
    fs::write(path, text.replace(from, to)).map_err(Failure::file(path))
}

fn told(answer: &Answer) -> String {
    format!("({}) {}{}", answer.code, answer.stdout, answer.stderr)
}
