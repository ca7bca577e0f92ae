//! Stdout for data, stderr for talk, and the one object that decides what reaches them and how.
//!
//! It does not know what is printed. Errors of stdout are returned, so that the edge can tell a closed pipe from a full
//! disk; errors of stderr have nobody left to be told to and are dropped.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::document::{self, LeftOut, Page, Record};
use super::escape::{escape_lines, escape_program_line};
use super::progress::{Spinners, Step};
use super::{ColorChoice, Failure, Format, Surroundings};

const DATA_BUFFER_BYTES: usize = 64 * 1024;

/// How much is said on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Verbosity {
    /// Errors and warnings about money.
    Quiet,
    /// Also other warnings, hints and progress.
    #[default]
    Normal,
    /// Also details, such as each call to AWS.
    Verbose,
}

/// What the user asked of the streams.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// `--color`.
    pub color: ColorChoice,
    /// `--quiet` or `-v`.
    pub verbosity: Verbosity,
    /// `-o`: the format that was asked for by name.
    pub requested_format: Option<Format>,
    /// The variable or the setting: what lists are printed as where `-o` does not say.
    pub preferred_format: Option<Format>,
}

/// Stdout and stderr.
pub struct Streams {
    data: Mutex<BufWriter<Box<dyn Write + Send>>>,
    talk: Mutex<Box<dyn Write + Send>>,
    spinners: Spinners,
    surroundings: Surroundings,
    settings: Settings,
}

impl Streams {
    /// The streams of the process that is running.
    #[must_use]
    pub fn of_process(surroundings: Surroundings, settings: Settings) -> Self {
        let show_spinners = surroundings.stderr_is_terminal && settings.verbosity > Verbosity::Quiet;
        Self {
            spinners: Spinners::new(show_spinners),
            ..Self::over(io::stdout(), io::stderr(), surroundings, settings)
        }
    }

    /// Streams into other writers, without spinners.
    #[must_use]
    pub fn over(
        data: impl Write + Send + 'static,
        talk: impl Write + Send + 'static,
        surroundings: Surroundings,
        settings: Settings,
    ) -> Self {
        Self {
            data: Mutex::new(BufWriter::with_capacity(DATA_BUFFER_BYTES, Box::new(data))),
            talk: Mutex::new(Box::new(talk)),
            spinners: Spinners::new(false),
            surroundings,
            settings,
        }
    }

    /// What the streams are connected to.
    #[must_use]
    pub const fn surroundings(&self) -> Surroundings {
        self.surroundings
    }

    /// Whether what is said on stderr has colour.
    #[must_use]
    pub const fn talk_shows_color(&self) -> bool {
        self.settings.color.applies(self.surroundings.stderr_shows_color)
    }

    /// The format of what lists things: as asked, else as preferred, else for the reader: a table for a person, lines for a
    /// program.
    #[must_use]
    pub fn list_format(&self) -> Format {
        let for_reader = if self.surroundings.stdout_is_terminal { Format::Table } else { Format::Jsonl };
        self.settings.requested_format.or(self.settings.preferred_format).unwrap_or(for_reader)
    }

    /// The format of what explains something to a person, where one was asked for by name; text otherwise.
    #[must_use]
    pub const fn explanation_format(&self) -> Option<Format> {
        self.settings.requested_format
    }

    /// Prints records as one document, each in its turn.
    ///
    /// # Errors
    /// Where stdout can't be written; `BrokenPipe` where its reader has gone.
    pub fn write_list<'r, R: Record + 'r>(
        &self,
        format: Format,
        records: impl IntoIterator<Item = &'r R>,
    ) -> io::Result<()> {
        self.write_document(|out, page| document::write_list(out, page, format, records))
    }

    /// Prints one record: an object in the formats that print a list as an array.
    ///
    /// # Errors
    /// Where stdout can't be written; `BrokenPipe` where its reader has gone.
    pub fn write_one<R: Record>(&self, format: Format, record: &R) -> io::Result<()> {
        self.write_document(|out, page| document::write_one(out, page, format, record))
    }

    /// Prints text for a person, whose control characters but line breaks are escaped.
    ///
    /// # Errors
    /// Where stdout can't be written; `BrokenPipe` where its reader has gone.
    pub fn write_text(&self, text: &str) -> io::Result<()> {
        self.write_raw(escape_lines(text).as_bytes())
    }

    /// Prints a line that a program on a machine has printed, and says whose it is. Tabs stay; what would move the cursor of a
    /// terminal is escaped on one.
    ///
    /// # Errors
    /// Where stdout can't be written; `BrokenPipe` where its reader has gone.
    pub fn relay(&self, whose: &str, line: &str) -> io::Result<()> {
        let line = escape_program_line(line, self.surroundings.stdout_is_terminal);
        self.with_data(|out| writeln!(out, "{whose}{line}"))
    }

    /// The same for a line that it has complained with, on stderr: it is not our talk, so `--quiet` does not silence it.
    pub fn relay_complaint(&self, whose: &str, line: &str) {
        let line = escape_program_line(line, self.surroundings.stderr_is_terminal);
        self.write_talk(format!("{whose}{line}\n").as_bytes());
    }

