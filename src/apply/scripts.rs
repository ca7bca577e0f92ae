//! Scripts, each as a unit of its own: as its user, no longer than it may, its output in a file and in the journal.
//!
//! A unit outlives this process: one that still runs when this process comes back is waited for and not started again.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::{StepError, tail_of};
use super::machine::{Machine, TAIL};
use super::people::People;
use super::place::{self, cannot};
use super::secrets;
use super::state::State;
use super::wanted::Wanted;
use crate::manifest::Owner;
use crate::manifest::bundle::layout;
use crate::manifest::deployment::{Script, ScriptRun, SecretName};
use crate::model::agent::GROUP;
use crate::platform::transient_unit::{self, Ended, Setting, Unit, UnitError, UnitState};

/// How often a unit is looked at.
const FIRST_WAIT: Duration = Duration::from_millis(20);
const LAST_WAIT: Duration = Duration::from_millis(500);
/// How long systemd has for ending what is too slow.
const ENDING: Duration = Duration::from_secs(10);
/// As much of a log as its last lines are looked for in.
const TAIL_BYTES: i64 = 16 * 1024;

/// Runs a script until it has ended well, as often as it may be tried.
pub(super) async fn run(
    machine: &Machine,
    wanted: &Wanted,
    index: usize,
    digest: &str,
    state: &mut State,
    say: &mut dyn FnMut(&str),
) -> Result<(), StepError> {
    let Some(script) = wanted.deployment.scripts.get(index) else { return Ok(()) };
    let unit = Unit::named("cloudkit-script", &script.name);
    let log = machine.logs().join(format!("{}.log", script.name.replace('/', "_")));
    let started = Some((script.name.clone(), digest.to_owned()));
    let mut is_running = state.started == started
        && transient_unit::state_with(&unit, &machine.variables()).await? != UnitState::NotFound;
    let mut follow = Follow { path: log.clone(), at: 0 };
    for attempt in 0..=script.retries {
        if is_running {
            say(&format!("script {}: is still there from before", script.name));
            follow.at = fs::metadata(&log).map_or(0, |found| found.len());
        } else {
            prepare(machine, wanted, index, script, &log)?;
            follow.at = fs::metadata(&log).map_or(0, |found| found.len());
            state.started.clone_from(&started);
            machine.live()?;
            state.write(&machine.state())?;
            start(machine, wanted, script, &unit, &log).await?;
        }
        is_running = false;
        let ended = until_ended(machine, &unit, script, &mut follow, say).await?;
        machine.live()?;
        // Forgotten only after it is known how it ended; whether it was done is for the caller to remember.
        if ended.code == Some(0) {
            return Ok(());
        }
        transient_unit::forget_with(&unit, &machine.variables()).await?;
        state.started = None;
        if attempt < script.retries {
            say(&format!("script {}: {ended}; it is tried again", script.name));
            continue;
        }
        let ended = Ended { output: last_lines(&log), ..ended };
        return Err(StepError::Script { script: script.name.clone(), ended });
    }
    Ok(())
}

/// Forgets the unit of a script whose end is remembered.
pub(super) async fn forget(machine: &Machine, script: &Script) -> Result<(), StepError> {
    let unit = Unit::named("cloudkit-script", &script.name);
    Ok(transient_unit::forget_with(&unit, &machine.variables()).await?)
}

/// Where a script is run from: its user has to be able to read it, and it stays for a look at it.
fn program(machine: &Machine, script: &Script) -> PathBuf {
    machine.scripts().join(script.name.replace('/', "_"))
}

fn prepare(
    machine: &Machine,
    wanted: &Wanted,
    index: usize,
    script: &Script,
    log: &Path,
) -> Result<(), StepError> {
    let people = People::of(machine)?;
    let owner = Owner { user: script.user.clone(), group: None };
    let (uid, gid) = people.ids(Some(&owner))?;
    let folder = machine.path(&script.working_directory);
    if !folder.exists() {
        place::refuse_links(machine, Some(script.working_directory.clone()), None)?;
        fs::create_dir_all(&folder).map_err(cannot("make", &folder))?;
        std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).map_err(cannot("give away", &folder))?;
    }
    if let ScriptRun::File(_) = script.run {
        let source = wanted.folder().join(layout::script(index));
        let path = program(machine, script);
        let content = fs::read(&source).map_err(cannot("read", &source))?;
        crate::platform::files::replace(&path, &content, crate::platform::files::Access::Public)?;
        fs::set_permissions(&path, Permissions::from_mode(0o755)).map_err(cannot("write", &path))?;
    }
    make_log(machine, &people, log)
}

