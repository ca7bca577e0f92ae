//! Rules for health checks and for units that are only named: that there is what they ask.
//!
//! Whether anything listens on a port can't be known before it does.

use super::gathered::Gathered;
use super::{Thing, dependencies};
use crate::manifest::Fault;
use crate::manifest::deployment::{HealthCheck, Probe};

pub(super) fn check(gathered: &Gathered<'_>) -> Vec<Fault> {
    let mut faults = dependencies::unbrought(gathered);
    for (index, check) in gathered.subject.deployment.health.iter().enumerate() {
        let found = of_probe(gathered, check).into_iter().chain(times(check));
        faults.extend(found.map(|fault| gathered.at(&Thing::Health(index), fault)));
    }
    faults
}

fn of_probe(gathered: &Gathered<'_>, check: &HealthCheck) -> Option<Fault> {
    let name = &check.name;
    match &check.probe {
        Probe::Systemd { unit } => (!dependencies::is_brought(gathered, unit)).then(|| {
            let ours: Vec<&str> = gathered.units.iter().map(|unit| unit.service.name.as_str()).collect();
            let fault = Fault::error("health-unit", format!("{name} asks for {unit}, which nobody brings"));
            match nearest(unit, &ours) {
                Some(near) => fault.hint(format!("write {near}")),
                None => fault.hint("name a unit of services"),
            }
        }),
        Probe::Compose { project } => {
            let projects: Vec<&str> =
                gathered.subject.deployment.compose.iter().map(|compose| compose.name.as_str()).collect();
            (!projects.contains(&project.as_str())).then(|| {
                let fault = Fault::error(
                    "health-compose",
                    format!("{name} asks for the project {project}, which is none of the deployment's"),
                );
                match projects.first() {
                    Some(first) => {
                        fault.hint(format!("write {}", nearest(project, &projects).unwrap_or(first)))
                    }
                    None => fault.hint("add a compose file"),
                }
            })
        }
        Probe::Http { url, .. } => {
            let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
            let host = host.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
            let is_one = !host.is_empty() && !url.contains(char::is_whitespace);
            (!is_one).then(|| {
                Fault::error("health-url", format!("{name} asks {url:?}, which is no address"))
                    .hint("write what the machine itself asks: http://127.0.0.1:8080/health")
            })
        }
        Probe::Tcp { port: 0 } => {
            Some(Fault::error("health-port", format!("{name} asks port 0, which nothing can have")))
        }
        Probe::Tcp { .. } | Probe::Command { .. } => None,
    }
}

fn times(check: &HealthCheck) -> Option<Fault> {
    (check.timeout.to_duration().is_zero() || check.interval.to_duration().is_zero()).then(|| {
        Fault::error(
            "health-times",
            format!("{} has no time to answer, or none between two tries", check.name),
        )
        .hint("write interval: 10s and timeout: 5s")
    })
}

fn nearest<'n>(text: &str, names: &[&'n str]) -> Option<&'n str> {
    let distance = |name: &&str| strsim::damerau_levenshtein(text, name);
    names.iter().copied().min_by_key(distance).filter(|name| distance(name) <= 1 + text.len() / 4)
}
