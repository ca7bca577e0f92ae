//! `find capacity TYPE --check`: whether one can be had now, with every sign there is.
//!
//! Ends with 0 where a way is known, with 1 where none is; which of `no` and `unknown` it is, the answer says. Where signs
//! are missing because AWS could not be asked, the exit code says that instead, unless a way is known all the same.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::{CapacityArguments, blocks};
use crate::aws::Session;
use crate::aws::regions::PerRegion;
use crate::aws::types::capacity::Scored;
use crate::cli::account_regions::AskedRegions;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::find::account_quotas;
use crate::cli::find::scores::too_few;
use crate::cli::{region, region_failures};
use crate::discovery::account::blocks::{BlockQuestion, ForSale, SaleFailure, Sales, for_sale};
use crate::discovery::account::check::{Answer, CheckQuestion, Learnt, QuotaSignal, check};
use crate::discovery::account::quota_fit;
use crate::discovery::account::quotas::Freshness;
use crate::discovery::account::reservations::reservations;
use crate::discovery::account::scores::{self, FEWEST_TYPES, ScoreQuestion};
use crate::discovery::capacity::TypeWish;
use crate::model::{BlockDuration, RegionName};
use crate::output::Format;
use crate::output::capacity_check::text;
use crate::platform::clock;

/// Each type in each region costs a call.
const MOST_TYPES: usize = 10;
const CALLS_AT_ONCE: usize = 16;

pub(super) fn run(
    context: &Context<'_>,
    arguments: &CapacityArguments,
    wish: &TypeWish,
) -> Result<ExitClass, CommandError> {
    let mut question = question(context, arguments, wish)?;
    let asked = AskedRegions::parse(context, &arguments.region)?;
    let learnt = context.block_on_bounded(async {
        let session = context.asking_session().await?;
        let _step = context.streams.step("asking the account");
        question.regions = asked.resolve(context, &session).await?;
        let home: RegionName = region::in_force(context).region.parse()?;
        let places = blocks::places(context.catalog(), &question.regions, wish).0;
        let ((mut learnt, mut class), (blocks, unasked), quotas) = tokio::join!(
            learn(&session, &question, home),
            learn_blocks(&session, &question, places),
            learn_quotas(context, &session, &question),
        );
        for failure in unasked {
            class = region_failures::worst(class, &failure.source);
        }
        (learnt.blocks, learnt.quotas) = (blocks, quotas);
        Ok((learnt, class))
    });
    let (learnt, class) = learnt.unwrap_or_else(|error| {
        let why = format!("AWS was not asked: {}", error.error);
        context.streams.warn_of_cost(&why);
        error.hints.iter().for_each(|hint| context.streams.hint(hint));
        (Learnt { not_asked: Some(why), ..Learnt::default() }, error.class)
    });
    let answer = check(context.catalog(), &question, &learnt);
    let streams = context.streams;
    match streams.explanation_format() {
        Some(format) if !matches!(format, Format::Table | Format::Wide) => {
            streams.write_one(format, &answer)?;
        }
        _ => streams.write_text(&text(&answer))?,
    }
    Ok(match answer.answer {
        Answer::Yes => ExitClass::Done,
        _ if class != ExitClass::Done => class,
        Answer::No | Answer::Possible | Answer::Unknown => ExitClass::No,
    })
}

fn question(
    context: &Context<'_>,
    arguments: &CapacityArguments,
    wish: &TypeWish,
) -> Result<CheckQuestion, CommandError> {
    let catalog = context.catalog();
    let regions = arguments
        .selection(context)?
        .names(catalog)?
        .into_iter()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let types: Vec<String> = wish.types(catalog).iter().map(|one| one.name().to_owned()).collect();
    let hint = "name a type: cloudkit find capacity p5.48xlarge --check";
    if wish.patterns.is_empty() || types.is_empty() {
        return Err(CommandError::usage("--check has to know of which type").hint(hint));
    }
    if types.len() > MOST_TYPES {
        let many = format!("--check looks at {MOST_TYPES} types at most, and these are {}", types.len());
        return Err(CommandError::usage(many).hint(hint));
    }
    Ok(CheckQuestion { types, regions, count: arguments.account.count, os: arguments.os, now: clock::now() })
}

