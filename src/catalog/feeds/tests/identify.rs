//! Which feed a file is.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::{FeedError, FeedKind, decoded, identify};
use super::{ALL, INTERRUPTION, LIMIT, LOCATIONS, ON_DEMAND, SPOT_PRICE};

fn kind(bytes: &[u8]) -> Result<Option<FeedKind>, FeedError> {
    Ok(identify(bytes, LIMIT)?.map(|identified| identified.kind))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_feed_is_known_plain_and_compressed() {
    for (text, expected) in ALL.into_iter().zip(FeedKind::ALL) {
        assert_eq!(kind(text.as_bytes()), Ok(Some(expected)));
        let packed = gzip(text.as_bytes());
        let identified = identify(&packed, LIMIT).unwrap().unwrap();
        assert_eq!((identified.kind, &*identified.text), (expected, text));
        // gzip allows several members in a row.
        let twice = [gzip(&text.as_bytes()[..9]), gzip(&text.as_bytes()[9..])].concat();
        assert_eq!(kind(&twice), Ok(Some(expected)));
    }
}

#[test]
fn another_file_is_no_feed() {
    let others: [&[u8]; 12] = [
        b"",
        b"# Notes\n",
        b"\x89PNG\r\n",
        b"{}",
        b"[]",
        b"\"callback\"",
        b"12",
        b"{\"config\": {\"rate\": 3}, \"regions\": [1, null, true, -1.5]}",
        b"{\"instance_types\": [\"m7i.large\"]}",
        b"{\"machines\": {\"a\": {\"ram_gb\": 8}}}",
        b"{\"here\": {\"code\": \"x\", \"type\": \"region\"}}",
        b"{\"manifest\":{\"source\":\"ec2-ebs\"},\"regions\":{}}",
    ];
    for other in others {
        assert_eq!(kind(other), Ok(None), "{}", String::from_utf8_lossy(other));
        assert_eq!(kind(&gzip(other)), Ok(None));
    }
    assert_eq!(kind("{\"a\":".repeat(10_000).as_bytes()), Ok(None));
}

#[test]
fn what_begins_as_a_feed_and_breaks_off_is_an_error() {
    for (text, feed) in [
        (SPOT_PRICE, "list of spot prices"),
        (INTERRUPTION, "list of spot interruptions"),
        (ON_DEMAND, "list of on-demand prices"),
        (LOCATIONS, "list of locations"),
    ] {
        let error = kind(&text.as_bytes()[..text.len() - 2]).unwrap_err().to_string();
        assert!(error.starts_with(&format!("the {feed} does not parse at line ")), "{error}");
        assert!(error.ends_with("EOF while parsing an object"), "{error}");
    }
    assert_eq!(kind(b"callback({\"vers\":0.01})"), Err(FeedError::FrozenSpotPrices));
}

#[test]
fn what_cannot_be_unpacked_is_an_error() {
    let packed = gzip(SPOT_PRICE.as_bytes());
    let mut damaged = packed.clone();
    let last = damaged.len() - 6;
    damaged[last] ^= 1;
    for bytes in [&packed[..packed.len() / 2], &packed[..5], &damaged] {
        assert!(matches!(kind(bytes), Err(FeedError::Gzip { .. })));
    }
}

#[test]
fn nothing_grows_beyond_the_limit() {
    let zeros = vec![b' '; 1 << 20];
    let packed = gzip(&zeros);
    assert!(packed.len() < 4096);
    for bytes in [&zeros, &packed] {
        assert_eq!(decoded(bytes, zeros.len() - 1), Err(FeedError::TooLarge { limit: zeros.len() - 1 }));
        assert_eq!(decoded(bytes, zeros.len()).map(|text| text.len()), Ok(zeros.len()));
    }
    assert_eq!(decoded(b"ab\xff", LIMIT), Err(FeedError::NotText { at: 2 }));
    assert_eq!(decoded(&gzip(b"abc\xff"), usize::MAX), Err(FeedError::NotText { at: 3 }));
}
