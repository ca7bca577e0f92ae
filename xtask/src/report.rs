//! A run of several programs, one after the other: the table at the end says what ran, for how long, and what was
//! left out and why. It does not go on after a failure and does not decide what is run.

use std::fmt;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::{self, ProcessError};
use crate::say;

/// The step at which a run stopped.
#[derive(Debug, thiserror::Error)]
#[error("step \"{step}\" failed")]
pub(crate) struct StepError {
    step: String,
    source: ProcessError,
}

/// How a step ended.
#[derive(Debug)]
enum Outcome {
    Done(Duration),
    Failed(Duration),
    LeftOut(String),
}

/// The steps of a run, in order.
#[derive(Debug, Default)]
pub(crate) struct Report {
    steps: Vec<(String, Outcome)>,
}

impl Report {
    /// Runs a program with our streams and notes how it went.
    pub(crate) fn step(&mut self, step: &str, command: &mut Command) -> Result<(), StepError> {
        say::talk(format_args!("\n== {step}: {}", process::line_of(command)));
        let started = Instant::now();
        let result = process::run(command);
        let took = started.elapsed();
        let outcome = if result.is_ok() { Outcome::Done(took) } else { Outcome::Failed(took) };
        self.steps.push((step.to_owned(), outcome));
        result.map_err(|source| StepError { step: step.to_owned(), source })
    }

    pub(crate) fn left_out(&mut self, step: &str, why: impl Into<String>) {
        self.steps.push((step.to_owned(), Outcome::LeftOut(why.into())));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.steps.iter().map(|(step, _)| step.chars().count()).max().unwrap_or(0);
        for (index, (step, outcome)) in self.steps.iter().enumerate() {
            let end_of_line = if index == 0 { "" } else { "\n" };
            write!(formatter, "{end_of_line}{step:width$}  {outcome}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(took) => write!(formatter, "ok        {:>7.1} s", took.as_secs_f64()),
            Self::Failed(took) => write!(formatter, "FAILED    {:>7.1} s", took.as_secs_f64()),
            Self::LeftOut(why) => write!(formatter, "left out  {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lines_up() {
        let steps = [
            ("fmt", Outcome::Done(Duration::from_millis(420))),
            ("advisories", Outcome::LeftOut("no advisory database".to_owned())),
            ("tests", Outcome::Failed(Duration::from_secs(100))),
        ];
        let report = Report { steps: steps.map(|(step, outcome)| (step.to_owned(), outcome)).into() };
        let lines = [
            "fmt         ok            0.4 s",
            "advisories  left out  no advisory database",
            "tests       FAILED      100.0 s",
        ];
        assert_eq!(report.to_string(), lines.join("\n"));
    }

    #[test]
    fn a_step_that_fails_is_named() {
        let mut report = Report::default();
        let error = report.step("build", &mut Command::new("no-such-program-anywhere")).unwrap_err();
        assert_eq!(error.to_string(), "step \"build\" failed");
        assert!(report.to_string().starts_with("build  FAILED"));
    }
}
