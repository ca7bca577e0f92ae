//! What the daemon has to tell: one event is one line of its log.
//!
//! Nothing is printed here; the caller of `run` does, or keeps quiet.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use jiff::Timestamp;

use super::decide::{Deadline, DeadlineSource, Effort, Notice};
use super::end::{End, EndReason};
use super::readings::Identity;
use crate::model::Span;

/// Something that happened, or that the daemon did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The daemon looks after the machine from now on.
    Started {
        /// The launch that made the machine.
        launch: String,
    },
    /// It is known which machine this is.
    Identified(Identity),
    /// The deadline is known, or is another one.
    Deadline(Deadline),
    /// There is no deadline to keep.
    NoDeadline,
    /// The clock is before the launch: nothing is done until it is right.
    ClockBeforeLaunch {
        /// The launch.
        launched_at: Timestamp,
    },
    /// The machine booted or resumed after its deadline.
    Grace {
        /// When the machine ends instead.
        ends_at: Timestamp,
    },
    /// The machine has done nothing for a while, or has something to do again.
    Idle {
        /// Whether it has nothing to do.
        is_idle: bool,
    },
    /// Its work is said to be complete, or that is taken back.
    Complete {
        /// Whether it is complete.
        is_complete: bool,
    },
    /// Users are warned of this end.
    Warned(End),
    /// Users are told what EC2 has announced.
    Told(Notice),
    /// What is run before the end was started.
    HooksStarted {
        /// Why the machine ends.
        reason: EndReason,
        /// How long it may take.
        limit: Span,
    },
    /// Users are told that the end which they were warned of does not come.
    TakenBack,
    /// What was run before the end is over.
    HooksEnded {
        /// How.
        how: String,
        /// The last lines that they printed.
        output: String,
    },
    /// The machine is being ended.
    Ending(EndReason, Effort),
    /// Somebody on the machine asked for something.
    Asked {
        /// Who.
        by: Peer,
        /// What it was and what it came to.
        words: String,
    },
    /// Something does not work; it is tried again.
    Trouble {
        /// What it is about.
        topic: Topic,
        /// What went wrong, causes and all.
        why: String,
    },
    /// What did not work does again.
    Over(Topic),
    /// The daemon was told to stop; the machine stays as it is.
    Stopped,
}

/// What trouble can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Reading the deadline's tag.
    DeadlineTag,
    /// Reading which machine this is.
    Identity,
    /// Keeping the agent's memory.
    Memory,
    /// Writing the agent's status.
    Status,
    /// The warning file.
    WarningFile,
    /// The terminals of users.
    Terminals,
    /// Running what is to be run before the end.
    Hooks,
    /// Ending the machine.
    End,
    /// Reading the tags that say how the machine ends.
    Rules,
    /// Reading whether the work is complete.
    Completion,
    /// Asking for notices to a spot machine.
    Spot,
    /// Asking for recommendations to leave a spot machine.
    Rebalance,
    /// Asking for planned maintenance.
    Maintenance,
    /// Telling systemd.
    ServiceManager,
    /// The first sign of life on the console.
    Console,
    /// The socket that the agent is spoken to by.
    Control,
    /// The figures for Prometheus.
    Metrics,
    /// Telling the webhook.
    Webhook,
    /// Setting the dead-man timer.
    Timer,
    /// Writing a deadline that was set on the machine into its tag.
    WrittenDeadline,
    /// Writing the machine's status tag.
    StatusTag,
    /// The configuration as it is read again.
    Configuration,
}

