//! Whether a machine can be had now: every sign there is for or against it, each with its source.
//!
//! A pure function of what was learnt. AWS tells nobody whether it has room before a launch, so only room that the account
//! holds already is a yes; what merely does not stand in the way is `possible`, and what was not learnt is `unknown` with
//! the reason.

use std::collections::BTreeMap;

use serde::Serialize;

use super::blocks::ForSale;
use super::reservations::{is_for, room};
use super::scores::ScoreRow;
use crate::aws::types::capacity::{CapacityReservation, ReservationKind};
use crate::catalog::Catalog;
use crate::model::{BlockDuration, Market, OperatingSystem, RegionName};

/// The value of [`CapacityCheck`]'s `schema` field.
pub const SCHEMA: &str = "cloudkit.capacity-check/v1";
/// Where the facts of this moment come from.
const EC2: &str = "api";

/// What one sign, or all of them together, say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// It can be had now, for certain.
    Yes,
    /// It can't be had this way.
    No,
    /// Nothing stands in the way, which is no promise.
    Possible,
    /// Nobody knows; the reason says why.
    Unknown,
}

impl Answer {
    /// The spelling of the documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Possible => "possible",
            Self::Unknown => "unknown",
        }
    }
}

/// One sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signal {
    /// `zones`, `reservation`, `capacity-block`, `block-offering`, `placement-score`, `quota`.
    pub signal: &'static str,
    /// The region that it is about.
    pub region: String,
    /// The type that it is about; absent where it is about all of them together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// What it says.
    pub answer: Answer,
    /// The facts behind it, or the reason why there are none.
    pub detail: String,
    /// `api`, `embedded` or `feed`; absent where nobody was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When it was so: a time, or the date of the catalog's prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
}

/// All signs, and what they say together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CapacityCheck {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// The types, any of which would do.
    pub instance_types: Vec<String>,
    /// The regions, any of which would do.
    pub regions: Vec<String>,
    /// How many machines.
    pub count: u32,
    /// What they run.
    pub os: OperatingSystem,
    /// `yes` where a way to have them now is known, `no` where every way is known to be closed, else `unknown`.
    pub answer: Answer,
    /// The signs.
    pub signals: Vec<Signal>,
}

/// What somebody wants to have.
#[derive(Debug, Clone)]
pub struct CheckQuestion {
    /// The types, any of which would do.
    pub types: Vec<String>,
    /// The regions, any of which would do.
    pub regions: Vec<RegionName>,
    /// How many machines.
    pub count: u32,
    /// What they run.
    pub os: OperatingSystem,
    /// The time of asking.
    pub now: jiff::Timestamp,
}

/// What was learnt; a fact that was not is the reason why.
#[derive(Debug, Default)]
pub struct Learnt {
    /// The zones that have a type in a region.
    pub zones: BTreeMap<(RegionName, String), Result<Vec<String>, String>>,
    /// What the account holds in a region.
    pub reservations: BTreeMap<RegionName, Result<Vec<CapacityReservation>, String>>,
    /// The capacity blocks for a day that can be bought, of a type in a region.
    pub blocks: BTreeMap<(RegionName, String), Result<Vec<ForSale>, String>>,
    /// The placement scores of the regions.
    pub scores: Option<Result<Vec<ScoreRow>, String>>,
    /// The room that the account's quotas have.
    pub quotas: Vec<QuotaSignal>,
    /// Why nothing was learnt that is not here.
    pub not_asked: Option<String>,
}

/// Whether the account's quotas have room for the machines, in any market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaSignal {
    /// The region.
    pub region: RegionName,
    /// The type.
    pub instance_type: String,
    /// Whether they fit; none where that could not be told.
    pub fits: Option<bool>,
    /// The figures, or the reason why there are none.
    pub detail: String,
    /// When it was so.
    pub as_of: String,
}

