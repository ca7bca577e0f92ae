//! The daemon's loop: a tick every few seconds, or as soon as there is something to do; a signal ends it.
//!
//! It ends in one way only: told to stop. The machine stays as it is then. Whatever fails in a tick is told and tried
//! again in the next one.

use std::cell::RefCell;
use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use super::act::act;
use super::configuration;
use super::control::answer::{Answer, RefusalKind, What, Why};
use super::control::apply::{Applied, Seen, Then, apply};
use super::control::doer::Doer;
use super::control::server::{self, Asked, Inbox, Server};
use super::decide::{DeadlineSource, Decided, Decision, decide};
use super::end::{End, EndReason, Warned};
use super::event::{Announcer, Event, Topic, with_causes};
use super::memory::{self, Memory};
use super::metrics::{self, Figures};
use super::observe::Observer;
use super::outside::{self, Outcome, Outside, SetTag, Wishes};
use super::policy::Policy;
use super::readings::{Identity, Reading, Readings};
use super::sign::FirstSign;
use super::status::{self, Status};
use super::webhook::Subscriber;
use super::{service_manager, warning};
use crate::aws::metadata::MetadataClient;
use crate::model::agent::AgentConfiguration;
use crate::model::{EndAction, ShutdownBehavior, Span};
use crate::platform::{clock, rest};

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

/// What a daemon lives by.
#[derive(Debug)]
pub struct Setting<'c> {
    /// What it is to do.
    pub configuration: &'c AgentConfiguration,
    /// Where that was read, and is read again when that is asked for.
    pub configuration_file: &'c Path,
    /// What tells it of its machine.
    pub metadata: MetadataClient,
    /// Where its figures are given out, where that was asked for.
    pub metrics: Option<(metrics::Server, watch::Sender<Figures>)>,
}

/// Looks after the machine until a signal says stop.
///
/// `call` terminates, stops or hibernates the machine through the API; it is called only where a power-off would not do.
/// `set_tag` writes a deadline into the machine's tag.
///
/// # Errors
/// Where signals can't be listened for.
pub async fn run<T, E, W>(
    setting: Setting<'_>,
    call: T,
    set_tag: &W,
    mut report: impl FnMut(Event),
) -> Result<(), RunError>
where
    T: AsyncFn(EndAction, &Identity) -> Result<(), E>,
    E: Into<Box<dyn Error + Send + Sync>>,
    W: SetTag,
{
    let Setting { configuration, configuration_file, metadata, metrics } = setting;
    let stop = StopSignal::listen().map_err(|source| RunError::Signals { source })?;
    let subscriber = RefCell::new(Subscriber::open(configuration, &mut report));
    let told = |event: Event| {
        if let Some(subscriber) = subscriber.borrow_mut().as_mut() {
            subscriber.tell(&event).into_iter().for_each(&mut report);
        }
        report(event);
    };
    let mut daemon = Daemon::start(configuration, metadata, call, Announcer::new(told));
    configuration_file.clone_into(&mut daemon.configuration_file);
    let control = daemon.open_control();
    let (metrics, figures) = metrics.unzip();
    daemon.figures = figures;
    let (outside, teller) = outside::open(configuration, set_tag);
    daemon.outside = outside;
    let doer = Doer::new(configuration, set_tag, teller.reports());
    tokio::select! {
        () = daemon.watch() => {}
        () = teller.serve() => {}
        () = serve_control(control, &doer) => {}
        () = serve_metrics(metrics) => {}
        () = stop.received() => {}
    }
    daemon.stop();
    drop(daemon);
    if let Some(subscriber) = subscriber.into_inner() {
        subscriber.drain().await;
    }
    Ok(())
}

/// Never returns.
async fn serve_control<W: SetTag>(server: Option<Server>, doer: &Doer<'_, W>) {
    match server {
        Some(server) => server.serve(doer).await,
        None => std::future::pending().await,
    }
}

/// Never returns.
async fn serve_metrics(server: Option<metrics::Server>) {
    match server {
        Some(server) => server.serve().await,
        None => std::future::pending().await,
    }
}

/// The daemon between two ticks.
struct Daemon<T, R> {
    configuration: AgentConfiguration,
    configuration_file: PathBuf,
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
    inbox: Inbox,
    /// As it was at the last look, whether or not its file could be written.
    latest: Option<Status>,
    figures: Option<watch::Sender<Figures>>,
    outside: Outside,
    ticks: u64,
}

