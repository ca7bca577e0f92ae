//! What a tick asks the metadata service: all that it is time for, at once.
//!
//! No question waits for another that it does not hang on, so that the machine is woken as seldom as can be. A question that
//! got no answer is unknown, never "nothing"; what follows is decided elsewhere.

use std::error::Error;

use futures_util::future::join_all;
use jiff::Timestamp;

use super::notices::{self, NoticeError};
use super::reading;
use super::schedule::Schedule;
use crate::aws::metadata::{MetadataClient, MetadataError};
use crate::model::tag;
use crate::monitor::event::{Announcer, Event, Topic};
use crate::monitor::readings::{Identity, Interruption, Maintenance, Reading, TagError, deadline_in};
use crate::monitor::rules::{Rules, RulesError};

/// Who asks, and what was told already.
#[derive(Debug)]
pub(super) struct Questions {
    metadata: MetadataClient,
    launched_at: Timestamp,
    identity: Option<Identity>,
    is_spot: Option<bool>,
    /// What the tags said when they were asked for last; unknown where they did not.
    tags: (Reading<Option<Timestamp>>, Reading<Rules>),
    schedule: Schedule,
}

/// What the service tells; unknown where it was not asked.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) deadline_tag: Reading<Option<Timestamp>>,
    pub(super) rules: Reading<Rules>,
    pub(super) identity: Reading<Identity>,
    pub(super) interruption: Reading<Option<Interruption>>,
    pub(super) rebalance: Reading<Option<Timestamp>>,
    pub(super) maintenance: Reading<Vec<Maintenance>>,
}

/// A deadline that could not be read off the machine's tags.
#[derive(Debug, thiserror::Error)]
enum DeadlineError {
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    #[error(transparent)]
    Tag(#[from] TagError),
}

/// What the metadata service answered in a tick; none where it was not asked.
struct Answers {
    deadline: Option<Result<Option<Timestamp>, DeadlineError>>,
    rules: Option<Result<Rules, RulesError>>,
    identity: Option<Result<Identity, MetadataError>>,
    spot: Result<Spot, NoticeError>,
    maintenance: Option<Result<Vec<Maintenance>, NoticeError>>,
}

/// Whether EC2 may take the machine back, and what it says of that.
enum Spot {
    No,
    Yes(Box<Notices>),
}

struct Notices {
    interruption: Result<Option<Interruption>, NoticeError>,
    rebalance: Result<Option<Timestamp>, NoticeError>,
}

/// Tells what became of questions that were asked together: one trouble where the service answers none of them.
struct Teller<'a, R> {
    announcer: &'a mut Announcer<R>,
    is_unanswered: bool,
}

/// What can fail for want of an answer.
trait Unanswered: Error {
    /// Whether that is why it failed.
    fn is_unanswered(&self) -> bool;
}

impl Questions {
    pub(super) fn new(metadata: MetadataClient, launched_at: Timestamp) -> Self {
        Self {
            metadata,
            launched_at,
            identity: None,
            is_spot: None,
            tags: (Reading::Unknown, Reading::Unknown),
            schedule: Schedule::default(),
        }
    }

    /// It is time to ask for the tags.
    pub(super) fn tags_again(&mut self) {
        self.schedule.deadline.again();
        self.schedule.rules.again();
    }

    /// Asks what it is time for, and the deadline in any case where an end is near; tells what became of it.
    pub(super) async fn ask(&mut self, is_near: bool, announcer: &mut Announcer<impl FnMut(Event)>) -> Told {
        let Answers { deadline, rules, identity, spot, maintenance } = self.answers(is_near).await;
        let mut teller = Teller { announcer, is_unanswered: false };
        if let Some(deadline) = deadline {
            self.tags.0 = teller.tell(Topic::DeadlineTag, deadline);
        }
        if let Some(rules) = rules {
            self.tags.1 = teller.tell(Topic::Rules, rules);
        }
        if let Some(Reading::Known(identity)) =
            identity.map(|identity| teller.tell(Topic::Identity, identity))
        {
            self.identity = Some(identity);
        }
        let (interruption, rebalance) = self.note_spot(spot, &mut teller);
        let maintenance = maintenance.map(|found| teller.tell(Topic::Maintenance, found));
        Told {
            deadline_tag: self.tags.0,
            rules: self.tags.1,
            identity: reading(self.identity.clone()),
            interruption,
            rebalance,
            maintenance: maintenance.unwrap_or(Reading::Unknown),
        }
    }

    async fn answers(&mut self, is_near: bool) -> Answers {
        let due = self.schedule.due();
        let (deadline, rules, identity, spot, maintenance) = tokio::join!(
            when(due.deadline || is_near, self.deadline_tag()),
            when(due.rules, self.rules()),
            when(self.identity.is_none(), self.identify()),
            self.spot(),
            when(due.maintenance, self.maintenance()),
        );
        if has_no_answer(&rules) {
            self.schedule.rules.again();
        }
        if has_no_answer(&maintenance) {
            self.schedule.maintenance.again();
        }
        Answers { deadline, rules, identity, spot, maintenance }
    }

