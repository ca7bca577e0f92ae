//! The words that mean something: what the catalog has a name for, and a few that people say instead.
//!
//! Words with numbers in front of them are [`super::words`]'s.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, Device, DeviceKind, Feature, InstanceType, nearest};
use crate::model::Market;

use super::label::{normalised, runs_of_words};
use super::{Figure, Filter, Label};

/// How many words make one phrase at most: `rtx pro server 6000`.
pub(super) const LONGEST_PHRASE: usize = 4;

/// What a phrase means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It is filtered by this.
    Filter(Filter),
    /// The offers are of this market.
    Market(Market),
    /// The best offer by price, alone.
    Cheapest,
}

/// Every phrase that means something, normalised.
pub(super) struct Vocabulary {
    meanings: BTreeMap<String, Meaning>,
}

const FEATURES: [(&str, Feature, bool); 19] = [
    ("efa", Feature::Efa, true),
    ("bare metal", Feature::BareMetal, true),
    ("metal", Feature::BareMetal, true),
    ("burstable", Feature::Burstable, true),
    ("hibernation", Feature::Hibernation, true),
    ("hibernate", Feature::Hibernation, true),
    ("current generation", Feature::CurrentGeneration, true),
    ("previous generation", Feature::CurrentGeneration, false),
    ("free tier", Feature::FreeTier, true),
    ("dedicated host", Feature::DedicatedHosts, true),
    ("dedicated hosts", Feature::DedicatedHosts, true),
    ("nested virtualization", Feature::NestedVirtualization, true),
    ("nested virtualisation", Feature::NestedVirtualization, true),
    ("auto recovery", Feature::AutoRecovery, true),
    ("enclave", Feature::NitroEnclaves, true),
    ("enclaves", Feature::NitroEnclaves, true),
    ("nitro enclaves", Feature::NitroEnclaves, true),
    ("elastic fabric adapter", Feature::Efa, true),
    ("nested", Feature::NestedVirtualization, true),
];

/// What people say for a name that the catalog spells otherwise.
const SYNONYMS: [(&str, Label, &str); 8] = [
    ("graviton", Label::ProcessorMaker, "AWS"),
    ("graviton1", Label::ProcessorGeneration, "Graviton"),
    ("epyc", Label::ProcessorMaker, "AMD"),
    ("arm", Label::Architecture, "arm64"),
    ("aarch64", Label::Architecture, "arm64"),
    ("x86", Label::Architecture, "x86_64"),
    ("amd64", Label::Architecture, "x86_64"),
    ("flash", Label::StorageKind, "ssd"),
];

/// Ways to sell a machine. A question that names one is about offers of that market: who says spot wants a spot machine, and
/// not one that could be had as such.
const MARKETS: [(&str, Market); 4] = [
    ("on demand", Market::OnDemand),
    ("spot", Market::Spot),
    ("capacity block", Market::CapacityBlock),
    ("capacity blocks", Market::CapacityBlock),
];

/// Labels whose names are words, the first one first where two have the same name: `t4g` is the family, and not the GPU
/// that is spelled T4g.
const LABELS: [Label; 10] = [
    Label::Size,
    Label::Family,
    Label::Architecture,
    Label::ProcessorGeneration,
    Label::ProcessorMaker,
    Label::GpuMaker,
    Label::AcceleratorMaker,
    Label::Gpu,
    Label::Accelerator,
    Label::StorageKind,
];

