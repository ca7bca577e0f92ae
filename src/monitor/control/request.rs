//! What the daemon can be asked: one JSON object, `{"request":"extend","by":"2h"}`.
//!
//! What is not understood is refused whole. Who may ask is a matter of the socket's access.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::Span;
use crate::model::deadline::Move;

/// The longest text that a completion may carry.
pub const MAX_TEXT: usize = 1024;

/// A question or an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// What the daemon last saw and decided.
    Status {},
    /// Why the machine does not end, or when and why it does.
    Why {},
    /// The machine's work is complete.
    Complete {
        /// How it went, such as `ok` or `failed`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<String>,
        /// What else there is to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// The deadline is to be another one: later by a span, or at a time.
    Extend {
        /// By how much later.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Span>,
        /// To when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Whether it is agreed that the machine may end sooner by it.
        #[serde(default)]
        sooner: bool,
    },
    /// Idleness and completion do not end the machine for this long.
    Pause {
        /// For how long.
        #[serde(rename = "for")]
        span: Span,
    },
    /// They do again.
    Resume {},
    /// The configuration file is to be read again.
    Reload {},
}

/// A line that is no request.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// It is no JSON, or not of a request's form.
    #[error("that is no request")]
    Form(#[source] serde_json::Error),
    /// It says neither or both.
    #[error("extend takes either by or until")]
    ByOrUntil,
    /// It takes no time at all.
    #[error("{0} needs a time longer than 0s")]
    NoTime(&'static str),
    /// A text that is too long, or of more than can be shown.
    #[error("{0} has to be at most {MAX_TEXT} bytes of one line")]
    Text(&'static str),
}

impl Request {
    /// The request in a line.
    ///
    /// # Errors
    /// Where it is not exactly one.
    pub fn read(line: &[u8]) -> Result<Self, RequestError> {
        let request: Self = serde_json::from_slice(line).map_err(RequestError::Form)?;
        match &request {
            Self::Extend { by, until, .. } if by.is_some() == until.is_some() => Err(RequestError::ByOrUntil),
            Self::Extend { by: Some(span), .. } if span.seconds() == 0 => Err(RequestError::NoTime("extend")),
            Self::Pause { span } if span.seconds() == 0 => Err(RequestError::NoTime("pause")),
            Self::Complete { status: Some(text), .. } if !fits(text) => Err(RequestError::Text("status")),
            Self::Complete { message: Some(text), .. } if !fits(text) => Err(RequestError::Text("message")),
            _ => Ok(request),
        }
    }

    /// Its name, for a log.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Status {} => "status",
            Self::Why {} => "why",
            Self::Complete { .. } => "complete",
            Self::Extend { .. } => "extend",
            Self::Pause { .. } => "pause",
            Self::Resume {} => "resume",
            Self::Reload {} => "reload",
        }
    }

    /// Whether it is only a question.
    #[must_use]
    pub const fn changes_nothing(&self) -> bool {
        matches!(self, Self::Status {} | Self::Why {})
    }
}

/// How a deadline is to be moved by the words of a request; none where they say neither.
pub(super) fn how(by: Option<Span>, until: Option<Timestamp>) -> Option<Move> {
    by.map(Move::Later).or(until.map(Move::To))
}

/// Whether a text can be told to people as it is.
#[must_use]
pub fn fits(text: &str) -> bool {
    text.len() <= MAX_TEXT && !text.chars().any(char::is_control)
}
