//! The terminal of the demo: cloudkit's commands as a user types them, in an environment that has nothing of this computer's.
//! What they print is shown as it comes. It judges exit codes, and nothing that is printed.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, PipeReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, iter};

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
            ("HOME", ""),
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_CACHE_HOME", ".cache"),
            ("XDG_STATE_HOME", ".local/state"),
            ("XDG_DATA_HOME", ".local/share"),
            ("USERPROFILE", ""),
            ("APPDATA", "AppData"),
            ("LOCALAPPDATA", "AppData"),
        ];
        let folders = folders.map(|(name, folder)| (name, home.join(folder).into_os_string()));
        let system = env::var_os(SYSTEM_ROOT).map(|root| (SYSTEM_ROOT, root));
        let variables = variables.into_iter().map(|(name, value)| (name, value.into()));
        let columns = ("COLUMNS", COLUMNS.into());
        Self {
            variables: folders
                .into_iter()
                .chain(system)
                .chain(variables)
                .chain(iter::once(columns))
                .collect(),
        }
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
        say::result(format_args!("$ {line}"));
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
        for child in &mut self.children {
            let status = child.wait();
            let status = status.map_err(|source| Failure::Start { line: self.line.clone(), source })?;
            self.judge(status)?;
        }
        Ok(self.screen.clone())
    }

    fn judge(&self, status: ExitStatus) -> Result<(), Failure> {
        if status.success() { Ok(()) } else { Err(Failure::Failed { line: self.line.clone(), status }) }
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
