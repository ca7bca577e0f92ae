//! The index of the on-demand prices.

use super::super::DropReason;
use super::super::on_demand_index::parse;
use super::{ON_DEMAND_INDEX, assert_account, assert_refused};
use crate::model::OperatingSystem;

#[test]
fn every_location_and_operating_system_is_accounted_for() {
    let index = parse(ON_DEMAND_INDEX).unwrap();
    assert_eq!(index.locations.rows, ["Atlantis (Centre)", "Atlantis (Suburb)", "Lemuria"]);
    assert_account(&index.locations, 5, &[(DropReason::Repeated, 1), (DropReason::NotALocation, 1)]);
    assert_eq!(index.operating_systems.rows, OperatingSystem::ALL);
    assert_account(
        &index.operating_systems,
        7,
        &[(DropReason::OtherOperatingSystem, 2), (DropReason::Repeated, 1)],
    );
    assert_eq!(index.locations.published.unwrap().to_string(), "2031-02-03T04:05:06Z");
}

#[test]
fn a_changed_format_is_refused() {
    let changed = "the format of the index of on-demand prices has changed: ";
    let at = |place: &str| format!("the index of on-demand prices does not parse at {place}");
    assert_refused(
        ON_DEMAND_INDEX,
        parse,
        &[
            (
                "\"currencyCode\":\"USD\"",
                "\"currencyCode\":\"CNY\"",
                &format!("{changed}manifest.currencyCode is \"CNY\" and not USD"),
            ),
            (
                "2031-02-03T04:05:06Z",
                "2031-02-30",
                &format!(
                    "{changed}manifest.hawkFilePublicationDate is \"2031-02-30\" and not a time such as 2026-08-06T17:17:52Z"
                ),
            ),
            ("\"regionAttributes\"", "\"places\"", &at("line 4 column 78: missing field `regionAttributes`")),
            (
                "\"plc:OperatingSystem\":[",
                "\"os\":[",
                &at("line 3 column 135: missing field `plc:OperatingSystem`"),
            ),
            ("\"Lemuria\"", "\"\"", &format!("{changed}3 of its 5 rows are malformed")),
        ],
    );
}
