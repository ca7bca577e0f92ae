//! Filters: each one a thing that is looked at, and what is wanted of it.
//!
//! Flags and words both become these and nothing else, so that both mean the same and are spoken of alike. How a filter is
//! applied is [`super::check`]'s.

use std::fmt;

use crate::catalog::Feature;
use crate::model::range::{NotARange, Ranges, is_negative};
use crate::model::{NotAValue, Range};

use super::{Figure, Label, NamePattern, NotAPattern, names_of};

/// A filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// A figure has to lie in one of these ranges, which are of the figure's unit.
    Figure(Figure, Ranges<u64>),
    /// A label has to be one of these names.
    Label(Label, Vec<String>),
    /// A yes-or-no fact has to hold, or not to.
    Feature(Feature, bool),
    /// The type's name has to fit one of these.
    Allow(Vec<NamePattern>),
    /// The type's name has to fit none of these.
    Deny(Vec<NamePattern>),
}

/// What is looked at, in the order in which filters are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The patterns of the question.
    Name,
    /// The types that are allowed.
    Allowed,
    /// The types that are not.
    Denied,
    /// A label.
    Label(Label),
    /// A yes-or-no fact.
    Feature(Feature),
    /// A figure.
    Figure(Figure),
    /// The regions.
    Region,
    /// The markets.
    Market,
}

/// A text that is not what a filter compares with.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotAFilter {
    /// It is not a range.
    #[error(transparent)]
    Range(#[from] NotARange<NotAValue>),
    /// It is not a name, or neither yes nor no.
    #[error(transparent)]
    Value(#[from] NotAValue),
    /// It is not a pattern.
    #[error(transparent)]
    Pattern(#[from] NotAPattern),
}

impl Filter {
    /// A figure compared with a range as it is typed, or with a list of them.
    ///
    /// # Errors
    /// Where the text is not a range of such figures.
    pub fn figure(figure: Figure, text: &str) -> Result<Self, NotAFilter> {
        let ranges = Ranges::parse_with(text, |end| figure.unit().parse(end))?;
        let as_asked =
            |range: &Range<u64>| if figure == Figure::GpuMemory { as_it_is_sold(*range) } else { *range };
        Ok(Self::Figure(figure, ranges.iter().map(as_asked).collect()))
    }

    /// A figure of at least what is typed.
    ///
    /// # Errors
    /// Where the text is not such a figure.
    pub fn least(figure: Figure, text: &str) -> Result<Self, NotAFilter> {
        Ok(Self::at_least(figure, amount(figure, text)?))
    }

    /// A figure of at most what is typed.
    ///
    /// # Errors
    /// Where the text is not such a figure.
    pub fn most(figure: Figure, text: &str) -> Result<Self, NotAFilter> {
        Ok(Self::Figure(figure, Range { from: None, to: Some(amount(figure, text)?) }.into()))
    }

    /// A figure of at least this much.
    #[must_use]
    pub fn at_least(figure: Figure, least: u64) -> Self {
        Self::Figure(figure, Range { from: Some(least), to: None }.into())
    }

    /// A figure of just this much.
    #[must_use]
    pub fn exactly(figure: Figure, amount: u64) -> Self {
        Self::Figure(figure, Range { from: Some(amount), to: Some(amount) }.into())
    }

    /// A label compared with names as they are typed: one, or several between commas.
    ///
    /// # Errors
    /// Where one of them can be no such name.
    pub fn label(label: Label, text: &str) -> Result<Self, NotAFilter> {
        let names: Vec<String> = names_of(text).map(|name| name.trim().to_owned()).collect();
        names.iter().try_for_each(|name| label.check(name))?;
        Ok(Self::Label(label, names))
    }

    /// A yes-or-no fact and the answer that is wanted.
    ///
    /// # Errors
    /// Where the text is neither yes nor no.
    pub fn feature(feature: Feature, text: &str) -> Result<Self, NotAFilter> {
        match text.to_ascii_lowercase().as_str() {
            "yes" | "true" => Ok(Self::Feature(feature, true)),
            "no" | "false" => Ok(Self::Feature(feature, false)),
            _ => Err(NotAValue::new(text, "yes or no").into()),
        }
    }

    /// The types that are allowed: patterns of names, between commas.
    ///
    /// # Errors
    /// Where one is no pattern.
    pub fn allow(text: &str) -> Result<Self, NotAFilter> {
        Ok(Self::Allow(patterns(text)?))
    }

    /// The types that are not: patterns of names, between commas.
    ///
    /// # Errors
    /// Where one is no pattern.
    pub fn deny(text: &str) -> Result<Self, NotAFilter> {
        Ok(Self::Deny(patterns(text)?))
    }

    /// What it looks at.
    #[must_use]
    pub const fn subject(&self) -> Subject {
        match self {
            Self::Figure(figure, _) => Subject::Figure(*figure),
            Self::Label(label, _) => Subject::Label(*label),
            Self::Feature(feature, _) => Subject::Feature(*feature),
            Self::Allow(_) => Subject::Allowed,
            Self::Deny(_) => Subject::Denied,
        }
    }

    /// Whether it is the offer that it looks at, and not the instance type.
    #[must_use]
    pub fn is_of_offer(&self) -> bool {
        match self {
            Self::Figure(figure, _) => figure.is_of_offer(),
            Self::Label(label, _) => *label == Label::Zone,
            Self::Feature(..) | Self::Allow(_) | Self::Deny(_) => false,
        }
    }

    /// What is wanted, for people.
    #[must_use]
    pub fn wanted(&self) -> String {
        match self {
            Self::Figure(figure, ranges) => {
                ranges.iter().map(|range| shown(*figure, *range)).collect::<Vec<_>>().join(" or ")
            }
            Self::Label(_, names) => names.join(" or "),
            Self::Feature(_, true) => "yes".to_owned(),
            Self::Feature(_, false) => "no".to_owned(),
            Self::Allow(patterns) | Self::Deny(patterns) => {
                patterns.iter().map(NamePattern::as_str).collect::<Vec<_>>().join(" ")
            }
        }
    }
}

impl fmt::Display for Filter {
    /// `memory 64 GiB..`, `GPU H100`, `EFA yes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.subject(), self.wanted())
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Name => "name",
            Self::Allowed => "allowed types",
            Self::Denied => "denied types",
            Self::Label(label) => label.title(),
            Self::Feature(feature) => feature_title(*feature),
            Self::Figure(figure) => figure.title(),
            Self::Region => "region",
            Self::Market => "market",
        })
    }
}

