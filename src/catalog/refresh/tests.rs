//! Lists with figures that are none: one wrong figure costs its row, and nothing else.

use std::path::Path;

use super::dates::Dates;
use super::ledger::Entry;
use super::*;
use crate::catalog::feeds::{DropReason, FeedError};
use crate::model::{Market, OperatingSystem};

const NOW: &str = "2026-09-03T12:00:00Z";

fn paper(text: String) -> Paper {
    Paper {
        origin: "a list".to_owned(),
        wanted: None,
        bytes: text.into_bytes(),
        dates: Dates { said: Some("2026-09-01T00:00:00Z".parse().unwrap()), ..Dates::default() },
        etag: None,
        last_modified: None,
    }
}

fn refreshed(directory: &Path, text: String) -> Report {
    let mut refresh = Refresh::begin(directory.to_owned(), NOW.parse().unwrap()).unwrap();
    refresh.read_all(&[paper(text)]);
    refresh.finish().unwrap()
}

fn catalog(directory: &Path) -> &'static Catalog<'static> {
    CatalogCache::in_directory(directory).usable().unwrap()
}

fn spot_prices(x9_large: &str) -> String {
    let size = |size: &str, price: &str| {
        format!(r#"{{"size":"{size}","valueColumns":[{{"name":"linux","prices":{{"USD":"{price}"}}}}]}}"#)
    };
    let sizes = [size("x9.large", x9_large), size("x9.small", "0.5")].join(",");
    format!(
        r#"{{"config":{{"rate":"perhr","valueColumns":["linux"],"currencies":["USD"],"regions":[
        {{"region":"us-east-1","instanceTypes":[{{"sizes":[{sizes}]}}]}}]}}}}"#
    )
}

fn spot_price(catalog: &Catalog<'_>, instance_type: &str) -> Option<u64> {
    let offering = catalog.region("us-east-1")?.offering(instance_type)?;
    Some(offering.price(Market::Spot, OperatingSystem::Linux)?.amount.micros())
}

#[test]
fn a_price_that_no_catalog_can_hold_costs_its_row() {
    for (price, kept) in
        [("4294.967295", Some(u64::from(u32::MAX))), ("4294.967296", None), ("9999999", None)]
    {
        let folder = tempfile::tempdir().unwrap();
        let report = refreshed(folder.path(), spot_prices(price));
        let dropped = &report.feeds[&(FeedKind::SpotPrice, None)].dropped;
        let expected = kept.is_none().then_some((&Dropped::ByList(DropReason::TooLarge), &1));
        assert_eq!(dropped.iter().next(), expected, "{price}");
        let catalog = catalog(folder.path());
        assert_eq!(spot_price(catalog, "x9.large"), kept, "{price}");
        assert_eq!(spot_price(catalog, "x9.small"), Some(500_000), "{price}");
    }
}

#[test]
fn a_size_that_the_advisor_has_rounded_is_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let list = r#"{"ranges":[{"index":0,"label":"<5%"}],"spot_advisor":{"us-east-1":{"Linux":{"x9.large":{"r":0}}}},
        "instance_types":{"x9.large":{"cores":0,"ram_gb":34.2},"x9.small":{"cores":2,"ram_gb":30.5}}}"#;
    refreshed(folder.path(), list.to_owned());
    let catalog = catalog(folder.path());
    let facts = |name: &str| {
        let one = catalog.instance_type(name).unwrap();
        (one.vcpus(), one.memory().map(|memory| memory.0))
    };
    assert_eq!(facts("x9.large"), (None, None));
    assert_eq!(facts("x9.small"), (Some(2), Some(31_232)));
}

#[test]
fn a_text_that_no_catalog_can_hold_is_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let network = "Up to ".repeat(20_000);
    let list = format!(
        r#"{{"manifest":{{"hawkFilePublicationDate":"2026-09-01T00:00:00Z","currencyCode":"USD","source":"ec2-ondemand"}},
        "regions":{{"US East (N. Virginia)":{{"a":{{"price":"7.5","Location":"US East (N. Virginia)","Instance Type":"x9.large",
        "plc:OperatingSystem":"Linux","Pre Installed S/W":"NA","License Model":"No License required","vCPU":"2",
        "Network Performance":"{network}"}}}}}}}}"#
    );
    let report = refreshed(folder.path(), list);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    let one = catalog(folder.path()).instance_type("x9.large").unwrap();
    assert_eq!((one.vcpus(), one.network_performance()), (Some(2), None));
}

#[test]
fn a_ledger_that_says_nonsense_is_no_reason_to_stop() {
    let folder = tempfile::tempdir().unwrap();
    refreshed(folder.path(), spot_prices("1"));
    let checksum = catalog(folder.path()).checksum();
    let mut ledger = Ledger::load(folder.path(), checksum).unwrap();
    let entry = Entry { kept: usize::MAX, ..ledger.lists()[0].clone() };
    ledger.record(entry);
    ledger.store(folder.path(), checksum).unwrap();
    let report = refreshed(folder.path(), spot_prices("2"));
    assert!(matches!(report.failures[0].error, RefreshError::Shrunken { kept: 2, before: usize::MAX }));
}

#[test]
fn how_many_rows_a_list_has_lost_is_said_of_one_row_too() {
    let said = |kept, before| RefreshError::Shrunken { kept, before }.to_string();
    assert_eq!(said(0, 1), "no row can be used, where there was 1 before");
    assert_eq!(said(1, 3), "only 1 row can be used, where there were 3 before");
    assert_eq!(said(2, 4), "only 2 rows can be used, where there were 4 before");
    let malformed =
        |malformed, total| FeedError::Malformed { feed: FeedKind::SpotPrice, malformed, total }.to_string();
    let changed = "the format of the list of spot prices has changed: ";
    assert_eq!(malformed(1, 1), format!("{changed}its only row is malformed"));
    assert_eq!(malformed(2, 3), format!("{changed}2 of its 3 rows are malformed"));
}
