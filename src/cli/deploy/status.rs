//! `cloudkit deploy status`: the machines of a deployment, and how far each is in becoming what it is for.
//!
//! Each machine is asked by SSH, all of them side by side, and asks its services and checks. Of one that can't be reached its
//! console says how far it came. What neither tells is unknown and says why; it is no failure.

use clap::Args;

use super::asked;
use super::chosen::in_order;
use super::folder::FolderArguments;
use super::named::{self, NameArguments};
use super::side_by_side::each;
use crate::aws::Session;
use crate::aws::types::{Located, MachineState};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::ssh::LoginArguments;
use crate::cli::region_failures;
use crate::deployment::destroy;
use crate::deployment::record::Record;
use crate::model::Span;
use crate::output::Format;
use crate::output::deploy::change::short;
use crate::output::deploy::machines::{DeployedMachine, SetUp};
use crate::platform::clock;
use crate::provision::report::MachineRow;

/// The pause between two looks where nobody says.
pub(super) const BETWEEN_LOOKS: Span = Span::from_seconds(5);

/// Show the machines of a deployment, and how far each is
#[derive(Debug, Args)]
#[command(
    after_help = "Ends with 1 where a machine could not be set up or is not healthy by now, or none is there."
)]
pub(super) struct StatusArguments {
    #[command(flatten)]
    name: NameArguments,
    /// Ask EC2 alone: not the machines by SSH
    #[arg(long)]
    no_ask: bool,
    /// Show it again and again, until each machine is set up or could not be, or Ctrl-C; with -o json a line each time
    #[arg(short, long, conflicts_with = "no_ask")]
    watch: bool,
    /// The pause between two looks of --watch
    #[arg(long, value_name = "SPAN", default_value_t = BETWEEN_LOOKS, requires = "watch")]
    every: Span,
    #[command(flatten)]
    login: LoginArguments,
}

/// A deployment as it was seen.
struct Seen {
    rows: Vec<DeployedMachine>,
    /// Whether a machine comes up, is being set up, or runs and can't be asked.
    moves: bool,
    was_asked: bool,
    record: Option<Record>,
    class: ExitClass,
}

pub(super) fn run(
    context: &Context<'_>,
    folder: &FolderArguments,
    arguments: &StatusArguments,
) -> Result<ExitClass, CommandError> {
    let name = arguments.name.resolve(context, folder)?;
    let login = named::login(context, folder, &name, &arguments.login)?;
    if arguments.watch {
        return context.block_on_bounded(watch(context, &name, &login, arguments.every));
    }
    let ask = (!arguments.no_ask).then_some(&login);
    let seen = context.block_on_bounded(look(context, &name, ask))?;
    let format = context.streams.list_format();
    context.streams.write_list(format, &seen.rows)?;
    tell(context, &name, &seen);
    if seen.was_asked && seen.moves {
        context.streams.hint(format_args!(
            "machines take minutes to come up: cloudkit deploy status {name} --watch shows how"
        ));
    }
    Ok(seen.class_of_all())
}

/// Shows it until there is nothing more to wait for. A look that fails later on is told, and the next one is taken.
pub(super) async fn watch(
    context: &Context<'_>,
    name: &str,
    login: &LoginArguments,
    every: Span,
) -> Result<ExitClass, CommandError> {
    let streams = context.streams;
    let until_settled = async {
        let mut is_first = true;
        loop {
            match look(context, name, Some(login)).await {
                Ok(seen) => {
                    streams.clear_screen()?;
                    match streams.list_format() {
                        Format::Json => streams.write_json_line(&seen.rows)?,
                        format => streams.write_list(format, &seen.rows)?,
                    }
                    tell(context, name, &seen);
                    if seen.is_settled() {
                        return Ok(seen.class_of_all());
                    }
                }
                Err(error) if is_first || error.class != ExitClass::Unavailable => return Err(error),
                Err(error) => streams.warn(&error.error),
            }
            is_first = false;
            tokio::time::sleep(every.to_duration()).await;
        }
    };
    tokio::select! {
        ended = until_settled => ended,
        _ = tokio::signal::ctrl_c() => {
            streams.status(format_args!("no longer watched; the machines of {name} go on"));
            streams.hint(format_args!("end all of it: cloudkit deploy destroy {name}"));
            Ok(ExitClass::Interrupted)
        }
    }
}

