//! What `agent status` shows: written by the daemon whenever it changes, read by everybody.
//!
//! The file is the daemon's word, not its memory: nothing is decided by it, and it is gone when the daemon ends.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::decide::{DeadlineSource, Decided, Decision};
use super::end::EndReason;
use super::idle::{self, Verdict};
use super::memory::Memory;
use super::policy::Policy;
use super::time::later;
use crate::model::{EndAction, Money, ShutdownBehavior, Span};
use crate::platform::files::{self, Access, FileError};

/// The file's name in the run directory.
pub const FILE_NAME: &str = "status.json";

/// The value of the status's `schema` field.
pub const SCHEMA: &str = "cloudkit.agent-status/v1";

/// The file is written anew this often even where nothing has changed.
pub const REFRESH: Span = Span::from_seconds(30);
/// A file that is older than this was left behind by a daemon that is no longer running.
const STALE: Span = Span::from_seconds(90);

/// What the daemon last saw and decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The daemon's version.
    pub version: String,
    /// The launch that made the machine.
    pub launch: String,
    /// The machine's id, once the metadata service told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// The machine's region, once the metadata service told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The deadline, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// Where the deadline is known from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_source: Option<DeadlineSource>,
    /// When the machine ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_because: Option<EndReason>,
    /// What is done with it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_by: Option<EndAction>,
    /// How long that is away; 0 where it is past.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_in_seconds: Option<u64>,
    /// What is done with the machine then.
    #[serde(default)]
    pub on_deadline: EndAction,
    /// After how many seconds without work the machine is done with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout_seconds: Option<u64>,
    /// For how many seconds it has had no work; 0 where it has some, or that can't be told.
    #[serde(default)]
    pub idle_seconds: u64,
    /// What told of work at the last look at it, or could not be told; empty where nothing did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub work: Vec<String>,
    /// What is done with it then.
    #[serde(default)]
    pub on_idle: EndAction,
    /// What is done with it when its work is complete.
    #[serde(default)]
    pub on_complete: EndAction,
    /// Since when its work is said to be complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// What it may cost, in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_limit_usd: Option<Money>,
    /// What it has cost, in US dollars, where that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<Money>,
    /// Until when neither idleness nor completion end it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<Timestamp>,
    /// What EC2 does when its system powers off.
    #[serde(default)]
    pub shutdown_behavior: ShutdownBehavior,
    /// Whether users were warned of this end.
    pub warned: bool,
    /// What the daemon is at.
    pub state: State,
    /// When the daemon last looked.
    pub last_tick: Timestamp,
}

/// What the daemon is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The clock is before the launch; nothing is done until it is right.
    ClockBeforeLaunch,
    /// There is no deadline to keep.
    NoDeadline,
    /// The deadline is kept.
    Watching,
    /// The end was asked for.
    Ending,
}

/// A status that can't be told.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// There is no file of a daemon.
    #[error("the agent is not running: there is no {}", path.display())]
    NotRunning {
        /// Where its file would be.
        path: PathBuf,
    },
    /// The daemon has not looked at the machine for long.
    #[error("the agent is not running: its last look at the machine was at {last_tick}")]
    Stale {
        /// When it was.
        last_tick: Timestamp,
    },
    /// The file can't be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is not a daemon's.
    #[error("cannot understand {}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Status {
    /// The status that a decision comes to.
    #[must_use]
    pub fn of(decided: &Decided, policy: &Policy, now: Timestamp) -> Self {
        let identity = decided.memory.identity.as_ref();
        let rules = policy.rules_in_force(&decided.memory);
        let limit = policy.cost_limit_in_force(&decided.memory);
        Self {
            schema: SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            launch: decided.memory.launch.clone(),
            instance_id: identity.map(|identity| identity.instance_id.clone()),
            region: identity.map(|identity| identity.region.clone()),
            deadline: decided.deadline.map(|deadline| deadline.at),
            deadline_source: decided.deadline.map(|deadline| deadline.source),
            ends_at: decided.end.map(|end| end.at),
            ends_because: decided.end.map(|end| end.reason),
            ends_by: decided.end.map(|end| end.action),
            ends_in_seconds: decided.end.map(|end| Span::between(now, end.at).seconds()),
            on_deadline: rules.on_deadline.unwrap_or_default(),
            idle_timeout_seconds: rules.idle_timeout.map(Span::seconds),
            idle_seconds: decided.memory.idle.quiet_for().seconds(),
            work: work(&decided.memory),
            on_idle: rules.on_idle.unwrap_or_default(),
            on_complete: rules.on_complete.unwrap_or_default(),
            completed_at: decided.memory.completed.as_ref().map(|completed| completed.at),
            cost_limit_usd: limit.map(|limit| limit.usd),
            cost_usd: limit.zip(decided.memory.spending).map(|(limit, spending)| spending.cost(&limit)),
            paused_until: decided.memory.paused_until.filter(|until| *until > now),
            shutdown_behavior: policy.shutdown_behavior,
            warned: decided
                .end
                .is_some_and(|end| decided.memory.warned.is_some_and(|warned| warned.is_of(&end))),
            state: match decided.decision {
                Decision::ClockBeforeLaunch => State::ClockBeforeLaunch,
                Decision::End(..) | Decision::AwaitEnd => State::Ending,
                _ if decided.end.is_none() && decided.deadline.is_none() => State::NoDeadline,
                _ => State::Watching,
            },
            last_tick: now,
        }
    }

    /// Whether this says more than an earlier status did, or that one is too old to stand.
    #[must_use]
    pub fn replaces(&self, earlier: &Self) -> bool {
        let Self { last_tick, ends_in_seconds, .. } = *earlier;
        let stands = last_tick <= self.last_tick && self.last_tick < later(last_tick, REFRESH);
        !stands || *earlier != Self { last_tick, ends_in_seconds, ..self.clone() }
    }

    /// The same with the time that is left at `now`.
    #[must_use]
    pub fn as_of(self, now: Timestamp) -> Self {
        let ends_in_seconds = self.ends_at.map(|ends_at| Span::between(now, ends_at).seconds());
        Self { ends_in_seconds, ..self }
    }

    /// Puts the status where [`read`] finds it.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn write(&self, run_directory: &Path) -> Result<(), FileError> {
        let path = run_directory.join(FILE_NAME);
        let json = serde_json::to_vec_pretty(self).map_err(|error| FileError {
            action: "write",
            path: path.clone(),
            source: error.into(),
        })?;
        files::replace(&path, &json, Access::Public)
    }
}

