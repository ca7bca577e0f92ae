//! Carries a deployment's plan out, under its lock: the record first, then all regions side by side, then elsewhere what a
//! region had no room for.
//!
//! Where there is no machine in the end, or somebody interrupts, nothing stays.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use futures_util::future::join_all;

use super::looked::{Looked, plan_anew};
use super::prepared::Prepared;
use super::secrets;
use crate::cli::command_error::{CommandError, with_causes};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::run::show_event;
use crate::deployment::destroy;
use crate::deployment::home::{lock_key, record_key};
use crate::deployment::lock::{self, Claim, LockError};
use crate::deployment::plan::DeploymentPlan;
use crate::deployment::record::{LaunchRecord, Record, RecordError, Stored};
use crate::deployment::secrets::store::Renewal;
use crate::deployment::share::instead_of;
use crate::manifest::placement::MarketWish;
use crate::model::RegionName;
use crate::output::Format;
use crate::output::launch::step_text;
use crate::platform::{clock, random, variables};
use crate::provision::execute::{self, Carried, Cause, ExecuteError, Means, execute};
use crate::provision::plan::Plan;
use crate::provision::report::{Event, Launched};
use crate::provision::undo::Left;

/// What has come of it so far.
#[derive(Default)]
struct Come {
    launched: Vec<Launched>,
    /// How many machines regions had no room for.
    missing: u32,
    /// The regions that are not asked again.
    full: Vec<RegionName>,
    failures: Vec<(String, Cause)>,
    left: Vec<Left>,
}

/// Creates the deployment.
pub(super) async fn create(
    context: &Context<'_>,
    prepared: &Prepared,
    looked: &Looked,
    means: &Means,
) -> Result<ExitClass, CommandError> {
    let (home, name) = (&looked.home, &looked.plan.name);
    let bucket = home.bucket();
    let is_new = !bucket.is_there().await?;
    if is_new {
        bucket.make().await?;
    }
    let claim = claim(context, "create", &looked.owner)?;
    let outcome = match lock::take(bucket.clone(), lock_key(name), claim).await {
        Ok(mut lock) => {
            let lost = |error: LockError| {
                context.streams.warn_of_cost(format_args!("{error}; what was made is removed again"));
                means.interrupted.store(true, Ordering::SeqCst);
            };
            let outcome = lock.during(carry_out(context, prepared, looked, means), lost).await;
            if let Err(error) = lock.give_back().await {
                context.streams.warn(format_args!("the lock of {name} ends by itself: {error}"));
            }
            outcome
        }
        Err(error) => Err(locked(error, name)),
    };
    if is_new && outcome.is_err() {
        // It stays where anything is in it.
        if let Err(error) = bucket.remove_if_empty().await {
            context.streams.warn(format_args!("bucket {} is still there: {error}", bucket.name()));
        }
    }
    outcome
}

/// A claim to the lock of a deployment, for as long as one counts.
pub(super) fn claim(context: &Context<'_>, verb: &str, owner: &str) -> Result<Claim, CommandError> {
    let token = random::salt().map_err(CommandError::usage)?;
    let claim = Claim::new(verb, owner, token);
    let name = variables::LOCK_LASTS.name;
    match context.process.variable(name).map(str::parse).transpose() {
        Ok(lasts) => Ok(lasts.map_or_else(|| claim.clone(), |lasts| claim.clone().lasting(lasts))),
        Err(error) => Err(CommandError::usage(format!("{name}: {error}"))),
    }
}

/// Somebody else is at it, or the lock can't be written.
pub(super) fn locked(error: LockError, name: &str) -> CommandError {
    match error {
        LockError::Aws(error) => error.into(),
        error => CommandError::new(ExitClass::No, error)
            .hint(format!("where nobody is at it any more: cloudkit deploy unlock {name}")),
    }
}

async fn carry_out(
    context: &Context<'_>,
    prepared: &Prepared,
    looked: &Looked,
    means: &Means,
) -> Result<ExitClass, CommandError> {
    let plan = &looked.plan;
    let mut record =
        Record::new(&plan.name, &looked.owner, clock::now(), plan.count, plan.ends_at, &plan.bundle);
    record.secrets = prepared.secrets.record();
    record.placement = serde_json::to_value(&prepared.placement).unwrap_or_default();
    record.fetches(&plan.bundle, &prepared.terms.bundle.objects);
    record.launches = plan.regions.iter().map(|region| launch_record(&region.plan, &region.region)).collect();
    let mut stored = record.write(&looked.home.bucket(), None).await?;
    let mut come = Come::default();
    let regions: Vec<RegionName> = plan.regions.iter().filter_map(|one| one.region.parse().ok()).collect();
    if let Err(error) =
        secrets::store(context, &looked.home.session, &regions, &prepared.secrets, Renewal::All).await
    {
        let left = without_machines(context, prepared, looked, &regions).await;
        return Err(with_left(context, error, &left, &plan.name));
    }
    let plans: Vec<(&str, &Plan)> =
        plan.regions.iter().map(|region| (region.region.as_str(), &region.plan)).collect();
    run(context, means, &plans, &mut come).await;
    let outcome = elsewhere(context, prepared, looked, means, &mut record, &mut stored, &mut come).await;
    if let Err(error) = outcome {
        // What is there is there, and is told below.
        context.streams.warn(format_args!("nothing more is asked for: {}", error.error));
    }
    if come.launched.is_empty() || means.interrupted.load(Ordering::SeqCst) {
        return Err(undone(context, prepared, looked, &record, come).await);
    }
    tell(context, looked, &come)
}

