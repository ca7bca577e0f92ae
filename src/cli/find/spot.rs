//! `cloudkit find spot`: what spare capacity costs, what it saves, and how often it is taken back.
//!
//! Answers from the catalog in use. Only where that has no spot price at all are AWS's lists fetched first.

use clap::Args;

use super::fetch;
use super::filters::{self, FilterArguments, GRAMMAR};
use super::order;
use super::refresh::offline_error;
use super::room::RoomArguments;
use super::rows::{self, RowArguments};
#[cfg(feature = "aws")]
use super::spot_account;
use crate::catalog::Catalog;
use crate::catalog::feeds::spot_price::is_listed;
use crate::catalog::refresh::Refresh;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::discovery::{Figure, Filter, Inquiry};
use crate::model::{Market, OperatingSystem};
use crate::platform::clock;

/// Find spot machines: their price, what they save, and how often EC2 takes them back
///
/// Ranked by price. Without --region the region in force is searched. The offers carry the market spot, so that `cloudkit
/// launch` reading them asks for spot machines. The saving is against the on-demand price of the same region; `advisor 70%` is
/// what AWS's Spot Instance advisor says, shown where one of the two prices is not known, or where they are more than 90
/// days apart. The interruption rate is that of the last month, as AWS publishes it.
#[derive(Debug, Args)]
#[command(after_help = format!("{GRAMMAR}\n\n{EXAMPLES}"))]
pub(super) struct SpotArguments {
    #[command(flatten)]
    rows: RowArguments,
    /// Least that a machine saves against on demand in its region, in percent
    #[arg(long, value_name = "PERCENT", value_parser = filters::least(Figure::Saving), allow_negative_numbers = true)]
    min_saving: Option<Filter>,
    /// Most often that EC2 takes machines back, in percent a month
    #[arg(long, value_name = "PERCENT", value_parser = filters::most(Figure::Interruption), allow_negative_numbers = true)]
    max_interruption: Option<Filter>,
    #[command(flatten)]
    filters: FilterArguments,
    #[command(flatten)]
    room: RoomArguments,
    #[cfg(feature = "aws")]
    #[command(flatten)]
    account: spot_account::AccountArguments,
}

const EXAMPLES: &str = "Examples:
  cloudkit find spot l4 --region all
  cloudkit find spot 'g6*' g5.xlarge --max-interruption 10 --min-saving 50
  cloudkit find spot '8 gpus' --sort interruption,price
  cloudkit find spot g6.xlarge --per-zone
  cloudkit find spot g6.xlarge --history 7d --svg prices.svg
  cloudkit find spot m7i.large m7a.large --region 'us-*' | cloudkit launch --ttl 8h";

#[cfg(feature = "aws")]
impl SpotArguments {
    /// Whether prices of this moment, histories, scores or quotas are asked for.
    pub(super) const fn asks_account(&self) -> bool {
        self.account.is_asked() || self.room.is_asked()
    }
}

pub(super) fn run(
    context: &Context<'_>,
    arguments: SpotArguments,
    offline: bool,
) -> Result<ExitClass, CommandError> {
    let os = arguments.rows.os();
    #[cfg(feature = "aws")]
    let catalog = if arguments.account.is_asked() {
        context.catalog()
    } else {
        with_spot_prices(context, os, offline)?
    };
    #[cfg(not(feature = "aws"))]
    let catalog = with_spot_prices(context, os, offline)?;
    let mut inquiry = Inquiry { market: Some(Market::Spot), ..Inquiry::default() };
    let explain = arguments.filters.ask(&mut inquiry);
    inquiry.filters.extend([arguments.min_saving, arguments.max_interruption].into_iter().flatten());
    #[cfg(feature = "aws")]
    let typed =
        spot_account::Typed { regions: arguments.rows.regions().to_vec(), rows: arguments.rows.flags() };
    let understood = arguments.rows.understand(context, catalog, inquiry)?;
    order::refuse_impossible(&understood.question, &arguments.room)?;
    explain.tell(context, &understood);
    let question = understood.question;
    #[cfg(feature = "aws")]
    if arguments.account.is_asked() {
        return arguments.account.answer(context, catalog, question, &typed, &arguments.room);
    }
    rows::answer(context, catalog, question, None, &arguments.room)
}

/// The catalog in use, with the spot prices fetched first where it has none of an operating system that is listed.
fn with_spot_prices(
    context: &Context<'_>,
    os: OperatingSystem,
    offline: bool,
) -> Result<&'static Catalog<'static>, CommandError> {
    if !is_listed(os) || context.catalog().has_spot_prices(os) {
        return Ok(context.catalog());
    }
    if offline {
        return Err(offline_error("no spot prices are known here, and they cannot be fetched")
            .hint("read files of AWS's lists: cloudkit find refresh --from DIR"));
    }
    let report = fetch::spot(context, Refresh::begin(context.cache_directory()?, clock::now())?)?;
    super::refresh::tell_failures(context, &report);
    let catalog = context.reread_catalog();
    if catalog.has_spot_prices(os) {
        return Ok(catalog);
    }
    Err(CommandError::new(ExitClass::Unavailable, NoSpotPrices)
        .hint("fetch them with more time: cloudkit find refresh")
        .hint("read files of AWS's lists: cloudkit find refresh --from DIR"))
}

/// Nothing says what spot machines cost.
#[derive(Debug, thiserror::Error)]
#[error("no spot prices are known, and AWS's list of them could not be fetched")]
struct NoSpotPrices;
