//! A command within another program: its data, its talk and its end are handed back, and nobody is asked anything.
//!
//! The same parser and the same commands as the command line's. What a program makes of them is its own affair.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use clap::{Arg, ArgAction, CommandFactory};

use super::arguments::Cloudkit;
use super::command_error::CommandError;
use super::exit_code::ExitClass;
use super::usage::{self, NotParsed};
use super::{conducted, dispatch, parse};
use crate::output::{Failure, Streams, Surroundings};
use crate::platform::Process;

/// What came of a command.
#[derive(Debug)]
pub struct Answer {
    /// How it ended.
    pub class: ExitClass,
    /// What it wrote to stdout.
    pub data: Vec<u8>,
    /// What went wrong, where something did.
    pub failure: Option<Failure>,
}

/// Runs the command of the process's arguments; what it says on the way goes to `talk`, a line at a time.
#[must_use]
pub fn answer(process: &Process, talk: impl Write + Send + 'static) -> Answer {
    let parsed = match parse(process, &process.arguments) {
        Ok(parsed) => parsed,
        Err(NotParsed::Arguments(error)) => return Answer::failed(usage::failure(&error), ExitClass::Usage),
        Err(NotParsed::Input(error)) => return Answer::failed(error.failure(), error.class),
    };
    let Cloudkit { global, command } = parsed;
    let data = Data::default();
    let streams = |settings| Streams::over(data.clone(), talk, Surroundings::without_terminal(), settings);
    let (_, outcome) = conducted(process, &global, streams, |context| dispatch(context, command));
    let (class, failure) = match outcome {
        Ok(class) => (class, None),
        Err(error) => (error.class, Some(error.failure())),
    };
    Answer { class, data: data.taken(), failure }
}

impl Answer {
    const fn failed(failure: Failure, class: ExitClass) -> Self {
        Self { class, data: Vec::new(), failure: Some(failure) }
    }
}

impl CommandError {
    fn failure(&self) -> Failure {
        Failure::of(self.error.as_ref(), self.hints.clone(), self.class.code())
    }
}

/// What was written to stdout so far.
#[derive(Debug, Clone, Default)]
struct Data(Arc<Mutex<Vec<u8>>>);

impl Data {
    fn taken(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Data {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A flag of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// Its long name, such as `idle-timeout`.
    pub name: String,
    /// What it takes.
    pub takes: Takes,
    /// What it means, in a sentence.
    pub about: String,
}

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing: it is there or it is not.
    Nothing,
    /// A value.
    One,
    /// A value each time that it is given.
    Several,
}

/// The flags of a command by its words, such as `["launch"]`, those of every command left out; none where there is no such
/// command.
#[must_use]
pub fn flags(words: &[&str]) -> Vec<Flag> {
    let mut command = Cloudkit::command();
    for word in words {
        let Some(below) = command.find_subcommand(word).cloned() else { return Vec::new() };
        command = below;
    }
    command.get_arguments().filter(|argument| !argument.is_hide_set()).filter_map(flag).collect()
}

fn flag(argument: &Arg) -> Option<Flag> {
    let takes = match argument.get_action() {
        ArgAction::Append => Takes::Several,
        ArgAction::Set if argument.get_value_delimiter().is_some() => Takes::Several,
        ArgAction::Set => Takes::One,
        ArgAction::SetTrue => Takes::Nothing,
        _ => return None,
    };
    let about = argument.get_help().map(ToString::to_string).unwrap_or_default();
    Some(Flag { name: argument.get_long()?.to_owned(), takes, about })
}
