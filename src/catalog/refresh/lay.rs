//! One list into the catalog that is being made.
//!
//! A list is read whole and held against what it gave before, and only then laid: it counts, or it changes nothing.

use jiff::civil::Date;

use super::ledger::{Entry, ListKey};
use super::{Dropped, Paper, Places, Refresh, RefreshError, day_of};
use crate::catalog::contents::{InterruptionContents, PriceContents, SourceContents};
use crate::catalog::feeds::locations::{self, LocationKind};
use crate::catalog::feeds::on_demand::{self, OnDemandPrice};
use crate::catalog::feeds::storage::LocalDisks;
use crate::catalog::feeds::{
    DropReason, FeedError, FeedKind, Parsed, interruption, on_demand_index, spot_price,
};
use crate::catalog::{FEED, Laid, ListedFacts};
use crate::model::{Market, OperatingSystem, RegionName};

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
        self.count(&key, &list, list.rows.len(), date);
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
        self.count(&key, &index.locations, index.locations.rows.len(), date);
        Ok(())
    }

    fn spot_prices(&mut self, text: &str) -> Result<(), RefreshError> {
        let key = ListKey::of(FeedKind::SpotPrice);
        let list = spot_price::parse(text)?;
        let date = self.date(&list)?;
        self.believe(&key, list.rows.len())?;
        let source = self.source(date, "AWS's list of spot prices")?;
        let mut kept = 0;
        for row in &list.rows {
            let price = PriceContents { market: Market::Spot, os: row.os, amount: row.price, source };
            let laid = self.refresh.overlay.lay_price(&row.region, &row.instance_type, price);
            kept += usize::from(laid == Laid::Kept);
        }
        self.count(&key, &list, kept, date);
        Ok(())
    }

    fn interruptions(&mut self, text: &str) -> Result<(), RefreshError> {
        let key = ListKey::of(FeedKind::Interruption);
        let lists = interruption::parse(text)?;
        let date = self.date(&lists.rates)?;
        self.believe(&key, lists.rates.rows.len())?;
        let source = self.source(date, "AWS's Spot Instance advisor")?;
        let mut kept = 0;
        for row in &lists.rates.rows {
            let one = InterruptionContents { os: row.os, band: row.band, source };
            let laid = self.refresh.overlay.lay_interruption(&row.region, &row.instance_type, one);
            kept += usize::from(laid == Laid::Kept);
        }
        for one in &lists.types.rows {
            let facts = ListedFacts { vcpus: one.vcpus, memory: one.memory, ..ListedFacts::default() };
            self.refresh.overlay.lay_facts(&one.instance_type, facts);
        }
        self.count(&key, &lists.rates, kept, date);
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
        date: Date,
    ) {
        let mut kept = 0;
        for row in rows {
            let price = PriceContents { market: Market::OnDemand, os: row.os, amount: row.price, source };
            let laid = self.refresh.overlay.lay_price(region, &row.instance_type, price);
            kept += usize::from(laid == Laid::Kept);
            self.refresh.overlay.lay_facts(&row.instance_type, listed_facts(row));
        }
        let report = self.refresh.report.feed(key.feed, key.os);
        report.count(None, kept);
        report.count(Some(Dropped::Outdated), rows.len() - kept);
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

    /// The date of a list's figures: its own, else that of the file; one that lies ahead of the clock is the clock's.
    fn date<Row>(&mut self, list: &Parsed<Row>) -> Result<Date, RefreshError> {
        list.published
            .or(self.paper.changed_at)
            .map(|at| day_of(at.min(self.refresh.now)))
            .ok_or(RefreshError::Undated)
    }

    /// Refuses a list that has lost many of its rows.
    fn believe(&self, key: &ListKey, kept: usize) -> Result<(), RefreshError> {
        let before = self.refresh.ledger.entry(key).map_or(0, |entry| entry.kept);
        if kept.saturating_mul(100) < before.saturating_mul(BELIEVABLE_PERCENT) {
            return Err(RefreshError::Shrunken { kept, before });
        }
        Ok(())
    }

    fn source(&mut self, date: Date, what: &str) -> Result<u8, RefreshError> {
        let source =
            SourceContents { label: FEED.to_owned(), as_of: date.to_string(), origin: what.to_owned() };
        Ok(self.refresh.overlay.source(source)?)
    }

    /// Accounts for a list that is the only one of its feed.
    fn count<Row>(&mut self, key: &ListKey, list: &Parsed<Row>, kept: usize, date: Date) {
        let report = self.refresh.report.feed(key.feed, key.os);
        report.read += 1;
        report.count(None, kept);
        report.count(Some(Dropped::Outdated), list.rows.len() - kept);
        for (reason, rows) in &list.dropped {
            report.count(Some(Dropped::ByList(*reason)), *rows);
        }
        report.dated(date);
        self.record(key.clone(), list.rows.len(), date);
    }

    fn record(&mut self, key: ListKey, kept: usize, as_of: Date) {
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

fn listed_facts(row: &OnDemandPrice) -> ListedFacts {
    let disks = row.disks.as_ref();
    ListedFacts {
        vcpus: row.vcpus,
        memory: row.memory,
        disks: disks.and_then(|disks| disks.iter().copied().map(LocalDisks::known).collect()),
        network_performance: row.network_performance.clone(),
    }
}
