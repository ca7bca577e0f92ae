//! `cloudkit launch buy-block`: buys a capacity block, after a person has typed three times what that means.
//!
//! No flag answers for them, and without a terminal nothing is bought.

use clap::Args;
use clap::builder::RangedU64ValueParser;

use crate::aws::ec2::Ec2;
use crate::aws::types::Identity;
use crate::aws::types::capacity::{BlockOffering, BlockRequest, CapacityReservation, ReservationState};
use crate::aws::{AwsError, ErrorKind};
use crate::cli::ask::{self, Answer};
use crate::cli::command_error::CommandError;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region;
use crate::discovery::account::blocks::MOST_MACHINES;
use crate::model::{BlockDuration, InstanceTypeName, Money, RegionName};
use crate::output::Format;
use crate::platform::{clock, random};
use crate::provision::block_purchase::{Outcome, Purchase, offered};
use crate::provision::report::{BLOCK_SCHEMA, BlockReport};

/// What is typed last.
const NO_REFUND: &str = "no refund";

/// Buy a capacity block for machine learning: all of its price is paid at once, and never paid back
///
/// EC2 has an offering only as the answer to its question, so type, count and duration are those of the search that found
/// it: cloudkit find capacity TYPE --blocks --count N --duration SPAN. The offering is looked up again just before it is
/// bought; where anything about it has changed, nothing is bought.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit find capacity p5.48xlarge --blocks --count 2 --duration 2d --region all
  cloudkit launch buy-block cbr-0123456789abcdef0 -t p5.48xlarge --count 2 --duration 2d -r us-east-1 --dry-run")]
pub(super) struct BuyBlockArguments {
    /// The offering, by its id
    #[arg(value_name = "OFFERING")]
    offering: String,
    /// Instance type that was searched for
    #[arg(short = 't', long, value_name = "TYPE", add = completions::instance_types())]
    instance_type: InstanceTypeName,
    /// How many machines were searched for
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = RangedU64ValueParser::<u32>::new().range(1..=u64::from(MOST_MACHINES)))]
    count: u32,
    /// The duration that was searched for, such as 2d
    #[arg(long, value_name = "SPAN")]
    duration: BlockDuration,
    /// Region [default: the region in force]
    #[arg(short, long, add = completions::regions())]
    region: Option<RegionName>,
    /// Show what would be paid, have EC2 say whether it would take it, and buy nothing
    #[arg(long)]
    dry_run: bool,
}

/// What is to be bought, and by whom.
struct Wanted {
    region: RegionName,
    question: BlockRequest,
    ec2: Ec2,
    caller: Identity,
    offering: BlockOffering,
    total: Money,
    count: u32,
}

pub(super) fn run(context: &Context<'_>, arguments: &BuyBlockArguments) -> Result<ExitClass, CommandError> {
    if !arguments.dry_run && !context.process.can_ask() {
        let error = "a capacity block is bought by whoever types what it costs, and there is no terminal";
        return Err(CommandError::usage(error)
            .hint("run it in a terminal; no flag answers for you")
            .hint("see what would be paid: --dry-run"));
    }
    let wanted = context.block_on_bounded(wanted(context, arguments))?;
    let seed = random::seed().map_err(CommandError::usage)?;
    let purchase = Purchase::of(&wanted.caller, clock::now(), seed);
    if arguments.dry_run {
        context.block_on_bounded(async {
            Ok(purchase.would_be_taken(&wanted.ec2, &wanted.offering.id).await?)
        })?;
        context.streams.status("EC2 would take it; nothing was bought");
        tell(context, &wanted.report(None))?;
        return Ok(ExitClass::Done);
    }
    context.streams.warn_of_cost(wanted.in_words());
    if agreed(&wanted)? == Answer::No {
        context.streams.status("nothing was bought");
        return Ok(ExitClass::No);
    }
    context.block_on_bounded(unchanged(&wanted))?;
    let bought = context.block_on(unless_stopped(context, purchase.buy(&wanted.ec2, &wanted.offering.id)))?;
    match bought {
        Outcome::Bought(reservation) => {
            let report = wanted.report(Some(&reservation));
            tell(context, &report)?;
            tell_next(context, &report);
            Ok(ExitClass::Done)
        }
        Outcome::Refused(error) => {
            let gone = error.kind == ErrorKind::NotFound;
            let mut error = CommandError::from(error).hint("nothing was bought");
            error.class = if gone { ExitClass::No } else { error.class };
            Err(error)
        }
        Outcome::Unknown(error) => Err(not_known(&wanted, CommandError::from(error))),
    }
}

