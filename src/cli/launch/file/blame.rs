//! What the parser refuses, told as the fault of the launch file that it is from.
//!
//! What it refuses of the command line itself stays the parser's to tell.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::fault::{FileFault, Place};
use super::words::LaunchFile;

/// The fault of the file, where it is one.
pub(super) fn blame(
    error: &clap::Error,
    file: &LaunchFile,
    words: &[OsString],
    parse: impl Fn(&OsString) -> Result<(), clap::Error>,
) -> Option<FileFault> {
    match error.kind() {
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => bad_value(error, file, words),
        ErrorKind::ArgumentConflict => contradiction(error, file, words),
        ErrorKind::MissingRequiredArgument => need(error, file, words, parse),
        _ => None,
    }
}

fn bad_value(error: &clap::Error, file: &LaunchFile, words: &[OsString]) -> Option<FileFault> {
    let key = name_of(text(error, ContextKind::InvalidArg)?)?;
    let value = text(error, ContextKind::InvalidValue)?;
    let place = place(file, words, key, Some(value))?;
    let valid = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(valid)) => valid.join(", "),
        _ => String::new(),
    };
    let reason = match error.source() {
        Some(source) => source.to_string(),
        None if valid.is_empty() => format!("{value:?} is not a value of it"),
        None => format!("{value:?} is none of {valid}"),
    };
    Some(FileFault::BadValue { place, key: key.to_owned(), reason })
}

fn contradiction(error: &clap::Error, file: &LaunchFile, words: &[OsString]) -> Option<FileFault> {
    let one = name_of(text(error, ContextKind::InvalidArg)?)?;
    let other = name_of(match error.get(ContextKind::PriorArg)? {
        ContextValue::String(prior) => prior,
        ContextValue::Strings(prior) => prior.first()?,
        _ => return None,
    })?;
    let (first, second) = (place(file, words, one, None)?, place(file, words, other, None)?);
    let ((first, earlier), (place, key)) = if first.line <= second.line {
        ((first, one), (second, other))
    } else {
        ((second, other), (first, one))
    };
    let line = first.line.unwrap_or_default();
    Some(FileFault::Contradiction { place, key: key.to_owned(), other: earlier.to_owned(), line })
}

/// Which key asks for what is missing, the parser does not say: it is the one that is refused alone in the same way.
fn need(
    error: &clap::Error,
    file: &LaunchFile,
    words: &[OsString],
    parse: impl Fn(&OsString) -> Result<(), clap::Error>,
) -> Option<FileFault> {
    let missing = |error: &clap::Error| match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(missing)) => missing.first().cloned(),
        _ => None,
    };
    let wanted = missing(error)?;
    let asks = |word: &&OsString| {
        parse(word).is_err_and(|error| {
            error.kind() == ErrorKind::MissingRequiredArgument && missing(&error).as_ref() == Some(&wanted)
        })
    };
    let key = key_of(words.iter().find(asks)?)?;
    let needed = name_of(&wanted)?.to_owned();
    Some(FileFault::Needs { place: file.place_of(&key, None)?, key, needed })
}

/// The place of a key, where the file is what gave it.
fn place(file: &LaunchFile, words: &[OsString], key: &str, value: Option<&str>) -> Option<Place> {
    words.iter().find(|word| key_of(word).as_deref() == Some(key))?;
    file.place_of(key, value)
}

/// The key of an argument that was made of one.
fn key_of(word: &OsString) -> Option<String> {
    let text = word.to_string_lossy();
    let name = text.strip_prefix("--")?;
    Some(name.split_once('=').map_or(name, |(name, _)| name).to_owned())
}

/// The long name in `--ttl <SPAN>`.
fn name_of(shown: &str) -> Option<&str> {
    let end = |c: char| matches!(c, ' ' | '=' | '[');
    shown.strip_prefix("--")?.split(end).next()
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        _ => None,
    }
}
