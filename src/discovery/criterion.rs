//! Every filter by the name that it is typed by: `vcpus`, `min-zones`, `bare-metal`.
//!
//! The command line has a flag for each, and the Python bindings an argument. What a filter does is [`Filter`]'s.

use std::borrow::Cow;

use crate::catalog::Feature;

use super::{Figure, Filter, Label, NotAFilter};

/// A filter that can be asked for, before it is said what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criterion {
    /// A figure within a range.
    Figure(Figure),
    /// A figure of at least so much.
    Least(Figure),
    /// A figure of at most so much.
    Most(Figure),
    /// A label that is one of some names.
    Label(Label),
    /// A yes-or-no fact.
    Feature(Feature),
    /// Types whose names fit one of some patterns.
    Allow,
    /// Types whose names fit none of some patterns.
    Deny,
}

impl Criterion {
    /// Every one; those that only spot offers have are at the end.
    pub fn all() -> impl Iterator<Item = Self> {
        let bounds = [Self::Least(Figure::Zones), Self::Most(Figure::Price)];
        let of_spot = [Self::Least(Figure::Saving), Self::Most(Figure::Interruption)];
        let figures = Figure::ALL.into_iter().filter(|figure| !has_bounds_alone(*figure)).map(Self::Figure);
        let labels = Label::ALL.into_iter().map(Self::Label);
        let features = Feature::ALL.into_iter().map(Self::Feature);
        (figures.chain(labels).chain(features)).chain([Self::Allow, Self::Deny]).chain(bounds).chain(of_spot)
    }

    /// Its name as it is typed.
    #[must_use]
    pub fn key(self) -> Cow<'static, str> {
        match self {
            Self::Figure(figure) => figure.key().into(),
            Self::Least(figure) => format!("min-{}", figure.key()).into(),
            Self::Most(figure) => format!("max-{}", figure.key()).into(),
            Self::Label(label) => of_label(label).into(),
            Self::Feature(feature) => feature.as_str().replace(' ', "-").into(),
            Self::Allow => "allow".into(),
            Self::Deny => "deny".into(),
        }
    }

    /// Whether only spot offers have it.
    #[must_use]
    pub const fn is_of_spot_alone(self) -> bool {
        matches!(self, Self::Least(Figure::Saving) | Self::Most(Figure::Interruption))
    }

    /// The filter of what is wanted, as it is typed.
    ///
    /// # Errors
    /// Where the text is nothing that it could be compared with.
    pub fn filter(self, text: &str) -> Result<Filter, NotAFilter> {
        match self {
            Self::Figure(figure) => Filter::figure(figure, text),
            Self::Least(figure) => Filter::least(figure, text),
            Self::Most(figure) => Filter::most(figure, text),
            Self::Label(label) => Filter::label(label, text),
            Self::Feature(feature) => Filter::feature(feature, text),
            Self::Allow => Filter::allow(text),
            Self::Deny => Filter::deny(text),
        }
    }
}

/// Whether a figure is asked for by a bound and by no range.
const fn has_bounds_alone(figure: Figure) -> bool {
    matches!(figure, Figure::Zones | Figure::Saving | Figure::Interruption)
}

const fn of_label(label: Label) -> &'static str {
    match label {
        Label::Family => "family",
        Label::Size => "size",
        Label::Architecture => "arch",
        Label::ProcessorMaker => "processor-maker",
        Label::ProcessorGeneration => "processor-generation",
        Label::Gpu => "gpu",
        Label::GpuMaker => "gpu-maker",
        Label::Accelerator => "accelerator",
        Label::AcceleratorMaker => "accelerator-maker",
        Label::NetworkPerformance => "network-performance",
        Label::StorageKind => "storage-kind",
        Label::UsageClass => "usage-class",
        Label::Zone => "zone",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_figure_label_and_fact_has_a_name_of_its_own() {
        let keys: BTreeSet<String> = Criterion::all().map(|one| one.key().into_owned()).collect();
        assert_eq!(keys.len(), Criterion::all().count());
        assert_eq!(keys.len(), Figure::ALL.len() + 1 + Label::ALL.len() + Feature::ALL.len() + 2);
    }
}
