//! `spot-advisor-data.json`: how often spot machines of a type were taken back over the last month, as a band, and what they
//! save against machines on demand.
//!
//! Which prices AWS compared for the saving, and of which day, the file does not say; it has no date either. Whether that
//! figure is shown, or one computed of known prices, is not decided here.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::{InstanceTypeName, Interruption, Mebibytes, OperatingSystem, RegionName};

use super::error::clipped;
use super::json::Members;
use super::parsed::Tally;
use super::{DropReason, FeedError, FeedKind, Parsed, field, json};

const FEED: FeedKind = FeedKind::Interruption;
const LABELS: &str = "a band such as <5%, 5-10% or >20%";

/// What the file holds: two lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interruptions {
    /// How often machines are taken back.
    pub rates: Parsed<InterruptionRate>,
    /// What the file says of the types themselves.
    pub types: Parsed<AdvisedType>,
}

/// How often machines of a type are taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterruptionRate {
    /// Where.
    pub region: RegionName,
    /// Of what.
    pub instance_type: InstanceTypeName,
    /// Billed as what: the file knows [`OperatingSystem::Linux`] and [`OperatingSystem::Windows`].
    pub os: OperatingSystem,
    /// How often.
    pub band: Interruption,
    /// What it saves against on demand in percent; 0 where AWS says that it is dearer.
    pub saving_percent: Option<u8>,
}

/// What the file says of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvisedType {
    /// `m7i.large`.
    pub instance_type: InstanceTypeName,
    /// Virtual processors, which the file calls cores.
    pub vcpus: Option<u32>,
    /// Memory; absent where AWS has rounded the figure, so that it is not whole mebibytes (`34.2`).
    pub memory: Option<Mebibytes>,
}

/// Reads the text of `spot-advisor-data.json`. A row is one type in one region under one operating system.
///
/// # Errors
///
/// [`FeedError::Json`], [`FeedError::Changed`] and [`FeedError::Malformed`] where the file is not what it was: a band
/// that does not read as one, or a row that names a band which is not there.
pub fn parse(text: &str) -> Result<Interruptions, FeedError> {
    let file: File<'_> = json::read(FEED, text)?;
    let bands = bands(&file.ranges)?;
    Ok(Interruptions { rates: rates(&file.spot_advisor, &bands)?, types: types(&file.instance_types)? })
}

#[derive(Deserialize)]
struct File<'t> {
    ranges: Vec<NumberedBand>,
    #[serde(borrow)]
    instance_types: Members<'t, Facts>,
    /// Region, operating system, type.
    #[serde(borrow)]
    spot_advisor: Members<'t, Members<'t, Members<'t, Advice>>>,
}

#[derive(Deserialize)]
struct NumberedBand {
    index: u32,
    label: String,
}

#[derive(Deserialize)]
struct Facts {
    cores: u32,
    ram_gb: serde_json::Number,
}

#[derive(Deserialize)]
struct Advice {
    /// The place of the band among the ranges.
    r: u32,
    /// The saving in percent, below 0 where spot is dearer.
    s: Option<i64>,
}

/// What a row advises.
#[derive(Clone, Copy)]
struct Advised {
    band: Interruption,
    saving_percent: Option<u8>,
}

fn bands(ranges: &[NumberedBand]) -> Result<BTreeMap<u32, Interruption>, FeedError> {
    let mut bands = BTreeMap::new();
    for range in ranges {
        let field = || format!("the label of range {}", range.index);
        let band =
            band(&range.label).ok_or_else(|| FeedError::changed(FEED, field(), &range.label, LABELS))?;
        if bands.insert(range.index, band).is_some() {
            let index = range.index.to_string();
            return Err(FeedError::changed(FEED, "a range's index", &index, "one that no other range has"));
        }
    }
    Ok(bands)
}

