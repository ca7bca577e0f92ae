//! The machine's console, which can be read from outside also where nobody can log in.

use std::time::Duration;

use super::machine::Machine;
use super::progress::Progress;
use crate::model::apply_sign::ApplySign;
use crate::platform::command;

const CONSOLE: &str = "dev/console";
const LIMIT: Duration = Duration::from_secs(10);

/// Says there how far it is with a bundle. A console that is not there, or takes nothing, keeps nothing from going on.
pub(super) async fn tell(machine: &Machine, bundle: &str, sign: &ApplySign) {
    let place = machine.file(CONSOLE);
    if place.exists() {
        let line = format!("\n{}\n", sign.line(bundle));
        let _ = command::run("tee", &["-a", &place.to_string_lossy()], &line, LIMIT).await;
    }
}

/// Says there how it has ended.
pub(super) async fn tell_end(machine: &Machine, progress: &Progress) {
    let sign = match &progress.failure {
        None => ApplySign::Succeeded,
        Some(failure) => ApplySign::Failed { step: failure.step.clone(), reason: failure.reason.clone() },
    };
    tell(machine, &progress.bundle, &sign).await;
}
