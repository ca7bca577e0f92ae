//! Asks for machines by one fleet request, and tells of each what it is and of each pool why it gave none.
//!
//! The launch templates that it takes are made before, as steps of the plan, and removed as soon as there is an answer.

use futures_util::future::join_all;

use super::{Asked, Cause, Executor, Had, failed};
use crate::aws::ec2::FleetAnswer;
use crate::aws::types::fleet::{
    FleetLeast, FleetPool, FleetRequest, FleetSingle, FleetTemplate, MOST_LEAST, ToldPool,
};
use crate::aws::types::{Machine, MachineState, RunCount};
use crate::aws::{AwsError, ErrorKind, Reach, Refusal};
use crate::model::RegionName;
use crate::provision::plan::{Candidate, helper_tags};
use crate::provision::report::Event;
use crate::provision::settle::{self, Fate, PAUSES, PROFILE_PAUSES};
use crate::provision::undo::{Left, Made};

impl<R: FnMut(Event)> Executor<'_, R> {
    /// From now on a launch template may be there.
    pub(super) fn note_launch_template(&mut self, region: &RegionName, name: &str) {
        let ec2 = self.means.session.ec2(region);
        self.made.push(Made::LaunchTemplate { ec2, region: region.to_string(), name: name.to_owned() });
    }

    /// Makes what the machines of a candidate start from.
    pub(super) async fn make_launch_template(
        &self,
        region: &RegionName,
        candidate: &Candidate,
        name: &str,
    ) -> Result<(), Cause> {
        let request = self.request(region, candidate, RunCount::default()).await?;
        let ec2 = self.means.session.ec2(region);
        let made = ec2.make_launch_template(name, &request, &helper_tags(&self.plan.launch)).await;
        made.map_err(failed(format!("make launch template {name}")))
    }

    /// Asks for machines of any of the candidates. What has failed for a moment only is asked for again.
    pub(super) async fn fleet(
        &mut self,
        region: &RegionName,
        candidates: &[Candidate],
        count: RunCount,
        token: &str,
        had: &[Had],
    ) -> Result<Asked, Cause> {
        let pools: Vec<FleetPool> =
            (0..).zip(candidates).map(|(rank, candidate)| self.pool(region, candidate, rank)).collect();
        let mut known: Vec<String> = had.iter().map(|one| one.machine.id.clone()).collect();
        let (mut throttled, mut unknown) = (PAUSES.iter(), PROFILE_PAUSES.iter());
        let mut answer = FleetAnswer::default();
        for attempt in 0.. {
            let got = u32::try_from(answer.machines.len()).unwrap_or(u32::MAX);
            let (wanted, least) = (count.most.saturating_sub(got), count.least.saturating_sub(got));
            let mut request = self.fleet_request(candidates, &pools, RunCount { least, most: wanted });
            request.client_token = if attempt == 0 { token.to_owned() } else { format!("{token}-{attempt}") };
            let FleetAnswer { machines, errors } = self.send(region, &request, &known).await?;
            let enough = machines.len() >= wanted as usize;
            known.extend(machines.iter().map(|(id, _)| id.clone()));
            answer.machines.extend(machines);
            answer.errors = errors;
            let passing = answer.errors.iter().map(|(_, error)| error).find(|error| passes(error.kind));
            let pause = passing.and_then(|error| match error.kind {
                ErrorKind::NotKnownYet => unknown.next(),
                _ => throttled.next(),
            });
            let (Some(error), Some(pause), false) = (passing, pause, enough) else { break };
            (self.report)(match error.kind {
                ErrorKind::NotKnownYet => settle::not_known_yet(error),
                _ => Event::AskedAnew { because: error.to_string() },
            });
            tokio::time::sleep(*pause).await;
            self.stop_if_interrupted()?;
        }
        self.remove_launch_templates(candidates).await;
        told(region, candidates, &pools, answer)
    }

    /// Sends a request. A refusal of all of it is one of each pool.
    async fn send(
        &mut self,
        region: &RegionName,
        request: &FleetRequest,
        known: &[String],
    ) -> Result<FleetAnswer, Cause> {
        let ec2 = self.means.session.ec2(region);
        match settle::fleet(&ec2, request, known, self.book(region.as_str()), self.report).await? {
            Fate::Made(answer) => {
                self.note_machines(region, answer.machines.iter().map(|(id, _)| id.clone()).collect());
                Ok(answer)
            }
            Fate::Refused(source) if source.refusal().is_some() => {
                Ok(FleetAnswer { machines: Vec::new(), errors: vec![(ToldPool::default(), source)] })
            }
            Fate::Refused(source) => Err(Cause::Aws { doing: format!("launch a fleet in {region}"), source }),
            Fate::Unknown(source) => {
                let (region, launch) = (region.to_string(), request.launch.clone());
                self.made.push(Made::PerhapsFleet { ec2, region, launch });
                Err(Cause::FateUnknown { client_token: request.client_token.clone(), source })
            }
        }
    }

    fn pool(&self, region: &RegionName, candidate: &Candidate, rank: u32) -> FleetPool {
        FleetPool {
            instance_type: candidate.instance_type.clone(),
            zone: candidate.zone.clone(),
            subnet: self.interface(region, candidate).map(|interface| interface.subnet),
            max_price: candidate.max_price_usd_hour,
            rank,
        }
    }

    fn fleet_request(&self, candidates: &[Candidate], pools: &[FleetPool], count: RunCount) -> FleetRequest {
        let mut templates: Vec<FleetTemplate> = Vec::new();
        for (candidate, pool) in candidates.iter().zip(pools) {
            let name = candidate.launch_template().unwrap_or_default();
            match templates.iter_mut().find(|template| template.name == name) {
                Some(template) => template.pools.push(pool.clone()),
                None => {
                    templates.push(FleetTemplate { name: name.to_owned(), pools: vec![pool.clone()] });
                }
            }
        }
        FleetRequest {
            client_token: String::new(),
            launch: self.plan.launch.clone(),
            market: candidates.first().map(|first| first.market).unwrap_or_default(),
            wanted: count.most,
            least: least(pools, count.least),
            templates,
            tags: helper_tags(&self.plan.launch),
        }
    }

    /// The machines are there, or there are none: what they were to start from is of no more use.
    async fn remove_launch_templates(&mut self, candidates: &[Candidate]) {
        let is_one = |made: &Made| {
            candidates.iter().filter_map(Candidate::launch_template).any(|name| made.is_launch_template(name))
        };
        let (templates, rest) = std::mem::take(&mut self.made).into_iter().partition(is_one);
        self.made = rest;
        let templates: Vec<Made> = templates;
        let removals = templates.into_iter().map(|template| template.undo(&self.plan.launch));
        for removal in join_all(removals).await {
            if let Err(Left { what, because, command }) = removal {
                (self.report)(Event::StillThere { what, because, command });
            }
        }
    }
}

