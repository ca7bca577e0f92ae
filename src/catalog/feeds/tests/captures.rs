//! The real files, where they are at hand: they are AWS's and not in the repository. What was counted row by row in a
//! tree of values is what the parsers account for.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde_json::Value;

use super::super::{
    DropReason, FeedKind, Parsed, identify, interruption, locations, on_demand, on_demand_index, spot_price,
};
use super::LIMIT;

/// Where captures lie beside a checkout.
const CAPTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/feeds");

/// A capture, if it is there; known by its content.
fn capture(file: &str, kind: FeedKind) -> Option<String> {
    let Ok(bytes) = fs::read(Path::new(CAPTURES).join(file)) else {
        // Past the test harness, which shows what it captured only when a test fails.
        let _ = writeln!(io::stderr(), "SKIPPED: there is no {CAPTURES}/{file}");
        return None;
    };
    let identified = identify(&bytes, LIMIT).unwrap().unwrap();
    assert_eq!(identified.kind, kind);
    Some(identified.text.into_owned())
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().unwrap().iter()
}

fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().unwrap().iter()
}

/// Prints the account, and checks its sum and how many rows were dropped for one reason.
fn assert_counts<Row>(what: &str, parsed: &Parsed<Row>, total: usize, counted: &[(DropReason, usize)]) {
    println!("{what}: {} rows, {} kept, published {:?}", parsed.total, parsed.rows.len(), parsed.published);
    for (reason, count) in &parsed.dropped {
        println!("    {count} dropped: {reason}");
    }
    assert_eq!(parsed.total, total);
    assert_eq!(parsed.rows.len() + parsed.dropped.values().sum::<usize>(), total);
    for (reason, count) in counted {
        assert_eq!(parsed.dropped.get(reason).copied().unwrap_or(0), *count, "{reason}");
    }
}

#[test]
fn spot_prices() {
    let Some(text) = capture("spot.json", FeedKind::SpotPrice) else { return };
    let value: Value = serde_json::from_str(&text).unwrap();
    let (mut total, mut zones, mut without, mut priced) = (0, 0, 0, BTreeSet::new());
    for region in elements(&value["config"]["regions"]) {
        let code = region["region"].as_str().unwrap();
        for size in elements(&region["instanceTypes"]).flat_map(|group| elements(&group["sizes"])) {
            for column in elements(&size["valueColumns"]) {
                total += 1;
                if code.split('-').count() > 4 {
                    zones += 1;
                } else if column["prices"]["USD"].as_str().unwrap().starts_with("N/A") {
                    without += 1;
                } else {
                    priced.insert([code, size["size"].as_str().unwrap(), column["name"].as_str().unwrap()]);
                }
            }
        }
    }
    let parsed = spot_price::parse(&text).unwrap();
    let repeated = total - zones - without - priced.len();
    let counted =
        [(DropReason::LocalZone, zones), (DropReason::NoPrice, without), (DropReason::Repeated, repeated)];
    assert_counts("spot prices", &parsed, total, &counted);
    assert_eq!(parsed.rows.len(), priced.len());
}

#[test]
fn interruptions() {
    let Some(text) = capture("spot-advisor-data.json", FeedKind::Interruption) else { return };
    let value: Value = serde_json::from_str(&text).unwrap();
    let systems = members(&value["spot_advisor"]).flat_map(|(_, systems)| members(systems));
    let total = systems.map(|(_, types)| members(types).count()).sum();
    let parsed = interruption::parse(&text).unwrap();
    assert_counts("interruption rates", &parsed.rates, total, &[]);
    assert_eq!(parsed.rates.rows.len(), total);
    let total = members(&value["instance_types"]).count();
    assert_counts("types of the interruptions", &parsed.types, total, &[]);
    assert_eq!(parsed.types.rows.len(), total);
}

#[test]
fn on_demand_prices() {
    let Some(text) = capture("index.json", FeedKind::OnDemand) else { return };
    let value: Value = serde_json::from_str(&text).unwrap();
    let total = members(&value["regions"]).map(|(_, rows)| members(rows).count()).sum();
    let parsed = on_demand::parse(&text).unwrap();
    assert_counts("on-demand prices", &parsed, total, &[]);
    assert_eq!(parsed.rows.len(), total);
    for row in &parsed.rows {
        assert!(row.vcpus.is_some() && row.memory.is_some(), "{row:?}");
        assert!(row.disks.is_some() && row.network_performance.is_some(), "{row:?}");
    }
}

#[test]
fn the_index_and_the_locations() {
    let Some(text) = capture("metadata.json", FeedKind::OnDemandIndex) else { return };
    let value: Value = serde_json::from_str(&text).unwrap();
    let index = on_demand_index::parse(&text).unwrap();
    let total = elements(&value["regionAttributes"]["Location"]).count();
    assert_counts("locations of the index", &index.locations, total, &[]);
    assert_eq!(index.locations.rows.len(), total);
    let total = elements(&value["valueAttributes"]["plc:OperatingSystem"]).count();
    assert_counts("operating systems of the index", &index.operating_systems, total, &[]);
    assert_eq!(index.operating_systems.rows.len(), 4);

    let Some(text) = capture("locations.json", FeedKind::Locations) else { return };
    let value: Value = serde_json::from_str(&text).unwrap();
    let places = locations::parse(&text).unwrap();
    assert_counts("locations", &places, members(&value).count(), &[]);
    assert_eq!(places.rows.len(), places.total);
    for name in &index.locations.rows {
        places.find(name).unwrap();
    }
}
