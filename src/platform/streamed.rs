//! A program whose lines are heard as they come.
//!
//! What they mean, and how long it may take, is the caller's business: who drops the work ends the program.

use std::io;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};

use super::command::CommandError;

/// A line that is longer comes in pieces, so that one without an end does not fill the memory.
const LONGEST_LINE: u64 = 256 * 1024;

/// Which of its streams a program has written a line to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// What it prints.
    Out,
    /// What it complains of.
    Err,
}

/// A program that was not heard to its end.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// It can't be run.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// Whoever hears the lines can't pass them on.
    #[error("cannot pass on what it says")]
    Hearer(#[source] io::Error),
}

/// Runs a program, hands it `input`, gives `hear` each line without its end, and hands back the exit code; none where a
/// signal ended it. A program whose lines can't be passed on any more is ended.
///
/// # Errors
/// Where it can't be started, or `hear` fails.
#[expect(clippy::disallowed_methods, reason = "this is a door to other programs")]
pub async fn lines(
    program: &str,
    arguments: &[&str],
    input: &[u8],
    hear: &dyn Fn(Stream, &str) -> io::Result<()>,
) -> Result<Option<i32>, StreamError> {
    let start = |source| CommandError::Start { program: program.to_owned(), source };
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(start)?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = async {
        if let Some(mut stdin) = stdin {
            // A program that does not read its input is not at fault; how it ends says more.
            let _ = stdin.write_all(input).await;
        }
        Ok(())
    };
    let out = async { pass_on(stdout, |line| hear(Stream::Out, line)).await };
    let err = async { pass_on(stderr, |line| hear(Stream::Err, line)).await };
    tokio::try_join!(write, out, err).map_err(StreamError::Hearer)?;
    Ok(child.wait().await.map_err(start)?.code())
}

async fn pass_on(
    stream: Option<impl AsyncRead + Unpin>,
    hear: impl Fn(&str) -> io::Result<()>,
) -> io::Result<()> {
    let Some(stream) = stream else { return Ok(()) };
    let (mut reader, mut line) = (BufReader::new(stream), Vec::new());
    loop {
        line.clear();
        // A stream that can't be read has ended.
        let read = (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut line).await;
        if matches!(read, Ok(0) | Err(_)) {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        hear(text.strip_suffix('\r').unwrap_or(text))?;
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    fn heard(script: &str, input: &str) -> (Option<i32>, Vec<String>) {
        let all = RefCell::new(Vec::new());
        let hear = |stream, line: &str| {
            all.borrow_mut().push(format!("{stream:?} {line}"));
            Ok(())
        };
        let code = run(lines("sh", &["-c", script], input.as_bytes(), &hear)).unwrap();
        (code, all.into_inner())
    }

    #[test]
    fn lines_come_as_they_are_written_and_the_last_one_needs_no_end() {
        let (code, mut all) = heard("cat; echo bad >&2; printf 'no end'; exit 3", "one\r\n\ntwo\n");
        all.sort();
        assert_eq!(code, Some(3));
        assert_eq!(all, ["Err bad", "Out ", "Out no end", "Out one", "Out two"]);
    }

    #[test]
    fn a_line_without_an_end_comes_in_pieces() {
        let (_, all) = heard("head -c 300000 /dev/zero | tr '\\0' x", "");
        let lengths: Vec<usize> = all.iter().map(|line| line.len() - "Out ".len()).collect();
        assert_eq!(lengths, [262_144, 37_856]);
    }

    #[test]
    fn a_program_that_nobody_hears_any_more_is_ended() {
        let gone = |_, _: &str| Err(io::ErrorKind::BrokenPipe.into());
        let outcome = run(lines("sh", &["-c", "echo; exec sleep 1000"], b"", &gone));
        assert!(matches!(outcome, Err(StreamError::Hearer(_))), "{outcome:?}");
    }
}
