//! Takes the readings of a tick: the metadata service's, the system's.
//!
//! Each question is asked as often as its answer is needed, and what was not asked for is unknown. What can't be read is
//! unknown and told as trouble; what follows is decided elsewhere.

mod look;
mod notices;
mod schedule;

use std::path::Path;

use jiff::Timestamp;

use self::look::Look;
use self::notices::NoticeError;
use self::schedule::Schedule;
use super::control::completion;
use super::event::{Announcer, Event, Topic};
use super::hooks;
use super::memory::Memory;
use super::readings::{Boot, Identity, Interruption, Maintenance, Reading, Readings, TagError, deadline_in};
use super::rules::{Rules, RulesError};
use crate::aws::metadata::{MetadataClient, MetadataError};
use crate::model::agent::AgentConfiguration;
use crate::model::tag;

/// A deadline that could not be read off the machine's tags.
#[derive(Debug, thiserror::Error)]
enum DeadlineError {
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    #[error(transparent)]
    Tag(#[from] TagError),
}

/// What takes the readings.
#[derive(Debug)]
pub(super) struct Observer {
    metadata: MetadataClient,
    launched_at: Timestamp,
    identity: Option<Identity>,
    is_spot: Option<bool>,
    /// What the tags said when they were asked for last; unknown where they did not.
    tags: (Reading<Option<Timestamp>>, Reading<Rules>),
    schedule: Schedule,
    look: Look,
}

/// What a tick has to ask the metadata service, and whether that answers.
struct Questions<'o, R> {
    observer: &'o mut Observer,
    announcer: &'o mut Announcer<R>,
    is_reachable: bool,
}

impl Observer {
    pub(super) fn new(metadata: MetadataClient, configuration: &AgentConfiguration) -> Self {
        Self {
            metadata,
            launched_at: configuration.launched_at,
            identity: None,
            is_spot: None,
            tags: (Reading::Unknown, Reading::Unknown),
            schedule: Schedule::default(),
            look: Look::new(configuration),
        }
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
        let is_near = memory.warned.is_some();
        let mut questions = Questions { observer: self, announcer, is_reachable: true };
        let (deadline_tag, rules) = questions.tags(is_near).await;
        let identity = questions.identity().await;
        let (interruption, rebalance) = questions.spot().await;
        let maintenance = questions.maintenance().await;
        Readings {
            deadline_tag,
            rules,
            identity,
            boot,
            sample,
            completion,
            interruption,
            rebalance,
            maintenance,
            hooks: reading(hooks),
            overdue: Reading::Unknown,
        }
    }

    async fn deadline_tag(&mut self) -> Result<Option<Timestamp>, DeadlineError> {
        for key in [tag::DEADLINE, tag::OLDER_DEADLINE] {
            if let Some(value) = self.metadata.tag(key).await? {
                return Ok(Some(deadline_in(key, &value, self.launched_at)?));
            }
        }
        Ok(None)
    }

    async fn rules(&mut self) -> Result<Rules, RulesError> {
        let mut rules = Rules::default();
        for key in Rules::KEYS {
            if let Some(value) = self.metadata.tag(key).await.map_err(RulesError::metadata)? {
                rules.note(key, &value)?;
            }
        }
        Ok(rules)
    }

    /// The two notices of a spot machine, asked for at once: it is done every few seconds, and so the machine is woken once.
    async fn notices(
        &mut self,
    ) -> (Result<Option<Interruption>, NoticeError>, Result<Option<Timestamp>, NoticeError>) {
        let mut beside = self.metadata.clone();
        let (action, rebalance) = tokio::join!(self.metadata.spot_action(), beside.rebalance());
        let action = action.map_err(NoticeError::from);
        let rebalance = rebalance.map_err(NoticeError::from);
        (
            action.and_then(|text| text.map(|text| notices::interruption(&text)).transpose()),
            rebalance.and_then(|text| text.map(|text| notices::rebalance(&text)).transpose()),
        )
    }

    async fn maintenance(&mut self) -> Result<Vec<Maintenance>, NoticeError> {
        let found = self.metadata.maintenance().await?;
        found.map_or(Ok(Vec::new()), |text| notices::maintenance(&text))
    }
}

/// A service that has just failed is not waited for again in the same tick.
impl<R: FnMut(Event)> Questions<'_, R> {
    async fn tags(&mut self, is_near: bool) -> (Reading<Option<Timestamp>>, Reading<Rules>) {
        if self.observer.schedule.deadline.is_due() || is_near {
            let deadline = self.observer.deadline_tag().await;
            self.is_reachable = !matches!(deadline, Err(DeadlineError::Metadata(_)));
            self.observer.tags.0 = reading(self.announcer.outcome(Topic::DeadlineTag, deadline));
        }
        if self.is_reachable && self.observer.schedule.rules.is_due() {
            let rules = self.observer.rules().await;
            self.observer.tags.1 = reading(self.announcer.outcome(Topic::Rules, rules));
        }
        self.observer.tags
    }

    async fn identity(&mut self) -> Reading<Identity> {
        if self.observer.identity.is_none() && self.is_reachable {
            let identity = identify(&mut self.observer.metadata).await;
            self.observer.identity = self.announcer.outcome(Topic::Identity, identity);
        }
        reading(self.observer.identity.clone())
    }

    async fn spot(&mut self) -> (Reading<Option<Interruption>>, Reading<Option<Timestamp>>) {
        if self.observer.is_spot.is_none() && self.is_reachable {
            let is_spot = self.observer.metadata.is_spot().await.map_err(NoticeError::from);
            self.observer.is_spot = self.announcer.outcome(Topic::Spot, is_spot);
        }
        if self.observer.is_spot != Some(true) || !self.is_reachable {
            return (Reading::Unknown, Reading::Unknown);
        }
        let (interruption, rebalance) = self.observer.notices().await;
        self.is_reachable = !matches!(interruption, Err(NoticeError::Metadata(_)));
        (
            reading(self.announcer.outcome(Topic::Spot, interruption)),
            reading(self.announcer.outcome(Topic::Rebalance, rebalance)),
        )
    }

    async fn maintenance(&mut self) -> Reading<Vec<Maintenance>> {
        if !self.is_reachable || !self.observer.schedule.maintenance.is_due() {
            return Reading::Unknown;
        }
        let found = self.observer.maintenance().await;
        reading(self.announcer.outcome(Topic::Maintenance, found))
    }
}

async fn identify(metadata: &mut MetadataClient) -> Result<Identity, MetadataError> {
    Ok(Identity { instance_id: metadata.instance_id().await?, region: metadata.region().await? })
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
