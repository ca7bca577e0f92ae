//! The one place of xtask that writes to the terminal: results on stdout, talk on stderr.
//! It does not format, colour or decide anything. A closed pipe is not an error.

use std::fmt::Display;
use std::io::{self, Write};

/// A line of result.
pub(crate) fn result(line: impl Display) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// A line about what is going on.
pub(crate) fn talk(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
