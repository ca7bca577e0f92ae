//! The console sessions of the documents are run as they stand there.
//!
//! Those that need AWS get the lab. What differs from run to run is `[..]` in the documents.

use std::path::Path;

use crate::support::Lab;
use crate::support::PROGRAM;

/// What could be set on the tester's machine, and would be seen.
const NOT_OURS: [&str; 6] =
    ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_CA_BUNDLE", "NO_COLOR", "HTTP_PROXY"];

#[test]
fn every_session_of_the_documents_is_as_it_says() {
    let lab = Lab::start();
    let mut home = lab.home();
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
    cases.case("README.md");
    if Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").exists() {
        cases.case("examples/*.md");
    }
    cases.run();
}
