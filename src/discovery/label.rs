//! The labels of a machine: what a list of names is compared with.
//!
//! The names that there are come from the catalog; the processor's generation alone comes from a table of our own.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Device, DeviceKind, Disk, DiskKind, InstanceType, Region, nearest};
use crate::model::{Architecture, Market, NotAValue};

use super::pattern::is_pattern;
use super::{DiscoveryError, NamePattern, NotAFilter, processor_generation};

/// A label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// What stands before the dot of the type's name.
    Family,
    /// What stands behind it.
    Size,
    /// An architecture that the type runs.
    Architecture,
    /// Who makes the processor.
    ProcessorMaker,
    /// The processor's generation, by the name that AWS calls it.
    ProcessorGeneration,
    /// A GPU's name.
    Gpu,
    /// Who makes a GPU.
    GpuMaker,
    /// Another accelerator's name.
    Accelerator,
    /// Who makes another accelerator.
    AcceleratorMaker,
    /// The network as EC2 words it.
    NetworkPerformance,
    /// What local disks are: solid or spinning, reached over NVMe.
    StorageKind,
    /// A market that the type is sold in.
    UsageClass,
    /// The id of a zone that has it.
    Zone,
}

/// What is looked at, and whether a name is among those that are wanted.
pub(super) type Wanted<'w> = &'w dyn Fn(&str) -> bool;

const NVME: &str = "nvme";

impl Label {
    /// Every label; [`Self::Zone`] is an offer's, all others the instance type's.
    pub const ALL: [Self; 13] = [
        Self::Family,
        Self::Size,
        Self::Architecture,
        Self::ProcessorMaker,
        Self::ProcessorGeneration,
        Self::Gpu,
        Self::GpuMaker,
        Self::Accelerator,
        Self::AcceleratorMaker,
        Self::NetworkPerformance,
        Self::StorageKind,
        Self::UsageClass,
        Self::Zone,
    ];

