//! Health checks: asked side by side, over and over, until each has answered well or failed often enough.
//!
//! Here they decide whether a machine was set up well; `now` asks each once more whenever somebody wants to know.

use std::time::{Duration, Instant};

use super::compose;
use super::error::StepError;
use super::machine::Machine;
use crate::manifest::deployment::{HealthCheck, Probe};
use crate::platform::http::HttpClient;

/// Waits until every check has answered well.
pub(super) async fn all_well(machine: &Machine, checks: &[HealthCheck]) -> Result<(), StepError> {
    let begun = Instant::now();
    let failed: Vec<String> =
        futures_util::future::join_all(checks.iter().map(|check| until_decided(machine, check, begun)))
            .await
            .into_iter()
            .collect::<Result<Vec<_>, StepError>>()?
            .into_iter()
            .flatten()
            .collect();
    if failed.is_empty() { Ok(()) } else { Err(StepError::Unhealthy { failed }) }
}

/// Why it is not healthy, where it is not.
async fn until_decided(
    machine: &Machine,
    check: &HealthCheck,
    begun: Instant,
) -> Result<Option<String>, StepError> {
    let mut judge = Judge { failures: 0 };
    loop {
        let answer = ask(machine, check).await?;
        match judge.note(check, answer.is_none(), begun.elapsed()) {
            Verdict::Healthy => return Ok(None),
            Verdict::Unhealthy => {
                let why = answer.unwrap_or_default();
                return Ok(Some(format!("the check {} failed {} times: {why}", check.name, judge.failures)));
            }
            Verdict::Open => tokio::time::sleep(check.interval.to_duration()).await,
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Healthy,
    Unhealthy,
    Open,
}

/// The failures in a row that count.
struct Judge {
    failures: u32,
}

impl Judge {
    fn note(&mut self, check: &HealthCheck, is_well: bool, since_start: Duration) -> Verdict {
        if is_well {
            return Verdict::Healthy;
        }
        if since_start < check.start_period.to_duration() {
            return Verdict::Open;
        }
        self.failures += 1;
        if self.failures >= check.retries.max(1) { Verdict::Unhealthy } else { Verdict::Open }
    }
}

/// What is the matter; nothing where all is well.
pub(super) async fn ask(machine: &Machine, check: &HealthCheck) -> Result<Option<String>, StepError> {
    let limit = check.timeout.to_duration();
    let late = format!("no answer within {}", check.timeout);
    match tokio::time::timeout(limit, probe(machine, &check.probe, limit)).await {
        Ok(answer) => answer,
        Err(_) => Ok(Some(late)),
    }
}

async fn probe(machine: &Machine, probe: &Probe, limit: Duration) -> Result<Option<String>, StepError> {
    let answer = match probe {
        Probe::Systemd { unit } => {
            let said = machine.said("systemctl", &["is-active", unit], &[], limit).await;
            said.map(|said| (said.code != Some(0)).then(|| format!("{unit} is {}", said.stdout.trim())))
        }
        Probe::Tcp { port } => return Ok(tcp(*port).await),
        Probe::Http { url, status } => return Ok(http(url, *status, limit).await),
        Probe::Command { command } => {
            let said = machine.said("/bin/sh", &["-c", command], &[], limit).await;
            said.map(|said| match said.code {
                Some(0) => None,
                Some(code) => Some(format!("exit code {code}: {}", last_line(&said.stdout, &said.stderr))),
                None => Some("a signal ended it".to_owned()),
            })
        }
        Probe::Compose { project } => compose::trouble(machine, project, limit).await,
    };
    match answer {
        #[cfg(test)]
        Err(StepError::Killed) => Err(StepError::Killed),
        // A question that can't be asked is no good answer, and may become one.
        Err(error) => Ok(Some(error.to_string())),
        answer => answer,
    }
}

async fn tcp(port: u16) -> Option<String> {
    let mut why = String::new();
    for address in [("127.0.0.1", port), ("::1", port)] {
        match tokio::net::TcpStream::connect(address).await {
            Ok(_) => return None,
            Err(error) if why.is_empty() => why = format!("port {port}: {error}"),
            Err(_) => {}
        }
    }
    Some(why)
}

async fn http(url: &str, status: Option<u16>, limit: Duration) -> Option<String> {
    let client = match HttpClient::that_follows_nothing() {
        Ok(client) => client,
        Err(error) => return Some(error.to_string()),
    };
    match client.status(url, limit).await {
        Ok(answered) if status.map_or((200..400).contains(&answered), |status| answered == status) => None,
        Ok(answered) => Some(format!("{url} answers {answered}")),
        Err(error) => Some(error.to_string()),
    }
}

fn last_line(stdout: &str, stderr: &str) -> String {
    let said = if stderr.trim().is_empty() { stdout } else { stderr };
    said.trim().lines().next_back().unwrap_or("it said nothing").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;

    #[test]
    fn failures_count_after_the_start_period_and_in_a_row() {
        let check = HealthCheck {
            name: "web".into(),
            probe: Probe::Tcp { port: 1 },
            interval: Span::from_seconds(1),
            timeout: Span::from_seconds(1),
            retries: 2,
            start_period: Span::from_seconds(10),
        };
        let mut judge = Judge { failures: 0 };
        let mut note = |is_well, seconds| judge.note(&check, is_well, Duration::from_secs(seconds));
        assert_eq!(note(false, 0), Verdict::Open);
        assert_eq!(note(false, 9), Verdict::Open);
        assert_eq!(note(false, 10), Verdict::Open);
        assert_eq!(note(false, 11), Verdict::Unhealthy);
        assert_eq!(note(true, 12), Verdict::Healthy);
    }
}
