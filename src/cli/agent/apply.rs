//! `cloudkit agent apply`: sets this machine up with a bundle, and says how far that is.
//!
//! What is fetched is handed over as a document, by a pipe or a file: its URLs are presigned, and arguments are for
//! everybody to read. A unit of its own does it, which outlives whoever asked and goes on after a crash or a boot.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{ArgGroup, Args, ValueHint};

use super::speak;
use crate::apply::now;
use crate::apply::pending::{self, Lock};
use crate::apply::progress::{Progress, RunState};
use crate::apply::request::{self, Place, Request};
use crate::apply::run::{self, Ended, Task};
use crate::apply::waiting::{self, UNIT};
use crate::apply::{Machine, StateError, StepError};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::manifest::deployment::OnFailure;
use crate::model::NotAValue;
use crate::model::agent::CONFIGURATION_PATH;
use crate::monitor::configuration;
use crate::monitor::control::answer::Answer;
use crate::monitor::control::request::{MAX_TEXT, Request as ToAgent};
use crate::output::apply::apply_lines;
use crate::platform::files::{self, Access};
use crate::platform::{clock, command, process};

const UNIT_PATH: &str = "etc/systemd/system/cloudkit-apply.service";
const UNIT_TEXT: &str = include_str!("../../../templates/systemd/cloudkit-apply.service");
/// A request is small; what is longer is none.
const MAX_REQUEST: u64 = 4 * 1024 * 1024;
const LIMIT: Duration = Duration::from_secs(30);

/// Set this machine up with a deployment's bundle, or show how far that is
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).args(["bundle", "fetch", "status", "pending"])),
    after_help = "Examples:
  cloudkit agent apply --status
  sudo cloudkit agent apply --bundle app.tar.zst --sha256 9f86d0…
  sudo cloudkit agent apply --fetch - <request.json")]
pub(super) struct ApplyArguments {
    /// Apply this bundle, here and now
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "sha256")]
    bundle: Option<PathBuf>,
    /// The SHA-256 that the bundle must have
    #[arg(long, value_name = "DIGITS", requires = "bundle", value_parser = sha256)]
    sha256: Option<String>,
    /// Where the objects of its tarballs are fetched: JSON of s3://BUCKET/KEY to {"url": …, "headers": […]}
    #[arg(long, value_name = "FILE", requires = "bundle", value_hint = ValueHint::FilePath)]
    urls: Option<PathBuf>,
    /// The path of its secrets in the Parameter Store [default: what this machine was told before]
    #[arg(long, value_name = "PATH", requires = "bundle")]
    secrets: Option<String>,
    /// Fetch and apply what this document says, in the background; - reads it from standard input
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    fetch: Option<String>,
    /// With --fetch: don't wait for the end
    #[arg(long, requires = "fetch")]
    detach: bool,
    /// Show how far it is; once it is set up, how its services and checks are by now
    #[arg(long)]
    status: bool,
    /// With --status: ask no service and no check
    #[arg(long, requires = "status")]
    no_ask: bool,
    /// Do what is left to do; its unit runs this
    #[arg(long, hide = true)]
    pending: bool,
}

fn sha256(text: &str) -> Result<String, NotAValue> {
    let fits = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if fits { Ok(text.to_ascii_lowercase()) } else { Err(NotAValue::new(text, "64 hexadecimal digits")) }
}

pub(super) fn run(context: &Context<'_>, arguments: &ApplyArguments) -> Result<ExitClass, CommandError> {
    let machine = Machine::this();
    if arguments.status {
        return status(context, &machine, !arguments.no_ask);
    }
    if let Some(from) = &arguments.fetch {
        return fetch(context, &machine, from, arguments.detach);
    }
    match (&arguments.bundle, &arguments.sha256) {
        (Some(bundle), Some(sha256)) => by_hand(context, &machine, bundle, sha256, arguments),
        _ => pending(context, &machine),
    }
}