async fn wanted(context: &Context<'_>, arguments: &BuyBlockArguments) -> Result<Wanted, CommandError> {
    let region = match &arguments.region {
        Some(region) => region.clone(),
        None => region::in_force(context).region.parse()?,
    };
    region::known(context.catalog(), &region)?;
    let question = BlockRequest {
        instance_type: arguments.instance_type.to_string(),
        count: arguments.count,
        hours: arguments.duration.hours(),
        starts_after: None,
        ends_by: None,
    };
    let session = context.session().await?;
    let ec2 = session.ec2(&region);
    let step = context.streams.step("asking EC2 for the offering");
    let (caller, offering) =
        tokio::join!(session.caller(&region), offered(&ec2, &question, &arguments.offering));
    let caller = caller?;
    let offering = offering.map_err(|error| or_meant(context, arguments.instance_type.as_ref(), error))?;
    let offering = offering.ok_or_else(|| gone(arguments, &region))?;
    step.done("done");
    let total = offering.upfront.ok_or_else(|| {
        let error = format!("what {} costs in US dollars is not known", offering.id);
        CommandError::new(ExitClass::No, error).hint("nothing was bought")
    })?;
    let count = offering.count.unwrap_or(question.count);
    Ok(Wanted { region, question, ec2, caller, offering, total, count })
}

/// A refusal, with the types that may have been meant. It is EC2 that knows which ones there are.
fn or_meant(context: &Context<'_>, name: &str, error: AwsError) -> CommandError {
    let error = CommandError::from(error);
    let near = context.catalog().nearest_types(name);
    match near.is_empty() || near.contains(&name) {
        true => error,
        false => error.hint(format!("did you mean: {}", near.join(", "))),
    }
}

fn gone(arguments: &BuyBlockArguments, region: &RegionName) -> CommandError {
    let BuyBlockArguments { offering, instance_type, count, duration, .. } = arguments;
    let error =
        format!("{region} has no offering {offering} for {count} x {instance_type} for {duration} now");
    CommandError::new(ExitClass::No, error)
        .hint("offerings come and go, and EC2 has one only as the answer to its own question")
        .hint(format!(
            "see those there are: cloudkit find capacity {instance_type} --blocks --count {count} --duration {duration} --region {region}"
        ))
}

