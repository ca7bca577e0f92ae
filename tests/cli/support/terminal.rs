//! A person at a terminal: what they see, and what they answer.
//!
//! The terminal is a pseudo-terminal; what is typed goes through a shell.

use rexpect::session::{PtySession, spawn_command};

use super::{Home, wait};

/// A person at a terminal.
pub(crate) struct Terminal(PtySession);

impl Terminal {
    pub(crate) fn typed(home: &Home, line: &str) -> Self {
        let limit = u64::try_from(wait::LONG.as_millis()).unwrap();
        let line = format!("stty rows 40 cols 200; {line}; echo \"exit code $?\"");
        Self(spawn_command(home.command_on_terminal(&line), Some(limit)).unwrap())
    }

    #[track_caller]
    pub(crate) fn sees(&mut self, words: &str) -> &mut Self {
        self.0.exp_string(words).unwrap();
        self
    }

    /// The next line that is not empty.
    #[track_caller]
    pub(crate) fn reads_line(&mut self) -> String {
        loop {
            let line = self.0.read_line().unwrap();
            if !line.trim().is_empty() {
                return line.trim().to_owned();
            }
        }
    }

    pub(crate) fn answers(&mut self, keys: &str) -> &mut Self {
        self.0.send(keys).unwrap();
        self.0.flush().unwrap();
        self
    }

    #[track_caller]
    pub(crate) fn ends(&mut self, code: i32) {
        self.sees(&format!("exit code {code}\r\n"));
        self.0.exp_eof().unwrap();
    }
}
