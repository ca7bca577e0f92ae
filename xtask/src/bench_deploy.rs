//! `cargo xtask bench-deploy`: a large app folder on this computer, and deployments of few and of many machines in four
//! regions of the local AWS.
//!
//! Prints the tables of docs/benchmarks.md; nothing here passes or fails by a clock.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Args;
use serde::Deserialize;

use crate::bench::{self, BenchError};
use crate::http::{self, Http};
use crate::lab::{self, Addresses};
use crate::process;
use crate::say;
use crate::workspace::Workspace;

const FOLDERS: usize = 40;
const FILES: usize = 998;
const REGIONS: &str = "us-east-1, us-west-2, eu-west-1, eu-central-1";

/// Measure a large app folder, and deployments of many machines against the local AWS.
#[derive(Debug, Args)]
pub(crate) struct BenchDeployArguments {
    /// Measure this build of cloudkit instead of the release build that is made now.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// How often each is measured; the tables have medians.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// How long every call to AWS takes.
    #[arg(long, default_value_t = 100, value_name = "MILLISECONDS")]
    latency: u32,
}

/// A request as the local AWS counts it.
#[derive(Debug, Deserialize)]
struct Call {
    action: String,
    bytes: u64,
}

/// One creation.
#[derive(Debug, Clone, Copy)]
struct Created {
    took: Duration,
    calls: usize,
    bytes: u64,
}

struct Bench<'b> {
    arguments: &'b BenchDeployArguments,
    program: PathBuf,
    home: tempfile::TempDir,
    addresses: &'b Addresses,
}

pub(crate) fn run(workspace: &Workspace, arguments: &BenchDeployArguments) -> Result<(), BenchError> {
    let program = if let Some(program) = &arguments.program {
        program.clone()
    } else {
        process::run(&mut workspace.cargo(["build", "--release", "--bin", "cloudkit"]))?;
        workspace.target().join("release").join(format!("cloudkit{}", std::env::consts::EXE_SUFFIX))
    };
    let lab = lab::start(workspace)?;
    let home = bench::home(&program).map_err(BenchError::Home)?;
    let bench = Bench { arguments, program, home, addresses: &lab.addresses };
    bench.large_folder()?;
    say::result("");
    bench.many_machines()
}

