//! `config.yaml` as the machines that a deployment is put on.
//!
//! Whether there are such machines, and what they cost, is not asked.

mod older;
mod ttl;

use std::collections::{BTreeMap, BTreeSet};

use super::placement::{Ending, MarketWish, Placement, RegionPlacement, Spread};
use super::places::Thing;
use super::written::config::{ConfigFile, MarketWord, RegionKeys};
use super::written::kinds::Text;
use super::yaml::{Located, Mark, Node, ReadFault, Said, Short, read};
use crate::model::tag::UserTag;
use crate::model::{AddressRange, InstanceTypeName, OpenPort};

pub(super) use older::is_older;

/// The key that the Parameter Store takes where none is named.
const DEFAULT_KEY: &str = "alias/aws/ssm";

/// What a file says.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) placement: Placement,
    /// Variables that the older format has here.
    pub(super) environment: BTreeMap<String, String>,
    pub(super) marks: Vec<(Thing, Mark)>,
}

/// Reads the text of a `config.yaml`; the deployment is called as the folder is where nothing is said.
pub(super) fn settings(folder: &str, text: &str, faults: &mut Vec<ReadFault>) -> Option<Settings> {
    let mut node = match Node::read(text, faults) {
        Ok(node) => node,
        Err(fault) => {
            faults.push(fault);
            return None;
        }
    };
    let environment = older::of_config(&mut node, faults);
    let before = faults.len();
    let file: ConfigFile = read(&node, faults)?;
    let is_whole = faults.len() == before;
    ttl::explain(&node, faults);
    let mut reading = Reading { faults, marks: Vec::new() };
    let placement = reading.placement(folder, &file, node.mark, is_whole);
    let marks = reading.marks;
    Some(Settings { placement: placement?, environment, marks })
}

struct Reading<'r> {
    faults: &'r mut Vec<ReadFault>,
    marks: Vec<(Thing, Mark)>,
}