/// Who is at the other end of the agent's socket, by the kernel's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The user's number.
    pub uid: u32,
    /// The number of the user's group.
    pub gid: u32,
    /// The process, where that is known.
    pub pid: Option<i32>,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { launch } => write!(f, "looking after a machine of launch {launch}"),
            Self::Identified(Identity { instance_id, region }) => {
                write!(f, "this is {instance_id} in {region}")
            }
            Self::Deadline(Deadline { at, source }) => write!(f, "the deadline is {at}, by {source}"),
            Self::NoDeadline => f.write_str("there is no deadline to keep"),
            Self::ClockBeforeLaunch { launched_at } => {
                write!(
                    f,
                    "the clock is before the launch at {launched_at}: nothing is ended until it is right"
                )
            }
            Self::Grace { ends_at } => {
                write!(f, "awake after its time to end: the machine ends at {ends_at}")
            }
            Self::Idle { is_idle: true } => f.write_str("the machine has no work"),
            Self::Idle { is_idle: false } => f.write_str("the machine has work again"),
            Self::Complete { is_complete: true } => f.write_str("the machine's work is said to be complete"),
            Self::Complete { is_complete: false } => f.write_str("the machine's work is no longer complete"),
            Self::Warned(end) => {
                write!(
                    f,
                    "users are warned: the machine {} at {}: {}",
                    end.verb(),
                    end.at,
                    end.reason.clause()
                )
            }
            Self::Told(notice) => write!(f, "users are told: {notice}"),
            Self::HooksStarted { reason, limit } => {
                write!(f, "running the hooks before the end ({reason}), for {limit} at most")
            }
            Self::HooksEnded { how, output } => {
                write!(f, "the hooks before the end: {how}")?;
                output.lines().try_for_each(|line| write!(f, "\n  {line}"))
            }
            Self::TakenBack => f.write_str("the warning is taken back"),
            Self::Ending(reason, Effort::Orderly) => write!(f, "ending the machine: {}", reason.clause()),
            Self::Ending(_, Effort::Forced) => f.write_str("the machine is still here: forcing its end"),
            Self::Asked { by, words } => write!(f, "{by} asked: {words}"),
            Self::Trouble { topic, why } => write!(f, "{topic}: {why}"),
            Self::Over(topic) => write!(f, "{topic}: in order again"),
            Self::Stopped => f.write_str("told to stop; the machine stays as it is"),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "uid {} (gid {}", self.uid, self.gid)?;
        self.pid.map_or(Ok(()), |pid| write!(f, ", pid {pid}"))?;
        f.write_str(")")
    }
}

impl fmt::Display for DeadlineSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tag => "the machine's tag",
            Self::Memory => "the tag as it was last read",
            Self::Configuration => "the configuration",
            Self::Machine => "who set it on the machine",
        })
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::DeadlineTag => "reading the deadline's tag",
            Self::Identity => "reading which machine this is",
            Self::Memory => "keeping the memory",
            Self::Status => "writing the status",
            Self::WarningFile => "writing the warning",
            Self::Terminals => "warning users on their terminals",
            Self::Hooks => "running the hooks before the end",
            Self::End => "ending the machine",
            Self::Rules => "reading the tags of how the machine ends",
            Self::Completion => "reading whether the work is complete",
            Self::Spot => "asking for notices to this spot machine",
            Self::Rebalance => "asking for recommendations to this spot machine",
            Self::Maintenance => "asking for planned maintenance",
            Self::ServiceManager => "telling systemd",
            Self::Console => "showing itself on the console",
            Self::Control => "being spoken to",
            Self::Metrics => "serving figures",
            Self::Webhook => "telling the webhook",
            Self::WrittenDeadline => "writing the deadline's tag",
            Self::StatusTag => "writing the status tag",
            Self::Timer => "setting the dead-man timer",
            Self::Configuration => "reading the configuration again",
        })
    }
}

/// Passes events on, and the same trouble once only however often it comes back.
#[derive(Debug)]
pub struct Announcer<R> {
    report: R,
    troubles: BTreeMap<Topic, String>,
    troubles_told: u64,
}

impl<R: FnMut(Event)> Announcer<R> {
    /// An announcer that tells `report`.
    pub fn new(report: R) -> Self {
        Self { report, troubles: BTreeMap::new(), troubles_told: 0 }
    }

    /// How often trouble was told.
    pub const fn troubles_told(&self) -> u64 {
        self.troubles_told
    }

    /// Passes an event on.
    pub fn tell(&mut self, event: Event) {
        (self.report)(event);
    }

    /// Tells how something went where it went otherwise than last time; hands back what it came to.
    pub fn outcome<T, E: Error>(&mut self, topic: Topic, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => {
                if self.troubles.remove(&topic).is_some() {
                    self.tell(Event::Over(topic));
                }
                Some(value)
            }
            Err(error) => {
                let why = with_causes(&error);
                if self.troubles.insert(topic, why.clone()).as_ref() != Some(&why) {
                    self.troubles_told += 1;
                    self.tell(Event::Trouble { topic, why });
                }
                None
            }
        }
    }
}

pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::memory::MemoryError;
    use crate::platform::files::FileError;

    #[test]
    fn the_same_trouble_is_told_once_and_its_end_too() {
        let mut told = Vec::new();
        let mut announcer = Announcer::new(|event: Event| told.push(event.to_string()));
        let fails = |reason: &str| {
            let source = std::io::Error::other(reason.to_owned());
            Err::<(), _>(MemoryError::File(FileError { action: "write", path: "state".into(), source }))
        };
        for result in [Ok(()), fails("disk full"), fails("disk full"), fails("no disk"), Ok(()), Ok(())] {
            announcer.outcome(Topic::Memory, result);
        }
        assert_eq!(
            told,
            [
                "keeping the memory: cannot write state: disk full",
                "keeping the memory: cannot write state: no disk",
                "keeping the memory: in order again",
            ]
        );
    }
}
