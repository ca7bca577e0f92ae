//! Waiting for what was handed over to be done: each step is said as it comes.
//!
//! Whoever waits may go, and it goes on: a unit does it. How it ended is in the progress, and is not judged here.

use std::time::Duration;

use jiff::Timestamp;

use super::error::StepError;
use super::machine::Machine;
use super::progress::Progress;
use super::request::{self, Request};

/// The unit that does what is kept.
pub const UNIT: &str = "cloudkit-apply.service";
const LIMIT: Duration = Duration::from_secs(30);
const WAIT: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 500 });

/// Starts the unit, without waiting for what it is ordered behind.
///
/// # Errors
/// Where systemd does not.
pub async fn start(machine: &Machine) -> Result<(), StepError> {
    let arguments = ["start", "--no-block", UNIT];
    machine.run(&format!("systemctl start {UNIT}"), "systemctl", &arguments, &[], LIMIT).await.map(|_| ())
}

/// Waits until a request is done, or another one has taken its place. `asked_at` is since when its progress counts.
///
/// # Errors
/// Where the unit leaves the request as it is, however often it is started, or nothing of this can be read.
pub async fn until_done(
    machine: &Machine,
    request: &Request,
    asked_at: Timestamp,
    say: &mut dyn FnMut(&str),
) -> Result<(), StepError> {
    let (mut said, mut lives) = (0, 0);
    loop {
        // Before the request is looked at: a unit that had ended by then was done with all that it would do.
        let has_ended = has_ended(machine).await?;
        if request::kept(machine)?.as_ref() != Some(request) {
            return Ok(());
        }
        let progress = Progress::read(&[&machine.progress()])?
            .filter(|progress| progress.bundle == request.sha256 && progress.started_at >= asked_at);
        if let Some(progress) = &progress {
            let begun: Vec<_> = progress.steps.iter().filter(|step| step.started_at.is_some()).collect();
            begun.iter().skip(said).for_each(|step| say(&step.name));
            said = said.max(begun.len());
        }
        if has_ended {
            // One that was ending just as the request came has not seen it. The next life has.
            lives += 1;
            if lives > 1 {
                let reason = progress.and_then(|progress| progress.failure).map(|failure| failure.reason);
                return Err(StepError::Left { unit: UNIT, reason });
            }
            start(machine).await?;
        }
        tokio::time::sleep(WAIT).await;
    }
}

/// Whether the unit is at nothing, and nothing is to make it begin.
async fn has_ended(machine: &Machine) -> Result<bool, StepError> {
    let arguments = ["show", UNIT, "--property=ActiveState,Job"];
    let what = format!("systemctl show {UNIT}");
    let shown = machine.run(&what, "systemctl", &arguments, &[], LIMIT).await?;
    let value = |key| shown.lines().filter_map(|line| line.split_once('=')).find(|(k, _)| *k == key);
    let value = |key| value(key).map_or("", |(_, value)| value);
    // Its job may be waiting for the boot to end.
    Ok(matches!(value("ActiveState"), "inactive" | "failed") && matches!(value("Job"), "" | "0"))
}
