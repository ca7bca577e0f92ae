//! `cloudkit launch cleanup`: removes what carries our tags and serves nothing any more.
//!
//! Shows what it found, asks, removes. Machines are never touched.

use clap::Args;

use crate::aws::Session;
use crate::aws::regions::RegionFailure;
use crate::cli::account_regions::AskedRegions;
use crate::cli::ask::{self, Answer};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region;
use crate::cli::region_failures;
use crate::model::RegionName;
use crate::platform::clock;
use crate::provision::cleanup::roles::{self, Roles};
use crate::provision::cleanup::{self, Leftovers, SettleError};
use crate::provision::journal::Journal;
use crate::provision::report::Leftover;
use crate::provision::user_objects;

/// Remove what ended machines have left behind
#[derive(Debug, Args)]
pub(super) struct CleanupArguments {
    /// Where to look [default: every region of the account]
    #[arg(short, long, value_name = "REGION")]
    region: Vec<String>,
    /// Also empty and remove the account's cloudkit buckets
    #[arg(long)]
    bucket: bool,
    /// Remove without asking
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(context: &Context<'_>, arguments: &CleanupArguments) -> Result<ExitClass, CommandError> {
    let asked = AskedRegions::parse_or_all(context, &arguments.region)?;
    let home = region::in_force(context).region.parse()?;
    let (session, account, mut leftovers, roles) =
        context.block_on_bounded(look(context, asked, &home, arguments.bucket))?;
    let failed = tell_of_roles(context, region_failures::tell(context, &leftovers.failures), &roles);
    if let Roles::Found(roles) = roles {
        leftovers.found.extend(roles);
    }
    if leftovers.found.is_empty() {
        context.streams.write_list::<Leftover>(context.streams.list_format(), [])?;
        context.streams.status("nothing is left over");
        return Ok(failed);
    }
    if !arguments.yes && ask::confirm(&question(&leftovers.found, &account), "--yes")? == Answer::No {
        context.streams.write_list(context.streams.list_format(), &leftovers.found)?;
        context.streams.status("nothing was removed");
        return Ok(ExitClass::No);
    }
    let (rows, still_there) = context.block_on(remove(&session, &account, &home, leftovers.found))?;
    context.streams.write_list(context.streams.list_format(), &rows)?;
    for (leftover, error) in &still_there {
        context
            .streams
            .warn_of_cost(format_args!("{} in {} is still there: {error}", leftover.id, leftover.region));
    }
    if still_there.is_empty() {
        return Ok(failed);
    }
    context.streams.hint("try again in a minute: cloudkit launch cleanup");
    Ok(ExitClass::Partial)
}

/// Says where roles could not be looked for. Who may not see any has made none, so that is no failure.
fn tell_of_roles(context: &Context<'_>, class: ExitClass, roles: &Roles) -> ExitClass {
    match roles {
        Roles::Found(_) => class,
        Roles::NotAllowed(error) => {
            context.streams.warn(format_args!("roles could not be looked for: {error}"));
            class
        }
        Roles::Failed(error) => {
            context.streams.warn(format_args!("roles could not be looked for, so none is shown: {error}"));
            region_failures::worst(class, error)
        }
    }
}

async fn look(
    context: &Context<'_>,
    asked: AskedRegions,
    home: &RegionName,
    buckets: bool,
) -> Result<(Session, String, Leftovers, Roles), CommandError> {
    let session = context.session().await?;
    let account = session.sts(home).caller().await?.account;
    let asking = session.asking();
    let regions = asked.resolve(context, &asking).await?;
    let now = clock::now();
    let of_bucket = buckets.then_some(account.as_str());
    // What is in a bucket that goes goes with it.
    let in_buckets = if buckets { &[][..] } else { &regions[..] };
    let (mut leftovers, objects, roles) = tokio::join!(
        cleanup::find(&asking, &regions, of_bucket, now),
        user_objects::find(&asking, in_buckets, &account, now),
        roles::find(&session, home, now)
    );
    leftovers.found.extend(objects.found);
    for RegionFailure { region, source } in objects.failures {
        context.streams.warn(format_args!("what is in the bucket of {region} is not known: {source}"));
    }
    let journal = Journal::in_state_directory(context.process.state_directory()?);
    match cleanup::settle_journal(&session, &journal, now).await {
        Ok(0) => {}
        Ok(count) => {
            context.streams.status(format_args!("unanswered requests of earlier launches settled: {count}"));
        }
        Err(SettleError::Journal(error)) => return Err(error.into()),
        Err(SettleError::Aws(error)) => {
            context.streams.warn(format_args!("earlier requests stay unsettled: {error}"));
        }
    }
    Ok((session, account, leftovers, roles))
}

fn question(found: &[Leftover], account: &str) -> String {
    let names =
        found.iter().map(|leftover| format!("{} ({})", leftover.id, leftover.region)).collect::<Vec<_>>();
    format!("Remove {} in account {account}?", names.join(", "))
}

async fn remove(
    session: &Session,
    account: &str,
    home: &RegionName,
    found: Vec<Leftover>,
) -> (Vec<Leftover>, Vec<(Leftover, crate::aws::AwsError)>) {
    let (mut rows, mut still_there) = (Vec::new(), Vec::new());
    for leftover in found {
        let outcome = cleanup::remove(session, &leftover, account, home).await;
        rows.push(Leftover { removed: outcome.is_ok(), ..leftover.clone() });
        still_there.extend(outcome.err().map(|error| (leftover, error)));
    }
    (rows, still_there)
}