impl Reading<'_> {
    fn fault(&mut self, mark: Mark, rule: &'static str, message: impl Into<String>) {
        self.faults.push(ReadFault::at(mark, rule, message));
    }

    fn mark<T>(&mut self, name: &'static str, key: Option<&Located<T>>) {
        self.marks.extend(key.map(|key| (Thing::Setting(name), key.mark)));
    }

    fn placement(&mut self, folder: &str, file: &ConfigFile, top: Mark, is_whole: bool) -> Option<Placement> {
        let count = self.count(file.count.as_ref());
        let name = self.name(folder, file, top);
        let regions = self.regions(file, top, is_whole);
        let market = self.market(file);
        let ending = self.ending(file, top);
        let root_gib = self.root_gib(file.root_gib.as_ref());
        let spread = self.spread(file);
        let tags = self.tags(file);
        let ports = self.ports(file);
        let secrets_key = self.secrets_key(file.secrets_key.as_ref());
        self.mark("idle_timeout", file.idle_timeout.as_ref());
        self.mark("user", file.user.as_ref());
        self.mark("public_key", file.public_key.as_ref());
        self.mark("private_key", file.private_key.as_ref());
        self.mark("dedicated_network", file.dedicated_network.as_ref());
        Some(Placement {
            name: name?,
            count: count?,
            spread,
            regions: regions?,
            market,
            ending: ending?,
            idle_timeout: file.idle_timeout.said().copied(),
            root_gib,
            login_user: file.user.said().map(|user| user.0.clone()),
            public_key: file.public_key.said().map(|path| path.0.clone()),
            private_key: file.private_key.said().map(|path| path.0.clone()),
            ports,
            dedicated_network: file.dedicated_network.said().copied().unwrap_or(false),
            secrets_key,
            tags,
        })
    }

    fn name(&mut self, folder: &str, file: &ConfigFile, top: Mark) -> Option<String> {
        self.mark("name", file.name.as_ref());
        let Some(written) = &file.name else { return self.name_of_folder(folder, top) };
        let (mark, name) = written.with_mark()?;
        if is_name(name) {
            return Some(name.0.clone());
        }
        let message = format!("{:?} is no name: letters, digits and hyphens, 63 at most", name.0);
        let fault = ReadFault::at(mark, "bad-value", message);
        self.faults.push(match name_from(name) {
            Some(like) => fault.hint(format!("write {like}")),
            None => fault.hint("write one such as my-app"),
        });
        None
    }

    fn name_of_folder(&mut self, folder: &str, top: Mark) -> Option<String> {
        let Some(name) = name_from(folder) else {
            let message = format!(
                "the folder's name {folder:?} has nothing that a deployment's may have: a to z, digits, hyphens"
            );
            let fault = ReadFault::at(top, "missing-key", message);
            self.faults.push(fault.hint("say what it is called: name: my-app"));
            return None;
        };
        if name != folder {
            let message = format!("the deployment is called {name}, since the folder is called {folder:?}");
            let fault = ReadFault::note(top, "derived-name", message);
            self.faults.push(fault.hint(format!("write name: {name}, or another one, and it stays that")));
        }
        Some(name)
    }

    fn count(&mut self, written: Option<&Located<u32>>) -> Option<u32> {
        self.mark("count", written);
        let Some(written) = written else { return Some(1) };
        let (mark, count) = written.with_mark()?;
        if *count == 0 {
            self.fault(mark, "bad-value", "a deployment has one machine at the least");
            return None;
        }
        Some(*count)
    }

    fn regions(&mut self, file: &ConfigFile, top: Mark, is_whole: bool) -> Option<Vec<RegionPlacement>> {
        let mut seen = BTreeSet::new();
        let mut regions = Vec::new();
        for (mark, Short(keys)) in file.regions.0.iter().filter_map(Located::with_mark) {
            let Some(region) = self.region(mark, keys, file) else { continue };
            if !seen.insert(region.region.clone()) {
                self.fault(mark, "duplicate-name", format!("the region {} is there twice", region.region));
                continue;
            }
            self.marks.push((Thing::Region(regions.len()), keys.region.mark));
            let types = types_of(keys, file).enumerate();
            self.marks.extend(types.map(|(at, (mark, _))| (Thing::InstanceType(regions.len(), at), mark)));
            regions.push(region);
        }
        if regions.is_empty() && file.regions.0.is_empty() && is_whole {
            let fault =
                ReadFault::at(top, "missing-key", "nothing says where the machines are: regions is missing");
            self.faults.push(fault.hint("name one: regions: [us-east-1]"));
        }
        (!regions.is_empty()).then_some(regions)
    }

    fn region(&mut self, mark: Mark, keys: &RegionKeys, file: &ConfigFile) -> Option<RegionPlacement> {
        let (_, region) = keys.region.with_mark()?;
        let instance_types: Vec<InstanceTypeName> =
            types_of(keys, file).map(|(_, name)| name.clone()).collect();
        if keys.types.0.is_empty() && file.types.0.is_empty() {
            let message = format!("no types of machines are named for {region}");
            let fault = ReadFault::at(mark, "missing-key", message);
            self.faults.push(fault.hint("name them for all regions: types: [m7i.large]"));
        }
        let image = keys.image.as_ref().or(file.image.as_ref()).and_then(Located::known);
        let weight = match keys.weight.as_ref().and_then(Located::with_mark) {
            Some((mark, 0)) => {
                self.fault(mark, "bad-value", "a weight is 1 at the least: leave the region out");
                1
            }
            Some((_, weight)) => *weight,
            None => 1,
        };
        let image = image.filter(|image| image.0 != "auto").map(|image| image.0.clone());
        (!instance_types.is_empty()).then(|| RegionPlacement {
            region: region.clone(),
            instance_types,
            image,
            weight,
        })
    }

    fn spread(&mut self, file: &ConfigFile) -> Spread {
        self.mark("spread", file.spread.as_ref());
        let spread = file.spread.said().copied().unwrap_or(Spread::Even);
        let regions = file.regions.0.iter().filter_map(Located::known);
        let weight = regions.filter_map(|Short(keys)| keys.weight.as_ref()).next();
        if let Some(weight) = weight.filter(|_| spread != Spread::Weights) {
            let fault =
                ReadFault::warning(weight.mark, "no-effect", "weights count with spread: weights alone");
            self.faults.push(fault.hint("write spread: weights"));
        }
        spread
    }

    fn market(&mut self, file: &ConfigFile) -> MarketWish {
        self.mark("market", file.market.as_ref());
        self.mark("max_price", file.max_price.as_ref());
        if file.market.said() == Some(&MarketWord::Spot) {
            let or_on_demand = file.or_on_demand.said().copied().unwrap_or(false);
            return MarketWish::Spot { max_price: file.max_price.said().copied(), or_on_demand };
        }
        let price = file.max_price.as_ref().map(|price| ("max_price", price.mark));
        let instead = file.or_on_demand.as_ref().map(|instead| ("or_on_demand", instead.mark));
        // Where the market itself was not understood, that is the fault.
        if file.market.as_ref().is_none_or(|market| market.known().is_some()) {
            for (key, mark) in price.into_iter().chain(instead) {
                let fault = ReadFault::at(mark, "contradiction", format!("{key} is for spot machines"));
                self.faults.push(fault.hint("write market: spot, or leave it out"));
            }
        }
        MarketWish::OnDemand
    }

    fn ending(&mut self, file: &ConfigFile, top: Mark) -> Option<Ending> {
        self.mark("ttl", file.ttl.as_ref());
        self.mark("keep", file.keep.as_ref());
        let hint = "write ttl: 8h, or keep: true for machines that stay until they are destroyed";
        match (&file.ttl, &file.keep) {
            (Some(ttl), None) => ttl.known().copied().map(Ending::After),
            (None, Some(keep)) => match keep.with_mark()? {
                (_, true) => Some(Ending::Keep),
                (mark, false) => {
                    let fault =
                        ReadFault::at(mark, "missing-key", "keep: false does not say how the machines end");
                    self.faults.push(fault.hint(hint));
                    None
                }
            },
            (Some(ttl), Some(keep)) if keep.known() != Some(&true) => ttl.known().copied().map(Ending::After),
            (Some(ttl), Some(_)) => {
                self.fault(
                    ttl.mark,
                    "contradiction",
                    "machines are kept, or end after a ttl: both are written",
                );
                None
            }
            (None, None) => {
                let fault = ReadFault::at(
                    top,
                    "missing-key",
                    "nothing says how the machines end: ttl or keep is missing",
                );
                self.faults.push(fault.hint(hint));
                None
            }
        }
    }

    fn ports(&mut self, file: &ConfigFile) -> Vec<OpenPort> {
        let mut ports: Vec<OpenPort> = Vec::new();
        for (mark, Short(keys)) in file.ports.0.iter().filter_map(Located::with_mark) {
            let Some(port) = keys.port.known() else { continue };
            let Some(port) = u16::try_from(*port).ok().filter(|port| *port > 0) else {
                self.fault(mark, "bad-value", format!("a port is 1 to 65535, and this is {port}"));
                continue;
            };
            let from = match &keys.from {
                Some(from) => from.known().cloned(),
                None => Some(AddressRange::EVERYBODY),
            };
            let Some(from) = from else { continue };
            let port = OpenPort { port, from };
            if ports.contains(&port) {
                self.fault(mark, "duplicate-name", format!("the port {} is there twice", port.port));
            } else {
                ports.push(port);
            }
        }
        ports
    }

    fn root_gib(&mut self, written: Option<&Located<u32>>) -> Option<u32> {
        self.mark("root_gib", written);
        let (mark, size) = written?.with_mark()?;
        // gp3: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
        if !(1..=65_536).contains(size) {
            self.fault(mark, "bad-value", format!("a volume has 1 to 65536 GiB, and this is {size}"));
            return None;
        }
        Some(*size)
    }

    /// The key of the secrets; naming the account's default key names none.
    fn secrets_key(&mut self, written: Option<&Located<Text>>) -> Option<String> {
        self.mark("secrets_key", written);
        let (mark, key) = written?.with_mark()?;
        if !is_key(key) {
            let message = format!("{:?} is no key: its id, alias/NAME, or the ARN of the key itself", key.0);
            self.fault(mark, "bad-value", message);
            return None;
        }
        (key.0 != DEFAULT_KEY).then(|| key.0.clone())
    }

    fn tags(&mut self, file: &ConfigFile) -> BTreeMap<String, String> {
        let mut tags = BTreeMap::new();
        for (key, (mark, value)) in
            file.tags.iter().filter_map(|(key, value)| Some((key, value.with_mark()?)))
        {
            let checked = format!("{key}={}", value.0).parse::<UserTag>();
            if let Err(error) = checked.and_then(|tag| tag.is_served()) {
                self.fault(mark, "bad-value", error.to_string());
                continue;
            }
            tags.insert(key.clone(), value.0.clone());
        }
        tags
    }
}

