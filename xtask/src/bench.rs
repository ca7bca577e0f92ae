//! `cargo xtask bench`: whole launches against the local AWS, beside a script of the AWS CLI and one of boto3.
//!
//! Every call of the local AWS takes the same time, so what is measured is how many of them wait for each other. Prints the
//! table of docs/benchmarks.md; nothing here passes or fails by a clock.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;

use crate::http::{self, Http, HttpError};
use crate::lab::{self, Addresses, LabError};
use crate::process::{self, ProcessError};
use crate::say;
use crate::venv::{BENCH, VenvError};
use crate::workspace::Workspace;

/// The image whose C library a build of this system can use.
const IMAGE: &str = "ubuntu-24.04";
const PARAMETER: &str = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id";
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJWqQ3hEoPyAnHyZnzTtYtBBpvRBoTVyvUNqUxzrtZHk ada@example.com\n";

/// Measure whole launches against the local AWS, beside the AWS CLI and boto3.
#[derive(Debug, Args)]
pub(crate) struct BenchArguments {
    /// Measure the debug build instead of the release build.
    #[arg(long)]
    debug: bool,
    /// How often each is measured; the table has medians.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// How many machines the large launches are of.
    #[arg(long, default_value_t = 50)]
    machines: u32,
    /// How long every call to AWS takes.
    #[arg(long, default_value_t = 100, value_name = "MILLISECONDS")]
    latency: u32,
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error(transparent)]
    Venv(#[from] VenvError),
    #[error(transparent)]
    Lab(#[from] LabError),
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("a home for what is measured could not be made")]
    Home(#[source] io::Error),
    #[error("`{line}` could not be started")]
    Start { line: String, source: io::Error },
    #[error("`{line}` failed:\n{said}")]
    Failed { line: String, said: String },
}

/// How far a launch is waited for.
#[derive(Debug, Clone, Copy)]
enum Until {
    Accepted,
    Running,
}

impl Until {
    const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Running => "running",
        }
    }
}

/// A way to launch.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// The first of an account: it makes the bucket and uploads the agent.
    CloudkitFirst,
    Cloudkit,
    AwsCli,
    Boto3,
}

impl Way {
    const fn name(self) -> &'static str {
        match self {
            Self::CloudkitFirst => "cloudkit, the first of an account",
            Self::Cloudkit => "cloudkit",
            Self::AwsCli => "script of the AWS CLI",
            Self::Boto3 => "script of boto3",
        }
    }
}

#[derive(Debug, Deserialize)]
struct Call {
    n: usize,
}

#[derive(Debug, Deserialize)]
struct Machine {
    state_since: Timestamp,
}

/// One run: how long it took, its calls, and how long after its last machine ran it ended.
#[derive(Debug, Clone, Copy)]
struct Measured {
    took: Duration,
    calls: usize,
    after_running: Duration,
}

struct Bench<'b> {
    arguments: &'b BenchArguments,
    http: Http,
    addresses: &'b Addresses,
    program: PathBuf,
    python: PathBuf,
    scripts: PathBuf,
    home: tempfile::TempDir,
}

pub(crate) fn run(workspace: &Workspace, arguments: &BenchArguments) -> Result<(), BenchError> {
    let python = BENCH.ensure(workspace)?;
    let mut build = workspace.cargo(["build", "--package", "cloudkit"]);
    if !arguments.debug {
        build.arg("--release");
    }
    process::run(&mut build)?;
    let profile = if arguments.debug { "debug" } else { "release" };
    let program = workspace.target().join(profile).join(format!("cloudkit{}", std::env::consts::EXE_SUFFIX));
    let lab = lab::start(workspace)?;
    let home = home(&program).map_err(BenchError::Home)?;
    let scripts = workspace.root().join("benches").join("launch");
    let http = Http::new();
    let bench = Bench { arguments, http, addresses: &lab.addresses, program, python, scripts, home };
    say::result(format_args!(
        "| launch, each call answered after {} ms | machines | until accepted | until running | after they ran | calls |",
        arguments.latency
    ));
    say::result("|---|--:|--:|--:|--:|--:|");
    bench.row(Way::CloudkitFirst, 1)?;
    for machines in [1, arguments.machines] {
        for way in [Way::Cloudkit, Way::AwsCli, Way::Boto3] {
            bench.row(way, machines)?;
        }
    }
    Ok(())
}

