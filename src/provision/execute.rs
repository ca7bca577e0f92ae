//! Follows a plan: the steps of one candidate after the other until AWS gives a machine.
//!
//! Decides nothing but which of the plan's own candidates comes next, which is in `turns`. Whatever was made is undone when
//! there is no machine in the end, and what can't be undone is handed back by name.

mod turns;

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine;

use super::journal::{Journal, JournalError};
use super::network::{NewNetwork, known};
use super::plan::network::NetworkStep;
use super::plan::{Candidate, OBJECT_PREFIX, Plan, PlannedVolume, Refused, Step, bucket_name, helper_tags};
use super::refusal_memory::{Pool, RefusalMemory};
use super::report::{Event, LAUNCHED_SCHEMA, Launched};
use super::settle::{self, Fate};
use super::undo::{Left, Made};
use super::wait::{self, WaitError, WaitFor};
use crate::aws::types::capacity::Zone;
use crate::aws::types::{InterfaceRequest, Machine, RunRequest};
use crate::aws::{AwsError, ErrorKind, Refusal, Session};
use crate::cloudinit::{self, RenderError};
use crate::model::{NotAValue, RegionName, Span};
use crate::platform::clock;
use turns::{Turn, Turns};

/// How long a machine has to fetch its agent.
const URL_LASTS: Duration = Duration::from_secs(3600);

/// How long what a machine fetches at its start stays in the bucket. S3 counts in days.
const OBJECTS_LAST_DAYS: i32 = 1;

