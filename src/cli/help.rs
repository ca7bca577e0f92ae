//! `cloudkit help`: of a command, of the environment variables, or of the keys of a launch file or a deployment.
//!
//! Help of a command is the parser's own.

use clap::{Args, Command, CommandFactory};

use super::arguments::Cloudkit;
use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;
use crate::platform::variables;

/// Print help for a command, `help environment` for the variables, `help launch-file` or `help deployment` for the keys of their files
#[derive(Debug, Args)]
pub(super) struct HelpArguments {
    /// The command, environment, launch-file or deployment
    topic: Vec<String>,
}

pub(super) fn run(context: &Context<'_>, arguments: &HelpArguments) -> Result<ExitClass, CommandError> {
    if arguments.topic == ["environment"] {
        context.streams.write_text(&environment())?;
        return Ok(ExitClass::Done);
    }
    #[cfg(feature = "aws")]
    if arguments.topic == ["launch-file"] {
        context.streams.write_text(&super::launch::file::help())?;
        return Ok(ExitClass::Done);
    }
    if arguments.topic == ["deployment"] {
        context.streams.write_text(&crate::manifest::written::reference::text())?;
        return Ok(ExitClass::Done);
    }
    let mut root = Cloudkit::command();
    root.build();
    let help = find(&mut root, &arguments.topic)?.render_long_help();
    context.streams.write_text(&help.to_string())?;
    Ok(ExitClass::Done)
}

/// The command of these names, the outer one first.
pub(super) fn find<'c>(root: &'c mut Command, names: &[String]) -> Result<&'c mut Command, CommandError> {
    names.iter().try_fold(root, |command, name| {
        let unknown = || {
            CommandError::usage(format!("there is no command {name:?}")).hint("see them all: cloudkit help")
        };
        command.find_subcommand_mut(name).ok_or_else(unknown)
    })
}

fn environment() -> String {
    let widest = variables::ALL.iter().map(|variable| variable.name.len()).max().unwrap_or(0);
    let lines =
        variables::ALL.iter().map(|variable| format!("{:widest$}  {}\n", variable.name, variable.help));
    let mut text = lines.collect::<String>();
    text.push_str(
        "\nCredentials, region, profile, endpoint and proxy are read from the AWS SDK's own variables.\n",
    );
    text
}
