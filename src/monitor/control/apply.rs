//! What a request comes to: the answer, what is remembered, and what is still to be done outside the daemon.
//!
//! Pure. Nothing is written, sent or ended here.

use jiff::Timestamp;

use super::answer::{Answer, EXTENDED_SCHEMA, Extended, Protection, RefusalKind, What, Why};
use super::completion::Completion;
use super::request::{self, Request};
use crate::model::deadline::{Direction, Move, moved};
use crate::monitor::memory::Memory;
use crate::monitor::policy::Policy;
use crate::monitor::readings::Identity;
use crate::monitor::status::Status;
use crate::monitor::time::later;

/// What the daemon saw and decided at its last look, for who asks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen<'s> {
    /// Its status; none before its first look.
    pub status: Option<&'s Status>,
    /// Its reasons.
    pub why: Option<&'s Why>,
}

/// What a request comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The answer, as far as it is known: what is still to be done has the last word on it.
    pub answer: Answer,
    /// What is still to be done.
    pub then: Option<Then>,
}

/// What is to be done outside the daemon's loop before the answer is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// The tag and the timer are to be told of a deadline, which the memory holds by now.
    Spread(Spread),
    /// The file that says that the work is complete is to be written.
    Complete(Completion),
    /// The configuration is to be read again; this one is the loop's own to do.
    Reload,
}

/// A deadline that others are to be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    /// The deadline.
    pub to: Timestamp,
    /// How it lies to the one before.
    pub direction: Direction,
    /// What the tag said before: as long as it says so, the extension holds against it.
    pub over: Option<Timestamp>,
    /// The machine, where it is known which.
    pub identity: Option<Identity>,
}

/// Applies a request to the memory.
pub fn apply(
    request: Request,
    memory: &mut Memory,
    policy: &Policy,
    seen: Seen<'_>,
    now: Timestamp,
) -> Applied {
    match request {
        Request::Status {} => told(seen.status.map(|status| Answer::Status(Box::new(status.clone())))),
        Request::Why {} => told(seen.why.map(|why| Answer::Why(Box::new(why.clone())))),
        Request::Complete { status, message } => {
            let then = Some(Then::Complete(Completion { status, message }));
            Applied { answer: Answer::noted(What::Complete), then }
        }
        Request::Extend { by, until, sooner } => match request::how(by, until) {
            Some(how) => extend(how, Sooner::of(sooner), memory, policy, now),
            None => refused(RefusalKind::NotUnderstood, request::RequestError::ByOrUntil.to_string()),
        },
        Request::Pause { span } => {
            let until = later(now, span);
            let until = Timestamp::from_second(until.as_second()).unwrap_or(until);
            memory.paused_until = Some(until);
            Answer::noted(What::PausedUntil(until)).into()
        }
        Request::Resume {} => match memory.paused_until.take() {
            Some(until) if until > now => Answer::noted(What::Resumed).into(),
            _ => Answer::noted(What::WasNotPaused).into(),
        },
        Request::Reload {} => Applied { answer: Answer::noted(What::Reloaded), then: Some(Then::Reload) },
    }
}

/// The deadline that holds, as far as the memory and the policy tell.
#[must_use]
pub fn held(memory: &Memory, policy: &Policy) -> Option<Timestamp> {
    memory.extended.or(memory.deadline).or(policy.deadline.filter(|_| !memory.is_copy))
}

/// Whether somebody has agreed to an end that comes sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sooner {
    Agreed,
    Refused,
}

impl Sooner {
    const fn of(agreed: bool) -> Self {
        if agreed { Self::Agreed } else { Self::Refused }
    }
}

fn extend(how: Move, sooner: Sooner, memory: &mut Memory, policy: &Policy, now: Timestamp) -> Applied {
    if now < policy.launched_at {
        return refused(
            RefusalKind::Impossible,
            format!("the clock is before the launch at {}: no time can be told from it", policy.launched_at),
        );
    }
    let moved = match moved(held(memory, policy), how, now) {
        Ok(moved) => moved,
        Err(error) => return refused(RefusalKind::Impossible, error.to_string()),
    };
    if moved.direction.ends_sooner() && sooner == Sooner::Refused {
        return refused(
            RefusalKind::WouldEndSooner,
            format!("this machine would end {}, {}", moved.to, moved.direction),
        );
    }
    // Who asks again gets the tag and the timer told again, which may not have worked before.
    if moved.direction != Direction::Same {
        memory.extended = Some(moved.to);
    }
    let not_tried = || Protection::DoesNotKnow("it was not told yet".to_owned());
    let extended = Extended {
        schema: EXTENDED_SCHEMA.to_owned(),
        deadline: moved.to,
        direction: moved.direction,
        tag: not_tried(),
        timer: not_tried(),
    };
    let identity = memory.identity.clone();
    // Before a tag was ever read it says what the launch knew.
    let over = memory.deadline.or(policy.deadline);
    let spread = Spread { to: moved.to, direction: moved.direction, over, identity };
    Applied { answer: Answer::Extended(Box::new(extended)), then: Some(Then::Spread(spread)) }
}

fn told(answer: Option<Answer>) -> Applied {
    let not_yet = || Answer::refused(RefusalKind::NotYet, "the agent has not looked at this machine yet");
    answer.unwrap_or_else(not_yet).into()
}

fn refused(kind: RefusalKind, message: impl Into<String>) -> Applied {
    Answer::refused(kind, message).into()
}

impl From<Answer> for Applied {
    fn from(answer: Answer) -> Self {
        Self { answer, then: None }
    }
}
