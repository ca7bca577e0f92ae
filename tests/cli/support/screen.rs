//! What a command has left on the screen: stdout, stderr and the exit code.
//!
//! Shown as one text for snapshots: stdout as it is, then what was said on stderr, then the code where it is not 0.

use std::fmt;

use serde_json::Value;

/// The end of a command.
#[derive(Debug)]
pub(crate) struct Screen {
    pub(crate) line: String,
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Screen {
    /// The same screen, of a command that did what it was told.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.exits(0)
    }

    /// The same screen, of a command that ended with this code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "$ {}\n{self}", self.line);
        self
    }

    /// The one document on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n$ {}\n{self}", self.line))
    }

    /// The documents on stdout, one a line.
    #[track_caller]
    pub(crate) fn lines_of_json(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line);
        let lines = self.stdout.lines().map(parse).collect::<Result<_, _>>();
        lines.unwrap_or_else(|error| panic!("{error}\n$ {}\n{self}", self.line))
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "--- stderr\n{}", self.stderr)?;
        }
        if self.code != 0 {
            writeln!(f, "--- exit {}", self.code)?;
        }
        Ok(())
    }
}
