//! What is done once the machines are there: their names, their first signs, what they do not need, what is told of them.
//!
//! Nothing is asked for any more.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;

use super::{Cause, Executor, Had, OnAgentFailure, undo, unless_interrupted};
use crate::aws::ec2::Ec2;
use crate::aws::types::Machine;
use crate::model::RegionName;
use crate::model::tag::{self, Tag};
use crate::provision::first_sign::{self, Seen, Wanted};
use crate::provision::plan::{Candidate, Refused, Source};
use crate::provision::report::{AgentState, Event, LAUNCHED_SCHEMA, Launched, SeveralSigns};
use crate::provision::undo::{Left, Made};
use crate::provision::wait::WaitFor;

/// The consoles of so many machines are read within the usual pause; of more it becomes longer.
const CONSOLES_AT_ONCE: usize = 5;
/// Between two looks at a console.
const CONSOLE_PAUSE: Duration = Duration::from_secs(2);

impl<'e, R: FnMut(Event)> Executor<'e, R> {
    /// Looks for the first signs where that was asked for, removes what the machines do not need, and tells what there is.
    pub(super) async fn finish(
        &mut self,
        had: Vec<Had>,
        refused: Vec<Refused>,
    ) -> Result<Vec<Launched>, Cause> {
        had.iter().for_each(|one| self.remember_agent(&one.candidate));
        self.give_names(&had).await?;
        let mut signs = vec![Seen::default(); had.len()];
        if self.means.wait_for >= WaitFor::Ssh {
            signs = match had.as_slice() {
                [only] => vec![self.first_sign(only).await?],
                several => self.first_signs(several).await?,
            };
            let keys = had.iter().zip(&mut signs).map(async |(one, seen)| {
                let Ok(region) = one.candidate.region.parse() else { return };
                let ec2 = self.means.session.ec2(&region);
                keep_host_key(&ec2, &one.machine, seen.host_key.take()).await;
            });
            join_all(keys).await;
        }
        self.stop_if_interrupted()?;
        let numbered: Vec<(usize, (Had, Seen))> = had.into_iter().zip(signs).enumerate().collect();
        let kept = self.without_failed(numbered).await?;
        let regions: BTreeSet<&str> =
            kept.iter().map(|(_, (one, _))| one.candidate.region.as_str()).collect();
        self.undo_elsewhere(&regions).await;
        let launched = kept.iter().map(|(number, (one, seen))| Launched {
            name: self.name(*number),
            refused: refused.clone(),
            ..self.launched(&one.candidate, one.machine.clone(), seen)
        });
        Ok(launched.collect())
    }

    /// What the machine of a number, counted from 0, is called.
    fn name(&self, number: usize) -> String {
        let names = self.plan.several.iter().flat_map(|several| &several.names);
        names.into_iter().nth(number).unwrap_or(&self.plan.name).clone()
    }

    /// Gives each of several machines its name. One that stays without is no failure.
    async fn give_names(&mut self, had: &[Had]) -> Result<(), Cause> {
        if self.plan.several.as_ref().is_none_or(|several| several.names.is_empty()) {
            return Ok(());
        }
        let named = had.iter().enumerate().map(async |(number, one)| {
            let name = self.name(number);
            let region: RegionName = one.candidate.region.parse()?;
            let (ec2, id) = (self.means.session.ec2(&region), one.machine.id.clone());
            let tag = [Tag::new(tag::NAME, name.clone())];
            let outcome =
                crate::provision::network::known(|| ec2.set_tags(std::slice::from_ref(&id), &tag)).await;
            Ok::<_, Cause>(outcome.err().map(|error| Event::NotNamed {
                id,
                name,
                because: error.to_string(),
            }))
        });
        for outcome in join_all(named).await {
            outcome?.into_iter().for_each(&mut *self.report);
        }
        Ok(())
    }

    async fn first_sign(&mut self, one: &Had) -> Result<Seen, Cause> {
        let region: RegionName = one.candidate.region.parse()?;
        let ec2 = self.means.session.ec2(&region);
        let (wanted, means) = (self.wanted(&one.candidate, 1), self.means);
        let look = first_sign::look(&ec2, &one.machine, one.machine.reached_at(), wanted, self.report);
        unless_interrupted(means, look).await
    }

