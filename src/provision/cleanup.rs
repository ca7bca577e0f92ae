//! What carries our tags and serves nothing any more: found, shown, removed.
//!
//! A machine is never touched. A group serves its launch's machine until that has ended; the group of a launch that may
//! still be under way is left alone.

pub mod roles;

use std::collections::BTreeSet;

use futures_util::future::try_join_all;

mod network;
mod storage;

use super::journal::{Journal, JournalError, Outcome, Request};
use super::network::remove_network;
use super::plan::{bucket_name, planned_at};
use super::report::{LEFTOVER_SCHEMA, Leftover, LeftoverKind};
use super::undo::remove_group_when_free;
use super::wish::deployment::{EVERY_DEPLOYMENT, deployments_of};
use crate::aws::regions::{PerRegion, RegionFailure, ask_each};
use crate::aws::types::{Group, Machine};
use crate::aws::{AwsError, ErrorKind, Session};
use crate::model::tag::Tag;
use crate::model::{RegionName, Span, tag};

/// How long after its planning a launch without a machine may still be under way.
const UNDER_WAY: Span = Span::from_seconds(15 * 60);
/// How long after its request a machine that EC2 does not show may still come.
const LATEST: Span = Span::from_seconds(3600);

/// When it is, and which launches are known to be over although they are young.
#[derive(Debug, Clone, Copy)]
pub struct Present<'l> {
    /// The present.
    pub now: jiff::Timestamp,
    /// The launches.
    pub over: &'l [String],
}

impl Present<'_> {
    /// Whether a launch is so young that it may not be done.
    fn may_be_under_way(self, launch: Option<&str>) -> bool {
        launch.is_some_and(|launch| self.is_within(launch, UNDER_WAY))
    }

    /// Whether a launch was planned less than a span ago, and is not known to be over.
    pub(super) fn is_within(self, launch: &str, span: Span) -> bool {
        let is_young = planned_at(launch).is_some_and(|planned| Span::between(planned, self.now) <= span);
        is_young && self.over.iter().all(|over| over != launch)
    }
}

