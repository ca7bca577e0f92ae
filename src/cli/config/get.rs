//! `cloudkit config get`: the value of one setting.
//!
//! A setting that is not set prints nothing and is exit 1.

use clap::Args;

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::settings::Key;

/// Print the value of a setting
#[derive(Debug, Args)]
pub(super) struct GetArguments {
    /// The setting
    key: String,
}

pub(super) fn run(context: &Context<'_>, arguments: &GetArguments) -> Result<ExitClass, CommandError> {
    let key: Key = arguments.key.parse()?;
    match context.settings.get(key) {
        Some(setting) => {
            context.streams.write_text(&format!("{}\n", setting.value))?;
            context.streams.detail(format_args!("from {}", setting.origin));
            Ok(ExitClass::Done)
        }
        None => {
            context.streams.status(format_args!("{key} is not set"));
            Ok(ExitClass::No)
        }
    }
}