/// Looks at AWS, and asks the machines where it is said how.
async fn look(
    context: &Context<'_>,
    name: &str,
    login: Option<&LoginArguments>,
) -> Result<Seen, CommandError> {
    let home = named::home(context, context.session().await?).await?;
    let regions = named::regions(context, &home.session.asking()).await?;
    let found = destroy::look(&home, &regions, name).await?;
    let class = region_failures::tell(context, &found.failures);
    let mut living: Vec<Located> = found.living().cloned().collect();
    if living.is_empty() && found.stored.is_none() {
        let error = CommandError::new(class.or(ExitClass::No), format!("there is no deployment {name}"));
        return Err(error.hint("see what there is: cloudkit deploy list"));
    }
    in_order(&mut living);
    let now = clock::now();
    let answers = each(&living, asked::AT_ONCE, async |one| {
        Ok(match login {
            None => SetUp::unknown("not asked"),
            Some(login) => ask(context, &home.session, one, login).await,
        })
    })
    .await?;
    let rows = (1..).zip(living.iter().zip(answers)).map(|(number, (one, set_up))| {
        DeployedMachine::new(number, MachineRow::of(one, context.catalog(), now), set_up)
    });
    let rows: Vec<DeployedMachine> = rows.collect();
    let moves = living.iter().zip(&rows).any(|(one, row)| match one.machine.state {
        MachineState::Running => !row.has_come_to_an_end(),
        state => state == MachineState::Pending,
    });
    Ok(Seen {
        rows,
        moves,
        was_asked: login.is_some(),
        record: found.stored.and_then(|stored| stored.record),
        class,
    })
}

/// What a machine says of how far it is: by SSH, else on its console.
async fn ask(context: &Context<'_>, session: &Session, one: &Located, login: &LoginArguments) -> SetUp {
    match asked::progress(context, session, one, login).await {
        Ok(progress) => progress.into(),
        Err(because) if one.machine.state != MachineState::Running => SetUp::unknown(because),
        Err(because) => match session.ec2(&one.region).console(&one.machine.id).await {
            Ok(written) => SetUp::on_console(&written, &because),
            Err(error) => {
                context.streams.detail(format_args!("the console of {}: {error}", one.machine.id));
                SetUp::unknown(because)
            }
        },
    }
}

/// What is to be said besides the machines.
fn tell(context: &Context<'_>, name: &str, seen: &Seen) {
    let streams = context.streams;
    match &seen.record {
        Some(record) => {
            let (there, bundle) = (seen.rows.len(), short(&record.bundle));
            streams.status(format_args!("{there} of {} machines of {name}; bundle {bundle}", record.count));
            if there < record.count as usize {
                let gone = record.count as usize - there;
                streams.warn(format_args!(
                    "{gone} of the machines of {name} are gone, and no command brings them back"
                ));
                streams.hint(format_args!(
                    "begin anew: cloudkit deploy destroy {name}, then cloudkit deploy create"
                ));
            }
            let others = seen.rows.iter().filter_map(|row| row.is_at_another(&record.bundle));
            others.for_each(|other| streams.warn(other));
            if let Some(since) = record.changing_since {
                streams.warn(format_args!(
                    "not all machines have come to bundle {bundle}, to which they are changed since {since:.0}"
                ));
                let back = match record.former_bundles.as_slice() {
                    [] => String::new(),
                    _ => format!(", cloudkit deploy rollback {name} goes back"),
                };
                streams.hint(format_args!("where nobody is at it: cloudkit deploy update goes on{back}"));
            }
        }
        None => streams.warn(format_args!("there is no record of {name} that can be read")),
    }
    if seen.was_asked {
        seen.rows.iter().filter_map(DeployedMachine::complaint).for_each(|row| streams.warn(row));
    }
    if seen.rows.iter().any(DeployedMachine::is_unhealthy) {
        streams.hint(format_args!("what it has written: cloudkit deploy logs {name}"));
        streams.hint("what has died is brought up again by: cloudkit deploy update");
    }
}

impl Seen {
    fn class_of_all(&self) -> ExitClass {
        let is_bad = self.rows.is_empty() || self.rows.iter().any(DeployedMachine::is_bad);
        self.class.or(if is_bad { ExitClass::No } else { ExitClass::Done })
    }

    /// Whether nothing more comes by itself. What one fails on in the midst of an update, the others are not told.
    fn is_settled(&self) -> bool {
        let is_changing = self.record.as_ref().is_some_and(|record| record.changing_since.is_some());
        let has_stopped = !is_changing || self.rows.iter().any(DeployedMachine::is_bad);
        has_stopped && !self.moves
    }
}