    /// Its name for people, with the article that goes before it.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Family => ("a", "family"),
            Self::Size => ("a", "size"),
            Self::Architecture => ("an", "architecture"),
            Self::ProcessorMaker => ("a", "processor maker"),
            Self::ProcessorGeneration => ("a", "processor generation"),
            Self::Gpu => ("a", "GPU"),
            Self::GpuMaker => ("a", "GPU maker"),
            Self::Accelerator => ("an", "accelerator"),
            Self::AcceleratorMaker => ("an", "accelerator maker"),
            Self::NetworkPerformance => ("a", "network performance"),
            Self::StorageKind => ("a", "kind of storage"),
            Self::UsageClass => ("a", "usage class"),
            Self::Zone => ("a", "zone"),
        }
    }

    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.words().1
    }

    /// What has it: `instance type has a GPU`.
    pub(super) fn of_what(self) -> String {
        let owner = if self == Self::Zone { "region" } else { "instance type" };
        let (article, title) = self.words();
        format!("{owner} has {article} {title}")
    }

    /// Whether a type has one such name and no other.
    pub(super) fn is_one_of_a_kind(self) -> bool {
        matches!(self, Self::Family | Self::Size | Self::ProcessorMaker | Self::ProcessorGeneration)
    }

    pub(super) fn is_of_device(self) -> bool {
        matches!(self, Self::Gpu | Self::GpuMaker | Self::Accelerator | Self::AcceleratorMaker)
    }

    /// The label of a device, where it is one that such a device has.
    pub(super) fn of_device<'d>(self, device: &Device<'d>) -> Option<&'d str> {
        let is_gpu = device.kind == DeviceKind::Gpu;
        match self {
            Self::Gpu if is_gpu => Some(device.name),
            Self::GpuMaker if is_gpu => Some(device.manufacturer.unwrap_or_default()),
            Self::Accelerator if !is_gpu => Some(device.name),
            Self::AcceleratorMaker if !is_gpu => Some(device.manufacturer.unwrap_or_default()),
            _ => None,
        }
    }

    /// Whether a type has a label that is wanted, where that is known.
    pub(super) fn any(self, one: InstanceType<'_>, wanted: Wanted<'_>) -> Option<bool> {
        let described = |has: bool| one.is_described().then_some(has);
        match self {
            Self::Family => Some(wanted(one.family())),
            Self::Size => Some(wanted(size(one))),
            Self::Architecture => described(one.architectures().any(|one| wanted(one.as_str()))),
            Self::ProcessorMaker => one.processor_maker().map(wanted),
            Self::ProcessorGeneration => match processor_generation::of(one.family()) {
                Some(generation) => Some(wanted(generation)),
                None => (!processor_generation::is_made_by(one.processor_maker(), wanted)).then_some(false),
            },
            Self::Gpu | Self::GpuMaker | Self::Accelerator | Self::AcceleratorMaker => {
                described(one.devices().any(|device| self.of_device(&device).is_some_and(wanted)))
            }
            Self::NetworkPerformance => one.network_performance().map(wanted),
            Self::StorageKind => one.knows_disks().then(|| one.disks().any(|disk| disk_is(disk, wanted))),
            Self::UsageClass => described(one.markets().any(|market| wanted(usage_class(market)))),
            Self::Zone => None,
        }
    }

    /// Every name that there is of it, as the catalog spells it.
    #[must_use]
    pub fn names<'c>(self, catalog: &'c Catalog<'c>) -> BTreeSet<&'c str> {
        let types = catalog.types();
        match self {
            Self::Family => types.map(InstanceType::family).collect(),
            Self::Size => types.map(size).collect(),
            Self::Architecture => Architecture::ALL.iter().map(|one| one.as_str()).collect(),
            Self::ProcessorMaker => types.filter_map(InstanceType::processor_maker).collect(),
            Self::ProcessorGeneration => processor_generation::names().collect(),
            Self::Gpu | Self::GpuMaker | Self::Accelerator | Self::AcceleratorMaker => types
                .flat_map(InstanceType::devices)
                .filter_map(|device| self.of_device(&device))
                .filter(|name| !name.is_empty())
                .collect(),
            Self::NetworkPerformance => types.filter_map(InstanceType::network_performance).collect(),
            Self::StorageKind => DiskKind::ALL.iter().map(|kind| disk_kind(*kind)).chain([NVME]).collect(),
            Self::UsageClass => USAGE_CLASSES.iter().map(|market| usage_class(*market)).collect(),
            Self::Zone => catalog.regions().flat_map(Region::zones).collect(),
        }
    }

    /// The names that are meant by what was typed. Spaces, dashes and letter case do not count. A whole name means itself
    /// alone, so that `l4` never means the L40S; a device is also meant by its maker and its name, and by a run of whole
    /// words of its name (`radeon`, `v520`). An accelerator's name without a number means all its generations. A pattern
    /// means what it fits.
    ///
    /// # Errors
    /// Where nothing is meant.
    pub(super) fn resolve<'c>(
        self,
        catalog: &'c Catalog<'c>,
        asked: &str,
    ) -> Result<Vec<&'c str>, DiscoveryError> {
        let wanted = normalised(asked);
        let names = self.names(catalog);
        let mut meant = if is_pattern(asked) {
            let pattern: NamePattern = asked.parse()?;
            let matcher = pattern.matcher();
            let fits = |name: &&str| matcher.fits(&name.to_lowercase());
            return match names.iter().copied().filter(fits).collect::<Vec<_>>() {
                none if none.is_empty() => Err(self.unknown(asked, &names)),
                meant => Ok(meant),
            };
        } else {
            self.generations(catalog, asked)
        };
        if meant.is_empty() {
            meant = names.iter().copied().filter(|name| normalised(name) == wanted).collect();
        }
        if meant.is_empty() {
            meant = match self {
                Self::Gpu | Self::Accelerator => {
                    let exactly = |name: &&str| self.exactly(catalog, name).eq_ignore_ascii_case(asked);
                    match names.iter().copied().find(exactly) {
                        Some(first_generation) => vec![first_generation],
                        None => self.meant_devices(catalog, &wanted),
                    }
                }
                Self::Architecture => asked.parse::<Architecture>().iter().map(|one| one.as_str()).collect(),
                _ => Vec::new(),
            };
        }
        if meant.is_empty() {
            return Err(self.unknown(asked, &names));
        }
        Ok(meant)
    }

    /// The generations of an accelerator, where it has several: Inferentia and Inferentia2 of `inferentia`.
    pub(super) fn generations<'c>(self, catalog: &'c Catalog<'c>, asked: &str) -> Vec<&'c str> {
        if self != Self::Accelerator {
            return Vec::new();
        }
        let asked = normalised(asked);
        let is_of_it = |name: &&str| {
            let name = normalised(name);
            let number = name.strip_prefix(&asked);
            number.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()))
        };
        let names = self.names(catalog);
        let is_a_name = names.iter().any(|name| normalised(name) == asked);
        let generations: Vec<&str> = names.into_iter().filter(is_of_it).collect();
        if is_a_name && generations.len() > 1 && !asked.ends_with(|c: char| c.is_ascii_digit()) {
            generations
        } else {
            Vec::new()
        }
    }

    /// What is typed for this name and no other: `Inferentia1`, since `inferentia` means every generation.
    pub(super) fn exactly<'c>(self, catalog: &'c Catalog<'c>, name: &str) -> String {
        if self.generations(catalog, name).is_empty() { name.to_owned() } else { format!("{name}1") }
    }

    fn meant_devices<'c>(self, catalog: &'c Catalog<'c>, wanted: &str) -> Vec<&'c str> {
        let of_maker: BTreeSet<&str> = catalog
            .types()
            .flat_map(InstanceType::devices)
            .filter(|device| {
                let maker = device.manufacturer.unwrap_or_default();
                normalised(maker) + &normalised(device.name) == wanted
            })
            .filter_map(|device| self.of_device(&device))
            .collect();
        if !of_maker.is_empty() {
            return of_maker.into_iter().collect();
        }
        let has_words = |name: &&str| runs_of_words(name).iter().any(|run| run == wanted);
        self.names(catalog).into_iter().filter(has_words).collect()
    }

    fn unknown(self, asked: &str, known: &BTreeSet<&str>) -> DiscoveryError {
        let by_normalised: BTreeMap<String, &str> =
            known.iter().map(|name| (normalised(name), *name)).collect();
        let nearest = nearest(&normalised(asked), by_normalised.keys().map(String::as_str));
        let nearest =
            nearest.into_iter().filter_map(|name| by_normalised.get(name)).map(ToString::to_string).collect();
        DiscoveryError::UnknownName { label: self, asked: asked.to_owned(), nearest }
    }

    /// Refuses what can be seen to be no such name without a catalog.
    ///
    /// # Errors
    /// Where the text is not an architecture, a kind of storage or a usage class, or a pattern is malformed.
    pub(super) fn check(self, name: &str) -> Result<(), NotAFilter> {
        if is_pattern(name) {
            return Ok(name.parse::<NamePattern>().map(drop)?);
        }
        Ok(self.check_name(name)?)
    }

    fn check_name(self, name: &str) -> Result<(), NotAValue> {
        let is_among = |names: &[&str]| names.iter().any(|one| normalised(one) == normalised(name));
        match self {
            Self::Architecture => name.parse::<Architecture>().map(drop),
            Self::StorageKind if !is_among(&["ssd", "hdd", NVME]) => {
                Err(NotAValue::new(name, "a kind of storage: ssd, hdd or nvme"))
            }
            Self::UsageClass if !is_among(&USAGE_CLASSES.map(usage_class)) => {
                Err(NotAValue::new(name, "a usage class: on-demand, spot or capacity-block"))
            }
            _ if normalised(name).is_empty() => Err(NotAValue::new(name, "a name")),
            _ => Ok(()),
        }
    }
}

