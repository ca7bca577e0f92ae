//! What the machine is for: sizes for common purposes, and words that search the catalog.
//!
//! A purpose names no type. It is a question to the catalog, and its answer the cheapest type that passes. Only x86_64 is
//! proposed, which most software is built for; words find the others.

use super::facts::{Facts, machine_row, price};
use super::row::Row;
use super::search;
use crate::catalog::Feature;
use crate::discovery::{Figure, Filter, Label, NotAFilter};
use crate::model::Offer;

/// A size for a purpose.
#[derive(Debug)]
struct Purpose {
    title: &'static str,
    figures: &'static [(Figure, &'static str)],
    features: &'static [(Feature, &'static str)],
    devices: Devices,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Devices {
    None,
    NvidiaGpus,
}

/// The first is what Enter alone takes.
const PURPOSES: [Purpose; 8] = [
    Purpose {
        title: "Try things out",
        figures: &[(Figure::Vcpus, "2.."), (Figure::Memory, "2..")],
        features: &[(Feature::Burstable, "yes")],
        devices: Devices::None,
    },
    Purpose {
        title: "Free tier",
        figures: &[(Figure::Memory, "1..")],
        features: &[(Feature::FreeTier, "yes")],
        devices: Devices::None,
    },
    Purpose {
        title: "General work",
        figures: &[(Figure::Vcpus, "8"), (Figure::Memory, "32")],
        features: &[(Feature::Burstable, "no")],
        devices: Devices::None,
    },
    Purpose {
        title: "Many cores",
        figures: &[(Figure::Vcpus, "32.."), (Figure::Memory, "64..")],
        features: &[(Feature::Burstable, "no")],
        devices: Devices::None,
    },
    Purpose {
        title: "Much memory",
        figures: &[(Figure::Vcpus, "8.."), (Figure::Memory, "128..")],
        features: &[(Feature::Burstable, "no")],
        devices: Devices::None,
    },
    Purpose {
        title: "One GPU",
        figures: &[(Figure::Gpus, "1"), (Figure::GpuMemory, "16..")],
        features: &[],
        devices: Devices::NvidiaGpus,
    },
    Purpose {
        title: "One big GPU",
        figures: &[(Figure::Gpus, "1"), (Figure::GpuMemory, "80..")],
        features: &[],
        devices: Devices::NvidiaGpus,
    },
    Purpose {
        title: "Eight GPUs",
        figures: &[(Figure::Gpus, "8"), (Figure::GpuMemory, "40..")],
        features: &[(Feature::Efa, "yes")],
        devices: Devices::NvidiaGpus,
    },
];

impl Purpose {
    fn filters(&self) -> Result<Vec<Filter>, NotAFilter> {
        let mut filters = vec![
            Filter::label(Label::Architecture, "x86_64")?,
            Filter::label(Label::UsageClass, "on-demand")?,
            Filter::feature(Feature::CurrentGeneration, "yes")?,
        ];
        match self.devices {
            Devices::NvidiaGpus => filters.push(Filter::label(Label::GpuMaker, "nvidia")?),
            Devices::None => {
                filters.extend([Filter::exactly(Figure::Gpus, 0), Filter::exactly(Figure::Accelerators, 0)]);
            }
        }
        for (figure, range) in self.figures {
            filters.push(Filter::figure(*figure, range)?);
        }
        for (feature, wanted) in self.features {
            filters.push(Filter::feature(*feature, wanted)?);
        }
        Ok(filters)
    }

    /// The cheapest type that will do in a region. Where no price is known there, the one that is the cheapest elsewhere.
    fn cheapest<'c>(&self, facts: &Facts<'c>) -> Option<Offer<'c>> {
        let filters = self.filters().ok()?;
        let here = facts.filtered(&filters, vec![facts.home().to_owned()]);
        if here.first()?.price_usd_hour.is_some() {
            return here.into_iter().next();
        }
        let elsewhere = facts.filtered(&filters, facts.regions());
        let of_type = |name: &str| here.iter().find(|offer| offer.instance_type == name);
        elsewhere.iter().find_map(|offer| of_type(&offer.instance_type)).cloned()
    }
}

/// The lines of this question; the purposes are looked up once.
pub(super) struct Purposes<'f, 'c> {
    facts: &'f Facts<'c>,
    offers: Vec<(&'static str, Offer<'c>)>,
}

impl<'f, 'c> Purposes<'f, 'c> {
    pub(super) fn of(facts: &'f Facts<'c>) -> Self {
        let offers =
            PURPOSES.iter().filter_map(|purpose| Some((purpose.title, purpose.cheapest(facts)?))).collect();
        Self { facts, offers }
    }

    /// What the figures are, and what can be typed.
    pub(super) fn help(&self) -> String {
        format!("USD/hour in {}; Enter takes the marked line, words search: l4 4 gpus", self.facts.home())
    }

    pub(super) fn rows(&self, typed: &str) -> Vec<Row<String>> {
        if !typed.trim().is_empty() {
            return search::rows(self.facts, typed);
        }
        if self.offers.is_empty() {
            return vec![Row::note("type what it should have, such as: l4 2 gpus")];
        }
        let row = |(title, offer): &(&'static str, Offer<'_>)| machine_row(title, offer, price(offer));
        self.offers.iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::facts;
    use super::*;

    #[test]
    fn every_purpose_is_a_question_that_the_catalog_has_an_answer_to() {
        let facts = facts("us-east-1");
        let purposes = Purposes::of(&facts);
        assert_eq!(purposes.offers.len(), PURPOSES.len());
        for (title, offer) in &purposes.offers {
            let price = offer.price_usd_hour.unwrap_or_else(|| panic!("{title}: {offer:?}"));
            assert!(price.micros() > 0, "{title}");
            assert_eq!(offer.region, "us-east-1");
        }
        let cheapest = |title| {
            let (_, offer) = purposes.offers.iter().find(|(found, _)| *found == title).unwrap();
            (offer.vcpus.unwrap(), offer.gpus.len())
        };
        assert_eq!((cheapest("General work"), cheapest("One GPU").1), ((8, 0), 1));
    }

    #[test]
    fn a_region_without_data_is_asked_about_by_another_ones_prices() {
        let facts = facts("ap-east-2");
        assert!(Purposes::of(&facts).help().contains("in us-east-1"));
    }
}
