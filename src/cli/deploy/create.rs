//! `cloudkit deploy create` and `plan`: the machines of an app folder, over regions.
//!
//! The plan and its cost are shown before anything is made, and it is always asked.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;

use super::creating;
use super::folder::FolderArguments;
use super::looked::{self, Looked};
use super::named;
use super::prepared::{Prepared, TermsArguments, prepare};
use super::status::{self, BETWEEN_LOOKS};
use crate::cli::ask::{self, Answer};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::arguments::ssh_wait;
use crate::cli::launch::delivery::agent_wait;
use crate::cli::launch::run::stoppable;
use crate::cli::launch::ssh::LoginArguments;
use crate::deployment::plan::DeploymentPlan;
use crate::output::deploy::plan::plan_text;
use crate::provision::execute::Means;
use crate::provision::journal::Journal;
use crate::provision::packed_agents::PackedAgents;
use crate::provision::refusal_memory::RefusalMemory;
use crate::provision::stored_agents::StoredAgents;
use crate::provision::wait::WaitFor;

/// Create the machines of an app folder
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit deploy create --dry-run
  cloudkit deploy create --yes --watch
  cloudkit deploy status")]
pub(super) struct CreateArguments {
    /// Show the plan with its cost, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Create without asking
    #[arg(short, long)]
    yes: bool,
    /// Then show how they come up, as status --watch does, until each is set up or could not be: ends with 1 where one could not
    #[arg(short, long)]
    watch: bool,
    #[command(flatten)]
    login: LoginArguments,
    #[command(flatten)]
    terms: TermsArguments,
}

/// Show what create would make, and what it costs
#[derive(Debug, Args)]
pub(super) struct PlanArguments {
    #[command(flatten)]
    terms: TermsArguments,
}

pub(super) fn plan(
    context: &Context<'_>,
    folder: &FolderArguments,
    arguments: &PlanArguments,
) -> Result<ExitClass, CommandError> {
    let mut prepared = prepare(context, folder, &arguments.terms)?;
    let looked = context.block_on_bounded(looked::look(context, &mut prepared))?;
    show(context, &looked.plan)
}

pub(super) fn run(
    context: &Context<'_>,
    folder: &FolderArguments,
    arguments: &CreateArguments,
) -> Result<ExitClass, CommandError> {
    let mut prepared = prepare(context, folder, &arguments.terms)?;
    let looked = context.block_on_bounded(looked::look(context, &mut prepared))?;
    if arguments.dry_run {
        return show(context, &looked.plan);
    }
    context.streams.status(plan_text(&looked.plan).trim_end());
    if !arguments.yes && ask::confirm(context.process, &question(&looked.plan), "--yes")? == Answer::No {
        context.streams.status("nothing was created");
        return Ok(ExitClass::No);
    }
    context.block_on(prepared.key.write(context))??;
    let means = means(context, &prepared, &looked, arguments)?;
    let interrupted = Arc::clone(&means.interrupted);
    let work = creating::create(context, &prepared, &looked, &means);
    let class = context.block_on(stoppable(context, interrupted, work))??;
    if !arguments.watch {
        return Ok(class);
    }
    let login = named::login(context, folder, &looked.plan.name, &arguments.login)?;
    let watched = status::watch(context, &looked.plan.name, &login, BETWEEN_LOOKS);
    Ok(class.or(context.block_on_bounded(watched)?))
}

/// The plan, on stdout.
fn show(context: &Context<'_>, plan: &DeploymentPlan) -> Result<ExitClass, CommandError> {
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_one(format, plan)?,
        None => context.streams.write_text(&plan_text(plan))?,
    }
    Ok(ExitClass::Done)
}

fn question(plan: &DeploymentPlan) -> String {
    let regions: Vec<&str> = plan.regions.iter().map(|region| region.region.as_str()).collect();
    format!("Create {} in account {}, {}?", plan.name, plan.account, regions.join(", "))
}

fn means(
    context: &Context<'_>,
    prepared: &Prepared,
    looked: &Looked,
    arguments: &CreateArguments,
) -> Result<Means, CommandError> {
    let cache = context.cache_directory()?;
    Ok(Means {
        session: looked.home.session.clone(),
        journal: Journal::in_state_directory(context.process.state_directory()?),
        memory: RefusalMemory::in_cache_directory(&cache),
        stored: StoredAgents::in_directory(&cache),
        identity_file: prepared.key.identity_file.clone(),
        // How a machine comes to be what it is for is `status`'s to say: each would have to be asked by its own calls.
        wait_for: WaitFor::Running,
        ssh_wait: ssh_wait(context)?,
        agent_wait: agent_wait(context, WaitFor::Running)?,
        packed: PackedAgents::default(),
        on_agent_failure: arguments.terms.delivery.on_failure(),
        interrupted: Arc::new(AtomicBool::new(false)),
    })
}
