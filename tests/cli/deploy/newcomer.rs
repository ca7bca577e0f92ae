//! What somebody runs into who has never deployed anything: names, regions, folders, and what to type next.

use insta::assert_snapshot;

use crate::support::Home;

const DEPLOYMENT: &str = "version: 1\ndeployment:\n  packages: [nginx]\n";

fn app(home: &Home, folder: &str, config: &str) {
    home.write(&format!("{folder}/.spot/deployment.yaml"), DEPLOYMENT);
    home.write(&format!("{folder}/.spot/config.yaml"), config);
}

#[test]
fn of_two_layouts_the_one_that_is_named_counts() {
    let home = Home::new();
    app(&home, "app", "regions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\n");
    home.write("app/deployment/setup.sh", "#!/bin/sh\ntrue\n");
    home.write("app/deployment/config.yaml", "regions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\n");
    for (dir, mode) in [("app/.spot", "portable"), ("./app/deployment/", "convention")] {
        let validation = home.run(&format!("cloudkit deploy validate --dir {dir} -o json")).ok().json();
        assert_eq!(validation["mode"], mode, "{dir}");
    }
}

#[test]
fn where_there_is_nothing_the_first_thing_to_type_begins_one() {
    let home = Home::new();
    for verb in ["validate", "plan", "create --yes", "status", "bundle"] {
        let stderr = home.run(&format!("cloudkit deploy {verb}")).exits(2).stderr;
        let first = stderr.lines().find(|line| line.starts_with("hint:"));
        let hint = "hint: begin with one that can be deployed as it stands: cloudkit deploy generate";
        assert_eq!(first, Some(hint), "{verb}: {stderr}");
    }
}

