//! `cloudkit launch list`: the machines that cloudkit made, over all regions.
//!
//! AWS is asked each time.

use clap::Args;

use crate::aws::types::{Located, MachineState};
use crate::cli::account_regions::AskedRegions;
use crate::cli::command_error::CommandError;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region;
use crate::cli::region_failures;
use crate::model::{Market, tag};
use crate::platform::clock;
use crate::provision::inventory;
use crate::provision::report::MachineRow;
use crate::provision::selection::TagFilter;

/// List the machines that cloudkit made
#[derive(Debug, Args)]
pub(super) struct ListArguments {
    /// Region, pattern or all; may be repeated or a comma list [default: every region of the account]
    #[arg(short, long, value_name = "REGION", add = completions::regions())]
    region: Vec<String>,
    /// Ended machines too, for as long as EC2 shows them
    #[arg(short, long)]
    all: bool,
    /// Only machines that you launched
    #[arg(long)]
    mine: bool,
    /// Only machines with this tag; several must all hold
    #[arg(long, value_name = "KEY=VALUE")]
    tag: Vec<TagFilter>,
    /// Only machines in this state, such as running or stopped
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    state: Vec<MachineState>,
    /// Only machines bought this way
    #[arg(long, value_name = "MARKET", value_delimiter = ',')]
    market: Vec<Market>,
    /// Only the machines of this launch
    #[arg(long, value_name = "LAUNCH")]
    launch: Option<String>,
}

pub(super) fn run(context: &Context<'_>, arguments: &ListArguments) -> Result<ExitClass, CommandError> {
    let asked = AskedRegions::parse_or_all(context, &arguments.region)?;
    let (inventory, me) = context.block_on_bounded(async {
        let session = context.asking_session().await?;
        let sts = session.sts(&region::in_force(context).region.parse()?);
        let me = async {
            if !arguments.mine {
                return Ok(None);
            }
            Ok::<_, CommandError>(Some(tag::fitting(sts.caller().await?.short_name())))
        };
        let inventory = async {
            let regions = asked.resolve(context, &session).await?;
            Ok(inventory::list(&session, &regions).await)
        };
        tokio::try_join!(inventory, me)
    })?;
    let now = clock::now();
    let rows: Vec<MachineRow> = inventory
        .machines
        .iter()
        .filter(|one| arguments.means(one, me.as_deref()))
        .map(|one| MachineRow::of(one, context.catalog(), now))
        .collect();
    context.streams.write_list(context.streams.list_format(), &rows)?;
    if inventory.failures.is_empty() || !inventory.machines.is_empty() {
        tell_left_out(context, arguments, &inventory.machines, rows.len());
    }
    Ok(region_failures::tell(context, &inventory.failures))
}

/// Says how many machines there are beside those that are shown.
fn tell_left_out(context: &Context<'_>, arguments: &ListArguments, machines: &[Located], shown: usize) {
    let ended = machines.iter().filter(|one| one.machine.state.is_ended()).count();
    match machines.len() - shown {
        0 if shown == 0 => context.streams.status("no machines"),
        0 => {}
        left_out if left_out == ended && !arguments.filters() => {
            context.streams.status(format_args!("{ended} ended ones left out (--all shows them)"));
        }
        left_out => context.streams.status(format_args!("{left_out} others left out by what was asked")),
    }
}

impl ListArguments {
    fn filters(&self) -> bool {
        let Self { mine, tag, state, market, launch, .. } = self;
        *mine || launch.is_some() || !(tag.is_empty() && state.is_empty() && market.is_empty())
    }

    fn means(&self, one: &Located, me: Option<&str>) -> bool {
        let machine = &one.machine;
        let living = self.all || self.state.contains(&machine.state) || !machine.state.is_ended();
        living
            && me.is_none_or(|me| machine.tag(tag::OWNER) == Some(me))
            && self.tag.iter().all(|tag| tag.holds_for(one))
            && (self.state.is_empty() || self.state.contains(&machine.state))
            && (self.market.is_empty() || self.market.contains(&machine.market))
            && self.launch.as_deref().is_none_or(|launch| machine.tag(tag::LAUNCH) == Some(launch))
    }
}
