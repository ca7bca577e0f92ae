//! Other programs, run with a limit on their time.
//!
//! Which programs, and what their answers mean, is the caller's business.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt;

/// A program that did not do what it was started for.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It can't be started.
    #[error("cannot run {program}")]
    Start {
        /// The program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// It ended with a failure.
    #[error("{program} ended with {status}")]
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// It was still running when its time was over, and was ended.
    #[error("{program} did not end within {} s", limit.as_secs())]
    TooSlow {
        /// The program.
        program: String,
        /// Its time.
        limit: Duration,
    },
}

/// Runs a program, hands it `input`, and waits until it ends well or its time is over; what it prints is dropped.
///
/// # Errors
/// Where it can't be started, fails or takes longer than `limit`; it is ended then.
#[expect(clippy::disallowed_methods, reason = "this is the one door to other programs")]
pub async fn run(
    program: &str,
    arguments: &[&str],
    input: &str,
    limit: Duration,
) -> Result<(), CommandError> {
    let start = |source| CommandError::Start { program: program.to_owned(), source };
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(start)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read its input is not at fault; how it ends says more.
        let _ = stdin.write_all(input.as_bytes()).await;
    }
    match tokio::time::timeout(limit, child.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(CommandError::Failed { program: program.to_owned(), status }),
        Ok(Err(source)) => Err(start(source)),
        Err(_) => Err(CommandError::TooSlow { program: program.to_owned(), limit }),
    }
}

/// Runs a program without input and hands back what it prints, as long as it ends well and in time.
///
/// # Errors
/// Where it can't be started, fails or takes longer than `limit`; it is ended then.
#[expect(clippy::disallowed_methods, reason = "this is the one door to other programs")]
pub async fn output(program: &str, arguments: &[&str], limit: Duration) -> Result<String, CommandError> {
    let start = |source| CommandError::Start { program: program.to_owned(), source };
    let run = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    match tokio::time::timeout(limit, run).await {
        Ok(Ok(output)) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(Ok(output)) => Err(CommandError::Failed { program: program.to_owned(), status: output.status }),
        Ok(Err(source)) => Err(start(source)),
        Err(_) => Err(CommandError::TooSlow { program: program.to_owned(), limit }),
    }
}

/// What a program said before it ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

/// Runs a program without input, with some more variables, and hands back all it says, however it ends.
///
/// # Errors
/// Where it can't be started or takes longer than `limit`; it is ended then.
#[expect(clippy::disallowed_methods, reason = "this is the one door to other programs")]
pub async fn said(
    program: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
    limit: Duration,
) -> Result<Said, CommandError> {
    let run = tokio::process::Command::new(program)
        .args(arguments)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    match tokio::time::timeout(limit, run).await {
        Ok(Ok(output)) => Ok(Said {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }),
        Ok(Err(source)) => Err(CommandError::Start { program: program.to_owned(), source }),
        Err(_) => Err(CommandError::TooSlow { program: program.to_owned(), limit }),
    }
}

/// Hands the terminal over to a program until it ends, and says with which code; none where a signal ended it. Ctrl-C is
/// the program's meanwhile.
///
/// # Errors
/// Where it can't be started.
pub async fn attached(program: &str, arguments: &[&str]) -> Result<Option<i32>, CommandError> {
    attached_with(program, arguments, &[]).await
}

/// The same with some more variables.
///
/// # Errors
/// Where it can't be started.
#[expect(clippy::disallowed_methods, reason = "this is the one door to other programs")]
pub async fn attached_with(
    program: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Result<Option<i32>, CommandError> {
    let start = |source| CommandError::Start { program: program.to_owned(), source };
    let mut command = tokio::process::Command::new(program);
    let mut child = command.args(arguments).envs(variables.iter().copied()).spawn().map_err(start)?;
    loop {
        tokio::select! {
            status = child.wait() => return Ok(status.map_err(start)?.code()),
            // It has come to the program as well, which makes of it what it wants.
            _ = tokio::signal::ctrl_c() => {}
        }
    }
}
