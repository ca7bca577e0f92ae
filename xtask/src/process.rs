//! Runs other programs in the foreground, and says which one failed.
//! It captures output only where asked to, and knows nothing of what the programs do.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// Why a program did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    #[error("`{line}` could not be started")]
    Start { line: String, source: std::io::Error },
    #[error("`{line}` failed ({status})")]
    Failed { line: String, status: ExitStatus },
}

/// Runs a command with our own streams until it ends.
pub(crate) fn run(command: &mut Command) -> Result<(), ProcessError> {
    let status = command.status().map_err(|source| ProcessError::Start { line: line_of(command), source })?;
    if status.success() { Ok(()) } else { Err(ProcessError::Failed { line: line_of(command), status }) }
}

/// What a command prints on stdout, trimmed; nothing if it cannot be started or fails.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// A command as a person would type it, without the folder its program lies in.
pub(crate) fn line_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_stem().unwrap_or(program.as_os_str());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Where on `PATH` a program lies.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_is_typed() {
        let mut command = Command::new("/usr/lib/rust/bin/cargo");
        command.args(["fmt", "--check"]);
        assert_eq!(line_of(&command), "cargo fmt --check");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = run(&mut Command::new("no-such-program-anywhere")).unwrap_err();
        assert_eq!(error.to_string(), "`no-such-program-anywhere` could not be started");
        assert_eq!(find_program("no-such-program-anywhere"), None);
    }
}
