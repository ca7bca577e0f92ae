//! What became of the rows of a feed: kept, or dropped for a reason that is counted.
//!
//! Every row goes through [`Tally::count`], so that none is lost without a word. What a row is, each parser says.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use super::{FeedError, FeedKind};

/// The rows of a feed, and an account of those that are not among them:
/// `rows.len()` and the sum of `dropped` are `total`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed<Row> {
    /// The rows that were kept, in the order of their keys; no key is there twice.
    pub rows: Vec<Row>,
    /// How many rows were dropped, by reason; a reason that did not occur is not there.
    pub dropped: BTreeMap<DropReason, usize>,
    /// How many rows the file has.
    pub total: usize,
    /// When AWS published the file, where the file itself says so.
    pub published: Option<Timestamp>,
}

/// Why a row is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DropReason {
    /// The feed says that there is no price.
    NoPrice,
    /// The price is 0, which AWS writes where it has none.
    ZeroPrice,
    /// The price is more than a catalog can hold, and than any machine costs.
    TooLarge,
    /// A row of a local or a wavelength zone; what is kept here is kept per region.
    LocalZone,
    /// A system that cloudkit keeps no prices of, such as one with a database licence.
    OtherOperatingSystem,
    /// The price includes software on top of the operating system.
    PreInstalledSoftware,
    /// The price is without the licence that one has to bring.
    OwnLicence,
    /// The row names another location than the one that it is listed under.
    Misplaced,
    /// A place that is neither a region nor a zone.
    OtherPlace,
    /// The same row once more.
    Repeated,
    /// The feed has several rows for one key that do not agree; none of them is kept, since a wrong price is worse than
    /// none.
    Contradictory,
    /// The name of the instance type is not shaped as one.
    NotAnInstanceType,
    /// The code of the region is not shaped as one.
    NotARegion,
    /// The name of the location is empty or much too long, or holds control characters.
    NotALocation,
    /// The memory size is not a number of GiB with up to three decimals.
    NotASize,
}

impl DropReason {
    /// Every reason.
    pub const ALL: [Self; 15] = [
        Self::NoPrice,
        Self::ZeroPrice,
        Self::TooLarge,
        Self::LocalZone,
        Self::OtherOperatingSystem,
        Self::PreInstalledSoftware,
        Self::OwnLicence,
        Self::Misplaced,
        Self::OtherPlace,
        Self::Repeated,
        Self::Contradictory,
        Self::NotAnInstanceType,
        Self::NotARegion,
        Self::NotALocation,
        Self::NotASize,
    ];

    /// Whether the row is not as such a row has to be. A feed that is mostly of these is refused.
    #[must_use]
    pub const fn is_malformed(self) -> bool {
        matches!(
            self,
            Self::TooLarge
                | Self::OtherPlace
                | Self::NotAnInstanceType
                | Self::NotARegion
                | Self::NotALocation
                | Self::NotASize
        )
    }
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NoPrice => "AWS gives no price",
            Self::ZeroPrice => "the price is 0",
            Self::TooLarge => "the price is too large to be one",
            Self::LocalZone => "it is of a local zone",
            Self::OtherOperatingSystem => "cloudkit keeps no prices of its operating system",
            Self::PreInstalledSoftware => "the price includes other software",
            Self::OwnLicence => "the price is without the licence",
            Self::Misplaced => "it is listed under another location than its own",
            Self::OtherPlace => "it is neither a region nor a zone",
            Self::Repeated => "it is there more than once",
            Self::Contradictory => "it is there more than once with different values",
            Self::NotAnInstanceType => "its instance type is not shaped as one",
            Self::NotARegion => "its region is not shaped as one",
            Self::NotALocation => "its location is not a name",
            Self::NotASize => "its memory size is not one",
        })
    }
}

/// The account as it is being made up.
#[derive(Debug)]
pub(super) struct Tally<Row> {
    rows: Vec<Row>,
    dropped: BTreeMap<DropReason, usize>,
    total: usize,
}

impl<Row> Tally<Row> {
    pub(super) const fn new() -> Self {
        Self { rows: Vec::new(), dropped: BTreeMap::new(), total: 0 }
    }

    /// Accounts for one row of the file.
    pub(super) fn count(&mut self, row: Result<Row, DropReason>) {
        self.total += 1;
        match row {
            Ok(row) => self.rows.push(row),
            Err(reason) => self.drop_rows(reason, 1),
        }
    }

    /// Puts the kept rows in order and keeps one of each key: the first where all rows of the key agree, none where
    /// they do not.
    pub(super) fn distinct(
        mut self,
        key_order: impl Fn(&Row, &Row) -> Ordering,
        agree: impl Fn(&Row, &Row) -> bool,
    ) -> Self {
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_by(&key_order);
        let mut rows = rows.into_iter().peekable();
        while let Some(first) = rows.next() {
            let (mut others, mut all_agree) = (0, true);
            while let Some(other) = rows.next_if(|row| key_order(&first, row).is_eq()) {
                others += 1;
                all_agree &= agree(&first, &other);
            }
            if all_agree {
                self.drop_rows(DropReason::Repeated, others);
                self.rows.push(first);
            } else {
                self.drop_rows(DropReason::Contradictory, others + 1);
            }
        }
        self
    }

    /// The account, unless most of the rows are malformed.
    pub(super) fn finish(
        self,
        feed: FeedKind,
        published: Option<Timestamp>,
    ) -> Result<Parsed<Row>, FeedError> {
        let malformed = self.dropped.iter().filter(|(reason, _)| reason.is_malformed());
        let malformed: usize = malformed.map(|(_, count)| count).sum();
        if malformed > self.total / 2 {
            return Err(FeedError::Malformed { feed, malformed, total: self.total });
        }
        Ok(Parsed { rows: self.rows, dropped: self.dropped, total: self.total, published })
    }

    fn drop_rows(&mut self, reason: DropReason, count: usize) {
        if count > 0 {
            *self.dropped.entry(reason).or_default() += count;
        }
    }
}
