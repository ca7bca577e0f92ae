//! The list of spot interruptions.

use super::super::DropReason;
use super::super::interruption::parse;
use super::{INTERRUPTION, assert_account, assert_refused};
use crate::model::{Interruption, Mebibytes};

#[test]
fn every_rate_is_accounted_for() {
    let rates = parse(INTERRUPTION).unwrap().rates;
    let rows: Vec<String> = rates
        .rows
        .iter()
        .map(|row| {
            let Interruption { min_percent, max_percent } = row.band;
            format!("{} {} {} {min_percent}..{max_percent}", row.region, row.instance_type, row.os)
        })
        .collect();
    assert_eq!(rows, ["us-east-1 m99.large linux 0..4", "us-east-1 m99.large windows 4..16"]);
    assert_account(
        &rates,
        9,
        &[
            (DropReason::LocalZone, 1),
            (DropReason::OtherOperatingSystem, 1),
            (DropReason::Repeated, 1),
            (DropReason::Contradictory, 2),
            (DropReason::NotAnInstanceType, 1),
            (DropReason::NotARegion, 1),
        ],
    );
}

#[test]
fn every_type_is_accounted_for() {
    let types = parse(INTERRUPTION).unwrap().types;
    let rows: Vec<_> =
        types.rows.iter().map(|row| (row.instance_type.as_str(), row.vcpus, row.memory)).collect();
    assert_eq!(
        rows,
        [
            ("a99.large", Some(4), None),
            ("m99.large", Some(2), Some(Mebibytes::from_gib(8))),
            ("x99.small", Some(1), None),
        ]
    );
    assert_account(
        &types,
        8,
        &[
            (DropReason::Repeated, 1),
            (DropReason::Contradictory, 2),
            (DropReason::NotAnInstanceType, 1),
            (DropReason::NotASize, 1),
        ],
    );
}

#[test]
fn the_last_band_ends_at_everything() {
    let file = INTERRUPTION.replace("\"r\": 0", "\"r\": 7");
    let rates = parse(&file).unwrap().rates;
    assert_eq!(rates.rows[0].band, Interruption { min_percent: 16, max_percent: 100 });
}

#[test]
fn a_changed_format_is_refused() {
    let changed = "the format of the list of spot interruptions has changed: ";
    let label = |found: &str| {
        format!("{changed}the label of range 1 is {found:?} and not a band such as <5%, 5-10% or >20%")
    };
    assert_refused(
        INTERRUPTION,
        parse,
        &[
            (
                "\"r\": 7",
                "\"r\": 3",
                &format!("{changed}the range of \"x99.small\" is \"3\" and not one of the ranges"),
            ),
            (
                "\"index\": 7",
                "\"index\": 0",
                &format!("{changed}a range's index is \"0\" and not one that no other range has"),
            ),
            ("4-16%", "often", &label("often")),
            ("4-16%", "16-4%", &label("16-4%")),
            ("4-16%", "4-116%", &label("4-116%")),
            ("4-16%", ">100%", &label(">100%")),
            ("4-16%", "4-16", &label("4-16")),
            ("us-", "US-", &format!("{changed}9 of its 9 rows are malformed")),
            (
                "\"spot_advisor\"",
                "\"advisor\"",
                "the list of spot interruptions does not parse at line 15 column 3: missing field `spot_advisor`",
            ),
            (
                "\"r\": 7",
                "\"r\": -1",
                "the list of spot interruptions does not parse at line 9 column 87: \
                 invalid value: integer `-1`, expected u32",
            ),
        ],
    );
}
