//! The agent's first sign of life: a line on the machine's console, where the launch looks for it.
//!
//! It is written once, at the first look at the machine that was published. Nothing hangs on it but that somebody knows.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::model::sign::AgentSign;
use crate::platform::command::{self, CommandError};

/// A console is slow, and one that takes nothing must not hold up the daemon.
const LIMIT: Duration = Duration::from_secs(5);
/// A console that is not there will not come.
const ATTEMPTS: u32 = 3;

/// The sign could not be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignError {
    /// There is no such console; it is not made, since it would be an ordinary file.
    #[error("there is no console {}", path.display())]
    NoConsole {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// It takes nothing.
    #[error("cannot write to the console")]
    Write(#[from] CommandError),
}

/// Whether the sign is still to be given.
#[derive(Debug)]
pub(super) struct FirstSign {
    attempts_left: u32,
}

impl FirstSign {
    pub(super) const fn due() -> Self {
        Self { attempts_left: ATTEMPTS }
    }

    /// Whether it is time to give it.
    pub(super) const fn is_due(&self) -> bool {
        self.attempts_left > 0
    }

    /// Gives it; one that can't be given is tried again a few times.
    pub(super) async fn give(
        &mut self,
        device: &Path,
        launch: &str,
        deadline: Option<Timestamp>,
    ) -> Result<(), SignError> {
        self.attempts_left -= 1;
        if !device.exists() {
            return Err(SignError::NoConsole { path: device.to_owned() });
        }
        // The line before may not be at its end: others write to the console as well.
        let line = format!("\n{}\n", AgentSign::ready_line(launch, deadline));
        command::run("tee", &["-a", &device.to_string_lossy()], &line, LIMIT).await?;
        self.attempts_left = 0;
        Ok(())
    }
}
