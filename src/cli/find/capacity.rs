//! `cloudkit find capacity`: accelerated and HPC machines, where they are sold, and what the account holds or could buy.
//!
//! What is sold comes from the catalog. AWS is asked only by the flags that say so.

#[cfg(feature = "aws")]
mod account;
#[cfg(feature = "aws")]
mod blocks;
#[cfg(feature = "aws")]
mod check;
#[cfg(feature = "aws")]
mod moment;

use clap::Args;

use super::notes;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::{completions, region, values};
use crate::discovery::capacity::{Devices, Sold, TypeWish, sold};
use crate::discovery::{NamePattern, RegionSelection};
use crate::model::{Market, OperatingSystem};
use crate::output::capacity::CapacityRow;

/// How many offers a terminal gets where `--limit` does not say.
const TERMINAL_LIMIT: usize = 20;

/// Find GPU, Inferentia, Trainium and HPC machines: where they are sold, what the account holds, what it could buy
///
/// Without flags that ask the account, the answer is the catalog's: which types are sold where, in which zones, under which
/// markets, at what price. That a type is sold as spot machine or capacity block is known of the type, not of each region.
///
/// --check ends with 0 where at least one machine can be had now for certain, and with 1 where none can or where nobody
/// knows; the answer says which.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit find capacity --gpu-only --region us-east-1,us-west-2
  cloudkit find capacity --reservations --min-count 4 --region all | cloudkit launch --ttl 8h
  cloudkit find capacity p5.48xlarge --blocks --count 4 --duration 2d --start-after 2027-01-10
  cloudkit find capacity p5.48xlarge --check")]
pub(super) struct CapacityArguments {
    /// Instance types by name or pattern, such as p5.48xlarge or 'g6*' [default: all accelerated and HPC types]
    #[arg(add = completions::instance_types())]
    patterns: Vec<NamePattern>,
    /// The same as a comma list
    #[arg(long, value_name = "TYPES", value_delimiter = ',', add = completions::instance_types())]
    instance_types: Vec<NamePattern>,
    /// Only types with a GPU
    #[arg(long, conflicts_with = "accelerator_only")]
    gpu_only: bool,
    /// Only types with another accelerator, such as Inferentia or Trainium
    #[arg(long)]
    accelerator_only: bool,
    /// Region, pattern such as 'us-*', or all; may be repeated or a comma list
    #[arg(short, long, alias = "regions", value_name = "REGION", add = completions::regions())]
    region: Vec<String>,
    /// What prices are for: linux, windows, rhel, suse
    #[arg(long, value_name = "OS", default_value_t, add = completions::words(OperatingSystem::ALL))]
    os: OperatingSystem,
    /// Show at most this many [default: 20 on a terminal, else all]
    #[arg(long, value_name = "N", value_parser = values::limit, allow_negative_numbers = true)]
    limit: Option<usize>,
    #[cfg(feature = "aws")]
    #[command(flatten)]
    account: account::AccountArguments,
}

pub(super) fn run(context: &Context<'_>, arguments: &CapacityArguments) -> Result<ExitClass, CommandError> {
    let wish = arguments.wish();
    #[cfg(feature = "aws")]
    if arguments.account.check {
        return check::run(context, arguments, &wish);
    }
    let sold = arguments.sold(context, &wish)?;
    let mut offers = Vec::new();
    #[cfg(feature = "aws")]
    let mut outcome = account::ask(context, arguments, &wish)?;
    #[cfg(feature = "aws")]
    offers.extend(outcome.take_offers());
    #[cfg(feature = "aws")]
    let of_account = offers.len();
    offers.extend(sold.offers);
    #[cfg(feature = "aws")]
    let checked = arguments.account.quotas.check(context, &mut offers, arguments.account.count);
    let total = offers.len();
    offers.truncate(arguments.limit(context).unwrap_or(usize::MAX));
    let rows: Vec<CapacityRow<'_>> = offers.into_iter().map(CapacityRow).collect();
    context.streams.write_list(context.streams.list_format(), &rows)?;
    sold.unmatched.iter().for_each(|unmatched| context.streams.warn(unmatched));
    tell_offers(context, arguments, &rows, total);
    notes::tell_old(context.streams, rows.iter().map(|row| &row.0));
    #[cfg(feature = "aws")]
    let class = match outcome.say(context, of_account) {
        ExitClass::Done => checked,
        class => class,
    };
    #[cfg(not(feature = "aws"))]
    let class = ExitClass::Done;
    Ok(if class == ExitClass::Done && rows.is_empty() { ExitClass::No } else { class })
}