/// What keeps a machine from having no work; signals of which the same is to be said together.
fn work(memory: &Memory) -> Vec<String> {
    let mut said: Vec<(String, Vec<String>)> = Vec::new();
    for signal in memory.idle.verdict().into_iter().flat_map(Verdict::reasons) {
        let words = match signal.state {
            idle::State::Unknown => format!("not known: {}", signal.words),
            idle::State::Active | idle::State::Quiet => signal.words.clone(),
        };
        match said.iter_mut().find(|(earlier, _)| *earlier == words) {
            Some((_, names)) => names.push(signal.name.to_string()),
            None => said.push((words, vec![signal.name.to_string()])),
        }
    }
    said.into_iter().map(|(words, names)| format!("{}: {words}", names.join(", "))).collect()
}

/// What the machine's status tag says: for how long it has had no work, in steps that are worth a write, or that it has
/// some.
#[must_use]
pub fn tag_value(decided: &Decided) -> String {
    const STEP: u64 = 300;
    match (&decided.decision, decided.memory.idle.quiet_for().seconds() / STEP) {
        (Decision::End(end, _), _) => format!("ending: {}", end.reason),
        (_, 0) => "active".to_owned(),
        (_, steps) => format!("idle {}", Span::from_seconds(steps * STEP)),
    }
}

/// The status of the daemon whose run directory this is, as it is at `now`.
///
/// # Errors
/// Where the daemon is not running, or its status can't be read.
pub fn read(run_directory: &Path, now: Timestamp) -> Result<Status, StatusError> {
    let path = run_directory.join(FILE_NAME);
    // What somebody else has put there is not the agent's word.
    let content = if files::is_of_a_stranger(&path) { None } else { files::read_if_there(&path)? };
    let Some(content) = content else { return Err(StatusError::NotRunning { path }) };
    let status: Status =
        serde_json::from_slice(&content).map_err(|source| StatusError::Content { path, source })?;
    if later(status.last_tick, STALE) < now {
        return Err(StatusError::Stale { last_tick: status.last_tick });
    }
    Ok(status.as_of(now))
}

/// Takes the status away when the daemon ends.
///
/// # Errors
/// Where it is there and can't be removed.
pub fn remove(run_directory: &Path) -> Result<(), FileError> {
    files::remove_if_there(&run_directory.join(FILE_NAME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::agent::AgentConfiguration;
    use crate::monitor::decide::Deadline;
    use crate::monitor::end::End;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn watching(ends_at: i64) -> Decided {
        Decided {
            decision: Decision::Wait,
            deadline: Some(Deadline { at: at(ends_at), source: DeadlineSource::Tag }),
            end: Some(End { reason: EndReason::Deadline, at: at(ends_at), action: EndAction::Terminate }),
            in_grace: false,
            next_at: None,
            memory: Memory::new("lucky-otter"),
        }
    }

    fn status_at(ends_at: i64, now: Timestamp) -> Status {
        let configuration = AgentConfiguration::for_machine("lucky-otter", at(0), None);
        Status::of(&watching(ends_at), &Policy::from(&configuration), now)
    }

    #[test]
    fn what_the_daemon_writes_is_what_everybody_reads() {
        let folder = tempfile::tempdir().unwrap();
        status_at(5000, at(1000)).write(folder.path()).unwrap();
        let status = read(folder.path(), at(1020)).unwrap();
        assert_eq!(status, Status { ends_in_seconds: Some(3980), ..status_at(5000, at(1000)) });
        assert_eq!((status.state, status.deadline_source), (State::Watching, Some(DeadlineSource::Tag)));
    }

    #[test]
    fn a_daemon_that_is_gone_is_not_spoken_for() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read(folder.path(), at(0)), Err(StatusError::NotRunning { .. })));
        status_at(5000, at(1000)).write(folder.path()).unwrap();
        assert!(matches!(read(folder.path(), at(1091)), Err(StatusError::Stale { .. })));
        std::fs::write(folder.path().join(FILE_NAME), "{}").unwrap();
        assert!(matches!(read(folder.path(), at(0)), Err(StatusError::Content { .. })));
        remove(folder.path()).unwrap();
        remove(folder.path()).unwrap();
        assert!(matches!(read(folder.path(), at(0)), Err(StatusError::NotRunning { .. })));
    }

    #[test]
    fn a_status_is_written_when_it_changes_and_before_it_is_stale() {
        let first = status_at(5000, at(1000));
        assert!(!status_at(5000, at(1029)).replaces(&first));
        assert!(status_at(5000, at(1030)).replaces(&first));
        assert!(status_at(5001, at(1005)).replaces(&first));
        assert!(status_at(5000, at(999)).replaces(&first), "the clock went back");
    }
}
