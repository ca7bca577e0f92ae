//! The daemon's loop: a tick every few seconds, or as soon as there is something to do; a signal ends it.
//!
//! It ends in one way only: told to stop. The machine stays as it is then. Whatever fails in a tick is told and tried
//! again in the next one.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::act::act;
use super::decide::{Decided, Decision, decide};
use super::event::{Announcer, Event, Topic};
use super::memory::{self, Memory};
use super::observe::Observer;
use super::policy::Policy;
use super::readings::{Identity, Reading, Readings};
use super::status::{self, Status};
use super::time::earlier;
use super::{service_manager, warning};
use crate::aws::metadata::MetadataClient;
use crate::model::agent::AgentConfiguration;
use crate::model::{EndAction, Span};
use crate::platform::clock;

/// The longest time between two ticks.
const TICK: Span = Span::from_seconds(5);

/// A daemon that can't run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It could not be told to stop.
    #[error("cannot listen for the signal to stop")]
    Signals {
        /// Why.
        source: io::Error,
    },
}

/// Looks after the machine until a signal says stop.
///
/// `call` terminates, stops or hibernates the machine through the API; it is called only where a power-off would not do.
///
/// # Errors
/// Where signals can't be listened for.
pub async fn run<T, E>(
    configuration: &AgentConfiguration,
    metadata: MetadataClient,
    call: T,
    report: impl FnMut(Event),
) -> Result<(), RunError>
where
    T: AsyncFn(EndAction, &Identity) -> Result<(), E>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let stop = StopSignal::listen().map_err(|source| RunError::Signals { source })?;
    let mut daemon = Daemon::start(configuration, metadata, call, Announcer::new(report));
    tokio::select! {
        () = daemon.watch() => {}
        () = stop.received() => {}
    }
    daemon.stop();
    Ok(())
}

/// The daemon between two ticks.
struct Daemon<'c, T, R> {
    configuration: &'c AgentConfiguration,
    policy: Policy,
    observer: Observer,
    call: T,
    announcer: Announcer<R>,
    memory: Memory,
    memory_file: PathBuf,
    memory_is_kept: bool,
    told: Option<Decided>,
    status: Option<Status>,
}

