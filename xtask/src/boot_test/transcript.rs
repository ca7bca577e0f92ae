//! What the cases came to: a table on the screen, and the same in docs/boot-test.md.
//! It judges nothing; a case that waits for something is told and is no failure.

use std::fmt;
use std::fs;
use std::time::Duration;

use super::case::{Notes, Verdict};
use super::failure::{BootTestError, Failure};
use crate::say;
use crate::workspace::Workspace;

/// A case that is over.
struct Told {
    name: &'static str,
    about: &'static str,
    outcome: Result<Verdict, String>,
    notes: Notes,
    took: Duration,
}

/// The cases of a run, in the order of their table.
#[derive(Default)]
pub(super) struct Transcript {
    title: &'static str,
    cases: Vec<Told>,
    took: Duration,
}

impl Transcript {
    pub(super) fn title(&mut self, title: &'static str) {
        self.title = title;
    }

    pub(super) fn add(
        &mut self,
        (name, about): (&'static str, &'static str),
        outcome: Result<Verdict, Failure>,
        notes: Notes,
        took: Duration,
    ) {
        let told = Told { name, about, outcome: outcome.map_err(|failure| chain(&failure)), notes, took };
        say::talk(format_args!("{} in {:.0} s: {name}", told.word(), took.as_secs_f64()));
        if let Err(why) = &told.outcome {
            say::talk(format_args!("    {why}"));
        }
        self.cases.push(told);
    }

    pub(super) fn took(&mut self, took: Duration) {
        self.took = took;
    }

    pub(super) fn verdict(&self) -> Result<(), BootTestError> {
        let failed = self.cases.iter().filter(|case| case.outcome.is_err());
        let failed: Vec<&str> = failed.map(|case| case.name).collect();
        if failed.is_empty() { Ok(()) } else { Err(BootTestError::Cases(failed.join(", "))) }
    }

    /// Puts this run's part of docs/boot-test.md in the place of the last one's.
    pub(super) fn write(&self, workspace: &Workspace) -> Result<(), BootTestError> {
        let path = workspace.root().join("docs").join("boot-test.md");
        let text = fs::read_to_string(&path).map_err(Failure::file(&path))?;
        let (begin, end) =
            (format!("<!-- {}: begin -->\n", self.title), format!("<!-- {}: end -->", self.title));
        let around =
            text.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
        let (before, after) =
            around.ok_or_else(|| Failure::expected(format!("{begin}in docs/boot-test.md"), "none"))?;
        let text = format!("{before}{begin}\n{}\n{end}{after}", self.markdown());
        Ok(fs::write(&path, text).map_err(Failure::file(&path))?)
    }

    fn markdown(&self) -> String {
        let mut text = String::from("| case | | seconds |\n|---|---|--:|\n");
        for case in &self.cases {
            text += &format!("| {} | {} | {:.0} |\n", case.name, case.word(), case.took.as_secs_f64());
        }
        text += &format!("\nAll of it took {:.0} s.\n", self.took.as_secs_f64());
        for case in &self.cases {
            text += &format!("\n### {}\n\n{}\n\n", case.name, case.about);
            for line in case.lines() {
                text += &format!("* {}\n", line.trim_end().replace('\n', "\n  "));
            }
        }
        text
    }
}

impl Told {
    fn word(&self) -> &'static str {
        match self.outcome {
            Ok(Verdict::Holds) => "holds",
            Ok(Verdict::Waits(_)) => "waits",
            Err(_) => "FAILED",
        }
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        let last = match &self.outcome {
            Ok(Verdict::Holds) => None,
            Ok(Verdict::Waits(what)) => Some(format!("waits for {what}")),
            Err(why) => Some(format!("FAILED: {why}")),
        };
        self.notes.0.iter().cloned().chain(last)
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for case in &self.cases {
            writeln!(formatter, "{:6} {:>4.0} s  {}", case.word(), case.took.as_secs_f64(), case.name)?;
            for line in case.lines() {
                writeln!(formatter, "               {}", line.trim_end().replace('\n', "\n               "))?;
            }
        }
        write!(formatter, "{:.0} s in all", self.took.as_secs_f64())
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript() -> Transcript {
        let mut transcript = Transcript::default();
        let mut notes = Notes::default();
        notes.add("it says:\nso");
        transcript.add(("deadline", "It ends."), Ok(Verdict::Holds), notes, Duration::from_secs(3));
        let waits = Ok(Verdict::Waits("hooks"));
        transcript.add(("notice", "Hooks run."), waits, Notes::default(), Duration::ZERO);
        transcript
    }

    #[test]
    fn what_waits_is_told_and_is_no_failure() {
        let transcript = transcript();
        assert!(transcript.verdict().is_ok());
        let text = transcript.markdown();
        assert!(text.contains("| deadline | holds | 3 |\n| notice | waits | 0 |\n"), "{text}");
        assert!(text.contains("### deadline\n\nIt ends.\n\n* it says:\n  so\n"), "{text}");
        assert!(text.contains("* waits for hooks\n"), "{text}");
    }

    #[test]
    fn what_fails_is_named() {
        let mut transcript = transcript();
        let failure = Failure::expected("an end", "none");
        transcript.add(("idle", "It ends."), Err(failure), Notes::default(), Duration::ZERO);
        let error = transcript.verdict().unwrap_err();
        assert_eq!(error.to_string(), "these failed: idle");
        assert!(transcript.to_string().contains("FAILED: expected an end, found: none"));
    }
}
