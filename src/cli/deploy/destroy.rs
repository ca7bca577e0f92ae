//! `cloudkit deploy destroy`: all of a deployment, and nothing else's.
//!
//! It needs no app folder, and goes on where it was stopped: what is gone already is no failure.

use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;

use super::creating::{claim, locked};
use super::folder::FolderArguments;
use super::named::{self, NameArguments};
use crate::cli::ask::{self, Answer};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region_failures;
use crate::deployment::destroy::{self, Event, Found};
use crate::deployment::home::{Home, bundle_at, lock_key};
use crate::deployment::lock;
use crate::model::{RegionName, tag};
use crate::output::deploy::change::short;
use crate::output::launch::kind;
use crate::provision::undo::Left;

/// End a deployment: its machines with their disks, and what was made for it
#[derive(Debug, Args)]
pub(super) struct DestroyArguments {
    #[command(flatten)]
    name: NameArguments,
    /// End it without asking
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(
    context: &Context<'_>,
    folder: &FolderArguments,
    arguments: &DestroyArguments,
) -> Result<ExitClass, CommandError> {
    let name = arguments.name.resolve(context, folder)?;
    let (home, owner, found) = context.block_on_bounded(async {
        let home = named::home(context, context.session().await?).await?;
        let owner = tag::fitting(home.session.caller(&home.region).await?.short_name());
        let found = look(context, &home, &name).await?;
        Ok((home, owner, found))
    })?;
    let class = region_failures::tell(context, &found.failures);
    let held = context.block_on_bounded(async { Ok(lock::look(&home.bucket(), &lock_key(&name)).await?) })?;
    if found.is_nothing() && held.is_none() {
        let where_looked = if class == ExitClass::Done { "" } else { " in the other regions" };
        let error = format!("there is nothing of a deployment {name}{where_looked}");
        return Err(
            CommandError::new(class.or(ExitClass::No), error).hint("see what there is: cloudkit deploy list")
        );
    }
    context.streams.status(described(&name, &found));
    let question = format!("Destroy {name}, with its disks, in account {}?", home.account);
    if !arguments.yes && ask::confirm(context.process, &question, "--yes")? == Answer::No {
        context.streams.status("nothing was destroyed");
        return Ok(ExitClass::No);
    }
    let left = context.block_on(under_lock(context, &home, &name, &owner))??;
    if left.is_empty() {
        context.streams.status(format_args!("{name} is destroyed"));
        return Ok(class);
    }
    for Left { what, because, command } in &left {
        context.streams.warn_of_cost(format_args!("still there: {what} ({because})"));
        context.streams.hint(format_args!("try again: {command}"));
    }
    Ok(ExitClass::Partial)
}

async fn look(context: &Context<'_>, home: &Home, name: &str) -> Result<Found, CommandError> {
    let asking = Home { session: home.session.asking(), ..home.clone() };
    let regions = named::regions(context, &asking.session).await?;
    Ok(destroy::look(&asking, &regions, name).await?)
}

/// Destroys it while nobody else is at it. Where there is no home bucket nobody can be.
async fn under_lock(
    context: &Context<'_>,
    home: &Home,
    name: &str,
    owner: &str,
) -> Result<Vec<Left>, CommandError> {
    let bucket = home.bucket();
    let stop = AtomicBool::new(false);
    let work = async {
        // Somebody may have made more of it since it was looked at.
        let found = look(context, home, name).await?;
        if stop.load(Ordering::SeqCst) {
            return Err(CommandError::new(ExitClass::No, "the lock was taken away"));
        }
        Ok(destroy::destroy(home, &found, name, &mut |event| show_event(context, &event)).await)
    };
    if !bucket.is_there().await? {
        return work.await;
    }
    let claim = claim(context, "destroy", owner)?;
    let taken = lock::take(bucket.clone(), lock_key(name), claim).await;
    let mut lock = taken.map_err(|error| locked(error, name))?;
    let left = lock
        .during(work, |error| {
            context.streams.warn(&error);
            stop.store(true, Ordering::SeqCst);
        })
        .await;
    if let Err(error) = lock.give_back().await {
        context.streams.warn(format_args!("the lock of {name} ends by itself: {error}"));
    }
    // It may have been made for this deployment alone; it stays where anything is in it.
    if let Ok(left) = &left
        && left.is_empty()
        && let Err(error) = bucket.remove_if_empty().await
    {
        context.streams.warn(format_args!("bucket {} is still there: {error}", bucket.name()));
    }
    left
}

/// What of it there is.
fn described(name: &str, found: &Found) -> String {
    let mut text = format!("deployment {name}");
    for one in found.living() {
        let machine = &one.machine;
        let line =
            format!("\n  {}  {}, {}, {}", machine.id, machine.instance_type, one.region, machine.state);
        text.push_str(&line);
    }
    for (region, key) in &found.bundles {
        text.push_str(&format!("\n  {}", bundle_text(region, key)));
    }
    text
}

/// A bundle, of which there may be several.
fn bundle_text(region: &RegionName, key: &str) -> String {
    format!("its bundle {} in {region}", bundle_at(key).map_or(key, short))
}

pub(super) fn show_event(context: &Context<'_>, event: &Event) {
    let streams = context.streams;
    match event {
        Event::Ending(0) => {}
        Event::Ending(1) => streams.status("1 machine is ending"),
        Event::Ending(machines) => streams.status(format_args!("{machines} machines are ending")),
        Event::Ended => streams.status("they have ended"),
        Event::Removed(one) => {
            streams.status(format_args!("removed: {} {} in {}", kind(one.kind), one.id, one.region));
        }
        Event::BundleRemoved(region, key) => {
            streams.status(format_args!("removed: {}", bundle_text(region, key)));
        }
        Event::RoleRemoved(role) => streams.status(format_args!("removed: role {role}")),
        Event::SecretsRemoved(region, 1) => {
            streams.status(format_args!("removed: its secret in {region}"));
        }
        Event::SecretsRemoved(region, secrets) => {
            streams.status(format_args!("removed: its {secrets} secrets in {region}"));
        }
    }
}
