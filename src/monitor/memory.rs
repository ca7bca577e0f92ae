//! What the agent remembers from tick to tick, kept on disk so that a restart changes nothing.
//!
//! A file that can't be trusted is set aside and said so; it never stops the agent. What is remembered when is decided
//! elsewhere.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::control::completion::Completion;
use super::end::{EndReason, Warned};
use super::idle::Window;
use super::policy::{FIRST_RETRY, PATIENCE};
use super::readings::{Identity, Interruption};
use super::rules::KnownRules;
use super::spending::Spending;
use super::time::later;
use crate::model::Span;
use crate::platform::files::{self, Access, FileError};

/// The file's name in the state directory.
pub const FILE_NAME: &str = "agent-state.json";

const VERSION: u32 = 1;

/// What the agent remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Of how the rest is to be read.
    pub version: u32,
    /// The launch of the machine that this is the memory of.
    pub launch: String,
    /// Which machine this is, once that was read.
    pub identity: Option<Identity>,
    /// Whether this machine's disk was made from that of a machine of the same launch: its configuration was written for
    /// the other one.
    #[serde(default)]
    pub is_copy: bool,
    /// The last deadline that a tag told.
    pub deadline: Option<Timestamp>,
    /// A deadline that was set on the machine itself, until the tag says anything new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended: Option<Timestamp>,
    /// Until when neither idleness nor completion end the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<Timestamp>,
    /// The other rules that tags told last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<KnownRules>,
    /// The boot that the last tick was in.
    pub boot: Option<String>,
    /// When the machine was last found to have booted or to have resumed.
    pub woke_at: Option<Timestamp>,
    /// For how long it has had no work.
    #[serde(default)]
    pub idle: Window,
    /// When that comes to an end, as it was first foreseen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_ends_at: Option<Timestamp>,
    /// Since when its work is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<Completed>,
    /// What it has cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spending: Option<Spending>,
    /// The notice that EC2 has given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interruption: Option<Interruption>,
    /// What users were told of, once each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
    /// The end that users were last warned of.
    pub warned: Option<Warned>,
    /// What was run before an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hooks: Option<HooksRun>,
    /// The end that is under way.
    pub ending: Option<Ending>,
}

/// Since when the work is complete, and how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completed {
    /// When that was first seen.
    pub at: Timestamp,
    /// What was said of it.
    #[serde(flatten)]
    pub completion: Completion,
}

/// Hooks that were started for an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HooksRun {
    /// Why the machine ends.
    pub reason: EndReason,
    /// When they were started.
    pub started_at: Timestamp,
    /// When their time is over.
    pub over_at: Timestamp,
    /// Whether they have ended.
    #[serde(default)]
    pub is_over: bool,
}

/// An end that was asked for, while the machine is still here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// Why the machine ends.
    pub reason: EndReason,
    /// When it was first asked for.
    pub asked_at: Timestamp,
    /// When it is asked for again.
    pub next_at: Timestamp,
    /// How many times asking failed.
    pub failures: u32,
}

/// What was found in place of a memory.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// It can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It does not hold what it should; it was set aside.
    #[error("the agent's memory was damaged and is now {}", aside.display())]
    Damaged {
        /// Where it is kept.
        aside: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// It is of a version that this agent does not read; it was set aside.
    #[error("the agent's memory has version {version}, not {VERSION}, and is now {}", aside.display())]
    Version {
        /// Where it is kept.
        aside: PathBuf,
        /// Its version.
        version: u32,
    },
    /// It is another machine's, as in an image made of one; it is not used.
    #[error("the agent's memory is of launch {found}, not of this machine's, and was dropped")]
    OtherLaunch {
        /// The launch it is of.
        found: String,
    },
    /// It was damaged, and it can't be set aside; it will be overwritten.
    #[error("the agent's memory was damaged and can't be renamed to {}", aside.display())]
    SetAside {
        /// Where it would be kept.
        aside: PathBuf,
        /// Why it is not.
        source: io::Error,
    },
}

impl Memory {
    /// The memory of a machine that was never looked at.
    #[must_use]
    pub fn new(launch: &str) -> Self {
        Self {
            version: VERSION,
            launch: launch.to_owned(),
            identity: None,
            is_copy: false,
            deadline: None,
            extended: None,
            paused_until: None,
            rules: None,
            boot: None,
            woke_at: None,
            idle: Window::default(),
            idle_ends_at: None,
            completed: None,
            spending: None,
            interruption: None,
            told: Vec::new(),
            warned: None,
            hooks: None,
            ending: None,
        }
    }

    /// The memory in a file, or a new one together with what is wrong with the file.
    pub fn load(path: &Path, launch: &str) -> (Self, Result<(), MemoryError>) {
        match load(path, launch) {
            Ok(memory) => (memory.unwrap_or_else(|| Self::new(launch)), Ok(())),
            Err(error) => (Self::new(launch), Err(error)),
        }
    }

    /// Keeps the memory in a file.
    ///
    /// # Errors
    /// Where it can't be written; the file is then as it was.
    pub fn save(&self, path: &Path) -> Result<(), MemoryError> {
        let json = serde_json::to_vec_pretty(self).map_err(|error| FileError {
            action: "write",
            path: path.to_owned(),
            source: error.into(),
        })?;
        Ok(files::replace(path, &json, Access::Private)?)
    }

