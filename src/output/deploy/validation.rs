//! Faults of an app folder as a person reads them: the line itself, a mark below it, what to write instead.
//!
//! Which faults there are is [`crate::manifest`]'s to say.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::super::document::{Column, Record};
use crate::manifest::find::Mode;
use crate::manifest::{Fault, FolderPath, Found, Place, Severity};

const SCHEMA: &str = "cloudkit.validation/v1";

/// What was found wrong with an app folder.
#[derive(Debug, Clone, Serialize)]
pub struct Validation {
    schema: &'static str,
    root: PathBuf,
    folder: FolderPath,
    mode: Mode,
    why: String,
    /// What the deployment is called, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// How many faults keep it from being deployed.
    pub errors: usize,
    warnings: usize,
    notes: usize,
    faults: Vec<Fault>,
}

impl Validation {
    /// Faults, by file and line.
    #[must_use]
    pub fn new(found: &Found, name: Option<&str>, mut faults: Vec<Fault>) -> Self {
        faults.sort_by(|one, other| one.place.cmp(&other.place));
        let of = |severity| faults.iter().filter(|fault| fault.severity == severity).count();
        Self {
            schema: SCHEMA,
            root: found.root.clone(),
            folder: found.folder.clone(),
            mode: found.mode,
            why: found.why.clone(),
            name: name.map(str::to_owned),
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            notes: of(Severity::Note),
            faults,
        }
    }

    /// The faults in their order.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// All of it, for a person.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text =
            format!("{} deployment in {}: {}\n", self.mode.as_str(), self.root.display(), self.why);
        for fault in &self.faults {
            text.push('\n');
            write_fault(&mut text, fault);
        }
        let _ = writeln!(text, "\n{}", self.summary());
        text
    }

    fn summary(&self) -> String {
        let counts = [(self.errors, "error"), (self.warnings, "warning"), (self.notes, "note")];
        let told = counts.iter().filter(|(count, _)| *count > 0);
        let told: Vec<String> = told
            .map(|(count, what)| format!("{count} {what}{}", if *count == 1 { "" } else { "s" }))
            .collect();
        match (&self.name, told.is_empty()) {
            (_, false) => told.join(", "),
            (Some(name), true) => format!("nothing is wrong with the deployment {name}"),
            (None, true) => "nothing is wrong with it".to_owned(),
        }
    }
}

fn write_fault(text: &mut String, fault: &Fault) {
    let Fault { severity, rule, place, message, hint } = fault;
    let severity = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    // Writing to a string does not fail.
    let _ = writeln!(text, "{severity}[{rule}]: {message}");
    if let Some(place) = place {
        write_place(text, place);
    }
    if let Some(hint) = hint {
        let _ = writeln!(text, "hint: {hint}");
    }
}

fn write_place(text: &mut String, place: &Place) {
    let Place { file, line, column, text: shown } = place;
    let numbers = [line, column].into_iter().flatten().map(|number| format!(":{number}"));
    let _ = writeln!(text, " --> {file}{}", numbers.collect::<String>());
    if let (Some(line), Some(shown)) = (line, shown) {
        let number = line.to_string();
        let gap = " ".repeat(number.len());
        let before: String = shown.chars().take(column.unwrap_or(1).saturating_sub(1)).collect();
        let mark = " ".repeat(console::measure_text_width(&tabs(&before)));
        let _ = writeln!(text, "{gap} |\n{number} | {}", tabs(shown).trim_end());
        if column.is_some() {
            let _ = writeln!(text, "{gap} | {mark}^");
        }
    }
}

/// Tabs are as wide as a terminal likes; four spaces are four.
fn tabs(text: &str) -> String {
    text.replace('\t', "    ")
}

impl Record for Validation {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("FOLDER", 100, |row| Some(row.root.display().to_string())).shrinkable(20),
            Column::<Self>::text("MODE", 90, |row| Some(row.mode.as_str().to_owned())),
            Column::<Self>::number("ERRORS", 100, |row| Some(row.errors.to_string())),
            Column::<Self>::number("WARNINGS", 80, |row| Some(row.warnings.to_string())),
            Column::<Self>::number("NOTES", 70, |row| Some(row.notes.to_string())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        self.root.to_string_lossy()
    }
}
