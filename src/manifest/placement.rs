//! On which machines a deployment is, and how they end: what `config.yaml` says.
//!
//! Whether there are such machines, and what they cost, is for `deployment` to find out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{InstanceTypeName, Money, OpenPort, RegionName, Span};

/// The machines of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placement {
    /// What the deployment is called.
    pub name: String,
    /// How many machines, over all regions.
    pub count: u32,
    /// How they are shared out.
    pub spread: Spread,
    /// Where they may be, in the order in which that was written.
    pub regions: Vec<RegionPlacement>,
    /// Whether EC2 may take them back.
    pub market: MarketWish,
    /// How they end.
    pub ending: Ending,
    /// After how long without work a machine ends as well; never where none is said.
    pub idle_timeout: Option<Span>,
    /// The size of the root volume; the image's own where none is said.
    pub root_gib: Option<u32>,
    /// Who logs in; the image's own user where nobody is said.
    pub login_user: Option<String>,
    /// The file of the public key that may log in; found in the usual places where none is said.
    pub public_key: Option<String>,
    /// The file of the private key that goes with it.
    pub private_key: Option<String>,
    /// The TCP ports of each machine that can be reached from elsewhere, besides that of SSH.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<OpenPort>,
    /// Whether the deployment gets a network of its own in each region.
    pub dedicated_network: bool,
    /// The KMS key that encrypts the secrets; the account's default key where none is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secrets_key: Option<String>,
    /// Tags of one's own.
    pub tags: BTreeMap<String, String>,
}

/// How machines are shared out over regions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spread {
    /// As many in each; the first ones get what is over.
    Even,
    /// By the weights of the regions.
    Weights,
    /// Where they cost least.
    Cheapest,
}

/// A region that machines may be in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegionPlacement {
    /// Which.
    pub region: RegionName,
    /// The types, the wanted one first.
    pub instance_types: Vec<InstanceTypeName>,
    /// An image by its name or its id; what fits the type where none is said.
    pub image: Option<String>,
    /// Its part of the machines where they are shared out by weights.
    pub weight: u32,
}

/// Which market machines are bought on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarketWish {
    /// At the list price.
    OnDemand,
    /// As long as EC2 has room, for at most this price an hour where one is said.
    Spot {
        /// The most that an hour may cost.
        max_price: Option<Money>,
        /// Whether on-demand will do where there is no spot machine.
        or_on_demand: bool,
    },
}

/// How the machines of a deployment end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// So long after they were made.
    After(Span),
    /// Not by themselves.
    Keep,
}