/// What is left over in some regions.
#[derive(Debug, Default)]
pub struct Leftovers {
    /// Each thing, by region.
    pub found: Vec<Leftover>,
    /// The regions that could not be asked.
    pub failures: Vec<RegionFailure>,
    /// The kinds of things that could not be looked for in a region that was asked.
    pub unseen: Vec<(&'static str, RegionFailure)>,
    /// The launches that have made something and may still be under way, so that it is left to them.
    pub under_way: BTreeSet<String>,
    /// The buckets that stay because of what is in them.
    pub kept: Vec<KeptBucket>,
}

/// A bucket that is no leftover, since deployments are kept in it.
#[derive(Debug)]
pub struct KeptBucket {
    /// Where.
    pub region: RegionName,
    /// Its name.
    pub bucket: String,
    /// The deployments.
    pub deployments: Vec<String>,
}

/// What is left over in a region.
struct InRegion {
    found: Vec<Leftover>,
    unseen: Vec<(&'static str, AwsError)>,
    under_way: BTreeSet<String>,
    kept: Option<KeptBucket>,
}

/// Looks for what is left over; the buckets of an account only where it is named, since they serve the launches to come.
pub async fn find(
    session: &Session,
    regions: &[RegionName],
    bucket_of_account: Option<&str>,
    present: Present<'_>,
) -> Leftovers {
    let look = |region| find_in_region(session, region, bucket_of_account, present);
    let PerRegion { answers, failures } = ask_each(session, regions, look).await;
    let mut all = Leftovers { failures, ..Leftovers::default() };
    for (region, InRegion { found, unseen, under_way, kept }) in answers {
        all.found.extend(found);
        let failure = |source| RegionFailure { region: region.clone(), source };
        all.unseen.extend(unseen.into_iter().map(|(what, source)| (what, failure(source))));
        all.under_way.extend(under_way);
        all.kept.extend(kept);
    }
    all
}

async fn find_in_region(
    session: &Session,
    region: &RegionName,
    bucket_of_account: Option<&str>,
    present: Present<'_>,
) -> Result<InRegion, AwsError> {
    let ec2 = session.ec2(region);
    let unused = async { Ok(storage::look(&ec2).await) };
    let bucket = async {
        let Some(account) = bucket_of_account else { return Ok(None) };
        let bucket = session.bucket(region, bucket_name(account, region.as_str()), account);
        if !bucket.is_there().await? {
            return Ok(None);
        }
        let keys = bucket.keys_under(EVERY_DEPLOYMENT).await?;
        let deployments = deployments_of(&keys).into_iter().map(str::to_owned).collect();
        Ok(Some(KeptBucket { region: region.clone(), bucket: bucket.name().to_owned(), deployments }))
    };
    let (groups, machines, networks, unused, templates, bucket) = tokio::try_join!(
        ec2.own_groups(None),
        ec2.own_machines(),
        network::look(&ec2),
        unused,
        ec2.own_launch_templates(),
        bucket
    )?;
    let tags = groups.iter().map(|group| &group.tags).chain(templates.iter().map(|template| &template.tags));
    let launches = tags.chain(networks.tags()).filter_map(|tags| tag::value_of(tags, tag::LAUNCH));
    let has_machine = |launch: &str| machines.iter().any(|machine| machine.tag(tag::LAUNCH) == Some(launch));
    let under_way = launches.filter(|launch| present.may_be_under_way(Some(launch)) && !has_machine(launch));
    let under_way = under_way.map(str::to_owned).collect();
    let (unused, unseen) = storage::left_over(unused, region, &machines, present);
    let templates = templates.iter().filter(|template| is_done_with(&template.tags, &machines, present));
    let templates = templates.map(|template| {
        let launch = tag::value_of(&template.tags, tag::LAUNCH);
        leftover(LeftoverKind::LaunchTemplate, &template.name, region, launch)
    });
    let networks = network::left_over(&networks, &groups, &machines, present)
        .map(|(kind, id, tags)| Leftover {
            deployment: tag::value_of(tags, tag::DEPLOYMENT).map(str::to_owned),
            ..leftover(kind, id, region, tag::value_of(tags, tag::LAUNCH))
        })
        .collect::<Vec<_>>();
    let group = |group: &Group| leftover(LeftoverKind::SecurityGroup, &group.id, region, launch_of(group));
    let groups = groups.iter().filter(|group| serves_nothing(group, &machines, present)).map(group);
    let (kept, bucket): (Option<KeptBucket>, Option<KeptBucket>) = match bucket {
        Some(bucket) if bucket.deployments.is_empty() => (None, Some(bucket)),
        bucket => (bucket, None),
    };
    let bucket = bucket.map(|empty| leftover(LeftoverKind::Bucket, &empty.bucket, region, None));
    // In the order in which they hang on each other.
    let found = unused.into_iter().chain(templates).chain(groups).chain(networks).chain(bucket);
    Ok(InRegion { found: found.collect(), unseen, under_way, kept })
}

fn leftover(kind: LeftoverKind, id: &str, region: &RegionName, launch: Option<&str>) -> Leftover {
    leftover_of(kind, id, region.as_str(), launch)
}

pub(super) fn leftover_of(kind: LeftoverKind, id: &str, region: &str, launch: Option<&str>) -> Leftover {
    Leftover {
        schema: LEFTOVER_SCHEMA,
        kind,
        id: id.to_owned(),
        region: region.to_string(),
        launch: launch.map(str::to_owned),
        deployment: None,
        gib: None,
        usd_hour: None,
        removed: false,
    }
}

fn launch_of(group: &Group) -> Option<&str> {
    tag::value_of(&group.tags, tag::LAUNCH)
}

/// Whether a group has nothing left to do: no machine that has not ended has it, and no launch is about to make one.
fn serves_nothing(group: &Group, machines: &[Machine], present: Present<'_>) -> bool {
    let launch = launch_of(group);
    let of_launch = |machine: &&Machine| launch.is_some() && machine.tag(tag::LAUNCH) == launch;
    let has_it = |machine: &&Machine| machine.groups.contains(&group.id);
    let mut served = machines.iter().filter(|machine| of_launch(machine) || has_it(machine)).peekable();
    if served.peek().is_some() {
        return served.all(|machine| machine.state.is_ended());
    }
    !present.may_be_under_way(launch)
}

/// Whether the launch that made a template needs it no more: it does only until its machines are asked for.
fn is_done_with(tags: &[Tag], machines: &[Machine], present: Present<'_>) -> bool {
    let launch = tag::value_of(tags, tag::LAUNCH);
    let mut made = machines.iter().filter(|machine| machine.tag(tag::LAUNCH) == launch).peekable();
    let all_ended = made.peek().is_some() && made.all(|machine| machine.state.is_ended());
    all_ended || !present.may_be_under_way(launch)
}

/// Removes what was found; what belongs to no region by way of `home`.
///
/// # Errors
/// Where AWS refuses one of them; the others of this call may be removed all the same.
pub async fn remove(
    session: &Session,
    leftover: &Leftover,
    account: &str,
    home: &RegionName,
) -> Result<(), AwsError> {
    if leftover.kind == LeftoverKind::Role {
        return roles::remove(session, home, &leftover.id).await;
    }
    let Ok(region) = leftover.region.parse::<RegionName>() else { return Ok(()) };
    match leftover.kind {
        LeftoverKind::Role => Ok(()),
        LeftoverKind::Volume => session.ec2(&region).remove_volume(&leftover.id).await,
        LeftoverKind::Address => session.ec2(&region).release_address(&leftover.id).await,
        LeftoverKind::LaunchTemplate => {
            session.ec2(&region).remove_launch_template(&leftover.id).await.map(|_| ())
        }
        LeftoverKind::SecurityGroup => remove_group_when_free(&session.ec2(&region), &leftover.id).await,
        LeftoverKind::Network => remove_network(&session.ec2(&region), region.as_str(), &leftover.id).await,
        LeftoverKind::InternetGateway => session.ec2(&region).remove_gateway(&leftover.id).await,
        LeftoverKind::Bucket => {
            let bucket = session.bucket(&region, leftover.id.clone(), account);
            // One may have begun since it was looked at.
            if !bucket.keys_under(EVERY_DEPLOYMENT).await?.is_empty() {
                let because = "a deployment is kept in it".to_owned();
                return Err(AwsError::own("DeleteBucket", ErrorKind::InUse, because));
            }
            bucket.remove().await.map(|_| ())
        }
        LeftoverKind::Object => {
            let bucket = session.bucket(&region, bucket_name(account, region.as_str()), account);
            bucket.remove_object(&leftover.id).await.map(|_| ())
        }
    }
}

/// Settles the requests of which nothing is known, by what EC2 shows of them; says how many. One that EC2 shows nothing of
/// is settled only when it is old: a machine may come late.
///
/// # Errors
/// Where the journal can't be read or written, or EC2 can't be asked.
pub async fn settle_journal(
    session: &Session,
    journal: &Journal,
    now: jiff::Timestamp,
) -> Result<usize, SettleError> {
    let unsettled = journal.unsettled()?;
    let looks = unsettled.iter().map(async |entry| {
        let Ok(region) = entry.region.parse() else { return Ok(Vec::new()) };
        let ec2 = session.ec2(&region);
        match &entry.request {
            Request::Run(request) => ec2.machines_of_request(&request.client_token).await,
            // The machines of a fleet have no token of the caller's.
            Request::Fleet(request) => ec2.machines_of_launch(&request.launch).await,
        }
    });
    let mut settled = 0;
    for (entry, machines) in unsettled.iter().zip(try_join_all(looks).await?) {
        let outcome = match machines.as_slice() {
            [] if Span::between(entry.intended_at, now) < LATEST => continue,
            [] => Outcome::Nothing("EC2 shows no machine of this request".to_owned()),
            _ => Outcome::made(machines.into_iter().map(|machine| machine.id).collect()),
        };
        journal.settle(entry, outcome)?;
        settled += 1;
    }
    Ok(settled)
}

/// The journal could not be settled.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The journal can't be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// EC2 can't be asked.
    #[error("cannot ask EC2 about a request of an earlier launch")]
    Aws(#[from] AwsError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::types::MachineState;

    const NOW: &str = "2026-11-21T12:00:00Z";

    fn group(launch: &str) -> Group {
        let tags = vec![Tag::new(tag::MANAGED, "true"), Tag::new(tag::LAUNCH, launch)];
        Group { id: "sg-1".to_owned(), name: String::new(), network: Some("vpc-1".to_owned()), tags }
    }

    fn machine(launch: &str, state: MachineState, groups: &[&str]) -> Machine {
        Machine {
            id: "i-1".to_owned(),
            state,
            groups: groups.iter().map(|&id| id.to_owned()).collect(),
            tags: vec![Tag::new(tag::LAUNCH, launch)],
            ..Machine::default()
        }
    }

    #[test]
    fn a_group_serves_its_machine_until_that_has_ended() {
        let now: jiff::Timestamp = NOW.parse().unwrap();
        let present = Present { now, over: &[] };
        let old = "l-6500000000000001";
        let serves_nothing_with = |machines: &[Machine]| serves_nothing(&group(old), machines, present);
        assert!(serves_nothing_with(&[]));
        assert!(serves_nothing_with(&[machine(old, MachineState::Terminated, &[])]));
        assert!(!serves_nothing_with(&[machine(old, MachineState::Stopped, &[])]));
        assert!(!serves_nothing_with(&[machine("l-other", MachineState::Running, &["sg-1"])]));
        let both = [machine(old, MachineState::Terminated, &[]), machine(old, MachineState::Running, &[])];
        assert!(!serves_nothing_with(&both));
    }

    #[test]
    fn the_group_of_a_launch_under_way_is_left_alone() {
        let now: jiff::Timestamp = NOW.parse().unwrap();
        let present = Present { now, over: &[] };
        let launch = format!("l-{:08x}00000001", now.as_second() - 60);
        assert!(!serves_nothing(&group(&launch), &[], present));
        let hour_ago = format!("l-{:08x}00000001", now.as_second() - 3600);
        assert!(serves_nothing(&group(&hour_ago), &[], present));
    }
}
