//! `cloudkit agent install`: puts this program and its unit in place on a machine that launch did not make.
//!
//! By the very scripts that a launch uses, the dead-man timer first. How EC2 takes a power-off of such a machine can't be
//! known on it: without a configuration that says more, a power-off is all that is done.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::Until;
use crate::cloudinit;
use crate::model::agent::{AgentConfiguration, DEADLINE_SCRIPT_PATH};
use crate::model::{EndAction, ShutdownBehavior, Span};
use crate::monitor::configuration;
use crate::platform::{clock, command, files, time_zone, variables};

/// The launch of a machine that was not launched.
const NO_LAUNCH: &str = "installed-by-hand";
const LIMIT: Duration = Duration::from_secs(120);

/// Look after a machine that cloudkit launch did not make
///
/// Puts this program, its service and the dead-man timer in place. With --ttl or --until the machine powers off at its
/// deadline; what EC2 makes of that is the machine's shutdown behaviour, which is stop unless it was set otherwise.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sudo cloudkit agent install --ttl 8h
  sudo cloudkit agent install --configuration agent.yaml")]
pub(super) struct InstallArguments {
    /// The machine ends this long from now, such as 8h
    #[arg(long, value_name = "SPAN", conflicts_with = "until")]
    ttl: Option<Span>,
    /// The machine ends at this time: 18:00 or '2026-11-22 18:00' here, or 2026-11-22T18:00:00Z
    #[arg(long, value_name = "TIME")]
    until: Option<Until>,
    /// What the agent is to do, instead of --ttl and --until
    #[arg(long, value_name = "FILE", conflicts_with_all = ["ttl", "until"])]
    configuration: Option<PathBuf>,
    /// Who may speak to the agent besides root
    #[arg(long, value_name = "USER")]
    login_user: Option<String>,
}

/// A step that did not work.
#[derive(Debug, thiserror::Error)]
#[error("{what} failed{}", said.lines().next_back().map_or_else(String::new, |line| format!(": {line}")))]
struct StepError {
    what: &'static str,
    said: String,
}

pub(super) fn run(context: &Context<'_>, arguments: &InstallArguments) -> Result<ExitClass, CommandError> {
    needs_root_of_linux(context)?;
    let configuration = wanted(context, arguments)?;
    let program = context.process.program_file()?;
    let program =
        program.to_str().ok_or_else(|| CommandError::usage("the path of this program is no text"))?;
    let sha256 = digest(Path::new(program))?;
    let [timer, agent] = cloudinit::by_hand(&configuration, program, &sha256).map_err(CommandError::usage)?;
    let said = context.block_on(async {
        // At a boot it goes on whatever fails, and says so.
        let what = "setting the dead-man timer";
        let said = script(what, &timer).await?;
        if !said.is_empty() {
            return Err(failed(what, said));
        }
        script("installing the agent", &agent).await
    })??;
    said.lines().for_each(|line| context.streams.detail(line));
    match configuration.deadline {
        Some(deadline) => context.streams.status(format_args!(
            "the agent looks after this machine until {deadline} (in {})",
            Span::between(clock::now(), deadline)
        )),
        None => context.streams.status("the agent looks after this machine; it has no deadline"),
    }
    if arguments.configuration.is_none() {
        context.streams.status("it powers off then: EC2 stops it, and goes on charging for its disks, unless its shutdown behaviour is terminate");
    }
    Ok(ExitClass::Done)
}

/// Below another root nothing of this machine is touched, and so no right is needed.
pub(super) fn needs_root_of_linux(context: &Context<'_>) -> Result<(), CommandError> {
    if !cfg!(target_os = "linux") {
        return Err(CommandError::usage("the agent runs on Linux, and this is another system"));
    }
    #[cfg(unix)]
    {
        if !crate::platform::process::is_root() && context.process.variable(variables::ROOT.name).is_none() {
            let error = CommandError::new(ExitClass::Credentials, "only root can do this");
            return Err(error.hint("as root: sudo cloudkit agent …"));
        }
    }
    Ok(())
}

fn wanted(context: &Context<'_>, arguments: &InstallArguments) -> Result<AgentConfiguration, CommandError> {
    let now = clock::now();
    if let Some(path) = &arguments.configuration {
        let read = configuration::read(path).map_err(CommandError::usage)?;
        let login_user = arguments.login_user.clone().or(read.login_user);
        return Ok(AgentConfiguration { login_user, ..read });
    }
    let deadline = match (arguments.ttl, arguments.until) {
        (Some(span), _) => span
            .after(now)
            .ok_or_else(|| CommandError::usage(format!("{span} from now is beyond the end of time")))?,
        (None, Some(until)) => until.resolve(now, time_zone::local(context.process))?,
        (None, None) => {
            return Err(CommandError::usage("it is not said when this machine ends")
                .hint("--ttl 8h, --until TIME, or all of it in a file: --configuration FILE"));
        }
    };
    let in_seconds = |at: Timestamp| Timestamp::from_second(at.as_second()).unwrap_or(at);
    Ok(AgentConfiguration {
        shutdown_behavior: ShutdownBehavior::Stop,
        on_deadline: EndAction::Stop,
        login_user: arguments.login_user.clone(),
        deadline_script: Some(DEADLINE_SCRIPT_PATH.to_owned()),
        ..AgentConfiguration::for_machine(NO_LAUNCH, in_seconds(now), Some(in_seconds(deadline)))
    })
}

fn digest(program: &Path) -> Result<String, CommandError> {
    use sha2::{Digest as _, Sha256};
    use std::fmt::Write as _;
    let content = files::read_if_there(program)?
        .ok_or_else(|| CommandError::usage(format!("{} is gone", program.display())))?;
    Ok(Sha256::digest(content).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// Runs a script, and hands back what it says.
async fn script(what: &'static str, script: &str) -> Result<String, CommandError> {
    // Too long for an argument of a command.
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), script)?;
    let said = command::said("/bin/sh", &[&file.path().to_string_lossy()], &[], LIMIT).await;
    let said = said.map_err(CommandError::usage)?;
    if said.code == Some(0) { Ok(said.stderr) } else { Err(failed(what, said.stderr)) }
}

fn failed(what: &'static str, said: String) -> CommandError {
    CommandError::new(ExitClass::Partial, StepError { what, said })
        .hint("take away what is there: sudo cloudkit agent uninstall")
}
