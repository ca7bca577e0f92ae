//! The end of a deployment: its machines, what their launches made, its bundles, and last its record.
//!
//! Only what carries its name or the id of one of its launches is touched. What a region does not say is never taken for
//! nothing: the record stays until all of it is known to be gone, so that the same command goes on where it stopped.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::home::{Home, is_bundle, record_key};
use super::record::{self, Record, Stored};
use super::report::is_of;
use super::secrets::store;
use crate::aws::regions::{PerRegion, RegionFailure, ask_each};
use crate::aws::types::{Located, MachineState};
use crate::aws::{AwsError, ErrorKind, Session};
use crate::model::{RegionName, tag};
use crate::platform::clock;
use crate::provision::cleanup::{self, Leftovers, Present};
use crate::provision::inventory;
use crate::provision::plan::ending::role_name;
use crate::provision::power::{self, Deed};
use crate::provision::report::Leftover;
use crate::provision::undo::Left;
use crate::provision::user_objects;
use crate::provision::wish::deployment::prefix;

const PAUSE_AT_FIRST: Duration = Duration::from_millis(500);
const PAUSE_LATER: Duration = Duration::from_secs(2);
const USUAL: Duration = Duration::from_secs(60);
const ENDING_LIMIT: Duration = Duration::from_secs(600);

/// A deployment as it was found.
#[derive(Debug)]
pub struct Found {
    /// Its record, where there is one.
    pub stored: Option<Stored>,
    /// Its machines, ended ones that EC2 still shows included.
    pub machines: Vec<Located>,
    /// Its bundles, by region.
    pub bundles: Vec<(RegionName, String)>,
    /// The regions that could not be asked, and where some of it may be.
    pub failures: Vec<RegionFailure>,
}

/// What happens meanwhile.
#[derive(Debug)]
pub enum Event {
    /// So many machines are ending.
    Ending(usize),
    /// They have ended.
    Ended,
    /// Something was removed.
    Removed(Leftover),
    /// A bundle of a region was removed, by its name there.
    BundleRemoved(RegionName, String),
    /// So many secrets of a region were removed.
    SecretsRemoved(RegionName, usize),
    /// The role by which the machines of a launch read them was removed.
    RoleRemoved(String),
}