impl Subject {
    /// What it is called where it is spoken of as one thing.
    pub(super) fn in_the_singular(self) -> String {
        match self {
            Self::Figure(Figure::Vcpus | Figure::Cores) => format!("number of {self}"),
            Self::Feature(Feature::DedicatedHosts | Feature::NitroEnclaves) => format!("use of {self}"),
            _ => self.to_string(),
        }
    }
}

/// The name of a yes-or-no fact for people.
pub(super) const fn feature_title(feature: Feature) -> &'static str {
    match feature {
        Feature::BareMetal => "bare metal",
        Feature::Burstable => "burstable performance",
        Feature::Hibernation => "hibernation",
        Feature::CurrentGeneration => "current generation",
        Feature::FreeTier => "free tier",
        Feature::DedicatedHosts => "dedicated hosts",
        Feature::NestedVirtualization => "nested virtualization",
        Feature::AutoRecovery => "auto recovery",
        Feature::NitroEnclaves => "Nitro enclaves",
        Feature::Efa => "EFA",
    }
}

/// One figure for the memory of a GPU is the one that it is sold by, of which EC2 gives a little less: an L4 has 24 GB in
/// its data sheet and 22,888 MiB in the API.
fn as_it_is_sold(range: Range<u64>) -> Range<u64> {
    match (range.from, range.to) {
        (Some(from), Some(to)) if from == to => Range { from: Some(from - from / 10), to: Some(to) },
        _ => range,
    }
}

fn amount(figure: Figure, text: &str) -> Result<u64, NotAFilter> {
    if is_negative(text) {
        return Err(NotARange::Negative(text.to_owned()).into());
    }
    Ok(figure.unit().parse(text)?)
}

fn patterns(text: &str) -> Result<Vec<NamePattern>, NotAPattern> {
    names_of(text).map(str::parse).collect()
}

/// A range with the units of its ends, as it would be typed.
fn shown(figure: Figure, range: Range<u64>) -> String {
    let show = |end: u64| figure.unit().show(end);
    Range { from: range.from.map(show), to: range.to.map(show) }.to_string()
}
