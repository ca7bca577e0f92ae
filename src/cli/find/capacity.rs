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

use super::limit::{Limit, LimitArgument};
use super::notes;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::{completions, region};
use crate::discovery::capacity::{Devices, Sold, TypeWish, sold};
use crate::discovery::{self, NamePattern, RegionSelection, Unmatched};
use crate::model::{Market, OperatingSystem};
use crate::output::capacity::CapacityRow;

/// Find GPU, Inferentia, Trainium and HPC machines: where they are sold, what the account holds, what it could buy
///
/// Without flags that ask the account, the answer is the catalog's: which types are sold where, in which zones, under which
/// markets, at what price. That a type is sold as spot machine or capacity block is known of the type, not of each region.
/// With --reservations or --blocks the answer is what the account holds or could buy, and nothing else.
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
    #[command(flatten)]
    limit: LimitArgument,
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
    #[cfg(feature = "aws")]
    let mut outcome = account::ask(context, arguments, &wish)?;
    // Who asks what the account holds or could buy gets that alone, so that a launch that reads it takes nothing else.
    #[cfg(feature = "aws")]
    let mut offers = outcome.take_offers().unwrap_or(sold.offers);
    #[cfg(not(feature = "aws"))]
    let mut offers = sold.offers;
    #[cfg(feature = "aws")]
    let checked = arguments.account.quotas.check(context, &mut offers, arguments.account.count, None);
    let total = offers.len();
    let limit = Limit::in_force(context, arguments.limit.limit);
    offers.truncate(limit.rows().unwrap_or(usize::MAX));
    let rows: Vec<CapacityRow<'_>> = offers.into_iter().map(CapacityRow).collect();
    context.streams.write_list(context.streams.list_format(), &rows)?;
    tell_unmatched(context, &wish, &sold.unmatched);
    limit.tell_left_out(context.streams, "offer", total - rows.len(), total);
    tell_how_blocks_are_sold(context, &rows);
    notes::tell_old(context.streams, rows.iter().map(|row| &row.0));
    #[cfg(feature = "aws")]
    if !arguments.asks_account() && !arguments.asks_quotas() {
        context.streams.status("the account was not asked; --reservations, --blocks and --check ask it");
    }
    #[cfg(feature = "aws")]
    let class = outcome.say(context).or(checked);
    #[cfg(not(feature = "aws"))]
    let class = ExitClass::Done;
    Ok(if total == 0 { class.or(ExitClass::No) } else { class })
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
}

/// Says which patterns name nothing. A word that `find search` understands is shown the way there.
fn tell_unmatched(context: &Context<'_>, wish: &TypeWish, unmatched: &[Unmatched<'_>]) {
    unmatched.iter().for_each(|unmatched| context.streams.warn(unmatched));
    let words = wish.patterns.iter().map(NamePattern::as_str);
    let has_meaning = |word: &&str| {
        let reading = discovery::read_question(&[word], context.catalog());
        reading.is_ok_and(|reading| !reading.filters.is_empty())
    };
    if let Some(word) = words.filter(|_| !unmatched.is_empty()).find(has_meaning) {
        context
            .streams
            .hint(format_args!("here types go by their names; by words: cloudkit find search {word}"));
    }
}

fn tell_how_blocks_are_sold(context: &Context<'_>, rows: &[CapacityRow<'_>]) {
    let is_of_type_alone = |CapacityRow(offer): &CapacityRow<'_>| {
        offer.market == Market::CapacityBlock && offer.block.is_none() && offer.reservation_id.is_none()
    };
    if rows.iter().any(is_of_type_alone) {
        context.streams.status(
            "capacity-block says how the type is sold; what can be bought where: --blocks --count 1 --duration 1d",
        );
    }
}