#[test]
fn regions_and_types_that_there_are_not_are_told_with_those_near_them() {
    let home = Home::new();
    app(
        &home,
        "app",
        "regions: [us-east-1, {region: us-est-1, types: [t3.small]}]\ntypes: [m7i.large, t3.smal]\nttl: 8h\n",
    );
    assert_snapshot!(home.run("cloudkit deploy validate --dir app"), @r#"
    portable deployment in [HOME]/app: there is a folder .spot/

    error[unknown-region]: no region is called "us-est-1"; near it: us-east-1, us-west-1, us-east-2
     --> .spot/config.yaml:1:31
      |
    1 | regions: [us-east-1, {region: us-est-1, types: [t3.small]}]
      |                               ^
    hint: see all regions: cloudkit find regions

    warning[unknown-type]: no instance type is called "t3.smal"; near it: t3.small, t3a.small, t2.small
     --> .spot/config.yaml:2:20
      |
    2 | types: [m7i.large, t3.smal]
      |                    ^
    hint: where EC2 has it only now: cloudkit deploy validate --account

    1 error, 1 warning
    --- exit 1
    "#);
    assert_snapshot!(home.run("cloudkit deploy bundle --dir app"), @r#"
    --- stderr
    error: 1 error keeps this folder from being deployed
    hint: the first: .spot/config.yaml:1: no region is called "us-est-1"; near it: us-east-1, us-west-1, us-east-2
    hint: see all of them: cloudkit deploy validate
    --- exit 1
    "#);
}

#[test]
fn a_folder_whose_name_is_none_is_told_what_to_write() {
    let home = Home::new();
    let config = "regions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\n";
    app(&home, "プロジェクト", config);
    assert_snapshot!(home.run("cloudkit deploy validate --dir プロジェクト"), @r#"
    portable deployment in [HOME]/プロジェクト: there is a folder .spot/

    error[missing-key]: the folder's name "プロジェクト" has nothing that a deployment's may have: a to z, digits, hyphens
     --> .spot/config.yaml:1:1
      |
    1 | regions: [us-east-1]
      | ^
    hint: say what it is called: name: my-app

    1 error
    --- exit 1
    "#);
    app(&home, "mein_größtes", config);
    assert_snapshot!(home.run("cloudkit deploy validate --dir mein_größtes"), @r#"
    portable deployment in [HOME]/mein_größtes: there is a folder .spot/

    note[derived-name]: the deployment is called mein-gr-tes, since the folder is called "mein_größtes"
     --> .spot/config.yaml:1:1
      |
    1 | regions: [us-east-1]
      | ^
    hint: write name: mein-gr-tes, or another one, and it stays that

    1 note
    --- stderr
    hint: see what it makes and what that costs: cloudkit deploy plan --dir mein_größtes
    "#);
}

#[test]
fn no_time_to_live_and_one_without_unit_are_told_apart() {
    let home = Home::new();
    let told = ["0h", "0", "8", "soon"].map(|ttl| {
        app(&home, "app", &format!("regions: [us-east-1]\ntypes: [m7i.large]\nttl: {ttl}\n"));
        let faults = home.run("cloudkit deploy validate --dir app -o json").exits(1).json();
        let said = |key: &str| faults["faults"][0][key].as_str().unwrap().to_owned();
        format!("{} -> {}", said("message"), said("hint"))
    });
    assert_snapshot!(told.join("\n"), @r#"
    "0h" is no time to live: it is zero -> write ttl: 8h, or keep: true for machines that stay until they are destroyed
    "0" is no time to live: it is zero -> write ttl: 8h, or keep: true for machines that stay until they are destroyed
    "8" has no unit: s, m, h, d or w -> write ttl: 8h, or keep: true for machines that stay until they are destroyed
    "soon" is not a span of time such as 90s, 45m, 8h, 2d, 1w or 1d12h -> write ttl: 8h, or keep: true for machines that stay until they are destroyed
    "#);
}

#[test]
fn a_bundle_is_not_written_into_what_is_bundled() {
    let home = Home::new();
    home.write("app/deployment/setup.sh", "#!/bin/sh\ntrue\n");
    home.write("app/deployment/services/a/x", "");
    home.write("app/deployment/config.yaml", "regions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\n");
    assert_snapshot!(home.run("cloudkit deploy bundle --dir app --file app/deployment/app.tar.zst"), @"
    --- stderr
    error: [HOME]/app/deployment/app.tar.zst would be in the next bundle, and make it another one each time
    hint: write it elsewhere: --file /tmp/app.tar.zst
    --- exit 2
    ");
    assert!(!home.path("app/deployment/app.tar.zst").exists());
    home.run("cloudkit deploy bundle --dir app --file app/deployment/setup.sh").exits(2);
    assert_eq!(home.read("app/deployment/setup.sh"), "#!/bin/sh\ntrue\n");
    home.run("cloudkit deploy bundle --dir app --file app/deployment/services/app.tar.zst").ok();
    let mut narrow = home;
    narrow.set("COLUMNS", "80");
    let table = narrow.run("cloudkit deploy bundle --dir app").ok().stdout;
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["FILE", "BYTES", "SHA256"], "{table}");
    assert_eq!(rows[1][2].len(), 12, "{table}");
    let whole = narrow.run("cloudkit deploy bundle --dir app -o json").ok().json();
    assert!(whole["sha256"].as_str().is_some_and(|digits| digits.len() == 64), "{whole}");
}

#[test]
fn files_of_the_root_that_no_machine_gets_are_told() {
    let home = Home::new();
    home.write("app/requirements.txt", "flask\n");
    home.write("app/app.py", "");
    home.write("app/deployment/setup.sh", "#!/bin/sh\ntrue\n");
    home.write("app/deployment/config.yaml", "regions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\n");
    home.write(
        "app/deployment/app.service",
        "[Unit]\nDescription=App\n[Service]\nExecStart=/usr/bin/python3 app.py\n[Install]\nWantedBy=multi-user.target\n",
    );
    assert_snapshot!(home.run("cloudkit deploy validate --dir app"), @"
    convention deployment in [HOME]/app: deployment/ has setup.sh

    warning[unit-relative-file]: ExecStart= names app.py without its folder, and systemd starts this unit in /
     --> deployment/app.service:4:1
      |
    4 | ExecStart=/usr/bin/python3 app.py
      | ^
    hint: add WorkingDirectory= with the folder that app.py goes to, or write its whole path: /opt/app/app.py

    note[root-not-deployed]: packages are installed for requirements.txt, and files beside deployment/ do not go to machines
     --> requirements.txt
    hint: put what is deployed into deployment/files/, which goes to /opt/files, or write .spot/deployment.yaml with uploads: [{source: .., dest: /opt/app}]

    1 warning, 1 note
    --- stderr
    hint: see what it makes and what that costs: cloudkit deploy plan --dir app
    ");
}
