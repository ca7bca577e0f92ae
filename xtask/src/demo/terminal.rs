//! The terminal of the demo: cloudkit's commands as a user types them, in an environment that has nothing of this computer's.
//! What they print is shown as it comes. It judges exit codes, and nothing that is printed.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, PipeReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, mem};

use super::failure::Failure;
use crate::say;

/// No command of the demo takes this long, the agent aside.
const LIMIT: Duration = Duration::from_secs(60);
/// As wide as the transcripts in the documentation.
const COLUMNS: &str = "100";
/// What Windows does not open a socket without.
const SYSTEM_ROOT: &str = "SystemRoot";

/// Where commands are typed.
#[derive(Clone)]
pub(super) struct Terminal {
    variables: BTreeMap<&'static str, OsString>,
}

impl Terminal {
    /// A terminal whose home is `home`, and which knows of the world what `variables` say.
    pub(super) fn new(home: &Path, variables: Vec<(&'static str, String)>) -> Self {
        let folders = [
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_CACHE_HOME", ".cache"),
            ("XDG_STATE_HOME", ".local/state"),
            ("XDG_DATA_HOME", ".local/share"),
            ("APPDATA", "AppData"),
            ("LOCALAPPDATA", "AppData"),
        ];
        let folders = folders.map(|(name, folder)| (name, home.join(folder).into_os_string()));
        let itself = ["HOME", "USERPROFILE"].map(|name| (name, home.into()));
        let system = env::var_os(SYSTEM_ROOT).map(|root| (SYSTEM_ROOT, root));
        let variables = variables.into_iter().map(|(name, value)| (name, value.into()));
        let columns = ("COLUMNS", COLUMNS.into());
        let fixed = itself.into_iter().chain(folders).chain(system).chain([columns]);
        Self { variables: fixed.chain(variables).collect() }
    }

    /// The same with another value for a variable, or without it.
    pub(super) fn with(mut self, name: &'static str, value: Option<&str>) -> Self {
        self.variables.remove(name);
        self.variables.extend(value.map(|value| (name, value.into())));
        self
    }

    /// Runs commands that are joined to a pipe, and returns what was on the screen. None of them may fail.
    pub(super) fn run(&self, program: &Path, folder: &Path, line: &str) -> Result<String, Failure> {
        self.start(program, folder, line)?.finish()
    }

    /// Starts what `line` says; its one program is cloudkit, and it needs no quotes.
    pub(super) fn start(&self, program: &Path, folder: &Path, line: &str) -> Result<Running, Failure> {
        say::result(format_args!("\n$ {line}"));
        let commands = line.split(" | ").map(|command| self.command(program, folder, command)).collect();
        Running::start(line, commands).map_err(|source| Failure::Start { line: line.to_owned(), source })
    }

    fn command(&self, program: &Path, folder: &Path, line: &str) -> Command {
        let mut command = Command::new(program);
        command.args(line.split_whitespace().skip(1)).current_dir(folder);
        command.env_clear().envs(&self.variables);
        command
    }
}

/// Commands that run; they are ended when this is dropped.
pub(super) struct Running {
    line: String,
    children: Vec<Child>,
    lines: Receiver<String>,
    screen: String,
}

impl Running {
    fn start(line: &str, commands: Vec<Command>) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let mut running =
            Self { line: line.to_owned(), children: vec![], lines: lines(reader), screen: String::new() };
        let (mut input, mut left) = (Stdio::null(), commands.len());
        for mut command in commands {
            left -= 1;
            command.stdin(input).stderr(writer.try_clone()?);
            if left == 0 {
                // What is printed to a terminal is a table.
                command.stdout(writer.try_clone()?).env("CLOUDKIT_OUTPUT", "table");
                input = Stdio::null();
            } else {
                let (next, output) = io::pipe()?;
                command.stdout(output);
                input = next.into();
            }
            running.children.push(command.spawn()?);
        }
        Ok(running)
    }

    /// Shows what is printed for this long, or until the end; says whether there is more to come.
    pub(super) fn show(&mut self, span: Duration) -> bool {
        let until = Instant::now() + span;
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    say::result(&line);
                    self.screen.push_str(&line);
                    self.screen.push('\n');
                }
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    fn finish(mut self) -> Result<String, Failure> {
        if self.show(LIMIT) {
            return Err(Failure::TooLong { line: self.line.clone(), seconds: LIMIT.as_secs() });
        }
        let line = &self.line;
        for child in &mut self.children {
            let status = child.wait().map_err(|source| Failure::Start { line: line.clone(), source })?;
            if !status.success() {
                return Err(Failure::Failed { line: line.clone(), status });
            }
        }
        Ok(mem::take(&mut self.screen))
    }
}

/// Lines as they come.
fn lines(reader: PipeReader) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let lines = BufReader::new(reader).lines().map_while(Result::ok);
        // The other side is gone where the demo has stopped.
        let _ = lines.map(|line| sender.send(line)).take_while(Result::is_ok).count();
    });
    receiver
}

impl Drop for Running {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn run(scripts: &[&str]) -> Result<String, Failure> {
        let commands = scripts.iter().map(|script| shell(script)).collect();
        let start = Running::start("a | b", commands);
        start.map_err(|source| Failure::Start { line: "a | b".to_owned(), source })?.finish()
    }

    #[test]
    fn a_pipe_shows_what_a_terminal_would() {
        assert_eq!(run(&["echo data; echo talk >&2", "read line; echo got $line"]).unwrap().len(), 14);
        assert_eq!(run(&["echo $CLOUDKIT_OUTPUT"]).unwrap(), "table\n");
        assert_eq!(run(&["echo :$CLOUDKIT_OUTPUT", "cat"]).unwrap(), ":\n");
    }

    #[test]
    fn one_that_fails_fails_the_pipe() {
        let error = run(&["exit 3", "cat"]).unwrap_err();
        assert_eq!(error.to_string(), "`a | b` failed (exit status: 3)");
    }

    #[test]
    fn nothing_runs_on() {
        let started = Instant::now();
        let mut running = Running::start("a", vec![shell("echo first; exec sleep 600")]).unwrap();
        assert!(running.show(Duration::from_millis(300)), "it goes on");
        drop(running);
        assert!(started.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn a_command_knows_what_it_is_told_and_no_more() {
        let terminal = Terminal::new(Path::new("/home"), vec![("A", "1".to_owned()), ("B", "2".to_owned())]);
        let terminal = terminal.with("A", None).with("B", Some("3"));
        let screen = terminal.run(Path::new("/usr/bin/env"), Path::new("/"), "env").unwrap();
        let mut lines: Vec<&str> = screen.lines().filter(|line| !line.starts_with("XDG_")).collect();
        lines.sort_unstable();
        assert!(lines.contains(&"B=3") && lines.contains(&"COLUMNS=100"), "{lines:?}");
        assert!(!lines.iter().any(|line| line.starts_with("A=") || line.starts_with("PATH=")), "{lines:?}");
    }
}
