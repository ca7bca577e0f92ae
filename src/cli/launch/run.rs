//! `cloudkit launch`: observes, plans, shows, asks where it has to, executes.
//!
//! The plan and its cost are shown before anything is made.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use super::arguments::{LaunchArguments, ssh_wait};
use super::capacity_wait::{self, Patience};
use super::delivery::agent_wait;
use super::file::Saving;
use super::{key, preflight, several};
use crate::aws::Session;
use crate::catalog::Catalog;
use crate::cli::ask::{self, Answer};
use crate::cli::command_error::CommandError;
use crate::cli::context::{Context, TimedOut};
use crate::cli::exit_code::ExitClass;
use crate::cli::settings::Key;
use crate::model::{Market, Money, Span};
use crate::output::Format;
use crate::output::launch::{cost, no_agent, plan_text, step_text};
use crate::platform::http::HttpClient;
use crate::platform::{clock, random};
use crate::provision::agents::AgentFiles;
use crate::provision::execute::{Cause, Means};
use crate::provision::journal::Journal;
use crate::provision::observe::Local;
use crate::provision::packed_agents::PackedAgents;
use crate::provision::plan::{self, Plan};
use crate::provision::refusal_memory::{RecentRefusal, RefusalMemory};
use crate::provision::report::{AgentState, Event, Launched};
use crate::provision::stored_agents::StoredAgents;
use crate::provision::wish::{AgentWish, Wish};
use crate::provision::world::key::KnownKey;

/// Where AWS says which address the caller is seen from.
const CHECK_IP: &str = "https://checkip.amazonaws.com";
/// What a launch may cost by the hour without asking, unless the setting says otherwise.
const CONFIRM_ABOVE: Money = Money::from_micros(2_000_000);
/// Credentials have to last this long, since the machine fetches its agent with them.
const CREDENTIALS_LAST: Span = Span::from_seconds(15 * 60);

pub(super) fn run(context: &Context<'_>, arguments: &LaunchArguments) -> Result<ExitClass, CommandError> {
    let consent = |plan: &Plan| {
        if arguments.yes { Ok(Some(Answer::Yes)) } else { confirm(context, plan).map(Some) }
    };
    Ok(launch(context, arguments, consent)?.unwrap_or(ExitClass::No))
}

/// Launches where there is consent to the plan; nothing is made and nothing handed back where no answer is given, because
/// somebody wants another plan.
pub(super) fn launch(
    context: &Context<'_>,
    arguments: &LaunchArguments,
    consent: impl FnOnce(&Plan) -> Result<Option<Answer>, CommandError>,
) -> Result<Option<ExitClass>, CommandError> {
    let catalog = context.catalog();
    let wish = arguments.wish(context, catalog)?;
    let saving = Saving::of(context, arguments, &wish)?;
    let agent_files = arguments.delivery.files(context)?;
    let stored = StoredAgents::in_directory(&context.cache_directory()?);
    let agent_wait = agent_wait(context, arguments.wait)?;
    let ssh_wait = ssh_wait(context)?;
    let memory = RefusalMemory::in_cache_directory(&context.cache_directory()?);
    let key = context.block_on_bounded(key::find(context, &arguments.network))?;
    let look = async |recent_refusals: Vec<RecentRefusal>| {
        let session = long_lasting_session(context).await?;
        let (agent_files, stored) = (agent_files.clone(), stored.clone());
        let local = local(context, &key.known, agent_files, stored, recent_refusals)?;
        let plan = planned(context, &wish, &session, catalog, &local).await?;
        Ok((session, plan))
    };
    let (session, plan) = context.block_on_bounded(look(recent_refusals(context, &memory)))?;
    if let Some(saving) = saving {
        saving.write(context)?;
    }
    if wish.agent == AgentWish::None {
        context.streams.warn(format_args!("agent: {}", no_agent(&plan)));
    }
    if arguments.dry_run {
        return show(context, &plan).map(Some);
    }
    context.streams.status(plan_text(&plan).trim_end());
    match consent(&plan)? {
        Some(Answer::Yes) => {}
        Some(Answer::No) => {
            context.streams.status("nothing was launched");
            return Ok(Some(ExitClass::No));
        }
        None => return Ok(None),
    }
    context.block_on(key.write(context))??;
    let patience = Patience::new(context, arguments.market.wait_for_capacity)?;
    let mut means = Means {
        session,
        memory,
        journal: Journal::in_state_directory(context.process.state_directory()?),
        stored: stored.clone(),
        identity_file: key.identity_file.clone(),
        wait_for: arguments.wait,
        ssh_wait,
        agent_wait,
        packed: PackedAgents::default(),
        on_agent_failure: arguments.delivery.on_failure(),
        interrupted: context.process.interrupted(),
    };
    let interrupted = Arc::clone(&means.interrupted);
    // A later try asks everybody again: that they refused the one before is why there is one.
    let tries =
        capacity_wait::until_had(context, patience, plan, &mut means, async || look(Vec::new()).await);
    let launched = context.block_on(stoppable(context, interrupted, tries))??;
    match launched.as_slice() {
        [only] if !wish.count.is_several() => tell(context, only)?,
        all => several::tell(context, all, wish.count)?,
    }
    let failed = launched.iter().any(|one| one.agent == Some(AgentState::Failed));
    Ok(Some(if failed { ExitClass::No } else { ExitClass::Done }))
}

