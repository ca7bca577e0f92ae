//! The keys of `config.yaml`: on which machines, and how they end.
//!
//! What the older tool's keys mean is not known here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::kinds::Text;
use crate::manifest::placement::Spread;
use crate::manifest::yaml::{Located, OneOrMany, Short};
use crate::model::{AddressRange, InstanceTypeName, Money, RegionName, Span};

/// On which machines a deployment is, and how they end. `ttl` or `keep: true` has to be said.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ConfigFile {
    /// What the deployment is called: letters, digits and hyphens. [default: the repository folder's name]
    pub name: Option<Located<Text>>,
    /// How many machines, over all regions. [default: 1]
    pub count: Option<Located<u32>>,
    /// Where machines may be: names of regions, or mappings with more.
    #[serde(default)]
    pub regions: OneOrMany<Short<RegionKeys>>,
    /// The types of machines, the wanted one first, for regions that name none.
    #[serde(default)]
    pub types: OneOrMany<InstanceTypeName>,
    /// An image by its name (al2023, ubuntu, debian, gpu) or its id, for regions that name none. [default: what fits the type]
    pub image: Option<Located<Text>>,
    /// How machines are shared out over regions: even, by their weights, or where they cost least. [default: even]
    pub spread: Option<Located<Spread>>,
    /// What machines are bought as: on-demand, or spot, which EC2 may take back. [default: on-demand]
    pub market: Option<Located<MarketWord>>,
    /// The most that an hour of a spot machine may cost, in US dollars. [default: the on-demand price]
    pub max_price: Option<Located<Money>>,
    /// Whether an on-demand machine will do where there is no spot machine. [default: false]
    pub or_on_demand: Option<Located<bool>>,
    /// How long after they were made the machines end: 8h, 2d.
    pub ttl: Option<Located<Span>>,
    /// Whether the machines stay until they are destroyed.
    pub keep: Option<Located<bool>>,
    /// After how long without work a machine ends as well. [default: never]
    pub idle_timeout: Option<Located<Span>>,
    /// The size of the root volume in GiB. [default: the image's]
    pub root_gib: Option<Located<u32>>,
    /// Who logs in. [default: the image's own user]
    pub user: Option<Located<Text>>,
    /// The file of the public SSH key that may log in. [default: as for cloudkit launch]
    pub public_key: Option<Located<Text>>,
    /// The file of the private SSH key that goes with it. [default: the public key's, without .pub]
    pub private_key: Option<Located<Text>>,
    /// The TCP ports of each machine that can be reached from elsewhere: numbers, or mappings with more. [default: none but that of SSH, from the address that creates]
    #[serde(default)]
    pub ports: OneOrMany<Short<PortKeys>>,
    /// Whether the deployment gets a network of its own in each region. [default: false]
    pub dedicated_network: Option<Located<bool>>,
    /// The KMS key that encrypts the deployment's secrets: its id, alias/NAME or its ARN; there in each region that has
    /// machines. [default: the account's own, alias/aws/ssm, by which others in the account read them too]
    pub secrets_key: Option<Located<Text>>,
    /// Tags of one's own for everything that is made.
    #[serde(default)]
    pub tags: BTreeMap<String, Located<Text>>,
}

/// A region that machines may be in.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "region")]
pub struct RegionKeys {
    /// The region: us-east-1.
    pub region: Located<RegionName>,
    /// The types of machines, the wanted one first. [default: `types` of the file]
    #[serde(default)]
    pub types: OneOrMany<InstanceTypeName>,
    /// An image by its name or its id. [default: `image` of the file]
    pub image: Option<Located<Text>>,
    /// Its part of the machines, with `spread: weights`. [default: 1]
    pub weight: Option<Located<u32>>,
}

/// A port that can be reached from elsewhere.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "port")]
pub struct PortKeys {
    /// The port: 443.
    pub port: Located<u32>,
    /// The addresses that are let in: 198.51.100.0/24. [default: 0.0.0.0/0, everybody]
    pub from: Option<Located<AddressRange>>,
}

/// What machines are bought as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MarketWord {
    /// At the list price.
    OnDemand,
    /// As long as EC2 has room.
    Spot,
}
