//! Two of the examples, from `deploy create` to `deploy destroy`.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::bounded;
use super::case::Verdict;
use super::deployed::{App, bundle, copy_of, folder, told};
use super::failure::{Failure, expect};
use super::quick::{Begin, Case, Machine};
use super::stage::Stage;
use crate::http::{self, Http};

/// What a service may take to answer, and a timer to have run.
const ANSWER: Duration = Duration::from_secs(20);

/// An app that works: what it looks like from outside, and how it is changed.
struct Life {
    app: App,
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

const API: Life = Life {
    app: App {
        name: "python-api",
        folder: "examples/deploy/python-api",
        config: "deployment/config.yaml",
        is_damaged: false,
        fault: None,
    },
    answers: &[("/health", "\"ok\""), ("/report", "\"load\"")],
    change: Change {
        file: "deployment/files/api.py",
        from: "\"ok\"",
        to: "\"better\"",
        untouched: "script setup",
    },
};
const SITE: Life = Life {
    app: App {
        name: "static-site",
        folder: "examples/deploy/static-site",
        config: ".spot/config.yaml",
        is_damaged: false,
        fault: None,
    },
    answers: &[("/", "It is there")],
    change: Change {
        file: "site/index.html",
        from: "It is there",
        to: "It has changed",
        untouched: "packages",
    },
};
pub(super) const CASES: &[Case] = &[
    Case {
        name: "deployed API",
        about: "examples/deploy/python-api by `deploy create`: the machine fetches its bundle at its boot and sets itself \
                up, with files, a script, a service and a timer. Then `deploy` asks it, updates it, rolls it back and \
                destroys it.",
        begin: Begin::Deployed(&API.app),
        run: |machine| whole_life(machine, &API),
    },
    Case {
        name: "deployed site",
        about: "examples/deploy/static-site in the same way: its package is installed by apt at the boot.",
        begin: Begin::Deployed(&SITE.app),
        run: |machine| whole_life(machine, &SITE),
    },
];

fn whole_life(machine: &mut Machine<'_>, life: &Life) -> Result<Verdict, Failure> {
    let app = &life.app;
    let first = bundle(machine.stage, app)?;
    let started = Instant::now();
    machine.sets_itself_up(app, &first, None)?;
    let took = started.elapsed().as_secs_f64();
    machine.has_fetched(app, &first, 1)?;
    machine
        .notes
        .add(format!("it set itself up by the bundle that it had fetched, {took:.1} s after systemd began"));
    machine.answers(life, life.change.from)?;
    machine.is_at(app, &first)?;
    machine
        .notes
        .add("from outside it answers by http; `deploy status` asks it by SSH, and names its bundle");
    machine.obeys(app)?;
    let second = machine.update(life, &first)?;
    machine.rolls_back(life, &first, &second)?;
    machine.destroy(app)?;
    Ok(Verdict::Holds)
}

impl Machine<'_> {
    /// Waits until everything that is asked from outside is answered so; the first answer has these words in it.
    fn answers(&self, life: &Life, first: &str) -> Result<(), Failure> {
        let http = Http::new();
        for (index, (path, words)) in life.answers.iter().enumerate() {
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
    fn update(&mut self, life: &Life, first: &str) -> Result<String, Failure> {
        let app = &life.app;
        change(self.stage, life)?;
        let second = bundle(self.stage, app)?;
        expect(second != first, "another bundle", &second)?;
        let started = Instant::now();
        self.deployed(&["update", "--dir", &folder(self.stage, app)])?;
        let took = started.elapsed().as_secs_f64();
        self.answers(life, life.change.to)?;
        self.is_at(app, &second)?;
        self.did_only_what_was_needed(life)?;
        self.notes.add(format!(
            "`deploy update` brings a change to it in {took:.1} s, and nothing else is done again"
        ));
        Ok(second)
    }

    fn did_only_what_was_needed(&self, life: &Life) -> Result<(), Failure> {
        let asked = "/usr/local/bin/cloudkit agent apply --status -o json";
        let ran = self.deployed(&["exec", life.app.name, "-o", "json", "--", asked])?;
        let rows: Value = http::json("deploy exec", ran.stdout.as_bytes())?;
        let said = rows[0]["stdout"].as_str().unwrap_or_default();
        let progress: Value = http::json("the agent", said.as_bytes())?;
        let step = progress["steps"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|step| step["name"] == life.change.untouched);
        let state = step.and_then(|step| step["state"].as_str());
        expect(state == Some("unchanged"), format!("no second {}", life.change.untouched), said)
    }

    fn rolls_back(&mut self, life: &Life, first: &str, second: &str) -> Result<(), Failure> {
        let app = &life.app;
        self.deployed(&["rollback", app.name])?;
        self.answers(life, life.change.from)?;
        self.is_at(app, first)?;
        self.has_fetched(app, first, 2)?;
        self.has_fetched(app, second, 1)?;
        self.notes.add("`deploy rollback` leads back to the first bundle, which it fetches again");
        Ok(())
    }
}

fn change(stage: &Stage, life: &Life) -> Result<(), Failure> {
    let Change { file, from, to, .. } = life.change;
    let path: &Path = &copy_of(stage, &life.app).join(file);
    let text = fs::read_to_string(path).map_err(Failure::file(path))?;
    expect(text.contains(from), format!("{from:?} in {file}"), text.clone())?;
    fs::write(path, text.replace(from, to)).map_err(Failure::file(path))
}
