//! `cloudkit launch logs`: what a machine's console and its agent have written.
//!
//! One form, as it is; control characters are made harmless.

use clap::Args;

use super::machines::{self, Found, MachineArguments, named};
use super::ssh::{self, LoginArguments};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::platform::command;

/// Show what a machine has written on its console, or its agent's journal
#[derive(Debug, Args)]
pub(super) struct LogsArguments {
    #[command(flatten)]
    machines: MachineArguments,
    /// The agent's journal, by SSH, instead of the console
    #[arg(long)]
    agent: bool,
    /// Go on showing what is added to the agent's journal
    #[arg(short, long, requires = "agent")]
    follow: bool,
    /// Show the last lines only
    #[arg(short = 'n', long, value_name = "N")]
    lines: Option<usize>,
    #[command(flatten)]
    login: LoginArguments,
}

pub(super) fn run(context: &Context<'_>, arguments: &LogsArguments) -> Result<ExitClass, CommandError> {
    let Found { session, machines, .. } = machines::find(context, &arguments.machines)?;
    for one in &machines {
        if machines.len() > 1 {
            context.streams.status(format_args!("== {}", named(one)));
        }
        if arguments.agent {
            let target = context.block_on_bounded(ssh::target(context, &session, one, &arguments.login))?;
            let mut words = target.arguments();
            words.extend(["sudo", "journalctl", "--no-pager", "-u", "cloudkit-agent"].map(str::to_owned));
            words.push(format!(
                "-n{}",
                arguments.lines.map_or_else(|| "all".to_owned(), |lines| lines.to_string())
            ));
            words.extend(arguments.follow.then(|| "-f".to_owned()));
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let code = context.block_on(command::attached("ssh", &words))?.map_err(CommandError::usage)?;
            if code != Some(0) {
                return Ok(ExitClass::of_program(code));
            }
            continue;
        }
        let written = context
            .block_on_bounded(async { Ok(session.ec2(&one.region).console(&one.machine.id).await?) })?;
        if written.trim().is_empty() {
            context.streams.status(format_args!(
                "the console of {} is empty so far: EC2 shows it some time after a start",
                named(one)
            ));
            continue;
        }
        let lines: Vec<&str> = written.lines().map(|line| line.trim_end_matches('\r')).collect();
        let from = arguments.lines.map_or(0, |most| lines.len().saturating_sub(most));
        context.streams.write_text(&(lines[from..].join("\n") + "\n"))?;
    }
    Ok(ExitClass::Done)
}