/// A home with a key and a program that can become the agent.
pub(crate) fn home(program: &Path) -> io::Result<tempfile::TempDir> {
    let home = tempfile::tempdir()?;
    fs::create_dir_all(home.path().join(".ssh"))?;
    fs::write(home.path().join(".ssh").join("id_ed25519.pub"), KEY)?;
    let settings = home.path().join(".config").join("cloudkit");
    fs::create_dir_all(&settings)?;
    fs::write(settings.join("config.yaml"), format!("agent-binary: {}\n", program.display()))?;
    Ok(home)
}

impl Bench<'_> {
    fn row(&self, way: Way, machines: u32) -> Result<(), BenchError> {
        let accepted = self.measure(way, machines, Until::Accepted)?;
        let running = self.measure(way, machines, Until::Running)?;
        let calls = median(&accepted, |run| run.calls);
        say::result(format_args!(
            "| {} | {machines} | {} ms | {} ms | {} ms | {calls} |",
            way.name(),
            median(&accepted, |run| run.took.as_millis()),
            median(&running, |run| run.took.as_millis()),
            median(&running, |run| run.after_running.as_millis()),
        ));
        Ok(())
    }

    fn measure(&self, way: Way, machines: u32, until: Until) -> Result<Vec<Measured>, BenchError> {
        self.fresh()?;
        if !matches!(way, Way::CloudkitFirst) {
            // What a launch leaves for the next one is there, and files are in memory.
            self.once(way, machines, until)?;
        }
        let mut runs = Vec::new();
        for _ in 0..self.arguments.runs {
            if matches!(way, Way::CloudkitFirst) {
                self.fresh()?;
            }
            runs.push(self.once(way, machines, until)?);
        }
        Ok(runs)
    }

    /// An account in which nothing was ever launched.
    fn fresh(&self) -> Result<(), BenchError> {
        self.post("/reset", "{}")?;
        self.post("/latency", &format!(r#"{{"ms": {}}}"#, self.arguments.latency))
    }

    fn once(&self, way: Way, machines: u32, until: Until) -> Result<Measured, BenchError> {
        let before = self.calls()?;
        let mut command = self.command(way, machines, until);
        let line = process::line_of(&command);
        let started = Instant::now();
        let output = command.output().map_err(|source| BenchError::Start { line: line.clone(), source })?;
        let (took, ended) = (started.elapsed(), Timestamp::now());
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(BenchError::Failed { line, said });
        }
        let calls = self.calls()? - before;
        let url = format!("{}/machines", self.addresses.control);
        let all: Vec<Machine> = http::json(&url, &self.http.get(&url, &[])?)?;
        let ran = all.iter().map(|machine| machine.state_since).max().unwrap_or(ended);
        let after_running = Duration::try_from(ended.duration_since(ran)).unwrap_or_default();
        Ok(Measured { took, calls, after_running })
    }

    fn command(&self, way: Way, machines: u32, until: Until) -> Command {
        let mut command = match way {
            Way::CloudkitFirst | Way::Cloudkit => {
                let mut command = Command::new(&self.program);
                command
                    .args(["launch", "-t", "t3.small", "--ttl", "1h", "--image", IMAGE, "--yes", "--wait"]);
                command.arg(until.word());
                if machines > 1 {
                    command.arg("--count").arg(machines.to_string());
                }
                command
            }
            Way::AwsCli => Command::new(self.scripts.join("plain.sh")),
            Way::Boto3 => {
                let mut command = Command::new(&self.python);
                command.arg(self.scripts.join("plain.py"));
                command
            }
        };
        let path = std::env::var_os("PATH").unwrap_or_default();
        let tools = self.python.parent().map(Path::to_owned).into_iter();
        let path = std::env::join_paths(tools.chain(std::env::split_paths(&path))).unwrap_or(path);
        command
            .envs(self.addresses.variables())
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("HOME", self.home.path())
            .env("PATH", path)
            .env("PARAMETER", PARAMETER)
            .env("COUNT", machines.to_string())
            .env("WAIT", until.word())
            .stdin(Stdio::null());
        command
    }

    fn calls(&self) -> Result<usize, BenchError> {
        let url = format!("{}/requests", self.addresses.control);
        let calls: Vec<Call> = http::json(&url, &self.http.get(&url, &[])?)?;
        Ok(calls.last().map_or(0, |call| call.n))
    }

    fn post(&self, route: &str, body: &str) -> Result<(), BenchError> {
        self.http.post(&format!("{}{route}", self.addresses.control), &[], body)?;
        Ok(())
    }
}

fn median<T: Ord + Copy + Default>(runs: &[Measured], of: impl Fn(&Measured) -> T) -> T {
    let mut values: Vec<T> = runs.iter().map(of).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}
