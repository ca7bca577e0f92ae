//! The machines that a verb is for: by id, name, launch or tags, found over the account's regions.
//!
//! What is done to them is the verbs' affair.

use std::collections::BTreeSet;

use clap::Args;
use inquire::InquireError;

use crate::aws::types::{Identity, Located};
use crate::aws::{AwsError, ErrorKind, Session};
use crate::catalog::nearest;
use crate::cli::account_regions::AskedRegions;
use crate::cli::command_error::CommandError;
use crate::cli::context::{Context, TimedOut};
use crate::cli::exit_code::ExitClass;
use crate::cli::region;
use crate::cli::region_failures;
use crate::model::tag;
use crate::provision::inventory::{self, Inventory};
use crate::provision::selection::{self, SelectError, Selected, Selector, TagFilter};

/// Which machines are meant.
#[derive(Debug, Clone, Args)]
pub(super) struct MachineArguments {
    /// Id or name of a machine, or the id of a launch for all of its machines
    #[arg(value_name = "MACHINE")]
    pub(super) machines: Vec<String>,
    /// Machines with this tag; several must all hold
    #[arg(long, value_name = "KEY=VALUE")]
    tag: Vec<TagFilter>,
    /// Where to look: region, pattern or all [default: every region of the account]
    #[arg(short, long, value_name = "REGION")]
    region: Vec<String>,
}

impl MachineArguments {
    /// One machine, named as it was typed.
    pub(super) fn one(machine: &str, region: &[String]) -> Self {
        Self { machines: vec![machine.to_owned()], tag: Vec::new(), region: region.to_vec() }
    }

    /// Whether neither a machine nor a tag is named.
    pub(super) fn means_nothing(&self) -> bool {
        self.machines.is_empty() && self.tag.is_empty()
    }
}

/// Machines that were found, and what it takes to do something to them.
pub(super) struct Found {
    pub(super) session: Session,
    pub(super) caller: Identity,
    pub(super) machines: Vec<Located>,
    /// What is the matter with the choice: something typed means no machine, or machines may be missing from it.
    pub(super) class: ExitClass,
}

/// Finds the machines that are meant; which of several of one name is asked on the terminal.
pub(super) fn find(context: &Context<'_>, arguments: &MachineArguments) -> Result<Found, CommandError> {
    if arguments.means_nothing() {
        return Err(CommandError::usage("no machine is named")
            .hint("name it by its id or its name, or name a tag: --tag KEY=VALUE")
            .hint("see what there is: cloudkit launch list"));
    }
    find_or_all(context, arguments)
}

/// The same, where nothing that was typed means every machine that has not ended, if there is any.
pub(super) fn find_or_all(
    context: &Context<'_>,
    arguments: &MachineArguments,
) -> Result<Found, CommandError> {
    let asked = AskedRegions::parse_or_all(context, &arguments.region)?;
    let (session, caller, inventory) = context.block_on_bounded(async {
        let session = context.session().await?;
        let sts = session.sts(&region::in_force(context).region.parse()?);
        let caller = async { Ok(sts.caller().await?) };
        let inventory = async {
            let session = session.asking();
            let regions = asked.resolve(context, &session).await?;
            Ok::<_, CommandError>(inventory::list(&session, &regions).await)
        };
        let (caller, inventory) = tokio::try_join!(caller, inventory)?;
        Ok((session, caller, inventory))
    })?;
    let mut selectors: Vec<Selector> = arguments.machines.iter().map(|typed| Selector::of(typed)).collect();
    loop {
        match selection::select(&inventory.machines, &selectors, &arguments.tag) {
            Ok(Selected { machines, missing }) => {
                let failed = region_failures::tell(context, &inventory.failures);
                missing.iter().for_each(|error| context.streams.warn_of_cost(error));
                let class = match missing.is_empty() {
                    false => failed.or(ExitClass::No),
                    true if selectors.iter().any(means_several) || selectors.is_empty() => failed,
                    true => ExitClass::Done,
                };
                return Ok(Found { session, caller, machines, class });
            }
            Err(SelectError::Several { name, machines }) if context.process.can_ask() => {
                let one = Selector::Id(ask_which(&name, &machines)?);
                for selector in &mut selectors {
                    if *selector == Selector::Name(name.clone()) {
                        *selector = one.clone();
                    }
                }
            }
            Err(SelectError::NoneTagged) if arguments.means_nothing() => {
                let class = region_failures::tell(context, &inventory.failures);
                return Ok(Found { session, caller, machines: Vec::new(), class });
            }
            Err(error) => return Err(not_found(context, &inventory, error)),
        }
    }
}