pub(in crate::cli) async fn long_lasting_session(context: &Context<'_>) -> Result<Session, CommandError> {
    let until = CREDENTIALS_LAST.after(clock::now()).unwrap_or(Timestamp::MAX);
    Ok(context.session().await?.lasting_until(until).await?)
}

/// The pools that are not to be asked again yet; a memory that can't be read is none.
pub(in crate::cli) fn recent_refusals(context: &Context<'_>, memory: &RefusalMemory) -> Vec<RecentRefusal> {
    memory.read(clock::now()).unwrap_or_else(|error| {
        context.streams.warn(format_args!("what was refused a short while ago is not known: {error}"));
        Vec::new()
    })
}

pub(in crate::cli) fn local(
    context: &Context<'_>,
    key: &KnownKey,
    agent_files: AgentFiles,
    stored: StoredAgents,
    recent_refusals: Vec<RecentRefusal>,
) -> Result<Local, CommandError> {
    let certificates = context.certificates()?;
    Ok(Local {
        key: key.clone(),
        agent_files,
        stored,
        process: context.process.clone(),
        check_ip_url: context.settings.text(Key::CheckIpUrl).unwrap_or(CHECK_IP).to_owned(),
        caller_address: Arc::default(),
        http: HttpClient::new(certificates.as_deref()).map_err(CommandError::usage)?,
        recent_refusals,
    })
}

async fn planned(
    context: &Context<'_>,
    wish: &Wish,
    session: &Session,
    catalog: &Catalog<'_>,
    local: &Local,
) -> Result<Plan, CommandError> {
    let step = context.streams.step("looking at the account");
    let world = preflight::world(context, wish, session, catalog, local).await?;
    step.done("done");
    Ok(plan::plan(wish, &world, catalog, random::seed().map_err(CommandError::usage)?)?)
}

/// The plan of a dry run, on stdout.
fn show(context: &Context<'_>, plan: &Plan) -> Result<ExitClass, CommandError> {
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_one(format, plan)?,
        None => context.streams.write_text(&plan_text(plan))?,
    }
    Ok(ExitClass::Done)
}

/// Asks where the plan is dear, of unknown price, without an end or open to the world.
fn confirm(context: &Context<'_>, plan: &Plan) -> Result<Answer, CommandError> {
    match reasons_to_ask(context, plan)?.as_slice() {
        [] => Ok(Answer::Yes),
        reasons => ask::confirm(context.process, &question(plan, reasons), "--yes"),
    }
}

/// What is asked, and why.
pub(super) fn question(plan: &Plan, reasons: &[String]) -> String {
    let regions = plan.candidates.first().map_or("", |candidate| candidate.region.as_str());
    let reasons = if reasons.is_empty() { String::new() } else { format!("{}. ", reasons.join("; ")) };
    format!("{reasons}Launch in account {}, {regions}?", plan.account)
}

/// Why a plan is not followed without a question.
pub(super) fn reasons_to_ask(context: &Context<'_>, plan: &Plan) -> Result<Vec<String>, CommandError> {
    let limit = context.settings.parsed(Key::ConfirmAbove)?.unwrap_or(CONFIRM_ABOVE);
    Ok(reasons_above(plan, limit))
}

