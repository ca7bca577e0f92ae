//! The steps before a machine is asked for: what each makes, and that it is noted before it is made, so that it can be
//! undone.
//!
//! Which steps, and when, is the plan's and the executor's affair.

use std::path::Path;

use futures_util::future::join_all;

use super::{Cause, Executor, OBJECTS_LAST_DAYS, failed};
use crate::aws::ErrorKind;
use crate::aws::ec2::Opening;
use crate::model::{OpenPort, RegionName};
use crate::provision::network::{NewNetwork, known};
use crate::provision::plan::network::NetworkStep;
use crate::provision::plan::{Candidate, OBJECT_PREFIX, Step, helper_tags, network_tags};
use crate::provision::report::Event;
use crate::provision::undo::Made;

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// It is done.
    Done,
    /// The rest of it waits for nothing but what other steps have made, and is done beside the rest of those.
    Begun,
}

impl<R: FnMut(Event)> Executor<'_, R> {
    pub(super) async fn prepare(&mut self, region: &RegionName, step: &Step) -> Result<Progress, Cause> {
        match step {
            Step::MakeRole { role, trust, policy } => {
                self.make_role(region, role, trust, &policy.to_json()).await
            }
            Step::MakeProfile { profile, role } => self.make_profile(region, profile, role).await,
            Step::MakeBucket { bucket, .. } => self.make_bucket(region, bucket).await,
            Step::UploadAgent { key, file, sha256, .. } => self.upload_agent(region, key, file, sha256).await,
            Step::UploadBundle { key, file, .. } => self.upload_bundle(region, key, file).await,
            Step::UploadUserFiles { key, .. } => self.upload_user_files(region, key).await,
            Step::MakeGroup { group, network, .. } => {
                return self.make_group(region, group, network).await.map(|()| Progress::Begun);
            }
            Step::MakeLaunchTemplate { template, .. } => {
                self.note_launch_template(region, template);
                return Ok(Progress::Begun);
            }
            Step::Network(step) => self.make_network(region, step).await,
        }
        .map(|()| Progress::Done)
    }

    /// Does what is left of steps, side by side: each is waited for, so that what another's failure undoes has been made.
    pub(super) async fn complete(
        &mut self,
        region: &RegionName,
        begun: &[(&Candidate, &Step)],
    ) -> Result<(), Cause> {
        let rest = begun.iter().map(|(candidate, step)| self.rest_of(region, candidate, step));
        let outcomes = join_all(rest).await;
        for ((_, step), outcome) in begun.iter().zip(outcomes) {
            outcome?;
            (self.report)(Event::Prepared((*step).clone()));
        }
        Ok(())
    }

    async fn rest_of(&self, region: &RegionName, candidate: &Candidate, step: &Step) -> Result<(), Cause> {
        match step {
            Step::MakeGroup { group, port, admits, opens, .. } => {
                self.open_group(region, group, (*port, admits), opens).await
            }
            Step::MakeLaunchTemplate { template, .. } => {
                self.make_launch_template(region, candidate, template).await
            }
            _ => Ok(()),
        }
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

    /// The object is named by what its bytes come to, so a file that has changed since must not get that name.
    async fn upload_agent(
        &mut self,
        region: &RegionName,
        key: &str,
        file: &Path,
        sha256: &str,
    ) -> Result<(), Cause> {
        let content = self.means.packed.content(file, sha256).await?;
        let bucket = self.bucket(region);
        self.made.push(Made::Object { bucket: bucket.clone(), key: key.to_owned() });
        bucket.upload(key, content.to_vec()).await.map_err(failed("upload the agent"))
    }

    /// Stores the bundle of the deployment, which stays as long as that does. Machines judge its bytes by their SHA-256.
    async fn upload_bundle(&mut self, region: &RegionName, key: &str, file: &Path) -> Result<(), Cause> {
        let bucket = self.bucket(region);
        self.made.push(Made::Object { bucket: bucket.clone(), key: key.to_owned() });
        bucket.upload_file(key, file).await.map_err(failed("upload the bundle"))
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
        bucket.upload(key, content).await.map_err(failed("upload what the machine fetches at its start"))
    }

    async fn make_network(&mut self, region: &RegionName, step: &NetworkStep) -> Result<(), Cause> {
        let doing = failed(format!("make a network in {region}"));
        if let NetworkStep::MakeNetwork { network, deployment, range, ipv6, .. } = step {
            let (ec2, launch) = (self.means.session.ec2(region), &self.plan.launch);
            let (region, launch_id) = (region.to_string(), launch.clone());
            self.made.push(Made::Network { ec2: ec2.clone(), region: region.clone(), launch: launch_id });
            let tags = network_tags(launch, network, deployment.as_deref());
            let network = NewNetwork::make(ec2, &region, launch, tags, range, *ipv6).await.map_err(doing)?;
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

    async fn make_group(&mut self, region: &RegionName, name: &str, network: &str) -> Result<(), Cause> {
        let ec2 = self.means.session.ec2(region);
        let doing = || failed(making_group(name));
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
        self.groups.insert(region.to_string(), id.map_err(doing())?);
        Ok(())
    }

    /// Makes the rules of a group that is there.
    async fn open_group(
        &self,
        region: &RegionName,
        name: &str,
        (ssh_port, ssh_from): (u16, &str),
        opens: &[OpenPort],
    ) -> Result<(), Cause> {
        let Some(id) = self.groups.get(region.as_str()) else { return Ok(()) };
        let ec2 = self.means.session.ec2(region);
        let ssh = Opening {
            port: ssh_port,
            from: ssh_from.to_owned(),
            why: "SSH from where this machine was launched",
        };
        let others = opens.iter().map(|open| Opening {
            port: open.port,
            from: open.from.to_string(),
            why: "a port of the deployment",
        });
        let all: Vec<Opening> = std::iter::once(ssh).chain(others).collect();
        known(|| ec2.admit(id, &all)).await.map_err(failed(making_group(name)))
    }
}

fn making_group(name: &str) -> String {
    format!("make security group {name}")
}
