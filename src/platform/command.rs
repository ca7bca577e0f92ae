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

/// Hands the terminal over to a program until it ends, and says with which code; none where a signal ended it.
///
/// # Errors
/// Where it can't be started.
#[expect(clippy::disallowed_methods, reason = "this is the one door to other programs")]
pub async fn attached(program: &str, arguments: &[&str]) -> Result<Option<i32>, CommandError> {
    let status = tokio::process::Command::new(program).args(arguments).status().await;
    let start = |source| CommandError::Start { program: program.to_owned(), source };
    Ok(status.map_err(start)?.code())
}
