//! What was answered, and the flags that say the same.
//!
//! The flags are all that comes of the questions: whatever becomes of a launch becomes of its flags.

use std::path::PathBuf;

use super::list::Kept;
use crate::model::Span;

/// The answers so far; a question that is not answered has no flags.
#[derive(Debug, Default, Clone)]
pub(super) struct Answers {
    pub(super) machine: Option<Kept<String>>,
    pub(super) region: Option<Kept<String>>,
    pub(super) market: Option<Kept<MarketAnswer>>,
    pub(super) ending: Option<Kept<EndingAnswer>>,
    pub(super) key: Option<Kept<KeyAnswer>>,
    pub(super) name: Option<Kept<NameAnswer>>,
}

/// How it is bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MarketAnswer {
    OnDemand,
    Spot,
    /// A spot machine, and one on demand where there is none.
    SpotElseOnDemand,
}

/// How it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EndingAnswer {
    pub(super) deadline: Option<Deadline>,
    pub(super) idle: Option<Span>,
}

/// When it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deadline {
    After(Span),
    /// At a time, in the words that `--until` takes.
    At(String),
}

/// Who is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KeyAnswer {
    /// One that is made, as a launch does by itself where there is none.
    New,
    /// The SSH agent's.
    Agent,
    File(PathBuf),
}

/// What it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NameAnswer {
    OfLaunch,
    Named(String),
}

impl Answers {
    /// The flags that say the same.
    pub(super) fn flags(&self) -> Vec<String> {
        let mut flags = Flags::default();
        if let Some(machine) = &self.machine {
            flags.value("--instance-type", &machine.answer);
        }
        if let Some(region) = &self.region {
            flags.value("--region", &region.answer);
        }
        match self.market.as_ref().map(|market| market.answer) {
            None | Some(MarketAnswer::OnDemand) => {}
            Some(MarketAnswer::Spot) => flags.alone("--spot"),
            Some(MarketAnswer::SpotElseOnDemand) => {
                flags.alone("--spot");
                flags.value("--fallback", "on-demand");
            }
        }
        if let Some(Kept { answer: EndingAnswer { deadline, idle }, .. }) = &self.ending {
            match deadline {
                Some(Deadline::After(span)) => flags.value("--ttl", &span.to_string()),
                Some(Deadline::At(time)) => flags.value("--until", time),
                None => flags.alone("--no-ttl"),
            }
            match idle {
                Some(span) => flags.value("--idle-timeout", &span.to_string()),
                None => flags.alone("--no-idle-timeout"),
            }
        }
        match self.key.as_ref().map(|key| &key.answer) {
            None | Some(KeyAnswer::New) => {}
            Some(KeyAnswer::Agent) => flags.alone("--ssh-agent"),
            Some(KeyAnswer::File(file)) => flags.value("--ssh-key", &file.to_string_lossy()),
        }
        if let Some(Kept { answer: NameAnswer::Named(name), .. }) = &self.name {
            flags.value("--name", name);
        }
        flags.0
    }
}

#[derive(Default)]
struct Flags(Vec<String>);

impl Flags {
    fn alone(&mut self, flag: &str) {
        self.0.push(flag.to_owned());
    }

    /// A value that begins with a dash is taken for a flag unless it is tied to its own.
    fn value(&mut self, flag: &str, value: &str) {
        if value.starts_with('-') {
            self.0.push(format!("{flag}={value}"));
        } else {
            self.0.extend([flag.to_owned(), value.to_owned()]);
        }
    }
}
