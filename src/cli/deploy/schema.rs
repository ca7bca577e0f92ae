//! `cloudkit deploy schema`: the JSON Schema of a file, for editors.
//!
//! What the keys mean to people is `cloudkit help deployment`.

use clap::{Args, ValueEnum};

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::manifest::written::schema;

/// Print the JSON Schema of deployment.yaml or config.yaml, for editors
#[derive(Debug, Args)]
#[command(after_help = "An editor with a YAML language server goes by a first line such as
  # yaml-language-server: $schema=deployment.schema.json")]
pub(super) struct SchemaArguments {
    /// Which file
    #[arg(value_enum, default_value_t = File::Deployment)]
    file: File,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum File {
    /// .spot/deployment.yaml
    Deployment,
    /// config.yaml
    Config,
}

pub(super) fn run(context: &Context<'_>, arguments: &SchemaArguments) -> Result<ExitClass, CommandError> {
    let schema = match arguments.file {
        File::Deployment => schema::of_deployment(),
        File::Config => schema::of_config(),
    };
    context.streams.write_raw(format!("{schema:#}\n").as_bytes())?;
    Ok(ExitClass::Done)
}