impl CapacityArguments {
    fn wish(&self) -> TypeWish {
        let devices = match (self.gpu_only, self.accelerator_only) {
            (true, _) => Devices::Gpus,
            (false, true) => Devices::Accelerators,
            (false, false) => Devices::Any,
        };
        let patterns = self.patterns.iter().chain(&self.instance_types).cloned().collect();
        TypeWish { patterns, devices }
    }

    /// What the catalog says. A region that it has no data of is no mistake where the account is asked about it.
    fn sold(&self, context: &Context<'_>, wish: &TypeWish) -> Result<Sold<'static>, CommandError> {
        let catalog = context.catalog();
        let selection = self.selection(context)?;
        let regions = if self.asks_account() {
            let names = selection.names(catalog)?;
            names.into_iter().filter_map(|name| catalog.region(name)).collect()
        } else {
            selection.resolve(catalog)?
        };
        Ok(sold(catalog, wish, &regions, self.os, Some(context.today()?)))
    }

    /// The regions that were typed, else the one in force.
    fn selection(&self, context: &Context<'_>) -> Result<RegionSelection, CommandError> {
        if !self.region.is_empty() {
            return Ok(RegionSelection::parse(&self.region)?);
        }
        let region::InForce { region, named_by } = region::in_force(context);
        // Where the account is asked it is said there.
        if !self.asks_account() {
            let all = "--region all searches the world";
            context.streams.status(format_args!("region {region} ({named_by}); {all}"));
        }
        Ok(RegionSelection::parse([region])?)
    }

    /// Whether the account is asked whether its quotas have room.
    #[cfg(feature = "aws")]
    pub(super) const fn asks_quotas(&self) -> bool {
        self.account.quotas.are_asked()
    }

    /// Whether the account is asked what it holds or could buy.
    #[cfg(feature = "aws")]
    pub(super) const fn asks_account(&self) -> bool {
        self.account.is_asked()
    }

    #[cfg(not(feature = "aws"))]
    #[expect(clippy::unused_self, reason = "without the SDK there is no account to ask")]
    const fn asks_account(&self) -> bool {
        false
    }

    fn limit(&self, context: &Context<'_>) -> Option<usize> {
        let terminal_limit = context.streams.surroundings().stdout_is_terminal.then_some(TERMINAL_LIMIT);
        self.limit.or(terminal_limit)
    }
}

fn tell_offers(context: &Context<'_>, arguments: &CapacityArguments, rows: &[CapacityRow<'_>], total: usize) {
    let streams = context.streams;
    let left_out = total - rows.len();
    if left_out > 0 {
        let flag = if arguments.limit.is_none() {
            format!("--limit {total}")
        } else {
            "a higher --limit".to_owned()
        };
        streams.status(format_args!("{left_out} of {total} offers left out; {flag} shows them"));
    }
    let is_of_type_alone = |CapacityRow(offer): &CapacityRow<'_>| {
        offer.market == Market::CapacityBlock && offer.block.is_none() && offer.reservation_id.is_none()
    };
    if rows.iter().any(is_of_type_alone) {
        streams.status(
            "capacity-block says how the type is sold; what can be bought where: --blocks --count 1 --duration 1d",
        );
    }
}
