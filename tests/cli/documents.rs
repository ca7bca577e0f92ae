//! The console sessions of the documents are run as they stand there.
//!
//! Those that need AWS get the lab. What differs from run to run is `[..]` in the documents.

use std::path::Path;

use serde_json::json;

use crate::find::lists;
use crate::support::{Home, Lab, PROGRAM};

/// What could be set on the tester's machine, and would be seen.
const NOT_OURS: [&str; 6] =
    ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_CA_BUNDLE", "NO_COLOR", "HTTP_PROXY"];

/// Documents whose sessions refresh the catalog, so that each has a home and a cache of its own.
const REFRESHING: [&str; 1] = ["examples/refresh.md"];

fn run(home: &mut Home, documents: &[&str]) {
    home.set("CLOUDKIT_OUTPUT", "table");
    home.unset("PATH");
    let cases = trycmd::TestCases::new();
    cases.register_bin("cloudkit", Path::new(PROGRAM));
    for variable in NOT_OURS {
        cases.env(variable, "");
    }
    for (variable, value) in home.variables() {
        cases.env(variable, value);
    }
    for document in documents {
        cases.case(document);
    }
    cases.run();
}

/// Some of its account's machines of a type are reserved, and a block of two for two days is for sale.
fn reserve(lab: &Lab) {
    lab.post(
        "/capacity-reservations",
        &json!({"region": "us-east-1", "CapacityReservationId": "cr-0a1b2c3d4e5f60718", "InstanceType": "p5.48xlarge",
            "AvailabilityZone": "us-east-1a", "TotalInstanceCount": 4, "AvailableInstanceCount": 2}),
    );
    lab.post(
        "/capacity-block-offerings",
        &json!({"region": "us-east-1", "CapacityBlockOfferingId": "cbr-0a1b2c3d4e5f60718",
            "InstanceType": "p5.48xlarge", "AvailabilityZone": "us-east-1a", "InstanceCount": 2,
            "CapacityBlockDurationHours": 48, "UpfrontFee": "3024.48", "StartDate": "2099-01-10T11:30:00Z"}),
    );
}

#[test]
fn every_session_of_the_documents_is_as_it_says() {
    let lab = Lab::start();
    reserve(&lab);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let examples = std::fs::read_dir(examples).into_iter().flatten().flatten();
    let examples = examples.map(|entry| format!("examples/{}", entry.file_name().display()));
    let examples: Vec<String> = examples
        .filter(|name| {
            Path::new(name).extension().is_some_and(|end| end == "md") && !REFRESHING.contains(&name.as_str())
        })
        .collect();
    let mut documents: Vec<&str> = examples.iter().map(String::as_str).collect();
    documents.extend(["README.md", "docs/launch-file.md"]);
    run(&mut lab.home(), &documents);
}

#[test]
fn every_session_that_refreshes_is_as_it_says() {
    for document in REFRESHING {
        let lab = Lab::start();
        let mut home = lab.home();
        lists::serve_all(&lab, &mut home);
        // The day after that of the lists.
        home.set("CLOUDKIT_TODAY", "2026-09-02");
        run(&mut home, &[document]);
    }
}
