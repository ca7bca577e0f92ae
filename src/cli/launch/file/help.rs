//! `cloudkit help launch-file`: the keys of a launch file, as the parser has them.
//!
//! What a key means is the help of its flag.

use std::fmt::Write as _;

use super::keys::{self, Key, Keys, Kind};

const ABOUT: &str = "A launch file is YAML: the flags of cloudkit launch by their long names, in any order.\n\
    Flags on the command line go over the file. Paths are relative to the file's folder.\n";

/// Every key with its value.
pub(in crate::cli) fn help() -> String {
    let root = keys::command_line(&["launch"]);
    let mut text = ABOUT.to_owned();
    for key in Keys::of(&root, &["launch"]).all.iter().filter(|key| !key.argument.is_hide_set()) {
        let help = key.argument.get_help().map(ToString::to_string).unwrap_or_default();
        let _ = write!(text, "\n{}: {}\n", key.name, value(key));
        lines(&help).iter().for_each(|line| text.push_str(&format!("    {line}\n")));
    }
    text
}

/// How the value is written.
fn value(key: &Key<'_>) -> String {
    let name = key.value_name();
    match key.kind {
        Kind::Switch => "true".to_owned(),
        Kind::One => name,
        Kind::OneOrAlone => format!("{name}, or true"),
        Kind::List => format!("{name}, or a list"),
        Kind::Pairs { alone: false } => "a mapping of KEY: VALUE".to_owned(),
        Kind::Pairs { alone: true } => "a mapping of KEY: VALUE, or of KEY: alone".to_owned(),
    }
}

/// A text in lines that fit a page.
fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < 100 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
