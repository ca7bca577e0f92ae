//! How the verbs speak to the daemon of this machine, and what they say where that does not work.
//!
//! The daemon decides; nothing is judged here but that somebody agrees before a machine ends sooner.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::agent::{AgentConfiguration, CONFIGURATION_PATH, GROUP};
use crate::monitor::configuration::{self, ConfigurationError};
use crate::monitor::control::answer::{Answer, Refusal, RefusalKind};
#[cfg(unix)]
use crate::monitor::control::client::{self, ClientError};
use crate::monitor::control::request::Request;
use crate::output::agent_control::noted_words;

/// Which agent is meant.
#[derive(Debug, Args)]
pub(super) struct AgentOfMachine {
    /// The configuration of the agent on this machine
    #[arg(long, value_name = "FILE", default_value = CONFIGURATION_PATH)]
    configuration: PathBuf,
}

impl AgentOfMachine {
    pub(super) fn configuration(&self) -> Result<AgentConfiguration, CommandError> {
        configuration::read(&self.configuration).map_err(|error| {
            let is_missing = matches!(error, ConfigurationError::Missing { .. });
            let error = CommandError::usage(error).hint("this is for machines that cloudkit launch made");
            match (cfg!(target_os = "linux"), is_missing) {
                (false, _) => error.hint(NOT_HERE),
                (true, true) => error.hint("put an agent on this one: cloudkit agent install --help"),
                (true, false) => error,
            }
        })
    }

    /// What the agent answers; a refusal is one of these.
    pub(super) fn ask(&self, request: &Request) -> Result<Answer, CommandError> {
        ask(Path::new(&self.configuration()?.run_directory), request)
    }

    /// Has the agent note something, and says so.
    pub(super) fn note(&self, context: &Context<'_>, request: &Request) -> Result<ExitClass, CommandError> {
        let noted = match self.ask(request)? {
            Answer::Noted(noted) => noted,
            other => return Err(unexpected(other)),
        };
        match context.streams.explanation_format() {
            Some(format) => context.streams.write_one(format, &noted)?,
            None => context.streams.status(noted_words(noted.what)),
        }
        Ok(ExitClass::Done)
    }
}

const NOT_HERE: &str = "the agent runs on the machine, on Linux: cloudkit launch connect MACHINE";

#[cfg(unix)]
pub(super) fn ask(run_directory: &Path, request: &Request) -> Result<Answer, CommandError> {
    client::ask(run_directory, request).map_err(|error| match error {
        ClientError::NoAgent { .. } => CommandError::new(ExitClass::No, error)
            .hint("start it: sudo systemctl start cloudkit-agent")
            .hint("there is none yet: cloudkit agent install --help"),
        ClientError::NotAllowed { .. } => CommandError::new(ExitClass::Credentials, error)
            .hint("as root: sudo cloudkit agent …")
            .hint(format!("as a member of the group {GROUP}: sudo usermod -aG {GROUP} $USER"))
            .hint(format!("where this login is older than the membership: newgrp {GROUP}")),
        ClientError::NoAnswer(_) => CommandError::new(ExitClass::Unavailable, error)
            .hint("see what it is at: journalctl -u cloudkit-agent"),
        ClientError::NotUnderstood(_) => CommandError::usage(error)
            .hint("restart it with this version: sudo systemctl restart cloudkit-agent"),
    })
}

#[cfg(not(unix))]
pub(super) fn ask(_run_directory: &Path, _request: &Request) -> Result<Answer, CommandError> {
    Err(CommandError::usage("there is no agent on this system").hint(NOT_HERE))
}

/// A refusal as an error; any other answer is none to what was asked.
pub(super) fn unexpected(answer: Answer) -> CommandError {
    match answer {
        Answer::Refused(Refusal { kind, message }) => match kind {
            RefusalKind::NotUnderstood => CommandError::usage(format!("the agent refuses: {message}"))
                .hint("is it of another version? cloudkit agent version"),
            RefusalKind::Impossible | RefusalKind::WouldEndSooner => CommandError::usage(message),
            RefusalKind::NotYet => {
                CommandError::new(ExitClass::Unavailable, message).hint("ask again in some seconds")
            }
            RefusalKind::Busy => CommandError::new(ExitClass::Unavailable, message).hint("ask again"),
            RefusalKind::Failed => CommandError::new(ExitClass::Unavailable, message)
                .hint("see what it is at: journalctl -u cloudkit-agent"),
        },
        _ => CommandError::new(ExitClass::Bug, "the agent answers something else than it was asked"),
    }
}
