//! `cargo xtask lab`: runs the local AWS of the tests, and prints the variables that point cloudkit at it.
//! What the lab answers is the lab's own affair (tests/lab/); here it is only started, addressed and ended.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde::Deserialize;

use crate::say;
use crate::venv::{LAB, VenvError};
use crate::workspace::Workspace;

/// The lab imports a good part of Moto before it answers; a slow machine takes its time.
const START_LIMIT: Duration = Duration::from_secs(120);
/// How long the lab may take to end by itself.
const END_LIMIT: Duration = Duration::from_secs(3);

/// Run the local AWS until interrupted.
#[derive(Debug, Args)]
pub(crate) struct LabArguments {
    /// The shell that the variables are printed for.
    #[arg(long, value_enum, default_value_t = Shell::Posix)]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    Posix,
    Powershell,
    Fish,
}

/// Why there is no lab.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LabError {
    #[error(transparent)]
    Venv(#[from] VenvError),
    #[error("the lab could not be started")]
    Start(#[source] io::Error),
    #[error("the lab gave no address within {} seconds", START_LIMIT.as_secs())]
    Silent,
    #[error("the lab's first line is no address: {line:?}")]
    Addresses { line: String, source: serde_json::Error },
    #[error("the lab could not be waited for")]
    Wait(#[source] io::Error),
    #[error("the lab ended ({0})")]
    Ended(ExitStatus),
}

/// Where the lab listens: the one line that it prints.
#[derive(Debug, Deserialize)]
pub(crate) struct Addresses {
    pub(crate) aws: String,
    pub(crate) control: String,
    pub(crate) check_ip: String,
    pub(crate) ssh_port: u16,
    pub(crate) account: String,
}

/// A lab that runs until this is dropped.
pub(crate) struct Lab {
    pub(crate) addresses: Addresses,
    process: LabProcess,
}

/// The process, which ends when its stdin closes: even where we are killed, no lab stays behind.
struct LabProcess {
    child: Child,
    stdin: Option<ChildStdin>,
}

pub(crate) fn run(workspace: &Workspace, arguments: &LabArguments) -> Result<(), LabError> {
    let mut lab = start(workspace)?;
    for (name, value) in lab.addresses.variables() {
        say::result(arguments.shell.assignment(name, &value));
    }
    say::talk(format_args!("the lab is account {}; it runs until you interrupt it", lab.addresses.account));
    let status = lab.process.child.wait().map_err(LabError::Wait)?;
    if status.success() { Ok(()) } else { Err(LabError::Ended(status)) }
}

/// Starts the lab and waits until it has told its addresses.
pub(crate) fn start(workspace: &Workspace) -> Result<Lab, LabError> {
    let python = LAB.ensure(workspace)?;
    let mut command = Command::new(python);
    command.args(["-m", "lab"]).current_dir(workspace.root().join("tests").join("lab"));
    start_command(&mut command)
}

fn start_command(command: &mut Command) -> Result<Lab, LabError> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(LabError::Start)?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let process = LabProcess { child, stdin };
    let line = stdout.and_then(first_line).ok_or(LabError::Silent)?;
    let addresses = serde_json::from_str(&line).map_err(|source| LabError::Addresses { line, source })?;
    Ok(Lab { addresses, process })
}

/// The first line, if it comes in time; what follows goes to stderr, so that the lab never waits for a reader.
fn first_line(stdout: ChildStdout) -> Option<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        if stdout.read_line(&mut line).is_ok() && sender.send(line).is_ok() {
            let _ = io::copy(&mut stdout, &mut io::stderr());
        }
    });
    receiver.recv_timeout(START_LIMIT).ok().filter(|line| !line.is_empty())
}

impl Addresses {
    /// What points cloudkit, and every other AWS SDK, at the lab.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.aws.clone()),
            ("AWS_ACCESS_KEY_ID", "lab".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "lab".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("CLOUDKIT_CHECK_IP_URL", self.check_ip.clone()),
            ("CLOUDKIT_SSH_PORT", self.ssh_port.to_string()),
            // Its machines run nothing, so none of them will ever give a sign.
            ("CLOUDKIT_AGENT_WAIT", "1s".to_owned()),
            ("CLOUDKIT_LAB_CONTROL", self.control.clone()),
        ]
    }
}

impl Shell {
    fn assignment(self, name: &str, value: &str) -> String {
        match self {
            Self::Posix => format!("export {name}='{}'", value.replace('\'', r"'\''")),
            Self::Powershell => format!("$env:{name} = '{}'", value.replace('\'', "''")),
            Self::Fish => format!("set -gx {name} '{}'", value.replace('\\', r"\\").replace('\'', r"\'")),
        }
    }
}

impl Drop for LabProcess {
    fn drop(&mut self) {
        self.stdin = None;
        let started = Instant::now();
        while started.elapsed() < END_LIMIT {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_written_for_each_shell() {
        assert_eq!(Shell::Posix.assignment("A", "it's"), r"export A='it'\''s'");
        assert_eq!(Shell::Powershell.assignment("A", "it's"), "$env:A = 'it''s'");
        assert_eq!(Shell::Fish.assignment("A", r"it's \ that"), r"set -gx A 'it\'s \\ that'");
    }

    #[cfg(unix)]
    mod processes {
        use super::*;

        fn shell(script: &str) -> Command {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        }

        #[test]
        fn a_lab_is_addressed_and_ends_when_it_is_dropped() {
            let line = r#"{"aws": "http://127.0.0.1:1", "control": "http://127.0.0.1:2", "check_ip": "http://127.0.0.1:3", "ssh_port": 4, "account": "1"}"#;
            let mut lab = start_command(&mut shell(&format!("echo '{line}'; cat"))).unwrap();
            assert!(lab.addresses.variables().contains(&("CLOUDKIT_SSH_PORT", "4".to_owned())));
            assert!(lab.process.child.try_wait().unwrap().is_none(), "it runs while it is held");
            let started = Instant::now();
            drop(lab);
            assert!(started.elapsed() < END_LIMIT, "it ended when its stdin closed");
        }

        #[test]
        fn a_lab_that_does_not_come_up_is_an_error() {
            assert!(matches!(start_command(&mut shell("exit 3")), Err(LabError::Silent)));
            assert!(matches!(start_command(&mut shell("echo no")), Err(LabError::Addresses { .. })));
        }
    }
}
