//! Asks for the machines of a turn, and waits for them to run as far as was asked for.
//!
//! What it leaves to others: what goes as a fleet, and who comes next.

use super::prepare::Progress;
use super::{Asked, Cause, Executor, Had, unless_interrupted};
use crate::aws::Refusal;
use crate::aws::types::{Machine, RunCount};
use crate::model::RegionName;
use crate::provision::plan::Candidate;
use crate::provision::report::Event;
use crate::provision::settle::{self, Book, Fate};
use crate::provision::undo::Made;
use crate::provision::wait::{self, WaitError, WaitFor};

impl<R: FnMut(Event)> Executor<'_, R> {
    /// Prepares the candidates of a turn, asks for them and waits; what was refused leaves the others their turn. `had` are
    /// the machines that there are already.
    pub(super) async fn ask(
        &mut self,
        candidates: &[Candidate],
        count: RunCount,
        had: &[Had],
    ) -> Result<Asked, Cause> {
        let Some(first) = candidates.first() else { return Ok(Asked::default()) };
        let region: RegionName = first.region.parse()?;
        let mut begun = Vec::new();
        for candidate in candidates {
            for step in &candidate.preparation {
                self.stop_if_interrupted()?;
                if self.done.insert(step.clone()) {
                    match self.prepare(&region, step).await? {
                        Progress::Done => (self.report)(Event::Prepared(step.clone())),
                        Progress::Begun => begun.push((candidate, step)),
                    }
                }
            }
        }
        self.stop_if_interrupted()?;
        self.complete(&region, &begun).await?;
        self.stop_if_interrupted()?;
        let asked = match &first.fleet {
            Some(token) => self.fleet(&region, candidates, count, token, had).await?,
            None => self.run(&region, first, count).await?,
        };
        if self.means.wait_for >= WaitFor::Running { self.started(&region, asked).await } else { Ok(asked) }
    }

    /// Asks for machines of one kind.
    async fn run(
        &mut self,
        region: &RegionName,
        candidate: &Candidate,
        count: RunCount,
    ) -> Result<Asked, Cause> {
        let request = self.request(region, candidate, count).await?;
        let ec2 = self.means.session.ec2(region);
        let fate = settle::run(&ec2, &request, self.book(region.as_str()), self.report).await?;
        match fate {
            Fate::Made(machines) => {
                self.note_machines(region, machines.iter().map(|machine| machine.id.clone()).collect());
                let had = |machine| Had { candidate: candidate.clone(), machine };
                Ok(Asked { had: machines.into_iter().map(had).collect(), refused: Vec::new() })
            }
            Fate::Refused(source) => match source.refusal() {
                Some(refusal) => Ok(Asked { had: Vec::new(), refused: vec![(candidate.clone(), refusal)] }),
                None => {
                    let doing = format!("launch {} in {region}", candidate.instance_type);
                    Err(Cause::Aws { doing, source })
                }
            },
            Fate::Unknown(source) => {
                let (client_token, region) = (request.client_token, region.to_string());
                let token = client_token.clone();
                self.made.push(Made::PerhapsMachines { ec2, region, token });
                Err(Cause::FateUnknown { client_token, source })
            }
        }
    }

    /// Where requests of a region are written down.
    pub(super) fn book<'b>(&self, region: &'b str) -> Book<'b>
    where
        Self: 'b,
    {
        Book { journal: &self.means.journal, region, now: self.plan.planned_at }
    }

    /// From now on these machines are known, and undone where it comes to that.
    pub(super) fn note_machines(&mut self, region: &RegionName, ids: Vec<String>) {
        let accepted = match ids.as_slice() {
            [] => return,
            [only] => Event::Accepted { instance_id: only.clone() },
            several => Event::SeveralAccepted(several.to_vec()),
        };
        let ec2 = self.means.session.ec2(region);
        self.made.push(Made::Machines { ec2, region: region.to_string(), ids });
        (self.report)(accepted);
    }

    /// Waits until machines run; one that EC2 could not keep was refused after all.
    async fn started(&mut self, region: &RegionName, asked: Asked) -> Result<Asked, Cause> {
        let ec2 = self.means.session.ec2(region);
        let ids: Vec<String> = asked.had.iter().map(|had| had.machine.id.clone()).collect();
        let outcomes = match ids.as_slice() {
            [] => return Ok(asked),
            [only] => vec![unless_interrupted(self.means, wait::until_running(&ec2, only)).await?],
            several => {
                let wait = wait::until_all_run(&ec2, &self.plan.launch, several);
                unless_interrupted(self.means, wait).await??
            }
        };
        let mut started = Asked { had: Vec::new(), refused: asked.refused };
        for (Had { candidate, .. }, outcome) in asked.had.into_iter().zip(outcomes) {
            match outcome {
                Ok(machine) => started.had.push(Had { candidate, machine }),
                Err(WaitError::Died { id, reason, state }) => {
                    let Some(refusal) = Refusal::of_death(&id, &reason).filter(|_| state.is_ended()) else {
                        return Err(WaitError::Died { id, reason, state }.into());
                    };
                    self.made.iter_mut().for_each(|made| made.forget_machine(&id));
                    started.refused.push((candidate, refusal));
                }
                Err(error) => return Err(error.into()),
            }
        }
        match started.had.as_slice() {
            [] => {}
            [only] => (self.report)(running(&only.machine)),
            several => (self.report)(Event::SeveralRun(several.len())),
        }
        Ok(started)
    }
}

fn running(machine: &Machine) -> Event {
    match machine.reached_at() {
        Some(address) if machine.private_address.as_deref() == Some(address) => {
            Event::RunningPrivately { address: address.to_owned() }
        }
        address => Event::Running { address: address.map(str::to_owned) },
    }
}
