//! The machine that is set up: where its files are and how its programs are run.
//!
//! Everything is done below a root, so that tests have one of their own. What is done is not decided here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::{StepError, tail_of};
use crate::manifest::MachinePath;
use crate::platform::command::{self, Said};

/// How much of what a program said is told of a failure.
pub(super) const TAIL: usize = 20;

const STATE: &str = "var/lib/cloudkit/apply/state.json";
const LAST: &str = "var/lib/cloudkit/apply/last.json";
const REQUEST: &str = "var/lib/cloudkit/apply/request.json";
const WORK: &str = "var/lib/cloudkit/apply/work";
const SCRIPTS: &str = "var/lib/cloudkit/apply/scripts";
const LOCK: &str = "var/lib/cloudkit/apply/lock";
const LOGS: &str = "var/log/cloudkit";
const PROGRESS: &str = "run/cloudkit/apply.json";

/// A machine.
#[derive(Debug)]
pub struct Machine {
    root: PathBuf,
    variables: Vec<(String, String)>,
    /// How much may still be done before this life ends.
    #[cfg(test)]
    pub(super) life: Option<std::cell::Cell<u32>>,
}

impl Machine {
    /// The machine that this program runs on.
    #[must_use]
    pub fn this() -> Self {
        Self::at(Path::new("/"), Vec::new())
    }

    /// One whose files are below `root`, and whose programs are run with these variables.
    #[must_use]
    pub fn at(root: &Path, variables: Vec<(String, String)>) -> Self {
        Self {
            root: root.to_owned(),
            variables,
            #[cfg(test)]
            life: None,
        }
    }

    /// Where a place of the machine is for this program.
    #[must_use]
    pub fn path(&self, path: &MachinePath) -> PathBuf {
        self.root.join(path.as_str().trim_start_matches('/'))
    }

    /// Where the memory is.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.root.join(STATE)
    }

    /// How far it is, until the next boot.
    #[must_use]
    pub fn progress(&self) -> PathBuf {
        self.root.join(PROGRESS)
    }

    /// How far it came the last time, also after a boot.
    #[must_use]
    pub fn last_progress(&self) -> PathBuf {
        self.root.join(LAST)
    }

    /// What it was told to fetch.
    #[must_use]
    pub fn request(&self) -> PathBuf {
        self.root.join(REQUEST)
    }

    /// What only one process at a time holds.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.root.join(LOCK)
    }

    /// Where archives are fetched to and unpacked.
    #[must_use]
    pub fn work(&self) -> PathBuf {
        self.root.join(WORK)
    }

    /// Where scripts are run from.
    #[must_use]
    pub fn scripts(&self) -> PathBuf {
        self.root.join(SCRIPTS)
    }

    /// Where their output is.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.root.join(LOGS)
    }

    /// Any other file of it.
    #[must_use]
    pub fn file(&self, below_root: &str) -> PathBuf {
        self.root.join(below_root)
    }

    pub(super) fn variables(&self) -> Vec<(&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// Runs a program and hands back all that it says, however it ends.
    ///
    /// # Errors
    /// Where it is not there, or takes longer than it may.
    pub async fn said(
        &self,
        program: &str,
        arguments: &[&str],
        more: &[(&str, &str)],
        limit: Duration,
    ) -> Result<Said, StepError> {
        self.live()?;
        let variables = [self.variables().as_slice(), more].concat();
        Ok(command::said(program, arguments, &variables, limit).await?)
    }

    /// Runs a program that has to end well.
    ///
    /// # Errors
    /// Where it does not; `what` is what was tried with it.
    pub async fn run(
        &self,
        what: &str,
        program: &str,
        arguments: &[&str],
        more: &[(&str, &str)],
        limit: Duration,
    ) -> Result<String, StepError> {
        let said = self.said(program, arguments, more, limit).await?;
        if said.code == Some(0) { Ok(said.stdout) } else { Err(failed(what, &said)) }
    }

    /// Counts something that is done; tests end a life by it.
    #[cfg_attr(not(test), expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "tests end here"))]
    pub(super) fn live(&self) -> Result<(), StepError> {
        #[cfg(test)]
        if let Some(life) = &self.life {
            let left = life.get();
            life.set(left.saturating_sub(1));
            if left == 0 {
                return Err(StepError::Killed);
            }
        }
        Ok(())
    }
}

pub(super) fn failed(what: &str, said: &Said) -> StepError {
    let all = format!("{}\n{}", said.stdout.trim_end(), said.stderr.trim_end());
    StepError::Failed { what: what.to_owned(), code: said.code, tail: tail_of(all.trim(), TAIL) }
}
