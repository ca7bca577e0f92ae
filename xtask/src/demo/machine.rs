//! The demo's machine: a folder of this computer that does what a machine on EC2 does at its boot.
//! It never powers anything off and writes to nobody's terminal; it runs no script of the user data.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cloudkit::model::agent::{AgentConfiguration, EndBy, Warn};

use super::failure::{Failure, expect};
use super::terminal::{Running, Terminal};
use super::user_data::{self, UserData, UserDataError};
use crate::http::{Header, Http};
use crate::{say, sha256};

const BINARY: &str = "usr/local/bin/cloudkit";
const CONFIGURATION: &str = "etc/cloudkit/agent.yaml";
const STATE: &str = "var/lib/cloudkit";
const RUN: &str = "run/cloudkit";
const WARNING: &str = "run/cloudkit/warning";
/// How long a session at the metadata service may last.
const TOKEN: Header<'_> = ("X-aws-ec2-metadata-token-ttl-seconds", "60");
/// The warning of a deadline that is near comes at once.
const WARNING_LIMIT: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(200);

/// A machine that has booted.
pub(super) struct Machine<'d> {
    root: &'d Path,
    terminal: Terminal,
    configuration: AgentConfiguration,
    /// What the downloaded agent's bytes come to.
    pub(super) sha256: String,
}

/// Fetches the user data, and with what is in it the agent.
pub(super) fn boot<'d>(
    root: &'d Path,
    http: &Http,
    metadata: &str,
    terminal: &Terminal,
) -> Result<Machine<'d>, Failure> {
    let UserData { agent, configuration } = user_data::read(&fetch_user_data(http, metadata)?)?;
    let source = agent.sources.first().ok_or(UserDataError::NoSource)?;
    let headers: Vec<Header<'_>> =
        source.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let bytes = http.get(&source.url, &headers)?;
    say::result(format_args!("{:>10} bytes of agent, by the presigned URL in the user data", bytes.len()));
    let bytes = user_data::decompressed(&bytes)?;
    let sum = sha256::hex(&bytes);
    expect(sum == agent.sha256, "the agent that the user data promises, by its SHA-256", || sum.clone())?;
    write(&root.join(BINARY), &bytes)?;
    make_executable(&root.join(BINARY))?;
    let terminal = terminal
        .clone()
        .with("AWS_EC2_METADATA_DISABLED", None)
        .with("AWS_EC2_METADATA_SERVICE_ENDPOINT", Some(metadata));
    let configuration = serde_yaml::from_str(&configuration).map_err(Failure::Configuration)?;
    Ok(Machine { root, terminal, configuration, sha256: sum })
}

fn fetch_user_data(http: &Http, metadata: &str) -> Result<Vec<u8>, Failure> {
    let token = http.put(&format!("{metadata}/latest/api/token"), &[TOKEN], b"")?;
    let token = String::from_utf8_lossy(&token);
    let url = format!("{metadata}/latest/user-data");
    let bytes = http.get(&url, &[("X-aws-ec2-metadata-token", &token)])?;
    say::result(format_args!("\n{:>10} bytes of user data from {url} (IMDSv2)", bytes.len()));
    Ok(bytes)
}

impl Machine<'_> {
    /// What launch has written for the agent.
    pub(super) fn configuration(&self) -> &AgentConfiguration {
        &self.configuration
    }

    /// Writes the agent's configuration, changed so that it leaves this computer alone, and shows it.
    pub(super) fn configure(&self) -> Result<(), Failure> {
        let configuration = AgentConfiguration {
            end_by: EndBy::Api,
            warn: Warn::File,
            state_directory: STATE.to_owned(),
            run_directory: RUN.to_owned(),
            console: None,
            ..self.configuration.clone()
        };
        let text = serde_yaml::to_string(&configuration).map_err(Failure::Configuration)?;
        write(&self.root.join(CONFIGURATION), text.as_bytes())?;
        self.print(CONFIGURATION).map(|_| ())
    }

    /// Starts the downloaded agent and waits for its warning.
    pub(super) fn start_agent(&self) -> Result<Running, Failure> {
        let line = format!("cloudkit agent run --configuration {CONFIGURATION}");
        let mut agent = self.terminal.start(&self.binary(), self.root, &line)?;
        let started = Instant::now();
        while !self.root.join(WARNING).exists() {
            let goes_on = agent.show(LOOK) && started.elapsed() < WARNING_LIMIT;
            expect(goes_on, "a warning from a running agent", || "none".to_owned())?;
        }
        agent.show(LOOK);
        Ok(agent)
    }

    /// Shows the warning that users of the machine would see, and what the agent says of itself.
    pub(super) fn look_at_agent(&self) -> Result<String, Failure> {
        let warning = self.print(WARNING)?;
        let line = format!("cloudkit agent status --configuration {CONFIGURATION}");
        self.terminal.run(&self.binary(), self.root, &line)?;
        Ok(warning)
    }

    fn binary(&self) -> PathBuf {
        self.root.join(BINARY)
    }

    fn print(&self, file: &str) -> Result<String, Failure> {
        let path = self.root.join(file);
        let text = fs::read_to_string(&path).map_err(|source| Failure::File { path, source })?;
        say::result(format_args!("\n$ cat {file}\n{}", text.trim_end()));
        Ok(text)
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(path, bytes));
    written.map_err(|source| Failure::File { path: path.to_owned(), source })
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let set = fs::set_permissions(path, fs::Permissions::from_mode(0o755));
    set.map_err(|source| Failure::File { path: path.to_owned(), source })
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<(), Failure> {
    Ok(())
}
