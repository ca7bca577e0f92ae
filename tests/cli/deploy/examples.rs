//! The app folders in `examples/deploy`, those of `deploy generate` and those of the older tool: each can be deployed as it is.

use std::path::Path;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab};

const EXAMPLES: [&str; 4] = ["static-site", "python-api", "tarball-app", "compose-app"];

/// A sealed home with a key and something that stands for the agent.
fn home() -> Home {
    let mut home = Home::new();
    home.unset("PATH");
    home.write(
        ".ssh/id_ed25519.pub",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJyGJf9f2zqs9mVJ8bTzWw0Z0m0Xb9l1fQp3uQvXkq0T me\n",
    );
    home.write(".ssh/id_ed25519", "");
    home.write("agent", "not a program\n");
    home.set("CLOUDKIT_AGENT_BINARY", home.path("agent").to_str().unwrap());
    home
}

fn example(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/deploy").join(name).display().to_string()
}

/// Only what a program that is not here would have said.
fn nothing_is_wrong(home: &Home, folder: &str) {
    let run = home.run(&format!("cloudkit deploy validate --dir {folder} -o json")).ok();
    for fault in run.json()["faults"].as_array().unwrap() {
        assert_eq!(fault["rule"], "left-out", "{folder}: {fault:#}");
    }
}

#[test]
fn the_examples_are_valid_and_each_has_its_bundle() {
    let home = home();
    for name in EXAMPLES {
        let folder = example(name);
        nothing_is_wrong(&home, &folder);
        let listing = home.run(&format!("cloudkit deploy render bundle --dir {folder}")).ok().stdout;
        assert_snapshot!(format!("bundle_of_{name}"), listing);
        let written: Vec<Value> = ["one.tar.zst", "two.tar.zst"]
            .map(|file| {
                home.run(&format!("cloudkit deploy bundle --dir {folder} --file {file} -o json")).ok().json()
            })
            .into();
        assert_eq!(written[0]["sha256"], written[1]["sha256"], "{name}");
        assert_eq!(
            home.path("one.tar.zst").metadata().unwrap().len(),
            written[0]["size_bytes"].as_u64().unwrap()
        );
    }
}

#[test]
fn what_a_machine_is_told_names_its_bundle() {
    let home = home();
    for name in EXAMPLES {
        let folder = example(name);
        let bundle = home
            .run(&format!("cloudkit deploy bundle --dir {folder} --file app.tar.zst -o json"))
            .ok()
            .json();
        let text = home.run(&format!("cloudkit deploy render user-data --dir {folder}")).ok().stdout;
        assert!(text.contains(bundle["sha256"].as_str().unwrap()), "{text}");
        assert!(text.contains("<presigned-url>") && text.contains("timezone: Etc/UTC"), "{text}");
        assert_eq!(text.matches("ssh-ed25519 ").count(), 1, "{text}");
        let all = home.run(&format!("cloudkit deploy render --dir {folder} -o json")).ok().json();
        // The launch's id and its times are another one's.
        let lines = all["user_data"].as_str().unwrap().lines().count();
        assert_eq!((lines, &all["bundle_sha256"]), (text.lines().count(), &bundle["sha256"]));
        assert!(!all["bundle"].as_array().unwrap().is_empty());
        let first = text.find("text/cloud-boothook").unwrap();
        assert!(first < text.find("text/cloud-config").unwrap(), "the timer comes first");
    }
}

#[test]
fn every_scaffold_is_valid_in_both_layouts_and_renders() {
    for template in ["minimal", "docker", "python", "node", "gpu"] {
        for layout in ["", "--convention"] {
            let home = home();
            home.run(format!("cloudkit deploy generate --template {template} {layout} app").trim()).ok();
            nothing_is_wrong(&home, "app");
            home.run("cloudkit deploy render --dir app").ok();
        }
    }
}

/// The older tool's folders, as its documentation has them.
fn write_older_folders(home: &Home) -> [&'static str; 2] {
    let config = "aws:\n  total_instances: 3\n  username: ubuntu\n  public_ssh_key_path: ~/.ssh/id_ed25519.pub\n  \
                  private_ssh_key_path: ~/.ssh/id_ed25519\n  spot_price_limit: 0.10\n  instance_storage_gb: 20\n\
                  regions:\n  - us-west-2:\n      machine_type: t3.medium\n      image: auto\n";
    let node = "version: 1\ndeployment:\n  packages: [nodejs, npm, nginx]\n  scripts:\n    \
                - {name: install-app, path: scripts/install.sh, order: 1}\n  uploads:\n    \
                - source: configs/app.conf\n      destination: /opt/app/app.conf\n      permissions: \"600\"\n  \
                services:\n    - name: nodeapp\n      file: services/nodeapp.service\n      enabled: true\n";
    home.write("portable/.spot/config.yaml", config);
    home.write("portable/.spot/deployment.yaml", node);
    home.write("portable/.spot/scripts/install.sh", "#!/bin/bash\nmkdir -p /opt/app\n");
    home.write("portable/.spot/configs/app.conf", "port=3000\n");
    home.write(
        "portable/.spot/services/nodeapp.service",
        "[Unit]\nDescription=App\n[Service]\nExecStart=/usr/bin/node /opt/app/server.js\n[Install]\nWantedBy=multi-user.target\n",
    );
    home.write("convention/config.yaml", config);
    home.write("convention/deployment/setup.sh", "#!/bin/bash\nset -e\napt-get install -y htop\n");
    home.write("convention/deployment/configs/app.conf", "port=3000\n");
    ["portable", "convention"]
}

