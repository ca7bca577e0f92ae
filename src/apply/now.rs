//! How a machine that was set up is now: its services, its compose projects and its checks, each asked once.
//!
//! Nothing is changed; what follows from it is for others.

use std::time::Duration;

use futures_util::future::join_all;

use super::error::StepError;
use super::machine::Machine;
use super::plan::{compose_id, service_id};
use super::progress::{Health, HealthState};
use super::state::{State, Watched};
use super::{compose, health, services};
use crate::manifest::Deployment;
use crate::manifest::deployment::{HealthCheck, Probe};
use crate::platform::clock;

/// As long as an answer is waited for by somebody who wants to know now.
const PATIENCE: Duration = Duration::from_secs(8);
const PROJECT_LIMIT: Duration = Duration::from_secs(60);

/// What one of them says.
enum Answer {
    Well,
    Bad(String),
    /// It could not be asked, or not to its end.
    Unknown(String),
}

/// How all that the last good bundle wants to be up is. None where there is nothing of that kind, or no bundle was ever good.
/// Lines of shell and compose projects are for root to ask.
///
/// # Errors
/// Where it can't be read what that is.
pub async fn health(machine: &Machine, is_root: bool) -> Result<Option<Health>, StepError> {
    let Watched { services, checks } = Watched::read(&machine.state())?;
    if services.is_empty() && checks.is_empty() {
        return Ok(None);
    }
    let of_services = join_all(services.iter().map(|unit| service(machine, unit)));
    let of_checks = join_all(checks.iter().map(|one| check(machine, one, is_root)));
    let (of_services, of_checks) = tokio::join!(of_services, of_checks);
    let mut state = HealthState::Healthy;
    let mut complaints = Vec::new();
    for answer in of_services.into_iter().chain(of_checks) {
        match answer {
            Answer::Well => {}
            Answer::Bad(why) => {
                state = HealthState::Unhealthy;
                complaints.push(why);
            }
            Answer::Unknown(why) => {
                if state == HealthState::Healthy {
                    state = HealthState::Unknown;
                }
                complaints.push(why);
            }
        }
    }
    Ok(Some(Health { state, asked_at: clock::now(), complaints }))
}

async fn service(machine: &Machine, unit: &str) -> Answer {
    match services::trouble(machine, unit).await {
        Ok(None) => Answer::Well,
        Ok(Some(trouble)) => Answer::Bad(format!("{unit} {trouble}")),
        Err(error) => Answer::Unknown(format!("{unit}: {error}")),
    }
}

async fn check(machine: &Machine, check: &HealthCheck, is_root: bool) -> Answer {
    let name = &check.name;
    if !is_root && matches!(check.probe, Probe::Command { .. } | Probe::Compose { .. }) {
        return Answer::Unknown(format!("the check {name} is for root to ask"));
    }
    match tokio::time::timeout(PATIENCE, health::ask(machine, check)).await {
        Ok(Ok(None)) => Answer::Well,
        Ok(Ok(Some(why))) => Answer::Bad(format!("the check {name} fails: {why}")),
        Ok(Err(error)) => Answer::Unknown(format!("the check {name}: {error}")),
        Err(_) => {
            let (patience, limit) = (PATIENCE.as_secs(), check.timeout);
            Answer::Unknown(format!("the check {name} has no answer after {patience}s, and may take {limit}"))
        }
    }
}

/// The steps of a deployment that have brought something up which is not up any more. What can't be asked counts as that: its
/// step says what is the matter, once what comes before it is done.
pub(super) async fn fallen(
    machine: &Machine,
    deployment: &Deployment,
    state: &State,
) -> Result<Vec<String>, StepError> {
    let mut fallen = Vec::new();
    for service in deployment.services.iter().filter(|service| service.start) {
        let step = service_id(service);
        if state.done.contains_key(&step) && is_down(&services::trouble(machine, &service.name).await)? {
            fallen.push(step);
        }
    }
    for project in &deployment.compose {
        let step = compose_id(project);
        let trouble = async || compose::trouble(machine, &project.name, PROJECT_LIMIT).await;
        if state.done.contains_key(&step) && is_down(&trouble().await)? {
            fallen.push(step);
        }
    }
    Ok(fallen)
}

#[cfg_attr(not(test), expect(clippy::unnecessary_wraps, reason = "tests end here"))]
fn is_down(trouble: &Result<Option<String>, StepError>) -> Result<bool, StepError> {
    match trouble {
        #[cfg(test)]
        Err(StepError::Killed) => Err(StepError::Killed),
        Ok(None) => Ok(false),
        _ => Ok(true),
    }
}
