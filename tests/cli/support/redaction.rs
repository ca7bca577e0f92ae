//! What differs from run to run, and what a snapshot shows in its place.
//!
//! Only ids, times, ports, folders and digests; never anything that cloudkit decides.

use insta::internals::SettingsBindDropGuard;

/// Ids and times keep their width, so that tables stay tables.
const REDACTIONS: [(&str, &str); 19] = [
    (r"[\w/.-]*cloudkit-test-\w{6}", "[HOME]"),
    (r"uid \d+ \(gid \d+, pid \d+\)", "[WHO]"),
    (r"\bl-[0-9a-f]{16}\b", "l-xxxxxxxxxxxxxxxx"),
    (r"\b(i|sg|vpc|vol|subnet|eni|eipalloc|rtb|r)-[0-9a-f]{17}\b", "$1-xxxxxxxxxxxxxxxxx"),
    (r"\b(vpc|subnet)-[0-9a-f]{8}\b", "$1-xxxxxxxx"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "YYYY-MM-DDThh:mm:ssZ"),
    (r"\(in \d[^)]*\)", "(in [SPAN])"),
    (r"\(\d[^)]* ago\)", "([SPAN] ago)"),
    (r"about \d+\.\d+ USD since", "about [USD] USD since"),
    (r"about \d+\.\d+ USD until", "about [USD] USD until"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
    (r"-p \d{4,5}\b", "-p [PORT]"),
    (r"\bPort=\d{4,5}\b", "Port=[PORT]"),
    (r"\bPort \d{4,5}\b", "Port [PORT]"),
    (r"\bport \d{4,5}\b", "port [PORT]"),
    (r#""ssh_port": ?\d+"#, r#""ssh_port": "[PORT]""#),
    (r"\b[0-9a-f]{64}\b", "[SHA256]"),
    (r"\b\d+ ms$", "[MS] ms"),
    (concat!(r"\bcloudkit ", env!("CARGO_PKG_VERSION"), r"\b"), "cloudkit [VERSION]"),
];

/// Redacts the snapshots of this test for as long as the value lives.
pub(super) fn redact() -> SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    for (pattern, shown) in REDACTIONS {
        settings.add_filter(&format!("(?m){pattern}"), shown);
    }
    settings.bind_to_scope()
}
