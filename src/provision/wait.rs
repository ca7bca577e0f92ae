//! Waiting for a new machine, a look each half second at first.
//!
//! EC2's own waiters look every fifteen seconds. Nothing is told that has not happened, and an SSH server that does not
//! answer in time is "not yet", not a failure.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::aws::ec2::Ec2;
use crate::aws::types::{Machine, MachineState};
use crate::aws::{AwsError, ErrorKind};

/// Between two looks while a machine usually comes to run, and afterwards.
const PAUSE_AT_FIRST: Duration = Duration::from_millis(500);
const PAUSE_LATER: Duration = Duration::from_secs(2);
/// How long a machine usually takes to run.
const USUAL: Duration = Duration::from_secs(60);
/// How long EC2 may fail to answer before it is said that it does.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);
/// Between two knocks at an SSH server.
const PAUSE: Duration = Duration::from_secs(1);
const RUNNING_LIMIT: Duration = Duration::from_secs(600);
const CONNECTION_LIMIT: Duration = Duration::from_secs(4);
/// What every SSH server says first: <https://www.rfc-editor.org/rfc/rfc4253#section-4.2>
const SSH_GREETING: &[u8] = b"SSH-";

/// How far a launch is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaitFor {
    /// Until EC2 has accepted the request.
    Accepted,
    /// Until the machine runs.
    Running,
    /// Until its SSH server answers.
    Ssh,
    /// Until its agent has shown itself as well.
    Agent,
}

/// The machine did not come to run.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// It ended while it started.
    #[error("{id} ended while it started: {reason}")]
    Died {
        /// `i-…`.
        id: String,
        /// Why, in EC2's words.
        reason: String,
        /// The state that it is in instead.
        state: MachineState,
    },
    /// It was still not running.
    #[error("{id} is still not running after {} minutes", RUNNING_LIMIT.as_secs() / 60)]
    TooSlow {
        /// `i-…`.
        id: String,
    },
    /// EC2 can't be asked.
    #[error("cannot see how {id} is doing")]
    Aws {
        /// `i-…`.
        id: String,
        /// Why not.
        source: AwsError,
    },
}

/// What became of a machine that was to run.
pub type Outcome = Result<Machine, WaitError>;

/// Waits until a machine runs and has its address.
///
/// # Errors
/// Where it ends instead, takes too long, or EC2 can't be asked.
pub async fn until_running(ec2: &Ec2, id: &str) -> Outcome {
    // A new machine may not be known everywhere yet; EC2 then says that there is none.
    let look = async || Ok(ec2.machine(id).await?.into_iter().collect());
    let mut all = until_each_runs(look, &[id.to_owned()]).await?;
    all.pop().unwrap_or_else(|| Err(WaitError::TooSlow { id: id.to_owned() }))
}

/// Waits until each of these machines of a launch runs or has ended instead, by one look at all of them at a time. What
/// became of them is in the order of their ids.
///
/// # Errors
/// Where EC2 can't be asked.
pub async fn until_all_run(ec2: &Ec2, launch: &str, ids: &[String]) -> Result<Vec<Outcome>, WaitError> {
    until_each_runs(async || ec2.machines_of_launch(launch).await, ids).await
}

async fn until_each_runs(
    look: impl AsyncFn() -> Result<Vec<Machine>, AwsError>,
    ids: &[String],
) -> Result<Vec<Outcome>, WaitError> {
    let started = Instant::now();
    let mut last_answer = started;
    let mut known: BTreeMap<String, Outcome> = BTreeMap::new();
    while known.len() < ids.len() && started.elapsed() < RUNNING_LIMIT {
        match tokio::time::timeout(RUNNING_LIMIT.saturating_sub(started.elapsed()), look()).await {
            Ok(Ok(shown)) => {
                last_answer = Instant::now();
                let outcomes = shown.into_iter().filter(|machine| ids.contains(&machine.id));
                known.extend(outcomes.filter_map(outcome));
            }
            Ok(Err(error)) if passes(error.kind) && last_answer.elapsed() < SILENCE_LIMIT => {}
            Ok(Err(source)) => return Err(WaitError::Aws { id: ids.join(", "), source }),
            Err(_) => break,
        }
        if known.len() < ids.len() {
            let pause = if started.elapsed() < USUAL { PAUSE_AT_FIRST } else { PAUSE_LATER };
            tokio::time::sleep(pause).await;
        }
    }
    let too_slow = |id: &String| Err(WaitError::TooSlow { id: id.clone() });
    Ok(ids.iter().map(|id| known.remove(id).unwrap_or_else(|| too_slow(id))).collect())
}

/// What became of a machine; none while it is on its way.
fn outcome(machine: Machine) -> Option<(String, Outcome)> {
    let (id, state) = (machine.id.clone(), machine.state);
    match state {
        MachineState::Pending => None,
        MachineState::Running => Some((id, Ok(machine))),
        _ => {
            let reason = machine.state_reason.unwrap_or_else(|| format!("it is {state}"));
            Some((id.clone(), Err(WaitError::Died { id, reason, state })))
        }
    }
}

/// Whether a failure may pass by itself, while a machine is starting that need not be lost for it.
const fn passes(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Throttled | ErrorKind::Unavailable)
}

/// Waits until an SSH server greets, as long as `limit`; says whether one did.
pub async fn until_ssh(address: &str, port: u16, limit: Duration) -> bool {
    let knocks = async {
        while !greets(address, port).await {
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(limit, knocks).await.is_ok()
}

async fn greets(address: &str, port: u16) -> bool {
    let greeting = async {
        let mut greeting = [0; SSH_GREETING.len()];
        let mut connection = TcpStream::connect((address, port)).await?;
        connection.read_exact(&mut greeting).await?;
        Ok::<_, std::io::Error>(greeting == SSH_GREETING)
    };
    matches!(tokio::time::timeout(CONNECTION_LIMIT, greeting).await, Ok(Ok(true)))
}