/// Whether more machines may be meant than were found.
fn means_several(selector: &Selector) -> bool {
    matches!(selector, Selector::Launch(_))
}

/// Where a region could not be asked, "none" is not known to be true.
fn not_found(context: &Context<'_>, inventory: &Inventory, error: SelectError) -> CommandError {
    let class = region_failures::tell(context, &inventory.failures);
    match &error {
        SelectError::Several { .. } => CommandError::usage(error).hint("name it by its id"),
        _ if class != ExitClass::Done => CommandError::new(class, error),
        _ => {
            let near = near(inventory, &error);
            let error = CommandError::new(ExitClass::No, error);
            let error = if near.is_empty() { error } else { error.hint(format!("did you mean: {near}")) };
            error.hint("see what there is: cloudkit launch list")
        }
    }
}

/// The names of machines that may have been meant.
fn near(inventory: &Inventory, error: &SelectError) -> String {
    let SelectError::Nothing(typed) = error else { return String::new() };
    let living = inventory.machines.iter().filter(|one| !one.machine.state.is_ended());
    let names: BTreeSet<&str> = living.filter_map(|one| one.machine.tag(tag::NAME)).collect();
    nearest(typed, names.into_iter()).join(", ")
}

fn ask_which(name: &str, machines: &[Located]) -> Result<String, CommandError> {
    let line = |one: &Located| {
        let machine = &one.machine;
        let started = machine.launched_at.map_or_else(String::new, |at| format!(", started {at}"));
        format!("{}  {}, {}, {}{started}", machine.id, machine.instance_type, one.region, machine.state)
    };
    let question = format!("Which {name}?");
    match inquire::Select::new(&question, machines.iter().map(line).collect()).raw_prompt() {
        Ok(answer) => Ok(machines[answer.index].machine.id.clone()),
        Err(InquireError::OperationCanceled) => {
            Err(CommandError::new(ExitClass::No, "no machine was chosen"))
        }
        Err(InquireError::OperationInterrupted) => {
            Err(CommandError::new(ExitClass::Interrupted, "interrupted"))
        }
        Err(error) => Err(CommandError::usage(error).hint("name it by its id")),
    }
}

/// Runs what changes machines; where its time ends first, what was sent may be done all the same.
pub(super) fn change<T>(
    context: &Context<'_>,
    work: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    context.block_on_bounded(work).map_err(|error| match error.error.is::<TimedOut>() {
        true => error.hint("what was sent may be done all the same: cloudkit launch list shows it"),
        false => error,
    })
}

/// A machine as a sentence names it: `trainer (i-…)`.
pub(super) fn named(one: &Located) -> String {
    match one.machine.tag(tag::NAME) {
        Some(name) => format!("{name} ({})", one.machine.id),
        None => one.machine.id.clone(),
    }
}

/// A machine as a question names it, with its type and its place.
pub(super) fn placed(one: &Located) -> String {
    format!("{}, {}, {}", named(one), one.machine.instance_type, one.region)
}

/// What to do where a stopped machine finds no room: it starts in its own zone, as its own type, or not at all.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html#troubleshooting-launch-capacity>
pub(super) fn no_room_to_start(one: &Located) -> String {
    let Located { machine, .. } = one;
    let zone = machine.zone_id.as_deref().unwrap_or("its zone");
    format!(
        "EC2 has no room for {} in {zone} now, where its disks are: try again in some minutes, and end it if you give up, since they cost on: cloudkit launch terminate {}",
        machine.instance_type, machine.id
    )
}

/// Tells what came of a deed for each machine; the class is that of the worst.
pub(super) fn tell(
    context: &Context<'_>,
    machines: &[Located],
    outcomes: Vec<Result<(), AwsError>>,
    done: &str,
    not_done: &str,
) -> ExitClass {
    let mut class = ExitClass::Done;
    for (one, outcome) in machines.iter().zip(outcomes) {
        match outcome {
            Ok(()) => context.streams.status(format_args!("{} {done}", named(one))),
            Err(error) => {
                let (its, hints) = crate::cli::command_error::class_and_hints(&error);
                context.streams.warn_of_cost(format_args!("{} {not_done}: {error}", named(one)));
                match error.kind {
                    ErrorKind::Capacity => context.streams.hint(no_room_to_start(one)),
                    _ => hints.iter().for_each(|hint| context.streams.hint(hint)),
                }
                class = if class == ExitClass::Done { its } else { class };
            }
        }
    }
    class
}
