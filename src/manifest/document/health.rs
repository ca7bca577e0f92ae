//! Health checks of `deployment.yaml`.
//!
//! Nothing is asked here.

use super::super::deployment::{Compose, HealthCheck, Probe};
use super::super::places::Thing;
use super::super::written::deployment::{DeploymentKeys, HealthKeys};
use super::super::yaml::{Located, Mark, Said};
use super::scripts::free_name;
use super::{Reading, plain_name};
use crate::model::Span;

const INTERVAL: Span = Span::from_seconds(10);
const TIMEOUT: Span = Span::from_seconds(5);
const RETRIES: u32 = 3;
const START_PERIOD: Span = Span::from_seconds(60);

/// The check of a compose project for which none was written.
pub(in crate::manifest) fn of_compose(compose: &Compose) -> HealthCheck {
    HealthCheck {
        name: format!("compose-{}", compose.name),
        probe: Probe::Compose { project: compose.name.clone() },
        interval: INTERVAL,
        timeout: TIMEOUT,
        retries: RETRIES,
        start_period: START_PERIOD,
    }
}

impl Reading<'_> {
    pub(super) fn health(&mut self, keys: &DeploymentKeys, compose: &[Compose]) -> Vec<HealthCheck> {
        let mut checks: Vec<HealthCheck> = Vec::new();
        for (mark, keys) in keys.health.iter().filter_map(Located::with_mark) {
            let Some(probe) = self.probe(mark, keys, compose) else { continue };
            let others = || checks.iter().map(|check| check.name.as_str());
            let name = match keys.name.as_ref().and_then(Located::with_mark) {
                Some((mark, name)) => {
                    let name = plain_name(name);
                    if self.is_taken(mark, "health check", &name, others()) {
                        continue;
                    }
                    name
                }
                None => free_name(&name_of(&probe), others),
            };
            self.marks.push((Thing::Health(checks.len()), mark));
            checks.push(HealthCheck {
                name,
                probe,
                interval: keys.interval.said().copied().unwrap_or(INTERVAL),
                timeout: keys.timeout.said().copied().unwrap_or(TIMEOUT),
                retries: keys.retries.said().copied().unwrap_or(RETRIES),
                start_period: keys.start_period.said().copied().unwrap_or(START_PERIOD),
            });
        }
        let is_asked = |checks: &[HealthCheck], compose: &Compose| {
            let asks = |check: &HealthCheck| matches!(&check.probe, Probe::Compose { project } if *project == compose.name);
            checks.iter().any(asks)
        };
        let more: Vec<_> =
            compose.iter().filter(|compose| !is_asked(&checks, compose)).map(of_compose).collect();
        checks.extend(more);
        checks
    }

    fn probe(&mut self, mark: Mark, keys: &HealthKeys, compose: &[Compose]) -> Option<Probe> {
        let given = [
            keys.systemd.is_some(),
            keys.tcp.is_some(),
            keys.http.is_some(),
            keys.command.is_some(),
            keys.compose.is_some(),
        ];
        if given.iter().filter(|given| **given).count() != 1 {
            let message = "a check has exactly one of systemd, tcp, http, command and compose";
            self.fault(mark, if given.contains(&true) { "contradiction" } else { "missing-key" }, message);
            return None;
        }
        if let (Some(status), None) = (&keys.status, &keys.http) {
            self.fault(status.mark, "contradiction", "a status is that of an answer to http");
        }
        if let Some(unit) = &keys.systemd {
            let (mark, unit) = unit.with_mark()?;
            return Some(Probe::Systemd { unit: self.unit_name(mark, unit, None)? });
        }
        if let Some(port) = &keys.tcp {
            return self.port(port).map(|port| Probe::Tcp { port });
        }
        if let Some(command) = &keys.command {
            return Some(Probe::Command { command: command.known()?.0.clone() });
        }
        if let Some(project) = &keys.compose {
            let (mark, project) = project.with_mark()?;
            if compose.iter().all(|compose| compose.name != project.0) {
                self.fault(mark, "missing-thing", format!("no compose project is called {:?}", project.0));
            }
            return Some(Probe::Compose { project: project.0.clone() });
        }
        self.http(keys)
    }

    fn port(&mut self, port: &Located<u16>) -> Option<u16> {
        let (mark, port) = port.with_mark()?;
        if *port == 0 {
            self.fault(mark, "bad-value", "a port is a number from 1 to 65535");
            return None;
        }
        Some(*port)
    }

    fn http(&mut self, keys: &HealthKeys) -> Option<Probe> {
        let (mark, url) = keys.http.as_ref()?.with_mark()?;
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        if rest
            .is_none_or(|rest| rest.is_empty() || rest.starts_with('/') || rest.contains(char::is_whitespace))
        {
            let message = format!("{:?} is no address such as http://127.0.0.1:8080/health", url.0);
            self.fault(mark, "bad-value", message);
            return None;
        }
        let status = keys.status.as_ref().and_then(Located::with_mark);
        if let Some((mark, status)) = status.filter(|(_, status)| !(100..=599).contains(*status)) {
            self.fault(mark, "bad-value", format!("{status} is no status of HTTP"));
        }
        Some(Probe::Http { url: url.0.clone(), status: status.map(|(_, status)| *status) })
    }
}

/// A check's kind and what it asks.
fn name_of(probe: &Probe) -> String {
    match probe {
        Probe::Systemd { unit } => plain_name(&format!("systemd-{unit}")),
        Probe::Tcp { port } => format!("tcp-{port}"),
        Probe::Http { .. } => "http".to_owned(),
        Probe::Command { .. } => "command".to_owned(),
        Probe::Compose { project } => format!("compose-{project}"),
    }
}