impl Vocabulary {
    pub(super) fn of<'c>(catalog: &'c Catalog<'c>) -> Self {
        let mut words = Self { meanings: BTreeMap::new() };
        words.add("cheapest", Meaning::Cheapest);
        for (phrase, feature, wanted) in FEATURES {
            words.add(phrase, Meaning::Filter(Filter::Feature(feature, wanted)));
        }
        for (phrase, market) in MARKETS {
            words.add(phrase, Meaning::Market(market));
        }
        for (phrase, label, name) in SYNONYMS {
            words.add_label(phrase, label, &[name]);
        }
        words.add_generations(catalog);
        for label in LABELS {
            for name in label.names(catalog) {
                words.add_label(name, label, &[name]);
            }
        }
        words.add_network(catalog);
        words.add_devices(catalog);
        words
    }

    /// What a phrase means.
    pub(super) fn meaning(&self, phrase: &str) -> Option<&Meaning> {
        self.meanings.get(&normalised(phrase))
    }

    /// The phrases nearest to a word.
    pub(super) fn nearest<'v>(&'v self, word: &str, others: impl Iterator<Item = &'v str>) -> Vec<String> {
        let known = self.meanings.keys().map(String::as_str).chain(others);
        nearest(&normalised(word), known).into_iter().map(str::to_owned).collect()
    }

    fn add(&mut self, phrase: &str, meaning: Meaning) {
        self.meanings.entry(normalised(phrase)).or_insert(meaning);
    }

    fn add_label(&mut self, phrase: &str, label: Label, names: &[&str]) {
        let names = names.iter().copied().map(str::to_owned).collect();
        self.add(phrase, Meaning::Filter(Filter::Label(label, names)));
    }

    /// An accelerator's name without its number means every generation of it, as `graviton` does.
    fn add_generations<'c>(&mut self, catalog: &'c Catalog<'c>) {
        for name in Label::Accelerator.names(catalog) {
            let generations = Label::Accelerator.generations(catalog, name);
            if generations.len() > 1 {
                let first = Label::Accelerator.exactly(catalog, name);
                let all: Vec<String> =
                    generations.into_iter().map(|one| Label::Accelerator.exactly(catalog, one)).collect();
                let all: Vec<&str> = all.iter().map(String::as_str).collect();
                self.add_label(name, Label::Accelerator, &all);
                self.add_label(&first, Label::Accelerator, &[&first]);
            }
        }
    }

    /// Network as EC2 words it: with the word behind it, since `high` alone says nothing.
    fn add_network<'c>(&mut self, catalog: &'c Catalog<'c>) {
        for name in Label::NetworkPerformance.names(catalog) {
            self.add_label(&format!("{name} network"), Label::NetworkPerformance, &[name]);
            if name.starts_with("Up to") {
                self.add_label(name, Label::NetworkPerformance, &[name]);
            }
        }
    }

    /// Devices by their maker and name, by words of their name, and by what they are.
    fn add_devices<'c>(&mut self, catalog: &'c Catalog<'c>) {
        for word in ["gpu", "gpus"] {
            self.add(word, Meaning::Filter(Filter::at_least(Figure::Gpus, 1)));
            // Of a maker of processors too: `amd gpu` is not a GPU of somebody else's beside a processor of AMD's.
            for maker in [Label::GpuMaker, Label::ProcessorMaker, Label::AcceleratorMaker]
                .iter()
                .flat_map(|label| label.names(catalog))
            {
                self.add_label(&format!("{maker} {word}"), Label::GpuMaker, &[maker]);
            }
        }
        for word in ["accelerator", "accelerators"] {
            self.add(word, Meaning::Filter(Filter::at_least(Figure::Accelerators, 1)));
        }
        for device in catalog.types().flat_map(InstanceType::devices) {
            let Device { kind, name, manufacturer, .. } = device;
            let label = if kind == DeviceKind::Gpu { Label::Gpu } else { Label::Accelerator };
            self.add_label(&format!("{}{name}", manufacturer.unwrap_or_default()), label, &[name]);
        }
        for label in [Label::Gpu, Label::Accelerator] {
            let mut by_run: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for name in label.names(catalog) {
                runs_of_words(name).into_iter().for_each(|run| by_run.entry(run).or_default().push(name));
            }
            by_run.iter().for_each(|(run, names)| self.add_label(run, label, names));
        }
    }
}