/// Whoever may speak to the agent may read it.
fn make_log(machine: &Machine, people: &People, log: &Path) -> Result<(), StepError> {
    fs::create_dir_all(machine.logs()).map_err(cannot("make", &machine.logs()))?;
    let file = OpenOptions::new().append(true).create(true).mode(0o640).open(log);
    let file = file.map_err(cannot("write", log))?;
    match people.group(GROUP) {
        Some(group) => std::os::unix::fs::fchown(&file, None, Some(group)).map_err(cannot("give away", log)),
        None => Ok(()),
    }
}

async fn start(
    machine: &Machine,
    wanted: &Wanted,
    script: &Script,
    unit: &Unit,
    log: &Path,
) -> Result<(), StepError> {
    let program = program(machine, script).to_string_lossy().into_owned();
    let argv: Vec<&str> = match &script.run {
        ScriptRun::File(_) if says_what_runs_it(&program)? => vec![&program],
        // As its author's own shell would have run it.
        ScriptRun::File(_) => vec!["/bin/bash", &program],
        ScriptRun::Command(line) => vec!["/bin/sh", "-c", line],
    };
    let folder = machine.path(&script.working_directory);
    let mut properties = vec![
        format!("WorkingDirectory={}", folder.display()),
        format!("StandardOutput=append:{}", log.display()),
        format!("StandardError=append:{}", log.display()),
    ];
    properties.extend(wanted.deployment.secrets.iter().map(|SecretName { name, .. }| {
        format!("LoadCredential={name}:{}", secrets::file(machine, name).display())
    }));
    let environment = wanted.environment_of(script);
    let environment: Vec<(&str, &str)> =
        environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let variables = machine.variables();
    let setting = Setting { properties: &properties, environment: &environment, variables: &variables };
    let limit = script.timeout.to_duration();
    Ok(transient_unit::start_with(unit, &argv, &script.user, limit, setting).await?)
}

/// Whether a file begins as a script with its interpreter does, or is a program.
fn says_what_runs_it(path: &str) -> Result<bool, StepError> {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4).read_to_end(&mut start));
    read.map_err(cannot("read", Path::new(path)))?;
    Ok(start.starts_with(b"#!") || start == b"\x7fELF")
}

async fn until_ended(
    machine: &Machine,
    unit: &Unit,
    script: &Script,
    follow: &mut Follow,
    say: &mut dyn FnMut(&str),
) -> Result<Ended, StepError> {
    let mut wait = FIRST_WAIT;
    let begun = std::time::Instant::now();
    loop {
        let state = transient_unit::state_with(unit, &machine.variables()).await?;
        follow.say(&script.name, say);
        match state {
            UnitState::Exited(ended) => return Ok(ended),
            UnitState::NotFound => return Err(UnitError::Gone { unit: unit.clone() }.into()),
            // systemd has not ended it: forgetting it does.
            UnitState::Running if begun.elapsed() > script.timeout.to_duration() + ENDING => {
                return Ok(Ended { code: None, signal: None, timed_out: true, output: String::new() });
            }
            UnitState::Running => {}
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LAST_WAIT);
    }
}

/// Hands on what comes to a log, line by line: to the journal, where this process' own words go.
struct Follow {
    path: PathBuf,
    at: u64,
}

impl Follow {
    fn say(&mut self, name: &str, say: &mut dyn FnMut(&str)) {
        let Ok(mut file) = File::open(&self.path) else { return };
        let mut new = Vec::new();
        if file.seek(SeekFrom::Start(self.at)).is_err() || file.read_to_end(&mut new).is_err() {
            return;
        }
        self.at += new.len() as u64;
        for line in String::from_utf8_lossy(&new).lines() {
            say(&format!("{name}: {line}"));
        }
    }
}

fn last_lines(log: &Path) -> String {
    let mut text = Vec::new();
    if let Ok(mut file) = File::open(log) {
        if file.seek(SeekFrom::End(-TAIL_BYTES)).is_err() {
            let _ = file.rewind();
        }
        let _ = file.read_to_end(&mut text);
    }
    tail_of(&String::from_utf8_lossy(&text), TAIL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bash_runs_what_does_not_say_what_runs_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script");
        for (content, says) in
            [("#!/bin/sh\n", true), ("\x7fELF\x02", true), ("echo\n", false), ("#", false), ("", false)]
        {
            fs::write(&path, content).unwrap();
            assert_eq!(says_what_runs_it(path.to_str().unwrap()).unwrap(), says, "{content:?}");
        }
    }
}