/// What counts of a name when names are compared: its letters and digits, in lower case.
pub(super) fn normalised(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Each run of whole words of a name, normalised; a number alone says nothing.
pub(super) fn runs_of_words(name: &str) -> Vec<String> {
    let words: Vec<String> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(normalised).collect();
    let from = |first: usize| (first + 1..=words.len()).map(move |behind| first..behind);
    let runs = (0..words.len()).flat_map(from).filter_map(|run| words.get(run)).map(<[String]>::concat);
    runs.filter(|run| !run.chars().all(|c| c.is_ascii_digit())).collect()
}

/// What stands behind the dot of a type's name.
pub(super) fn size(one: InstanceType<'_>) -> &str {
    one.name().split_once('.').map_or("", |(_, size)| size)
}

const USAGE_CLASSES: [Market; 3] = [Market::OnDemand, Market::Spot, Market::CapacityBlock];

const fn usage_class(market: Market) -> &'static str {
    match market {
        Market::OnDemand => "on-demand",
        Market::Spot => "spot",
        Market::CapacityBlock => "capacity-block",
        Market::Reservation => "reservation",
    }
}

fn disk_is(disk: Disk, wanted: Wanted<'_>) -> bool {
    wanted(disk_kind(disk.kind)) || disk.nvme && wanted(NVME)
}

const fn disk_kind(kind: DiskKind) -> &'static str {
    match kind {
        DiskKind::Ssd => "ssd",
        DiskKind::Hdd => "hdd",
    }
}