/// Adds up what was learnt.
#[must_use]
pub fn check(catalog: &Catalog<'_>, question: &CheckQuestion, learnt: &Learnt) -> CapacityCheck {
    let mut signals = Vec::new();
    let mut all_closed = true;
    for region in &question.regions {
        for name in &question.types {
            let view = View { catalog, question, learnt, region, name };
            let (zones, quota, block) = (view.zones(), view.quota(), view.block_offering());
            let reserved = [
                view.reserved("reservation", ReservationKind::Ordinary),
                view.reserved("capacity-block", ReservationKind::Block),
            ];
            let is_no = |signal: &Signal| signal.answer == Answer::No;
            all_closed &= (is_no(&zones) || is_no(&quota)) && reserved.iter().chain(&block).all(is_no);
            signals.push(zones);
            signals.extend(reserved);
            signals.extend(block);
            signals.push(quota);
        }
        signals.push(score(question, learnt, region));
    }
    let answer = match () {
        () if signals.iter().any(|signal| signal.answer == Answer::Yes) => Answer::Yes,
        () if all_closed => Answer::No,
        () => Answer::Unknown,
    };
    CapacityCheck {
        schema: SCHEMA,
        instance_types: question.types.clone(),
        regions: question.regions.iter().map(ToString::to_string).collect(),
        count: question.count,
        os: question.os,
        answer,
        signals,
    }
}

/// One type in one region.
struct View<'v> {
    catalog: &'v Catalog<'v>,
    question: &'v CheckQuestion,
    learnt: &'v Learnt,
    region: &'v RegionName,
    name: &'v str,
}

impl View<'_> {
    fn signal(&self, signal: &'static str, answer: Answer, detail: String) -> Signal {
        Signal { instance_type: Some(self.name.to_owned()), ..of_region(signal, self.region, answer, detail) }
    }

    /// A sign that EC2 gave at this moment.
    fn now(&self, signal: &'static str, answer: Answer, detail: String) -> Signal {
        from_api(self.question, self.signal(signal, answer, detail))
    }

    fn unknown(&self, signal: &'static str, reason: Option<&str>) -> Signal {
        let reason = reason.or(self.learnt.not_asked.as_deref()).unwrap_or("not asked");
        self.signal(signal, Answer::Unknown, reason.to_owned())
    }

    fn zones(&self) -> Signal {
        match self.learnt.zones.get(&(self.region.clone(), self.name.to_owned())) {
            Some(Ok(zones)) if zones.is_empty() => {
                self.now("zones", Answer::No, "no zone has the type".to_owned())
            }
            Some(Ok(zones)) => {
                self.now("zones", Answer::Possible, format!("the type is sold in {}", zones.join(", ")))
            }
            Some(Err(reason)) => self.zones_of_catalog(Some(reason)),
            None => self.zones_of_catalog(None),
        }
    }

    fn zones_of_catalog(&self, reason: Option<&str>) -> Signal {
        let Some(region) = self.catalog.region(self.region.as_str()) else {
            return self.unknown("zones", reason);
        };
        let Some(offering) = region.offering(self.name) else {
            let detail = "the catalog does not know the type there".to_owned();
            return self.signal("zones", Answer::Unknown, detail);
        };
        let zones: Vec<&str> = offering.zones().collect();
        let price = offering.price(Market::OnDemand, self.question.os);
        Signal {
            source: Some(price.map_or("embedded", |price| price.source.label()).to_owned()),
            as_of: price.map(|price| price.source.as_of().to_owned()),
            ..self.signal("zones", Answer::Possible, format!("the type is sold in {}", zones.join(", ")))
        }
    }

    fn reserved(&self, signal: &'static str, kind: ReservationKind) -> Signal {
        let reservations = match self.learnt.reservations.get(self.region) {
            Some(Ok(reservations)) => reservations,
            Some(Err(reason)) => return self.unknown(signal, Some(reason)),
            None => return self.unknown(signal, None),
        };
        let mine: Vec<&CapacityReservation> = reservations
            .iter()
            .filter(|one| one.kind == kind && one.instance_type == self.name)
            .filter(|one| is_for(one, self.question.os) && room(one) > 0)
            .collect();
        let free: u32 = mine.iter().map(|one| room(one)).sum();
        let ids: Vec<String> = mine.iter().map(|one| format!("{} in {}", room(one), one.id)).collect();
        match free {
            0 => self.now(signal, Answer::No, "the account holds none with room".to_owned()),
            free if free < self.question.count => {
                self.now(signal, Answer::No, format!("room for {free} only: {}", ids.join(", ")))
            }
            free => self.now(signal, Answer::Yes, format!("room for {free}: {}", ids.join(", "))),
        }
    }

    /// What can be bought, where the type is sold so. Nobody named a duration, so it is a day: no is no to that alone.
    fn block_offering(&self) -> Option<Signal> {
        let one = self.catalog.instance_type(self.name)?;
        one.markets().find(|market| *market == Market::CapacityBlock)?;
        let (place, count) = ((self.region.clone(), self.name.to_owned()), self.question.count);
        Some(match self.learnt.blocks.get(&place) {
            None => {
                let not_asked = self.learnt.not_asked.as_deref();
                self.unknown("block-offering", not_asked.or(Some("the catalog does not know the type there")))
            }
            Some(Err(reason)) => self.unknown("block-offering", Some(reason)),
            Some(Ok(sales)) if sales.is_empty() => {
                let (name, day) = (self.name, BlockDuration::DAY);
                let none = format!(
                    "no block of {count} for {day} is offered at this moment; \
                     for longer ones: cloudkit find capacity {name} --blocks --duration 2d"
                );
                self.now("block-offering", Answer::No, none)
            }
            Some(Ok(sales)) => self.now("block-offering", Answer::Possible, for_sale(sales)),
        })
    }

    fn quota(&self) -> Signal {
        let is_mine = |one: &&QuotaSignal| one.region == *self.region && one.instance_type == self.name;
        let Some(found) = self.learnt.quotas.iter().find(is_mine) else { return self.unknown("quota", None) };
        let answer = match found.fits {
            Some(true) => Answer::Possible,
            Some(false) => Answer::No,
            None => Answer::Unknown,
        };
        Signal {
            source: Some(EC2.to_owned()),
            as_of: Some(found.as_of.clone()),
            ..self.signal("quota", answer, found.detail.clone())
        }
    }
}

