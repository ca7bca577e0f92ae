//! What `find spot` asks of an account: prices of this moment by zone, how prices moved, and placement scores.
//!
//! Which machines are meant is decided in `spot.rs`, by the same words and flags as without an account.

use std::collections::BTreeSet;

use clap::Args;

use super::history::{HistoryArguments, SpotQuestion};
use super::room::RoomArguments;
use super::rows;
use super::scores::ScoreArguments;
use crate::catalog::Catalog;
use crate::cli::account_regions::AskedRegions;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region_failures;
use crate::discovery::account::history::{ZonePrice, current_spot_prices};
use crate::discovery::{self, LivePrice, LivePrices, Question};
use crate::model::{InstanceTypeName, Market};
use crate::platform::clock;

/// What is asked of the account.
#[derive(Debug, Args)]
pub(super) struct AccountArguments {
    /// Ask the account for the price of this moment in each zone; with --score, score zones instead of regions
    #[arg(long, help_heading = "Prices of this moment (need an AWS account)")]
    per_zone: bool,
    #[command(flatten)]
    history: HistoryArguments,
    #[command(flatten)]
    score: ScoreArguments,
}

/// What was typed beside the words.
pub(super) struct Typed {
    /// Regions.
    pub(super) regions: Vec<String>,
    /// The order and the number of rows, as flags.
    pub(super) rows: Vec<String>,
}

impl AccountArguments {
    /// Whether the account is to be asked.
    pub(super) const fn is_asked(&self) -> bool {
        self.per_zone || self.history.are_asked() || self.score.are_asked()
    }

    /// Refuses what asks for the room of offers where none are shown.
    fn refuse_quotas(&self, room: &RoomArguments) -> Result<(), CommandError> {
        let flag = match (self.history.are_asked(), self.score.are_asked()) {
            (true, _) => "--history",
            (false, true) => "--score",
            (false, false) => return Ok(()),
        };
        if !room.is_asked() {
            return Ok(());
        }
        let error = format!("quotas are of offers, and {flag} shows none");
        Err(CommandError::usage(error).hint(format!("which offers have room: the same without {flag}")))
    }

    /// Asks the account, and prints what it says.
    pub(super) fn answer(
        &self,
        context: &Context<'_>,
        catalog: &Catalog<'_>,
        question: Question,
        typed: &Typed,
        room: &RoomArguments,
    ) -> Result<ExitClass, CommandError> {
        self.refuse_quotas(room)?;
        let types = types(catalog, &question)?;
        if types.is_empty() {
            // What left nothing is said as it is without an account.
            return rows::answer(context, catalog, question, None, room);
        }
        let regions = if typed.regions.is_empty() { &question.regions } else { &typed.regions };
        let regions = AskedRegions::parse(context, regions)?;
        let meant = SpotQuestion { types, regions, os: question.os };
        if self.history.are_asked() || self.score.are_asked() {
            tell_not_looked_at(context, &question, typed);
        }
        if self.history.are_asked() {
            return self.history.show(context, meant);
        }
        if self.score.are_asked() {
            return self.score.show(context, meant, room.count, self.per_zone);
        }
        let (live, class) = match live_prices(context, meant) {
            Ok((live, class)) => (Some(live), class),
            Err(error) if catalog.has_spot_prices(question.os) => (None, tell_not_asked(context, &error)),
            Err(error) => return Err(error),
        };
        let shown = rows::answer(context, catalog, question, live.as_ref(), room)?;
        Ok(class.or(shown))
    }
}

/// Says what a history and a score know nothing of: filters on what an offer costs, and the order and number of offers.
fn tell_not_looked_at(context: &Context<'_>, question: &Question, typed: &Typed) {
    let of_offers = question.filters.iter().filter(|filter| filter.is_of_offer());
    let of_offers: Vec<String> =
        of_offers.map(ToString::to_string).chain(typed.rows.iter().cloned()).collect();
    if !of_offers.is_empty() {
        context
            .streams
            .warn(format_args!("not looked at here, where no offer is shown: {}", of_offers.join(", ")));
    }
}

/// The types that a question means: every filter on machines holds, those on prices are left to what the account says.
fn types(catalog: &Catalog<'_>, question: &Question) -> Result<Vec<InstanceTypeName>, CommandError> {
    let of_machines = Question {
        markets: vec![Market::OnDemand],
        filters: question.filters.iter().filter(|filter| !filter.is_of_offer()).cloned().collect(),
        sort: Vec::new(),
        limit: None,
        group_by: None,
        ..question.clone()
    };
    let offers = discovery::search(catalog, &of_machines)?.offers;
    let types: BTreeSet<&str> = offers.iter().map(|offer| &*offer.instance_type).collect();
    Ok(types.into_iter().map(str::parse).collect::<Result<_, _>>()?)
}

/// Says why the prices are those of AWS's public list, one for all zones of a region.
fn tell_not_asked(context: &Context<'_>, error: &CommandError) -> ExitClass {
    let because = &error.error;
    context.streams.warn_of_cost(format_args!(
        "the account was not asked, so the prices are those of AWS's list, for whole regions: {because}"
    ));
    error.hints.iter().for_each(|hint| context.streams.hint(hint));
    error.class
}

/// What the machines cost now, zone by zone; a region that could not be asked is said, and keeps the catalog's prices.
fn live_prices(context: &Context<'_>, meant: SpotQuestion) -> Result<(LivePrices, ExitClass), CommandError> {
    let now = clock::now();
    let found = context.block_on_bounded(async {
        let session = context.asking_session().await?;
        let _step = context.streams.step("asking for spot prices");
        let SpotQuestion { types, regions, os } = meant;
        let regions = regions.resolve(context, &session).await?;
        Ok(current_spot_prices(&session, &regions, &types, os, now).await)
    })?;
    let mut live = LivePrices::told_on(context.today()?.to_string());
    for (region, prices) in found.answers {
        let price =
            |ZonePrice { instance_type, zone_id, price, .. }| (instance_type, LivePrice { zone_id, price });
        live.add_region(region.to_string(), prices.into_iter().map(price));
    }
    let lacks = found.failures.iter().map(|failure| ((), &failure.region, &failure.source));
    let class = region_failures::tell_lacks(context, lacks, |(), regions| {
        format!("{regions} could not be asked, so prices there are those of AWS's list, where it has any")
    });
    Ok((live, class))
}
