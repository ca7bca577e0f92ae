//! `cloudkit launch start`: wakes machines that rest.
//!
//! A machine past its deadline would end within minutes, so its deadline is moved first or nothing is started.

use clap::Args;

use super::extend;
use super::machines::{self, Found, MachineArguments, named};
use crate::aws::Session;
use crate::aws::types::{Located, MachineState};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::Span;
use crate::platform::clock;
use crate::provision::deadline::{Deadline, Move};
use crate::provision::power::{self, Deed};
use crate::provision::report::MachineRow;
use crate::provision::wait;

/// Start machines that are stopped or hibernated
#[derive(Debug, Args)]
pub(super) struct StartArguments {
    #[command(flatten)]
    machines: MachineArguments,
    /// Move the deadline first: that much later, or from now on where it has passed
    #[arg(long, value_name = "SPAN")]
    extend: Option<Span>,
    /// Do not wait until they run
    #[arg(long)]
    no_wait: bool,
}

pub(super) fn run(context: &Context<'_>, arguments: &StartArguments) -> Result<ExitClass, CommandError> {
    let Found { session, machines, class: found, .. } = machines::find(context, &arguments.machines)?;
    let (asleep, awake): (Vec<Located>, Vec<Located>) =
        machines.into_iter().partition(|one| one.machine.state == MachineState::Stopped);
    if let Some(refusal) = awake.iter().find_map(refusal) {
        return Err(refusal);
    }
    for one in &awake {
        context.streams.status(format_args!("{} is {} already", named(one), one.machine.state));
    }
    if asleep.is_empty() {
        return Ok(found);
    }
    match arguments.extend {
        Some(span) => extend::extend(context, &session, &asleep, Move::Later(span))?,
        None => asleep.iter().try_for_each(past_deadline)?,
    }
    let outcomes = machines::change(context, async { Ok(power::act(&session, &asleep, Deed::Start).await) })?;
    let started: Vec<Located> = asleep
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| outcome.is_ok())
        .map(|(one, _)| one.clone())
        .collect();
    let class = machines::tell(context, &asleep, outcomes, "is starting", "was not started");
    if !arguments.no_wait && !started.is_empty() {
        let rows = context.block_on_bounded(async { Ok(wait_for(context, &session, &started).await?) })?;
        context.streams.write_list(context.streams.list_format(), &rows)?;
    }
    Ok(class.or(found))
}

async fn wait_for(
    context: &Context<'_>,
    session: &Session,
    started: &[Located],
) -> Result<Vec<MachineRow>, wait::WaitError> {
    let running = async |one: &Located| {
        let machine = wait::until_running(&session.ec2(&one.region), &one.machine.id).await?;
        let located = Located { region: one.region.clone(), machine };
        Ok(MachineRow::of(&located, context.catalog(), clock::now()))
    };
    futures_util::future::try_join_all(started.iter().map(running)).await
}

fn refusal(one: &Located) -> Option<CommandError> {
    let why = match one.machine.state {
        MachineState::Stopping => "it is still stopping",
        state if state.is_ended() => "it has ended",
        _ => return None,
    };
    Some(CommandError::new(ExitClass::No, format!("{} cannot be started: {why}", named(one))))
}

/// Refuses a machine that would end itself soon after its start.
pub(super) fn past_deadline(one: &Located) -> Result<(), CommandError> {
    let Some(at) = Deadline::of(&one.machine).at().filter(|at| *at <= clock::now()) else { return Ok(()) };
    let error =
        format!("{} is past its deadline {at}, and would end itself soon after its start", named(one));
    Err(CommandError::new(ExitClass::No, error)
        .hint(format!("give it more time: cloudkit launch start {} --extend 4h", one.machine.id)))
}
