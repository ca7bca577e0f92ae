//! `cloudkit agent`: the daemon on a machine, and what it says of itself.
//!
//! It is started by systemd on machines that `launch` made; `fetch` alone is for the computer that launches.

mod complete;
mod extend;
mod fetch;
mod install;
mod pause;
mod reload;
mod resume;
mod run;
mod speak;
mod status;
mod uninstall;
mod version;
mod why;

use clap::{Args, Subcommand};

use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;

/// The agent on a machine: keeps the deadline, warns, ends the machine
#[derive(Debug, Args)]
pub(super) struct AgentArguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Status(status::StatusArguments),
    Why(why::WhyArguments),
    Complete(complete::CompleteArguments),
    Extend(extend::ExtendArguments),
    Pause(pause::PauseArguments),
    Resume(resume::ResumeArguments),
    Reload(reload::ReloadArguments),
    Run(run::RunArguments),
    Install(install::InstallArguments),
    Uninstall(uninstall::UninstallArguments),
    Version(version::VersionArguments),
    Fetch(fetch::FetchArguments),
}

pub(super) fn run(context: &Context<'_>, arguments: AgentArguments) -> Result<ExitClass, CommandError> {
    match arguments.verb {
        Verb::Status(arguments) => status::run(context, &arguments),
        Verb::Why(arguments) => why::run(context, &arguments),
        Verb::Complete(arguments) => complete::run(context, arguments),
        Verb::Extend(arguments) => extend::run(context, &arguments),
        Verb::Pause(arguments) => pause::run(context, &arguments),
        Verb::Resume(arguments) => resume::run(context, &arguments),
        Verb::Reload(arguments) => reload::run(context, &arguments),
        Verb::Run(arguments) => run::run(context, &arguments),
        Verb::Install(arguments) => install::run(context, &arguments),
        Verb::Uninstall(arguments) => uninstall::run(context, &arguments),
        Verb::Version(arguments) => version::run(context, &arguments),
        Verb::Fetch(arguments) => fetch::run(context, &arguments),
    }
}
