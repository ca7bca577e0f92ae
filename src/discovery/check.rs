//! Filters made ready, and what they say of a type or a candidate: yes, no, or that it is not known.

use crate::catalog::{Catalog, Feature, InstanceType};
use crate::model::range::Ranges;

use super::candidate::Candidate;
use super::device_choice::DeviceChoice;
use super::figure::Fact;
use super::pattern::Matcher;
use super::{DiscoveryError, Figure, Filter, Label, NamePattern, Subject};

/// What a filter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Yes,
    No,
    Unknown,
}

/// A filter made ready: its names are those of the catalog.
pub(super) struct Check<'q, 'c> {
    pub(super) filter: &'q Filter,
    test: Test<'q, 'c>,
}

enum Test<'q, 'c> {
    Figure(Figure, &'q Ranges<u64>),
    Label(Label, Vec<&'c str>),
    Feature(Feature, bool),
    Allow(Vec<Matcher<'q>>),
    Deny(Vec<Matcher<'q>>),
}

/// The filters of a question, made ready.
pub(super) struct Checks<'q, 'c> {
    pub(super) of_types: Vec<Check<'q, 'c>>,
    pub(super) of_offers: Vec<Check<'q, 'c>>,
    pub(super) devices: DeviceChoice<'c>,
}

impl<'q, 'c> Checks<'q, 'c> {
    /// Makes filters ready, in the order of what they look at.
    pub(super) fn new(catalog: &'c Catalog<'c>, filters: &'q [Filter]) -> Result<Self, DiscoveryError> {
        let mut checks =
            filters.iter().map(|filter| Check::new(catalog, filter)).collect::<Result<Vec<_>, _>>()?;
        checks.sort_by_key(|check| check.filter.subject());
        let mut devices = DeviceChoice::default();
        for check in &checks {
            if let Test::Label(label, names) = &check.test {
                devices.narrow(*label, names);
            }
        }
        let (of_offers, of_types) = checks.into_iter().partition(|check| check.filter.is_of_offer());
        Ok(Self { of_types, of_offers, devices })
    }
}

impl<'q, 'c> Check<'q, 'c> {
    fn new(catalog: &'c Catalog<'c>, filter: &'q Filter) -> Result<Self, DiscoveryError> {
        let test = match filter {
            Filter::Figure(figure, ranges) => Test::Figure(*figure, ranges),
            Filter::Label(label, names) => {
                let mut meant = Vec::new();
                for name in names {
                    meant.extend(label.resolve(catalog, name)?);
                }
                Test::Label(*label, meant)
            }
            Filter::Feature(feature, wanted) => Test::Feature(*feature, *wanted),
            Filter::Allow(patterns) => Test::Allow(matchers(patterns)),
            Filter::Deny(patterns) => Test::Deny(matchers(patterns)),
        };
        Ok(Self { filter, test })
    }

    pub(super) fn subject(&self) -> Subject {
        self.filter.subject()
    }

    /// The names that are wanted, in the catalog's spelling; none where it is no label that is looked at.
    pub(super) fn names(&self) -> &[&'c str] {
        match &self.test {
            Test::Label(_, names) => names,
            _ => &[],
        }
    }

    /// What is wanted, in the catalog's spelling.
    pub(super) fn wanted(&self) -> String {
        match &self.test {
            Test::Label(_, names) => names.join(" or "),
            _ => self.filter.wanted(),
        }
    }

    pub(super) fn of_type(&self, one: InstanceType<'_>, devices: &DeviceChoice<'_>) -> Verdict {
        match &self.test {
            Test::Figure(figure, ranges) => lies_in(figure.of_type(one, devices), ranges),
            Test::Label(label, names) => label.any(one, &|name| names.contains(&name)).into(),
            Test::Feature(feature, wanted) => one.has(*feature).map(|has| has == *wanted).into(),
            Test::Allow(matchers) => Some(matchers.iter().any(|one_of| one_of.fits(one.name()))).into(),
            Test::Deny(matchers) => Some(!matchers.iter().any(|one_of| one_of.fits(one.name()))).into(),
        }
    }

    pub(super) fn of_candidate(&self, candidate: &Candidate<'_>, devices: &DeviceChoice<'_>) -> Verdict {
        match &self.test {
            Test::Figure(figure, ranges) => lies_in(figure.of_candidate(candidate, devices), ranges),
            Test::Label(Label::Zone, ids) => {
                let mut zones = candidate.zones().peekable();
                zones.peek().is_some().then(|| zones.any(|zone| ids.contains(&zone))).into()
            }
            _ => self.of_type(candidate.offering.instance_type(), devices),
        }
    }
}

impl From<Option<bool>> for Verdict {
    fn from(known: Option<bool>) -> Self {
        match known {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unknown,
        }
    }
}

fn lies_in(fact: Fact, ranges: &Ranges<u64>) -> Verdict {
    match fact {
        Fact::Is(value) => Some(ranges.contain(&value)).into(),
        Fact::None => Verdict::No,
        Fact::Unknown => Verdict::Unknown,
    }
}

fn matchers(patterns: &[NamePattern]) -> Vec<Matcher<'_>> {
    patterns.iter().map(NamePattern::matcher).collect()
}
