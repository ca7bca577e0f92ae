//! Ranges, written the same way wherever a range is asked for: `8`, `8..`, `8+`, `..8`, `4..16`, `4..16gib`, `4,8,32+`.
//!
//! Both ends belong to the range, and a unit behind the last number is that of those before it too. What stands at the ends
//! is read by whoever knows the values.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// What lies between two ends, either of which may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range<T> {
    /// The least value that belongs to the range, if there is one.
    pub from: Option<T>,
    /// The greatest value that belongs to the range, if there is one.
    pub to: Option<T>,
}

impl<T: PartialOrd> Range<T> {
    /// Whether a value lies in the range, its ends included.
    pub fn contains(&self, value: &T) -> bool {
        self.from.as_ref().is_none_or(|from| value >= from) && self.to.as_ref().is_none_or(|to| value <= to)
    }
}

impl<T: PartialOrd + Clone> Range<T> {
    /// Reads a range whose ends are read by `end`.
    ///
    /// # Errors
    /// Where the text has no end, an end is no value, or the ends are the wrong way round.
    pub fn parse_with<E>(text: &str, end: impl Fn(&str) -> Result<T, E>) -> Result<Self, NotARange<E>> {
        if is_negative(text) {
            return Err(NotARange::Negative(text.to_owned()));
        }
        Self::read(text, &end).map_err(|error| match meant(text) {
            Some(write) if Self::read(&write, &end).is_ok() => {
                NotARange::Meant { text: text.to_owned(), write }
            }
            _ => error,
        })
    }

    fn read<E>(text: &str, end: &impl Fn(&str) -> Result<T, E>) -> Result<Self, NotARange<E>> {
        let end = |part: &str| if part.is_empty() { Ok(None) } else { end(part).map(Some) };
        let trimmed = text.trim();
        let range = match (trimmed.split_once(".."), trimmed.strip_suffix('+')) {
            (Some((from, to)), _) => {
                let (from, to) = (from.trim(), to.trim());
                Self { from: end(&with_unit_of(from, to))?, to: end(to)? }
            }
            (None, Some(from)) => Self { from: end(from.trim())?, to: None },
            (None, None) => {
                let only = end(trimmed)?;
                Self { from: only.clone(), to: only }
            }
        };
        match (&range.from, &range.to) {
            (None, None) => Err(NotARange::Unbounded(text.to_owned())),
            (Some(from), Some(to)) if from > to => Err(NotARange::Empty(text.to_owned())),
            _ => Ok(range),
        }
    }
}

/// Ranges in a list between commas: what lies in any of them lies in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranges<T>(Vec<Range<T>>);

impl<T> Ranges<T> {
    /// Each of them, as it was written.
    pub fn iter(&self) -> impl Iterator<Item = &Range<T>> {
        self.0.iter()
    }
}

impl<T: PartialOrd> Ranges<T> {
    /// Whether a value lies in one of them.
    pub fn contain(&self, value: &T) -> bool {
        self.0.iter().any(|range| range.contains(value))
    }
}

impl<T: PartialOrd + Clone> Ranges<T> {
    /// Reads ranges between commas, whose ends are read by `end`.
    ///
    /// # Errors
    /// Where one of them is not a range.
    pub fn parse_with<E>(text: &str, end: impl Fn(&str) -> Result<T, E>) -> Result<Self, NotARange<E>> {
        let unit = open_end(text.trim()).0;
        let unit = unit.get(length_to_last_digit(unit)..).unwrap_or_default();
        let parts = text.split(',').map(|part| with_unit(part.trim(), unit));
        parts.map(|part| Range::parse_with(&part, &end)).collect::<Result<_, _>>().map(Self)
    }
}

impl<T> From<Range<T>> for Ranges<T> {
    fn from(range: Range<T>) -> Self {
        Self(vec![range])
    }
}

impl<T> FromIterator<Range<T>> for Ranges<T> {
    fn from_iter<I: IntoIterator<Item = Range<T>>>(ranges: I) -> Self {
        Self(ranges.into_iter().collect())
    }
}

/// Whether a text is written as an amount below zero.
#[must_use]
pub fn is_negative(text: &str) -> bool {
    text.trim()
        .strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
}

/// What somebody means who writes a range as it is written elsewhere: `8-16`, `>=8`, `4:8`.
pub(crate) fn meant(text: &str) -> Option<String> {
    let text = text.trim();
    let behind = |signs: [&str; 4]| signs.iter().find_map(|sign| text.strip_prefix(sign)).map(str::trim);
    if let Some(least) = behind([">=", "=>", "≥", ">"]) {
        return Some(format!("{least}+"));
    }
    if let Some(most) = behind(["<=", "=<", "≤", "<"]) {
        return Some(format!("..{most}"));
    }
    let (from, to) = ["...", "-", "–", ":", "~", " to "].iter().find_map(|sign| text.split_once(sign))?;
    Some(if to.is_empty() { format!("{}+", from.trim()) } else { format!("{}..{}", from.trim(), to.trim()) })
}

/// A range without the sign that leaves its end open, and that sign.
fn open_end(range: &str) -> (&str, &str) {
    let signs = ["..", "+"].into_iter();
    signs.filter_map(|sign| Some((range.strip_suffix(sign)?, sign))).next().unwrap_or((range, ""))
}

