//! Follows a plan: the steps of one candidate after the other until AWS gives a machine.
//!
//! Decides nothing but which of the plan's own candidates comes next, which is in `turns`. Whatever was made is undone when
//! there is no machine in the end, and what can't be undone is handed back by name.

mod prepare;
mod request;
mod turns;

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::agent_binary::AgentBinaryError;
use super::first_sign::{self, Seen, Wanted};
use super::journal::{Journal, JournalError};
use super::network::NewNetwork;
use super::plan::{Candidate, Plan, Refused, Source, Step, bucket_name};
use super::refusal_memory::{Pool, RefusalMemory};
use super::report::{Event, LAUNCHED_SCHEMA, Launched};
use super::settle::{self, Fate};
use super::stored_agents::StoredAgents;
use super::undo::{Left, Made};
use super::wait::{self, WaitError, WaitFor};
use crate::aws::ec2::Ec2;
use crate::aws::types::Machine;
use crate::aws::types::capacity::Zone;
use crate::aws::{AwsError, Refusal, Session};
use crate::cloudinit::RenderError;
use crate::model::tag::{self, Tag};
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
pub struct Carried(Vec<Made>);

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
) -> Result<Launched, ExecuteError> {
    let mut executor = Executor {
        plan,
        means,
        report: &mut report,
        done: HashSet::new(),
        groups: BTreeMap::new(),
        networks: BTreeMap::new(),
        made: std::mem::take(&mut carried.0),
    };
    match executor.launch().await {
        Ok(launched) => Ok(launched),
        Err(cause) => {
            if matches!(cause, Cause::NoneToBeHad { .. }) {
                let made = std::mem::take(&mut executor.made);
                let (stored, rest) = made.into_iter().partition(Made::is_stored);
                (executor.made, carried.0) = (rest, stored);
            }
            let left = executor.undo().await;
            Err(ExecuteError { cause, left })
        }
    }
}

/// Undoes what tries without success have carried, after the last of them; hands back what is still there.
pub async fn give_up(carried: Carried, mut report: impl FnMut(Event)) -> Vec<Left> {
    undo(carried.0, &mut report).await
}

