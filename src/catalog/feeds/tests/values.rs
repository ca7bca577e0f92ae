//! The values in the fields: prices, sizes, codes, disks.

use super::super::error::clipped;
use super::super::field::{dollars, location, memory, region, region_around, thousandths};
use super::super::storage::{LocalDisks, local_disks};
use super::super::{DropReason, FeedKind};
use crate::catalog::{Disk, DiskKind};
use crate::model::{Mebibytes, Money};

#[test]
fn a_price_is_read_with_any_number_of_decimals() {
    for (text, micros) in [
        ("0.0042000000", 4200),
        ("30.1311800000", 30_131_180),
        ("7", 7_000_000),
        ("0", 0),
        ("0.0000001", 1),
        ("1.9999999", 2_000_000),
        ("9.0E-4", 900),
        ("12.5E-3", 12_500),
        ("1.05E-5", 11),
        ("1E-12", 1),
    ] {
        assert_eq!(dollars(text), Some(Money::from_micros(micros)), "{text}");
    }
    for text in [
        "",
        ".",
        "1.",
        ".1",
        "-1",
        "+1",
        "1e3",
        "1E3",
        "9.0E-",
        "9.0E-4.0",
        "9.0E-13",
        "9.0e-4",
        "$1",
        " 1",
        "1,5",
        "1.2.3",
        "N/A*",
        "99999999999999999999",
        "1.٣",
    ] {
        assert_eq!(dollars(text), None, "{text}");
    }
}

#[test]
fn a_memory_size_is_read_as_the_price_list_writes_it() {
    for (text, mib) in [
        ("0.5 GiB", 512),
        ("128.0 GiB", 131_072),
        ("1,952 GiB", 1_998_848),
        ("24,576.0 GiB", 25_165_824),
        ("15.25GiB", 15_616),
    ] {
        assert_eq!(memory(text), Some(Mebibytes(mib)), "{text}");
    }
    for text in [
        "",
        "GiB",
        "8",
        "8 GB",
        "1,5 GiB",
        "1,9520 GiB",
        ",952 GiB",
        "1234,567 GiB",
        "0.61 GiB",
        "0 GiB",
        "8g GiB",
        "1..2 GiB",
    ] {
        assert_eq!(memory(text), None, "{text}");
    }
    assert_eq!(thousandths("34.2"), Some(34_200));
    assert_eq!(thousandths("8"), Some(8000));
    for text in ["", "-1.0", "1e300", "0.0001", "4294968.0", "1."] {
        assert_eq!(thousandths(text), None, "{text}");
    }
}

#[test]
fn a_zone_is_told_from_a_region_and_from_neither() {
    assert_eq!(region("us-gov-west-1").unwrap().as_str(), "us-gov-west-1");
    for zone in ["us-east-1-atl-1", "us-east-1-wl1", "us-east-1-wl1-bna1", "ap-southeast-1-sggov-sin-1"] {
        assert_eq!(region(zone), Err(DropReason::LocalZone), "{zone}");
    }
    assert_eq!(region_around("us-gov-west-1-xyz-1").unwrap().as_str(), "us-gov-west-1");
    for text in ["", "-", "us-east", "us-east-1-", "us-east-1a", "us east 1", "us-EAST-1-atl-1"] {
        assert_eq!(region(text), Err(DropReason::NotARegion), "{text}");
    }
    assert_eq!(region(&"us-east-1-".repeat(7)), Err(DropReason::NotARegion));
    assert_eq!(region_around("us-east-1-\u{1b}[2J"), None);
    for text in ["", "a\nb", "\u{1b}[31m", &"x".repeat(129)] {
        assert_eq!(location(text), Err(DropReason::NotALocation), "{text:?}");
    }
}

#[test]
fn disks_are_read_as_the_price_list_words_them() {
    use DiskKind::{Hdd, Ssd};
    for (text, count, size_gb, kind, said_nvme) in [
        ("1 x 468 NVMe SSD", 1, 468, Some(Ssd), true),
        ("4 x 1900 GB NVMe SSD", 4, 1900, Some(Ssd), true),
        ("4 X 940 GB NVMe SSD", 4, 940, Some(Ssd), true),
        ("2x3800 GB NVMe SSD", 2, 3800, Some(Ssd), true),
        ("900 GB NVMe SSD", 1, 900, Some(Ssd), true),
        ("2 x 40 SSD", 2, 40, Some(Ssd), false),
        ("8 x 3840 GB SSD", 8, 3840, Some(Ssd), false),
        ("24 x 2000 HDD", 24, 2000, Some(Hdd), false),
        ("12 x 3750GB", 12, 3750, None, false),
        ("1 x 160", 1, 160, None, false),
    ] {
        let disks = LocalDisks { count, size_gb, kind, said_nvme };
        assert_eq!(local_disks(text), Some(vec![disks]), "{text}");
        let known = Disk { count, size_gb, kind: Ssd, nvme: true };
        assert_eq!(disks.known(), said_nvme.then_some(known), "{text}");
    }
    assert_eq!(local_disks("EBS only"), Some(Vec::new()));
    for text in [
        "",
        "NA",
        "EBS",
        "two disks",
        "2 x SSD",
        "0 x 40 SSD",
        "2 x 0 SSD",
        "2 x 40 TB SSD",
        "2 x 40 SSD + 1 x 8 HDD",
        "99999 x 1 SSD",
        "1 x 99999999999 SSD",
    ] {
        assert_eq!(local_disks(text), None, "{text}");
    }
}

#[test]
fn reasons_and_feeds_have_words() {
    let mut reasons: Vec<String> = DropReason::ALL.map(|reason| reason.to_string()).into();
    reasons.sort();
    reasons.dedup();
    assert_eq!(reasons.len(), DropReason::ALL.len());
    assert!(DropReason::ALL.is_sorted());
    assert_eq!(format!("{:>20}", FeedKind::Locations), "   list of locations");
    assert_eq!(clipped(&"ü".repeat(500)).chars().count(), 121);
}