fn launch_record(plan: &Plan, region: &str) -> LaunchRecord {
    LaunchRecord { launch: plan.launch.clone(), region: region.to_owned(), count: plan.count().wanted }
}

/// Follows plans side by side.
async fn run(context: &Context<'_>, means: &Means, plans: &[(&str, &Plan)], come: &mut Come) {
    let each = plans.iter().map(async |(region, plan)| {
        let mut carried = Carried::default();
        let report = |event: Event| show(context, region, &event);
        let outcome = execute(plan, means, &mut carried, report).await;
        let left = execute::give_up(carried, report).await;
        (*region, *plan, outcome, left)
    });
    for (region, plan, outcome, left) in join_all(each).await {
        come.left.extend(left);
        let wanted = plan.count().wanted;
        let got = match outcome {
            Ok(launched) => {
                let got = u32::try_from(launched.len()).unwrap_or(u32::MAX);
                come.launched.extend(launched);
                got
            }
            Err(ExecuteError { cause, left }) => {
                come.left.extend(left);
                let had_no_room = matches!(cause, Cause::NoneToBeHad { .. } | Cause::TooFew { .. });
                come.failures.push((region.to_owned(), cause));
                // What failed otherwise may fail elsewhere, or may be there.
                if had_no_room { 0 } else { wanted }
            }
        };
        come.missing += wanted.saturating_sub(got);
        let had_all = come.failures.iter().all(|(failed, _)| failed != region) && got >= wanted;
        if let (false, Ok(region)) = (had_all, region.parse()) {
            come.full.push(region);
        }
    }
}

/// Asks the other regions, one after the other, for what is missing.
async fn elsewhere(
    context: &Context<'_>,
    prepared: &Prepared,
    looked: &Looked,
    means: &Means,
    record: &mut Record,
    stored: &mut Stored,
    come: &mut Come,
) -> Result<(), CommandError> {
    let placement = &prepared.placement;
    for next in instead_of(&come.full.clone(), placement.spread, &looked.places) {
        if come.missing == 0 || means.interrupted.load(Ordering::SeqCst) {
            break;
        }
        let Some(region) = placement.regions.iter().find(|one| one.region == next) else { continue };
        let missing = std::mem::take(&mut come.missing);
        context.streams.status(format_args!("{missing} more in {next}, in the place of what others lack"));
        match plan_anew(context, prepared, &looked.home.session, region, missing).await {
            Ok(plan) => {
                record.launches.push(launch_record(&plan, next.as_str()));
                *stored = record.write(&looked.home.bucket(), Some(stored)).await?;
                let session = &looked.home.session;
                secrets::store(
                    context,
                    session,
                    std::slice::from_ref(&next),
                    &prepared.secrets,
                    Renewal::All,
                )
                .await?;
                run(context, means, &[(next.as_str(), &plan)], come).await;
            }
            Err(error) => {
                come.missing = missing;
                context.streams.warn(format_args!("{next}: {}", error.error));
            }
        }
    }
    Ok(())
}

/// Why nothing was made, and what of it is still there.
fn with_left(context: &Context<'_>, error: CommandError, left: &[Left], name: &str) -> CommandError {
    for Left { what, because, .. } in left {
        context.streams.warn_of_cost(format_args!("still there: {what} ({because})"));
    }
    match left {
        [] => error,
        _ => error.hint(format!("be rid of all of it: cloudkit deploy destroy {name}")),
    }
}

/// There is no machine: its secrets go, and then its record; hands back what is still there.
async fn without_machines(
    context: &Context<'_>,
    prepared: &Prepared,
    looked: &Looked,
    regions: &[RegionName],
) -> Vec<Left> {
    let (home, name) = (&looked.home, &looked.plan.name);
    let mut left = secrets::remove(context, &home.session, regions, prepared).await;
    if left.is_empty()
        && let Err(error) = home.bucket().remove_object(&record_key(name)).await
    {
        left.push(Left {
            what: format!("the record of {name}"),
            command: format!("cloudkit deploy destroy {name}"),
            because: error.to_string(),
        });
    }
    left
}

