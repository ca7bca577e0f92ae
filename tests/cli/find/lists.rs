//! Small lists in the shape of AWS's, written by hand, and what differs from day to day.
//!
//! Types called `x9` and `z9` and the region `us-east-9` are AWS's in no catalog.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use insta::internals::SettingsBindDropGuard;
use serde_json::{Map, Value, json};

use crate::support::{Home, Lab};

pub(crate) const VIRGINIA: &str = "US East (N. Virginia)";
pub(crate) const OREGON: &str = "US West (Oregon)";
pub(crate) const ATLANTA: &str = "US East (Atlanta)";
/// Noon of a day after that of every figure that is compiled in.
pub(crate) const DAY: &str = "2026-09-01T12:00:00Z";
/// The same as seconds.
const DAY_SECONDS: u64 = 1_788_264_000;
const SECONDS_OF_A_DAY: u64 = 86_400;

/// When AWS's server says that its lists were last changed: [`DAY`].
const CHANGED: &str = "Tue, 01 Sep 2026 12:00:00 GMT";

/// Has every list served by a lab, as AWS has by its servers, and sends a home there for them.
pub(crate) fn serve_all(lab: &Lab, home: &mut Home) {
    for (variable, path) in [
        ("CLOUDKIT_SPOT_PRICES_URL", "/spot.json"),
        ("CLOUDKIT_INTERRUPTIONS_URL", "/spot-advisor-data.json"),
        ("CLOUDKIT_ON_DEMAND_PRICES_URL", ""),
        ("CLOUDKIT_LOCATIONS_URL", "/locations.json"),
    ] {
        home.set(variable, &format!("{}{path}", lab.addresses.feeds));
    }
    serve(lab, "/locations.json", &locations());
    serve(lab, "/metadata.json", &index(&[VIRGINIA, OREGON, ATLANTA]));
    serve(lab, "/spot.json", &spot_of_a_large("0.0391"));
    serve(lab, "/spot-advisor-data.json", &advisor(&[("us-east-1", "Linux", "m7i.large", 1)]));
    for (location, price) in [(VIRGINIA, "0.2"), (OREGON, "0.3")] {
        for (system, price) in [("Linux", price.to_owned()), ("Windows", format!("1{price}"))] {
            let list = on_demand(location, system, DAY, &[("m7i.large", &price)]);
            serve(lab, &format!("/{location}/{system}/index.json"), &list);
        }
    }
}

/// Serves a list, compressed for those who can read that.
pub(crate) fn serve(lab: &Lab, path: &str, body: &str) {
    lab.feed(&json!({"path": path, "body": body, "gzip": true, "last_modified": CHANGED}));
}

/// Spot prices of one type, the first of them as told.
pub(crate) fn spot_of_a_large(price: &str) -> String {
    spot(&[("us-east-1", "m7i.large", price, "0.1311"), ("us-west-2", "m7i.large", "0.0402", "N/A*")])
}

/// Prices of spot machines: region, type, and what an hour costs with Linux and with Windows.
pub(crate) fn spot(rows: &[(&str, &str, &str, &str)]) -> String {
    let region = |(region, name, linux, windows): &(&str, &str, &str, &str)| {
        let column = |name, price| json!({"name": name, "prices": {"USD": price}});
        let size = json!({"size": name, "valueColumns": [column("linux", linux), column("mswin", windows)]});
        json!({"region": region, "instanceTypes": [{"type": "any", "sizes": [size]}]})
    };
    let regions: Vec<Value> = rows.iter().map(region).collect();
    // As AWS writes it: what tells the list apart comes before its rows.
    let (columns, regions) = (r#"["linux","mswin"]"#, json!(regions));
    format!(
        r#"{{"config":{{"rate":"perhr","valueColumns":{columns},"currencies":["USD"],"regions":{regions}}}}}"#
    )
}

/// Bands of interruptions: region, system, type and the band's place; the types are said to have 4 cores and 15.25 GB.
pub(crate) fn advisor(rows: &[(&str, &str, &str, u32)]) -> String {
    let (mut regions, mut types) = (json!({}), Map::new());
    for (region, system, name, band) in rows {
        regions[region][system][name] = json!({"s": 70, "r": band});
        types.insert((*name).to_owned(), json!({"cores": 4, "emr": false, "ram_gb": 15.25}));
    }
    let ranges = [(0, "<5%"), (1, "5-10%"), (2, "10-15%"), (3, "15-20%"), (4, ">20%")]
        .map(|(index, label)| json!({"index": index, "label": label, "dots": index, "max": 100}));
    json!({"ranges": ranges, "instance_types": types, "spot_advisor": regions}).to_string()
}

/// Prices on demand in one location with one system: type and price.
pub(crate) fn on_demand(location: &str, system: &str, date: &str, rows: &[(&str, &str)]) -> String {
    let row = |(name, price): &(&str, &str)| {
        let row = json!({
            "price": price, "Location": location, "Instance Type": name, "plc:OperatingSystem": system,
            "Pre Installed S/W": "NA", "License Model": "No License required",
            "vCPU": "6", "Memory": "24 GiB", "Storage": "2 x 475 NVMe SSD", "Network Performance": "Up to 9 Gigabit"
        });
        (format!("{name} {location} {system}"), row)
    };
    let rows: Map<String, Value> = rows.iter().map(row).collect();
    json!({"manifest": manifest(date), "regions": {location: rows}}).to_string()
}

/// The index of the lists of prices on demand.
pub(crate) fn index(locations: &[&str]) -> String {
    let systems = json!({"plc:OperatingSystem": ["Linux", "Windows", "Ubuntu Pro"]});
    json!({"manifest": manifest(DAY), "regionAttributes": {"Location": locations}, "valueAttributes": systems})
        .to_string()
}

fn manifest(date: &str) -> Value {
    json!({"hawkFilePublicationDate": date, "currencyCode": "USD", "source": "ec2-ondemand-without-sec-sel"})
}

/// The list of locations: two regions and a local zone.
pub(crate) fn locations() -> String {
    let place = |name, code, kind| json!({"name": name, "code": code, "type": kind});
    json!({
        VIRGINIA: place(VIRGINIA, "us-east-1", "AWS Region"),
        OREGON: place(OREGON, "us-west-2", "AWS Region"),
        ATLANTA: place(ATLANTA, "us-east-1-atl-1", "AWS Local Zone"),
    })
    .to_string()
}

pub(crate) fn compressed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Writes a file of a list, last changed so many days after [`DAY`].
pub(crate) fn write(home: &Home, name: &str, content: impl AsRef<[u8]>, days_later: u64) {
    changed_at(&home.write(name, content), days_later);
}

/// A file was last changed so many days after [`DAY`].
pub(crate) fn changed_at(path: &Path, days_later: u64) {
    let seconds = DAY_SECONDS + days_later * SECONDS_OF_A_DAY;
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
}

/// Ages grow from day to day, and the column with them: snapshots show `[AGE]`.
pub(crate) fn without_ages() -> SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"AGE +FIGURES", "AGE    FIGURES");
    settings.add_filter(r"-?\d+ days( \(old\))? +", "[AGE]  ");
    settings.add_filter(r#""age_days": -?\d+"#, r#""age_days": "[AGE]""#);
    settings.bind_to_scope()
}