fn reasons_above(plan: &Plan, limit: Money) -> Vec<String> {
    let mut reasons = Vec::new();
    // Of the parts the machine is the one that can be dear; a small unknown part does not make it so.
    let machine_price =
        |candidate: &plan::Candidate| candidate.cost.parts.first().and_then(|part| part.usd_hour);
    if let Some(unpriced) = plan.candidates.iter().find(|candidate| machine_price(candidate).is_none()) {
        reasons.push(format!("the price of {} in {} is not known", unpriced.instance_type, unpriced.region));
    }
    reasons.extend(plan.candidates.iter().find_map(unpriced_volume));
    let known = plan.candidates.iter().map(|candidate| candidate.cost.known_usd_hour);
    let dearest = known.max().unwrap_or_default().times(plan.count().wanted.into());
    if dearest > limit {
        reasons.push(format!("this can cost {dearest} USD an hour, more than {limit}"));
    }
    if plan.deadline.is_none() {
        let what = if plan.several.is_some() { "the machines have" } else { "the machine has" };
        reasons.push(format!("{what} no deadline"));
    }
    if plan.ssh_from.ends_with("/0") {
        reasons.push(format!("port {} is open to the whole world", plan.ssh_port));
    }
    reasons
}

/// A volume that somebody asked for and whose price is not known.
fn unpriced_volume(candidate: &plan::Candidate) -> Option<String> {
    let asked = candidate
        .volumes
        .iter()
        .find(|volume| volume.was_asked_for() && !volume.is_priced(&candidate.region))?;
    let size = asked.volume().map_or_else(|| "a volume".to_owned(), |volume| volume.to_string());
    Some(format!("the price of {size} in {} is not known", candidate.region))
}

/// Executes, while Ctrl-C or the end of `--timeout` stops it and has it all undone.
pub(in crate::cli) async fn stoppable<T>(
    context: &Context<'_>,
    interrupted: Arc<AtomicBool>,
    tries: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    let by_user = Arc::clone(&interrupted);
    let ctrl_c = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            by_user.store(true, Ordering::SeqCst);
        }
    });
    let out_of_time = Arc::new(AtomicBool::new(false));
    let timer = context.global.timeout.map(|limit| {
        let (interrupted, out_of_time) = (Arc::clone(&interrupted), Arc::clone(&out_of_time));
        tokio::spawn(async move {
            tokio::time::sleep(limit.to_duration()).await;
            out_of_time.store(true, Ordering::SeqCst);
            interrupted.store(true, Ordering::SeqCst);
        })
    });
    let outcome = tries.await;
    ctrl_c.abort();
    if let Some(timer) = timer {
        timer.abort();
    }
    outcome.map_err(|mut error| {
        let interrupted = matches!(error.error.downcast_ref(), Some(Cause::Interrupted));
        let timed_out = interrupted && out_of_time.load(Ordering::SeqCst);
        if let (true, Some(limit)) = (timed_out, context.global.timeout) {
            error.error = TimedOut(limit).into();
            if error.class == ExitClass::Interrupted {
                error.class = ExitClass::Unavailable;
            }
        }
        error
    })
}

