//! Follows a plan: the steps of one candidate after the other until AWS gives a machine.
//!
//! Decides nothing but which of the plan's own candidates comes next. Whatever was made is undone when there is no machine
//! in the end, and what can't be undone is handed back by name.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine;

use super::journal::{Journal, JournalError};
use super::plan::{Candidate, Plan, Refused, Step, bucket_name, helper_tags};
use super::report::{Event, LAUNCHED_SCHEMA, Launched};
use super::settle::{self, Fate};
use super::undo::{Left, Made};
use super::wait::{self, WaitError, WaitFor};
use crate::aws::types::{Machine, RunRequest};
use crate::aws::{AwsError, ErrorKind, Session};
use crate::cloudinit::{self, RenderError};
use crate::model::{NotAValue, RegionName, Span};

/// How long a machine has to fetch its agent.
const URL_LASTS: Duration = Duration::from_secs(3600);

/// What following a plan needs besides the plan.
#[derive(Debug)]
pub struct Means {
    /// The way to AWS.
    pub session: Session,
    /// Where requests are written down.
    pub journal: Journal,
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

/// Launches what the plan says, telling `report` what happens.
///
/// # Errors
/// Where there is no machine in the end; what had been made for it is then undone as far as it can be.
pub async fn execute(
    plan: &Plan,
    means: &Means,
    mut report: impl FnMut(Event),
) -> Result<Launched, ExecuteError> {
    let mut executor = Executor {
        plan,
        means,
        report: &mut report,
        done: HashSet::new(),
        groups: BTreeMap::new(),
        made: Vec::new(),
    };
    match executor.launch().await {
        Ok(launched) => Ok(launched),
        Err(cause) => {
            let left = executor.undo().await;
            Err(ExecuteError { cause, left })
        }
    }
}

struct Executor<'e, R: FnMut(Event)> {
    plan: &'e Plan,
    means: &'e Means,
    report: &'e mut R,
    done: HashSet<Step>,
    groups: BTreeMap<String, String>,
    made: Vec<Made>,
}