/// Removes what was made, the last first; hands back what is still there.
async fn undo(mut made: Vec<Made>, report: &mut impl FnMut(Event)) -> Vec<Left> {
    let mut left: Vec<Left> = Vec::new();
    // What stays keeps what it is in: that need not be asked for, again and again.
    let mut holders: Vec<(String, String)> = Vec::new();
    while let Some(made) = made.pop() {
        let (held_in, holds_in) = (made.held_in().map(str::to_owned), made.holds_in().map(str::to_owned));
        let holder = holders.iter().find(|(region, _)| held_in.as_ref() == Some(region));
        let undone = match holder {
            Some((_, holder)) => Err(made.held_by(holder)),
            None => made.undo().await,
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
    async fn launch(&mut self) -> Result<Launched, Cause> {
        let mut turns = Turns::of(self.plan);
        let mut refused = self.plan.refused.clone();
        while let Some(turn) = turns.next() {
            let (refusal, next_zones) = match turn {
                Turn::PassOver(refusal) => (refusal, Vec::new()),
                Turn::Ask(candidate) => match self.candidate(&candidate).await? {
                    Ok(machine) => return self.finish(&candidate, machine, refused).await,
                    Err(refusal) => {
                        self.remember(&candidate, &refusal);
                        let zones = self.zones_named(&candidate, &refusal).await?;
                        let next = turns.refused(&candidate, &refusal, &zones);
                        (candidate.refused_for(refusal.code, refusal.because), next)
                    }
                },
            };
            (self.report)(Event::Refused(refusal.clone()));
            refused.push(refusal);
            if !next_zones.is_empty() {
                (self.report)(Event::ZonesNamed(next_zones));
            }
        }
        Err(Cause::NoneToBeHad { refused })
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
        if names.is_empty() {
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

    /// Prepares a candidate, asks for it and waits for it to run as far as was asked for; the inner error is one that
    /// leaves the others their turn.
    async fn candidate(&mut self, candidate: &Candidate) -> Result<Result<Machine, Refusal>, Cause> {
        let region: RegionName = candidate.region.parse()?;
        for step in &candidate.preparation {
            self.stop_if_interrupted()?;
            if self.done.insert(step.clone()) {
                self.prepare(&region, step).await?;
                (self.report)(Event::Prepared(step.clone()));
            }
        }
        self.stop_if_interrupted()?;
        match self.run(&region, candidate).await? {
            Ok(machine) if self.means.wait_for >= WaitFor::Running => self.started(&region, machine).await,
            outcome => Ok(outcome),
        }
    }

    /// Waits until a machine runs; one that EC2 could not keep was refused after all.
    async fn started(
        &mut self,
        region: &RegionName,
        machine: Machine,
    ) -> Result<Result<Machine, Refusal>, Cause> {
        let ec2 = self.means.session.ec2(region);
        match unless_interrupted(self.means, wait::until_running(&ec2, &machine.id)).await? {
            Ok(machine) => {
                (self.report)(running(&machine));
                Ok(Ok(machine))
            }
            Err(WaitError::Died { id, reason, state }) => {
                let Some(refusal) = Refusal::of_death(&id, &reason).filter(|_| state.is_ended()) else {
                    return Err(WaitError::Died { id, reason, state }.into());
                };
                self.made.retain(|made| !made.is_machine(&id));
                Ok(Err(refusal))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn stop_if_interrupted(&self) -> Result<(), Cause> {
        if self.means.interrupted.load(Ordering::SeqCst) { Err(Cause::Interrupted) } else { Ok(()) }
    }

    fn bucket(&self, region: &RegionName) -> crate::aws::s3::Bucket {
        let name = bucket_name(&self.plan.account, region.as_str());
        self.means.session.bucket(region, name, &self.plan.account)
    }

    async fn run(
        &mut self,
        region: &RegionName,
        candidate: &Candidate,
    ) -> Result<Result<Machine, Refusal>, Cause> {
        let request = self.request(region, candidate).await?;
        let ec2 = self.means.session.ec2(region);
        let now = self.plan.planned_at;
        let fate =
            settle::run(&ec2, region.as_str(), &request, &self.means.journal, now, self.report).await?;
        match fate {
            Fate::Made(machine) => {
                self.made.push(Made::Machine { ec2, region: region.to_string(), id: machine.id.clone() });
                (self.report)(Event::Accepted { instance_id: machine.id.clone() });
                Ok(Ok(*machine))
            }
            Fate::Refused(source) => match source.refusal() {
                Some(refusal) => Ok(Err(refusal)),
                None => {
                    let doing = format!("launch {} in {region}", candidate.instance_type);
                    Err(Cause::Aws { doing, source })
                }
            },
            Fate::Unknown(source) => {
                let client_token = request.client_token;
                self.made.push(Made::PerhapsMachine {
                    ec2,
                    region: region.to_string(),
                    token: client_token.clone(),
                });
                Err(Cause::FateUnknown { client_token, source })
            }
        }
    }

    /// Looks for the first signs where that was asked for, removes what the machine does not need, and tells what there is.
    async fn finish(
        &mut self,
        candidate: &Candidate,
        machine: Machine,
        refused: Vec<Refused>,
    ) -> Result<Launched, Cause> {
        self.remember_agent(candidate);
        let mut seen = Seen::default();
        if self.means.wait_for >= WaitFor::Ssh {
            let region: RegionName = candidate.region.parse()?;
            let ec2 = self.means.session.ec2(&region);
            let (wanted, means) = (self.first_signs(candidate), self.means);
            let address = machine.reached_at();
            let look = first_sign::look(&ec2, &machine, address, wanted, self.report);
            seen = unless_interrupted(means, look).await?;
            keep_host_key(&ec2, &machine, seen.host_key.take()).await;
        }
        self.stop_if_interrupted()?;
        if let Some(reason) =
            seen.failure.take().filter(|_| self.means.on_agent_failure == OnAgentFailure::End)
        {
            return Err(Cause::AgentFailed { id: machine.id, reason });
        }
        self.undo_elsewhere(&candidate.region).await;
        Ok(Launched { refused, ..self.launched(candidate, machine, &seen) })
    }

    /// Removes what was made for candidates of other regions.
    async fn undo_elsewhere(&mut self, region: &str) {
        let made = std::mem::take(&mut self.made);
        let (here, elsewhere) = made.into_iter().partition(|made| made.serves(region));
        self.made = here;
        for Left { what, because, command } in undo(elsewhere, self.report).await {
            (self.report)(Event::StillThere { what, because, command });
        }
    }

    /// The region's bucket holds the agent, so it can serve machines elsewhere. That this is known saves nobody's launch, so
    /// that it can't be written down is no failure.
    fn remember_agent(&self, candidate: &Candidate) {
        let Some(agent) = &candidate.agent else { return };
        if let Some(Source::Bucket { region, .. }) = agent.sources.first() {
            let _ = self.means.stored.remember(&self.plan.account, region, &agent.key);
        }
    }

    fn first_signs(&self, candidate: &Candidate) -> Wanted<'e> {
        Wanted {
            launch: candidate.agent.is_some().then_some(self.plan.launch.as_str()),
            deadline: self.plan.deadline,
            ssh_port: self.plan.ssh_port,
            ssh_limit: self.means.ssh_wait.to_duration(),
            agent_limit: self.means.agent_wait.to_duration(),
        }
    }

    fn launched(&self, candidate: &Candidate, machine: Machine, seen: &Seen) -> Launched {
        let user = candidate.image.login_user.as_deref();
        let ssh_command = user.zip(machine.reached_at()).map(|(user, address)| {
            let port =
                if self.plan.ssh_port == 22 { String::new() } else { format!("-p {} ", self.plan.ssh_port) };
            let of_pair = candidate.key_pair.as_ref().and_then(|pair| pair.identity_file.as_ref());
            let identity = of_pair.or(self.means.identity_file.as_ref());
            let identity = identity.map_or_else(String::new, |file| format!("-i {} ", file.display()));
            format!("ssh {identity}{port}{user}@{address}")
        });
        Launched {
            schema: LAUNCHED_SCHEMA,
            instance_id: machine.id,
            name: self.plan.name.clone(),
            launch: self.plan.launch.clone(),
            instance_type: candidate.instance_type.clone(),
            region: candidate.region.clone(),
            zone: machine.zone_id.or_else(|| candidate.zone.clone()),
            market: candidate.market,
            market_asked: Some(self.plan.market_asked).filter(|asked| *asked != candidate.market),
            state: machine.state,
            private_address: machine.private_address.filter(|_| machine.public_address.is_none()),
            address: machine.public_address,
            ipv6_address: machine.ipv6_address,
            ssh_answers: seen.ssh,
            agent: seen.agent,
            ssh_command,
            deadline: self.plan.deadline,
            cost: candidate.cost.clone(),
            refused: Vec::new(),
        }
    }

    async fn undo(&mut self) -> Vec<Left> {
        undo(std::mem::take(&mut self.made), self.report).await
    }
}

/// Where a machine is reached: at its public address, else by IPv6, else from within its network.
fn running(machine: &Machine) -> Event {
    match machine.reached_at().map(str::to_owned) {
        Some(address) if machine.private_address.as_ref() == Some(&address) => {
            Event::RunningPrivately { address }
        }
        address => Event::Running { address },
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

/// Keeps what was read of the host key for the first way in by ssh, which else reads the console itself: that it can't be
/// kept is no failure.
async fn keep_host_key(ec2: &Ec2, machine: &Machine, key: Option<String>) {
    if let Some(key) = key {
        let _ = ec2.set_tags(std::slice::from_ref(&machine.id), &[Tag::new(tag::HOST_KEY, key)]).await;
    }
}

fn failed(doing: impl Into<String>) -> impl FnOnce(AwsError) -> Cause {
    let doing = doing.into();
    move |source| Cause::Aws { doing, source }
}
