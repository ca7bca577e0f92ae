//! One command on many machines by SSH, so many at once, each line passed on as it comes.
//!
//! Nobody is asked for anything: a machine whose host key is not known is not reached. What the lines mean, and what is
//! done where a machine can't be reached, is the callers' business.

use std::io;
use std::num::NonZeroUsize;

use futures_util::stream::{self, StreamExt as _};

use crate::aws::Session;
use crate::aws::types::Located;
use crate::cli::command_error::{CommandError, with_causes};
use crate::cli::context::Context;
use crate::cli::launch::ask_agent::last_line;
use crate::cli::launch::ssh::{self, KeepKey, LoginArguments};
use crate::platform::command;
use crate::platform::streamed::{self, Stream, StreamError};
use crate::provision::reach::HostKey;

/// No question, no word but errors, and a machine that has gone away is noticed within a minute.
const OPTIONS: [&str; 11] = [
    "-T",
    "-o",
    "BatchMode=yes",
    "-o",
    "LogLevel=ERROR",
    "-o",
    "ConnectTimeout=10",
    "-o",
    "ServerAliveInterval=15",
    "-o",
    "ServerAliveCountMax=4",
];

/// The way to machines.
pub(super) struct Ways<'w> {
    pub(super) context: &'w Context<'w>,
    pub(super) session: &'w Session,
    pub(super) login: &'w LoginArguments,
}

/// What became of a command on a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It ended with this code.
    Ended(i32),
    /// ssh failed, before it or in the midst of it.
    NotReached(String),
}

impl Ways<'_> {
    /// Runs a line of shell on a machine, which is handed `input`.
    ///
    /// # Errors
    /// Where ssh is not here, or its lines can't be passed on: that holds for all machines.
    pub(super) async fn run(
        &self,
        one: &Located,
        line: &str,
        input: &[u8],
        hear: &dyn Fn(Stream, &str) -> io::Result<()>,
    ) -> Result<Outcome, CommandError> {
        let target = match ssh::target(self.context, self.session, one, self.login, KeepKey::InTagToo).await {
            Ok(target) => target,
            Err(error) => return Ok(Outcome::NotReached(with_causes(&*error.error))),
        };
        if target.host_key == HostKey::Unknown {
            let because = format!(
                "its host key is not known: it is not on its console any more, or not yet; cloudkit launch connect {} \
                 shows it and asks",
                one.machine.id
            );
            return Ok(Outcome::NotReached(because));
        }
        let words = target.arguments();
        let words: Vec<&str> =
            OPTIONS.into_iter().chain(words.iter().map(String::as_str)).chain([line]).collect();
        let complaints = std::cell::RefCell::new(String::new());
        let hear = |stream, text: &str| {
            if stream == Stream::Err && !text.trim().is_empty() {
                *complaints.borrow_mut() = text.to_owned();
            }
            hear(stream, text)
        };
        match streamed::lines("ssh", &words, input, &hear).await {
            Ok(Some(code)) if code != ssh::FAILED => Ok(Outcome::Ended(code)),
            Ok(_) => Ok(Outcome::NotReached(last_line(&complaints.borrow()))),
            Err(StreamError::Hearer(error)) => Err(error.into()),
            Err(StreamError::Command(error @ command::CommandError::Start { .. })) => {
                Err(ssh::not_run(error))
            }
            Err(StreamError::Command(error)) => Err(CommandError::usage(error)),
        }
    }
}

/// Does something with each machine, with so many at once; the answers come in the machines' order.
pub(super) async fn each<T>(
    machines: &[Located],
    at_once: NonZeroUsize,
    work: impl AsyncFn(&Located) -> Result<T, CommandError>,
) -> Result<Vec<T>, CommandError> {
    let work = &work;
    let begun = machines.iter().enumerate().map(|(index, one)| async move { (index, work(one).await) });
    // Who is slow keeps nobody else from beginning.
    let mut begun = stream::iter(begun).buffer_unordered(at_once.get());
    let mut answers = Vec::with_capacity(machines.len());
    while let Some((index, answer)) = begun.next().await {
        answers.push((index, answer?));
    }
    answers.sort_by_key(|(index, _)| *index);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}

/// Who speaks, in front of each of their lines.
pub(super) fn prefix(one: &Located) -> String {
    format!("{} | ", one.machine.id)
}
