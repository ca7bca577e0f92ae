//! Units: told to systemd, enabled, started, and watched until they stay.
//!
//! Jobs are not waited for by systemctl: a unit that is ordered behind the boot's last target would be waited for for ever
//! by who runs before it.

use std::time::Duration;

use super::error::{StepError, tail_of};
use super::machine::{Machine, TAIL};
use crate::manifest::deployment::Service;

/// How long systemd may take to answer.
const LIMIT: Duration = Duration::from_secs(30);
/// How long a unit may take to come up; systemd's own limit for most is a minute and a half.
const COMING_UP: Duration = Duration::from_secs(600);
const WAIT: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 250 });
/// How often in a row a unit has to be seen active, at an unchanged number of restarts: what dies at its start is not up.
const LOOKS: u32 = 8;

/// What systemd says of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Shown {
    load: String,
    active: String,
    sub: String,
    result: String,
    kind: String,
    restarts: String,
    job: String,
}

pub(super) async fn reload(machine: &Machine) -> Result<(), StepError> {
    machine.run("systemctl daemon-reload", "systemctl", &["daemon-reload"], &[], LIMIT).await.map(|_| ())
}

/// Does for a service what its deployment says.
pub(super) async fn apply(machine: &Machine, service: &Service) -> Result<(), StepError> {
    let name = service.name.as_str();
    let before = show(machine, name).await?;
    if before.load == "not-found" {
        return Err(problem(
            machine,
            name,
            "is not there: no file of the deployment and no package brings it",
        )
        .await);
    }
    let verb = if service.enabled { "enable" } else { "disable" };
    systemctl(machine, &[verb, name]).await?;
    if !service.start {
        return Ok(());
    }
    // What failed before is tried as if it had not.
    machine.said("systemctl", &["reset-failed", name], &[], LIMIT).await?;
    // A package starts what it brings before its settings are there: what hangs on files is always started anew.
    let verb = if service.restart_on_change { "restart" } else { "start" };
    systemctl(machine, &[verb, "--no-block", name]).await?;
    until_up(machine, name).await
}

/// Stops a unit of a former bundle, so that its file can go. One that systemd does not know is as good.
pub(super) async fn retire(machine: &Machine, name: &str) -> Result<(), StepError> {
    if show(machine, name).await?.load == "not-found" {
        return Ok(());
    }
    machine
        .run(
            &format!("systemctl disable --now {name}"),
            "systemctl",
            &["disable", "--now", name],
            &[],
            COMING_UP,
        )
        .await
        .map(|_| ())
}

/// What is the matter with a unit that has to be up; nothing where all is well.
pub(super) async fn trouble(machine: &Machine, name: &str) -> Result<Option<String>, StepError> {
    let shown = show(machine, name).await?;
    Ok(match verdict(&shown) {
        Verdict::Up | Verdict::Over => None,
        Verdict::Failed(why) => Some(why),
        Verdict::Coming if shown.sub.starts_with("auto-restart") => {
            Some(format!("has died, and was started again {} times", shown.restarts))
        }
        Verdict::Coming => Some(format!("is {}", shown.active)),
    })
}