#[test]
fn the_older_tools_folders_have_notes_alone_and_render() {
    let home = home();
    for folder in write_older_folders(&home) {
        let told = home.run(&format!("cloudkit deploy validate --dir {folder} -o json")).ok().json();
        assert_eq!(told["errors"], 0, "{told:#}");
        assert_eq!(told["warnings"], 0, "{told:#}");
        let text = home.run(&format!("cloudkit deploy render --dir {folder}")).ok().stdout;
        assert!(text.starts_with("user data of t3.medium in us-west-2: "), "{text}");
    }
}

#[test]
fn each_is_created_and_destroyed_as_it_is() {
    let lab = Lab::start();
    lab.post("/timing", &json!({"pending_ms": 0, "ending_ms": 0}));
    let home = lab.home();
    let examples = EXAMPLES.map(|name| (example(name), name, "on-demand", 1));
    let older = write_older_folders(&home).map(|name| (name.to_owned(), name, "spot", 3));
    for (folder, name, market, count) in examples.into_iter().chain(older) {
        home.run(&format!("cloudkit deploy create --dir {folder} --yes")).ok();
        let machines = lab.machines().into_iter().filter(|one| one["tags"]["cloudkit:deployment"] == name);
        let machines: Vec<Value> = machines.collect();
        assert_eq!(machines.len(), count, "{name}");
        for machine in machines {
            assert_eq!(machine["lifecycle"], market, "{name}");
            // The older tool's machines are kept; each of ours has a day's end in sight.
            assert_eq!(machine["tags"]["cloudkit:deadline"].is_string(), market == "on-demand", "{name}");
        }
        home.run(&format!("cloudkit deploy destroy {name} --yes")).ok();
    }
    home.run("cloudkit launch cleanup --bucket --yes").ok();
    lab.nothing_is_left();
}

#[test]
fn a_folder_that_cannot_be_deployed_is_neither_rendered_nor_bundled() {
    let home = home();
    home.write(
        "app/.spot/deployment.yaml",
        "version: 1\ndeployment:\n  uploads: [{source: none}]\n  scripts: [{path: a.sh}]\n",
    );
    home.write("app/.spot/config.yaml", "regions: [us-east-1]\ntypes: [t3.small]\nttl: 8h\n");
    assert_snapshot!(home.run("cloudkit deploy render --dir app"), @r#"
    --- stderr
    error: 2 errors keep this folder from being deployed
    hint: the first: .spot/deployment.yaml:3: there is no "none" in .spot and none in the repository's root
    hint: see all of them: cloudkit deploy validate
    --- exit 1
    "#);
    home.run("cloudkit deploy bundle --dir app --file app.tar.zst").exits(1);
    assert!(!home.path("app.tar.zst").exists());
}

#[test]
fn code_scanning_is_told_by_sarif_and_no_other_command_has_it() {
    let home = home();
    home.write("app/.spot/deployment.yaml", "version: 1\ndeployment:\n  scripts: [{path: a.sh}]\n");
    home.write("app/.spot/a.sh", "#!/bin/bash\r\necho\r\n");
    home.write("app/.spot/config.yaml", "regions: [us-east-1]\ntypes: [t3.small]\nttl: 8h\n");
    let log = home.run("cloudkit deploy validate --dir app -o sarif").exits(1).json();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|result| result["ruleId"] == "crlf"), "{log:#}");
    home.run("cloudkit deploy render --dir app -o sarif").exits(2);
}

#[test]
fn a_template_may_not_take_from_a_machine_what_it_ends_by() {
    let home = home();
    home.write("app/.spot/deployment.yaml", "version: 1\ndeployment:\n  template: ./own.yaml\n");
    home.write("app/.spot/config.yaml", "regions: [us-east-1]\ntypes: [t3.small]\nttl: 8h\n");
    home.write("app/.spot/own.yaml", "#cloud-config\nbootcmd:\n  - [systemctl, mask, cloudkit-deadline.timer]\nssh_deletekeys: true\npower_state: {mode: poweroff}\n");
    assert_snapshot!(home.run("cloudkit deploy validate --dir app"), @"
    portable deployment in [HOME]/app: there is a folder .spot/

    note[left-out]: the cloud-config was not held against cloud-init's schema: cloud-init is not on this computer
    hint: check on a computer that has it

    error[cloud-config]: power_state: the machine ends at its deadline; a halt would leave it running and charged, without its timer
     --> .spot/deployment.yaml:3:13
      |
    3 |   template: ./own.yaml
      |             ^
    hint: say when it ends with --ttl; end it early with a last --command 'sudo poweroff'

    1 error, 1 note
    --- exit 1
    ");
}

/// A path in config.yaml counts from the repository's root, wherever somebody stands.
#[test]
fn a_key_of_the_app_is_found_from_everywhere() {
    let home = home();
    home.write("app/.spot/deployment.yaml", "version: 1\ndeployment:\n  packages: [curl]\n");
    home.write(
        "app/.spot/config.yaml",
        "name: web\ncount: 1\nregions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\npublic_key: keys/team.pub\n",
    );
    home.write(
        "app/keys/team.pub",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJWqQ3hEoPyAnHyZnzTtYtBBpvRBoTVyvUNqUxzrtZHk team\n",
    );
    home.write("app/keys/team", "");
    let told = home.run("cloudkit deploy render user-data --dir app").ok().stdout;
    assert!(told.contains("NqUxzrtZHk"), "{told}");
}