impl Found {
    /// Whether there is nothing of it.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.stored.is_none() && self.living().next().is_none() && self.bundles.is_empty()
    }

    /// Its machines that have not ended.
    pub fn living(&self) -> impl Iterator<Item = &Located> {
        self.machines.iter().filter(|one| !one.machine.state.is_ended())
    }

    /// The ids of all its launches: those of its record and those of its machines.
    #[must_use]
    pub fn launches(&self) -> Vec<String> {
        let recorded = self.stored.iter().filter_map(|stored| stored.record.as_ref());
        let recorded = recorded.flat_map(|record| &record.launches).map(|launch| launch.launch.as_str());
        let seen = self.machines.iter().filter_map(|one| one.machine.tag(tag::LAUNCH));
        recorded.chain(seen).collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
    }

    /// Whether it has secrets, as far as that is known: a record says so.
    fn may_have_secrets(&self) -> bool {
        self.record().is_none_or(|record| record.secrets.is_some())
    }

    /// Whether a failure to look for its secrets means that it has none: no record tells of any, and who may not look has most
    /// likely made none.
    fn is_without(&self, error: &AwsError) -> bool {
        self.record().is_none() && error.kind == ErrorKind::NotAllowed
    }

    fn record(&self) -> Option<&Record> {
        self.stored.as_ref().and_then(|stored| stored.record.as_ref())
    }

    /// The regions where something of it is, or was begun.
    #[must_use]
    pub fn regions(&self) -> Vec<RegionName> {
        let recorded = self.stored.iter().filter_map(|stored| stored.record.as_ref());
        let recorded = recorded.flat_map(|record| &record.launches).filter_map(|one| one.region.parse().ok());
        let machines = self.machines.iter().map(|one| one.region.clone());
        let bundles = self.bundles.iter().map(|(region, _)| region.clone());
        recorded.chain(machines).chain(bundles).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Looks at a deployment in all these regions.
///
/// # Errors
/// Where the home bucket can't be read.
pub async fn look(home: &Home, regions: &[RegionName], name: &str) -> Result<Found, AwsError> {
    let session = &home.session;
    let stored = record::read(&home.bucket(), name).await?;
    let begins = prefix(name);
    let in_region = async |region: &RegionName| {
        let bucket = home.bucket_of(region);
        let ec2 = session.ec2(region);
        tokio::try_join!(ec2.own_machines(), bucket.keys_under(&begins))
    };
    let PerRegion { answers, mut failures } = ask_each(session, regions, in_region).await;
    // Its record names every region that it was begun in: another one, closed to everybody perhaps, says nothing of it.
    if let Some(record) = stored.as_ref().and_then(|stored| stored.record.as_ref()) {
        let begun = record.regions();
        failures.retain(|failure| begun.contains(&failure.region.as_str()));
    }
    let mut found = Found { stored, machines: Vec::new(), bundles: Vec::new(), failures };
    let launches = found.launches();
    for (region, (machines, keys)) in answers {
        let located = machines.into_iter().map(|machine| Located { region: region.clone(), machine });
        let of_launch = |one: &Located| {
            one.machine.tag(tag::LAUNCH).is_some_and(|its| launches.iter().any(|launch| launch == its))
        };
        found.machines.extend(located.filter(|one| is_of(one, name) || of_launch(one)));
        found.bundles.extend(keys.into_iter().filter(|key| is_bundle(key)).map(|key| (region.clone(), key)));
    }
    Ok(found)
}

/// Ends all of it; hands back what is still there. Without anything left the record is gone too.
pub async fn destroy(home: &Home, found: &Found, name: &str, report: &mut impl FnMut(Event)) -> Vec<Left> {
    let Home { session, account, region } = home;
    let again = format!("cloudkit deploy destroy {name}");
    let left = |what: String, because: String| Left { what, command: again.clone(), because };
    let mut still_there = end_machines(session, found, &again, report).await;
    let regions = found.regions();
    let perhaps_machines = |failure: &RegionFailure| {
        left(format!("perhaps machines in {}", failure.region), failure.source.to_string())
    };
    still_there.extend(found.failures.iter().map(perhaps_machines));
    for leftover in
        leftovers(session, &regions, account, (name, &found.launches()), &again, &mut still_there).await
    {
        match cleanup::remove(session, &leftover, account, region).await {
            Ok(()) => report(Event::Removed(Leftover { removed: true, ..leftover })),
            Err(error) => {
                let what = format!("{} in {}", leftover.id, leftover.region);
                still_there.push(left(what, error.to_string()));
            }
        }
    }
    for (region, key) in &found.bundles {
        match home.bucket_of(region).remove_object(key).await {
            Ok(_) => report(Event::BundleRemoved(region.clone(), key.clone())),
            Err(error) => still_there.push(left(format!("{key} in {region}"), error.to_string())),
        }
    }
    if found.may_have_secrets() {
        for (region, outcome) in remove_secrets(session, &regions, name).await {
            match outcome {
                Ok(0) => {}
                Ok(removed) => report(Event::SecretsRemoved(region, removed)),
                Err(error) if found.is_without(&error) => {}
                Err(error) => still_there.push(left(format!("secrets in {region}"), error.to_string())),
            }
        }
        for (role, outcome) in remove_roles(session, region, &found.launches()).await {
            match outcome {
                Ok(false) => {}
                Ok(true) => report(Event::RoleRemoved(role)),
                Err(error) if found.is_without(&error) => {}
                Err(error) => still_there.push(left(format!("role {role}"), error.to_string())),
            }
        }
    }
    // What was asked for just before may have come while the rest went.
    let shown = inventory::list(session, &regions).await;
    let came = shown.machines.iter().filter(|one| is_of(one, name) && !one.machine.state.is_ended());
    let is_new = |one: &&Located| found.living().all(|known| known.machine.id != one.machine.id);
    let known = |failure: &&RegionFailure| found.failures.iter().all(|other| other.region != failure.region);
    still_there.extend(shown.failures.iter().filter(known).map(perhaps_machines));
    still_there.extend(came.filter(is_new).map(|one| {
        left(format!("machine {} in {}", one.machine.id, one.region), "it has come meanwhile".to_owned())
    }));
    if still_there.is_empty()
        && let Err(error) = home.bucket().remove_object(&record_key(name)).await
    {
        still_there.push(left(format!("the record of {name}"), error.to_string()));
    }
    still_there
}

/// Removes the parameters of all its regions, side by side.
async fn remove_secrets(
    session: &Session,
    regions: &[RegionName],
    name: &str,
) -> Vec<(RegionName, Result<usize, AwsError>)> {
    let remove = async |region: &RegionName| (region.clone(), store::remove_all(session, region, name).await);
    join_all(regions.iter().map(remove)).await
}

/// Removes the roles by which the machines of these launches read them, with their profiles; says whether there was one.
async fn remove_roles(
    session: &Session,
    home: &RegionName,
    launches: &[String],
) -> Vec<(String, Result<bool, AwsError>)> {
    let iam = session.iam(home);
    let remove = async |launch: &String| {
        let name = role_name(launch);
        let removed = async { Ok(iam.remove_profile(&name).await? | iam.remove_role(&name).await?) };
        let removed = removed.await;
        (name, removed)
    };
    join_all(launches.iter().map(remove)).await
}

/// Ends the machines and waits until they have ended: what served them can't go before.
async fn end_machines(
    session: &Session,
    found: &Found,
    again: &str,
    report: &mut impl FnMut(Event),
) -> Vec<Left> {
    let is_on_its_way = |one: &&Located| one.machine.state == MachineState::ShuttingDown;
    let mut ending: Vec<Located> = found.machines.iter().filter(is_on_its_way).cloned().collect();
    let living: Vec<Located> = found.living().cloned().collect();
    if living.is_empty() && ending.is_empty() {
        return Vec::new();
    }
    let outcomes = power::act(session, &living, Deed::Terminate).await;
    let mut still_there = Vec::new();
    for (one, outcome) in living.iter().zip(outcomes) {
        let named = || format!("machine {} in {}", one.machine.id, one.region);
        match outcome {
            Ok(()) => ending.push(one.clone()),
            Err(error) => still_there.push(Left {
                what: named(),
                command: again.to_owned(),
                because: error.to_string(),
            }),
        }
    }
    report(Event::Ending(ending.len()));
    let late = until_ended(session, &ending).await;
    if late.is_empty() && still_there.is_empty() {
        report(Event::Ended);
    }
    still_there.extend(late.into_iter().map(|id| Left {
        what: format!("machine {id}"),
        command: again.to_owned(),
        because: "it is not seen to have ended yet".to_owned(),
    }));
    still_there
}

/// Waits until machines have ended; hands back those that are not seen to have. One that EC2 shows no more has.
async fn until_ended(session: &Session, ending: &[Located]) -> Vec<String> {
    let started = Instant::now();
    let regions: BTreeSet<RegionName> = ending.iter().map(|one| one.region.clone()).collect();
    let regions: Vec<RegionName> = regions.into_iter().collect();
    loop {
        let shown = inventory::list(session, &regions).await;
        let is_over = |one: &&Located| {
            let now = shown.machines.iter().find(|other| other.machine.id == one.machine.id);
            let is_unknown = shown.failures.iter().any(|failure| failure.region == one.region);
            !is_unknown && now.is_none_or(|now| now.machine.state == MachineState::Terminated)
        };
        let late: Vec<String> =
            ending.iter().filter(|one| !is_over(one)).map(|one| one.machine.id.clone()).collect();
        if late.is_empty() || started.elapsed() > ENDING_LIMIT {
            return late;
        }
        tokio::time::sleep(if started.elapsed() < USUAL { PAUSE_AT_FIRST } else { PAUSE_LATER }).await;
    }
}

/// What a deployment and its launches have left, in the order in which it hangs on each other.
async fn leftovers(
    session: &Session,
    regions: &[RegionName],
    account: &str,
    (name, launches): (&str, &[String]),
    again: &str,
    still_there: &mut Vec<Left>,
) -> Vec<Leftover> {
    let present = Present { now: clock::now(), over: launches };
    let (made, objects) = tokio::join!(
        cleanup::find(session, regions, None, present),
        user_objects::find(session, regions, account, present)
    );
    for Leftovers { failures, unseen, .. } in [&made, &objects] {
        let unseen = unseen.iter().map(|(_, failure)| failure);
        still_there.extend(failures.iter().chain(unseen).map(|failure| Left {
            what: format!("perhaps what its launches made in {}", failure.region),
            command: again.to_owned(),
            because: failure.source.to_string(),
        }));
    }
    let is_its = |one: &Leftover| {
        one.launch.as_ref().is_some_and(|launch| launches.contains(launch))
            || one.deployment.as_deref() == Some(name)
    };
    made.found.into_iter().chain(objects.found).filter(is_its).collect()
}