/// Asks for all signs. A sign that can't be had leaves its reason; the class is that of the worst failure.
async fn learn(session: &Session, question: &CheckQuestion, home: RegionName) -> (Learnt, ExitClass) {
    let mut learnt = Learnt::default();
    let mut class = ExitClass::Done;
    let places =
        question.regions.iter().flat_map(|region| question.types.iter().map(move |name| (region, name)));
    let zones = places.map(|(region, name)| async move {
        let zones = session.in_time(session.ec2(region).zones_with(name)).await;
        ((region.clone(), name.clone()), zones)
    });
    let (PerRegion { answers, failures }, zones, (scores, failed)) = tokio::join!(
        reservations(session, &question.regions),
        stream::iter(zones).buffer_unordered(CALLS_AT_ONCE).collect::<BTreeMap<_, _>>(),
        learn_scores(session, question, home),
    );
    learnt.reservations.extend(answers.into_iter().map(|(region, held)| (region, Ok(held))));
    for failure in failures {
        class = region_failures::worst(class, &failure.source);
        learnt.reservations.insert(failure.region, Err(failure.source.to_string()));
    }
    for (place, zones) in zones {
        if let Err(error) = &zones {
            class = region_failures::worst(class, error);
        }
        learnt.zones.insert(place, zones.map_err(|error| error.to_string()));
    }
    learnt.scores = Some(scores);
    (learnt, failed.map_or(class, |failed| region_failures::worst(class, &failed)))
}

/// The blocks for a day that can be bought in the places that may have some, and what could not be asked.
async fn learn_blocks(
    session: &Session,
    question: &CheckQuestion,
    places: BTreeMap<RegionName, Vec<String>>,
) -> (LearntBlocks, Vec<SaleFailure>) {
    let (count, duration) = (question.count, BlockDuration::DAY);
    let asked = BlockQuestion { places: places.clone(), count, duration, starts_after: None, ends_by: None };
    let Sales { answers, failures } = for_sale(session, &asked).await;
    let mut learnt = LearntBlocks::new();
    for (region, types) in places {
        for name in types {
            let is_it =
                |failure: &&SaleFailure| failure.region == region && failure.instance_types.contains(&name);
            let sales = answers.iter().filter(|(of, _)| *of == region).flat_map(|(_, sales)| sales);
            let sales = sales.filter(|sale| sale.offering.instance_type == name).cloned().collect();
            let learnt_of = match failures.iter().find(is_it) {
                Some(failure) => Err(failure.source.to_string()),
                None => Ok(sales),
            };
            learnt.insert((region.clone(), name), learnt_of);
        }
    }
    (learnt, failures)
}

/// The room that the quotas have; where they can't be read the sign is there with the reason.
async fn learn_quotas(
    context: &Context<'_>,
    session: &Session,
    question: &CheckQuestion,
) -> Vec<QuotaSignal> {
    let account = match account_quotas::account(context, session).await {
        Ok(account) => account,
        Err(error) => return quota_fit::unread(question, &error.error.to_string()),
    };
    let found = account.quotas(&question.regions, Freshness::Recent, question.now).await;
    quota_fit::signals(context.catalog(), question, &found)
}

type LearntBlocks = BTreeMap<(RegionName, String), Result<Vec<ForSale>, String>>;
type LearntScores = Result<Vec<scores::ScoreRow>, String>;

async fn learn_scores(
    session: &Session,
    question: &CheckQuestion,
    home: RegionName,
) -> (LearntScores, Option<crate::aws::AwsError>) {
    let types: Vec<_> = question.types.iter().filter_map(|name| name.parse().ok()).collect();
    let different = scores::different(&types);
    if different < FEWEST_TYPES {
        return (Err(too_few(different)), None);
    }
    let CheckQuestion { regions, count, now, .. } = question.clone();
    let question = ScoreQuestion { types, regions, count, scored: Scored::Regions, home, now };
    let scores = scores::scores(session, &question).await;
    match scores.failures.into_iter().next() {
        None => (Ok(scores.rows), None),
        Some(failure) => (Err(failure.source.to_string()), Some(failure.source)),
    }
}
