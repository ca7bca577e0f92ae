//! What a machine of a deployment says of how far it is.
//!
//! It is asked by SSH, in seconds or not at all, and nothing is changed.

use std::num::NonZeroUsize;

use crate::apply::progress::Progress;
use crate::aws::Session;
use crate::aws::types::{Located, MachineState};
use crate::cli::context::Context;
use crate::cli::launch::ask_agent::{in_time, said_by_ssh};
use crate::cli::launch::ssh::LoginArguments;

/// How many machines are asked at once.
pub(super) const AT_ONCE: NonZeroUsize = NonZeroUsize::new(16).unwrap();
const QUESTION: &str = "/usr/local/bin/cloudkit agent apply --status -o json";

/// Its progress, or why that is not known.
pub(super) async fn progress(
    context: &Context<'_>,
    session: &Session,
    one: &Located,
    login: &LoginArguments,
) -> Result<Progress, String> {
    if one.machine.state != MachineState::Running {
        return Err(format!("it is {}", one.machine.state));
    }
    let said = in_time(said_by_ssh(context, session, one, login, QUESTION)).await?;
    read(&said).ok_or_else(|| "it gave no answer that can be understood".to_owned())
}

/// Reads what the agent has printed; none where that is no such document.
pub(super) fn read(said: &str) -> Option<Progress> {
    serde_json::from_str(said.trim()).ok()
}
