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
use super::end::{End, EndReason, Warned};
use super::event::{Announcer, Event, Topic};
use super::memory::{self, Memory};
use super::observe::Observer;
use super::policy::Policy;
use super::readings::{Identity, Reading, Readings};
use super::sign::FirstSign;
use super::status::{self, Status};
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
    first_sign: FirstSign,
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
            first_sign: FirstSign::due(),
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
        let readings = self.observer.observe(self.configuration, &self.memory, &mut self.announcer).await;
        let now = clock::now();
        let readings = Readings { overdue: overdue(planned, now), ..readings };
        let decided = decide(&readings, &self.policy, &self.memory, now);
        // What is told is kept already: who hears of it may end the daemon at once.
        self.remember(decided.memory.clone());
        self.tell_changes(&decided);
        self.publish(Status::of(&decided, &self.policy, now));
        self.give_first_sign(&decided).await;
        let mut memory = decided.memory.clone();
        let Self { configuration, call, announcer, .. } = self;
        act(&decided.decision, configuration, &mut memory, call, announcer, now).await;
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

    /// Shows on the console that the machine is looked after, once that is true: its status is out.
    async fn give_first_sign(&mut self, decided: &Decided) {
        let Some(device) = self.configuration.console.as_deref() else { return };
        if self.status.is_some() && self.first_sign.is_due() {
            let (launch, deadline) =
                (&self.configuration.launch, decided.deadline.map(|deadline| deadline.at));
            let given = self.first_sign.give(Path::new(device), launch, deadline).await;
            self.announcer.outcome(Topic::Console, given);
        }
    }

    /// The warning file is as the memory says, also where the run directory did not survive a restart.
    fn restore_warning(&mut self, now: Timestamp) {
        let run_directory = Path::new(&self.configuration.run_directory);
        let restored = match self.memory.warned {
            Some(Warned { reason, at, .. }) => {
                let end = End { reason, at, action: self.policy.action(reason, &self.memory) };
                warning::write(run_directory, &end, now)
            }
            None => warning::remove(run_directory),
        };
        self.announcer.outcome(Topic::WarningFile, restored);
    }

    /// Tells what is otherwise than it was at the last tick.
    fn tell_changes(&mut self, decided: &Decided) {
        for event in changes(self.told.as_ref(), decided, self.policy.launched_at) {
            self.announcer.tell(event);
        }
    }

    fn stop(&mut self) {
        self.announcer.outcome(Topic::ServiceManager, service_manager::stopping());
        self.announcer.outcome(Topic::Status, status::remove(Path::new(&self.configuration.run_directory)));
        self.announcer.tell(Event::Stopped);
    }
}

/// What is otherwise than it was.
fn changes(told: Option<&Decided>, decided: &Decided, launched_at: Timestamp) -> Vec<Event> {
    let mut events = Vec::new();
    let memory = &decided.memory;
    if told.is_none_or(|told| told.memory.identity != memory.identity) {
        events.extend(memory.identity.clone().map(Event::Identified));
    }
    let at = |decided: &Decided| decided.deadline.map(|deadline| deadline.at);
    if told.is_none_or(|told| at(told) != at(decided)) {
        events.push(decided.deadline.map_or(Event::NoDeadline, Event::Deadline));
    }
    if decided.in_grace && told.is_none_or(|told| told.end != decided.end) {
        let own = decided.end.filter(|end| end.reason != EndReason::Interruption);
        events.extend(own.map(|end| Event::Grace { ends_at: end.at }));
    }
    let is_idle = |decided: &Decided| decided.memory.idle_ends_at.is_some();
    if told.is_some_and(|told| is_idle(told) != is_idle(decided)) {
        events.push(Event::Idle { is_idle: is_idle(decided) });
    }
    let is_complete = |decided: &Decided| decided.memory.completed.is_some();
    if told.map_or(is_complete(decided), |told| is_complete(told) != is_complete(decided)) {
        events.push(Event::Complete { is_complete: is_complete(decided) });
    }
    let clock_is_wrong = decided.decision == Decision::ClockBeforeLaunch;
    if clock_is_wrong && told.is_none_or(|told| told.decision != decided.decision) {
        events.push(Event::ClockBeforeLaunch { launched_at });
    }
    events
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
