//! What a case is, and what it can do with its machine, of whichever kind that is.
//! A case says what has to hold; how it went is for the transcript.

use std::time::Duration;

use super::bounded::{self, Said};
use super::failure::Failure;

/// How long an ordinary command on a machine may take.
pub(super) const COMMAND: Duration = Duration::from_secs(60);

/// A machine that has booted.
pub(super) trait Guest {
    /// Runs a line of shell as root.
    fn sh(&mut self, line: &str, limit: Duration) -> Result<Said, Failure>;
    /// Waits until the machine has powered itself off, and says for how long.
    fn wait_off(&mut self, limit: Duration) -> Result<Duration, Failure>;
    /// What is on its console.
    fn console(&self) -> String;
}

/// Runs a line that has to succeed, and returns what it said.
pub(super) fn tell(guest: &mut dyn Guest, line: &str) -> Result<String, Failure> {
    let Said { code, text } = guest.sh(line, COMMAND)?;
    let text = text.trim().to_owned();
    if code == 0 { Ok(text) } else { Err(Failure::Failed { line: line.to_owned(), code, said: text }) }
}

/// Waits until a line succeeds.
pub(super) fn until(guest: &mut dyn Guest, line: &str, limit: Duration) -> Result<String, Failure> {
    bounded::until(&format!("`{line}`"), limit, || {
        let said = guest.sh(line, COMMAND)?;
        Ok((said.code == 0).then(|| said.text.trim().to_owned()))
    })
}

/// What a machine says of a case that failed: its journal where it still runs, else its console.
pub(super) fn scene(guest: &mut dyn Guest) -> String {
    let units =
        "journalctl --no-pager -n 25 -u 'cloudkit*'; systemctl list-units --failed --plain --no-legend";
    match guest.sh(units, COMMAND) {
        Ok(Said { code: 0, text }) => format!("its journal:\n{text}"),
        _ => format!("the end of its console:\n{}", tail(&guest.console())),
    }
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

/// How a case ended that did not fail.
#[derive(Debug)]
pub(super) enum Verdict {
    /// What has to hold does.
    Holds,
    /// What it is about is not there yet.
    Waits(&'static str),
}

/// Whether a case is among those that were asked for; all are where none was.
pub(super) fn is_chosen(name: &str, words: &[String]) -> bool {
    words.is_empty() || words.iter().any(|word| name.contains(word.as_str()))
}

/// What a case found worth telling.
#[derive(Debug, Default)]
pub(super) struct Notes(pub(super) Vec<String>);

impl Notes {
    pub(super) fn add(&mut self, note: impl Into<String>) {
        self.0.push(note.into());
    }
}