fn length_to_last_digit(text: &str) -> usize {
    text.trim_end_matches(|c: char| !c.is_ascii_digit()).len()
}

/// A range of a list that has no unit, with that of the last one.
fn with_unit<'t>(range: &'t str, unit: &str) -> Cow<'t, str> {
    let (number, sign) = open_end(range);
    if number.is_empty() || length_to_last_digit(number) < number.len() {
        return Cow::Borrowed(range);
    }
    Cow::Owned(format!("{number}{unit}{sign}"))
}

/// A first end that has no unit, with the unit of the second.
fn with_unit_of<'t>(from: &'t str, to: &str) -> Cow<'t, str> {
    if from.is_empty() || length_to_last_digit(from) < from.len() {
        return Cow::Borrowed(from);
    }
    Cow::Owned(format!("{from}{}", &to[length_to_last_digit(to)..]))
}

/// A text that is not a range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotARange<E> {
    /// One of its ends is not a value.
    #[error(transparent)]
    End(#[from] E),
    /// It is written as ranges are elsewhere.
    #[error("{text:?} is not a range as it is written here: write {write}")]
    Meant {
        /// What was read.
        text: String,
        /// How it is written.
        write: String,
    },
    /// An amount below zero.
    #[error("{0:?} is below zero: write an amount of 0 or more")]
    Negative(String),
    /// `..` alone, or nothing, bounds nothing.
    #[error("{0:?} has no end; write 8, 8.., ..8, 4..16 or a list such as 4,8")]
    Unbounded(String),
    /// The first end lies above the second.
    #[error("{0:?} is empty: its first end lies above its second")]
    Empty(String),
}

impl<T: FromStr + PartialOrd + Clone> FromStr for Range<T> {
    type Err = NotARange<T::Err>;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse_with(text, T::from_str)
    }
}

impl<T: fmt::Display + PartialEq> fmt::Display for Range<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) if from == to => write!(f, "{from}"),
            (from, to) => {
                if let Some(from) = from {
                    write!(f, "{from}")?;
                }
                f.write_str("..")?;
                if let Some(to) = to {
                    write!(f, "{to}")?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Mebibytes;

    #[test]
    fn both_ends_belong_to_the_range() {
        let range: Range<u32> = "4..16".parse().unwrap();
        assert!(range.contains(&4) && range.contains(&16) && !range.contains(&17));
        assert!("8..".parse::<Range<u32>>().unwrap().contains(&800));
        assert!(!"8".parse::<Range<u32>>().unwrap().contains(&9));
        assert_eq!("..16gib".parse(), Ok(Range { from: None, to: Some(Mebibytes(16384)) }));
    }

    #[test]
    fn a_plus_is_an_open_end_and_a_unit_is_that_of_both_ends() {
        assert_eq!("16+".parse(), Ok(Range { from: Some(16), to: None }));
        assert_eq!("1.5tib+".parse(), Ok(Range { from: Some(Mebibytes(1_572_864)), to: None }));
        let half_to_one = Range { from: Some(Mebibytes(512)), to: Some(Mebibytes(1024)) };
        assert_eq!("512..1024mib".parse(), Ok(half_to_one));
        assert_eq!("512mib..1gib".parse(), Ok(half_to_one));
    }

    #[test]
    fn a_list_holds_what_any_of_its_ranges_holds() {
        let read =
            |text: &str| Ranges::parse_with(text, str::parse::<Mebibytes>).map_err(|error| error.to_string());
        let ranges = read("512mib, 4..8, 64+").unwrap();
        for (mib, lies_in) in
            [(512, true), (511, false), (4096, true), (8192, true), (9000, false), (1 << 20, true)]
        {
            assert_eq!(ranges.contain(&Mebibytes(mib)), lies_in, "{mib}");
        }
        assert_eq!(read("16,32GiB"), read("16gib,32gib"));
        assert_eq!(read("1..2,8+,512..1024mib+"), read("1..2mib,8mib+,512..1024mib+"));
        assert_eq!(read("2..,..1tib"), read("2tib..,..1tib"));
        for text in ["", "4,", ",", "4,,8", "4,x"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_range_written_as_elsewhere_is_refused_with_how_it_is_written() {
        for (text, write) in [
            ("8-16", "8..16"),
            ("8 - 16", "8..16"),
            ("4:8", "4..8"),
            ("4...8", "4..8"),
            ("4 to 8", "4..8"),
            (">=8", "8+"),
            ("> 8", "8+"),
            ("<=8", "..8"),
            ("8-", "8+"),
        ] {
            let error = text.parse::<Range<u32>>().unwrap_err();
            assert_eq!(error, NotARange::Meant { text: text.to_owned(), write: write.to_owned() });
        }
        assert_eq!("-1".parse::<Range<u32>>(), Err(NotARange::Negative("-1".to_owned())));
        // What is written so is no range either.
        for text in ["x-y", "16-8", ">", "8-16-32"] {
            assert!(!matches!(text.parse::<Range<u32>>(), Ok(_) | Err(NotARange::Meant { .. })), "{text}");
        }
    }

    #[test]
    fn what_bounds_nothing_is_refused() {
        for text in ["", "..", "16..4", "a..b", "1...3", "+", "4..8+", "4++"] {
            assert!(text.parse::<Range<u32>>().is_err(), "{text}");
        }
    }
}
