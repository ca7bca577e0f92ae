//! Programs that get so much time and no more, and waits that end.
//! What a program says goes to a file, so that one that leaves children behind holds nobody up.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::failure::Failure;
use crate::process;

const LOOK: Duration = Duration::from_millis(50);

/// What a program answered: its exit code, and what it said beside.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// What a program said, on both streams, and its exit code.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) code: i32,
    pub(super) text: String,
}

/// Runs a program; one that takes too long is killed.
pub(super) fn run(command: &mut Command, limit: Duration) -> Result<Said, Failure> {
    let start = cannot_start(command);
    let said = tempfile::tempfile().map_err(&start)?;
    let code = code_of(command, &said, &said, limit)?;
    Ok(Said { code, text: content(said).map_err(&start)? })
}

/// The same, with what it answers kept apart from what it says beside.
pub(super) fn answer(command: &mut Command, limit: Duration) -> Result<Answer, Failure> {
    let start = cannot_start(command);
    let (out, err) = (tempfile::tempfile().map_err(&start)?, tempfile::tempfile().map_err(&start)?);
    let code = code_of(command, &out, &err, limit)?;
    Ok(Answer { code, stdout: content(out).map_err(&start)?, stderr: content(err).map_err(&start)? })
}

fn code_of(command: &mut Command, out: &File, err: &File, limit: Duration) -> Result<i32, Failure> {
    let start = cannot_start(command);
    let (out, err) = (out.try_clone().map_err(&start)?, err.try_clone().map_err(&start)?);
    let mut child = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().map_err(&start)?;
    wait(&mut child, limit).ok_or_else(|| {
        let _ = child.kill();
        let _ = child.wait();
        Failure::TooLong { what: format!("`{}`", process::line_of(command)), seconds: limit.as_secs() }
    })
}

fn cannot_start(command: &Command) -> impl Fn(io::Error) -> Failure + use<> {
    let line = process::line_of(command);
    move |source| Failure::Start { line: line.clone(), source }
}

fn content(mut file: File) -> io::Result<String> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_string(&mut text)?;
    Ok(text)
}

/// Runs a program that has to succeed, and returns what it said.
pub(super) fn succeed(command: &mut Command, limit: Duration) -> Result<String, Failure> {
    let Said { code, text } = run(command, limit)?;
    if code == 0 {
        return Ok(text);
    }
    Err(Failure::Failed { line: process::line_of(command), code, said: text.trim().to_owned() })
}

/// The exit code of a child that ends in time.
pub(super) fn wait(child: &mut Child, limit: Duration) -> Option<i32> {
    let started = Instant::now();
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status.code().unwrap_or(-1));
        }
        if started.elapsed() > limit {
            return None;
        }
        thread::sleep(LOOK);
    }
}

/// Asks again and again until there is an answer.
pub(super) fn until<T>(
    what: &str,
    limit: Duration,
    mut ask: impl FnMut() -> Result<Option<T>, Failure>,
) -> Result<T, Failure> {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        if started.elapsed() > limit {
            return Err(Failure::TooLong { what: what.to_owned(), seconds: limit.as_secs() });
        }
        thread::sleep(LOOK * 4);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_a_program_says_is_kept_with_its_code() {
        let said = run(&mut shell("echo a; echo b >&2; exit 3"), Duration::from_secs(20)).unwrap();
        assert_eq!((said.code, said.text.as_str()), (3, "a\nb\n"));
        let answer = answer(&mut shell("echo a; echo b >&2; exit 3"), Duration::from_secs(20)).unwrap();
        assert_eq!((answer.code, answer.stdout.as_str(), answer.stderr.as_str()), (3, "a\n", "b\n"));
        let error = succeed(&mut shell("echo no; exit 1"), Duration::from_secs(20)).unwrap_err();
        assert_eq!(error.to_string(), "`sh -c echo no; exit 1` failed (1): no");
    }

    #[test]
    fn what_takes_too_long_is_ended() {
        let error = run(&mut shell("exec sleep 60"), Duration::ZERO).unwrap_err();
        assert!(matches!(error, Failure::TooLong { seconds: 0, .. }));
        let error = until::<()>("the moon", Duration::ZERO, || Ok(None)).unwrap_err();
        assert_eq!(error.to_string(), "the moon took longer than 0 s");
    }
}
