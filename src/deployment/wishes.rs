//! What is wished for in a region of a placement.
//!
//! Pure: how many machines it gets is told, and nothing is looked up.

use crate::cloudinit::user::UserBoot;
use crate::manifest::placement::{MarketWish, Placement, RegionPlacement};
use crate::model::tag::{Tag, UserTag, UserTagError};
use crate::model::{Market, OperatingSystem};
use crate::provision::image::{ImageKind, NoSuchImage};
use crate::provision::mirror::MirrorUrl;
use crate::provision::wish::count::Count;
use crate::provision::wish::deployment::DeploymentWish;
use crate::provision::wish::ending::Ending;
use crate::provision::wish::network::NetworkWish;
use crate::provision::wish::role::RoleWish;
use crate::provision::wish::{AgentWish, ImageWish, Lifetime, SshFrom, VolumesWish, Wish, WishedMachine};

/// What all machines of a deployment have in common and its placement does not say.
#[derive(Debug, Clone)]
pub struct Terms {
    /// When they end: one time for all of them.
    pub lifetime: Lifetime,
    /// Who may reach their SSH ports.
    pub ssh_from: SshFrom,
    /// The port of their SSH servers.
    pub ssh_port: u16,
    /// Where they get their agents from, where that is not the account's bucket.
    pub agent_url: Option<MirrorUrl>,
    /// What the template adds to their start.
    pub user: UserBoot,
    /// What sets them up.
    pub bundle: DeploymentWish,
}

/// A placement that nothing can be wished by.
#[derive(Debug, thiserror::Error)]
pub enum WishError {
    /// There is no such image.
    #[error(transparent)]
    Image(#[from] NoSuchImage),
    /// A tag that can't be a user's.
    #[error(transparent)]
    Tag(#[from] UserTagError),
}

/// The machines of one region.
///
/// # Errors
/// Where an image or a tag is none.
pub fn wish(
    placement: &Placement,
    region: &RegionPlacement,
    count: u32,
    terms: &Terms,
) -> Result<Wish, WishError> {
    Ok(Wish {
        candidates: candidates(&placement.market, region),
        count: Count { wanted: count, least: 1 },
        name: Some(placement.name.clone()),
        lifetime: terms.lifetime,
        ending: Ending { idle_timeout: placement.idle_timeout, ..Ending::default() },
        role: RoleWish::default(),
        image: image(placement, region.image.as_deref())?,
        volumes: VolumesWish { root_gib: placement.root_gib, data: Vec::new() },
        ssh_from: terms.ssh_from.clone(),
        ssh_port: terms.ssh_port,
        agent: AgentWish::Installed,
        agent_url: terms.agent_url.clone(),
        user: terms.user.clone(),
        tags: tags(placement)?,
        network: NetworkWish {
            opens: placement.ports.clone(),
            of_deployment: placement.dedicated_network.then(|| placement.name.clone()),
            ..NetworkWish::default()
        },
        key_pair: None,
        deployment: Some(terms.bundle.clone()),
    })
}

/// The types in their order; where on-demand will do, all of them once more behind all spot machines.
#[must_use]
pub fn candidates(market: &MarketWish, region: &RegionPlacement) -> Vec<WishedMachine> {
    let (first, then, max_price) = match market {
        MarketWish::OnDemand => (Market::OnDemand, None, None),
        MarketWish::Spot { max_price, or_on_demand } => {
            (Market::Spot, or_on_demand.then_some(Market::OnDemand), *max_price)
        }
    };
    let of = |market: Market| {
        region.instance_types.iter().map(move |instance_type| WishedMachine {
            instance_type: instance_type.clone(),
            region: region.region.clone(),
            zones: Vec::new(),
            market,
            max_price: max_price.filter(|_| market == Market::Spot),
            reservation: None,
            os: OperatingSystem::Linux,
            price: None,
        })
    };
    of(first).chain(then.into_iter().flat_map(of)).collect()
}

fn image(placement: &Placement, named: Option<&str>) -> Result<ImageWish, NoSuchImage> {
    Ok(match named {
        None => ImageWish::Fitting,
        Some(ami) if ami.starts_with("ami-") => {
            ImageWish::Id { ami: ami.to_owned(), login_user: placement.login_user.clone() }
        }
        Some(kind) => ImageWish::Kind(kind.parse::<ImageKind>()?),
    })
}

fn tags(placement: &Placement) -> Result<Vec<Tag>, UserTagError> {
    let tag = |(key, value): (&String, &String)| {
        let tag: UserTag = format!("{key}={value}").parse()?;
        tag.is_served()?;
        Ok(Tag::from(tag))
    };
    placement.tags.iter().map(tag).collect()
}
