//! One list into the catalog that is being made.
//!
//! A list is read whole and held against what it gave before, and only then laid: it counts, or it changes nothing.

use super::dates::{Dated, Guess};
use super::ledger::{Entry, ListKey};
use super::{Dropped, FeedReport, Paper, Places, Refresh, RefreshError, Shrunken};
use crate::catalog::contents::{InterruptionContents, PriceContents, SourceContents};
use crate::catalog::feeds::interruption::InterruptionRate;
use crate::catalog::feeds::locations::{self, LocationKind};
use crate::catalog::feeds::on_demand::{self, OnDemandPrice};
use crate::catalog::feeds::storage::LocalDisks;
use crate::catalog::feeds::{
    DropReason, FeedError, FeedKind, Parsed, interruption, on_demand_index, spot_price,
};
use crate::catalog::{FEED, Laid, ListedFacts};
use crate::model::{DatedBy, Market, OperatingSystem, RegionName};

/// A list with fewer than this many hundredths of its former rows is not believed.
const BELIEVABLE_PERCENT: usize = 75;

/// A list that is being laid.
pub(super) struct Laying<'r, 'p> {
    pub(super) refresh: &'r mut Refresh,
    pub(super) paper: &'p Paper,
}

impl Laying<'_, '_> {
    pub(super) fn read(&mut self, kind: FeedKind, text: &str) -> Result<(), RefreshError> {
        match kind {
            FeedKind::Locations => self.locations(text),
            FeedKind::OnDemandIndex => self.index(text),
            FeedKind::SpotPrice => self.spot_prices(text),
            FeedKind::Interruption => self.interruptions(text),
            FeedKind::OnDemand => self.on_demand(text),
        }
    }

    fn locations(&mut self, text: &str) -> Result<(), RefreshError> {
        let key = ListKey::of(FeedKind::Locations);
        let list = locations::parse(text)?;
        let date = self.date(&list)?;
        self.believe(&key, list.rows.len())?;
        self.count(&key, &list, Tally::all(list.rows.len()), date);
        self.refresh.places = Places(Some(list));
        Ok(())
    }

    /// The index names places and systems; whoever fetches needs it, the catalog does not.
    fn index(&mut self, text: &str) -> Result<(), RefreshError> {
        let key = ListKey::of(FeedKind::OnDemandIndex);
        let index = on_demand_index::parse(text)?;
        let date = self.date(&index.locations)?;
        if index.locations.rows.is_empty() {
            let (feed, field) = (FeedKind::OnDemandIndex, "regionAttributes.Location".to_owned());
            return Err(
                FeedError::Changed { feed, field, found: String::new(), expected: "a location" }.into()
            );
        }
        self.believe(&key, index.locations.rows.len())?;
        let tally = Tally::all(index.locations.rows.len());
        self.count(&key, &index.locations, tally, date);
        Ok(())
    }

    fn spot_prices(&mut self, text: &str) -> Result<(), RefreshError> {
        let key = ListKey::of(FeedKind::SpotPrice);
        let list = spot_price::parse(text)?;
        let date = self.date(&list)?;
        self.believe(&key, list.rows.len())?;
        let source = self.source(date, "AWS's list of spot prices")?;
        let mut tally = Tally::default();
        for row in &list.rows {
            let price = PriceContents { market: Market::Spot, os: row.os, amount: row.price, source };
            tally.count(self.refresh.overlay.lay_price(&row.region, &row.instance_type, price));
        }
        self.guessed(key.feed, date);
        self.count(&key, &list, tally, date);
        Ok(())
    }

    fn interruptions(&mut self, text: &str) -> Result<(), RefreshError> {
        let key = ListKey::of(FeedKind::Interruption);
        let lists = interruption::parse(text)?;
        let date = self.date(&lists.rates)?;
        self.believe(&key, lists.rates.rows.len())?;
        let source = self.source(date, "AWS's Spot Instance advisor")?;
        let mut tally = Tally::default();
        for row in &lists.rates.rows {
            let InterruptionRate { os, band, saving_percent, .. } = *row;
            let one = InterruptionContents { os, band, saving_percent, source };
            tally.count(self.refresh.overlay.lay_interruption(&row.region, &row.instance_type, one));
        }
        for one in &lists.types.rows {
            let facts = ListedFacts { vcpus: one.vcpus, memory: one.memory, ..ListedFacts::default() };
            self.refresh.overlay.lay_facts(&one.instance_type, facts);
        }
        self.guessed(key.feed, date);
        self.count(&key, &lists.rates, tally, date);
        Ok(())
    }

