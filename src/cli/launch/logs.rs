//! `cloudkit launch logs`: what a machine's console and its agent have written.
//!
//! One form, as it is; control characters are made harmless. Of several machines one that can't be read does not keep the
//! others back.

use clap::Args;

use super::machines::{self, Found, MachineArguments, named};
use super::ssh::{self, KeepKey, LoginArguments};
use crate::aws::Session;
use crate::aws::types::Located;
use crate::cli::command_error::{CommandError, with_causes};
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
    let Found { session, machines, class, .. } = machines::find(context, &arguments.machines)?;
    let show = |one: &Located| match arguments.agent {
        true => journal_of_agent(context, &session, one, arguments),
        false => what_is_on_console(context, &session, one, arguments.lines),
    };
    if let [only] = machines.as_slice() {
        return Ok(show(only)?.or(class));
    }
    let mut class = class;
    for one in &machines {
        context.streams.status(format_args!("== {}", named(one)));
        let its = show(one).unwrap_or_else(|error| {
            context.streams.warn(with_causes(&*error.error));
            error.hints.iter().for_each(|hint| context.streams.hint(hint));
            error.class
        });
        class = class.or(its);
    }
    Ok(class)
}

/// The agent's journal, which root and the system's log readers alone may read.
fn journal_of_agent(
    context: &Context<'_>,
    session: &Session,
    one: &Located,
    arguments: &LogsArguments,
) -> Result<ExitClass, CommandError> {
    let target =
        context.block_on_bounded(ssh::target(context, session, one, &arguments.login, KeepKey::InTagToo))?;
    ssh::tell_of_address(context, one, &target);
    let mut words = target.arguments();
    words.extend(["sudo", "journalctl", "--no-pager", "-u", "cloudkit-agent"].map(str::to_owned));
    words.push(format!("-n{}", arguments.lines.map_or_else(|| "all".to_owned(), |lines| lines.to_string())));
    words.extend(arguments.follow.then(|| "-f".to_owned()));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let code = context.block_on(command::attached("ssh", &words))?.map_err(ssh::not_run)?;
    Ok(if code == Some(0) { ExitClass::Done } else { ExitClass::of_program(code) })
}

fn what_is_on_console(
    context: &Context<'_>,
    session: &Session,
    one: &Located,
    lines: Option<usize>,
) -> Result<ExitClass, CommandError> {
    let written =
        context.block_on_bounded(async { Ok(session.ec2(&one.region).console(&one.machine.id).await?) })?;
    if written.trim().is_empty() {
        context.streams.status(format_args!(
            "the console of {} is empty so far: EC2 shows it some time after a start",
            named(one)
        ));
        return Ok(ExitClass::Done);
    }
    let all: Vec<&str> = written.lines().map(|line| line.trim_end_matches('\r')).collect();
    let from = lines.map_or(0, |most| all.len().saturating_sub(most));
    context.streams.write_text(&(all[from..].join("\n") + "\n"))?;
    Ok(ExitClass::Done)
}