    /// Shows something anew in the place of what the terminal shows. Where stdout is none, nothing is cleared.
    ///
    /// # Errors
    /// Where stdout can't be written; `BrokenPipe` where its reader has gone.
    pub fn clear_screen(&self) -> io::Result<()> {
        match self.surroundings.stdout_is_terminal {
            // Home, then all behind it: a terminal that is cleared first flickers.
            true => self.write_raw(b"\x1b[H\x1b[J"),
            false => Ok(()),
        }
    }

    /// Prints a value as one line of JSON.
    ///
    /// # Errors
    /// Where stdout can't be written; `BrokenPipe` where its reader has gone.
    pub fn write_json_line(&self, value: &impl serde::Serialize) -> io::Result<()> {
        self.with_data(|mut out| document::write_json_line(&mut out, value))
    }

    /// Prints a document that has one form of its own, byte by byte.
    ///
    /// # Errors
    /// Where stdout can't be written; `BrokenPipe` where its reader has gone.
    pub fn write_raw(&self, content: &[u8]) -> io::Result<()> {
        self.with_data(|out| out.write_all(content))
    }

    /// Says what is going on.
    pub fn status(&self, text: impl fmt::Display) {
        if self.settings.verbosity >= Verbosity::Normal {
            self.say(None, &text.to_string());
        }
    }

    /// Says what only `-v` shows.
    pub fn detail(&self, text: impl fmt::Display) {
        if self.settings.verbosity >= Verbosity::Verbose {
            self.say(None, &text.to_string());
        }
    }

    /// Warns.
    pub fn warn(&self, text: impl fmt::Display) {
        if self.settings.verbosity >= Verbosity::Normal {
            self.say(Some("warning"), &text.to_string());
        }
    }

    /// Warns of what costs money or goes on costing it; not even `--quiet` silences that.
    pub fn warn_of_cost(&self, text: impl fmt::Display) {
        self.say(Some("warning"), &text.to_string());
    }

    /// Says what to type next.
    pub fn hint(&self, text: impl fmt::Display) {
        if self.settings.verbosity >= Verbosity::Normal {
            self.say(Some("hint"), &text.to_string());
        }
    }

    /// Whether `-o json` or `-o jsonl` was asked for by name.
    #[must_use]
    pub const fn is_json_asked_for(&self) -> bool {
        matches!(self.settings.requested_format, Some(Format::Json | Format::Jsonl))
    }

    /// Tells an error: as labelled lines, or as one JSON object where `-o json` or `-o jsonl` was asked for by name.
    pub fn fail(&self, failure: &Failure) {
        if !self.is_json_asked_for() {
            failure.lines().for_each(|(label, text)| self.say(Some(label), text));
            return;
        }
        let mut line = Vec::new();
        if document::write_json_line(&mut line, failure).is_ok() {
            self.write_talk(&line);
        }
    }

    /// Shows a step for as long as the value lives.
    pub fn step(&self, title: impl fmt::Display) -> Step<'_> {
        Step::start(self, &self.spinners, title.to_string())
    }

    fn write_document(
        &self,
        write: impl FnOnce(&mut dyn Write, Page) -> io::Result<LeftOut>,
    ) -> io::Result<()> {
        let page = Page {
            columns: self.surroundings.columns,
            bold: self.settings.color.applies(self.surroundings.stdout_shows_color),
            is_terminal: self.surroundings.stdout_is_terminal,
        };
        let left_out = self.with_data(|out| write(out, page))?;
        if !left_out.is_empty() {
            let titles = left_out.join(", ");
            self.status(format_args!("columns that did not fit: {titles} (-o wide shows them)"));
        }
        Ok(())
    }

    /// Writes to stdout, flushed, while nobody else does and no spinner is in the way.
    fn with_data<T>(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
        self.spinners.pause_for(|| {
            let mut out = lock(&self.data);
            let result = write(&mut *out)?;
            out.flush()?;
            Ok(result)
        })
    }

    /// A message on lines of its own; lines after its first are indented, so that none of them poses as a message.
    fn say(&self, label: Option<&str>, text: &str) {
        let text = escape_lines(text.trim_end()).replace('\n', "\n  ");
        let line = match label {
            Some(label) => format!("{} {text}\n", self.label_style(label).apply_to(format_args!("{label}:"))),
            None => format!("{text}\n"),
        };
        self.write_talk(line.as_bytes());
    }

    fn label_style(&self, label: &str) -> console::Style {
        let style = console::Style::new()
            .for_stderr()
            .force_styling(self.settings.color.applies(self.surroundings.stderr_shows_color));
        match label {
            "error" => style.red().bold(),
            "warning" => style.yellow().bold(),
            "hint" => style.cyan(),
            _ => style,
        }
    }

    fn write_talk(&self, line: &[u8]) {
        // A stderr that can't be written leaves nobody to tell.
        let _ = self.spinners.pause_for(|| lock(&self.talk).write_all(line));
    }
}

/// The stream, also after a thread that held it came to grief: what it wrote is whole lines or a cut one, nothing worse.
fn lock<T>(stream: &Mutex<T>) -> MutexGuard<'_, T> {
    stream.lock().unwrap_or_else(PoisonError::into_inner)
}
