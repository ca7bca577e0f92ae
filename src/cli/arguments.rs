//! The root of the command line: what every command understands.
//!
//! Raw arguments only; they become settings and wishes in the commands.

#[cfg(feature = "aws")]
use std::ffi::OsString;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};

use super::command_error::CommandError;
use super::settings::{Key, Settings};
use crate::model::Span;
use crate::output::{self, ColorChoice, Format, Verbosity};

/// Find, launch, look after and deploy to EC2 machines; no machine is ever forgotten.
#[derive(Debug, Parser)]
#[command(name = "cloudkit", version, propagate_version = true, disable_help_subcommand = true)]
#[command(after_help = "Environment variables: cloudkit help environment")]
pub(super) struct Cloudkit {
    #[command(flatten)]
    pub(super) global: GlobalArguments,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// The agent of machines that cloudkit launched; the whole of cloudkit is for the computer that launches them.
#[cfg(feature = "aws")]
#[derive(Debug, Parser)]
#[command(name = "cloudkit", version, propagate_version = true, disable_help_subcommand = true)]
pub(super) struct MachineProgram {
    #[command(flatten)]
    pub(super) global: GlobalArguments,
    #[command(subcommand)]
    pub(super) command: MachineCommand,
}

/// What the program of machines can do.
#[cfg(feature = "aws")]
#[derive(Debug, Subcommand)]
pub(super) enum MachineCommand {
    Agent(super::agent::MachineArguments),
}

/// The personalities, and what is about cloudkit itself.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Find(super::find::FindArguments),
    #[cfg(feature = "aws")]
    Launch(Box<super::launch::LaunchCommand>),
    #[cfg(feature = "aws")]
    Agent(super::agent::AgentArguments),
    Deploy(super::deploy::DeployArguments),
    Config(super::config::ConfigArguments),
    Completions(super::completions::CompletionsArguments),
    Man(super::man::ManArguments),
    Help(super::help::HelpArguments),
}

#[cfg(feature = "aws")]
impl MachineProgram {
    /// What systemd starts the daemon with, read without the parser: what that takes of memory would stay for as long as the
    /// daemon runs. Nothing where it is anything else.
    pub(super) fn of_daemon(words: &[OsString]) -> Option<Self> {
        let (_, words) = words.split_first()?;
        let command = MachineCommand::Agent(super::agent::MachineArguments::of_daemon(words)?);
        Some(Self { global: GlobalArguments::default(), command })
    }
}

/// What every command understands.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct GlobalArguments {
    /// Format of what is printed [default: table on a terminal, else jsonl for lists]
    #[arg(short, long, global = true, value_name = "FORMAT", value_parser = formats())]
    pub(super) output: Option<Requested>,
    /// When to use colour [default: auto]
    #[arg(long, global = true, value_name = "WHEN", value_parser = colors())]
    color: Option<ColorChoice>,
    /// Show each call to AWS and how long it took
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    verbose: bool,
    /// Silence all but errors and warnings about money
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Give up after this long, such as 90s or 5m
    #[arg(long, global = true, value_name = "SPAN")]
    pub(super) timeout: Option<Span>,
    /// Profile of the AWS configuration files
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) profile: Option<String>,
}

/// What `-o` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Requested {
    /// A format that every document has.
    Document(Format),
    /// SARIF, which `deploy validate` alone has.
    Sarif,
}

impl Requested {
    /// The format of whatever else is printed: an error beside SARIF is JSON.
    const fn format(self) -> Format {
        match self {
            Self::Document(format) => format,
            Self::Sarif => Format::Json,
        }
    }
}

fn formats() -> impl TypedValueParser<Value = Requested> {
    PossibleValuesParser::new(Format::NAMES).try_map(|name| name.parse().map(Requested::Document))
}

/// The values of `-o` for a command that has SARIF too: its own argument by the name of the global one takes its place.
pub(super) fn formats_and_sarif() -> impl TypedValueParser<Value = Requested> {
    PossibleValuesParser::new(Format::NAMES.into_iter().chain(["sarif"])).try_map(|name| {
        match name.as_str() {
            "sarif" => Ok(Requested::Sarif),
            name => name.parse().map(Requested::Document),
        }
    })
}

fn colors() -> impl TypedValueParser<Value = ColorChoice> {
    PossibleValuesParser::new(ColorChoice::NAMES).try_map(|name| name.parse::<ColorChoice>())
}

impl GlobalArguments {
    /// What the flags and the settings ask of the streams.
    pub(super) fn stream_settings(&self, settings: &Settings) -> Result<output::Settings, CommandError> {
        let color = settings.parsed::<ColorChoice>(Key::Color)?;
        Ok(output::Settings {
            color: self.color.or(color).unwrap_or_default(),
            preferred_format: settings.parsed(Key::Output)?,
            ..self.plain_stream_settings()
        })
    }

    /// What the flags alone ask of the streams.
    pub(super) fn plain_stream_settings(&self) -> output::Settings {
        let verbosity = match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        };
        output::Settings {
            color: self.color.unwrap_or_default(),
            verbosity,
            requested_format: self.output.map(Requested::format),
            preferred_format: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        global: GlobalArguments,
        #[command(subcommand)]
        verb: Verb,
    }

    #[derive(Debug, Subcommand)]
    enum Verb {
        Validate {
            #[arg(short, long, value_name = "FORMAT", value_parser = formats_and_sarif())]
            output: Option<Requested>,
        },
        Other,
    }

    #[test]
    fn sarif_is_a_value_of_one_command_alone() {
        let parsed = |words: &str| Program::try_parse_from(words.split(' '));
        let Verb::Validate { output } = parsed("p validate -o sarif").unwrap().verb else { panic!() };
        assert_eq!(output, Some(Requested::Sarif));
        let before = parsed("p -o json validate").unwrap();
        let Verb::Validate { output } = before.verb else { panic!() };
        assert_eq!((output.or(before.global.output)), Some(Requested::Document(Format::Json)));
        for wrong in ["p other -o sarif", "p -o sarif validate"] {
            parsed(wrong).unwrap_err();
        }
    }
}
