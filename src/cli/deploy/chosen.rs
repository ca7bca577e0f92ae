//! The machines of a deployment that a command is for: all of them, or those that are named.
//!
//! A machine goes by its id, or by its number, which is its place among the deployment's machines by region and id.

use clap::Args;

use super::folder::FolderArguments;
use super::named::{self, NameArguments};
use crate::aws::types::{Located, MachineState};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::ssh::{self, LoginArguments};
use crate::cli::region_failures;
use crate::deployment::home::Home;
use crate::deployment::record::{self, Stored};
use crate::deployment::report::is_of;
use crate::model::RegionName;
use crate::provision::inventory::{self, Inventory};

/// Which machines.
#[derive(Debug, Args)]
pub(super) struct ChosenArguments {
    /// These machines alone, by their ids or by their numbers in `deploy status` [default: all]
    #[arg(short, long, value_name = "MACHINE", value_delimiter = ',')]
    pub(super) machine: Vec<String>,
    /// The machines of these regions alone
    #[arg(short, long, value_name = "REGION", value_delimiter = ',')]
    pub(super) region: Vec<RegionName>,
}

/// A deployment, and its machines that have not ended, in the order of their numbers.
pub(super) struct Deployed {
    pub(super) name: String,
    pub(super) home: Home,
    pub(super) stored: Option<Stored>,
    pub(super) machines: Vec<Located>,
    /// What is the matter with the list: a region that could not be asked.
    pub(super) class: ExitClass,
}

/// Puts machines into the order of their numbers.
pub(super) fn in_order(machines: &mut [Located]) {
    machines.sort_by(|one, other| (&one.region, &one.machine.id).cmp(&(&other.region, &other.machine.id)));
}

/// A deployment as it is now, which has to be there. Only the regions of its record are asked, since it names each before
/// there is a machine; all of them where it can't be read.
pub(super) async fn look(context: &Context<'_>, name: &str) -> Result<Deployed, CommandError> {
    let home = named::home(context, context.session().await?).await?;
    let asking = home.session.asking();
    let stored = record::read(&home.bucket(), name).await?;
    let recorded = stored.as_ref().and_then(|stored| stored.record.as_ref());
    let regions: Vec<RegionName> = match recorded {
        Some(record) => record.regions().iter().map(|region| region.parse()).collect::<Result<_, _>>()?,
        None => named::regions(context, &asking).await?,
    };
    let Inventory { machines, failures } = inventory::list(&asking, &regions).await;
    let class = region_failures::tell(context, &failures);
    let mut machines: Vec<Located> =
        machines.into_iter().filter(|one| is_of(one, name) && !one.machine.state.is_ended()).collect();
    in_order(&mut machines);
    if machines.is_empty() {
        let said = match stored {
            Some(_) => format!("no machine of {name} is there"),
            None => format!("there is no deployment {name}"),
        };
        let error = CommandError::new(class.or(ExitClass::No), said);
        return Err(error.hint("see what there is: cloudkit deploy list"));
    }
    Ok(Deployed { name: name.to_owned(), home, stored, machines, class })
}

impl Deployed {
    /// The machines that are meant. What was typed and means none is refused.
    pub(super) fn chosen(&self, arguments: &ChosenArguments) -> Result<Vec<Located>, CommandError> {
        for region in &arguments.region {
            if self.machines.iter().all(|one| one.region != *region) {
                return Err(self.unknown(format!("{} has no machine in {region}", self.name)));
            }
        }
        let in_region = |one: &Located| arguments.region.is_empty() || arguments.region.contains(&one.region);
        if arguments.machine.is_empty() {
            return Ok(self.machines.iter().filter(|one| in_region(one)).cloned().collect());
        }
        let mut chosen: Vec<Located> = Vec::new();
        for typed in &arguments.machine {
            let one = self.one(typed)?;
            if !in_region(one) {
                let error = format!("{} is in {}, which --region leaves out", one.machine.id, one.region);
                return Err(CommandError::usage(error));
            }
            if chosen.iter().all(|other| other.machine.id != one.machine.id) {
                chosen.push(one.clone());
            }
        }
        Ok(chosen)
    }

    /// The machine of that id or number.
    pub(super) fn one(&self, typed: &str) -> Result<&Located, CommandError> {
        let numbered = || self.machines.get(typed.parse::<usize>().ok()?.checked_sub(1)?);
        let found = self.machines.iter().find(|one| one.machine.id == typed).or_else(numbered);
        found.ok_or_else(|| self.unknown(format!("{} has no machine {typed}", self.name)))
    }

    fn unknown(&self, error: String) -> CommandError {
        self.with_list(CommandError::new(self.class.or(ExitClass::Usage), error))
    }

    /// An error that says which machines there are.
    pub(super) fn with_list(&self, error: CommandError) -> CommandError {
        let lines = self.machines.iter().zip(1..).map(|(one, number)| {
            format!("\n{number}  {}  {}, {}", one.machine.id, one.region, one.machine.state)
        });
        error.hint(format!("its machines are:{}", lines.collect::<String>()))
    }
}

/// The machines that a command goes to by SSH, and the way to them.
pub(super) struct Reachable {
    pub(super) deployed: Deployed,
    pub(super) login: LoginArguments,
    /// Those that are meant and run.
    pub(super) machines: Vec<Located>,
    /// What is the matter with the list, and with those that don't run.
    pub(super) class: ExitClass,
}

/// Those that are meant, of a deployment that is named or found here.
pub(super) fn reachable(
    context: &Context<'_>,
    folder: &FolderArguments,
    name: &NameArguments,
    login: &LoginArguments,
    chosen: &ChosenArguments,
) -> Result<Reachable, CommandError> {
    let name = name.resolve(context, folder)?;
    let login = named::login(context, folder, &name, login)?;
    context.block_on(ssh::is_here())??;
    let deployed = context.block_on_bounded(look(context, &name))?;
    let (machines, class) = running(context, deployed.chosen(chosen)?);
    let class = class.or(deployed.class);
    Ok(Reachable { deployed, login, machines, class })
}

/// Those that run; what can't be asked anything is named, with what that means for the exit code.
fn running(context: &Context<'_>, chosen: Vec<Located>) -> (Vec<Located>, ExitClass) {
    let (running, others): (Vec<Located>, Vec<Located>) =
        chosen.into_iter().partition(|one| one.machine.state == MachineState::Running);
    for one in &others {
        let Located { region, machine } = one;
        context.streams.warn(format_args!("{} in {region} is {}: left out", machine.id, machine.state));
    }
    (running, if others.is_empty() { ExitClass::Done } else { ExitClass::No })
}
