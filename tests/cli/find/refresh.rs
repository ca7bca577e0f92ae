//! A refresh from real captures of AWS's lists, held against them row by row.
//!
//! The captures lie beside the project on some machines and never in it. The test counts them by itself, in the plainest
//! way, and shares no code with cloudkit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::Home;

type Key = (String, String);

/// The captures, where they are.
#[expect(clippy::print_stderr, reason = "what is left out is said")]
fn captures() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/feeds");
    let beside = [folder, Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/feeds")];
    let found = beside.into_iter().find(|folder| folder.join("spot.json").exists());
    if found.is_none() {
        eprintln!("skipped: there are no captures of AWS's lists in ../shared/data/feeds");
    }
    found
}

fn read(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

/// A home whose cache was refreshed from the captures, and what the refresh said.
fn refreshed() -> Option<(Home, PathBuf, BTreeMap<String, Value>)> {
    let folder = captures()?;
    let home = Home::new();
    let line = format!("cloudkit find refresh --from {} -o jsonl", folder.display());
    let rows = home.run(&line).ok().lines_of_json();
    let rows = rows.into_iter().map(|row| (row["feed"].as_str().unwrap().to_owned(), row)).collect();
    Some((home, folder, rows))
}

/// Micro-dollars, rounded up. Below a thousandth the lists write `9.0E-4`.
fn micros(text: &str) -> u64 {
    if let Some((number, places)) = text.split_once("E-") {
        let digits = number.replace('.', "");
        return micros(&format!("0.{}{digits}", "0".repeat(places.parse::<usize>().unwrap() - 1)));
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let padded = format!("{decimals:0<6}");
    let (kept, rest) = padded.split_at(6);
    let up = u64::from(rest.bytes().any(|digit| digit != b'0'));
    whole.parse::<u64>().unwrap() * 1_000_000 + kept.parse::<u64>().unwrap() + up
}

fn is_region(code: &str) -> bool {
    code.split('-').count() == 3
}

/// Every priced row of the list of spot prices of one column, by region and type.
fn spot_prices(list: &Value, column: &str) -> BTreeMap<Key, BTreeSet<u64>> {
    let mut prices: BTreeMap<Key, BTreeSet<u64>> = BTreeMap::new();
    for region in list["config"]["regions"].as_array().unwrap() {
        let code = region["region"].as_str().unwrap();
        for size in region["instanceTypes"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|group| group["sizes"].as_array().unwrap())
        {
            let columns = size["valueColumns"].as_array().unwrap();
            for price in columns.iter().filter(|one| one["name"] == column) {
                let price = price["prices"]["USD"].as_str().unwrap();
                if is_region(code) && !price.starts_with("N/A") {
                    let key = (code.to_owned(), size["size"].as_str().unwrap().to_owned());
                    prices.entry(key).or_default().insert(micros(price));
                }
            }
        }
    }
    prices
}

/// The offers that have a price, by region and type.
fn offers(home: &Home, question: &str) -> BTreeMap<Key, Value> {
    let lines = home.run(&format!("cloudkit find {question} -o jsonl")).ok().lines_of_json();
    let text = |offer: &Value, field: &str| offer[field].as_str().unwrap().to_owned();
    let priced = lines.into_iter().filter(|offer| offer["price_usd_hour"].is_string());
    priced.map(|offer| ((text(&offer, "region"), text(&offer, "instance_type")), offer)).collect()
}

#[test]
fn every_row_is_kept_or_dropped_for_a_reason() {
    let Some((_home, folder, rows)) = refreshed() else { return };
    let list = read(&folder, "spot.json");
    let regions = list["config"]["regions"].as_array().unwrap();
    let groups = regions.iter().flat_map(|region| region["instanceTypes"].as_array().unwrap());
    let sizes = groups.flat_map(|group| group["sizes"].as_array().unwrap());
    let spot: usize = sizes.map(|size| size["valueColumns"].as_array().unwrap().len()).sum();

    let list = read(&folder, "spot-advisor-data.json");
    let systems = list["spot_advisor"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|region| region.as_object().unwrap().values());
    let rates: usize = systems.map(|types| types.as_object().unwrap().len()).sum();

    let list = read(&folder, "index.json");
    let locations = list["regions"].as_object().unwrap().values();
    let on_demand: usize = locations.map(|rows| rows.as_object().unwrap().len()).sum();

    let index = read(&folder, "metadata.json")["regionAttributes"]["Location"].as_array().unwrap().len();
    let places = read(&folder, "locations.json").as_object().unwrap().len();
    for (feed, expected) in [
        ("spot-price", spot),
        ("interruption", rates),
        ("on-demand", on_demand),
        ("on-demand-index", index),
        ("locations", places),
    ] {
        let row = &rows[feed];
        let dropped =
            row["dropped"].as_array().unwrap().iter().map(|reason| reason["rows"].as_u64().unwrap());
        let accounted = row["kept"].as_u64().unwrap() + dropped.sum::<u64>();
        assert!(expected > 0 && row["rows"] == expected && row["rows"] == accounted, "{expected}: {row}");
    }
}

#[test]
fn every_spot_price_is_what_the_list_says() {
    let Some((home, folder, rows)) = refreshed() else { return };
    let list = read(&folder, "spot.json");
    let mut kept = 0;
    for (os, column) in [("linux", "linux"), ("windows", "mswin")] {
        let (listed, offered) =
            (spot_prices(&list, column), offers(&home, &format!("spot --region all --os {os}")));
        let agreed = listed.iter().filter(|(_, prices)| prices.len() == 1 && !prices.contains(&0));
        let agreed: BTreeMap<&Key, u64> =
            agreed.map(|(key, prices)| (key, *prices.first().unwrap())).collect();
        assert_eq!(offered.keys().collect::<Vec<_>>(), agreed.keys().copied().collect::<Vec<_>>(), "{os}");
        for (key, price) in agreed {
            let offer = &offered[key];
            assert_eq!(micros(offer["price_usd_hour"].as_str().unwrap()), price, "{os} {key:?}");
            assert_eq!((&offer["price_source"], &offer["os"]), (&Value::from("feed"), &Value::from(os)));
            kept += 1;
        }
    }
    assert_eq!(rows["spot-price"]["kept"], kept);
    assert!(kept > 30_000, "{kept}");
}

#[test]
fn every_on_demand_price_is_what_the_list_says() {
    let Some((home, folder, rows)) = refreshed() else { return };
    let list = read(&folder, "index.json");
    let listed = list["regions"]["US East (N. Virginia)"].as_object().unwrap();
    let offered = offers(&home, "search --region us-east-1");
    for row in listed.values() {
        let key = ("us-east-1".to_owned(), row["Instance Type"].as_str().unwrap().to_owned());
        let offer = &offered[&key];
        assert_eq!(micros(offer["price_usd_hour"].as_str().unwrap()), micros(row["price"].as_str().unwrap()));
        assert_eq!((&offer["price_source"], &offer["price_as_of"]), (&"feed".into(), &"2026-08-06".into()));
        let (vcpus, told) = (row["vCPU"].as_str().unwrap(), offer["vcpus"].to_string());
        assert!(told == vcpus, "{key:?}: {told} vCPUs, the list says {vcpus}");
    }
    assert_eq!(rows["on-demand"]["kept"], listed.len());
    assert!(listed.len() > 1_000);
}

#[test]
fn every_interruption_is_the_band_of_the_list() {
    let Some((home, folder, _)) = refreshed() else { return };
    let list = read(&folder, "spot-advisor-data.json");
    let bands = [(0, 5), (5, 10), (10, 15), (15, 20), (20, 100)];
    let labels: Vec<&str> =
        list["ranges"].as_array().unwrap().iter().map(|one| one["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["<5%", "5-10%", "10-15%", "15-20%", ">20%"]);
    let mut held = 0;
    for (os, system) in [("linux", "Linux"), ("windows", "Windows")] {
        for ((region, name), offer) in offers(&home, &format!("spot --region all --os {os}")) {
            let place = list["spot_advisor"][&region][system][&name]["r"].as_u64();
            let told = &offer["interruption"];
            let told = told.is_object().then(|| (told["min_percent"].as_u64(), told["max_percent"].as_u64()));
            let band = place.map(|place| bands[usize::try_from(place).unwrap()]);
            assert_eq!(told, band.map(|(min, max)| (Some(min), Some(max))), "{os} {region} {name}");
            held += usize::from(band.is_some());
        }
    }
    assert!(held > 15_000, "{held}");
}

#[test]
fn a_second_refresh_from_the_same_files_gives_the_same_catalog() {
    let Some((home, folder, first)) = refreshed() else { return };
    let catalog = || std::fs::read(home.path(".cache/cloudkit/catalog.bin")).unwrap();
    let before = catalog();
    let rows =
        home.run(&format!("cloudkit find refresh --from {} -o jsonl", folder.display())).ok().lines_of_json();
    assert!(rows.iter().all(|row| *row == first[row["feed"].as_str().unwrap()]), "{rows:?}");
    assert!(catalog() == before, "the catalog has changed");
}