    /// A list of on-demand prices is of one location and one system, or of several in one file.
    fn on_demand(&mut self, text: &str) -> Result<(), RefreshError> {
        let list = on_demand::parse(text)?;
        let date = self.date(&list)?;
        let source = self.source(date, "AWS's on-demand price list")?;
        let mut keys: Vec<(String, OperatingSystem)> =
            list.rows.iter().map(|row| (row.location.clone(), row.os)).collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            // Nothing in it says whose rows have gone; where it was read from does.
            let before = self.refresh.ledger.from_origin(&self.paper.origin);
            let before = before.filter(|entry| entry.key.feed == FeedKind::OnDemand).map(|entry| &entry.key);
            before.into_iter().try_for_each(|key| self.believe(key, 0))?;
        }
        let mut parts = Vec::new();
        for (location, os) in &keys {
            let rows: Vec<&OnDemandPrice> =
                list.rows.iter().filter(|row| row.location == *location && row.os == *os).collect();
            let key = ListKey { feed: FeedKind::OnDemand, location: Some(location.clone()), os: Some(*os) };
            self.believe(&key, rows.len())?;
            parts.push((self.region_of(location)?, key, rows));
        }
        for (region, key, rows) in parts {
            match region {
                Some(region) => self.on_demand_of_region(key, &region, &rows, source, date),
                None => {
                    let zone = Dropped::ByList(DropReason::LocalZone);
                    self.refresh.report.feed(key.feed, key.os).count(Some(zone), rows.len());
                }
            }
        }
        // What was dropped of a list belongs to its system, which is the same in all of its rows.
        let report = self.refresh.report.feed(FeedKind::OnDemand, keys.first().map(|(_, os)| *os));
        report.read += 1;
        for (reason, rows) in &list.dropped {
            report.count(Some(Dropped::ByList(*reason)), *rows);
        }
        Ok(())
    }

    fn on_demand_of_region(
        &mut self,
        key: ListKey,
        region: &RegionName,
        rows: &[&OnDemandPrice],
        source: u8,
        date: Dated,
    ) {
        let mut tally = Tally::default();
        for row in rows {
            let price = PriceContents { market: Market::OnDemand, os: row.os, amount: row.price, source };
            tally.count(self.refresh.overlay.lay_price(region, &row.instance_type, price));
            self.refresh.overlay.lay_facts(&row.instance_type, listed_facts(row));
        }
        let report = self.refresh.report.feed(key.feed, key.os);
        tally.tell(report);
        report.dated(date);
        self.record(key, rows.len(), date);
    }

    /// The region of a location; none where it is a zone.
    fn region_of(&self, location: &str) -> Result<Option<RegionName>, RefreshError> {
        if let Places(Some(list)) = &self.refresh.places {
            let place = list.find(location)?;
            return Ok((place.kind == LocationKind::Region).then(|| place.region.clone()));
        }
        Ok(Some(crate::catalog::region_name::code_of(location)?))
    }

    /// The day of a list's figures: its own, else what else there is to know it by.
    fn date<Row>(&self, list: &Parsed<Row>) -> Result<Dated, RefreshError> {
        self.paper.dates.day(list.published, self.refresh.as_of, self.refresh.now)
    }

    /// Says so where the day of figures is not known but guessed.
    fn guessed(&mut self, feed: FeedKind, Dated { date, by }: Dated) {
        if by.is_said() {
            return;
        }
        let beside = self.paper.dates.beside.as_ref().filter(|_| by == DatedBy::ListBeside);
        self.refresh.report.guesses.push(Guess {
            origin: self.paper.origin.clone(),
            feed,
            date,
            by,
            beside: beside.map(|beside| beside.origin.clone()),
        });
    }

    /// Refuses a list that has lost many of its rows.
    fn believe(&self, key: &ListKey, kept: usize) -> Result<(), RefreshError> {
        let before = self.refresh.ledger.entry(key).map_or(0, |entry| entry.kept);
        let has_shrunken = kept.saturating_mul(100) < before.saturating_mul(BELIEVABLE_PERCENT);
        if has_shrunken && self.refresh.shrunken == Shrunken::Refused {
            return Err(RefreshError::Shrunken { kept, before });
        }
        Ok(())
    }

    fn source(&mut self, Dated { date, by }: Dated, what: &str) -> Result<u8, RefreshError> {
        Ok(self.refresh.overlay.source(SourceContents {
            label: FEED.to_owned(),
            as_of: date.to_string(),
            dated_by: by,
            origin: what.to_owned(),
        })?)
    }

    /// Accounts for a list that is the only one of its feed.
    fn count<Row>(&mut self, key: &ListKey, list: &Parsed<Row>, tally: Tally, date: Dated) {
        let report = self.refresh.report.feed(key.feed, key.os);
        report.read += 1;
        tally.tell(report);
        for (reason, rows) in &list.dropped {
            report.count(Some(Dropped::ByList(*reason)), *rows);
        }
        report.dated(date);
        self.record(key.clone(), list.rows.len(), date);
    }

    fn record(&mut self, key: ListKey, kept: usize, Dated { date: as_of, .. }: Dated) {
        let Paper { origin, etag, last_modified, .. } = self.paper;
        self.refresh.ledger.record(Entry {
            key,
            origin: origin.clone(),
            etag: etag.clone(),
            last_modified: last_modified.clone(),
            as_of,
            read_at: self.refresh.now,
            kept,
        });
    }
}

/// What became of the rows of a list that were laid.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    kept: usize,
    outdated: usize,
    undated: usize,
}

impl Tally {
    /// Rows that are of use and are not laid.
    fn all(kept: usize) -> Self {
        Self { kept, ..Self::default() }
    }

    fn count(&mut self, laid: Laid) {
        match laid {
            Laid::Kept => self.kept += 1,
            Laid::Outdated => self.outdated += 1,
            Laid::Undated => self.undated += 1,
        }
    }

    fn tell(self, report: &mut FeedReport) {
        report.count(None, self.kept);
        report.count(Some(Dropped::Outdated), self.outdated);
        report.count(Some(Dropped::Undated), self.undated);
    }
}

fn listed_facts(row: &OnDemandPrice) -> ListedFacts {
    let disks = row.disks.as_ref();
    ListedFacts {
        vcpus: row.vcpus,
        memory: row.memory,
        disks: disks.and_then(|disks| disks.iter().copied().map(LocalDisks::known).collect()),
        network_performance: row.network_performance.clone(),
    }
}
