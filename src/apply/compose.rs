//! Compose projects: pulled, brought up, and asked how they are.
//!
//! Docker itself comes as a package, by the template or by the deployment.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::error::StepError;
use super::machine::Machine;

const LIMIT: Duration = Duration::from_secs(60);
const PULLING: Duration = Duration::from_secs(3600);

/// A container as compose lists it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Container {
    #[serde(default)]
    name: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    health: String,
    #[serde(default)]
    exit_code: i64,
}

/// How compose is called here: as docker's plugin, or by itself.
async fn compose(machine: &Machine) -> Result<Vec<&'static str>, StepError> {
    let plugin = machine.said("docker", &["compose", "version", "--short"], &[], LIMIT).await;
    if matches!(&plugin, Ok(said) if said.code == Some(0)) {
        return Ok(vec!["docker", "compose"]);
    }
    let own = machine.said("docker-compose", &["version", "--short"], &[], LIMIT).await;
    match own {
        Ok(said) if said.code == Some(0) && !said.stdout.trim_start_matches('v').starts_with("1.") => {
            Ok(vec!["docker-compose"])
        }
        Ok(said) if said.code == Some(0) => {
            let problem = format!("docker-compose is {}, and 2 or newer is needed", said.stdout.trim());
            Err(StepError::NoCompose { problem })
        }
        #[cfg(test)]
        Err(StepError::Killed) => Err(StepError::Killed),
        _ => {
            let problem = "there is no docker compose on this machine: install it by a package".to_owned();
            Err(StepError::NoCompose { problem })
        }
    }
}

async fn run(
    machine: &Machine,
    project: &str,
    file: Option<&Path>,
    environment: &BTreeMap<String, String>,
    arguments: &[&str],
    limit: Duration,
) -> Result<String, StepError> {
    let program = compose(machine).await?;
    let file = file.map(|file| file.to_string_lossy().into_owned());
    let mut all = program[1..].to_vec();
    all.extend(["--project-name", project]);
    if let Some(file) = &file {
        all.extend(["--file", file]);
    }
    all.extend(arguments);
    let environment: Vec<(&str, &str)> =
        environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let what = format!("docker compose {}", arguments.first().unwrap_or(&""));
    machine.run(&what, program[0], &all, &environment, limit).await
}

/// Pulls and starts a project. Containers of services that are no longer in the file go.
pub(super) async fn up(
    machine: &Machine,
    project: &str,
    file: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<(), StepError> {
    run(machine, project, Some(file), environment, &["pull", "--quiet", "--ignore-buildable"], PULLING)
        .await?;
    let up = ["up", "--detach", "--remove-orphans", "--build"];
    run(machine, project, Some(file), environment, &up, PULLING).await.map(|_| ())
}

/// Stops a project of a former bundle and removes its containers; volumes stay.
pub(super) async fn down(machine: &Machine, project: &str, file: &Path) -> Result<(), StepError> {
    let file = file.exists().then_some(file);
    run(machine, project, file, &BTreeMap::new(), &["down", "--remove-orphans"], PULLING).await.map(|_| ())
}

/// What is the matter with a project's containers; nothing where all is well.
pub(super) async fn trouble(
    machine: &Machine,
    project: &str,
    limit: Duration,
) -> Result<Option<String>, StepError> {
    let arguments = ["ps", "--all", "--format", "json"];
    let listed = run(machine, project, None, &BTreeMap::new(), &arguments, limit).await?;
    Ok(judged(&listed))
}

/// One array in older versions, an object a line in newer ones.
fn judged(listed: &str) -> Option<String> {
    let containers: Vec<Container> = match serde_json::from_str(listed) {
        Ok(all) => all,
        Err(_) => {
            let lines = listed.lines().filter(|line| !line.trim().is_empty());
            match lines.map(serde_json::from_str).collect() {
                Ok(all) => all,
                Err(_) => {
                    return Some("compose lists its containers in a way that is not understood".to_owned());
                }
            }
        }
    };
    if containers.is_empty() {
        return Some("it has no containers".to_owned());
    }
    containers.iter().find_map(|one| match (one.state.as_str(), one.health.as_str()) {
        ("running", "" | "healthy") => None,
        ("running", health) => Some(format!("{} is {health}", one.name)),
        // One that had something to do and has done it.
        ("exited", _) if one.exit_code == 0 => None,
        ("exited", _) => Some(format!("{} has ended with exit code {}", one.name, one.exit_code)),
        (state, _) => Some(format!("{} is {state}", one.name)),
    })
}

#[cfg(test)]
mod tests {
    use super::judged;

    #[test]
    fn containers_run_and_are_healthy_or_what_is_the_matter_is_said() {
        let one = |state: &str, health: &str, code: i64| {
            format!(
                r#"{{"Name":"web-1","State":"{state}","Health":"{health}","ExitCode":{code},"Service":"web"}}"#
            )
        };
        assert_eq!(judged(&format!("[{}]", one("running", "", 0))), None);
        assert_eq!(judged(&format!("{}\n{}\n", one("running", "healthy", 0), one("exited", "", 0))), None);
        for (listed, said) in [
            (one("running", "starting", 0), "web-1 is starting"),
            (one("exited", "", 3), "exit code 3"),
            (one("restarting", "", 1), "web-1 is restarting"),
            ("[]".to_owned(), "no containers"),
            (String::new(), "no containers"),
            ("NAME STATE".to_owned(), "not understood"),
        ] {
            let judged = judged(&listed).unwrap();
            assert!(judged.contains(said), "{judged}");
        }
    }
}