impl<T, E, R> Daemon<T, R>
where
    T: AsyncFn(EndAction, &Identity) -> Result<(), E>,
    E: Into<Box<dyn Error + Send + Sync>>,
    R: FnMut(Event),
{
    fn start(
        configuration: &AgentConfiguration,
        metadata: MetadataClient,
        call: T,
        mut announcer: Announcer<R>,
    ) -> Self {
        let memory_file = Path::new(&configuration.state_directory).join(memory::FILE_NAME);
        announcer.tell(Event::Started { launch: configuration.launch.clone() });
        let (memory, found) = Memory::load(&memory_file, &configuration.launch);
        announcer.outcome(Topic::Memory, found);
        let mut daemon = Self {
            configuration: configuration.clone(),
            configuration_file: PathBuf::new(),
            policy: Policy::from(configuration),
            observer: Observer::new(metadata, configuration),
            call,
            announcer,
            memory,
            memory_file,
            memory_is_kept: false,
            told: None,
            status: None,
            first_sign: FirstSign::due(),
            inbox: Inbox::of_nobody(),
            latest: None,
            figures: None,
            outside: Outside::nobody(),
            ticks: 0,
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
            self.rest(wait).await;
        }
    }

    /// Waits for the next look, and answers who asks meanwhile; an order is looked at at once.
    async fn rest(&mut self, wait: Duration) {
        let over = rest::rest(wait);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return,
                asked = self.inbox.next() => {
                    let is_order = !asked.request.changes_nothing();
                    self.answer(asked);
                    if is_order {
                        return;
                    }
                }
            }
        }
    }

    /// Opens the socket; a daemon that can't be spoken to looks after its machine all the same.
    fn open_control(&mut self) -> Option<Server> {
        let listening = server::listen(Path::new(&self.configuration.run_directory));
        let (server, inbox) = self.announcer.outcome(Topic::Control, listening)?;
        self.inbox = inbox;
        Some(server)
    }

    fn answer(&mut self, asked: Asked) {
        let (request, by, reply) = asked.into_parts();
        let now = clock::now();
        let status = self.latest.clone().map(|status| status.as_of(now));
        let why = self.told.as_ref().map(|decided| Why::of(decided, &self.policy, now));
        let seen = Seen { status: status.as_ref(), why: why.as_ref() };
        let mut memory = self.memory.clone();
        let mut applied = apply(request.clone(), &mut memory, &self.policy, seen, now);
        if applied.then == Some(Then::Reload) {
            applied = Applied::from(self.reload());
        }
        if !request.changes_nothing() {
            self.remember(memory);
            let words = format!("{}: {}", request.name(), applied.answer);
            self.announcer.tell(Event::Asked { by, words });
        }
        reply.give(applied);
    }

    /// Reads the configuration again, and at the next look the tags. What a running daemon can't change is refused, and so is all of it then.
    fn reload(&mut self) -> Answer {
        let read = match configuration::read(&self.configuration_file) {
            Ok(read) => read,
            Err(error) => return Answer::refused(RefusalKind::Failed, with_causes(&error)),
        };
        let (old, new) = (&self.configuration, &read);
        for (name, is_same) in [
            ("launch", old.launch == new.launch),
            ("state_directory", old.state_directory == new.state_directory),
            ("run_directory", old.run_directory == new.run_directory),
        ] {
            if !is_same {
                let message = format!("{name} is another one: restart the agent for that");
                return Answer::refused(RefusalKind::Impossible, message);
            }
        }
        self.policy = Policy::from(&read);
        self.configuration = read;
        self.observer.ask_anew();
        Answer::noted(What::Reloaded)
    }

    /// One look at the machine and what follows from it; tells when it was, and how long to wait for the next one.
    async fn tick(&mut self, planned: Option<Timestamp>) -> (Timestamp, Duration) {
        let readings = self.observer.observe(&self.configuration, &self.memory, &mut self.announcer).await;
        if let Err(error) = warning::remove_strangers(Path::new(&self.configuration.run_directory)) {
            self.announcer.outcome(Topic::WarningFile, Err::<(), _>(error));
        }
        let now = clock::now();
        let readings = Readings { overdue: overdue(planned, now), ..readings };
        let decided = decide(&readings, &self.policy, &self.memory, now);
        // What is told is kept already: who hears of it may end the daemon at once.
        self.remember(decided.memory.clone());
        self.tell_changes(&decided);
        self.publish(&decided, now);
        self.tell_outside(&decided);
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

    fn publish(&mut self, decided: &Decided, now: Timestamp) {
        let status = Status::of(decided, &self.policy, now);
        self.ticks += 1;
        self.latest = Some(status.clone());
        self.give_figures(decided, &status, now);
        self.announcer.outcome(Topic::ServiceManager, service_manager::alive(&status));
        if self.status.as_ref().is_none_or(|earlier| status.replaces(earlier)) {
            let run_directory = Path::new(&self.configuration.run_directory);
            let written = status.write(run_directory);
            self.status = self.announcer.outcome(Topic::Status, written).map(|()| status);
        }
    }

    fn give_figures(&self, decided: &Decided, status: &Status, now: Timestamp) {
        if let Some(figures) = &self.figures {
            figures.send_replace(Figures {
                why: Some(Why::of(decided, &self.policy, now)),
                status: Some(status.clone()),
                spent: status.cost_usd,
                ticks: self.ticks,
                troubles: self.announcer.troubles_told(),
            });
        }
    }

    /// Has others know what was decided, and hears how that went.
    fn tell_outside(&mut self, decided: &Decided) {
        let of_tag = decided.deadline.filter(|deadline| deadline.source == DeadlineSource::Tag);
        // Only a machine that may be kept has a role by which it writes its own tag.
        let has_role = self.policy.shutdown_behavior == ShutdownBehavior::Stop;
        self.outside.wish(Wishes {
            deadline: of_tag.map(|deadline| deadline.at),
            status: has_role.then(|| status::tag_value(decided)),
            identity: decided.memory.identity.clone(),
        });
        for Outcome { topic, result } in self.outside.outcomes() {
            self.announcer.outcome(topic, result);
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
