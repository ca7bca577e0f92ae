//! The edge: arguments, settings, prompts, exit codes.
//!
//! A command parses, resolves and then acts; what it does is decided in the modules below. The folder tree is the command
//! tree: `cloudkit launch list` is `launch/list.rs`.

mod agent_files;
mod arguments;
mod command_error;
mod completions;
mod config;
mod context;
mod deploy;
mod exit_code;
mod find;
mod help;
mod man;
mod personality;
mod region;
mod settings;
mod usage;
mod values;

#[cfg(feature = "aws")]
mod account_regions;
#[cfg(feature = "aws")]
mod agent;
#[cfg(feature = "aws")]
mod ask;
#[cfg(feature = "aws")]
mod hosted;
#[cfg(feature = "aws")]
mod launch;
#[cfg(feature = "aws")]
mod region_failures;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

#[cfg(feature = "aws")]
use clap::Parser;
use clap::{CommandFactory, FromArgMatches};

#[cfg(feature = "aws")]
use crate::model::mark;
use crate::output::{self, Failure, Streams, Surroundings};
use crate::platform::Process;
use arguments::{Cloudkit, Command, GlobalArguments};
#[cfg(feature = "aws")]
use arguments::{MachineCommand, MachineProgram};
use command_error::CommandError;
use context::Context;
use usage::NotParsed;

pub use exit_code::ExitClass;
#[cfg(feature = "aws")]
pub use hosted::{Answer, Flag, Takes, answer, flags};

/// Runs the command that the process was started with and says how it ended.
#[must_use]
pub fn run(process: &Process) -> ExitCode {
    let surroundings =
        Surroundings::of_process(process.variable("COLUMNS"), process.variable("NO_COLOR").is_some());
    if let Some(answer) = completions::answer(process) {
        let streams = Streams::of_process(surroundings, output::Settings::default());
        let written = answer.and_then(|answer| streams.write_raw(&answer));
        return finish(&streams, written.map(|()| ExitClass::Done).map_err(CommandError::from));
    }
    match parse(process, &personality::rewrite(&process.arguments)) {
        Ok(Cloudkit { global, command }) => {
            conduct(process, surroundings, &global, |context| dispatch(context, command))
        }
        Err(error) => usage::tell(error, &process.arguments, surroundings),
    }
}

/// Runs the program of machines: the agent and nothing else, so that little has to be fetched and kept in memory.
#[cfg(feature = "aws")]
#[must_use]
pub fn run_on_machine(process: &Process) -> ExitCode {
    mark::keep();
    let surroundings =
        Surroundings::of_process(process.variable("COLUMNS"), process.variable("NO_COLOR").is_some());
    let words = personality::rewrite(&process.arguments);
    let parsed = match MachineProgram::of_daemon(&words) {
        Some(daemon) => Ok(daemon),
        None => MachineProgram::try_parse_from(words),
    };
    match parsed {
        Ok(MachineProgram { global, command: MachineCommand::Agent(arguments) }) => {
            conduct(process, surroundings, &global, |context| agent::run_on_machine(context, arguments))
        }
        Err(error) => usage::tell(error.into(), &process.arguments, surroundings),
    }
}

/// A command on the streams of the process, and the end that it comes to.
fn conduct(
    process: &Process,
    surroundings: Surroundings,
    global: &GlobalArguments,
    command: impl FnOnce(&Context<'_>) -> Result<ExitClass, CommandError>,
) -> ExitCode {
    let streams = |settings| Streams::of_process(surroundings, settings);
    let (streams, outcome) = conducted(process, global, streams, command);
    finish(&streams, outcome)
}

/// A command with its settings, on streams that are made by them.
fn conducted(
    process: &Process,
    global: &GlobalArguments,
    streams: impl FnOnce(output::Settings) -> Streams,
    command: impl FnOnce(&Context<'_>) -> Result<ExitClass, CommandError>,
) -> (Arc<Streams>, Result<ExitClass, CommandError>) {
    let resolved = settings::Settings::load(process);
    let (settings, unreadable) = match resolved {
        Ok(settings) => (settings, None),
        Err(error) => (settings::Settings::default(), Some(error)),
    };
    let (chosen, refused) = match global.stream_settings(&settings) {
        Ok(chosen) => (chosen, None),
        Err(error) => (global.plain_stream_settings(), Some(error)),
    };
    let streams = Arc::new(streams(chosen));
    let context = Context::new(process, global, &settings, &streams);
    let outcome = match unreadable.map(CommandError::from).or(refused) {
        Some(error) => Err(error),
        None => command(&context),
    };
    (streams, outcome)
}

/// The command line, with what a launch file adds to it.
#[cfg_attr(not(feature = "aws"), expect(unused_variables, reason = "only a launch reads a file"))]
fn parse(process: &Process, words: &[OsString]) -> Result<Cloudkit, NotParsed> {
    let parsed = Cloudkit::command().try_get_matches_from(words);
    #[cfg(feature = "aws")]
    let parsed = launch::file::read_too(process, words, parsed);
    Ok(Cloudkit::from_arg_matches_mut(&mut parsed?)?)
}

fn dispatch(context: &Context<'_>, command: Command) -> Result<ExitClass, CommandError> {
    match command {
        Command::Find(arguments) => find::run(context, arguments),
        #[cfg(feature = "aws")]
        Command::Launch(arguments) => launch::run(context, *arguments),
        #[cfg(feature = "aws")]
        Command::Agent(arguments) => agent::run(context, arguments),
        Command::Deploy(arguments) => deploy::run(context, arguments),
        Command::Config(arguments) => config::run(context, arguments),
        Command::Completions(arguments) => completions::run(context, &arguments),
        Command::Man(arguments) => man::run(context, &arguments),
        Command::Help(arguments) => help::run(context, &arguments),
    }
}

/// The error edge: what failed, why, what to type next, and the code.
fn finish(streams: &Streams, outcome: Result<ExitClass, CommandError>) -> ExitCode {
    match outcome {
        Ok(class) => class.into(),
        Err(error) if error.is_closed_pipe() => ExitClass::Done.into(),
        Err(error) => {
            streams.fail(&Failure::of(error.error.as_ref(), error.hints, error.class.code()));
            error.class.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parser_is_consistent() {
        Cloudkit::command().debug_assert();
    }

    #[cfg(feature = "aws")]
    #[test]
    fn the_daemon_is_read_as_the_parser_reads_it() {
        for line in ["cloudkit agent run", "cloudkit agent run --configuration /etc/other.yaml"] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let parsed = MachineProgram::try_parse_from(&words).unwrap();
            let read = MachineProgram::of_daemon(&words).unwrap();
            assert_eq!(format!("{read:?}"), format!("{parsed:?}"));
        }
        for line in ["cloudkit agent", "cloudkit agent why", "cloudkit agent run -v", "cloudkit find run"] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert!(MachineProgram::of_daemon(&words).is_none(), "{line}");
        }
    }
}
