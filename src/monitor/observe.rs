//! Takes the readings of a tick: the metadata service's, the system's.
//!
//! Each question is asked as often as its answer is needed, and what was not asked for is unknown. What can't be read is
//! unknown and told as trouble; what follows is decided elsewhere.

mod look;
mod notices;
mod questions;
mod schedule;

use std::path::Path;

use self::look::Look;
use self::questions::Questions;
use super::control::completion;
use super::event::{Announcer, Event, Topic};
use super::hooks;
use super::memory::Memory;
use super::readings::{Boot, Reading, Readings};
use crate::aws::metadata::MetadataClient;
use crate::model::agent::AgentConfiguration;

/// What takes the readings.
#[derive(Debug)]
pub(super) struct Observer {
    questions: Questions,
    look: Look,
}

impl Observer {
    pub(super) fn new(metadata: MetadataClient, configuration: &AgentConfiguration) -> Self {
        let questions = Questions::new(metadata, configuration.launched_at);
        Self { questions, look: Look::new(configuration) }
    }

    /// Has the next look ask for the machine's tags, however long ago they were asked for.
    pub(super) fn ask_anew(&mut self) {
        self.questions.tags_again();
    }

    /// Takes the readings; each question to the metadata service has its own limit. The caller knows when it planned to.
    pub(super) async fn observe(
        &mut self,
        configuration: &AgentConfiguration,
        memory: &Memory,
        announcer: &mut Announcer<impl FnMut(Event)>,
    ) -> Readings {
        let completion = completion::read(Path::new(&configuration.run_directory));
        let completion = reading(announcer.outcome(Topic::Completion, completion));
        let hooks = hooks::state(configuration, memory).await;
        let hooks = announcer.outcome(Topic::Hooks, hooks).map(|(state, ended)| {
            if let Some(ended) = ended {
                announcer.tell(Event::HooksEnded { how: ended.to_string(), output: ended.output });
            }
            state
        });
        let boot = boot();
        let sample = self.look.take(&boot, memory).await;
        let told = self.questions.ask(memory.warned.is_some(), announcer).await;
        Readings {
            deadline_tag: told.deadline_tag,
            rules: told.rules,
            identity: told.identity,
            boot,
            sample,
            completion,
            interruption: told.interruption,
            rebalance: told.rebalance,
            maintenance: told.maintenance,
            hooks: reading(hooks),
            overdue: Reading::Unknown,
        }
    }
}

fn reading<T>(value: Option<T>) -> Reading<T> {
    value.map_or(Reading::Unknown, Reading::Known)
}

#[cfg(target_os = "linux")]
fn boot() -> Reading<Boot> {
    use procfs::Current;
    let id = procfs::sys::kernel::random::boot_id();
    let uptime = procfs::Uptime::current().map(|uptime| uptime.uptime_duration());
    match (id, uptime) {
        (Ok(id), Ok(uptime)) => {
            Reading::Known(Boot { id, uptime: crate::model::Span::from_seconds(uptime.as_secs()) })
        }
        _ => Reading::Unknown,
    }
}

#[cfg(not(target_os = "linux"))]
fn boot() -> Reading<Boot> {
    Reading::Unknown
}
