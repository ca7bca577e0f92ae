//! Exit codes: what each means, for scripts.
//!
//! Which error has which code is in `command_error.rs`.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitClass {
    /// Done; also a reader that closed the pipe.
    Done,
    /// It ran well, and the answer is no.
    No,
    /// A bad flag, a bad value, a bad input file.
    Usage,
    /// No credentials, expired ones, or not allowed.
    Credentials,
    /// Capacity or quota: no candidate could be had.
    Capacity,
    /// AWS or the network failed after retries.
    Unavailable,
    /// Something that was made is still there.
    Partial,
    /// A bug of ours.
    Bug,
    /// Interrupted, and what had been made was undone.
    Interrupted,
    /// What the program that was run on the machine ended with.
    OfProgram(u8),
}

impl ExitClass {
    /// The code that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::Credentials => 3,
            Self::Capacity => 4,
            Self::Unavailable => 5,
            Self::Partial => 6,
            Self::Bug => 70,
            Self::Interrupted => 130,
            Self::OfProgram(code) => code,
        }
    }

    /// That of a program that had the terminal; 255 where a signal ended it.
    #[must_use]
    pub fn of_program(code: Option<i32>) -> Self {
        Self::OfProgram(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
    }

    /// This one, or the other where nothing is the matter so far.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match self {
            Self::Done => other,
            class => class,
        }
    }
}

impl From<ExitClass> for ExitCode {
    fn from(class: ExitClass) -> Self {
        Self::from(class.code())
    }
}
