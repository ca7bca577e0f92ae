//! `cloudkit launch`: observes, plans, shows, asks where it has to, executes.
//!
//! The plan and its cost are shown before anything is made.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::arguments::{LaunchArguments, ssh_wait};
use crate::aws::Session;
use crate::catalog::Catalog;
use crate::cli::ask::{self, Answer};
use crate::cli::command_error::CommandError;
use crate::cli::context::{Context, TimedOut};
use crate::cli::exit_code::ExitClass;
use crate::cli::settings::Key;
use crate::model::{Money, Span};
use crate::output::Format;
use crate::output::launch::{cost, plan_text, step_text};
use crate::platform::http::HttpClient;
use crate::platform::keys::{self, KeyError, PublicKey};
use crate::platform::{clock, random};
use crate::provision::execute::{self, Cause, Means};
use crate::provision::journal::Journal;
use crate::provision::observe::{self, Local};
use crate::provision::plan::{self, Plan};
use crate::provision::report::{Event, Launched};
use crate::provision::wish::Wish;

/// Where AWS says which address the caller is seen from.
const CHECK_IP: &str = "https://checkip.amazonaws.com";
/// What a launch may cost by the hour without asking, unless the setting says otherwise.
const CONFIRM_ABOVE: Money = Money::from_micros(2_000_000);
/// Credentials have to last this long, since the machine fetches its agent with them.
const CREDENTIALS_LAST: Span = Span::from_seconds(15 * 60);

pub(super) fn run(context: &Context<'_>, arguments: &LaunchArguments) -> Result<ExitClass, CommandError> {
    let catalog = context.catalog();
    let wish = arguments.wish(context, catalog)?;
    let key = public_key(context, arguments)?;
    let agent_binary = agent_binary(context, arguments)?;
    let ssh_wait = ssh_wait(context)?;
    let (session, plan) = context.block_on_bounded(async {
        let session = long_lasting_session(context).await?;
        let plan = planned(context, &wish, &session, catalog, &key, agent_binary.clone()).await?;
        Ok((session, plan))
    })?;
    if arguments.dry_run {
        return show(context, &plan);
    }
    context.streams.status(plan_text(&plan).trim_end());
    if !arguments.yes && confirm(context, &plan)? == Answer::No {
        context.streams.status("nothing was launched");
        return Ok(ExitClass::No);
    }
    let means = Means {
        session,
        journal: Journal::in_state_directory(context.process.state_directory()?),
        agent_binary,
        identity_file: arguments.ssh_key.as_ref().map(|_| key.path.with_extension("")),
        wait_for: arguments.wait,
        ssh_wait,
        interrupted: Arc::new(AtomicBool::new(false)),
    };
    let launched = context.block_on(follow(context, &plan, &means))??;
    tell(context, &launched)?;
    Ok(ExitClass::Done)
}

fn public_key(context: &Context<'_>, arguments: &LaunchArguments) -> Result<PublicKey, CommandError> {
    let named =
        arguments.ssh_key.clone().or_else(|| context.settings.text(Key::SshPublic).map(PathBuf::from));
    let key = match named {
        Some(path) => keys::read_public_key(&path),
        None => keys::usual_public_key(context.process.home()?),
    };
    key.map_err(|error| {
        let make_one = matches!(error, KeyError::None { .. });
        let error = CommandError::usage(error);
        if make_one {
            error.hint("make one: ssh-keygen -t ed25519").hint("or name one: --ssh-key FILE")
        } else {
            error
        }
    })
}

fn agent_binary(context: &Context<'_>, arguments: &LaunchArguments) -> Result<PathBuf, CommandError> {
    let setting = || context.settings.text(Key::AgentBinary).map(PathBuf::from);
    match arguments.agent_binary.clone().or_else(setting) {
        Some(path) => Ok(path),
        None => Ok(context.process.program_file()?),
    }
}

async fn long_lasting_session(context: &Context<'_>) -> Result<Session, CommandError> {
    let until = CREDENTIALS_LAST.after(clock::now()).unwrap_or(jiff::Timestamp::MAX);
    Ok(context.session().await?.lasting_until(until).await?)
}

async fn planned(
    context: &Context<'_>,
    wish: &Wish,
    session: &Session,
    catalog: &Catalog<'_>,
    key: &PublicKey,
    agent_binary: PathBuf,
) -> Result<Plan, CommandError> {
    let certificates = context.certificates()?;
    let local = Local {
        public_key: key.line.clone(),
        agent_binary,
        check_ip_url: context.settings.text(Key::CheckIpUrl).unwrap_or(CHECK_IP).to_owned(),
        http: HttpClient::new(certificates.as_deref()).map_err(CommandError::usage)?,
    };
    let step = context.streams.step("looking at the account");
    let world = observe::observe(wish, &local, session, catalog, clock::now()).await?;
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
    let limit = context.settings.parsed(Key::ConfirmAbove)?.unwrap_or(CONFIRM_ABOVE);
    let reasons = reasons_to_ask(plan, limit);
    if reasons.is_empty() {
        return Ok(Answer::Yes);
    }
    let regions = plan.candidates.first().map_or("", |candidate| candidate.region.as_str());
    let question = format!("{}. Launch in account {}, {regions}?", reasons.join("; "), plan.account);
    ask::confirm(&question, "--yes")
}

