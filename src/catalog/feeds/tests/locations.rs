//! The list of locations.

use super::super::locations::{LocationKind, parse};
use super::super::{DropReason, FeedError};
use super::{LOCATIONS, assert_account, assert_refused};

#[test]
fn every_place_is_accounted_for() {
    let places = parse(LOCATIONS).unwrap();
    let rows: Vec<_> =
        places.rows.iter().map(|row| (row.name.as_str(), row.kind, row.region.as_str())).collect();
    assert_eq!(
        rows,
        [
            ("Atlantis (Centre)", LocationKind::Region, "at-centre-1"),
            ("Atlantis (Harbour)", LocationKind::LocalZone, "at-centre-2"),
            ("Atlantis (Operator) - Reef", LocationKind::WavelengthZone, "at-centre-1"),
            ("Atlantis (Suburb)", LocationKind::LocalZone, "at-centre-1"),
        ]
    );
    assert_account(
        &places,
        10,
        &[
            (DropReason::OtherPlace, 1),
            (DropReason::Repeated, 1),
            (DropReason::Contradictory, 2),
            (DropReason::NotARegion, 1),
            (DropReason::NotALocation, 1),
        ],
    );
}

#[test]
fn a_name_leads_to_its_place_or_is_an_error_that_names_it() {
    let places = parse(LOCATIONS).unwrap();
    assert_eq!(places.find("Atlantis (Suburb)").unwrap().code, "at-centre-1-sub-1");
    let error = places.find("El Dorado").unwrap_err();
    assert_eq!(error, FeedError::UnknownLocation { name: "El Dorado".to_owned() });
    assert_eq!(error.to_string(), "\"El Dorado\" is not in the list of locations");
    assert!(places.find("Lemuria").is_err());
}

#[test]
fn a_changed_format_is_refused() {
    assert_refused(
        LOCATIONS,
        parse,
        &[
            ("AWS ", "", "the format of the list of locations has changed: 10 of its 10 rows are malformed"),
            (
                "\"code\":\"lemuria\",",
                "",
                "the list of locations does not parse at line 6 column 48: missing field `code`",
            ),
            (
                "}}",
                "}",
                "the list of locations does not parse at line 11 column 0: EOF while parsing an object",
            ),
        ],
    );
}
