//! `cloudkit agent status`: what the daemon on this machine last saw and decided.
//!
//! Reads the file that the daemon keeps; a daemon that is not running is exit 1.

use std::path::PathBuf;

use clap::Args;

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::agent::CONFIGURATION_PATH;
use crate::model::{EndAction, Span};
use crate::monitor::configuration;
use crate::monitor::status::{self, State, Status, StatusError};
use crate::platform::clock;

/// Show what the agent on this machine is doing
#[derive(Debug, Args)]
pub(super) struct StatusArguments {
    /// The configuration that the launch wrote
    #[arg(long, value_name = "FILE", default_value = CONFIGURATION_PATH)]
    configuration: PathBuf,
}

pub(super) fn run(context: &Context<'_>, arguments: &StatusArguments) -> Result<ExitClass, CommandError> {
    let configuration = configuration::read(&arguments.configuration)
        .map_err(|error| CommandError::usage(error).hint("this is for machines that cloudkit launch made"))?;
    let folder = PathBuf::from(&configuration.run_directory);
    let status = status::read(&folder, clock::now()).map_err(|error| match error {
        StatusError::NotRunning { .. } | StatusError::Stale { .. } => {
            CommandError::new(ExitClass::No, error).hint("start it: systemctl start cloudkit-agent")
        }
        StatusError::File(_) | StatusError::Content { .. } => CommandError::usage(error),
    })?;
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_one(format, &status)?,
        None => context.streams.write_text(&text(&status))?,
    }
    Ok(ExitClass::Done)
}

fn text(status: &Status) -> String {
    let machine = status.instance_id.as_deref().unwrap_or("a machine that is not identified yet");
    let mut lines = vec![format!("looking after {machine}, launch {}", status.launch)];
    let source = status.deadline_source.map_or_else(String::new, |source| format!(", by {source}"));
    lines.push(match (status.state, status.ends_at, status.ends_in_seconds) {
        (State::ClockBeforeLaunch, ..) => {
            "the clock is before the launch: nothing is ended until it is right".to_owned()
        }
        (State::Ending, ..) => "the machine is being ended".to_owned(),
        (_, Some(at), Some(seconds)) => {
            format!("{} at {at} (in {}){source}", ends(status.on_deadline), Span::from_seconds(seconds))
        }
        _ => "there is no deadline to keep".to_owned(),
    });
    lines.extend(limits(status));
    if status.warned {
        lines.push("users have been warned".to_owned());
    }
    lines.push(format!("last look at {:.0}, version {}", status.last_tick, status.version));
    lines.join("\n") + "\n"
}

/// What happens to the machine, as a verb.
const fn ends(action: EndAction) -> &'static str {
    match action {
        EndAction::Terminate => "ends",
        EndAction::Stop => "stops",
        EndAction::Hibernate => "hibernates",
    }
}

/// What else was asked for at the launch.
fn limits(status: &Status) -> Vec<String> {
    let idle = status.idle_timeout_seconds.map(|seconds| {
        format!("{} after {} without work", ends(status.on_idle), Span::from_seconds(seconds))
    });
    let cost = status
        .cost_limit_usd
        .map(|limit| format!("{} when it has cost {limit} USD", ends(status.on_deadline)));
    let complete = (status.on_complete != EndAction::default())
        .then(|| format!("{} when its work is complete", ends(status.on_complete)));
    [idle, cost, complete].into_iter().flatten().collect()
}
