//! `cloudkit launch status`: all that is known of a machine, and how it will end.
//!
//! What the agent sees of itself is asked of the agent; the rest is asked of EC2 alone.

use clap::Args;

use super::machines::{self, Found, MachineArguments};
use crate::aws::types::Located;
use crate::aws::{AwsError, Session};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::output::machine::status_text;
use crate::platform::clock;
use crate::provision::status::MachineStatus;

/// Show how machines are doing: when they end, what they cost, what stands in the way
#[derive(Debug, Args)]
pub(super) struct StatusArguments {
    #[command(flatten)]
    machines: MachineArguments,
}

pub(super) fn run(context: &Context<'_>, arguments: &StatusArguments) -> Result<ExitClass, CommandError> {
    let Found { session, machines, .. } = machines::find(context, &arguments.machines)?;
    let looks = machines.iter().map(|one| look(context, &session, one));
    let (statuses, failures): (Vec<_>, Vec<_>) = context
        .block_on_bounded(async { Ok(futures_util::future::join_all(looks).await.into_iter().unzip()) })?;
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_list(format, &statuses)?,
        None => {
            let texts: Vec<String> = statuses.iter().map(status_text).collect();
            context.streams.write_text(&texts.join("\n"))?;
        }
    }
    let mut class = ExitClass::Done;
    for error in failures.into_iter().flatten() {
        context.streams.warn(format_args!("a part is not known: {error}"));
        class = crate::cli::region_failures::worst(class, &error);
    }
    Ok(class)
}

/// What EC2 says of a machine, and the failures of what could not be asked.
async fn look(context: &Context<'_>, session: &Session, one: &Located) -> (MachineStatus, Vec<AwsError>) {
    let ec2 = session.ec2(&one.region);
    let id = [one.machine.id.clone()];
    let there = !one.machine.state.is_ended();
    let protection = async { if there { ec2.protection(&one.machine.id).await.map(Some) } else { Ok(None) } };
    let disks = async { if there { ec2.volumes_of(&id).await.map(Some) } else { Ok(Some(Vec::new())) } };
    let (protection, disks) = tokio::join!(protection, disks);
    let mut failures = Vec::new();
    let protection = protection.unwrap_or_else(|error| {
        failures.push(error);
        None
    });
    let disks = disks.unwrap_or_else(|error| {
        failures.push(error);
        None
    });
    (MachineStatus::of(one, protection, disks.as_deref(), context.catalog(), clock::now()), failures)
}