/// `2 for 1d can be bought, from 31.46 USD up front, the first to start at 2027-01-10T11:30:00Z`.
fn for_sale(sales: &[ForSale]) -> String {
    let offerings = || sales.iter().map(|sale| &sale.offering);
    let cheapest = offerings().filter_map(|offering| offering.upfront).min();
    let price =
        cheapest.map_or_else(String::new, |price| format!(", from {} USD up front", price.to_cents()));
    let first = offerings().map(|offering| offering.starts_at).min();
    let start = first.map_or_else(String::new, |at| format!(", the first to start at {at}"));
    format!("{} for {} can be bought{price}{start}", sales.len(), BlockDuration::DAY)
}

fn score(question: &CheckQuestion, learnt: &Learnt, region: &RegionName) -> Signal {
    let unknown = |reason: &str| of_region("placement-score", region, Answer::Unknown, reason.to_owned());
    let rows = match &learnt.scores {
        Some(Ok(rows)) => rows,
        Some(Err(reason)) => return unknown(reason),
        None => return unknown(learnt.not_asked.as_deref().unwrap_or("not asked")),
    };
    let score = rows.iter().find(|row| row.region == region.as_str()).and_then(|row| row.score);
    let Some(score) = score else { return unknown("AWS gave none") };
    let detail = format!("a spot request scores {score} of 10, which is no promise");
    from_api(question, of_region("placement-score", region, Answer::Possible, detail))
}

fn of_region(signal: &'static str, region: &RegionName, answer: Answer, detail: String) -> Signal {
    Signal {
        signal,
        region: region.to_string(),
        instance_type: None,
        answer,
        detail,
        source: None,
        as_of: None,
    }
}

