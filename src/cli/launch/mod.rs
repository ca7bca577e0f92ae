//! `cloudkit launch`: from a wish to a running machine, and what comes after.
//!
//! Without a verb it launches.

pub(super) mod arguments;
pub(super) mod ask_agent;
mod buy_block;
mod capacity_wait;
mod cleanup;
pub(super) mod connect;
mod cost;
pub(super) mod delivery;
mod doctor;
mod extend;
pub(super) mod file;
mod hibernate;
pub(super) mod key;
mod list;
mod logs;
mod machines;
mod offers;
pub(super) mod preflight;
mod rest;
pub(super) mod run;
mod session_manager;
mod several;
pub(super) mod ssh;
mod ssh_config;
mod start;
mod status;
mod stop;
mod terminate;
mod wizard;

use clap::{Args, Subcommand};

pub(in crate::cli) use arguments::Until;

use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;

/// Launch a machine that ends by itself, and look after it until it has
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct LaunchCommand {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    arguments: arguments::LaunchArguments,
}

#[derive(Debug, Subcommand)]
enum Verb {
    BuyBlock(buy_block::BuyBlockArguments),
    Doctor(Box<doctor::DoctorArguments>),
    List(list::ListArguments),
    Cost(cost::CostArguments),
    Status(status::StatusArguments),
    Connect(connect::ConnectArguments),
    SshConfig(ssh_config::SshConfigArguments),
    Logs(logs::LogsArguments),
    Extend(extend::ExtendArguments),
    Stop(stop::StopArguments),
    Start(start::StartArguments),
    Hibernate(hibernate::HibernateArguments),
    Terminate(terminate::TerminateArguments),
    Cleanup(cleanup::CleanupArguments),
}

pub(super) fn run(context: &Context<'_>, command: LaunchCommand) -> Result<ExitClass, CommandError> {
    match command.verb {
        None if wizard::is_wanted(context, &command.arguments) => wizard::run(context, &command.arguments),
        None => run::run(context, &command.arguments),
        Some(Verb::BuyBlock(arguments)) => buy_block::run(context, &arguments),
        Some(Verb::Doctor(arguments)) => doctor::run(context, *arguments),
        Some(Verb::List(arguments)) => list::run(context, &arguments),
        Some(Verb::Cost(arguments)) => cost::run(context, &arguments),
        Some(Verb::Status(arguments)) => status::run(context, &arguments),
        Some(Verb::Connect(arguments)) => connect::run(context, &arguments),
        Some(Verb::SshConfig(arguments)) => ssh_config::run(context, &arguments),
        Some(Verb::Logs(arguments)) => logs::run(context, &arguments),
        Some(Verb::Extend(arguments)) => extend::run(context, &arguments),
        Some(Verb::Stop(arguments)) => stop::run(context, &arguments),
        Some(Verb::Start(arguments)) => start::run(context, &arguments),
        Some(Verb::Hibernate(arguments)) => hibernate::run(context, &arguments),
        Some(Verb::Terminate(arguments)) => terminate::run(context, &arguments),
        Some(Verb::Cleanup(arguments)) => cleanup::run(context, &arguments),
    }
}