fn status(context: &Context<'_>, machine: &Machine, ask: bool) -> Result<ExitClass, CommandError> {
    let Some(mut progress) = Progress::read(&[&machine.progress(), &machine.last_progress()])? else {
        return Err(CommandError::new(ExitClass::No, "nothing was ever applied to this machine")
            .hint("deploy to it: cloudkit deploy create"));
    };
    if ask && progress.state == RunState::Succeeded {
        progress.health = context.block_on(now::health(machine, process::is_root()))??;
    }
    show(context, &progress)?;
    Ok(class_of(&progress))
}

fn show(context: &Context<'_>, progress: &Progress) -> Result<(), CommandError> {
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_one(format, progress)?,
        None => context.streams.write_text(&(apply_lines(progress).join("\n") + "\n"))?,
    }
    Ok(())
}

fn class_of(progress: &Progress) -> ExitClass {
    if progress.state == RunState::Running || progress.is_well() { ExitClass::Done } else { ExitClass::No }
}

/// A bundle that is on this machine.
fn by_hand(
    context: &Context<'_>,
    machine: &Machine,
    bundle: &Path,
    sha256: &str,
    arguments: &ApplyArguments,
) -> Result<ExitClass, CommandError> {
    let objects: BTreeMap<String, Place> = match &arguments.urls {
        Some(path) => {
            let text = files::read_if_there(path)?.ok_or_else(|| no_file(path))?;
            serde_json::from_slice(&text).map_err(|error| not_understood(path, &error))?
        }
        None => BTreeMap::new(),
    };
    let _lock = lock(machine)?;
    let ended = context.block_on(async {
        let secrets = arguments.secrets.as_deref();
        let task = Task { bundle, sha256, objects: &objects, secrets };
        run::run(machine, &task, &mut |line| context.streams.status(line)).await
    })??;
    show(context, &ended.progress)?;
    Ok(class_of(&ended.progress))
}

fn lock(machine: &Machine) -> Result<Lock, CommandError> {
    pending::lock(machine)?.ok_or_else(|| {
        CommandError::new(ExitClass::Unavailable, "this machine is being set up by another process")
            .hint("see how far it is: cloudkit agent apply --status")
    })
}

/// All that is left to do, one request after the other.
fn pending(context: &Context<'_>, machine: &Machine) -> Result<ExitClass, CommandError> {
    let lock = lock(machine)?;
    let mut class = ExitClass::Done;
    loop {
        let ended =
            context.block_on(pending::next(machine, &lock, &mut |line| context.streams.status(line)))??;
        let Some(ended) = ended else { return Ok(class) };
        class = class_of(&ended.progress);
        end_machine(context, &ended)?;
    }
}

/// Where its deployment says so, a machine that never was what it is for ends: by its agent, which runs its hooks, warns
/// and does what is done on completion; without one the system powers off.
fn end_machine(context: &Context<'_>, ended: &Ended) -> Result<(), CommandError> {
    let Some(failure) = &ended.progress.failure else { return Ok(()) };
    if ended.on_failure != OnFailure::End || ended.was_well_before {
        return Ok(());
    }
    let message: String = format!("{} failed: {}", failure.step, failure.reason)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .scan(0, |bytes, c| {
            *bytes += c.len_utf8();
            (*bytes <= MAX_TEXT).then_some(c)
        })
        .collect();
    let request = ToAgent::Complete { status: Some("failed".to_owned()), message: Some(message) };
    let asked = configuration::read(Path::new(CONFIGURATION_PATH))
        .ok()
        .and_then(|configuration| speak::ask(Path::new(&configuration.run_directory), &request).ok());
    if matches!(asked, Some(Answer::Noted(_))) {
        context.streams.status("the agent is told to end this machine");
        return Ok(());
    }
    context.streams.status("no agent ends this machine: it powers off");
    context.block_on(command::run("systemctl", &["poweroff", "-i"], "", LIMIT))?.map_err(|error| {
        CommandError::new(ExitClass::Unavailable, error).hint("end it: cloudkit launch terminate MACHINE")
    })
}