/// Nothing is to stay: what there is goes, and then the record; what can't go is named.
async fn undone(
    context: &Context<'_>,
    prepared: &Prepared,
    looked: &Looked,
    record: &Record,
    come: Come,
) -> CommandError {
    // A region that has no machine may have what its launch could not undo.
    let regions: Vec<RegionName> = record.regions().iter().filter_map(|one| one.parse().ok()).collect();
    let (home, name) = (&looked.home, &looked.plan.name);
    let mut left = come.left;
    if !come.launched.is_empty() || !left.is_empty() {
        match destroy::look(home, &regions, name).await {
            Ok(found) => {
                // What is there is seen now, and told by what comes of its end.
                left.retain(Left::may_yet_come);
                let report = &mut |event| super::destroy::show_event(context, &event);
                left.extend(destroy::destroy(home, &found, name, report).await);
            }
            Err(error) => left.push(Left {
                what: format!("machines of {name}"),
                command: format!("cloudkit deploy destroy {name}"),
                because: error.to_string(),
            }),
        }
    } else {
        left = without_machines(context, prepared, looked, &regions).await;
    }
    let has_left = !left.is_empty();
    let mut failures = come.failures.into_iter();
    let first = failures.next().map_or(Cause::Interrupted, |(_, cause)| cause);
    for (region, cause) in failures {
        context.streams.warn(format_args!("{region}: {}", with_causes(&cause)));
    }
    let mut error = CommandError::from(ExecuteError { cause: first, left });
    if error.class == ExitClass::Capacity {
        // What a launch hints at is a launch's.
        error.hints = room_hints(&looked.plan, prepared);
    }
    if has_left { error.hint(format!("be rid of all of it: cloudkit deploy destroy {name}")) } else { error }
}

/// What could be written into config.yaml where no region has room.
fn room_hints(plan: &DeploymentPlan, prepared: &Prepared) -> Vec<String> {
    let types = plan.regions.iter().flat_map(|region| &region.plan.candidates);
    let types: BTreeSet<&str> = types.map(|candidate| candidate.instance_type.as_str()).collect();
    let types = types.into_iter().collect::<Vec<_>>().join(",");
    let mut hints =
        vec![format!("see where there may be capacity: cloudkit find capacity {types} --region all --check")];
    hints.push("name more of them in config.yaml: types: [WANTED, OTHER], regions: [ONE, OTHER]".to_owned());
    if matches!(prepared.placement.market, MarketWish::Spot { or_on_demand: false, .. }) {
        hints.push(
            "or take what is at the list price where there is no spot machine: or_on_demand: true".to_owned(),
        );
    }
    hints
}

/// What there is now, and what is missing of what was wanted.
fn tell(context: &Context<'_>, looked: &Looked, come: &Come) -> Result<ExitClass, CommandError> {
    let (streams, plan) = (context.streams, &looked.plan);
    let format = streams.list_format();
    streams.write_list(format, &come.launched)?;
    for (region, cause) in &come.failures {
        streams.warn_of_cost(format_args!("{region}: {}", with_causes(cause)));
    }
    for Left { what, because, command } in &come.left {
        streams.warn_of_cost(format_args!("still there: {what} ({because})"));
        streams.hint(format_args!("remove it: {command}"));
    }
    let is_whole = come.launched.len() >= plan.count as usize;
    if matches!(format, Format::Table | Format::Wide) || !is_whole {
        let text = format!("{} of {} machines of {} run", come.launched.len(), plan.count, plan.name);
        if is_whole { streams.status(text) } else { streams.warn_of_cost(text) }
    }
    streams.hint(format_args!("see how they come up: cloudkit deploy status {}", plan.name));
    streams.hint(format_args!("end all of it: cloudkit deploy destroy {}", plan.name));
    Ok(if is_whole && come.left.is_empty() { ExitClass::Done } else { ExitClass::Partial })
}

/// What happens in a region. What names no machine names the region.
fn show(context: &Context<'_>, region: &str, event: &Event) {
    match event {
        Event::Prepared(step) => {
            context.streams.status(format_args!("{region}: {}: done", step_text(step)));
        }
        Event::SeveralRun(machines) => {
            context.streams.status(format_args!("{region}: {machines} machines run"));
        }
        Event::Running { .. } | Event::RunningPrivately { .. } => {
            context.streams.status(format_args!("{region}: 1 machine runs"));
        }
        Event::Undone(what) => context.streams.status(format_args!("{region}: removed again: {what}")),
        event => show_event(context, event),
    }
}

impl From<RecordError> for CommandError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Aws { source, .. } => source.into(),
            RecordError::AlreadyThere { ref name } | RecordError::Changed { ref name } => {
                let hint = format!("see how it is: cloudkit deploy status {name}");
                Self::new(ExitClass::No, error).hint(hint)
            }
        }
    }
}