/// Reads `<5%`, `5-10%` or `>20%`.
fn band(label: &str) -> Option<Interruption> {
    let percent = |text: &str| text.trim().parse::<u8>().ok();
    let bounds = label.trim().strip_suffix('%')?;
    let (min_percent, max_percent) = if let Some(max) = bounds.strip_prefix('<') {
        (0, percent(max)?)
    } else if let Some(min) = bounds.strip_prefix('>') {
        (percent(min)?, 100)
    } else {
        let (min, max) = bounds.split_once('-')?;
        (percent(min)?, percent(max)?)
    };
    (min_percent < max_percent && max_percent <= 100).then_some(Interruption { min_percent, max_percent })
}

fn rates(
    advisor: &Members<'_, Members<'_, Members<'_, Advice>>>,
    bands: &BTreeMap<u32, Interruption>,
) -> Result<Parsed<InterruptionRate>, FeedError> {
    let mut tally = Tally::new();
    for (code, systems) in &advisor.0 {
        let region = field::region(code);
        for (system, types) in &systems.0 {
            let os = operating_system(system);
            for (name, advice) in &types.0 {
                let band = bands.get(&advice.r).copied().ok_or_else(|| {
                    let index = advice.r.to_string();
                    FeedError::changed(
                        FEED,
                        format!("the range of {:?}", clipped(name)),
                        &index,
                        "one of the ranges",
                    )
                })?;
                let saving_percent = advice.s.map(|saving| saving_percent(name, saving)).transpose()?;
                tally.count(rate(&region, os, name, Advised { band, saving_percent }));
            }
        }
    }
    let key_order = |a: &InterruptionRate, b: &InterruptionRate| {
        (&a.region, &a.instance_type, a.os).cmp(&(&b.region, &b.instance_type, b.os))
    };
    tally
        .distinct(key_order, |a, b| (a.band, a.saving_percent) == (b.band, b.saving_percent))
        .finish(FEED, None)
}

fn rate(
    region: &Result<RegionName, DropReason>,
    os: Result<OperatingSystem, DropReason>,
    instance_type: &str,
    advised: Advised,
) -> Result<InterruptionRate, DropReason> {
    let (region, os) = (region.clone()?, os?);
    let Advised { band, saving_percent } = advised;
    Ok(InterruptionRate {
        region,
        os,
        instance_type: field::instance_type(instance_type)?,
        band,
        saving_percent,
    })
}

/// A saving as percent; dearer than on demand is no saving, more than all of it a changed format.
fn saving_percent(name: &str, saving: i64) -> Result<u8, FeedError> {
    u8::try_from(saving.max(0)).ok().filter(|percent| *percent <= 100).ok_or_else(|| {
        let field = format!("the saving of {:?}", clipped(name));
        FeedError::changed(FEED, field, &saving.to_string(), "a percentage")
    })
}

fn operating_system(name: &str) -> Result<OperatingSystem, DropReason> {
    match name {
        "Linux" => Ok(OperatingSystem::Linux),
        "Windows" => Ok(OperatingSystem::Windows),
        _ => Err(DropReason::OtherOperatingSystem),
    }
}

fn types(facts: &Members<'_, Facts>) -> Result<Parsed<AdvisedType>, FeedError> {
    let mut tally = Tally::new();
    for (name, facts) in &facts.0 {
        tally.count(advised_type(name, facts));
    }
    tally.distinct(|a, b| a.instance_type.cmp(&b.instance_type), |a, b| a == b).finish(FEED, None)
}

fn advised_type(name: &str, facts: &Facts) -> Result<AdvisedType, DropReason> {
    let memory = field::thousandths(&facts.ram_gb.to_string()).filter(|thousandths| *thousandths > 0);
    let memory = u64::from(memory.ok_or(DropReason::NotASize)?) * 1024;
    Ok(AdvisedType {
        instance_type: field::instance_type(name)?,
        vcpus: (facts.cores > 0).then_some(facts.cores),
        memory: memory.is_multiple_of(1000).then_some(Mebibytes(memory / 1000)),
    })
}
