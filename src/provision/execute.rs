//! Follows a plan: the steps of one candidate after the other until AWS has given the machines.
//!
//! Decides nothing but which of the plan's own candidates comes next, which is in `turns`. Whatever was made is undone when
//! there are too few machines in the end, and what can't be undone is handed back by name.

mod ask;
mod finish;
mod fleet;
mod prepare;
mod request;
mod turns;

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::agent_binary::AgentBinaryError;
use super::journal::{Journal, JournalError};
use super::network::NewNetwork;
use super::packed_agents::PackedAgents;
use super::plan::{Candidate, Plan, Refused, Step, bucket_name};
use super::refusal_memory::{Pool, RefusalMemory};
use super::report::{Event, Launched};
use super::stored_agents::StoredAgents;
use super::undo::{Left, Made};
use super::wait::{WaitError, WaitFor};
use super::wish::count::Count;
use crate::aws::types::capacity::Zone;
use crate::aws::types::{Machine, RunCount};
use crate::aws::{AwsError, Refusal, Session};
use crate::cloudinit::RenderError;
use crate::model::{NotAValue, RegionName, Span};
use crate::platform::clock;
use turns::{Turn, Turns};

/// How long what a machine fetches at its start stays in the bucket. S3 counts in days.
const OBJECTS_LAST_DAYS: i32 = 1;
/// How often a wait looks whether it is to end.
pub const GLANCE: Duration = Duration::from_millis(100);

/// What following a plan needs besides the plan.
#[derive(Debug)]
pub struct Means {
    /// The way to AWS.
    pub session: Session,
    /// Where requests are written down.
    pub journal: Journal,
    /// Where pools that had no room are remembered.
    pub memory: RefusalMemory,
    /// Where it is remembered which buckets hold an agent.
    pub stored: StoredAgents,
    /// The private key to name in the ssh command, where it is not one that ssh tries by itself.
    pub identity_file: Option<PathBuf>,
    /// How far to wait.
    pub wait_for: WaitFor,
    /// How long the SSH server is waited for.
    pub ssh_wait: Span,
    /// How long the agent's first sign is looked for after that.
    pub agent_wait: Span,
    /// The agents that were compressed for regions so far.
    pub packed: PackedAgents,
    /// What becomes of a machine whose agent fails.
    pub on_agent_failure: OnAgentFailure,
    /// Set when the user wants it all stopped.
    pub interrupted: Arc<AtomicBool>,
}

/// What becomes of a machine whose agent fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnAgentFailure {
    /// It is ended.
    End,
    /// It is left as it is.
    Keep,
}

/// There is no machine, and what is still there of what was made.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct ExecuteError {
    /// Why there is none.
    pub cause: Cause,
    /// What could not be removed again.
    pub left: Vec<Left>,
}

