//! `cloudkit deploy status`: the machines of a deployment, and how far each is in becoming what it is for.
//!
//! Each machine is asked by SSH, all of them side by side. What can't be asked is unknown and says why; it is no failure.

use clap::Args;
use futures_util::StreamExt as _;
use futures_util::stream;

use super::folder::FolderArguments;
use super::named::{self, NameArguments};
use crate::apply::progress::{Progress, RunState};
use crate::aws::Session;
use crate::aws::types::{Located, MachineState};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::ask_agent::{in_time, said_by_ssh};
use crate::cli::launch::ssh::LoginArguments;
use crate::cli::region_failures;
use crate::deployment::destroy;
use crate::output::deploy::machines::{DeployedMachine, SetUp};
use crate::platform::clock;
use crate::provision::report::MachineRow;

/// How many machines are asked at once.
const AT_ONCE: usize = 16;
const QUESTION: &str = "cloudkit agent apply --status -o json";

/// Show the machines of a deployment, and how far each is
#[derive(Debug, Args)]
#[command(after_help = "Ends with 1 where a machine could not be set up, or none is there.")]
pub(super) struct StatusArguments {
    #[command(flatten)]
    name: NameArguments,
    /// Ask EC2 alone: not the machines by SSH
    #[arg(long)]
    no_ask: bool,
    #[command(flatten)]
    login: LoginArguments,
}

pub(super) fn run(
    context: &Context<'_>,
    folder: &FolderArguments,
    arguments: &StatusArguments,
) -> Result<ExitClass, CommandError> {
    let name = arguments.name.resolve(context, folder)?;
    let (session, found) = context.block_on_bounded(async {
        let home = named::home(context, context.session().await?).await?;
        let regions = named::regions(context, &home.session.asking()).await?;
        let found = destroy::look(&home, &regions, &name).await?;
        Ok((home.session, found))
    })?;
    let class = region_failures::tell(context, &found.failures);
    let record = found.stored.as_ref().and_then(|stored| stored.record.as_ref());
    let living: Vec<&Located> = found.living().collect();
    if living.is_empty() && found.stored.is_none() {
        let error = CommandError::new(class.or(ExitClass::No), format!("there is no deployment {name}"));
        return Err(error.hint("see what there is: cloudkit deploy list"));
    }
    let now = clock::now();
    let rows: Vec<DeployedMachine> = context.block_on_bounded(async {
        let asked = living.iter().map(async |one| {
            let set_up = match arguments.no_ask {
                true => SetUp::unknown("not asked"),
                false => ask(context, &session, one, &arguments.login).await,
            };
            DeployedMachine::new(MachineRow::of(one, context.catalog(), now), set_up)
        });
        Ok(stream::iter(asked).buffered(AT_ONCE).collect().await)
    })?;
    context.streams.write_list(context.streams.list_format(), &rows)?;
    match record {
        Some(record) => context.streams.status(format_args!(
            "{} of {} machines of {name}; bundle {}",
            rows.len(),
            record.count,
            record.bundle.get(..12).unwrap_or_default()
        )),
        None => context.streams.warn(format_args!("there is no record of {name} that can be read")),
    }
    if !arguments.no_ask {
        rows.iter().filter_map(DeployedMachine::complaint).for_each(|row| context.streams.warn(row));
    }
    let is_bad = rows.is_empty() || rows.iter().any(DeployedMachine::has_failed);
    Ok(class.or(if is_bad { ExitClass::No } else { ExitClass::Done }))
}

/// What a machine says of how far it is.
async fn ask(context: &Context<'_>, session: &Session, one: &Located, login: &LoginArguments) -> SetUp {
    if one.machine.state != MachineState::Running {
        return SetUp::unknown(format!("it is {}", one.machine.state));
    }
    let said = match in_time(said_by_ssh(context, session, one, login, QUESTION)).await {
        Ok(said) => said,
        Err(because) => return SetUp::unknown(because),
    };
    match serde_json::from_str::<Progress>(said.trim()) {
        Err(_) => SetUp::unknown("it gave no answer that can be understood"),
        Ok(progress) => SetUp {
            state: Some(match progress.state {
                RunState::Running => "running",
                RunState::Succeeded => "succeeded",
                RunState::Failed => "failed",
            }),
            bundle: Some(progress.bundle),
            because: progress.failure.map(|failure| format!("{}: {}", failure.step, failure.reason)),
        },
    }
}
