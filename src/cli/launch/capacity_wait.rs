//! `--wait-for-capacity`: one try after the other, each from a new look at the account, until there is a machine.
//!
//! Each try has its own launch id, deadline, tokens and URLs; only buckets are kept from one to the next.

use std::sync::Arc;
use std::time::Duration;

use super::run::show_event;
use crate::aws::Session;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::Span;
use crate::platform::{clock, random, variables};
use crate::provision::execute::{self, Carried, Cause, ExecuteError, GLANCE, Means, interruption};
use crate::provision::plan::{Plan, PlanError, Refused};
use crate::provision::report::Launched;

/// The pause after the first try; each is twice the one before.
const FIRST_PAUSE: Span = Span::from_seconds(15);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// How long is waited for capacity, and in which steps.
#[derive(Debug)]
pub(super) struct Patience {
    until: Option<jiff::Timestamp>,
    pause: Duration,
}

impl Patience {
    /// From now on, for a span; without one there is a single try.
    pub(super) fn new(context: &Context<'_>, span: Option<Span>) -> Result<Self, CommandError> {
        let until = span.map(|span| span.after(clock::now()).unwrap_or(jiff::Timestamp::MAX));
        let name = variables::CAPACITY_PAUSE.name;
        let pause = match context.process.variable(name) {
            None => FIRST_PAUSE,
            Some(text) => text.parse().map_err(|error| CommandError::usage(format!("{name}: {error}")))?,
        };
        Ok(Self { until, pause: pause.to_duration() })
    }

    /// When the next try is due, if there is to be one; the last is at the very end.
    fn next(&mut self) -> Option<jiff::Timestamp> {
        let (now, until) = (clock::now(), self.until?);
        if now >= until {
            return None;
        }
        let pause = random::jittered(self.pause);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Some(now.checked_add(pause).map_or(until, |due| due.min(until)))
    }
}

/// Follows a plan, and where nothing can be had a new one as long as there is patience.
pub(super) async fn until_had(
    context: &Context<'_>,
    mut patience: Patience,
    mut plan: Plan,
    means: &mut Means,
    replan: impl AsyncFn() -> Result<(Session, Plan), CommandError>,
) -> Result<Vec<Launched>, CommandError> {
    let mut carried = Carried::default();
    loop {
        let tried = execute::execute(&plan, means, &mut carried, |event| show_event(context, &event)).await;
        let ExecuteError { cause, left } = match tried {
            Ok(launched) => return Ok(launched),
            Err(error) => error,
        };
        let goes_on = left.is_empty() && may_change(&cause);
        let now = what_there_is(&cause);
        let mut failure = CommandError::from(ExecuteError { cause, left });
        plan = loop {
            let due = patience.next().filter(|_| goes_on);
            let Some(due) = due else { return Err(given_up(context, failure, carried).await) };
            let until = patience.until.unwrap_or(due);
            context.streams.status(format_args!("{now}; asking again at {due:.0}, until {until:.0}"));
            let interrupted = Arc::clone(&means.interrupted);
            let next = async {
                pause_until(due).await;
                replan().await
            };
            let outcome = tokio::select! {
                outcome = next => outcome,
                () = interruption(&interrupted) => {
                    let error = ExecuteError { cause: Cause::Interrupted, left: Vec::new() };
                    return Err(given_up(context, error.into(), carried).await);
                }
            };
            match outcome {
                Ok((session, plan)) => {
                    means.session = session;
                    break plan;
                }
                Err(error) if passes(&error) => {
                    context.streams.warn(&error.error);
                    failure = error;
                }
                Err(error) => return Err(given_up(context, error, carried).await),
            }
        };
    }
}

/// What came of a try, in a few words.
fn what_there_is(cause: &Cause) -> String {
    match cause {
        Cause::TooFew { got, wanted, .. } => {
            format!("{got} of the {wanted} machines can be had now, which is too few")
        }
        _ => "nothing can be had now".to_owned(),
    }
}

/// Whether the same request may be granted later: a place that does not have the type never will, a full one may.
fn may_change(cause: &Cause) -> bool {
    const NEVER: [&str; 2] = ["Unsupported", "AuthFailure.ServiceLinkedRoleCreationNotPermitted"];
    let asked = |one: &&Refused| one.code.is_some();
    let may = |one: &Refused| one.code.as_deref().is_some_and(|code| !NEVER.contains(&code));
    match cause {
        Cause::NoneToBeHad { refused } | Cause::TooFew { refused, .. } => {
            refused.iter().filter(asked).any(may)
        }
        _ => false,
    }
}

/// Whether a new look may succeed where this one failed.
fn passes(error: &CommandError) -> bool {
    error.class == ExitClass::Unavailable
        || matches!(error.error.downcast_ref(), Some(PlanError::NothingLeft { .. }))
}

async fn pause_until(due: jiff::Timestamp) {
    while clock::now() < due {
        tokio::time::sleep(GLANCE).await;
    }
}

async fn given_up(context: &Context<'_>, error: CommandError, carried: Carried) -> CommandError {
    let left = execute::give_up(carried, |event| show_event(context, &event)).await;
    error.with_left(&left)
}