impl<R: FnMut(Event)> Executor<'_, R> {
    async fn launch(&mut self) -> Result<Launched, Cause> {
        let mut refused = Vec::new();
        for candidate in &self.plan.candidates {
            match self.candidate(candidate).await? {
                Ok(machine) => return self.finish(candidate, machine).await,
                Err(error) => {
                    let refusal = Refused {
                        instance_type: candidate.instance_type.clone(),
                        region: candidate.region.clone(),
                        reason: error.to_string(),
                        hints: Vec::new(),
                    };
                    (self.report)(Event::Refused(refusal.clone()));
                    refused.push(refusal);
                }
            }
        }
        Err(Cause::NoneToBeHad { refused })
    }

    /// Prepares a candidate and asks for it; the inner error is one that leaves the others their turn.
    async fn candidate(&mut self, candidate: &Candidate) -> Result<Result<Machine, AwsError>, Cause> {
        let region: RegionName = candidate.region.parse()?;
        for step in &candidate.preparation {
            self.stop_if_interrupted()?;
            if self.done.insert(step.clone()) {
                self.prepare(&region, step).await?;
                (self.report)(Event::Prepared(step.clone()));
            }
        }
        self.stop_if_interrupted()?;
        self.run(&region, candidate).await
    }

    async fn prepare(&mut self, region: &RegionName, step: &Step) -> Result<(), Cause> {
        match step {
            Step::MakeRole { role, trust, policy } => {
                self.make_role(region, role, trust, &policy.to_json()).await
            }
            Step::MakeProfile { profile, role } => self.make_profile(region, profile, role).await,
            Step::MakeBucket { bucket, .. } => self.make_bucket(region, bucket).await,
            Step::UploadAgent { key, .. } => self.upload_agent(region, key).await,
            Step::MakeGroup { group, network, port, admits, .. } => {
                self.make_group(region, group, network, *port, admits).await
            }
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
        let id = match ec2.make_group(name, &what_for, network, &tags).await {
            // The first answer was lost, and the SDK asked again: the name is this launch's alone.
            Err(error) if error.kind == ErrorKind::AlreadyThere => {
                let groups = ec2.own_groups(Some(name)).await.map_err(doing())?;
                groups.into_iter().next().map(|group| group.id).ok_or(error)
            }
            made => made,
        };
        let id = id.map_err(doing())?;
        ec2.admit(&id, port, admits).await.map_err(doing())?;
        self.groups.insert(region.to_string(), id);
        Ok(())
    }

    async fn run(
        &mut self,
        region: &RegionName,
        candidate: &Candidate,
    ) -> Result<Result<Machine, AwsError>, Cause> {
        let request = self.request(region, candidate).await?;
        let ec2 = self.means.session.ec2(region);
        let now = self.plan.planned_at;
        let fate =
            settle::run(&ec2, region.as_str(), &request, &self.means.journal, now, self.report).await?;
        match fate {
            Fate::Made(machine) => {
                self.made.push(Made::Machine { ec2, region: region.to_string(), id: machine.id.clone() });
                (self.report)(Event::Accepted { instance_id: machine.id.clone() });
                Ok(Ok(machine))
            }
            Fate::Refused(error) if matches!(error.kind, ErrorKind::Capacity | ErrorKind::Quota) => {
                Ok(Err(error))
            }
            Fate::Refused(source) => {
                let doing = format!("launch {} in {region}", candidate.instance_type);
                Err(Cause::Aws { doing, source })
            }
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
        let signed =
            bucket.presign(&self.plan.agent.key, URL_LASTS).await.map_err(failed("sign the agent's URL"))?;
        let mut boot = self.plan.boot_of(candidate);
        if let Some(agent) = &mut boot.agent {
            (agent.url, agent.headers) = (signed.url, signed.headers);
        }
        let user_data = cloudinit::render(&boot)?;
        Ok(RunRequest {
            client_token: candidate.client_token.clone(),
            image: candidate.image.id.clone(),
            instance_type: candidate.instance_type.clone(),
            zone: candidate.zone.clone(),
            group: self.groups.get(region.as_str()).cloned().unwrap_or_default(),
            root_device: candidate.image.root_device.clone(),
            root_gib: candidate.image.root_gib,
            market: candidate.market,
            reservation: candidate.reservation.clone(),
            ending: self.plan.ending.request(),
            user_data: base64::engine::general_purpose::STANDARD.encode(user_data.bytes()),
            tags: self.plan.tags.clone(),
        })
    }

    /// Waits as far as was asked for and tells what there is.
    async fn finish(&mut self, candidate: &Candidate, machine: Machine) -> Result<Launched, Cause> {
        let region: RegionName = candidate.region.parse()?;
        let ec2 = self.means.session.ec2(&region);
        let mut machine = machine;
        let mut ssh_answers = None;
        if self.means.wait_for >= WaitFor::Running {
            machine = self.unless_interrupted(wait::until_running(&ec2, &machine.id)).await??;
            (self.report)(Event::Running { address: machine.public_address.clone() });
        }
        if let Some(address) = machine.public_address.clone().filter(|_| self.means.wait_for == WaitFor::Ssh)
        {
            let answers = self
                .unless_interrupted(wait::until_ssh(
                    &address,
                    self.plan.ssh_port,
                    self.means.ssh_wait.to_duration(),
                ))
                .await?;
            (self.report)(if answers { Event::SshAnswers } else { Event::SshNotYet });
            ssh_answers = Some(answers);
        }
        self.stop_if_interrupted()?;
        Ok(self.launched(candidate, machine, ssh_answers))
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
        let ssh_command = user.zip(machine.public_address.as_deref()).map(|(user, address)| {
            let port =
                if self.plan.ssh_port == 22 { String::new() } else { format!("-p {} ", self.plan.ssh_port) };
            let identity = self.means.identity_file.as_ref();
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
            state: machine.state,
            address: machine.public_address,
            ssh_answers,
            ssh_command,
            deadline: self.plan.deadline,
            cost: candidate.cost.clone(),
        }
    }

    /// Removes what was made, the last first.
    async fn undo(&mut self) -> Vec<Left> {
        let mut left = Vec::new();
        while let Some(made) = self.made.pop() {
            match made.undo().await {
                Ok(Some(what)) => (self.report)(Event::Undone(what)),
                Ok(None) => {}
                Err(still_there) => left.push(still_there),
            }
        }
        left
    }
}

fn failed(doing: impl Into<String>) -> impl FnOnce(AwsError) -> Cause {
    let doing = doing.into();
    move |source| Cause::Aws { doing, source }
}