fn fetch(
    context: &Context<'_>,
    machine: &Machine,
    from: &str,
    detach: bool,
) -> Result<ExitClass, CommandError> {
    let (request, asked_at) = (read_request(from)?, clock::now());
    request::keep(machine, &request).map_err(StepError::from)?;
    files::replace(&machine.file(UNIT_PATH), UNIT_TEXT.as_bytes(), Access::Public)?;
    context.block_on(async {
        systemctl(&["daemon-reload"]).await?;
        systemctl(&["enable", "--quiet", UNIT]).await?;
        Ok::<_, CommandError>(waiting::start(machine).await?)
    })??;
    if detach {
        context.streams.status(format_args!("{UNIT} sets this machine up"));
        return Ok(ExitClass::Done);
    }
    let mut say = |step: &str| context.streams.status(step);
    context.block_on(waiting::until_done(machine, &request, asked_at, &mut say))??;
    status(context, machine, true)
}

fn read_request(from: &str) -> Result<Request, CommandError> {
    let mut text = Vec::new();
    if from == "-" {
        std::io::stdin().take(MAX_REQUEST).read_to_end(&mut text)?;
    } else {
        text = files::read_if_there(Path::new(from))?.ok_or_else(|| no_file(Path::new(from)))?;
    }
    let request: Request =
        serde_json::from_slice(&text).map_err(|error| not_understood(Path::new(from), &error))?;
    let digest = sha256(&request.sha256)?;
    Ok(Request { sha256: digest, ..request })
}

async fn systemctl(arguments: &[&str]) -> Result<(), CommandError> {
    command::run("systemctl", arguments, "", LIMIT).await.map_err(|error| {
        CommandError::new(ExitClass::Unavailable, error)
            .hint(format!("see what it is at: systemctl status {UNIT}"))
    })
}

/// Without what was in it: URLs may be.
fn not_understood(path: &Path, error: &serde_json::Error) -> CommandError {
    let place = format!("line {}, column {}", error.line(), error.column());
    CommandError::usage(format!("{} is no such document: {place}", path.display())).hint(
        "cloudkit deploy writes these documents: is this agent of another version? cloudkit agent version",
    )
}

fn no_file(path: &Path) -> CommandError {
    CommandError::usage(format!("there is no file {}", path.display()))
}

impl From<StepError> for CommandError {
    fn from(error: StepError) -> Self {
        match error {
            StepError::File(error) | StepError::State(StateError::File(error)) => {
                let hint = match error.source.kind() {
                    ErrorKind::PermissionDenied => Some("as root: sudo cloudkit agent apply …"),
                    ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("see what is full: df -h"),
                    _ => None,
                };
                Self { hints: hint.into_iter().map(str::to_owned).collect(), ..Self::usage(error) }
            }
            StepError::State(StateError::Version { .. }) | StepError::Document { .. } => {
                Self::usage(error).hint("another version of cloudkit wrote it: cloudkit agent version")
            }
            StepError::Left { unit, .. } => Self::new(ExitClass::Unavailable, error)
                .hint(format!("see what it said: journalctl --unit {unit}")),
            StepError::Command(_) | StepError::Failed { .. } => Self::new(ExitClass::Unavailable, error)
                .hint(format!("see what systemd is at: systemctl status {UNIT}")),
            _ => Self::usage(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::files::FileError;

    #[test]
    fn what_keeps_it_from_beginning_is_told_with_what_helps() {
        let file = |kind: ErrorKind| {
            let path = PathBuf::from("/var/lib/cloudkit/apply/state.json");
            StepError::from(FileError { action: "write", path, source: kind.into() })
        };
        let told = |error: StepError| {
            let error = CommandError::from(error);
            (error.class, error.hints.join("; "))
        };
        let version = StateError::Version { path: "state.json".to_owned(), schema: "v9".to_owned() };
        for (error, class, hint) in [
            (file(ErrorKind::PermissionDenied), ExitClass::Usage, "as root: sudo cloudkit agent apply …"),
            (file(ErrorKind::StorageFull), ExitClass::Usage, "see what is full: df -h"),
            (file(ErrorKind::IsADirectory), ExitClass::Usage, ""),
            (
                version.into(),
                ExitClass::Usage,
                "another version of cloudkit wrote it: cloudkit agent version",
            ),
            (
                StepError::Left { unit: UNIT, reason: None },
                ExitClass::Unavailable,
                "see what it said: journalctl --unit cloudkit-apply.service",
            ),
        ] {
            assert_eq!(told(error), (class, hint.to_owned()));
        }
    }
}
