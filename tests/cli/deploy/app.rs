//! An app folder to create: one file, and a script.

use crate::support::{Home, Lab};

pub(super) const TWO_REGIONS: &str =
    "name: web\ncount: 5\nregions: [us-east-1, eu-west-1]\ntypes: [m7i.large]\nttl: 8h\n";

/// Somebody with this app folder in `app/`.
pub(super) fn somebody(lab: &Lab, config: &str) -> Home {
    let home = lab.home();
    home.write(
        "app/.spot/deployment.yaml",
        "version: 1\ndeployment:\n  uploads:\n    - source: files/index.html\n      dest: /opt/web/index.html\n  scripts:\n    - command: systemctl --version\n      name: look\n",
    );
    home.write("app/.spot/files/index.html", "hello\n");
    home.write("app/.spot/config.yaml", config);
    home
}

/// How many machines run, by region.
pub(super) fn running(lab: &Lab) -> Vec<(String, usize)> {
    let mut regions = std::collections::BTreeMap::new();
    for machine in lab.machines() {
        if machine["state"] == "running" {
            *regions.entry(machine["region"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        }
    }
    regions.into_iter().collect()
}
