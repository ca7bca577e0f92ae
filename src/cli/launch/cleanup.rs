//! `cloudkit launch cleanup`: removes what carries our tags and serves nothing any more.
//!
//! Shows what it found, asks, removes. Machines are never touched, and volumes stay unless they are asked for by name.

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
use crate::model::{NotAValue, RegionName};
use crate::output::launch::kind;
use crate::platform::clock;
use crate::provision::cleanup::roles::{self, Roles};
use crate::provision::cleanup::{self, KeptBucket, Leftovers, Present, SettleError};
use crate::provision::journal::Journal;
use crate::provision::plan::planned_at;
use crate::provision::report::{Leftover, LeftoverKind};
use crate::provision::stored_agents::StoredAgents;
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
    /// Also remove volumes of ended machines that did not go with them, and what is on them
    #[arg(long)]
    volumes: bool,
    /// Only what this launch has left, which is over: else what is younger than 15 minutes is left to it
    #[arg(long, value_name = "LAUNCH", value_parser = launch_id, conflicts_with = "bucket")]
    launch: Option<String>,
    /// Only show what there is
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Remove without asking
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(context: &Context<'_>, arguments: &CleanupArguments) -> Result<ExitClass, CommandError> {
    let asked = AskedRegions::parse_or_all(context, &arguments.region)?;
    let home = region::in_force(context).region.parse()?;
    let (session, account, mut leftovers, roles) =
        context.block_on_bounded(look(context, asked, &home, arguments))?;
    let failed = tell_of_roles(context, region_failures::tell(context, &leftovers.failures), &roles);
    let failed = tell_unseen(context, failed, &leftovers);
    tell_under_way(context, &leftovers);
    tell_kept_buckets(context, &leftovers);
    if let Roles::Found(roles) = roles {
        leftovers.found.extend(roles);
    }
    if let Some(launch) = &arguments.launch {
        leftovers.found.retain(|one| one.launch.as_ref() == Some(launch));
    }
    let show = |rows: &[Leftover]| context.streams.write_list(context.streams.list_format(), rows);
    if leftovers.found.is_empty() {
        show(&[])?;
        context.streams.status(match failed {
            ExitClass::Done => "nothing is left over",
            _ => "nothing else is left over",
        });
        return Ok(failed);
    }
    let goes = |one: &Leftover| arguments.volumes || one.kind != LeftoverKind::Volume;
    if arguments.dry_run || !leftovers.found.iter().any(goes) {
        show(&leftovers.found)?;
        tell_kept(context, leftovers.found.iter().filter(|one| !goes(one)).count());
        return Ok(failed);
    }
    let (found, kept): (Vec<Leftover>, Vec<Leftover>) = leftovers.found.into_iter().partition(goes);
    if !arguments.yes && ask::confirm(context.process, &question(&found, &account), "--yes")? == Answer::No {
        show(&[found, kept].concat())?;
        context.streams.status("nothing was removed");
        return Ok(ExitClass::No);
    }
    let (rows, still_there) = context.block_on(remove(&session, &account, &home, found))?;
    forget_buckets(context, &account, &rows)?;
    tell_kept(context, kept.len());
    show(&[rows, kept].concat())?;
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

/// Says that volumes stay unless they are asked for: what is on them can't be had back.
fn tell_kept(context: &Context<'_>, count: usize) {
    if count > 0 {
        context.streams.warn_of_cost(format_args!(
            "volumes left as they are: {count}; they cost on, and somebody may want what is on them (--volumes removes them)"
        ));
    }
}

/// What buckets held is no place to fetch it from any more.
fn forget_buckets(context: &Context<'_>, account: &str, rows: &[Leftover]) -> Result<(), CommandError> {
    let stored = StoredAgents::in_directory(&context.cache_directory()?);
    for bucket in rows.iter().filter(|row| row.kind == LeftoverKind::Bucket && row.removed) {
        if let Err(error) = stored.forget(account, &bucket.region) {
            context.streams.warn(error);
        }
    }
    Ok(())
}

/// Says which buckets stay, and how to be rid of what keeps them.
fn tell_kept_buckets(context: &Context<'_>, leftovers: &Leftovers) {
    for KeptBucket { bucket, deployments, .. } in &leftovers.kept {
        let (what, names) = match deployments.as_slice() {
            [only] => ("the deployment", only.clone()),
            several => ("the deployments", several.join(", ")),
        };
        let ends = deployments.iter().map(|name| format!("cloudkit deploy destroy {name}"));
        context.streams.warn(format_args!(
            "bucket {bucket} stays: it holds {what} {names}; end that first: {}",
            ends.collect::<Vec<_>>().join("; ")
        ));
    }
}

/// Says which launches keep what they have made, since nobody can tell from outside whether they are over.
fn tell_under_way(context: &Context<'_>, leftovers: &Leftovers) {
    for launch in &leftovers.under_way {
        context.streams.status(format_args!(
            "launch {launch} may still be under way, and keeps what it has made; if it is over: cloudkit launch cleanup \
             --launch {launch}"
        ));
    }
}

/// Says which kinds of things could not be looked for, and where.
fn tell_unseen(context: &Context<'_>, class: ExitClass, leftovers: &Leftovers) -> ExitClass {
    let lacks = leftovers.unseen.iter().map(|(what, failure)| (*what, &failure.region, &failure.source));
    let its = region_failures::tell_lacks(context, lacks, |what, regions| {
        format!("{what} of {regions} could not be looked for, so none is shown")
    });
    class.or(its)
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
    arguments: &CleanupArguments,
) -> Result<(Session, String, Leftovers, Roles), CommandError> {
    let session = context.session().await?;
    let account = session.sts(home).caller().await?.account;
    let asking = session.asking();
    let regions = asked.resolve(context, &asking).await?;
    let now = clock::now();
    let present = Present { now, over: arguments.launch.as_slice() };
    let of_bucket = arguments.bucket.then_some(account.as_str());
    let left_over = async {
        let of_machines = cleanup::find(&asking, &regions, of_bucket, present);
        if !arguments.bucket {
            return tokio::join!(of_machines, user_objects::find(&asking, &regions, &account, present));
        }
        // What is in a bucket that goes goes with it.
        let found = of_machines.await;
        let kept: Vec<RegionName> = found.kept.iter().map(|kept| kept.region.clone()).collect();
        let objects = user_objects::find(&asking, &kept, &account, present).await;
        (found, objects)
    };
    let ((mut leftovers, objects), roles) = tokio::join!(left_over, roles::find(&session, home, present));
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

/// Its id says when it was planned.
fn launch_id(text: &str) -> Result<String, NotAValue> {
    let expected = "the id of a launch, such as l-6b02cbe7ba8c22d2";
    planned_at(text).map(|_| text.to_owned()).ok_or_else(|| NotAValue::new(text, expected))
}

fn question(found: &[Leftover], account: &str) -> String {
    match found {
        [only] => format!("Remove {} in account {account}?", described(only)),
        several => {
            let lines: String = several.iter().map(|one| format!("\n  {}", described(one))).collect();
            format!("Remove these {} in account {account}?{lines}\n", several.len())
        }
    }
}

fn described(leftover: &Leftover) -> String {
    let Leftover { id, region, .. } = leftover;
    let size = leftover.gib.map_or_else(String::new, |gib| format!(", {gib} GiB"));
    let data = if leftover.kind == LeftoverKind::Volume { ", with what is on it" } else { "" };
    format!("{} {id} ({region}{size}{data})", kind(leftover.kind))
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
