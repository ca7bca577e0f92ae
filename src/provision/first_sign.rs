//! Looks for the first signs of a new machine, side by side: its SSH server, and its agent on its console.
//!
//! A sign that does not come in time is unknown, which is no failure. What follows from one is the caller's business.

use std::pin::pin;
use std::time::Duration;

use super::report::{AgentState, Event};
use super::{reach, wait};
use crate::aws::ErrorKind;
use crate::aws::ec2::Ec2;
use crate::aws::types::Machine;
use crate::model::sign::AgentSign;

/// What is looked for, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'w> {
    /// The launch that the agent has to speak of; none where the machine has no agent.
    pub(super) launch: Option<&'w str>,
    /// When the machine ends without its agent.
    pub(super) deadline: Option<jiff::Timestamp>,
    /// The port of its SSH server.
    pub(super) ssh_port: u16,
    /// How long the server is waited for.
    pub(super) ssh_limit: Duration,
    /// Between two looks at its console.
    pub(super) console_pause: Duration,
    /// How long the agent is waited for once the server has answered, or is waited for no more.
    pub(super) agent_limit: Duration,
}

/// What was seen; none of what was not looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Whether the SSH server answers.
    pub(super) ssh: Option<bool>,
    /// How the agent is.
    pub(super) agent: Option<AgentState>,
    /// Why it failed, in the machine's own words.
    pub(super) failure: Option<String>,
    /// The host key that was on the console as well.
    pub(super) host_key: Option<String>,
}

/// What a console told, or why it can't be read.
enum Look {
    Sign { sign: AgentSign, host_key: Option<String> },
    Barred(String),
}

/// Looks until both are seen, the agent has failed, or the time is over.
pub(super) async fn look(
    ec2: &Ec2,
    machine: &Machine,
    address: Option<&str>,
    wanted: Wanted<'_>,
    report: &mut impl FnMut(Event),
) -> Seen {
    let mut seen = Seen::default();
    let mut knocks = pin!(async {
        match address {
            Some(address) => Some(wait::until_ssh(address, wanted.ssh_port, wanted.ssh_limit).await),
            None => None,
        }
    });
    let private = address.filter(|address| machine.private_address.as_deref() == Some(address));
    let Some(launch) = wanted.launch else {
        seen.ssh = told(knocks.await, private, report);
        return seen;
    };
    let mut looks = pin!(until_sign(ec2, &machine.id, launch, wanted.console_pause));
    let look = tokio::select! {
        look = &mut looks => {
            seen.take(Some(look), wanted, report);
            if seen.agent != Some(AgentState::Failed) {
                seen.ssh = told(knocks.await, private, report);
            }
            return seen;
        }
        ssh = &mut knocks => {
            seen.ssh = told(ssh, private, report);
            tokio::time::timeout(wanted.agent_limit, looks).await.ok()
        }
    };
    seen.take(look, wanted, report);
    seen
}

impl Seen {
    fn take(&mut self, look: Option<Look>, wanted: Wanted<'_>, report: &mut impl FnMut(Event)) {
        let unknown = |because| Event::AgentUnknown { because, deadline: wanted.deadline };
        let (state, event) = match look {
            Some(Look::Sign { sign, host_key }) => {
                self.host_key = host_key;
                match sign {
                    AgentSign::Ready { deadline } => (AgentState::Seen, Event::AgentSeen { deadline }),
                    AgentSign::Failed { reason } => {
                        self.failure = Some(reason.clone());
                        (AgentState::Failed, Event::AgentFailed { reason })
                    }
                }
            }
            Some(Look::Barred(because)) => (AgentState::Unknown, unknown(Some(because))),
            None => (AgentState::Unknown, unknown(None)),
        };
        self.agent = Some(state);
        report(event);
    }
}

fn told(answers: Option<bool>, private: Option<&str>, report: &mut impl FnMut(Event)) -> Option<bool> {
    match (answers?, private) {
        (true, _) => report(Event::SshAnswers),
        (false, Some(address)) => report(Event::SshNotFromHere { address: address.to_owned() }),
        (false, None) => report(Event::SshNotYet),
    }
    answers
}

/// Ends with a sign, or where these credentials may not look. A machine that EC2 does not know everywhere yet, throttling
/// and failures of the network are looked past.
async fn until_sign(ec2: &Ec2, id: &str, launch: &str, pause: Duration) -> Look {
    loop {
        match ec2.console(id).await {
            Ok(written) => {
                if let Some(sign) = AgentSign::last_on(&written, launch) {
                    return Look::Sign { sign, host_key: reach::host_key_on_console(&written) };
                }
            }
            Err(error) if matches!(error.kind, ErrorKind::NotAllowed | ErrorKind::Refused) => {
                return Look::Barred(error.to_string());
            }
            Err(_) => {}
        }
        tokio::time::sleep(pause).await;
    }
}
