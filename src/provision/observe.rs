//! Reads the world once: the account, the images, the networks, the bucket.
//!
//! Calls that do not need each other run together. Nothing is changed, and nothing is decided.

mod profile;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::try_join_all;

use super::agent_binary::{AgentBinary, AgentBinaryError};
use super::image::AMAZON_LINUX_2023;
use super::plan::bucket_name;
use super::wish::{AddressRange, SshFrom, Wish};
use super::world::{BucketState, RegionWorld, World};
use crate::aws::types::{Image, TypeFacts};
use crate::aws::{AwsError, ErrorKind, Session};
use crate::catalog::{Catalog, Feature};
use crate::model::{Architecture, RegionName};
use crate::platform::http::{HttpClient, HttpError};

const CHECK_IP_LIMIT: Duration = Duration::from_secs(10);

/// What is on the caller's own computer, looked at before anything else.
#[derive(Debug, Clone)]
pub struct Local {
    /// The SSH key that is let in.
    pub public_key: String,
    /// The file that becomes the agent.
    pub agent_binary: PathBuf,
    /// The service that says which address the caller is seen from.
    pub check_ip_url: String,
    /// What fetches it.
    pub http: HttpClient,
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
            Self::Aws { source, .. } => Some(source),
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
    let agent = AgentBinary::read(&local.agent_binary)?;
    let regions: BTreeSet<&RegionName> = wish.candidates.iter().map(|machine| &machine.region).collect();
    let first = regions.iter().next().ok_or(ObserveError::NothingWished)?;
    let (sts, key) = (session.sts(first), agent.key());
    let caller_and_buckets = async {
        let caller = sts.caller().await.map_err(aws("the account"))?;
        let states = regions.iter().map(|region| bucket_state(session, region, &caller.account, &key));
        let states = try_join_all(states).await?;
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
    Ok(World { now, caller, ssh_from, public_key: local.public_key.clone(), agent, profile, regions })
}

async fn ssh_from(wish: &Wish, local: &Local) -> Result<AddressRange, ObserveError> {
    match &wish.ssh_from {
        SshFrom::Range(range) => Ok(range.clone()),
        SshFrom::Caller => {
            let url = &local.check_ip_url;
            let answer = local.http.text(url, CHECK_IP_LIMIT).await.map_err(ObserveError::CheckIp)?;
            let address = answer.trim().parse().map_err(|_| ObserveError::NotAnAddress {
                url: url.clone(),
                answer: answer.chars().take(80).collect(),
            })?;
            Ok(AddressRange::single(address))
        }
    }
}

async fn observe_region(
    wish: &Wish,
    region: &RegionName,
    session: &Session,
    catalog: &Catalog<'_>,
) -> Result<RegionWorld, ObserveError> {
    let ec2 = session.ec2(region);
    let network = async { ec2.default_network().await.map_err(aws(format!("the networks of {region}"))) };
    let types = observe_types(wish, region, session, catalog);
    let named = async {
        match &wish.ami {
            Some(id) => ec2.image(id).await.map_err(aws(format!("image {id} in {region}"))),
            None => Ok(None),
        }
    };
    let (network, types, named_image) = tokio::try_join!(network, types, named)?;
    let images = match wish.ami {
        Some(_) => BTreeMap::new(),
        None => observe_images(architectures(wish, region, &types, catalog), region, session).await?,
    };
    Ok(RegionWorld { images, named_image, network, types, bucket: BucketState::Missing })
}

/// Asks EC2 about each type that the catalog does not have in this region: the catalog may be older than the type.
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
            here.and_then(|here| here.offering(name)).is_none() || hibernation_is_open(wish, catalog, name)
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

/// Whether the machine is to hibernate, and the catalog does not know whether its type can.
fn hibernation_is_open(wish: &Wish, catalog: &Catalog<'_>, name: &str) -> bool {
    let known = catalog.instance_type(name).and_then(|known| known.has(Feature::Hibernation));
    wish.ending.hibernates() && known.is_none()
}

fn architectures(
    wish: &Wish,
    region: &RegionName,
    types: &BTreeMap<String, Option<TypeFacts>>,
    catalog: &Catalog<'_>,
) -> BTreeSet<Architecture> {
    let here = wish.candidates.iter().filter(|machine| machine.region == *region);
    here.flat_map(|machine| match types.get(machine.instance_type.as_str()) {
        Some(facts) => facts.iter().flat_map(|facts| facts.architectures.clone()).collect(),
        None => catalog
            .instance_type(machine.instance_type.as_str())
            .map_or_else(Vec::new, |known| known.architectures().collect()),
    })
    .collect()
}

async fn observe_images(
    architectures: BTreeSet<Architecture>,
    region: &RegionName,
    session: &Session,
) -> Result<BTreeMap<Architecture, Image>, ObserveError> {
    let wanted = architectures
        .into_iter()
        .filter_map(|architecture| Some((architecture, AMAZON_LINUX_2023.parameter(architecture)?)));
    let (parameters, ec2) = (session.parameters(region), session.ec2(region));
    let look = async |(architecture, parameter): (Architecture, &str)| {
        let id = match parameters.value(parameter).await {
            Ok(id) => id,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(aws(format!("the current image of {region}"))(error)),
        };
        let image = ec2.image(&id).await.map_err(aws(format!("image {id} in {region}")))?;
        Ok(image.map(|image| (architecture, image)))
    };
    Ok(try_join_all(wanted.map(look)).await?.into_iter().flatten().collect())
}

async fn bucket_state(
    session: &Session,
    region: &RegionName,
    account: &str,
    key: &str,
) -> Result<BucketState, ObserveError> {
    let bucket = session.bucket(region, bucket_name(account, region.as_str()), account);
    let looking = || aws(format!("bucket {}", bucket.name()));
    if !bucket.is_there().await.map_err(looking())? {
        return Ok(BucketState::Missing);
    }
    let there = bucket.has(key).await.map_err(looking())?;
    Ok(if there { BucketState::HasAgent } else { BucketState::Empty })
}

fn aws(what: impl Into<String>) -> impl FnOnce(AwsError) -> ObserveError {
    let what = what.into();
    move |source| ObserveError::Aws { what, source }
}
