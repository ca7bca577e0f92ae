//! The lists of on-demand prices.

use super::super::DropReason;
use super::super::on_demand::{operating_system_name, parse};
use super::super::storage::LocalDisks;
use super::{ON_DEMAND, assert_account, assert_refused};
use crate::catalog::DiskKind;
use crate::model::{Mebibytes, OperatingSystem};

#[test]
fn every_price_is_accounted_for() {
    let parsed = parse(ON_DEMAND).unwrap();
    let rows: Vec<String> = parsed
        .rows
        .iter()
        .map(|row| format!("{} {} {} {}", row.location, row.instance_type, row.os, row.price))
        .collect();
    assert_eq!(
        rows,
        [
            "Atlantis (Centre) i99.large windows 1.234568",
            "Atlantis (Centre) i99.large rhel 2.00",
            "Atlantis (Centre) i99.large suse 3.50",
            "Atlantis (Centre) m99.large linux 0.123",
        ]
    );
    assert_account(
        &parsed,
        14,
        &[
            (DropReason::ZeroPrice, 1),
            (DropReason::OtherOperatingSystem, 1),
            (DropReason::PreInstalledSoftware, 1),
            (DropReason::OwnLicence, 1),
            (DropReason::Misplaced, 1),
            (DropReason::Repeated, 1),
            (DropReason::Contradictory, 2),
            (DropReason::NotAnInstanceType, 1),
            (DropReason::NotALocation, 1),
        ],
    );
    assert_eq!(parsed.published.unwrap().to_string(), "2031-02-03T04:05:06Z");
}

#[test]
fn what_the_list_says_of_a_type_is_kept_and_nothing_is_made_up() {
    let rows = parse(ON_DEMAND).unwrap().rows;
    let [windows, rhel, suse, linux] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((linux.vcpus, linux.memory), (Some(2), Some(Mebibytes::from_gib(8))));
    assert_eq!(linux.disks.as_deref(), Some([].as_slice()));
    assert_eq!(linux.network_performance.as_deref(), Some("Up to 9 Gigabit"));
    assert_eq!((windows.vcpus, windows.memory), (Some(192), Some(Mebibytes::from_gib(1952))));
    let disks = LocalDisks { count: 2, size_gb: 1234, kind: Some(DiskKind::Ssd), said_nvme: true };
    assert_eq!(windows.disks, Some(vec![disks]));
    assert_eq!(windows.network_performance, None);
    assert_eq!((rhel.vcpus, rhel.memory, &rhel.disks), (None, None, &None));
    assert_eq!((suse.vcpus, suse.memory, &suse.network_performance), (None, None, &None));
    assert_eq!(suse.disks, None, "a tape");
}

#[test]
fn a_changed_format_is_refused() {
    let changed = "the format of the list of on-demand prices has changed: ";
    assert_refused(
        ON_DEMAND,
        parse,
        &[
            (
                "\"currencyCode\":\"USD\"",
                "\"currencyCode\":\"CNY\"",
                &format!("{changed}manifest.currencyCode is \"CNY\" and not USD"),
            ),
            (
                "2031-02-03T04:05:06Z",
                "last week",
                &format!(
                    "{changed}manifest.hawkFilePublicationDate is \"last week\" and not a time such as 2026-08-06T17:17:52Z"
                ),
            ),
            (
                "\"0.1230000000\"",
                "\"$0.123\"",
                &format!(
                    "{changed}the price of \"m99.large\" in \"Atlantis (Centre)\" is \"$0.123\" and not a decimal number"
                ),
            ),
            ("99.", "99 ", &format!("{changed}10 of its 14 rows are malformed")),
            (
                "\"Pre Installed S/W\":\"SQL Web\",",
                "",
                "the list of on-demand prices does not parse at line 8 column 167: missing field `Pre Installed S/W`",
            ),
            (
                "\"regions\"",
                "\"places\"",
                "the list of on-demand prices does not parse at line 17 column 55: missing field `regions`",
            ),
        ],
    );
}

#[test]
fn the_names_of_operating_systems_are_those_of_the_addresses() {
    let names = OperatingSystem::ALL.map(operating_system_name);
    assert_eq!(names, ["Linux", "Windows", "RHEL", "SUSE"]);
}
