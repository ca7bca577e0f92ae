//! What a machine of a deployment says of how far it is.
//!
//! It is asked by SSH, in seconds or not at all, and nothing is changed.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::apply::progress::Progress;
use crate::aws::Session;
use crate::aws::types::{Located, MachineState};
use crate::cli::context::Context;
use crate::cli::launch::ask_agent::{in_time, said_by_ssh};
use crate::cli::launch::ssh::LoginArguments;

/// How many machines are asked at once.
pub(super) const AT_ONCE: NonZeroUsize = NonZeroUsize::new(16).unwrap();
/// Root's, since checks may be lines of shell that are run as root.
const QUESTION: &str = "sudo -n /usr/local/bin/cloudkit agent apply --status -o json";
const QUESTION_ABOUT_STEPS: &str = "/usr/local/bin/cloudkit agent apply --status --no-ask -o json";
/// The agent asks what it has set up, which may take its time.
const LIMIT: Duration = Duration::from_secs(15);

/// Its progress and its health, or why that is not known.
pub(super) async fn progress(
    context: &Context<'_>,
    session: &Session,
    one: &Located,
    login: &LoginArguments,
) -> Result<Progress, String> {
    answer(context, session, one, login, QUESTION).await
}

/// What it was set up by, or why that is not known; its services and checks are left alone.
pub(super) async fn steps(
    context: &Context<'_>,
    session: &Session,
    one: &Located,
    login: &LoginArguments,
) -> Result<Progress, String> {
    answer(context, session, one, login, QUESTION_ABOUT_STEPS).await
}

async fn answer(
    context: &Context<'_>,
    session: &Session,
    one: &Located,
    login: &LoginArguments,
    question: &str,
) -> Result<Progress, String> {
    if one.machine.state != MachineState::Running {
        return Err(format!("it is {}", one.machine.state));
    }
    let said = in_time(LIMIT, said_by_ssh(context, session, one, login, question, LIMIT)).await?;
    read(&said).ok_or_else(|| "it gave no answer that can be understood".to_owned())
}

/// Reads what the agent has printed; none where that is no such document.
pub(super) fn read(said: &str) -> Option<Progress> {
    serde_json::from_str(said.trim()).ok()
}
