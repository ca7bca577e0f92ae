//! The machine is there: its first signs, what it does not need, and what is told of it.
//!
//! A machine whose agent has failed is handed back as a failure, and whoever undoes the rest ends it.

use super::{Cause, Executor, OnAgentFailure, reached_at, undo, unless_interrupted};
use crate::aws::ec2::Ec2;
use crate::aws::types::Machine;
use crate::model::RegionName;
use crate::model::tag::{self, Tag};
use crate::provision::first_sign::{self, Seen, Wanted};
use crate::provision::plan::{Candidate, Refused, Source};
use crate::provision::report::{Event, LAUNCHED_SCHEMA, Launched};
use crate::provision::undo::Left;
use crate::provision::wait::WaitFor;

impl<'e, R: FnMut(Event)> Executor<'e, R> {
    /// Looks for the first signs where that was asked for, removes what the machine does not need, and tells what there is.
    pub(super) async fn finish(
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
            let address = reached_at(&machine);
            let look = first_sign::look(&ec2, &machine, address.as_deref(), wanted, self.report);
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
            ssh_answers: seen.ssh,
            agent: seen.agent,
            ssh_command,
            deadline: self.plan.deadline,
            cost: candidate.cost.clone(),
            refused: Vec::new(),
        }
    }
}

/// Keeps what was read of the host key for the first way in by ssh, which else reads the console itself: that it can't be
/// kept is no failure.
async fn keep_host_key(ec2: &Ec2, machine: &Machine, key: Option<String>) {
    if let Some(key) = key {
        let _ = ec2.set_tags(std::slice::from_ref(&machine.id), &[Tag::new(tag::HOST_KEY, key)]).await;
    }
}
