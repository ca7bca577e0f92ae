//! Somebody who logs in to a machine over SSH, with a terminal, and types, reads or goes away.
//! What is on the screen is kept; nothing is understood of it.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::bounded;
use super::failure::Failure;

const LIMIT: Duration = Duration::from_secs(90);

/// A session; dropped, its terminal is closed.
pub(super) struct Login {
    process: Child,
    keyboard: Option<ChildStdin>,
    screen: Arc<Mutex<String>>,
}

impl Login {
    /// Logs in and waits for a prompt that answers.
    pub(super) fn open(home: &Path, port: u16) -> Result<Self, Failure> {
        let mut command = Command::new("ssh");
        command.args([
            "-tt",
            "-F",
            "none",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
        ]);
        command.args(["-o", "LogLevel=ERROR", "-o", "ConnectTimeout=60", "-p", &port.to_string(), "-i"]);
        command.arg(home.join(".ssh").join("id_ed25519")).arg("admin@127.0.0.1");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let start = |source| Failure::Start { line: "ssh".to_owned(), source };
        let mut process = command.spawn().map_err(start)?;
        let screen = Arc::new(Mutex::new(String::new()));
        let keyboard = process.stdin.take();
        if let Some(mut output) = process.stdout.take() {
            let screen = Arc::clone(&screen);
            thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(count @ 1..) = output.read(&mut bytes) {
                    let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
                    screen.lock().unwrap_or_else(PoisonError::into_inner).push_str(&text);
                }
            });
        }
        let mut login = Self { process, keyboard, screen };
        login.enter("echo logged-$((1))")?;
        login.wait_for("logged-1", LIMIT)?;
        Ok(login)
    }

    /// Types a line.
    pub(super) fn enter(&mut self, line: &str) -> Result<(), Failure> {
        let Some(keyboard) = &mut self.keyboard else { return Ok(()) };
        keyboard
            .write_all(format!("{line}\n").as_bytes())
            .and_then(|()| keyboard.flush())
            .map_err(Failure::Line)
    }

    pub(super) fn wait_for(&self, text: &str, limit: Duration) -> Result<(), Failure> {
        let seen = bounded::until("the screen", limit, || Ok(self.screen().contains(text).then_some(())));
        seen.map_err(|_| Failure::expected(format!("{text:?} on the screen"), self.screen()))
    }

    pub(super) fn screen(&self) -> String {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        self.keyboard = None;
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
