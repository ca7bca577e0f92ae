//! The controlling terminal: whether a person can be asked.
//!
//! What the streams are connected to is another question, and output's.

/// Whether stdin is a terminal, so that nothing comes from it unless somebody types.
#[must_use]
pub fn stdin_is_terminal() -> bool {
    std::io::IsTerminal::is_terminal(&std::io::stdin())
}

/// Whether there is a terminal to ask on, whatever stdin is.
#[cfg(unix)]
#[must_use]
pub fn can_be_asked() -> bool {
    std::fs::OpenOptions::new().read(true).write(true).open("/dev/tty").is_ok()
}

/// Whether there is a terminal to ask on: on Windows a question is asked where stdin is the console.
#[cfg(not(unix))]
#[must_use]
pub fn can_be_asked() -> bool {
    use std::io::IsTerminal;
    std::io::stdin().is_terminal()
}