fn reasons_to_ask(plan: &Plan, limit: Money) -> Vec<String> {
    let mut reasons = Vec::new();
    // Of the parts the machine is the one that can be dear; a small unknown part does not make it so.
    let machine_price =
        |candidate: &plan::Candidate| candidate.cost.parts.first().and_then(|part| part.usd_hour);
    if let Some(unpriced) = plan.candidates.iter().find(|candidate| machine_price(candidate).is_none()) {
        reasons.push(format!("the price of {} in {} is not known", unpriced.instance_type, unpriced.region));
    }
    let dearest =
        plan.candidates.iter().map(|candidate| candidate.cost.known_usd_hour).max().unwrap_or_default();
    if dearest > limit {
        reasons.push(format!("this can cost {dearest} USD an hour, more than {limit}"));
    }
    if plan.deadline.is_none() {
        reasons.push("the machine has no deadline".to_owned());
    }
    if plan.ssh_from.ends_with("/0") {
        reasons.push(format!("port {} is open to the whole world", plan.ssh_port));
    }
    reasons
}

/// Executes, while Ctrl-C or the end of `--timeout` stops it and has it all undone.
async fn follow(context: &Context<'_>, plan: &Plan, means: &Means) -> Result<Launched, CommandError> {
    let interrupted = Arc::clone(&means.interrupted);
    let ctrl_c = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.store(true, Ordering::SeqCst);
        }
    });
    let out_of_time = Arc::new(AtomicBool::new(false));
    let timer = context.global.timeout.map(|limit| {
        let (interrupted, out_of_time) = (Arc::clone(&means.interrupted), Arc::clone(&out_of_time));
        tokio::spawn(async move {
            tokio::time::sleep(limit.to_duration()).await;
            out_of_time.store(true, Ordering::SeqCst);
            interrupted.store(true, Ordering::SeqCst);
        })
    });
    let outcome = execute::execute(plan, means, |event| show_event(context, &event)).await;
    ctrl_c.abort();
    if let Some(timer) = timer {
        timer.abort();
    }
    outcome.map_err(|error| {
        let timed_out = matches!(error.cause, Cause::Interrupted) && out_of_time.load(Ordering::SeqCst);
        let nothing_left = error.left.is_empty();
        let mut error = CommandError::from(error);
        if let (true, Some(limit)) = (timed_out, context.global.timeout) {
            error.error = TimedOut(limit).into();
            if nothing_left {
                error.class = ExitClass::Unavailable;
            }
        }
        error
    })
}

fn show_event(context: &Context<'_>, event: &Event) {
    let streams = context.streams;
    match event {
        Event::Prepared(step) => streams.status(format_args!("{}: done", step_text(step))),
        Event::Refused(refused) => {
            streams.warn(format_args!("{} in {}: {}", refused.instance_type, refused.region, refused.reason));
        }
        Event::AskedAgain { because } => {
            streams.warn(format_args!("{because}; asking again with the same request"));
        }
        Event::ProfileNotKnownYet => {
            streams.status("EC2 does not know the instance profile yet; asking again with the same request");
        }
        Event::NotWrittenDown { because } => {
            streams.warn(format_args!("the journal is not complete: {because}"));
        }
        Event::Accepted { instance_id } => streams.status(format_args!("{instance_id}: accepted")),
        Event::Running { address: Some(address) } => streams.status(format_args!("running at {address}")),
        Event::Running { address: None } => streams.status("running, without a public address"),
        Event::SshAnswers => streams.status("ssh answers"),
        Event::SshNotYet => {
            streams.warn("ssh does not answer yet; the machine runs, so try again in a minute");
        }
        Event::Undone(what) => streams.status(format_args!("removed again: {what}")),
    }
}

/// What there is now: a document for programs, a few lines for a person.
fn tell(context: &Context<'_>, launched: &Launched) -> Result<(), CommandError> {
    let format = context.streams.list_format();
    if !matches!(format, Format::Table | Format::Wide) {
        context.streams.write_one(format, launched)?;
        return Ok(());
    }
    let mut text = format!("{} {} in {}\n", launched.instance_id, launched.instance_type, launched.region);
    let mut line = |label: &str, content: &str| text.push_str(&format!("  {label:8} {content}\n"));
    line("name", &launched.name);
    line("address", launched.address.as_deref().unwrap_or("-"));
    line("ssh", &ssh(launched));
    line("ends", &launched.deadline.map_or_else(|| "when somebody ends it".to_owned(), |at| at.to_string()));
    line("cost", &cost(&launched.cost));
    line(
        "end it",
        &format!("cloudkit launch terminate {} --region {}", launched.instance_id, launched.region),
    );
    context.streams.write_text(&text)?;
    Ok(())
}

/// What to type to get in; whose user an image of somebody's own has is not known.
fn ssh(launched: &Launched) -> String {
    match (&launched.ssh_command, &launched.address) {
        (Some(command), _) => command.clone(),
        (None, Some(address)) => format!("ssh USER@{address}, where USER is the image's own"),
        (None, None) => "-".to_owned(),
    }
}
