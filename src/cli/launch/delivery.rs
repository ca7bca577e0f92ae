//! The flags of a launch that say where the machine's agent is from, and what happens where it does not come.
//!
//! Which binary becomes the agent is the plan's to say.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::cli::agent_files::agent_files;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::settings::Key;
use crate::model::Span;
use crate::platform::variables;
use crate::provision::agents::AgentFiles;
use crate::provision::execute::OnAgentFailure;
use crate::provision::mirror::MirrorUrl;
use crate::provision::wait::WaitFor;

/// The agent is there some seconds after the SSH server, where it comes at all.
const DEFAULT_AGENT_WAIT: Span = Span::from_seconds(20);
/// A first boot that fetches over a slow line.
const PATIENT_AGENT_WAIT: Span = Span::from_seconds(300);

/// Where the agent is from, and what if it does not come.
#[derive(Debug, Args)]
#[command(next_help_heading = "Agent")]
pub(in crate::cli) struct DeliveryArguments {
    /// Linux build of cloudkit that becomes the machine's agent [default: cloudkit-agent beside this program, else this program]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    agent_binary: Option<PathBuf>,
    /// Folder of released agents, for machines that this program can't run on [default: what cloudkit agent fetch got]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    agent_folder: Option<PathBuf>,
    /// Have machines fetch the agent here instead of from a bucket of the account; with / at its end, the folder of a release
    #[arg(long, value_name = "URL")]
    agent_url: Option<MirrorUrl>,
    /// Leave a machine whose agent could not be installed as it is, instead of ending it
    #[arg(long)]
    keep: bool,
}

impl DeliveryArguments {
    pub(in crate::cli) fn mirror(&self, context: &Context<'_>) -> Result<Option<MirrorUrl>, CommandError> {
        match &self.agent_url {
            Some(url) => Ok(Some(url.clone())),
            None => Ok(context.settings.parsed(Key::AgentUrl)?),
        }
    }

    pub(in crate::cli) fn files(&self, context: &Context<'_>) -> Result<AgentFiles, CommandError> {
        agent_files(context, self.agent_binary.clone(), self.agent_folder.clone())
    }

    pub(in crate::cli) fn on_failure(&self) -> OnAgentFailure {
        if self.keep { OnAgentFailure::Keep } else { OnAgentFailure::End }
    }
}

/// How long the agent's first sign is looked for once the SSH server is no more waited for.
pub(in crate::cli) fn agent_wait(context: &Context<'_>, wait_for: WaitFor) -> Result<Span, CommandError> {
    let name = variables::AGENT_WAIT.name;
    match context.process.variable(name) {
        Some(text) => text.parse().map_err(|error| CommandError::usage(format!("{name}: {error}"))),
        None if wait_for == WaitFor::Agent => Ok(PATIENT_AGENT_WAIT),
        None => Ok(DEFAULT_AGENT_WAIT),
    }
}