/// What is worth another try in a moment: nothing was wrong with the request.
const fn passes(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Throttled | ErrorKind::Unavailable | ErrorKind::NotKnownYet)
}

/// The fewest machines, as EC2 takes it: only where all pools are of one type or in one zone.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SpotOptionsRequest.html>
fn least(pools: &[FleetPool], count: u32) -> Option<FleetLeast> {
    let (first, others) = pools.split_first()?;
    let single = if others.iter().all(|pool| pool.instance_type == first.instance_type) {
        FleetSingle::InstanceType
    } else if first.zone.is_some() && others.iter().all(|pool| pool.zone == first.zone) {
        FleetSingle::Zone
    } else {
        return None;
    };
    (2..=MOST_LEAST).contains(&count).then_some(FleetLeast { count, single })
}

/// The candidate of each machine, and the reason why of each pool that gave too little.
fn told(
    region: &RegionName,
    candidates: &[Candidate],
    pools: &[FleetPool],
    answer: FleetAnswer,
) -> Result<Asked, Cause> {
    let of = |told: &ToldPool| -> Vec<&Candidate> {
        pools.iter().zip(candidates).filter(|(pool, _)| told.is(pool)).map(|(_, its)| its).collect()
    };
    let had = answer.machines.iter().filter_map(|(id, told)| {
        let candidate = of(told).into_iter().next().or(candidates.first())?;
        let machine = Machine {
            id: id.clone(),
            instance_type: candidate.instance_type.clone(),
            market: candidate.market,
            // What EC2 has just launched is on its way, and nobody has asked since.
            state: MachineState::Pending,
            ..Machine::default()
        };
        Some(Had { candidate: candidate.clone(), machine })
    });
    let had: Vec<Had> = had.collect();
    let ends_it = had.is_empty() && answer.errors.iter().all(|(_, error)| error.refusal().is_none());
    let mut refused: Vec<(Candidate, Refusal)> = Vec::new();
    for (told, error) in answer.errors {
        if ends_it {
            return Err(Cause::Aws { doing: format!("launch a fleet in {region}"), source: error });
        }
        let refusal = error.refusal().unwrap_or_else(|| of_pool(&error)).without_places();
        for candidate in of(&told) {
            let one = (candidate.clone(), refusal.clone());
            if !refused.contains(&one) {
                refused.push(one);
            }
        }
    }
    // In the plan's order: EC2's own follows prices, which are others by the hour.
    refused.sort_by_key(|(refused, _)| candidates.iter().position(|candidate| candidate == refused));
    if had.is_empty() && refused.is_empty() {
        refused.extend(candidates.iter().map(|candidate| (candidate.clone(), without_a_reason())));
    }
    Ok(Asked { had, refused })
}

/// A failure of one pool that others did not have.
fn of_pool(error: &AwsError) -> Refusal {
    Refusal {
        reach: Reach::Pool,
        code: error.code.clone(),
        because: error.to_string(),
        wants_capacity: false,
        zones_named: Vec::new(),
    }
}

fn without_a_reason() -> Refusal {
    Refusal {
        reach: Reach::Pool,
        code: None,
        because: "EC2 launched none, and gave no reason".to_owned(),
        wants_capacity: false,
        zones_named: Vec::new(),
    }
}