/// Whether a key of KMS is named so: <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id>.
fn is_key(text: &str) -> bool {
    let is_id = |id: &str| {
        !id.is_empty()
            && id.len() <= 64
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_alias = |alias: &str| {
        !alias.is_empty() && alias.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_-".contains(&byte))
    };
    match (text.split(':').collect::<Vec<_>>().as_slice(), text.strip_prefix("alias/")) {
        (["arn", _, "kms", region, account, key], _) if !region.is_empty() && !account.is_empty() => {
            key.strip_prefix("key/").is_some_and(is_id)
        }
        (_, Some(alias)) => is_alias(alias),
        (_, None) => is_id(text),
    }
}

/// The types of a region, which are the file's where it names none.
fn types_of<'k>(
    keys: &'k RegionKeys,
    file: &'k ConfigFile,
) -> impl Iterator<Item = (Mark, &'k InstanceTypeName)> {
    let types = if keys.types.0.is_empty() { &file.types.0 } else { &keys.types.0 };
    types.iter().filter_map(Located::with_mark)
}

/// How long a deployment's name may be.
const LONGEST_NAME: usize = 63;

fn is_name(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    !text.is_empty()
        && text.len() <= LONGEST_NAME
        && text.chars().all(is_plain)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// A name of letters, digits and single hyphens, as like as possible; none where nothing of the text can be in one.
fn name_from(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words.collect::<Vec<_>>().join("-").chars().take(LONGEST_NAME).collect();
    let name = name.trim_end_matches('-');
    (!name.is_empty()).then(|| name.to_owned())
}
