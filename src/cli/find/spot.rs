//! `cloudkit find spot`: what spare capacity costs, what it saves, and how often it is taken back.
//!
//! Answers from the catalog in use. Only where that has no spot price at all are AWS's lists fetched first.

use clap::Args;

use super::fetch;
use super::refresh::offline_error;
use super::search::{self, in_force, tell};
use crate::catalog::refresh::Refresh;
use crate::catalog::{Catalog, Offering, Region};
use crate::cli::command_error::CommandError;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::discovery::{self, NamePattern, Question, RegionSelection, SortKey};
use crate::model::{Market, Money, OperatingSystem};
use crate::platform::clock;

/// Find spot machines: their price, what they save, and how often EC2 takes them back
///
/// Ranked by price. Without --region the region in force is searched; the offers carry the market spot, so that `cloudkit
/// launch` reading them asks for spot machines.
#[derive(Debug, Args)]
pub(super) struct SpotArguments {
    /// Instance types by name or pattern, such as m7i.large or 'g6*'
    #[arg(add = completions::instance_types())]
    patterns: Vec<NamePattern>,
    /// Region, pattern such as 'us-*', or all; may be repeated or a comma list
    #[arg(short, long, value_name = "REGION", add = completions::regions())]
    region: Vec<String>,
    /// Most that an hour may cost, in US dollars
    #[arg(long, value_name = "USD")]
    max_price: Option<Money>,
    /// What the price is for: linux, windows
    #[arg(long, value_name = "OS", default_value_t)]
    os: OperatingSystem,
    /// Sort by these columns
    #[arg(long, value_name = "KEYS", value_delimiter = ',', allow_hyphen_values = true)]
    sort: Vec<SortKey>,
    /// Show at most this many [default: 20 on a terminal, else all]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

pub(super) fn run(
    context: &Context<'_>,
    arguments: SpotArguments,
    offline: bool,
) -> Result<ExitClass, CommandError> {
    let catalog = with_spot_prices(context, offline)?;
    let selection = RegionSelection::parse(&arguments.region)?;
    let selection = if selection.is_empty() { in_force(context)? } else { selection };
    let regions = selection.resolve(catalog)?.iter().map(|region| region.code().to_owned()).collect();
    let is_default_limit = arguments.limit.is_none() && context.streams.surroundings().stdout_is_terminal;
    let question = Question {
        regions,
        patterns: arguments.patterns,
        market: Market::Spot,
        os: arguments.os,
        max_price: arguments.max_price,
        sort: arguments.sort,
        limit: arguments.limit.or(is_default_limit.then_some(search::TERMINAL_LIMIT)),
        ..Question::default()
    };
    let answer = discovery::search(catalog, &question)?;
    context.streams.write_list(context.streams.list_format(), &answer.offers)?;
    tell(context, &answer, is_default_limit);
    Ok(if answer.offers.is_empty() { ExitClass::No } else { ExitClass::Done })
}

/// The catalog in use, with the spot prices fetched first where it has none.
fn with_spot_prices(context: &Context<'_>, offline: bool) -> Result<&'static Catalog<'static>, CommandError> {
    if has_spot_prices(context.catalog()) {
        return Ok(context.catalog());
    }
    if offline {
        return Err(offline_error("no spot prices are known here, and they cannot be fetched"));
    }
    let report = fetch::spot(context, Refresh::begin(context.cache_directory()?, clock::now())?)?;
    super::refresh::tell_failures(context, &report);
    let catalog = context.reread_catalog();
    if has_spot_prices(catalog) {
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

fn has_spot_prices(catalog: &Catalog<'_>) -> bool {
    let offerings = catalog.regions().flat_map(Region::offerings);
    let has_price = |offering: &Offering<'_>| offering.price(Market::Spot, OperatingSystem::Linux).is_some();
    offerings.clone().any(|offering| has_price(&offering))
}