    /// Looks at all of them side by side, and tells what was seen in all.
    async fn first_signs(&mut self, had: &[Had]) -> Result<Vec<Seen>, Cause> {
        let looks = had.iter().map(async |one| {
            let region: RegionName = one.candidate.region.parse()?;
            let ec2 = self.means.session.ec2(&region);
            let wanted = self.wanted(&one.candidate, had.len());
            let address = one.machine.reached_at();
            Ok::<_, Cause>(first_sign::look(&ec2, &one.machine, address, wanted, &mut |_| {}).await)
        });
        let seen = unless_interrupted(self.means, join_all(looks)).await?;
        let seen = seen.into_iter().collect::<Result<Vec<Seen>, Cause>>()?;
        let count = |holds: &dyn Fn(&Seen) -> bool| seen.iter().filter(|one| holds(one)).count();
        (self.report)(Event::SeveralSigns(SeveralSigns {
            machines: had.len(),
            ssh_asked: count(&|one| one.ssh.is_some()),
            ssh_answers: count(&|one| one.ssh == Some(true)),
            agents_seen: count(&|one| one.agent == Some(AgentState::Seen)),
            agents_unknown: count(&|one| one.agent == Some(AgentState::Unknown)),
            deadline: self.plan.deadline,
        }));
        for (one, seen) in had.iter().zip(&seen) {
            if let Some(reason) = &seen.failure {
                let reason = format!("{}: {reason}", one.machine.id);
                (self.report)(Event::AgentFailed { reason });
            }
        }
        Ok(seen)
    }

    /// Ends the machines whose agents have failed, where those are not to be kept and enough others are left.
    async fn without_failed(
        &mut self,
        all: Vec<(usize, (Had, Seen))>,
    ) -> Result<Vec<(usize, (Had, Seen))>, Cause> {
        if self.means.on_agent_failure == OnAgentFailure::Keep {
            return Ok(all);
        }
        let has_failed = |one: &(usize, (Had, Seen))| one.1.1.failure.is_some();
        let (failed, kept): (Vec<_>, Vec<_>) = all.into_iter().partition(has_failed);
        let Some((_, (first, seen))) = failed.first() else { return Ok(kept) };
        if kept.len() < self.plan.count().least as usize {
            let reason = seen.failure.clone().unwrap_or_default();
            return Err(Cause::AgentFailed { id: first.machine.id.clone(), reason });
        }
        for (_, (one, _)) in &failed {
            let region: RegionName = one.candidate.region.parse()?;
            let id = one.machine.id.clone();
            let made = Made::Machines {
                ec2: self.means.session.ec2(&region),
                region: region.to_string(),
                ids: vec![id.clone()],
            };
            self.made.iter_mut().for_each(|made| made.forget_machine(&id));
            self.tell_undone(vec![made]).await;
        }
        Ok(kept)
    }

    /// Removes what was made for candidates of other regions.
    async fn undo_elsewhere(&mut self, regions: &BTreeSet<&str>) {
        let made = std::mem::take(&mut self.made);
        let (here, elsewhere) =
            made.into_iter().partition(|made| regions.iter().any(|region| made.serves(region)));
        self.made = here;
        self.tell_undone(elsewhere).await;
    }

    async fn tell_undone(&mut self, made: Vec<Made>) {
        for Left { what, because, command } in undo(made, &self.plan.launch, self.report).await {
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

    fn wanted(&self, candidate: &Candidate, machines: usize) -> Wanted<'e> {
        let turns = u32::try_from(machines.div_ceil(CONSOLES_AT_ONCE)).unwrap_or(u32::MAX);
        Wanted {
            launch: candidate.agent.is_some().then_some(self.plan.launch.as_str()),
            deadline: self.plan.deadline,
            ssh_port: self.plan.ssh_port,
            ssh_limit: self.means.ssh_wait.to_duration(),
            agent_limit: self.means.agent_wait.to_duration(),
            console_pause: CONSOLE_PAUSE.saturating_mul(turns),
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
}

/// Keeps what was read of the host key for the first way in by ssh, which else reads the console itself: that it can't be
/// kept is no failure.
async fn keep_host_key(ec2: &Ec2, machine: &Machine, key: Option<String>) {
    if let Some(key) = key {
        let _ = ec2.set_tags(std::slice::from_ref(&machine.id), &[Tag::new(tag::HOST_KEY, key)]).await;
    }
}
