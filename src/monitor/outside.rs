//! Tells others of the machine, beside the daemon's loop: the dead-man timer of a deadline that the tag has moved, the
//! machine's status tag of what the agent sees.
//!
//! Neither keeps the loop waiting, and neither is ever in the way of an end: what fails is told and tried again. What is
//! to be told is decided elsewhere.

use std::error::Error;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::event::Topic;
use super::readings::Identity;
use super::timer;
use crate::model::Span;
use crate::model::agent::AgentConfiguration;
use crate::model::deadline::Direction;
use crate::model::tag::{self, Tag};

/// How long after a failure it is tried again.
const RETRY: Duration = Duration::from_secs(60);
/// How long the API may take, its own retries included.
const TAG_LIMIT: Duration = Duration::from_secs(20);

/// What writes a tag of the machine.
pub trait SetTag {
    /// Writes it.
    fn set(&self, tag: Tag, identity: &Identity) -> impl Future<Output = Result<(), TagError>>;
}

/// A tag that was not written.
#[derive(Debug, thiserror::Error)]
pub enum TagError {
    /// The API does not take it.
    #[error(transparent)]
    Api(Box<dyn Error + Send + Sync>),
    /// The API takes too long to answer.
    #[error("the API gives no answer within {} s", TAG_LIMIT.as_secs())]
    TooSlow,
}

impl<W, E> SetTag for W
where
    W: AsyncFn(Tag, &Identity) -> Result<(), E>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    async fn set(&self, tag: Tag, identity: &Identity) -> Result<(), TagError> {
        let written = tokio::time::timeout(TAG_LIMIT, self(tag, identity)).await;
        written.map_err(|_| TagError::TooSlow)?.map_err(|error| TagError::Api(error.into()))
    }
}

/// What others are to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Wishes {
    /// The deadline of the machine's tag, which the timer is to keep.
    pub(super) deadline: Option<Timestamp>,
    /// The value of the status tag, on a machine that may write it.
    pub(super) status: Option<String>,
    /// The machine, where it is known which.
    pub(super) identity: Option<Identity>,
}

/// How telling went.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) topic: Topic,
    pub(super) result: Result<(), OutsideError>,
}

/// Others who do not know.
#[derive(Debug, thiserror::Error)]
pub(super) enum OutsideError {
    #[error(transparent)]
    Timer(#[from] timer::TimerError),
    #[error(transparent)]
    Tag(#[from] TagError),
}

/// The daemon's end: what it wishes, and how that went.
#[derive(Debug)]
pub(super) struct Outside {
    wishes: watch::Sender<Wishes>,
    outcomes: mpsc::UnboundedReceiver<Outcome>,
}

/// Where others that tell somebody, or something, report how that went.
#[derive(Debug, Clone)]
pub struct Reports(mpsc::UnboundedSender<Outcome>);

/// The other end, which does it.
#[derive(Debug)]
pub(super) struct Teller<'w, W> {
    wishes: watch::Receiver<Wishes>,
    reports: Reports,
    script: Option<String>,
    set_tag: &'w W,
    /// What the timer keeps, as far as is known.
    timer: Option<Timestamp>,
    /// What the status tag says.
    status: Option<String>,
}

/// Both ends.
pub(super) fn open<'w, W: SetTag>(
    configuration: &AgentConfiguration,
    set_tag: &'w W,
) -> (Outside, Teller<'w, W>) {
    let (wishes, wished) = watch::channel(Wishes::default());
    let (reports, outcomes) = mpsc::unbounded_channel();
    let teller = Teller {
        wishes: wished,
        reports: Reports(reports),
        script: configuration.deadline_script.clone(),
        set_tag,
        timer: configuration.deadline,
        status: None,
    };
    (Outside { wishes, outcomes }, teller)
}

impl Outside {
    /// Nobody is told.
    pub(super) fn nobody() -> Self {
        let (_, outcomes) = mpsc::unbounded_channel();
        Self { wishes: watch::Sender::new(Wishes::default()), outcomes }
    }

    /// Wishes others to know this.
    pub(super) fn wish(&self, wishes: Wishes) {
        self.wishes.send_if_modified(|before| {
            let differs = *before != wishes;
            *before = wishes;
            differs
        });
    }

    /// How telling went since this was asked last.
    pub(super) fn outcomes(&mut self) -> Vec<Outcome> {
        std::iter::from_fn(|| self.outcomes.try_recv().ok()).collect()
    }
}

impl Reports {
    pub(super) fn report(&self, topic: Topic, result: Result<(), OutsideError>) {
        // A daemon that no longer listens is about to be gone.
        let _ = self.0.send(Outcome { topic, result });
    }
}

impl<W: SetTag> Teller<'_, W> {
    /// Where others report as this does.
    pub(super) fn reports(&self) -> Reports {
        self.reports.clone()
    }

    /// Never returns: it is dropped with the daemon.
    pub(super) async fn serve(mut self) {
        loop {
            let wishes = self.wishes.borrow_and_update().clone();
            let all_know = self.tell(wishes).await;
            if all_know {
                if self.wishes.changed().await.is_err() {
                    return std::future::pending().await;
                }
            } else {
                let _ = tokio::time::timeout(RETRY, self.wishes.changed()).await;
            }
        }
    }

    /// Whether all know what they are to know.
    async fn tell(&mut self, wishes: Wishes) -> bool {
        let timer = self.tell_timer(wishes.deadline).await;
        let tag = self.tell_tag(wishes.status, wishes.identity).await;
        timer && tag
    }

    async fn tell_timer(&mut self, deadline: Option<Timestamp>) -> bool {
        let Some((script, to)) = self.script.clone().zip(deadline.filter(|to| self.timer != Some(*to)))
        else {
            return true;
        };
        let direction = match self.timer {
            Some(before) if before <= to => Direction::Later(Span::between(before, to)),
            Some(before) => Direction::Sooner(Span::between(to, before)),
            None => Direction::First,
        };
        let result = timer::set(&script, to, direction, None).await.map_err(OutsideError::from);
        let is_set = result.is_ok();
        if is_set {
            self.timer = Some(to);
        }
        self.reports.report(Topic::Timer, result);
        is_set
    }

    async fn tell_tag(&mut self, status: Option<String>, identity: Option<Identity>) -> bool {
        let Some((status, identity)) =
            status.filter(|status| self.status.as_ref() != Some(status)).zip(identity)
        else {
            return true;
        };
        let result = self.set_tag.set(Tag::new(tag::STATUS, status.clone()), &identity).await;
        let is_set = result.is_ok();
        if is_set {
            self.status = Some(status);
        }
        self.reports.report(Topic::StatusTag, result.map_err(OutsideError::from));
        is_set
    }
}