/// What following a plan needs besides the plan.
#[derive(Debug)]
pub struct Means {
    /// The way to AWS.
    pub session: Session,
    /// Where requests are written down.
    pub journal: Journal,
    /// Where pools that had no room are remembered.
    pub memory: RefusalMemory,
    /// The file that becomes the agent.
    pub agent_binary: PathBuf,
    /// The private key to name in the ssh command, where it is not one that ssh tries by itself.
    pub identity_file: Option<PathBuf>,
    /// How far to wait.
    pub wait_for: WaitFor,
    /// How long the SSH server is waited for.
    pub ssh_wait: Span,
    /// Set when the user wants it all stopped.
    pub interrupted: Arc<AtomicBool>,
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
    /// The request can't be written down, and so is not sent.
    #[error(transparent)]
    Journal(#[from] JournalError),
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
    let mut left = Vec::new();
    while let Some(made) = made.pop() {
        match made.undo().await {
            Ok(Some(what)) => report(Event::Undone(what)),
            Ok(None) => {}
            Err(still_there) => left.push(still_there),
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

impl<R: FnMut(Event)> Executor<'_, R> {
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
        match self.unless_interrupted(wait::until_running(&ec2, &machine.id)).await? {
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

    async fn prepare(&mut self, region: &RegionName, step: &Step) -> Result<(), Cause> {
        match step {
            Step::MakeRole { role, trust, policy } => {
                self.make_role(region, role, trust, &policy.to_json()).await
            }
            Step::MakeProfile { profile, role } => self.make_profile(region, profile, role).await,
            Step::MakeBucket { bucket, .. } => self.make_bucket(region, bucket).await,
            Step::UploadAgent { key, .. } => self.upload_agent(region, key).await,
            Step::UploadUserFiles { key, .. } => self.upload_user_files(region, key).await,
            Step::MakeGroup { group, network, port, admits, .. } => {
                self.make_group(region, group, network, *port, admits).await
            }
            Step::Network(step) => self.make_network(region, step).await,
        }
    }

    fn stop_if_interrupted(&self) -> Result<(), Cause> {
        if self.means.interrupted.load(Ordering::SeqCst) { Err(Cause::Interrupted) } else { Ok(()) }
    }

    fn bucket(&self, region: &RegionName) -> crate::aws::s3::Bucket {
        let name = bucket_name(&self.plan.account, region.as_str());
        self.means.session.bucket(region, name, &self.plan.account)
    }

    async fn make_role(
        &mut self,
        region: &RegionName,
        name: &str,
        trust: &str,
        policy: &str,
    ) -> Result<(), Cause> {
        let iam = self.means.session.iam(region);
        self.made.push(Made::Role { iam: iam.clone(), name: name.to_owned() });
        let what_for = format!("The machine of cloudkit launch {}", self.plan.launch);
        let tags = helper_tags(&self.plan.launch);
        let made = iam.make_role(name, &what_for, trust, policy, &tags).await;
        made.map_err(failed(format!("make role {name}")))
    }

    async fn make_profile(&mut self, region: &RegionName, name: &str, role: &str) -> Result<(), Cause> {
        let iam = self.means.session.iam(region);
        self.made.push(Made::Profile { iam: iam.clone(), name: name.to_owned() });
        let made = iam.make_profile(name, role, &helper_tags(&self.plan.launch)).await;
        made.map_err(failed(format!("make instance profile {name}")))
    }

    async fn make_bucket(&mut self, region: &RegionName, name: &str) -> Result<(), Cause> {
        let bucket = self.bucket(region);
        self.made.push(Made::Bucket { bucket: bucket.clone() });
        bucket.make().await.map_err(failed(format!("make bucket {name}")))
    }

    async fn upload_agent(&mut self, region: &RegionName, key: &str) -> Result<(), Cause> {
        let bucket = self.bucket(region);
        self.made.push(Made::Object { bucket: bucket.clone(), key: key.to_owned() });
        bucket.upload(key, &self.means.agent_binary).await.map_err(failed("upload the agent"))
    }

    /// Stores what the machine fetches of its user's own; the bucket drops it by itself after a day.
    async fn upload_user_files(&mut self, region: &RegionName, key: &str) -> Result<(), Cause> {
        let object = self.plan.user.as_ref().and_then(|user| user.object.as_ref());
        let Some(object) = object else { return Ok(()) };
        let bucket = self.bucket(region);
        match bucket.expire(OBJECT_PREFIX, OBJECTS_LAST_DAYS).await {
            Err(error) if error.kind == ErrorKind::NotAllowed => {
                (self.report)(Event::ObjectStays { key: key.to_owned(), because: error.to_string() });
            }
            outcome => {
                outcome.map_err(failed(format!("let what is in bucket {} end by itself", bucket.name())))?;
            }
        }
        self.made.push(Made::Object { bucket: bucket.clone(), key: key.to_owned() });
        let content = object.content.content.clone().into_bytes();
        bucket.put(key, content).await.map_err(failed("upload what the machine fetches at its start"))
    }

    async fn make_network(&mut self, region: &RegionName, step: &NetworkStep) -> Result<(), Cause> {
        let doing = failed(format!("make a network in {region}"));
        if let NetworkStep::MakeNetwork { range, ipv6, .. } = step {
            let (ec2, launch) = (self.means.session.ec2(region), &self.plan.launch);
            let (region, launch_id) = (region.to_string(), launch.clone());
            self.made.push(Made::Network { ec2: ec2.clone(), region: region.clone(), launch: launch_id });
            let network = NewNetwork::make(ec2, &region, launch, range, *ipv6).await.map_err(doing)?;
            self.networks.insert(region, network);
            return Ok(());
        }
        let Some(network) = self.networks.get_mut(region.as_str()) else { return Ok(()) };
        match step {
            NetworkStep::MakeNetwork { .. } => Ok(()),
            NetworkStep::MakeGateway { .. } => network.make_gateway().await,
            NetworkStep::MakeS3Endpoint { .. } => network.make_s3_endpoint().await,
            NetworkStep::MakeSubnets { subnets, .. } => network.make_subnets(subnets).await,
        }
        .map_err(doing)
    }

    async fn make_group(
        &mut self,
        region: &RegionName,
        name: &str,
        network: &str,
        port: u16,
        admits: &str,
    ) -> Result<(), Cause> {
        let ec2 = self.means.session.ec2(region);
        let doing = || failed(format!("make security group {name}"));
        self.made.push(Made::Group { ec2: ec2.clone(), region: region.to_string(), name: name.to_owned() });
        let tags = helper_tags(&self.plan.launch);
        let what_for = format!("SSH to the machine of cloudkit launch {}", self.plan.launch);
        let network = self.networks.get(region.as_str()).map_or(network, |made| &made.id);
        let id = match known(|| ec2.make_group(name, &what_for, network, &tags)).await {
            // The first answer was lost, and the SDK asked again: the name is this launch's alone.
            Err(error) if error.kind == ErrorKind::AlreadyThere => {
                let groups = ec2.own_groups(Some(name)).await.map_err(doing())?;
                groups.into_iter().next().map(|group| group.id).ok_or(error)
            }
            made => made,
        };
        let id = id.map_err(doing())?;
        known(|| ec2.admit(&id, port, admits)).await.map_err(doing())?;
        self.groups.insert(region.to_string(), id);
        Ok(())
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

    /// The whole request, its URL signed just now.
    async fn request(&self, region: &RegionName, candidate: &Candidate) -> Result<RunRequest, Cause> {
        let bucket = self.bucket(region);
        let mut boot = self.plan.boot_of(candidate);
        if let (Some(agent), Some(planned)) = (&mut boot.agent, &self.plan.agent) {
            let signed = bucket.presign(&planned.key, URL_LASTS).await;
            let signed = signed.map_err(failed("sign the agent's URL"))?;
            (agent.url, agent.headers) = (signed.url, signed.headers);
        }
        let planned = self.plan.user.as_ref().and_then(|user| user.object.as_ref());
        if let (Some(object), Some(planned)) = (&mut boot.object, planned) {
            let signed = bucket.presign(&planned.key, URL_LASTS).await;
            let signed = signed.map_err(failed("sign the URL of what the machine fetches at its start"))?;
            (object.url, object.headers) = (signed.url, signed.headers);
        }
        let user_data = cloudinit::render(&boot)?;
        Ok(RunRequest {
            client_token: candidate.client_token.clone(),
            image: candidate.image.id.clone(),
            instance_type: candidate.instance_type.clone(),
            zone: candidate.zone.clone(),
            groups: match candidate.groups.as_slice() {
                [] => vec![self.groups.get(region.as_str()).cloned().unwrap_or_default()],
                named => named.to_vec(),
            },
            interface: self.interface(region, candidate),
            key_pair: candidate.key_pair.as_ref().map(|pair| pair.name.clone()),
            block_devices: candidate.volumes.iter().map(PlannedVolume::request).collect(),
            market: candidate.market,
            max_price: candidate.max_price_usd_hour,
            reservation: candidate.reservation.clone(),
            ending: self.plan.ending.request(),
            user_data: base64::engine::general_purpose::STANDARD.encode(user_data.bytes()),
            tags: self.plan.tags.clone(),
        })
    }

    /// The interface that was planned, in the subnet that was planned or made.
    fn interface(&self, region: &RegionName, candidate: &Candidate) -> Option<InterfaceRequest> {
        let planned = candidate.interface.as_ref()?;
        let made = || self.networks.get(region.as_str())?.subnet(candidate.zone.as_deref());
        Some(InterfaceRequest {
            // A subnet that is not known would be refused by EC2; it can't become another one.
            subnet: planned.subnet.as_deref().or_else(made).unwrap_or_default().to_owned(),
            public_address: planned.public_address,
            ipv6: planned.ipv6,
        })
    }

    /// Waits for SSH where that was asked for, removes what the machine does not need, and tells what there is.
    async fn finish(
        &mut self,
        candidate: &Candidate,
        machine: Machine,
        refused: Vec<Refused>,
    ) -> Result<Launched, Cause> {
        let mut ssh_answers = None;
        if let Some(address) = reached_at(&machine).filter(|_| self.means.wait_for == WaitFor::Ssh) {
            let answers = self
                .unless_interrupted(wait::until_ssh(
                    &address,
                    self.plan.ssh_port,
                    self.means.ssh_wait.to_duration(),
                ))
                .await?;
            let privately = machine.private_address.as_ref() == Some(&address);
            (self.report)(match answers {
                true => Event::SshAnswers,
                false if privately => Event::SshNotFromHere { address },
                false => Event::SshNotYet,
            });
            ssh_answers = Some(answers);
        }
        self.stop_if_interrupted()?;
        self.undo_elsewhere(&candidate.region).await;
        Ok(Launched { refused, ..self.launched(candidate, machine, ssh_answers) })
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

    /// A wait that the user can end.
    async fn unless_interrupted<T>(&self, wait: impl Future<Output = T>) -> Result<T, Cause> {
        let interruption = async {
            while !self.means.interrupted.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::select! {
            output = wait => Ok(output),
            () = interruption => Err(Cause::Interrupted),
        }
    }

    fn launched(&self, candidate: &Candidate, machine: Machine, ssh_answers: Option<bool>) -> Launched {
        let user = candidate.image.login_user.as_deref();
        let ssh_command = user.zip(reached_at(&machine)).map(|(user, address)| {
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
            ssh_answers,
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
fn reached_at(machine: &Machine) -> Option<String> {
    let addresses = [&machine.public_address, &machine.ipv6_address, &machine.private_address];
    addresses.into_iter().flatten().next().cloned()
}

fn running(machine: &Machine) -> Event {
    match reached_at(machine) {
        Some(address) if machine.private_address.as_ref() == Some(&address) => {
            Event::RunningPrivately { address }
        }
        address => Event::Running { address },
    }
}

fn failed(doing: impl Into<String>) -> impl FnOnce(AwsError) -> Cause {
    let doing = doing.into();
    move |source| Cause::Aws { doing, source }
}
