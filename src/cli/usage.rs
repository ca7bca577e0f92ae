//! Arguments that the parser can't read, told as every other error is.
//!
//! Help and version are no errors: they are printed as the parser writes them.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::command_error::CommandError;
use super::exit_code::ExitClass;
use crate::model::InstanceTypeName;
use crate::output::{self, Failure, Format, Streams, Surroundings};

/// Why there is no command to run.
#[derive(Debug)]
pub(super) enum NotParsed {
    /// The parser says.
    Arguments(clap::Error),
    /// What the arguments name can't be read as more of them.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only a launch names such a file"))]
    Input(CommandError),
}

impl From<clap::Error> for NotParsed {
    fn from(error: clap::Error) -> Self {
        Self::Arguments(error)
    }
}

/// Where arguments are put together by us.
#[cfg(feature = "aws")]
impl From<NotParsed> for CommandError {
    fn from(error: NotParsed) -> Self {
        match error {
            NotParsed::Arguments(error) => {
                Self::usage(error.to_string().trim_start_matches("error: ").to_owned())
            }
            NotParsed::Input(error) => error,
        }
    }
}

/// Tells why there is no command to run.
pub(super) fn tell(error: NotParsed, arguments: &[OsString], surroundings: Surroundings) -> ExitCode {
    match error {
        NotParsed::Arguments(error) => tell_of_arguments(&error, arguments, surroundings),
        NotParsed::Input(CommandError { class, error, hints }) => {
            let streams = Streams::of_process(surroundings, settings(arguments));
            streams.fail(&Failure::of(error.as_ref(), hints, class.code()));
            class.into()
        }
    }
}

fn settings(arguments: &[OsString]) -> output::Settings {
    output::Settings { requested_format: requested_format(arguments), ..output::Settings::default() }
}

fn tell_of_arguments(error: &clap::Error, arguments: &[OsString], surroundings: Surroundings) -> ExitCode {
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if is_help || !error.use_stderr() {
        // Where the stream is gone nobody is left to read the help.
        let _ = error.print();
        return if is_help { ExitClass::Usage } else { ExitClass::Done }.into();
    }
    Streams::of_process(surroundings, settings(arguments)).fail(&failure(error));
    ExitClass::Usage.into()
}

/// Arguments that the parser can't read, as every other error is told.
pub(super) fn failure(error: &clap::Error) -> Failure {
    let (message, mut hints) = sentences(&error.to_string());
    if let Some(meant) = instance_type_for_a_command(error) {
        hints = meant.into();
    }
    Failure::of(&Unreadable(message), hints, ExitClass::Usage.code())
}

/// What the parser could not read, in its words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unreadable(String);

/// What to type where a command is expected and an instance type stands.
fn instance_type_for_a_command(error: &clap::Error) -> Option<[String; 2]> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    let name = word.parse::<InstanceTypeName>().ok().filter(|_| word.contains('.'))?;
    Some([
        format!("launch one: cloudkit launch --instance-type {name}"),
        format!("see what it is: cloudkit find show {name}"),
    ])
}

/// The parser's message and its tips; its usage lines are in the help that the last hint names.
fn sentences(text: &str) -> (String, Vec<String>) {
    let (mut message, mut hints) = (Vec::new(), Vec::new());
    let mut paragraphs = text.trim_start_matches("error: ").split("\n\n");
    for line in paragraphs.next().unwrap_or_default().lines() {
        message.push(line.trim());
    }
    for line in paragraphs.flat_map(str::lines) {
        hints.extend(line.trim().strip_prefix("tip: ").map(str::to_owned));
    }
    hints.push("every flag with its values: --help".to_owned());
    (message.join(" "), hints)
}

/// The format that was asked for by name; the parser did not come to it.
fn requested_format(arguments: &[OsString]) -> Option<Format> {
    let texts: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    texts.iter().enumerate().find_map(|(at, text)| {
        let value = match *text {
            "-o" | "--output" => texts.get(at + 1).copied(),
            text => text.strip_prefix("--output=").or_else(|| text.strip_prefix("-o")),
        };
        value?.trim_start_matches('=').parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parsers_words_become_an_error_and_hints() {
        let text = "error: unexpected argument '--regoin' found\n\n  tip: a similar argument exists: '--region'\n\nUsage: x\n";
        let (message, hints) = sentences(text);
        assert_eq!(message, "unexpected argument '--regoin' found");
        assert_eq!(hints, ["a similar argument exists: '--region'", "every flag with its values: --help"]);
        let (message, _) =
            sentences("error: the following required arguments were not provided:\n  <KEY>\n\nUsage: x");
        assert_eq!(message, "the following required arguments were not provided: <KEY>");
    }

    #[test]
    fn the_format_is_found_however_it_is_written() {
        for line in ["x -o json", "x --output json", "x --output=json", "-ojson x", "-o=json"] {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(requested_format(&arguments), Some(Format::Json), "{line}");
        }
        assert_eq!(requested_format(&["x".into(), "-o".into()]), None);
    }
}
