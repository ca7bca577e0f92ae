//! The time zone of the computer, as the C library finds it: `TZ`, else `/etc/localtime`.
//!
//! No list of zones is compiled in. Where the system keeps none, the zone is not known, which is not UTC.

use jiff::tz::TimeZone;

use super::Process;

/// Where Unix systems keep zones.
const FOLDERS: [&str; 2] = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo"];
const LOCAL: &str = "/etc/localtime";

/// The zone in which people at this computer tell the time; none where that can't be found out.
#[must_use]
pub fn local(process: &Process) -> Option<TimeZone> {
    match process.variable("TZ") {
        Some(zone) => named(zone.strip_prefix(':').unwrap_or(zone)),
        None => from_file(LOCAL),
    }
}

/// A zone by its name (`Europe/Berlin`), its file, or its rule (`CET-1CEST,M3.5.0,M10.5.0/3`).
fn named(zone: &str) -> Option<TimeZone> {
    if matches!(zone, "UTC" | "UTC0" | "Etc/UTC" | "Z") {
        return Some(TimeZone::UTC);
    }
    if zone.starts_with('/') {
        return from_file(zone);
    }
    let in_folders = FOLDERS.iter().find_map(|folder| from_file(&format!("{folder}/{zone}")));
    in_folders.or_else(|| TimeZone::posix(zone).ok())
}

fn from_file(path: &str) -> Option<TimeZone> {
    TimeZone::tzif("local", &std::fs::read(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_found_by_its_rule() {
        let zone = |variables: &[(&str, &str)]| local(&Process::sealed(&[], variables));
        assert_eq!(zone(&[("TZ", "UTC")]), Some(TimeZone::UTC));
        let summer: jiff::Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
        let berlin = zone(&[("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")]).unwrap();
        assert_eq!(summer.to_zoned(berlin).datetime().to_string(), "2026-07-01T14:00:00");
        assert_eq!(zone(&[("TZ", "Nowhere/At all")]), None);
    }
}
