//! `cloudkit launch status`: all that is known of a machine, and how it will end.
//!
//! The machine itself is asked, and EC2, side by side. What could not be asked is named, which is no failure where it is
//! the machine's word alone.

use clap::Args;

use super::ask_agent;
use super::machines::{self, Found, MachineArguments};
use super::ssh::LoginArguments;
use crate::aws::types::Located;
use crate::aws::{AwsError, Session};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::output::machine::status_text;
use crate::platform::clock;
use crate::provision::agent_word::AgentWord;
use crate::provision::status::MachineStatus;

/// Show how machines are doing: when they end, what their agent says, what they cost, what stands in the way
#[derive(Debug, Args)]
pub(super) struct StatusArguments {
    #[command(flatten)]
    machines: MachineArguments,
    /// Ask EC2 alone: not the machine by SSH or Session Manager, only its tag
    #[arg(long)]
    no_ask: bool,
    #[command(flatten)]
    login: LoginArguments,
}

pub(super) fn run(context: &Context<'_>, arguments: &StatusArguments) -> Result<ExitClass, CommandError> {
    let Found { session, machines, class, .. } = machines::find(context, &arguments.machines)?;
    let looks = machines.iter().map(|one| look(context, &session, one, arguments));
    let (statuses, failures): (Vec<_>, Vec<_>) = context
        .block_on_bounded(async { Ok(futures_util::future::join_all(looks).await.into_iter().unzip()) })?;
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_list(format, &statuses)?,
        None => {
            let texts: Vec<String> = statuses.iter().map(status_text).collect();
            context.streams.write_text(&texts.join("\n"))?;
        }
    }
    let mut class = class;
    for error in failures.into_iter().flatten() {
        context.streams.warn(format_args!("a part is not known: {error}"));
        class = crate::cli::region_failures::worst(class, &error);
    }
    Ok(class)
}

/// What EC2 and the machine itself say, and the failures of what could not be asked.
async fn look(
    context: &Context<'_>,
    session: &Session,
    one: &Located,
    arguments: &StatusArguments,
) -> (MachineStatus, Vec<AwsError>) {
    let ec2 = session.ec2(&one.region);
    let id = [one.machine.id.clone()];
    let there = !one.machine.state.is_ended();
    let protection = async { if there { ec2.protection(&one.machine.id).await.map(Some) } else { Ok(None) } };
    let disks = async { if there { ec2.volumes_of(&id).await.map(Some) } else { Ok(Some(Vec::new())) } };
    let agent = async {
        match arguments.no_ask {
            true => AgentWord::of_tag(&one.machine),
            false => ask_agent::ask(context, session, one, &arguments.login).await,
        }
    };
    let (protection, disks, agent) = tokio::join!(protection, disks, agent);
    let mut failures = Vec::new();
    let protection = protection.unwrap_or_else(|error| {
        failures.push(error);
        None
    });
    let disks = disks.unwrap_or_else(|error| {
        failures.push(error);
        None
    });
    let status = MachineStatus::of(one, protection, disks.as_deref(), agent, context.catalog(), clock::now());
    (status, failures)
}