pub(in crate::cli) fn show_event(context: &Context<'_>, event: &Event) {
    let streams = context.streams;
    match event {
        Event::Prepared(step) => streams.status(format_args!("{}: done", step_text(step))),
        Event::Refused(refused) => plan::refused_lines(refused).for_each(|line| streams.warn(line)),
        Event::ZonesNamed(zones) => {
            streams.status(format_args!("EC2 recommends other zones; next: {}", zones.join(", ")));
        }
        Event::AskedAgain { because } => {
            streams.warn(format_args!("{because}; asking again with the same request"));
        }
        Event::AskedAnew { because } => {
            streams.warn(format_args!("{because}; asking for the rest by another request"));
        }
        Event::ProfileNotKnownYet => {
            streams.status("EC2 does not know the instance profile yet; asking again with the same request");
        }
        Event::NotWrittenDown { because } => {
            streams.warn(format_args!("the journal is not complete: {because}"));
        }
        Event::ObjectStays { key, because } => {
            streams.warn(format_args!(
                "{key} stays in the bucket until cloudkit launch cleanup --bucket: {because}"
            ));
        }
        Event::Accepted { instance_id } => streams.status(format_args!("{instance_id}: accepted")),
        Event::SeveralAccepted(ids) => streams.status(format_args!("accepted: {}", ids.join(", "))),
        Event::SeveralRun(machines) => streams.status(format_args!("{machines} machines run")),
        Event::SeveralSigns(signs) => several::show_signs(context, signs),
        Event::NotNamed { id, name, because } => {
            streams.warn(format_args!("{id} could not be named {name}: {because}"));
        }
        Event::Running { address: Some(address) } => streams.status(format_args!("running at {address}")),
        Event::RunningPrivately { address } => streams.status(format_args!(
            "running at {address}, a private address: ssh answers only where this computer reaches its network"
        )),
        Event::Running { address: None } => streams.status("running, without a public address"),
        Event::SshAnswers => streams.status("ssh answers"),
        Event::SshNotYet => {
            streams.warn("ssh does not answer yet; the machine runs, so try again in a minute");
        }
        Event::SshNotFromHere { address } => streams.warn(format_args!(
            "ssh does not answer at {address}, a private address: the machine runs, and is reached from within its network"
        )),
        Event::AgentSeen { deadline } => streams.status(format_args!(
            "the agent looks after it{}",
            deadline.map_or_else(String::new, |at| format!(" until {at}"))
        )),
        Event::AgentFailed { reason } => {
            streams.warn(format_args!("the agent was not installed: {reason}"));
        }
        Event::AgentUnknown { because, deadline } => show_unknown(context, because.as_deref(), *deadline),
        Event::Undone(what) => streams.status(format_args!("removed again: {what}")),
        Event::StillThere { what, because, command } => {
            streams.warn(format_args!("still there: {what} ({because})"));
            streams.hint(format_args!("remove it: {command}"));
        }
    }
}

fn show_unknown(context: &Context<'_>, because: Option<&str>, deadline: Option<Timestamp>) {
    let because = because.map_or_else(String::new, |because| format!(" ({because})"));
    let then = deadline.map_or_else(
        || "nothing else ends the machine".to_owned(),
        |deadline| format!("the machine's own timer ends it at {deadline} all the same"),
    );
    context.streams.warn(format_args!("no sign of the agent yet{because}; {then}"));
}

/// What there is now: a document for programs, a few lines for a person.
fn tell(context: &Context<'_>, launched: &Launched) -> Result<(), CommandError> {
    if let Some(asked) = launched.market_asked {
        context.streams.warn_of_cost(format_args!(
            "{asked} was asked for and {} was launched, at its own price: {}",
            launched.market,
            cost(&launched.cost)
        ));
    }
    let format = context.streams.list_format();
    if !matches!(format, Format::Table | Format::Wide) {
        context.streams.write_one(format, launched)?;
        return Ok(());
    }
    let market = if launched.market == Market::OnDemand && launched.market_asked.is_none() {
        String::new()
    } else {
        format!(", {}", launched.market)
    };
    let mut text =
        format!("{} {} in {}{market}\n", launched.instance_id, launched.instance_type, launched.region);
    let mut line = |label: &str, content: &str| text.push_str(&format!("  {label:8} {content}\n"));
    line("name", &launched.name);
    line("address", launched.reached_at().unwrap_or("-"));
    line("ssh", &ssh(launched));
    launched.agent.iter().for_each(|state| line("agent", agent_text(*state)));
    line("ends", &launched.deadline.map_or_else(|| "when somebody ends it".to_owned(), |at| at.to_string()));
    line("cost", &cost(&launched.cost));
    plan::refused_lines(&launched.refused).for_each(|refused| line("refused", &refused));
    line(
        "end it",
        &format!("cloudkit launch terminate {} --region {}", launched.instance_id, launched.region),
    );
    context.streams.write_text(&text)?;
    Ok(())
}

const fn agent_text(state: AgentState) -> &'static str {
    match state {
        AgentState::Seen => "looks after it",
        AgentState::Failed => "not installed",
        AgentState::Unknown => "no sign of it yet",
    }
}

/// What to type to get in; whose user an image of somebody's own has is not known.
fn ssh(launched: &Launched) -> String {
    match (&launched.ssh_command, launched.reached_at()) {
        (Some(command), _) => command.clone(),
        (None, Some(address)) => format!("ssh USER@{address}, where USER is the image's own"),
        (None, None) => "-".to_owned(),
    }
}
