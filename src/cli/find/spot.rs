//! `cloudkit find spot`: what spot machines cost, and how that moved.
//!
//! So far only what needs an account: the prices of this moment, `--history` and `--score`.

use clap::Args;
use clap::builder::RangedU64ValueParser;

use super::account_regions::AskedRegions;
use super::history::{HistoryArguments, SpotQuestion};
use super::scores::ScoreArguments;
use crate::aws::regions::PerRegion;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region_failures;
use crate::discovery::NamePattern;
use crate::discovery::account::history::{PricePoint, current_spot_prices};
use crate::discovery::capacity::{Devices, TypeWish};
use crate::model::OperatingSystem;
use crate::platform::clock;

/// Spot prices: what they were, and how likely a request is to succeed
#[derive(Debug, Args)]
pub(super) struct SpotArguments {
    /// Instance types by name or pattern
    #[arg(required = true)]
    patterns: Vec<NamePattern>,
    /// Region, pattern such as 'us-*', or all; may be repeated or a comma list
    #[arg(short, long, value_name = "REGION")]
    region: Vec<String>,
    /// What the price is for: linux, windows, rhel, suse
    #[arg(long, value_name = "OS", default_value_t)]
    os: OperatingSystem,
    /// How many machines
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = RangedU64ValueParser::<u32>::new().range(1..=2_000_000_000))]
    count: u32,
    #[command(flatten)]
    history: HistoryArguments,
    #[command(flatten)]
    score: ScoreArguments,
}

pub(super) fn run(context: &Context<'_>, arguments: &SpotArguments) -> Result<ExitClass, CommandError> {
    let question = arguments.question(context)?;
    if arguments.history.are_asked() {
        return arguments.history.show(context, question);
    }
    if arguments.score.are_asked() {
        return arguments.score.show(context, question, arguments.count);
    }
    prices(context, question)
}

/// The price of this moment in every zone.
fn prices(context: &Context<'_>, question: SpotQuestion) -> Result<ExitClass, CommandError> {
    let SpotQuestion { types, regions, os } = question;
    let PerRegion { answers, failures } = context.block_on_bounded(async {
        let session = context.session().await?;
        let regions = regions.resolve(context, &session).await?;
        Ok(current_spot_prices(&session, &regions, &types, os, clock::now()).await)
    })?;
    let rows: Vec<PricePoint> = answers
        .into_iter()
        .flat_map(|(region, prices)| prices.into_iter().map(move |price| price.into_point(&region, os)))
        .collect();
    context.streams.write_list(context.streams.list_format(), &rows)?;
    let class = region_failures::tell(context, &failures);
    Ok(if rows.is_empty() && class == ExitClass::Done { ExitClass::No } else { class })
}

impl SpotArguments {
    fn question(&self, context: &Context<'_>) -> Result<SpotQuestion, CommandError> {
        let regions = AskedRegions::parse(context, &self.region)?;
        let wish = TypeWish { patterns: self.patterns.clone(), devices: Devices::Any };
        let types = wish.types(context.catalog());
        if types.is_empty() {
            return Err(CommandError::new(ExitClass::No, "no instance type is called so"));
        }
        let types = types.iter().map(|one| one.name().parse()).collect::<Result<_, _>>()?;
        Ok(SpotQuestion { types, regions, os: self.os })
    }
}
