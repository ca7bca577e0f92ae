//! What a spot machine saves against one on demand: computed, or as AWS's Spot Instance advisor says.
//!
//! The figure of known prices goes before AWS's, which says neither which prices it compared nor of which day. But prices that
//! are of different times say nothing of each other: then AWS's figure is the more honest one, where it is not older itself.

use crate::catalog::InterruptionRate;
use crate::catalog::age::{Figure, days_between};
use crate::model::{Saving, SavingSource};

use super::candidate::Quoted;

/// The saving of a spot price against an on-demand price of the same region; nothing where neither they nor the advisor say.
pub(super) fn saving(
    spot: Option<Quoted<'_>>,
    on_demand: Option<Quoted<'_>>,
    advice: Option<InterruptionRate<'_>>,
) -> Option<Saving> {
    let advised = advice.and_then(|advice| {
        let percent = advice.saving_percent?.into();
        Some((Saving { percent, source: SavingSource::Advisor }, advice.source.as_of()))
    });
    let computed = spot.zip(on_demand).and_then(|(spot, on_demand)| {
        let percent = spot.amount.saving_percent(on_demand.amount)?;
        Some((Saving { percent, source: SavingSource::Computed }, spot.as_of, on_demand.as_of))
    });
    match (computed, advised) {
        (Some((_, spot, on_demand)), Some((advised, as_of)))
            if !are_of_one_time(spot, on_demand) && as_of > spot.min(on_demand) =>
        {
            Some(advised)
        }
        (Some((computed, ..)), _) => Some(computed),
        (None, advised) => advised.map(|(advised, _)| advised),
    }
}

/// Whether an on-demand price was no older, when a spot price was told, than such prices keep their worth; nor the other way
/// about.
fn are_of_one_time(spot: &str, on_demand: &str) -> bool {
    let days = days_between(spot, on_demand);
    days.is_some_and(|days| days <= Figure::OnDemandPrice.old_after_days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::catalog::contents::{
        CatalogContents, InterruptionContents, OfferingContents, RegionContents, SourceContents, TypeContents,
    };
    use crate::catalog::encode;
    use crate::model::{DatedBy, Interruption, Money, OperatingSystem};

    fn quoted(micros: u64, as_of: &str) -> Quoted<'_> {
        Quoted { amount: Money::from_micros(micros), source: "feed", as_of, dated_by: DatedBy::Said }
    }

    /// A catalog in which the advisor says of one type that it saves so much.
    fn catalog(saving_percent: Option<u8>, as_of: &str) -> Vec<u8> {
        let instance_type = "x9.large".to_owned();
        let band = Interruption { min_percent: 0, max_percent: 5 };
        let advice = InterruptionContents { os: OperatingSystem::Linux, band, saving_percent, source: 0 };
        encode(&CatalogContents {
            types: vec![TypeContents { name: instance_type.clone(), ..TypeContents::default() }],
            regions: vec![RegionContents {
                code: "us-east-9".to_owned(),
                offerings: vec![OfferingContents {
                    instance_type,
                    interruptions: vec![advice],
                    ..OfferingContents::default()
                }],
                ..RegionContents::default()
            }],
            sources: vec![SourceContents {
                label: "feed".to_owned(),
                as_of: as_of.to_owned(),
                dated_by: DatedBy::Said,
                origin: "a list".to_owned(),
            }],
        })
        .unwrap()
    }

    #[test]
    fn prices_of_one_time_are_compared_and_else_the_advisor_is_believed() {
        let spot = Some(quoted(300, "2026-08-06"));
        let none = None;
        for (spot, on_demand, advised, as_of, expected) in [
            (spot, Some(quoted(1000, "2026-08-06")), Some(41), "2026-08-06", Some("70%")),
            (spot, Some(quoted(1000, "2026-05-08")), Some(41), "2026-08-06", Some("70%")),
            (spot, Some(quoted(1000, "2026-05-07")), Some(41), "2026-08-06", Some("advisor 41%")),
            (spot, Some(quoted(1000, "2026-11-22")), Some(41), "2026-11-20", Some("advisor 41%")),
            (spot, Some(quoted(1000, "2025-03-02")), Some(41), "2025-03-02", Some("70%")),
            (spot, Some(quoted(1000, "2025-03-02")), None, "2026-08-06", Some("70%")),
            (spot, none, Some(41), "2026-08-06", Some("advisor 41%")),
            (none, Some(quoted(1000, "2026-08-06")), Some(0), "2026-08-06", Some("advisor 0%")),
            (none, none, None, "2026-08-06", None),
        ] {
            let bytes = catalog(advised, as_of);
            let catalog = Catalog::read(&bytes).unwrap();
            let offering = catalog.region("us-east-9").unwrap().offering("x9.large").unwrap();
            let advice = offering.interruption(OperatingSystem::Linux);
            let text = saving(spot, on_demand, advice).map(|saving| saving.to_string());
            assert_eq!(text.as_deref(), expected, "{spot:?} {on_demand:?} {advised:?} {as_of}");
        }
    }
}