/// Why there is no machine.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// AWS can give none of the candidates.
    #[error("AWS can give none of the machines of the plan:{}", super::plan::reasons(refused))]
    NoneToBeHad {
        /// Each of them and why.
        refused: Vec<Refused>,
    },
    /// AWS has given too few machines, which were ended again.
    #[error(
        "AWS can give {got} of the {wanted} machines, and fewer than {least} are not wanted:{}",
        super::plan::reasons(refused)
    )]
    TooFew {
        /// How many there were.
        got: u32,
        /// How many were wanted.
        wanted: u32,
        /// How few would have done.
        least: u32,
        /// What could not be had, and why.
        refused: Vec<Refused>,
    },
    /// A call failed in a way that another candidate would not change.
    #[error("cannot {doing}")]
    Aws {
        /// What was being done.
        doing: String,
        /// Why it failed.
        source: AwsError,
    },
    /// EC2 never answered the request for the machine.
    #[error("EC2 gave no answer to the request {client_token}: whether it made a machine is not known")]
    FateUnknown {
        /// The request.
        client_token: String,
        /// The last failure.
        source: AwsError,
    },
    /// The machine was made and did not come to run.
    #[error(transparent)]
    Wait(#[from] WaitError),
    /// The machine came to run without its agent.
    #[error("the agent of {id} was not installed: {reason}")]
    AgentFailed {
        /// `i-…`.
        id: String,
        /// Why, in the machine's own words.
        reason: String,
    },
    /// The request can't be written down, and so is not sent.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The agent's file is no longer what was planned with.
    #[error(transparent)]
    AgentBinary(#[from] AgentBinaryError),
    /// What the machine is told at its boot can't be written.
    #[error("cannot write the user data")]
    UserData(#[from] RenderError),
    /// A region of the plan is not one.
    #[error(transparent)]
    Region(#[from] NotAValue),
    /// The user stopped it.
    #[error("interrupted")]
    Interrupted,
}

/// What was made and would be made again by the next try: buckets, and the agent in them.
#[derive(Debug, Default)]
pub struct Carried {
    made: Vec<Made>,
    launch: String,
}

/// Launches what the plan says, telling `report` what happens.
///
/// # Errors
/// Where there is no machine in the end; what had been made for it is then undone as far as it can be. Where no candidate
/// could be had, buckets are left in `carried`: another try with the same finds them made, and [`give_up`] undoes them.
pub async fn execute(
    plan: &Plan,
    means: &Means,
    carried: &mut Carried,
    mut report: impl FnMut(Event),
) -> Result<Vec<Launched>, ExecuteError> {
    let mut executor = Executor {
        plan,
        means,
        report: &mut report,
        done: HashSet::new(),
        groups: BTreeMap::new(),
        networks: BTreeMap::new(),
        made: std::mem::take(&mut carried.made),
    };
    match executor.launch().await {
        Ok(launched) => Ok(launched),
        Err(cause) => {
            if matches!(cause, Cause::NoneToBeHad { .. } | Cause::TooFew { .. }) {
                let made = std::mem::take(&mut executor.made);
                let (stored, rest) = made.into_iter().partition(Made::is_stored);
                executor.made = rest;
                *carried = Carried { made: stored, launch: plan.launch.clone() };
            }
            let left = executor.undo().await;
            Err(ExecuteError { cause, left })
        }
    }
}

/// Undoes what tries without success have carried, after the last of them; hands back what is still there.
pub async fn give_up(carried: Carried, mut report: impl FnMut(Event)) -> Vec<Left> {
    undo(carried.made, &carried.launch, &mut report).await
}

/// Removes what was made, the last first; hands back what is still there.
async fn undo(mut made: Vec<Made>, launch: &str, report: &mut impl FnMut(Event)) -> Vec<Left> {
    let mut left: Vec<Left> = Vec::new();
    // What stays keeps what it is in: that need not be asked for, again and again.
    let mut holders: Vec<(String, String)> = Vec::new();
    while let Some(made) = made.pop() {
        let (held_in, holds_in) = (made.held_in().map(str::to_owned), made.holds_in().map(str::to_owned));
        let holder = holders.iter().find(|(region, _)| held_in.as_ref() == Some(region));
        let undone = match holder {
            Some((_, holder)) => Err(made.held_by(holder, launch)),
            None => made.undo(launch).await,
        };
        match undone {
            Ok(Some(what)) => report(Event::Undone(what)),
            Ok(None) => {}
            Err(still_there) => {
                holders.extend(holds_in.map(|region| (region, still_there.what.clone())));
                left.push(still_there);
            }
        }
    }
    left
}

/// A machine that EC2 has given, and the candidate that it is.
#[derive(Debug, Clone)]
struct Had {
    candidate: Candidate,
    machine: Machine,
}

/// What came of asking.
#[derive(Debug, Default)]
struct Asked {
    had: Vec<Had>,
    refused: Vec<(Candidate, Refusal)>,
}

fn number_of(had: &[Had]) -> u32 {
    u32::try_from(had.len()).unwrap_or(u32::MAX)
}

/// How many more machines are wanted; none where there are enough.
fn still_wanted(count: Count, had: &[Had]) -> Option<u32> {
    count.wanted.checked_sub(number_of(had)).filter(|more| *more > 0)
}

struct Executor<'e, R: FnMut(Event)> {
    plan: &'e Plan,
    means: &'e Means,
    report: &'e mut R,
    done: HashSet<Step>,
    groups: BTreeMap<String, String>,
    networks: BTreeMap<String, NewNetwork>,
    made: Vec<Made>,
}

impl<'e, R: FnMut(Event)> Executor<'e, R> {
    async fn launch(&mut self) -> Result<Vec<Launched>, Cause> {
        let (mut turns, count) = (Turns::of(self.plan), self.plan.count());
        let mut refused = self.plan.refused.clone();
        let mut had: Vec<Had> = Vec::new();
        while let (Some(most), Some(turn)) = (still_wanted(count, &had), turns.next()) {
            let (refusals, next_zones) = match turn {
                Turn::PassOver(refusal) => (vec![refusal], Vec::new()),
                Turn::Ask(candidates) => {
                    // Where others come after these, any number of them is a beginning.
                    let got = count.wanted - most;
                    let least =
                        if turns.are_over() { count.least.saturating_sub(got).clamp(1, most) } else { 1 };
                    let asked = self.ask(&candidates, RunCount { least, most }, &had).await?;
                    had.extend(asked.had);
                    self.refused(&mut turns, asked.refused).await?
                }
            };
            if !refusals.is_empty() {
                (self.report)(Event::Refused(refusals.clone()));
            }
            refused.extend(refusals);
            if !next_zones.is_empty() {
                (self.report)(Event::ZonesNamed(next_zones));
            }
        }
        match number_of(&had) {
            0 => Err(Cause::NoneToBeHad { refused }),
            got if got < count.least => {
                Err(Cause::TooFew { got, wanted: count.wanted, least: count.least, refused })
            }
            _ => self.finish(had, refused).await,
        }
    }

    /// Takes note of what was refused; hands back how it is told, and the zones that come next because of it.
    async fn refused(
        &mut self,
        turns: &mut Turns,
        refusals: Vec<(Candidate, Refusal)>,
    ) -> Result<(Vec<Refused>, Vec<String>), Cause> {
        let (mut told, mut next_zones) = (Vec::new(), Vec::new());
        for (candidate, refusal) in refusals {
            self.remember(&candidate, &refusal);
            let zones = self.zones_named(&candidate, &refusal).await?;
            next_zones.extend(turns.refused(&candidate, &refusal, &zones));
            told.push(candidate.refused_for(refusal.code, refusal.because));
        }
        Ok((told, next_zones))
    }

    fn remember(&mut self, candidate: &Candidate, refusal: &Refusal) {
        let pool = Pool::of(candidate, &self.plan.account).filter(|_| refusal.wants_capacity);
        if let Some(Err(error)) = pool.map(|pool| self.means.memory.remember(pool, clock::now())) {
            (self.report)(Event::NotWrittenDown { because: error.to_string() });
        }
    }

    /// The zones that EC2 recommends in its refusal, which it names by the account's own names.
    async fn zones_named(&self, candidate: &Candidate, refusal: &Refusal) -> Result<Vec<Zone>, Cause> {
        let names = &refusal.zones_named;
        // A fleet is asked for in all its zones at once.
        if names.is_empty() || candidate.fleet.is_some() {
            return Ok(Vec::new());
        }
        let region: RegionName = candidate.region.parse()?;
        let known = self.means.session.ec2(&region).zones().await;
        Ok(match known {
            Ok(known) => names
                .iter()
                .filter_map(|name| known.iter().find(|zone| zone.name == *name))
                .cloned()
                .collect(),
            // EC2 takes its own names too.
            Err(_) => names.iter().map(|name| Zone { id: name.clone(), name: name.clone() }).collect(),
        })
    }

    fn stop_if_interrupted(&self) -> Result<(), Cause> {
        if self.means.interrupted.load(Ordering::SeqCst) { Err(Cause::Interrupted) } else { Ok(()) }
    }

    fn bucket(&self, region: &RegionName) -> crate::aws::s3::Bucket {
        let name = bucket_name(&self.plan.account, region.as_str());
        self.means.session.bucket(region, name, &self.plan.account)
    }

    async fn undo(&mut self) -> Vec<Left> {
        undo(std::mem::take(&mut self.made), &self.plan.launch, self.report).await
    }
}

/// Ends when the user wants it all stopped.
pub async fn interruption(interrupted: &AtomicBool) {
    while !interrupted.load(Ordering::SeqCst) {
        tokio::time::sleep(GLANCE).await;
    }
}

/// A wait that the user can end.
async fn unless_interrupted<T>(means: &Means, wait: impl Future<Output = T>) -> Result<T, Cause> {
    tokio::select! {
        output = wait => Ok(output),
        () = interruption(&means.interrupted) => Err(Cause::Interrupted),
    }
}

fn failed(doing: impl Into<String>) -> impl FnOnce(AwsError) -> Cause {
    let doing = doing.into();
    move |source| Cause::Aws { doing, source }
}
