//! A program that a test has started: what it says while it runs, and its end.
//!
//! Whatever happens to the test, the program is ended with it, by its id.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use super::{Screen, wait};

/// A program under way.
pub(crate) struct Running {
    line: String,
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Heard,
    stderr: Heard,
}

/// What has come out of a stream so far.
struct Heard {
    text: Arc<Mutex<Vec<u8>>>,
    listener: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts a program; its stdin stays open until it is written to or waited for.
    pub(crate) fn start(line: &str, command: &mut Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{line}: {error}"));
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let stdin = child.stdin.take();
        Self { line: line.to_owned(), child, stdin, stdout: Heard::from(stdout), stderr: Heard::from(stderr) }
    }

    /// Writes to its stdin and closes it.
    pub(crate) fn feed(mut self, input: &str) -> Self {
        if let Some(mut stdin) = self.stdin.take() {
            // A program that does not read its stdin to the end is not wrong.
            let _ = stdin.write_all(input.as_bytes());
        }
        self
    }

    /// What it has said on stdout so far.
    pub(crate) fn stdout(&self) -> String {
        self.stdout.text()
    }

    /// What it has said on stderr so far.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Waits until it has said something on stderr.
    pub(crate) fn until_it_says(&self, words: &str) {
        let said = wait::within(wait::LONG, || self.stderr().contains(words).then_some(()));
        assert!(said.is_some(), "{} never said {words:?}:\n{}", self.line, self.stderr());
    }

    /// Presses Ctrl-C, as it were.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        self.signal("INT");
    }

    /// Asks it to end, as an init system does.
    #[cfg(unix)]
    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(status.unwrap().success(), "{} has ended already:\n{}", self.line, self.stderr());
    }

    /// Kills it, as a lack of memory does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end.
    pub(crate) fn screen(mut self) -> Screen {
        self.stdin = None;
        let status = wait::within(wait::LONG, || self.child.try_wait().unwrap());
        let status = status.unwrap_or_else(|| panic!("{} does not end:\n{}", self.line, self.stderr()));
        self.stdout.drain();
        self.stderr.drain();
        Screen { line: self.line.clone(), code: code(status), stdout: self.stdout(), stderr: self.stderr() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended is only waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Heard {
    fn from(mut stream: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&text);
        let listener = thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                heard.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        Self { text, listener: Some(listener) }
    }

    fn text(&self) -> String {
        String::from_utf8(self.text.lock().unwrap().clone()).unwrap()
    }

    fn drain(&mut self) {
        if let Some(listener) = self.listener.take() {
            listener.join().unwrap();
        }
    }
}

/// The exit code; a signal is shown as a shell shows it.
fn code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    let by_signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let by_signal = None;
    status.code().or(by_signal).unwrap()
}
