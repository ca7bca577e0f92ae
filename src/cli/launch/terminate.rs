//! `cloudkit launch terminate`: ends machines now.
//!
//! Only machines that cloudkit made are found.

use clap::Args;

use super::machines::{self, Found, MachineArguments, named, placed};
use crate::aws::types::Located;
use crate::cli::ask::{self, Answer};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::provision::power::{self, Deed};

/// End machines for good, with their disks
#[derive(Debug, Args)]
pub(super) struct TerminateArguments {
    #[command(flatten)]
    machines: MachineArguments,
    /// End them without asking
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(context: &Context<'_>, arguments: &TerminateArguments) -> Result<ExitClass, CommandError> {
    let Found { session, caller, machines, class: found } = machines::find(context, &arguments.machines)?;
    let (ended, living): (Vec<Located>, Vec<Located>) =
        machines.into_iter().partition(|one| one.machine.state.is_ended());
    for one in &ended {
        context.streams.status(format_args!("{} has ended already", named(one)));
    }
    if living.is_empty() {
        return Ok(found);
    }
    if !arguments.yes
        && ask::confirm(context.process, &question(&living, &caller.account), "--yes")? == Answer::No
    {
        context.streams.status("nothing was ended");
        return Ok(ExitClass::No);
    }
    let outcomes =
        machines::change(context, async { Ok(power::act(&session, &living, Deed::Terminate).await) })?;
    let class = machines::tell(context, &living, outcomes, "is ending", "still runs");
    context.streams.hint("what served it can go when it has ended: cloudkit launch cleanup");
    Ok(class.or(found))
}

fn question(machines: &[Located], account: &str) -> String {
    match machines {
        [only] => format!("End {}, with its disks, in account {account}?", placed(only)),
        several => {
            let lines: String = several.iter().map(|one| format!("\n  {}", placed(one))).collect();
            format!("End {} machines with their disks in account {account}?{lines}\n", several.len())
        }
    }
}
