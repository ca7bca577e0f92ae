//! Reads the world once: the account, the images, the networks, the bucket.
//!
//! Calls that do not need each other run together. Nothing is changed, and nothing is decided.

mod image;
pub mod looks;
mod network;
mod profile;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use tokio::sync::OnceCell;

use self::network::Subnets;
use super::agent_binary::{AgentBinary, AgentBinaryError};
use super::agent_release;
use super::agents::{AgentFiles, Agents};
use super::plan::{bucket_name, delivery};
use super::refusal_memory::RecentRefusal;
use super::stored_agents::StoredAgents;
use super::wish::deployment::DeploymentWish;
use super::wish::{AgentWish, SshFrom, Wish};
use super::world::key::KnownKey;
use super::world::looks::Looks;
use super::world::{BucketState, RegionWorld, World};
use crate::aws::types::TypeFacts;
use crate::aws::types::capacity::CapacityReservation;
use crate::aws::{AwsError, Session};
use crate::catalog::{Catalog, Feature, InstanceType};
use crate::cloudinit::{Delivery, RenderError};
use crate::model::{AddressRange, Architecture, Market, RegionName};
use crate::platform::Process;
use crate::platform::http::{HttpClient, HttpError};

const CHECK_IP_LIMIT: Duration = Duration::from_secs(10);

/// What is on the caller's own computer, looked at before anything else.
#[derive(Debug, Clone)]
pub struct Local {
    /// The SSH key that is let in.
    pub key: KnownKey,
    /// Where the binaries are that can become the agent.
    pub agent_files: AgentFiles,
    /// What is remembered of the buckets that hold them.
    pub stored: StoredAgents,
    /// This process, whose variables name the key of releases in tests.
    pub process: Process,
    /// The service that says which address the caller is seen from.
    pub check_ip_url: String,
    /// What it has said, for all that look at the same time.
    pub caller_address: Arc<OnceCell<AddressRange>>,
    /// What fetches it.
    pub http: HttpClient,
    /// The pools that had no room a short while ago.
    pub recent_refusals: Vec<RecentRefusal>,
}

