//! `cargo xtask bench-agent`: what the agent takes of its machine, beside two daemons that everybody knows.
//!
//! Prints the table of docs/benchmarks.md, from what the kernel counts of each process. Nothing here passes or fails.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use cloudkit::model::agent::{AgentConfiguration, EndBy, Warn};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::debian::{self, Package};
use crate::dist::{self, DistError};
use crate::http::{self, Http, HttpError};
use crate::lab::{self, Addresses, LabError};
use crate::process::{self, ProcessError};
use crate::say;
use crate::workspace::Workspace;

const EXPORTER: Package = Package { name: "prometheus-node-exporter", program: "prometheus-node-exporter" };
const COLLECTD: Package = Package { name: "collectd-core", program: "collectd" };
const EXPORTER_ADDRESS: &str = "127.0.0.1:19100";
/// As often as Prometheus asks where nobody says otherwise.
const SCRAPE: Duration = Duration::from_secs(15);
/// What a start takes is not what is measured.
const SETTLE: Duration = Duration::from_secs(70);
/// The ticks in which the kernel counts a process's time: `getconf CLK_TCK` on Linux.
const TICKS_PER_SECOND: u64 = 100;

/// Measure what the agent takes of its machine, beside prometheus-node-exporter and collectd.
#[derive(Debug, Args)]
pub(crate) struct BenchAgentArguments {
    /// The program that is measured [default: the program of machines, cloudkit-agent, as it is for release]
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// For how many minutes.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchAgentError {
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error(transparent)]
    Dist(#[from] DistError),
    #[error(transparent)]
    Lab(#[from] LabError),
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("{what} could not be written")]
    Write { what: &'static str, source: io::Error },
    #[error("the agent's configuration could not be written")]
    Configuration(#[from] serde_yaml::Error),
    #[error("{0} could not be started")]
    Start(String, #[source] io::Error),
    #[error("{0} is gone: nothing of it can be read in /proc")]
    Gone(String),
    #[error("the machine to measure on was not launched: {0}")]
    Launch(String),
}

/// A daemon that is measured; it is ended with this.
struct Daemon {
    name: String,
    child: Child,
}

/// What the kernel has counted of a process.
#[derive(Debug, Clone, Copy)]
struct Counted {
    ticks: u64,
    switches: u64,
    resident_kib: u64,
    most_resident_kib: u64,
}

#[derive(Deserialize)]
struct Metadata {
    endpoint: String,
}

#[derive(Deserialize)]
struct Launched {
    instance_id: String,
}

pub(crate) fn run(workspace: &Workspace, arguments: &BenchAgentArguments) -> Result<(), BenchAgentError> {
    let program = match &arguments.program {
        Some(program) => program.clone(),
        None => dist::agent(workspace)?,
    };
    let lab = lab::start(workspace)?;
    let home = tempfile::tempdir().map_err(write("a home"))?;
    process::run(&mut workspace.build_program())?;
    let launcher = workspace.target().join("debug").join("cloudkit");
    let run_directory = in_memory().map_err(write("a run directory"))?;
    let mut daemons = Vec::new();
    for market in ["spot", "on-demand"] {
        let metadata = machine(&launcher, &lab.addresses, home.path(), market)?;
        let (home, run_directory) = (home.path().join(market), run_directory.path().join(market));
        daemons.push(agent(&program, &lab.addresses, [&home, &run_directory], market, &metadata)?);
    }
    for missing in debian::ensure_packages(&[EXPORTER, COLLECTD]) {
        say::talk(format_args!("left out: {}", missing.why));
    }
    if process::find_program(EXPORTER.program).is_some() {
        let mut command = Command::new(EXPORTER.program);
        command.arg(format!("--web.listen-address={EXPORTER_ADDRESS}"));
        daemons.push(Daemon::start("prometheus-node-exporter, asked every 15 s", command)?);
    }
    if let Some(collectd) = collectd(home.path())? {
        daemons.push(collectd);
    }
    wait(SETTLE);
    let before = daemons.iter().map(Daemon::counted).collect::<Result<Vec<_>, _>>()?;
    let started = Instant::now();
    wait(Duration::from_secs(arguments.minutes * 60));
    let seconds = started.elapsed().as_secs_f64();
    say::result(format_args!(
        "| over {} minutes | resident | at most | CPU of a core | wake-ups a second |",
        arguments.minutes
    ));
    say::result("|---|--:|--:|--:|--:|");
    for (daemon, before) in daemons.iter().zip(before) {
        let after = daemon.counted()?;
        say::result(row(&daemon.name, before, after, seconds));
    }
    Ok(())
}

/// A folder where nothing waits for a disk, as `/run` is on every machine with systemd.
fn in_memory() -> io::Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }
}

/// Launches a machine and hands back where its metadata service is; of a spot machine most is asked.
fn machine(program: &Path, lab: &Addresses, home: &Path, market: &str) -> Result<String, BenchAgentError> {
    let mut launch = Command::new(program);
    launch
        .args([
            "launch",
            "-t",
            "t3.small",
            "--ttl",
            "1d",
            "--no-agent",
            "--yes",
            "--wait",
            "running",
            "-o",
            "json",
        ])
        .args((market == "spot").then_some("--spot"))
        .envs(lab.variables())
        .env("AWS_REGION", "us-east-1")
        .env("HOME", home)
        .stdin(Stdio::null());
    let output =
        launch.output().map_err(|source| BenchAgentError::Start("cloudkit launch".to_owned(), source))?;
    if !output.status.success() {
        return Err(BenchAgentError::Launch(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let http = Http::new();
    let launched: Launched = serde_json::from_slice(&output.stdout)
        .map_err(|error| BenchAgentError::Launch(format!("its output: {error}")))?;
    let url = format!("{}/machines/{}/metadata", lab.control, launched.instance_id);
    let metadata: Metadata = http::json(&url, &http.post(&url, &[], "{}")?)?;
    Ok(metadata.endpoint)
}

/// The agent as it is on a machine, but that it ends nothing and tells no terminal.
fn agent(
    program: &Path,
    lab: &Addresses,
    [home, run_directory]: [&Path; 2],
    market: &str,
    metadata: &str,
) -> Result<Daemon, BenchAgentError> {
    fs::create_dir_all(home).map_err(write("a home"))?;
    let launched_at = Timestamp::now();
    let configuration = AgentConfiguration {
        end_by: EndBy::Api,
        warn: Warn::File,
        state_directory: home.join("state").display().to_string(),
        run_directory: run_directory.display().to_string(),
        console: None,
        deadline_script: None,
        idle_timeout: "12h".parse().ok(),
        ..AgentConfiguration::for_machine(
            "bench",
            launched_at,
            launched_at.checked_add(SignedDuration::from_hours(24)).ok(),
        )
    };
    let file = home.join("agent.yaml");
    fs::write(&file, serde_yaml::to_string(&configuration)?).map_err(write("the agent's configuration"))?;
    let mut command = Command::new(program);
    // As a machine has it.
    command.arg0("cloudkit").args(["agent", "run", "--configuration"]).arg(&file);
    command.envs(lab.variables()).env("HOME", home).env_remove("AWS_EC2_METADATA_DISABLED");
    command.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata);
    let article = if market == "spot" { "a" } else { "an" };
    Daemon::start(&format!("cloudkit agent, on {article} {market} machine"), command)
}

/// collectd with the readings that the agent takes too, at its own interval.
fn collectd(home: &Path) -> Result<Option<Daemon>, BenchAgentError> {
    if process::find_program(COLLECTD.program).is_none() {
        return Ok(None);
    }
    let file = home.join("collectd.conf");
    let configuration = format!(
        "BaseDir \"{0}\"\nPIDFile \"{0}/collectd.pid\"\nInterval 10\nLoadPlugin cpu\nLoadPlugin memory\nLoadPlugin \
         interface\nLoadPlugin disk\nLoadPlugin users\nLoadPlugin csv\n",
        home.display()
    );
    fs::write(&file, configuration).map_err(write("the configuration of collectd"))?;
    let mut command = Command::new(COLLECTD.program);
    command.arg("-f").arg("-C").arg(&file);
    Daemon::start("collectd, every 10 s: cpu, memory, interface, disk, users, csv", command).map(Some)
}

/// Waits, and asks the exporter meanwhile as Prometheus does.
fn wait(span: Duration) {
    let http = Http::new();
    let url = format!("http://{EXPORTER_ADDRESS}/metrics");
    let end = Instant::now() + span;
    while Instant::now() < end {
        // One that is not there is not asked again any sooner.
        let _ = http.get(&url, &[]);
        std::thread::sleep(SCRAPE.min(end.saturating_duration_since(Instant::now())));
    }
}

fn row(name: &str, before: Counted, after: Counted, seconds: f64) -> String {
    let mb = |kib: u64| format!("{:.1} MB", f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) * 1024.0 / 1e6);
    let difference = |of: fn(Counted) -> u64| {
        f64::from(u32::try_from(of(after).saturating_sub(of(before))).unwrap_or(u32::MAX))
    };
    let cpu = difference(|counted| counted.ticks) / f64::from(u32::try_from(TICKS_PER_SECOND).unwrap_or(1));
    format!(
        "| {name} | {} | {} | {:.3} % | {:.2} |",
        mb(after.resident_kib),
        mb(after.most_resident_kib),
        100.0 * cpu / seconds,
        difference(|counted| counted.switches) / seconds
    )
}

fn write(what: &'static str) -> impl Fn(io::Error) -> BenchAgentError {
    move |source| BenchAgentError::Write { what, source }
}

impl Daemon {
    fn start(name: &str, mut command: Command) -> Result<Self, BenchAgentError> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().map_err(|source| BenchAgentError::Start(name.to_owned(), source))?;
        Ok(Self { name: name.to_owned(), child })
    }

    /// What the kernel has counted of it, threads and the children that it waited for included.
    fn counted(&self) -> Result<Counted, BenchAgentError> {
        let folder = PathBuf::from(format!("/proc/{}", self.child.id()));
        self.read(&folder).ok_or_else(|| BenchAgentError::Gone(self.name.clone()))
    }

    fn read(&self, folder: &Path) -> Option<Counted> {
        let stat = fs::read_to_string(folder.join("stat")).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        // utime, stime, cutime, cstime: the 14th to the 17th field, of which the state is the third.
        let ticks = fields.get(11..15)?.iter().filter_map(|field| field.parse::<u64>().ok()).sum();
        let status = fs::read_to_string(folder.join("status")).ok()?;
        let mut switches = 0;
        for thread in fs::read_dir(folder.join("task")).ok()? {
            let status = fs::read_to_string(thread.ok()?.path().join("status")).ok()?;
            switches += figure(&status, "voluntary_ctxt_switches:")?;
        }
        Some(Counted {
            ticks,
            switches,
            resident_kib: figure(&status, "VmRSS:")?,
            most_resident_kib: figure(&status, "VmHWM:")?,
        })
    }
}

fn figure(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