    async fn deadline_tag(&self) -> Result<Option<Timestamp>, DeadlineError> {
        for key in [tag::DEADLINE, tag::OLDER_DEADLINE] {
            if let Some(value) = self.metadata.tag(key).await? {
                return Ok(Some(deadline_in(key, &value, self.launched_at)?));
            }
        }
        Ok(None)
    }

    /// Most machines have few of these tags, or none: they are looked for in the list of all.
    async fn rules(&self) -> Result<Rules, RulesError> {
        let there = self.metadata.tag_keys().await.map_err(RulesError::metadata)?;
        let keys = Rules::KEYS.into_iter().filter(|key| there.iter().any(|there| there == key));
        let told = join_all(keys.map(async |key| (key, self.metadata.tag(key).await))).await;
        let mut rules = Rules::default();
        for (key, value) in told {
            if let Some(value) = value.map_err(RulesError::metadata)? {
                rules.note(key, &value)?;
            }
        }
        Ok(rules)
    }

    async fn identify(&self) -> Result<Identity, MetadataError> {
        let (instance_id, region) = tokio::join!(self.metadata.instance_id(), self.metadata.region());
        Ok(Identity { instance_id: instance_id?, region: region? })
    }

    async fn spot(&self) -> Result<Spot, NoticeError> {
        let is_spot = match self.is_spot {
            Some(is_spot) => is_spot,
            None => self.metadata.is_spot().await?,
        };
        if !is_spot {
            return Ok(Spot::No);
        }
        let (action, rebalance) = tokio::join!(self.metadata.spot_action(), self.metadata.rebalance());
        let action = action.map_err(NoticeError::from);
        let rebalance = rebalance.map_err(NoticeError::from);
        Ok(Spot::Yes(Box::new(Notices {
            interruption: action.and_then(|text| text.map(|text| notices::interruption(&text)).transpose()),
            rebalance: rebalance.and_then(|text| text.map(|text| notices::rebalance(&text)).transpose()),
        })))
    }

    fn note_spot(
        &mut self,
        spot: Result<Spot, NoticeError>,
        teller: &mut Teller<'_, impl FnMut(Event)>,
    ) -> (Reading<Option<Interruption>>, Reading<Option<Timestamp>>) {
        match spot {
            Ok(Spot::Yes(notices)) => {
                self.is_spot = Some(true);
                let Notices { interruption, rebalance } = *notices;
                (teller.tell(Topic::Spot, interruption), teller.tell(Topic::Rebalance, rebalance))
            }
            Ok(Spot::No) => {
                self.is_spot = Some(false);
                teller.tell(Topic::Spot, Ok::<_, NoticeError>(()));
                (Reading::Unknown, Reading::Unknown)
            }
            Err(error) => {
                teller.tell(Topic::Spot, Err::<(), _>(error));
                (Reading::Unknown, Reading::Unknown)
            }
        }
    }

    async fn maintenance(&self) -> Result<Vec<Maintenance>, NoticeError> {
        let found = self.metadata.maintenance().await?;
        found.map_or(Ok(Vec::new()), |text| notices::maintenance(&text))
    }
}

impl<R: FnMut(Event)> Teller<'_, R> {
    fn tell<T, E: Unanswered>(&mut self, topic: Topic, answer: Result<T, E>) -> Reading<T> {
        if answer.as_ref().is_err_and(Unanswered::is_unanswered) {
            // The second question that got no answer says nothing new.
            if std::mem::replace(&mut self.is_unanswered, true) {
                return Reading::Unknown;
            }
        }
        reading(self.announcer.outcome(topic, answer))
    }
}

impl Unanswered for MetadataError {
    fn is_unanswered(&self) -> bool {
        true
    }
}

impl Unanswered for DeadlineError {
    fn is_unanswered(&self) -> bool {
        matches!(self, Self::Metadata(_))
    }
}

impl Unanswered for RulesError {
    fn is_unanswered(&self) -> bool {
        matches!(self, Self::Metadata(_))
    }
}

impl Unanswered for NoticeError {
    fn is_unanswered(&self) -> bool {
        matches!(self, Self::Metadata(_))
    }
}

/// Asks where it is time to.
async fn when<T>(is_due: bool, question: impl Future<Output = T>) -> Option<T> {
    if is_due { Some(question.await) } else { None }
}

fn has_no_answer<T, E: Unanswered>(answer: &Option<Result<T, E>>) -> bool {
    matches!(answer, Some(Err(error)) if error.is_unanswered())
}

#[cfg(test)]
mod tests;