impl<'c, T, E, R> Daemon<'c, T, R>
where
    T: AsyncFn(EndAction, &Identity) -> Result<(), E>,
    E: Into<Box<dyn Error + Send + Sync>>,
    R: FnMut(Event),
{
    fn start(
        configuration: &'c AgentConfiguration,
        metadata: MetadataClient,
        call: T,
        mut announcer: Announcer<R>,
    ) -> Self {
        let memory_file = Path::new(&configuration.state_directory).join(memory::FILE_NAME);
        announcer.tell(Event::Started { launch: configuration.launch.clone() });
        let (memory, found) = Memory::load(&memory_file, &configuration.launch);
        announcer.outcome(Topic::Memory, found);
        let mut daemon = Self {
            configuration,
            policy: Policy::from(configuration),
            observer: Observer::new(metadata, configuration.launched_at),
            call,
            announcer,
            memory,
            memory_file,
            memory_is_kept: false,
            told: None,
            status: None,
        };
        daemon.restore_warning(clock::now());
        daemon
    }

    /// Never returns: it is dropped when the daemon is to stop.
    async fn watch(&mut self) {
        let mut planned = None;
        loop {
            let (looked_at, wait) = self.tick(planned).await;
            planned = looked_at.checked_add(wait).ok();
            tokio::time::sleep(wait).await;
        }
    }

    /// One look at the machine and what follows from it; tells when it was, and how long to wait for the next one.
    async fn tick(&mut self, planned: Option<Timestamp>) -> (Timestamp, Duration) {
        let readings = self.observer.observe(&mut self.announcer).await;
        let now = clock::now();
        let readings = Readings { overdue: overdue(planned, now), ..readings };
        let decided = decide(&readings, &self.policy, &self.memory, now);
        // What is told is kept already: who hears of it may end the daemon at once.
        self.remember(decided.memory.clone());
        self.tell_changes(&decided);
        self.publish(Status::of(&decided, self.configuration, now));
        let mut memory = decided.memory.clone();
        let Self { configuration, call, announcer, .. } = self;
        act(decided.decision, configuration, &mut memory, call, announcer, now).await;
        self.remember(memory);
        let wait = decided.wait(clock::now(), TICK);
        self.told = Some(decided);
        (now, wait)
    }

    /// Keeps the memory on disk where it changed. One that can't be kept serves all the same, and is tried again.
    fn remember(&mut self, memory: Memory) {
        let kept = self.memory_is_kept && memory == self.memory;
        self.memory = memory;
        if !kept {
            let saved = self.memory.save(&self.memory_file);
            self.memory_is_kept = self.announcer.outcome(Topic::Memory, saved).is_some();
        }
    }

    fn publish(&mut self, status: Status) {
        self.announcer.outcome(Topic::ServiceManager, service_manager::alive(&status));
        if self.status.as_ref().is_none_or(|earlier| status.replaces(earlier)) {
            let run_directory = Path::new(&self.configuration.run_directory);
            let written = status.write(run_directory);
            self.status = self.announcer.outcome(Topic::Status, written).map(|()| status);
        }
    }

    /// The warning file is as the memory says, also where the run directory did not survive a restart.
    fn restore_warning(&mut self, now: Timestamp) {
        let run_directory = Path::new(&self.configuration.run_directory);
        let restored = match self.memory.warned {
            Some(ends_at) => warning::write(run_directory, ends_at, now),
            None => warning::remove(run_directory),
        };
        self.announcer.outcome(Topic::WarningFile, restored);
    }

    /// Tells what is otherwise than it was at the last tick.
    fn tell_changes(&mut self, decided: &Decided) {
        let told = self.told.as_ref();
        let mut events = Vec::new();
        if told.is_none_or(|told| told.memory.identity != decided.memory.identity) {
            events.extend(decided.memory.identity.clone().map(Event::Identified));
        }
        let at = |decided: &Decided| decided.deadline.map(|deadline| deadline.at);
        if told.is_none_or(|told| at(told) != at(decided)) {
            events.push(decided.deadline.map_or(Event::NoDeadline, Event::Deadline));
        }
        let ends_with_deadline = at(decided).map(|at| earlier(at, self.policy.lead));
        if ends_with_deadline != decided.ends_at && told.is_none_or(|told| told.ends_at != decided.ends_at) {
            events.extend(decided.ends_at.map(|ends_at| Event::Grace { ends_at }));
        }
        let clock_is_wrong = decided.decision == Decision::ClockBeforeLaunch;
        if clock_is_wrong && told.is_none_or(|told| told.decision != decided.decision) {
            events.push(Event::ClockBeforeLaunch { launched_at: self.policy.launched_at });
        }
        events.into_iter().for_each(|event| self.announcer.tell(event));
    }

    fn stop(&mut self) {
        self.announcer.outcome(Topic::ServiceManager, service_manager::stopping());
        self.announcer.outcome(Topic::Status, status::remove(Path::new(&self.configuration.run_directory)));
        self.announcer.tell(Event::Stopped);
    }
}

/// How much later than planned a look at the machine comes, by the wall clock, which goes on while a machine sleeps.
fn overdue(planned: Option<Timestamp>, now: Timestamp) -> Reading<Span> {
    planned.map_or(Reading::Unknown, |planned| Reading::Known(Span::between(planned, now)))
}

/// The signals that mean "stop": SIGTERM, as systemd sends it, and an interrupt from the keyboard.
struct StopSignal {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(unix)]
impl StopSignal {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn received(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(windows)]
impl StopSignal {
    fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    async fn received(mut self) {
        self.interrupt.recv().await;
    }
}

#[cfg(test)]
mod tests;