fn from_api(question: &CheckQuestion, signal: Signal) -> Signal {
    Signal { source: Some(EC2.to_owned()), as_of: Some(format!("{:.0}", question.now)), ..signal }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::types::capacity::{BlockOffering, ReservationState};

    fn question(count: u32) -> CheckQuestion {
        CheckQuestion {
            types: vec!["p5.48xlarge".to_owned()],
            regions: vec!["us-east-1".parse().unwrap()],
            count,
            os: OperatingSystem::Linux,
            now: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn learnt(zones: &[&str], free: u32) -> Learnt {
        let region: RegionName = "us-east-1".parse().unwrap();
        let reservation = CapacityReservation {
            id: "cr-1".to_owned(),
            owner: None,
            instance_type: "p5.48xlarge".to_owned(),
            platform: "Linux/UNIX".to_owned(),
            zone_id: None,
            zone_name: None,
            total: Some(8),
            available: Some(free),
            state: ReservationState::Active,
            kind: ReservationKind::Ordinary,
            starts_at: None,
            ends_at: None,
        };
        let zones = zones.iter().map(ToString::to_string).collect();
        let place = (region.clone(), "p5.48xlarge".to_owned());
        Learnt {
            zones: [(place.clone(), Ok(zones))].into(),
            blocks: [(place, Ok(Vec::new()))].into(),
            reservations: [(region, Ok(vec![reservation]))].into(),
            ..Learnt::default()
        }
    }

    fn answer(count: u32, learnt: &Learnt) -> Answer {
        check(Catalog::embedded(), &question(count), learnt).answer
    }

    #[test]
    fn only_room_that_the_account_holds_is_a_yes() {
        assert_eq!(answer(2, &learnt(&["use1-az1"], 2)), Answer::Yes);
        assert_eq!(answer(3, &learnt(&["use1-az1"], 2)), Answer::Unknown);
    }

    #[test]
    fn it_is_a_no_where_every_way_is_closed() {
        assert_eq!(answer(1, &learnt(&[], 0)), Answer::No);
        let quota = QuotaSignal {
            region: "us-east-1".parse().unwrap(),
            instance_type: "p5.48xlarge".to_owned(),
            fits: Some(false),
            detail: String::new(),
            as_of: String::new(),
        };
        let closed = Learnt { quotas: vec![quota], ..learnt(&["use1-az1"], 0) };
        assert_eq!(answer(1, &closed), Answer::No);
        let place = ("us-east-1".parse().unwrap(), "p5.48xlarge".to_owned());
        let for_sale = BlockOffering {
            id: "cbr-1".to_owned(),
            instance_type: "p5.48xlarge".to_owned(),
            zone_name: None,
            count: Some(1),
            starts_at: jiff::Timestamp::UNIX_EPOCH,
            ends_at: jiff::Timestamp::UNIX_EPOCH,
            upfront: None,
        };
        let sale = ForSale { offering: for_sale, zone_id: None };
        let buyable = Learnt { blocks: [(place, Ok(vec![sale]))].into(), ..closed };
        assert_eq!(answer(1, &buyable), Answer::Unknown);
        let blind = Learnt { reservations: BTreeMap::new(), blocks: BTreeMap::new(), ..buyable };
        assert_eq!(answer(1, &blind), Answer::Unknown);
    }

    #[test]
    fn what_was_not_learnt_says_why() {
        let blind = Learnt { not_asked: Some("no AWS credentials".to_owned()), ..Learnt::default() };
        let check = check(Catalog::embedded(), &question(1), &blind);
        let of = |name: &str| check.signals.iter().find(|signal| signal.signal == name).unwrap();
        assert_eq!(of("zones").answer, Answer::Possible);
        assert_eq!(of("zones").source.as_deref(), Some("embedded"));
        for name in ["reservation", "capacity-block", "quota", "placement-score"] {
            assert_eq!((of(name).answer, of(name).detail.as_str()), (Answer::Unknown, "no AWS credentials"));
        }
    }
}