/// Three times a person types what they agree to: the sum, the machines, and that it is gone.
fn agreed(wanted: &Wanted) -> Result<Answer, CommandError> {
    let Wanted { caller, region, total, .. } = wanted;
    let total = *total;
    let machines = wanted.machines();
    let place = format!("account {}, {region}", caller.account);
    let said = total.to_cents();
    let sum = format!("1 of 3: {place}: type what is paid at once in US dollars, {said}:");
    let what = format!("2 of 3: {place}: type what is bought, {machines}:");
    let gone = format!("3 of 3: {place}: it is never paid back, used or not; type {NO_REFUND}:");
    let is_sum = |text: &str| text.parse::<Money>().is_ok_and(|typed| typed == total);
    let is_machines = |text: &str| words(text) == words(&machines);
    // Each is asked only after the one before it was right.
    if ask::typed(&sum, is_sum)? == Answer::No || ask::typed(&what, is_machines)? == Answer::No {
        return Ok(Answer::No);
    }
    ask::typed(&gone, |text| words(text) == words(NO_REFUND))
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// The very same offering is asked for once more: what was agreed to is what is bought.
async fn unchanged(wanted: &Wanted) -> Result<(), CommandError> {
    let now = offered(&wanted.ec2, &wanted.question, &wanted.offering.id).await?;
    if now.as_ref() == Some(&wanted.offering) {
        return Ok(());
    }
    let changed = match now {
        None => format!("{} has just gone", wanted.offering.id),
        Some(now) if now.upfront != wanted.offering.upfront => {
            let price = now.upfront.map_or_else(|| "not known in US dollars".to_owned(), Money::to_cents);
            format!("{} is no longer {} USD: it is {price}", wanted.offering.id, wanted.total.to_cents())
        }
        Some(_) => format!("{} is no longer what it was", wanted.offering.id),
    };
    let error = CommandError::new(ExitClass::No, changed).hint("nothing was bought");
    Err(error.hint("run the same command again to see it as it is now"))
}

/// What has been sent can't be taken back, so Ctrl-C does not end the wait for what became of it.
async fn unless_stopped(context: &Context<'_>, purchase: impl Future<Output = Outcome>) -> Outcome {
    let mut purchase = std::pin::pin!(purchase);
    loop {
        tokio::select! {
            outcome = &mut purchase => return outcome,
            stopped = tokio::signal::ctrl_c() => match stopped {
                Ok(()) => context.streams.warn_of_cost(
                    "the purchase has been sent and can't be taken back; waiting for what became of it",
                ),
                Err(_) => return purchase.await,
            },
        }
    }
}

fn not_known(wanted: &Wanted, mut error: CommandError) -> CommandError {
    let Wanted { region, .. } = wanted;
    error.class = ExitClass::Unavailable;
    error.hints = vec![
        format!(
            "whether {} was bought is not known: EC2 gave no answer, and shows no such block so far",
            wanted.offering.id
        ),
        format!("look before you buy again: cloudkit find capacity --reservations --region {region}"),
    ];
    error
}

impl Wanted {
    fn machines(&self) -> String {
        format!("{} x {}", self.count, self.offering.instance_type)
    }

    fn in_words(&self) -> String {
        let BlockOffering { id, starts_at, ends_at, zone_name, .. } = &self.offering;
        let zone = zone_name.as_deref().unwrap_or(self.region.as_str());
        format!(
            "{id} is {} in {zone} from {starts_at} to {ends_at}: {} USD, paid at once by account {} and never paid back",
            self.machines(),
            self.total.to_cents(),
            self.caller.account
        )
    }

    fn report(&self, bought: Option<&CapacityReservation>) -> BlockReport {
        let offering = &self.offering;
        BlockReport {
            schema: BLOCK_SCHEMA,
            reservation_id: bought.map(|one| one.id.clone()),
            offering_id: offering.id.clone(),
            account: self.caller.account.clone(),
            region: self.region.to_string(),
            zone: offering.zone_name.clone(),
            instance_type: offering.instance_type.clone(),
            count: self.count,
            starts_at: bought.and_then(|one| one.starts_at).unwrap_or(offering.starts_at),
            ends_at: bought.and_then(|one| one.ends_at).unwrap_or(offering.ends_at),
            upfront_usd: self.total,
            state: bought.map(|one| match &one.state {
                ReservationState::Active => "active".to_owned(),
                ReservationState::Ended => "ended".to_owned(),
                ReservationState::Coming(state) => state.clone(),
            }),
        }
    }
}

fn tell(context: &Context<'_>, report: &BlockReport) -> Result<(), CommandError> {
    let format = context.streams.list_format();
    if !matches!(format, Format::Table | Format::Wide) {
        return Ok(context.streams.write_one(format, report)?);
    }
    let mut text = match &report.reservation_id {
        Some(id) => format!("{id} {} x {} in {}\n", report.count, report.instance_type, report.region),
        None => format!("{} x {} in {}\n", report.count, report.instance_type, report.region),
    };
    let mut line = |label: &str, content: &str| text.push_str(&format!("  {label:8} {content}\n"));
    line("offering", &report.offering_id);
    line("starts", &report.starts_at.to_string());
    line("ends", &format!("{}, and its machines half an hour before", report.ends_at));
    line("cost", &format!("{} USD, at once and for good", report.upfront_usd.to_cents()));
    report.state.iter().for_each(|state| line("state", state));
    Ok(context.streams.write_text(&text)?)
}

/// How the block is used.
fn tell_next(context: &Context<'_>, report: &BlockReport) {
    let BlockReport { reservation_id, instance_type, region, starts_at, .. } = report;
    let id = reservation_id.as_deref().unwrap_or_default();
    context.streams.hint(format_args!(
        "launch into it from {starts_at} on, once it is active: cloudkit launch -t {instance_type} --region {region} --capacity-block {id}"
    ));
    context
        .streams
        .hint(format_args!("see whether it is: cloudkit find capacity --reservations --region {region}"));
}
