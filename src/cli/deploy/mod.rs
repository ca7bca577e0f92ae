//! `cloudkit deploy`: an app folder becomes running machines.
//!
//! Only what is asked of an account needs one.

#[cfg(feature = "aws")]
mod account;
#[cfg(feature = "aws")]
mod asked;
mod bundle;
#[cfg(feature = "aws")]
mod chosen;
#[cfg(feature = "aws")]
mod create;
#[cfg(feature = "aws")]
mod creating;
#[cfg(feature = "aws")]
mod destroy;
#[cfg(feature = "aws")]
mod differing;
#[cfg(feature = "aws")]
mod exec;
mod folder;
mod generate;
mod known;
#[cfg(feature = "aws")]
mod list;
#[cfg(feature = "aws")]
mod logs;
#[cfg(feature = "aws")]
mod looked;
#[cfg(feature = "aws")]
mod named;
#[cfg(feature = "aws")]
mod prepared;
mod render;
#[cfg(feature = "aws")]
mod rollback;
#[cfg(feature = "aws")]
mod rolling;
mod schema;
#[cfg(feature = "aws")]
mod secrets;
#[cfg(feature = "aws")]
mod side_by_side;
mod sound;
#[cfg(feature = "aws")]
mod ssh;
#[cfg(feature = "aws")]
mod status;
#[cfg(feature = "aws")]
mod telling;
#[cfg(feature = "aws")]
mod unlock;
#[cfg(feature = "aws")]
mod update;
mod user_data;
mod validate;

use clap::{Args, Subcommand};

use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;

/// Deploy an app folder to machines, and look after them
#[derive(Debug, Args)]
pub(super) struct DeployArguments {
    #[command(flatten)]
    folder: folder::FolderArguments,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Generate(generate::GenerateArguments),
    Validate(validate::ValidateArguments),
    Render(render::RenderArguments),
    Bundle(bundle::BundleArguments),
    #[cfg(feature = "aws")]
    Plan(create::PlanArguments),
    #[cfg(feature = "aws")]
    Create(create::CreateArguments),
    #[cfg(feature = "aws")]
    List(list::ListArguments),
    #[cfg(feature = "aws")]
    Status(status::StatusArguments),
    #[cfg(feature = "aws")]
    Logs(logs::LogsArguments),
    #[cfg(feature = "aws")]
    Exec(exec::ExecArguments),
    #[cfg(feature = "aws")]
    Ssh(ssh::SshArguments),
    #[cfg(feature = "aws")]
    Update(update::UpdateArguments),
    #[cfg(feature = "aws")]
    Rollback(rollback::RollbackArguments),
    #[cfg(feature = "aws")]
    Destroy(destroy::DestroyArguments),
    #[cfg(feature = "aws")]
    Unlock(unlock::UnlockArguments),
    Schema(schema::SchemaArguments),
}

pub(super) fn run(context: &Context<'_>, arguments: DeployArguments) -> Result<ExitClass, CommandError> {
    let DeployArguments { folder, verb } = arguments;
    match verb {
        Verb::Generate(arguments) => generate::run(context, &folder, &arguments),
        Verb::Validate(arguments) => validate::run(context, &folder, &arguments),
        Verb::Render(arguments) => render::run(context, &folder, &arguments),
        Verb::Bundle(arguments) => bundle::run(context, &folder, &arguments),
        #[cfg(feature = "aws")]
        Verb::Plan(arguments) => create::plan(context, &folder, &arguments),
        #[cfg(feature = "aws")]
        Verb::Create(arguments) => create::run(context, &folder, &arguments),
        #[cfg(feature = "aws")]
        Verb::List(arguments) => list::run(context, &arguments),
        #[cfg(feature = "aws")]
        Verb::Status(arguments) => status::run(context, &folder, &arguments),
        #[cfg(feature = "aws")]
        Verb::Logs(arguments) => logs::run(context, &folder, &arguments),
        #[cfg(feature = "aws")]
        Verb::Exec(arguments) => exec::run(context, &folder, &arguments),
        #[cfg(feature = "aws")]
        Verb::Ssh(arguments) => ssh::run(context, &folder, &arguments),
        #[cfg(feature = "aws")]
        Verb::Update(arguments) => update::run(context, &folder, &arguments),
        #[cfg(feature = "aws")]
        Verb::Rollback(arguments) => rollback::run(context, &folder, &arguments),
        #[cfg(feature = "aws")]
        Verb::Destroy(arguments) => destroy::run(context, &folder, &arguments),
        #[cfg(feature = "aws")]
        Verb::Unlock(arguments) => unlock::run(context, &folder, &arguments),
        Verb::Schema(arguments) => schema::run(context, &arguments),
    }
}
