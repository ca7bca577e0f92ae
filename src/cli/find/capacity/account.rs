//! What `find capacity` asks of an account: reservations, capacity blocks, and whether one can be had now.
//!
//! Where the account can't be asked, the catalog's answer is printed all the same and the exit code says it.

use clap::Args;
use clap::builder::RangedU64ValueParser;

use super::moment::Moment;
use super::{CapacityArguments, blocks};
use crate::aws::regions::{PerRegion, RegionFailure};
use crate::cli::account_regions::AskedRegions;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::find::quota_check::QuotaArguments;
use crate::cli::{region, region_failures};
use crate::discovery::account::blocks::{MOST_MACHINES, SaleFailure};
use crate::discovery::account::reservations::{Coming, Held, Shared, Wanted, held, reservations};
use crate::discovery::capacity::TypeWish;
use crate::model::{BlockDuration, Offer, RegionName};

/// What is asked of the account.
#[derive(Debug, Args)]
#[command(next_help_heading = "What the account has (needs an AWS account)")]
pub(super) struct AccountArguments {
    /// Show the capacity reservations and capacity blocks that the account holds, or that others share with it
    #[arg(long)]
    reservations: bool,
    /// Only reservations with room; asks for them
    #[arg(long)]
    available_only: bool,
    /// Only reservations with room for so many machines; asks for them
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u32>::new().range(1..))]
    min_count: Option<u32>,
    /// Show the capacity blocks that can be bought
    #[arg(long, requires = "duration")]
    pub(super) blocks: bool,
    /// How many machines, of a block or to be had now
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = RangedU64ValueParser::<u32>::new().range(1..=u64::from(MOST_MACHINES)))]
    pub(super) count: u32,
    /// How long the block lasts: whole days up to 14d, then whole weeks up to 26w
    #[arg(long, value_name = "SPAN", requires = "blocks")]
    pub(super) duration: Option<BlockDuration>,
    /// Earliest start of the block: a date or an RFC 3339 time, in UTC
    #[arg(long, value_name = "WHEN", requires = "blocks")]
    pub(super) start_after: Option<Moment>,
    /// Latest end of the block
    #[arg(long, value_name = "WHEN", requires = "blocks")]
    pub(super) end_by: Option<Moment>,
    /// Say whether one can be had now, with every sign there is for or against it
    #[arg(long, conflicts_with = "blocks")]
    pub(super) check: bool,
    #[command(flatten)]
    pub(super) quotas: QuotaArguments,
}

impl AccountArguments {
    /// Whether the account is to be asked.
    pub(super) const fn is_asked(&self) -> bool {
        self.asks_reservations() || self.blocks || self.check
    }

    const fn asks_reservations(&self) -> bool {
        self.reservations || self.available_only || self.min_count.is_some()
    }

    fn least_free(&self) -> Option<u32> {
        self.min_count.or(self.available_only.then_some(1))
    }
}

/// What came of asking the account.
pub(super) enum Outcome {
    /// Nothing was asked of it.
    NotAsked,
    /// It was asked.
    Answered(Answer),
    /// It could not be asked.
    Failed(CommandError),
}

/// What the account answered.
#[derive(Default)]
pub(super) struct Answer {
    /// What it holds, then what it could buy; each best first.
    pub(super) offers: Vec<Offer<'static>>,
    /// The regions that could not be asked.
    pub(super) failures: Vec<RegionFailure>,
    /// The types that could not be asked for in blocks.
    pub(super) unasked_blocks: Vec<SaleFailure>,
    /// What a person may wonder about.
    pub(super) notes: Vec<String>,
}

/// Asks the account what the flags ask of it.
pub(super) fn ask(
    context: &Context<'_>,
    arguments: &CapacityArguments,
    wish: &TypeWish,
) -> Result<Outcome, CommandError> {
    let asked = &arguments.account;
    if !asked.is_asked() {
        return Ok(Outcome::NotAsked);
    }
    let question = blocks::Asked::of(asked)?;
    let regions = AskedRegions::parse(context, &arguments.region)?;
    let answer = context.block_on_bounded(async {
        let session = context.asking_session().await?;
        let _step = context.streams.step("asking the account");
        let regions = regions.resolve(context, &session).await?;
        let mut answer = Answer::default();
        if asked.asks_reservations() {
            let home: RegionName = region::in_force(context).region.parse()?;
            let caller = session.sts(&home).caller().await.ok();
            let wanted = Wanted {
                types: wish.clone(),
                least_free: asked.least_free(),
                account: caller.map(|caller| caller.account),
                today: context.today().ok(),
            };
            let PerRegion { answers, failures } = reservations(&session, &regions).await;
            let held = held(context.catalog(), &answers, &wanted);
            let answered: Vec<RegionName> = answers.iter().map(|(region, _)| region.clone()).collect();
            answer.failures.extend(failures);
            answer.notes.extend(reservation_notes(&held, &wanted, &answered));
            answer.offers.extend(held.offers);
        }
        if let Some(question) = question {
            blocks::add(context, &session, &regions, wish, question, &mut answer).await;
        }
        Ok(answer)
    });
    Ok(answer.map_or_else(Outcome::Failed, Outcome::Answered))
}

impl Outcome {
    /// What the account holds or could buy; none where it was not asked, or could not be.
    pub(super) fn take_offers(&mut self) -> Option<Vec<Offer<'static>>> {
        match self {
            Self::Answered(answer) => Some(std::mem::take(&mut answer.offers)),
            Self::NotAsked | Self::Failed(_) => None,
        }
    }

    /// Says what a person may wonder about, and how the command has to end because of it.
    pub(super) fn say(self, context: &Context<'_>) -> ExitClass {
        let streams = context.streams;
        match self {
            Self::NotAsked => ExitClass::Done,
            Self::Answered(answer) => {
                answer.notes.iter().for_each(|note| streams.status(note));
                let class = region_failures::tell(context, &answer.failures);
                class.or(blocks::tell_unasked(context, &answer.unasked_blocks))
            }
            Self::Failed(error) => {
                streams.warn_of_cost(format_args!(
                    "the account was not asked, so what is sold at all is shown instead: {}",
                    error.error
                ));
                error.hints.iter().for_each(|hint| streams.hint(hint));
                error.class
            }
        }
    }
}

/// What a person may wonder about, of the regions that answered.
fn reservation_notes(held: &Held<'_>, wanted: &Wanted, regions: &[RegionName]) -> Vec<String> {
    let mut notes = Vec::new();
    if held.offers.is_empty() && !regions.is_empty() {
        let room = wanted.least_free.map(|least| format!(" with room for {least}")).unwrap_or_default();
        let types = wanted.types.to_string();
        notes.push(format!("the account has no reservation{room} for {types} in {}", joined(regions)));
    }
    if held.too_full > 0 {
        let least = wanted.least_free.unwrap_or_default();
        notes.push(format!(
            "{} left out, because there is no room for {least} in it; --reservations alone shows all",
            counted(held.too_full, "reservation")
        ));
    }
    for Coming { id, state, starts_at } in &held.coming {
        let start = starts_at.map(|at| format!(", to start at {at}")).unwrap_or_default();
        notes.push(format!("{id} can't be used yet: it is {state}{start}"));
    }
    for Shared { id, owner } in &held.shared {
        notes.push(format!("{id} is shared by account {owner}"));
    }
    for (id, platform) in &held.unpriced {
        notes.push(format!("{id} is for {platform:?}, whose price is not known here"));
    }
    notes
}

pub(super) fn joined(regions: &[RegionName]) -> String {
    regions.iter().map(RegionName::as_str).collect::<Vec<_>>().join(", ")
}

pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
