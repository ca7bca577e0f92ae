//! The list of spot prices.

use super::super::spot_price::parse;
use super::super::{DropReason, FeedError};
use super::{SPOT_PRICE, assert_account, assert_refused};

#[test]
fn every_column_of_every_type_is_accounted_for() {
    let parsed = parse(SPOT_PRICE).unwrap();
    let rows: Vec<String> = parsed
        .rows
        .iter()
        .map(|row| format!("{} {} {} {}", row.region, row.instance_type, row.os, row.price))
        .collect();
    assert_eq!(
        rows,
        [
            "eu-nowhere-9 m99.large linux 0.050001",
            "eu-nowhere-9 m99.large windows 0.00075",
            "us-east-1 g99.xlarge linux 0.50",
            "us-east-1 m99.large linux 0.0311",
            "us-east-1 m99.large windows 0.10",
            "us-east-1 m99.metal-48xl linux 4.00",
        ]
    );
    assert_account(
        &parsed,
        16,
        &[
            (DropReason::NoPrice, 2),
            (DropReason::ZeroPrice, 1),
            (DropReason::LocalZone, 2),
            (DropReason::Repeated, 1),
            (DropReason::Contradictory, 2),
            (DropReason::NotAnInstanceType, 1),
            (DropReason::NotARegion, 1),
        ],
    );
    assert_eq!(parsed.published, None);
}

#[test]
fn a_changed_format_is_refused() {
    let changed = "the format of the list of spot prices has changed: ";
    assert_refused(
        SPOT_PRICE,
        parse,
        &[
            ("perhr", "permin", &format!("{changed}config.rate is \"permin\" and not perhr")),
            (
                "[\"USD\"]",
                "[\"USD\",\"CNY\"]",
                &format!("{changed}config.currencies is \"USD,CNY\" and not USD"),
            ),
            (
                "[\"linux\",\"mswin\"]",
                "[\"linux\",\"rhel\"]",
                &format!("{changed}a value column is \"rhel\" and not linux or mswin"),
            ),
            (
                "{\"name\":\"mswin\"",
                "{\"name\":\"suse\"",
                &format!("{changed}a value column is \"suse\" and not linux or mswin"),
            ),
            (
                "\"0.0311\"",
                "\"0,0311\"",
                &format!(
                    "{changed}the linux price of \"m99.large\" in \"us-east-1\" is \"0,0311\" and not a decimal number or N/A"
                ),
            ),
            (
                "\"0.0411\"",
                "\"-1\"",
                &format!(
                    "{changed}the linux price of \"m99.large\" in \"us-east-1-atl-1\" is \"-1\" and not a decimal number or N/A"
                ),
            ),
            ("m99.", "M99.", &format!("{changed}10 of its 16 rows are malformed")),
        ],
    );
}

#[test]
fn what_does_not_parse_is_refused_with_its_place() {
    let at = |place: &str| format!("the list of spot prices does not parse at {place}");
    assert_refused(
        SPOT_PRICE,
        parse,
        &[
            ("\"rate\":\"perhr\",", "", &at("line 20 column 2: missing field `rate`")),
            ("{\"USD\":\"0.0311\"}", "{\"EUR\":\"0.0311\"}", &at("line 4 column 77: missing field `USD`")),
            (
                "{\"USD\":\"0.0311\"}",
                "{\"USD\":0.0311}",
                &at("line 4 column 74: invalid type: floating point `0.0311`, expected a string"),
            ),
            (
                "{\"USD\":\"0.0311\"}",
                "{\"USD\":\"0.0311\",\"USD\":\"0.0312\"}",
                &at("line 4 column 82: duplicate field `USD`"),
            ),
            ("]}}\n", "]}", &at("line 20 column 2: EOF while parsing an object")),
            ("]}}\n", "]}}\n]", &at("line 21 column 1: trailing characters")),
        ],
    );
}

#[test]
fn the_frozen_list_is_known() {
    for text in ["callback({\"vers\":0.01", " callback(", "/* AWS */\ncallback({vers:0.01,config:{"] {
        assert_eq!(parse(text), Err(FeedError::FrozenSpotPrices));
    }
    assert!(FeedError::FrozenSpotPrices.to_string().contains("frozen since 2024-05-13"));
    for text in ["", "/* callback(", "callback", "{}"] {
        assert!(matches!(parse(text), Err(FeedError::Json { .. })), "{text}");
    }
}