impl Bench<'_> {
    /// What is done with it on this computer alone; no other program is asked.
    fn large_folder(&self) -> Result<(), BenchError> {
        let app = self.home.path().join("large");
        large(&app).map_err(BenchError::Home)?;
        let named = app.display().to_string();
        say::result(format_args!("| an app folder of {} files | median | fastest |", FILES + 2));
        say::result("|---|--:|--:|");
        for (what, line) in [
            ("`validate`", vec!["validate"]),
            ("`render bundle`", vec!["render", "bundle"]),
            ("`render`", vec!["render"]),
        ] {
            let run = || {
                let mut command = self.command(&[&["deploy"][..], &line, &["--dir", &named]].concat());
                timed(command.env("PATH", ""))
            };
            run()?;
            let mut took = (0..self.arguments.runs.max(1)).map(|_| run()).collect::<Result<Vec<_>, _>>()?;
            took.sort_unstable();
            let [median, fastest] = [took[took.len() / 2], took[0]].map(|one| one.as_secs_f64() * 1000.0);
            say::result(format_args!("| {what} | {median:.0} ms | {fastest:.0} ms |"));
        }
        Ok(())
    }

    /// Deployments in four regions, when the agent lies in their buckets already.
    fn many_machines(&self) -> Result<(), BenchError> {
        self.post("/reset", "{}")?;
        self.post("/latency", &format!(r#"{{"ms": {}}}"#, self.arguments.latency))?;
        self.created(4)?;
        say::result(format_args!(
            "| `create` in four regions, each call answered after {} ms | median | calls | bytes sent |",
            self.arguments.latency
        ));
        say::result("|---|--:|--:|--:|");
        for machines in [8, 100] {
            let mut runs = Vec::new();
            for _ in 0..self.arguments.runs.max(1) {
                runs.push(self.created(machines)?);
            }
            runs.sort_unstable_by_key(|run| run.took);
            let Created { took, calls, bytes } = runs[runs.len() / 2];
            say::result(format_args!(
                "| {machines} machines | {} ms | {calls} | {bytes} |",
                took.as_millis()
            ));
        }
        Ok(())
    }

    /// Creates a deployment of so many machines, and ends it.
    fn created(&self, machines: u32) -> Result<Created, BenchError> {
        let app = self.home.path().join("small");
        small(&app, machines).map_err(BenchError::Home)?;
        let named = app.display().to_string();
        let before = self.calls()?.len();
        let took = timed(&mut self.command(&["deploy", "create", "--dir", &named, "--yes"]))?;
        let calls = self.calls()?.split_off(before);
        // How often it is asked whether they run hangs on how long they take.
        let sent = || calls.iter().filter(|call| call.action != "DescribeInstances");
        let created = Created { took, calls: sent().count(), bytes: sent().map(|call| call.bytes).sum() };
        timed(&mut self.command(&["deploy", "destroy", "bench", "--yes"]))?;
        Ok(created)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).envs(self.addresses.variables()).env("AWS_DEFAULT_REGION", "us-east-1");
        command.env("HOME", self.home.path());
        command
    }

    fn calls(&self) -> Result<Vec<Call>, BenchError> {
        let url = format!("{}/requests", self.addresses.control);
        Ok(http::json(&url, &Http::new().get(&url, &[])?)?)
    }

    fn post(&self, route: &str, body: &str) -> Result<(), BenchError> {
        Http::new().post(&format!("{}{route}", self.addresses.control), &[], body)?;
        Ok(())
    }
}

fn timed(command: &mut Command) -> Result<Duration, BenchError> {
    let line = process::line_of(command);
    let started = Instant::now();
    let output = command.output().map_err(|source| BenchError::Start { line: line.clone(), source })?;
    let took = started.elapsed();
    if output.status.success() {
        return Ok(took);
    }
    let said = [output.stderr, output.stdout].concat();
    Err(BenchError::Failed { line, said: String::from_utf8_lossy(&said).into_owned() })
}

/// Files of about 140 bytes as one upload, a script and a unit.
fn large(app: &Path) -> io::Result<()> {
    let spot = app.join(".spot");
    for number in 0..FILES {
        let folder = spot.join("files").join(format!("part{}", number % FOLDERS));
        fs::create_dir_all(&folder)?;
        let text = format!("a line of file {number}\n").repeat(7);
        fs::write(folder.join(format!("file{number}.txt")), text)?;
    }
    write(&spot, "scripts/setup.sh", "#!/bin/sh\nset -eu\nls /opt/large\n")?;
    write(
        &spot,
        "services/large.service",
        "[Service]\nExecStart=/usr/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n",
    )?;
    write(
        &spot,
        "deployment.yaml",
        "version: 1\ndeployment:\n  uploads:\n    - source: files\n      dest: /opt/large\n  scripts: [{path: scripts/setup.sh}]\n  services: [{file: services/large.service}]\n",
    )?;
    write(&spot, "config.yaml", "name: large\nregions: [us-east-1]\ntypes: [m7i.large]\nttl: 1h\n")
}

fn small(app: &Path, machines: u32) -> io::Result<()> {
    let spot = app.join(".spot");
    write(&spot, "files/index.html", "hello\n")?;
    write(
        &spot,
        "deployment.yaml",
        "version: 1\ndeployment:\n  uploads:\n    - source: files/index.html\n      dest: /opt/web/index.html\n",
    )?;
    let config = format!(
        "name: bench\ncount: {machines}\nregions: [{REGIONS}]\ntypes: [m7i.large]\nimage: ubuntu-24.04\nttl: 1h\n"
    );
    write(&spot, "config.yaml", &config)
}

fn write(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    fs::write(path, text)
}