async fn until_up(machine: &Machine, name: &str) -> Result<(), StepError> {
    let begun = std::time::Instant::now();
    let mut seen: Option<Shown> = None;
    let mut looks = 0;
    loop {
        let shown = show(machine, name).await?;
        match verdict(&shown) {
            Verdict::Failed(why) => return Err(problem(machine, name, &why).await),
            Verdict::Over => return Ok(()),
            Verdict::Up => {
                looks = if seen.as_ref() == Some(&shown) { looks + 1 } else { 1 };
                if looks >= LOOKS {
                    return Ok(());
                }
            }
            Verdict::Coming => looks = 0,
        }
        if seen.as_ref().is_some_and(|seen| seen.restarts != shown.restarts) {
            return Err(problem(machine, name, "has died and was started again").await);
        }
        seen = Some(shown);
        if begun.elapsed() > COMING_UP {
            return Err(problem(machine, name, "does not come up").await);
        }
        tokio::time::sleep(WAIT).await;
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// It is on its way.
    Coming,
    /// It is there.
    Up,
    /// It did what it had to do and has ended.
    Over,
    Failed(String),
}

fn verdict(shown: &Shown) -> Verdict {
    let is_oneshot = shown.kind == "oneshot";
    let has_job = shown.job != "0" && !shown.job.is_empty();
    match shown.active.as_str() {
        "failed" => Verdict::Failed(format!("has failed: {}", shown.result)),
        // Its job may still be waiting for another: what is active is not what it is to become.
        _ if has_job => Verdict::Coming,
        "active" => Verdict::Up,
        "reloading" | "activating" | "deactivating" => Verdict::Coming,
        "inactive" if is_oneshot && shown.result == "success" => Verdict::Over,
        "inactive" => Verdict::Failed("has ended".to_owned()),
        other => Verdict::Failed(format!("is {other}")),
    }
}

async fn show(machine: &Machine, name: &str) -> Result<Shown, StepError> {
    let properties = "--property=LoadState,ActiveState,SubState,Result,Type,NRestarts,Job";
    let what = format!("systemctl show {name}");
    let text = machine.run(&what, "systemctl", &["show", name, properties], &[], LIMIT).await?;
    let mut shown = Shown::default();
    for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
        let field = match key {
            "LoadState" => &mut shown.load,
            "ActiveState" => &mut shown.active,
            "SubState" => &mut shown.sub,
            "Result" => &mut shown.result,
            "Type" => &mut shown.kind,
            "NRestarts" => &mut shown.restarts,
            "Job" => &mut shown.job,
            _ => continue,
        };
        value.clone_into(field);
    }
    Ok(shown)
}

async fn systemctl(machine: &Machine, arguments: &[&str]) -> Result<(), StepError> {
    let what = format!("systemctl {}", arguments.join(" "));
    machine.run(&what, "systemctl", arguments, &[], LIMIT).await.map(|_| ())
}

/// With what systemd and the journal say.
pub(super) async fn problem(machine: &Machine, name: &str, problem: &str) -> StepError {
    let said = |said: Result<crate::platform::command::Said, StepError>| {
        said.map(|said| said.stdout).unwrap_or_default()
    };
    let status = ["status", "--no-pager", "--full", "--lines=0", name];
    let status = said(machine.said("systemctl", &status, &[], LIMIT).await);
    let journal = ["--quiet", "--no-pager", "--output=cat", "--lines=20", "--unit", name];
    let journal = said(machine.said("journalctl", &journal, &[], LIMIT).await);
    let tail = format!("{}\n{}", tail_of(&status, TAIL), tail_of(&journal, TAIL));
    StepError::Service { unit: name.to_owned(), problem: problem.to_owned(), tail: tail.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_systemd_shows_is_judged_honestly() {
        let shown = |active: &str, kind: &str, result: &str, job: &str| Shown {
            load: "loaded".into(),
            active: active.into(),
            sub: "any".into(),
            result: result.into(),
            kind: kind.into(),
            restarts: "0".into(),
            job: job.into(),
        };
        for (shown, expected) in [
            (shown("active", "simple", "success", ""), Verdict::Up),
            // It is about to be restarted or reloaded.
            (shown("active", "simple", "success", "7"), Verdict::Coming),
            (shown("activating", "notify", "success", "7"), Verdict::Coming),
            (shown("inactive", "simple", "success", "7"), Verdict::Coming),
            (shown("inactive", "oneshot", "success", ""), Verdict::Over),
            (shown("inactive", "simple", "success", ""), Verdict::Failed("has ended".into())),
            (shown("failed", "simple", "exit-code", ""), Verdict::Failed("has failed: exit-code".into())),
            (shown("maintenance", "simple", "success", ""), Verdict::Failed("is maintenance".into())),
        ] {
            assert_eq!(verdict(&shown), expected, "{shown:?}");
        }
    }
}
