//! `cloudkit agent`: the daemon on a machine, and what it says of itself.
//!
//! It is started by systemd on machines that `launch` made; `fetch` alone is for the computer that launches.

#[cfg(unix)]
mod apply;
mod complete;
mod extend;
mod fetch;
mod install;
mod pause;
mod reload;
mod resume;
mod run;
mod secrets;
mod speak;
mod status;
mod uninstall;
mod version;
mod why;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;
use crate::model::agent::CONFIGURATION_PATH;

/// The agent on a machine: keeps the deadline, warns, ends the machine
#[derive(Debug, Args)]
pub(super) struct AgentArguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    #[command(flatten)]
    OnMachine(MachineVerb),
    Fetch(fetch::FetchArguments),
}

/// The agent on this machine: keeps the deadline, warns, ends the machine
#[derive(Debug, Args)]
pub(super) struct MachineArguments {
    #[command(subcommand)]
    verb: MachineVerb,
}

impl MachineArguments {
    /// `agent run`, with its configuration alone.
    pub(super) fn of_daemon(words: &[OsString]) -> Option<Self> {
        let (agent, run, configuration) = match words {
            [agent, run] => (agent, run, PathBuf::from(CONFIGURATION_PATH)),
            [agent, run, flag, file] if flag == "--configuration" => (agent, run, PathBuf::from(file)),
            _ => return None,
        };
        let verb = || MachineVerb::Run(run::RunArguments { configuration, metrics: None });
        (agent == "agent" && run == "run").then(|| Self { verb: verb() })
    }
}

/// What there is to do on a machine, which is all that the program of machines can do.
#[derive(Debug, Subcommand)]
enum MachineVerb {
    Status(status::StatusArguments),
    Why(why::WhyArguments),
    Complete(complete::CompleteArguments),
    Extend(extend::ExtendArguments),
    Pause(pause::PauseArguments),
    Resume(resume::ResumeArguments),
    Reload(reload::ReloadArguments),
    Run(run::RunArguments),
    #[cfg(unix)]
    Apply(apply::ApplyArguments),
    Secrets(secrets::SecretsArguments),
    Install(install::InstallArguments),
    Uninstall(uninstall::UninstallArguments),
    Version(version::VersionArguments),
}

pub(super) fn run(context: &Context<'_>, arguments: AgentArguments) -> Result<ExitClass, CommandError> {
    match arguments.verb {
        Verb::OnMachine(verb) => on_machine(context, verb),
        Verb::Fetch(arguments) => fetch::run(context, &arguments),
    }
}

/// Runs a verb of the program of machines.
pub(super) fn run_on_machine(
    context: &Context<'_>,
    arguments: MachineArguments,
) -> Result<ExitClass, CommandError> {
    on_machine(context, arguments.verb)
}

fn on_machine(context: &Context<'_>, verb: MachineVerb) -> Result<ExitClass, CommandError> {
    match verb {
        MachineVerb::Status(arguments) => status::run(context, &arguments),
        MachineVerb::Why(arguments) => why::run(context, &arguments),
        MachineVerb::Complete(arguments) => complete::run(context, arguments),
        MachineVerb::Extend(arguments) => extend::run(context, &arguments),
        MachineVerb::Pause(arguments) => pause::run(context, &arguments),
        MachineVerb::Resume(arguments) => resume::run(context, &arguments),
        MachineVerb::Reload(arguments) => reload::run(context, &arguments),
        MachineVerb::Run(arguments) => run::run(context, &arguments),
        #[cfg(unix)]
        MachineVerb::Apply(arguments) => apply::run(context, &arguments),
        MachineVerb::Secrets(arguments) => secrets::run(context, &arguments),
        MachineVerb::Install(arguments) => install::run(context, &arguments),
        MachineVerb::Uninstall(arguments) => uninstall::run(context, &arguments),
        MachineVerb::Version(arguments) => version::run(context, &arguments),
    }
}