/// The world could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// No machine was wished for.
    #[error("nothing to launch was named")]
    NothingWished,
    /// AWS refuses or can't be reached.
    #[error("cannot look at {what}")]
    Aws {
        /// What was being looked at.
        what: String,
        /// Why not.
        source: AwsError,
    },
    /// The account's bucket can't be looked at.
    #[error("cannot look at bucket {bucket}")]
    Bucket {
        /// Its name.
        bucket: String,
        /// Why not.
        source: AwsError,
    },
    /// What the user adds to the machine's start can't get there.
    #[error("cannot write the user data")]
    UserData(#[from] RenderError),
    /// There is no such instance profile.
    #[error("there is no instance profile {name}")]
    NoProfile {
        /// Its name.
        name: String,
    },
    /// The agent's binary can't be read.
    #[error(transparent)]
    AgentBinary(#[from] AgentBinaryError),
    /// The service that knows the caller's address does not answer.
    #[error("cannot find out which address you are seen from")]
    CheckIp(#[source] HttpError),
    /// It answers with something else than an address.
    #[error("{url} answers {answer:?}, which is not an address")]
    NotAnAddress {
        /// The service.
        url: String,
        /// Its answer.
        answer: String,
    },
}

impl ObserveError {
    /// The failure of AWS behind it, if it is one.
    #[must_use]
    pub fn aws(&self) -> Option<&AwsError> {
        match self {
            Self::Aws { source, .. } | Self::Bucket { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Reads what a plan for this wish depends on.
///
/// # Errors
/// Where a part that the plan can't do without can't be read.
pub async fn observe(
    wish: &Wish,
    local: &Local,
    session: &Session,
    catalog: &Catalog<'_>,
    now: jiff::Timestamp,
) -> Result<World, ObserveError> {
    let agents = match wish.agent {
        AgentWish::Installed => {
            Some(Agents::look(&local.agent_files, &every_architecture(wish, catalog), &local.process)?)
        }
        AgentWish::None => None,
    };
    let keys: BTreeSet<String> =
        agents.iter().flat_map(|agents| &agents.found).map(AgentBinary::key).collect();
    let (delivery, _) = delivery(wish, &local.key)?;
    let stores_agent = agents.is_some() && wish.agent_url.is_none();
    let mut sought = if stores_agent { keys.clone() } else { BTreeSet::new() };
    sought.extend(wish.deployment.as_ref().map(DeploymentWish::key));
    let needs_bucket = stores_agent || wish.deployment.is_some() || delivery != Delivery::UserData;
    let regions: BTreeSet<&RegionName> = wish.candidates.iter().map(|machine| &machine.region).collect();
    let first = regions.iter().next().ok_or(ObserveError::NothingWished)?;
    let caller_and_buckets = async {
        let caller = session.caller(first).await.map_err(aws("the account"))?;
        let state = async |region: &RegionName| match needs_bucket {
            true => bucket_state(session, region, &caller.account, &sought).await,
            false => Ok(BucketState::Missing),
        };
        let states = try_join_all(regions.iter().map(|region| state(region))).await?;
        Ok::<_, ObserveError>((caller, states))
    };
    let looks = try_join_all(regions.iter().map(|region| observe_region(wish, region, session, catalog)));
    let iam = session.iam(first);
    let profile = profile::observe(&iam, wish.role.profile.as_ref());
    // Each is waited for, so that of several failures it is always the same one that is told.
    let (account, ssh_from, looks, profile) =
        tokio::join!(caller_and_buckets, ssh_from(wish, local), looks, profile);
    let ((caller, states), ssh_from, looks, profile) = (account?, ssh_from?, looks?, profile?);
    let worlds = regions.iter().zip(looks).zip(states);
    let regions =
        worlds.map(|((name, world), bucket)| (name.to_string(), RegionWorld { bucket, ..world })).collect();
    let stored = keys.into_iter().map(|key| (key.clone(), local.stored.regions(&caller.account, &key)));
    let stored = stored.collect();
    let (key, recent_refusals) = (local.key.clone(), local.recent_refusals.clone());
    let looks = Looks::default();
    Ok(World { now, caller, ssh_from, key, agents, stored, profile, recent_refusals, looks, regions })
}

async fn ssh_from(wish: &Wish, local: &Local) -> Result<AddressRange, ObserveError> {
    match &wish.ssh_from {
        SshFrom::Range(range) => Ok(range.clone()),
        SshFrom::Caller => {
            local.caller_address.get_or_try_init(async || caller_address(local).await).await.cloned()
        }
    }
}

async fn caller_address(local: &Local) -> Result<AddressRange, ObserveError> {
    let url = &local.check_ip_url;
    let answer = local.http.text(url, CHECK_IP_LIMIT).await.map_err(ObserveError::CheckIp)?;
    let address = answer.trim().parse().map_err(|_| ObserveError::NotAnAddress {
        url: url.clone(),
        answer: answer.chars().take(80).collect(),
    })?;
    Ok(AddressRange::single(address))
}

async fn observe_region(
    wish: &Wish,
    region: &RegionName,
    session: &Session,
    catalog: &Catalog<'_>,
) -> Result<RegionWorld, ObserveError> {
    let ec2 = session.ec2(region);
    let subnets = if wish.spreads_over_zones(region) { Subnets::Sought } else { Subnets::LeftToEc2 };
    let network = network::observe_network(&wish.network, subnets, &ec2, region);
    // Images are chosen by what a type is, which is asked only where the catalog does not know it.
    let types_and_images = async {
        let types = observe_types(wish, region, session, catalog).await?;
        let images = image::published(wish, region, &types, catalog, session).await?;
        Ok((types, images))
    };
    let named = image::named(wish, region, &ec2);
    let reservations = observe_reservations(wish, region, session);
    let key_pair = async {
        match &wish.key_pair {
            Some(name) => ec2.key_pair(name).await.map_err(aws(format!("key pair {name} in {region}"))),
            None => Ok(None),
        }
    };
    let (network, (types, images), named_image, key_pair, reservations) =
        tokio::try_join!(network, types_and_images, named, key_pair, reservations)?;
    let bucket = BucketState::Missing;
    Ok(RegionWorld { images, named_image, network, key_pair, types, reservations, bucket })
}

/// What the account holds, where a candidate is for that.
async fn observe_reservations(
    wish: &Wish,
    region: &RegionName,
    session: &Session,
) -> Result<Vec<CapacityReservation>, ObserveError> {
    let held = |market| matches!(market, Market::Reservation | Market::CapacityBlock);
    if !wish.candidates.iter().any(|machine| machine.region == *region && held(machine.market)) {
        return Ok(Vec::new());
    }
    let reservations = session.ec2(region).capacity_reservations().await;
    reservations.map_err(aws(format!("the capacity reservations of {region}")))
}

/// Asks EC2 about each type that the catalog does not have in this region, since it may be older than the type, and about
/// each that it knows by a price alone.
async fn observe_types(
    wish: &Wish,
    region: &RegionName,
    session: &Session,
    catalog: &Catalog<'_>,
) -> Result<BTreeMap<String, Option<TypeFacts>>, ObserveError> {
    let here = catalog.region(region.as_str());
    let unknown: BTreeSet<&str> = wish
        .candidates
        .iter()
        .filter(|machine| machine.region == *region)
        .map(|machine| machine.instance_type.as_str())
        .filter(|name| {
            let described = catalog.instance_type(name).is_some_and(InstanceType::is_described);
            let is_here = here.and_then(|here| here.offering(name)).is_some();
            !described || !is_here || hibernation_is_open(wish, catalog, name)
        })
        .collect();
    let ec2 = session.ec2(region);
    let ask = async |name: &str| {
        let facts =
            ec2.instance_type(name).await.map_err(aws(format!("instance type {name} in {region}")))?;
        Ok::<_, ObserveError>((name.to_owned(), facts))
    };
    try_join_all(unknown.into_iter().map(ask)).await.map(|types| types.into_iter().collect())
}

/// The architectures that the candidates may have; those of a type that the catalog does not describe are not known yet.
fn every_architecture(wish: &Wish, catalog: &Catalog<'_>) -> BTreeSet<Architecture> {
    let of = |name: &str| match catalog.instance_type(name).filter(|known| known.is_described()) {
        Some(known) => known.architectures().collect(),
        None => agent_release::ARCHITECTURES.to_vec(),
    };
    wish.candidates.iter().flat_map(|machine| of(machine.instance_type.as_str())).collect()
}

/// Whether the machine is to hibernate, and the catalog does not know whether its type can.
fn hibernation_is_open(wish: &Wish, catalog: &Catalog<'_>, name: &str) -> bool {
    let known = catalog.instance_type(name).and_then(|known| known.has(Feature::Hibernation));
    wish.ending.hibernates() && known.is_none()
}

async fn bucket_state(
    session: &Session,
    region: &RegionName,
    account: &str,
    keys: &BTreeSet<String>,
) -> Result<BucketState, ObserveError> {
    let bucket = session.bucket(region, bucket_name(account, region.as_str()), account);
    // Side by side, so that a repeated launch waits for one answer and not for two.
    let has = async |key: &String| bucket.has(key).await.map(|there| there.then(|| key.clone()));
    let (there, held) = tokio::join!(bucket.is_there(), join_all(keys.iter().map(has)));
    let looking = || |source| ObserveError::Bucket { bucket: bucket.name().to_owned(), source };
    if !there.map_err(looking())? {
        return Ok(BucketState::Missing);
    }
    let held: Result<Vec<_>, _> = held.into_iter().collect();
    Ok(BucketState::Holds(held.map_err(looking())?.into_iter().flatten().collect()))
}

fn aws(what: impl Into<String>) -> impl FnOnce(AwsError) -> ObserveError {
    let what = what.into();
    move |source| ObserveError::Aws { what, source }
}
