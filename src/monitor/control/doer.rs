//! Does what a request leaves to be done outside the daemon's loop: tells the tag and the timer of a deadline, and writes
//! the file of completion.
//!
//! It decides nothing. What fails becomes part of the answer, since who asked has to know who else knows, and is reported
//! to the daemon, whose log outlives the answer.

use std::path::Path;

use tokio::sync::Mutex;

use super::answer::{Answer, Protection, RefusalKind};
use super::apply::{Applied, Spread, Then};
use super::completion;
use crate::model::agent::AgentConfiguration;
use crate::model::tag::{self, Tag};
use crate::monitor::event::{Topic, with_causes};
use crate::monitor::outside::{OutsideError, Reports, SetTag};
use crate::monitor::timer;

/// Does what requests leave to be done.
#[derive(Debug)]
pub struct Doer<'c, W> {
    configuration: &'c AgentConfiguration,
    set_tag: &'c W,
    reports: Reports,
    /// Two deadlines told at once could arrive in the wrong order.
    one_at_a_time: Mutex<()>,
}

impl<'c, W: SetTag> Doer<'c, W> {
    /// One for the machine of this configuration, which writes tags by `set_tag`.
    pub fn new(configuration: &'c AgentConfiguration, set_tag: &'c W, reports: Reports) -> Self {
        Self { configuration, set_tag, reports, one_at_a_time: Mutex::new(()) }
    }

    /// Does what is left of a request, and has the answer say how it went.
    pub async fn finish(&self, applied: Applied) -> Answer {
        match (applied.then, applied.answer) {
            (Some(Then::Complete(completion)), answer) => {
                let run_directory = Path::new(&self.configuration.run_directory);
                match completion::write(run_directory, &completion) {
                    Ok(()) => answer,
                    Err(error) => Answer::refused(RefusalKind::Failed, with_causes(&error)),
                }
            }
            (Some(Then::Spread(spread)), Answer::Extended(mut extended)) => {
                let _alone = self.one_at_a_time.lock().await;
                (extended.tag, extended.timer) = tokio::join!(self.tag(&spread), self.timer(&spread));
                Answer::Extended(extended)
            }
            (_, answer) => answer,
        }
    }

    async fn tag(&self, spread: &Spread) -> Protection {
        let Some(identity) = &spread.identity else {
            return Protection::DoesNotKnow("it is not known which machine this is".to_owned());
        };
        let deadline = Tag::new(tag::DEADLINE, spread.to.to_string());
        self.protection(Topic::WrittenDeadline, self.set_tag.set(deadline, identity).await)
    }

    async fn timer(&self, spread: &Spread) -> Protection {
        let Some(script) = &self.configuration.deadline_script else { return Protection::Absent };
        self.protection(Topic::Timer, timer::set(script, spread.to, spread.direction, spread.over).await)
    }

    fn protection<E: Into<OutsideError>>(&self, topic: Topic, result: Result<(), E>) -> Protection {
        let result = result.map_err(Into::into);
        let protection = match &result {
            Ok(()) => Protection::Knows,
            Err(error) => Protection::DoesNotKnow(with_causes(error)),
        };
        self.reports.report(topic, result);
        protection
    }
}