    /// Notes that hooks can't be run, so that nobody waits for them.
    pub fn hooks_failed(&mut self, now: Timestamp) {
        if let Some(hooks) = &mut self.hooks {
            hooks.over_at = now;
            hooks.is_over = true;
        }
    }

    /// Notes what the tag says. A tag that says something new has the last word over what was set on the machine; one that
    /// was never read before says nothing new unless it is later.
    pub fn note_tag(&mut self, at: Timestamp) {
        let is_new = match self.deadline {
            Some(known) => known != at,
            None => self.extended.is_some_and(|extended| extended <= at),
        };
        if is_new {
            self.extended = None;
        }
        self.deadline = Some(at);
    }

    /// Notes that the end was asked for and failed, so that it is tried again: soon at first, then more rarely, and in
    /// time to be forced.
    pub fn end_failed(&mut self, now: Timestamp) {
        if let Some(ending) = &mut self.ending {
            let factor = 1_u64 << ending.failures.min(8);
            let wait = FIRST_RETRY.seconds().saturating_mul(factor).min(PATIENCE.seconds());
            let (next, forced) = (later(now, Span::from_seconds(wait)), later(ending.asked_at, PATIENCE));
            ending.next_at = if now < forced { next.min(forced) } else { next };
            ending.failures = ending.failures.saturating_add(1);
        }
    }
}

fn load(path: &Path, launch: &str) -> Result<Option<Memory>, MemoryError> {
    let Some(content) = files::read_if_there(path)? else { return Ok(None) };
    match read(&content) {
        Ok(Memory { launch: found, .. }) if found != launch => Err(MemoryError::OtherLaunch { found }),
        Ok(memory) => Ok(Some(memory)),
        Err(Unread::Version(version)) => Err(MemoryError::Version { aside: set_aside(path)?, version }),
        Err(Unread::Damaged(source)) => Err(MemoryError::Damaged { aside: set_aside(path)?, source }),
    }
}

/// Why a content is not a memory of this version.
enum Unread {
    Version(u32),
    Damaged(serde_json::Error),
}

/// The version is read first: nothing else of a later version needs to be understood.
fn read(content: &[u8]) -> Result<Memory, Unread> {
    #[derive(Deserialize)]
    struct Marked {
        version: u32,
    }
    let marked: Marked = serde_json::from_slice(content).map_err(Unread::Damaged)?;
    if marked.version != VERSION {
        return Err(Unread::Version(marked.version));
    }
    serde_json::from_slice(content).map_err(Unread::Damaged)
}

fn set_aside(path: &Path) -> Result<PathBuf, MemoryError> {
    let mut aside = path.to_owned();
    aside.as_mut_os_string().push(".damaged");
    match std::fs::rename(path, &aside) {
        Ok(()) => Ok(aside),
        Err(source) => Err(MemoryError::SetAside { aside, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::end::Stage;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_memory_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper").join(FILE_NAME);
        let (mut memory, trouble) = Memory::load(&path, "one");
        assert!(trouble.is_ok(), "a machine's first start is no trouble");
        memory.warned = Some(Warned { reason: EndReason::Idle, at: at(1000), stage: Stage::First });
        memory.ending =
            Some(Ending { reason: EndReason::Idle, asked_at: at(1), next_at: at(2), failures: 3 });
        memory.identity = Some(Identity { instance_id: "i-1".to_owned(), region: "us-east-1".to_owned() });
        memory.save(&path).unwrap();
        let (again, trouble) = Memory::load(&path, "one");
        assert!(trouble.is_ok());
        assert_eq!(again, memory);
    }

    #[test]
    fn what_is_not_a_memory_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let aside = folder.path().join("agent-state.json.damaged");
        for content in ["", "{", "null", r#"{"version":1}"#] {
            std::fs::write(&path, content).unwrap();
            let (memory, trouble) = Memory::load(&path, "one");
            assert_eq!(memory, Memory::new("one"));
            assert!(matches!(trouble, Err(MemoryError::Damaged { .. })), "{content}");
            assert_eq!(std::fs::read_to_string(&aside).unwrap(), content);
            assert!(!path.exists());
        }
    }

    #[test]
    fn a_memory_of_another_version_or_machine_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        std::fs::write(&path, r#"{"version":2,"deadlines":[]}"#).unwrap();
        let (memory, trouble) = Memory::load(&path, "one");
        assert_eq!(memory, Memory::new("one"));
        assert!(matches!(trouble, Err(MemoryError::Version { version: 2, .. })));
        Memory { deadline: Some(at(5)), ..Memory::new("one") }.save(&path).unwrap();
        let (memory, trouble) = Memory::load(&path, "two");
        assert_eq!(memory, Memory::new("two"));
        assert!(matches!(trouble, Err(MemoryError::OtherLaunch { .. })));
    }

    #[test]
    fn a_failed_end_is_tried_again_ever_more_rarely_and_in_time_to_be_forced() {
        let ending = Ending { reason: EndReason::Idle, asked_at: at(0), next_at: at(60), failures: 0 };
        let mut memory = Memory { ending: Some(ending), ..Memory::new("one") };
        let mut now = at(0);
        let mut waits = Vec::new();
        for _ in 0..8 {
            memory.end_failed(now);
            let next = memory.ending.unwrap().next_at;
            waits.push(Span::between(now, next).seconds());
            now = next;
        }
        assert_eq!(waits, [5, 10, 20, 25, 60, 60, 60, 60]);
    }
}
