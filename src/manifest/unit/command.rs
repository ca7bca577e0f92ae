//! The command lines of `ExecStart=` and its kin: the program, its arguments, and the marks before it.
//!
//! Whether there is such a program is not known here.
//! <https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines>

use super::words::{NotClosed, Word, split};

/// A command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// What is run.
    pub program: Program,
    /// What it is given, without the name that `@` has it called by.
    pub arguments: Vec<Word>,
    /// Whether its failure does not count (`-`).
    pub may_fail: bool,
}

/// What is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// A file.
    Path(String),
    /// A name, which systemd looks for in the folders of the system's programs.
    Name(String),
    /// What only the machine knows, since it has a specifier such as `%h`.
    Unknown(String),
    /// Neither a full path nor a bare name: systemd refuses it.
    Relative(String),
}

impl Program {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Path(text) | Self::Name(text) | Self::Unknown(text) | Self::Relative(text) => text,
        }
    }
}

/// A value that is no command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoCommand {
    /// A quote is not closed.
    #[error(transparent)]
    NotClosed(#[from] NotClosed),
    /// There is nothing but marks or semicolons.
    #[error("no program is named")]
    Nothing,
}

/// The commands of one value, which a semicolon of its own parts.
///
/// # Errors
/// Where a quote is not closed, or a program is missing.
pub fn commands(value: &str) -> Result<Vec<CommandLine>, NoCommand> {
    let words = split(value)?;
    let is_semicolon = |word: &Word| !word.is_quoted && word.text == ";";
    let parts = words.split(is_semicolon).filter(|words| !words.is_empty());
    let commands: Vec<CommandLine> = parts.map(command).collect::<Result<_, _>>()?;
    if commands.is_empty() { Err(NoCommand::Nothing) } else { Ok(commands) }
}

fn command(words: &[Word]) -> Result<CommandLine, NoCommand> {
    let (first, arguments) = words.split_first().ok_or(NoCommand::Nothing)?;
    let path = first.text.trim_start_matches(['@', '-', ':', '+', '!', '|']);
    let marks = &first.text[..first.text.len() - path.len()];
    if path.is_empty() {
        return Err(NoCommand::Nothing);
    }
    // `@` gives the program another name, which stands in the place of its first argument.
    let skipped = usize::from(marks.contains('@')).min(arguments.len());
    Ok(CommandLine {
        program: program(path),
        arguments: arguments[skipped..].to_vec(),
        may_fail: marks.contains('-'),
    })
}

fn program(path: &str) -> Program {
    let text = path.to_owned();
    if path.contains('%') {
        Program::Unknown(text)
    } else if path.starts_with('/') {
        Program::Path(text)
    } else if path.contains('/') {
        Program::Relative(text)
    } else {
        Program::Name(text)
    }
}
