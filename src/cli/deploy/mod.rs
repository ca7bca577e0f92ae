//! `cloudkit deploy`: an app folder becomes running machines.
//!
//! Only what is asked of an account needs one.

mod bundle;
mod folder;
mod generate;
mod render;
mod schema;
mod sound;
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
    Schema(schema::SchemaArguments),
}

pub(super) fn run(context: &Context<'_>, arguments: DeployArguments) -> Result<ExitClass, CommandError> {
    let DeployArguments { folder, verb } = arguments;
    match verb {
        Verb::Generate(arguments) => generate::run(context, &arguments),
        Verb::Validate(arguments) => validate::run(context, &folder, &arguments),
        Verb::Render(arguments) => render::run(context, &folder, &arguments),
        Verb::Bundle(arguments) => bundle::run(context, &folder, &arguments),
        Verb::Schema(arguments) => schema::run(context, &arguments),
    }
}
