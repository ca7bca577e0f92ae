//! `deploy validate`: everything that is wrong, each with its place.

use insta::assert_snapshot;

use crate::support::Home;

const CONFIG: &str = "regions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\n";

fn portable(home: &Home, deployment: &str) {
    home.write("app/.spot/deployment.yaml", deployment);
    home.write("app/.spot/config.yaml", CONFIG);
}

#[test]
fn what_is_wrong_is_shown_with_its_line_and_what_to_write() {
    let home = Home::new();
    portable(
        &home,
        "version: 1\ndeployment:\n  pakages: [nginx]\n  uploads:\n    - source: files/site.cnf\n      permissions: 0644\n      dest: etc\n  scripts:\n\t- path: x\n",
    );
    assert_snapshot!(home.run("cloudkit deploy validate --dir app"), @"
    portable deployment in [HOME]/app: there is a folder .spot/

    error[not-yaml]: this is not YAML: tabs disallowed within this context (block indentation)
     --> .spot/deployment.yaml:9:2
      |
    9 |     - path: x
      |     ^

    1 error
    --- exit 1
    ");
    portable(
        &home,
        "version: 1\ndeployment:\n  pakages: [nginx]\n  uploads:\n    - source: files/site.cnf\n      permissions: 0644\n      dest: etc\n  scripts:\n    - {name: é, command: x,\ttimeout: 5}\n  secrets:\n    TOKEN: hunter2\n",
    );
    home.write("app/.spot/files/site.conf", "");
    home.write("app/.spot/config.yaml", "regions: [us-east-1]\ntypes: [m7i.large]\n");
    assert_snapshot!(home.run("cloudkit deploy validate --dir app"), @r#"
    portable deployment in [HOME]/app: there is a folder .spot/

    error[missing-key]: nothing says how the machines end: ttl or keep is missing
     --> .spot/config.yaml:1:1
      |
    1 | regions: [us-east-1]
      | ^
    hint: write ttl: 8h, or keep: true for machines that stay until they are destroyed

    error[unknown-key]: no key is called "pakages" here
     --> .spot/deployment.yaml:3:3
      |
    3 |   pakages: [nginx]
      |   ^
    hint: did you mean packages?

    error[missing-file]: there is no "files/site.cnf" in .spot and none in the repository's root
     --> .spot/deployment.yaml:5:15
      |
    5 |     - source: files/site.cnf
      |               ^
    hint: .spot/files has site.conf

    note[plain-mode]: 0644 without quotes is a number to YAML; it is read as the mode 0644
     --> .spot/deployment.yaml:6:20
      |
    6 |       permissions: 0644
      |                    ^
    hint: write "0644"

    error[bad-value]: "etc" is not an absolute path on the machine, such as /opt/app
     --> .spot/deployment.yaml:7:13
      |
    7 |       dest: etc
      |             ^

    error[bad-value]: "5" is not a span of time such as 90s, 45m, 8h, 2d, 1w or 1d12h
     --> .spot/deployment.yaml:9:38
      |
    9 |     - {name: é, command: x,    timeout: 5}
      |                                         ^

    error[bad-value]: this is none of env:VARIABLE, file:PATH and parameter:NAME
     --> .spot/deployment.yaml:11:12
    hint: a value itself is never written here

    6 errors, 1 note
    --- exit 1
    "#);
}

#[test]
fn a_folder_that_is_right_says_what_it_was_taken_for() {
    let home = Home::new();
    portable(&home, "version: 1\ndeployment:\n  packages: [nginx]\n");
    assert_snapshot!(home.run("cloudkit deploy --dir app validate"), @"
    portable deployment in [HOME]/app: there is a folder .spot/

    nothing is wrong with the deployment app
    --- stderr
    hint: see what it makes and what that costs: cloudkit deploy plan --dir app
    ");
    assert_snapshot!(home.run("cloudkit deploy --dir app/.spot validate").ok().stdout.lines().next().unwrap(), @"portable deployment in [HOME]/app: there is a folder .spot/");
    home.program("spot-deployer");
    assert_snapshot!(home.run("spot-deployer validate --dir app -o json").ok().json(), @r#"{"errors":0,"faults":[],"folder":".spot","mode":"portable","name":"app","notes":0,"root":"[HOME]/app","schema":"cloudkit.validation/v1","warnings":0,"why":"there is a folder .spot/"}"#);
}

#[test]
fn programs_are_told_the_same() {
    let home = Home::new();
    home.write("deployment/setup.sh", "");
    home.write("deployment/config.yaml", "regions: [us-east-1]\ntypes: [m7i.large]\ntttl: 8h\n");
    assert_snapshot!(format!("{:#}", home.run("cloudkit deploy validate -o json").exits(1).json()), @r#"
    {
      "errors": 3,
      "faults": [
        {
          "column": 1,
          "file": "deployment/config.yaml",
          "hint": "write ttl: 8h, or keep: true for machines that stay until they are destroyed",
          "line": 1,
          "message": "nothing says how the machines end: ttl or keep is missing",
          "rule": "missing-key",
          "severity": "error",
          "text": "regions: [us-east-1]"
        },
        {
          "column": 1,
          "file": "deployment/config.yaml",
          "hint": "did you mean ttl?",
          "line": 3,
          "message": "no key is called \"tttl\" here",
          "rule": "unknown-key",
          "severity": "error",
          "text": "tttl: 8h"
        },
        {
          "file": "deployment/setup.sh",
          "message": "deployment/setup.sh is empty",
          "rule": "empty-script",
          "severity": "error"
        }
      ],
      "folder": "deployment",
      "mode": "convention",
      "notes": 0,
      "root": "[HOME]",
      "schema": "cloudkit.validation/v1",
      "warnings": 0,
      "why": "deployment/ has setup.sh"
    }
    "#);
}

#[test]
fn where_there_is_no_deployment_the_way_to_one_is_told() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit deploy validate"), @"
    --- stderr
    error: there is no .spot/ and no deployment/ with a deployment in it, from [HOME] up to /
    hint: begin with one that can be deployed as it stands: cloudkit deploy generate
    hint: all keys of its files: cloudkit help deployment
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit deploy validate --dir nowhere"), @"
    --- stderr
    error: cannot find the folder nowhere
    caused by: No such file or directory (os error 2)
    hint: name a folder that is there: --dir FOLDER
    --- exit 2
    ");
    home.write("app/.spot/deployment.yaml", "");
    home.write("app/deployment/init.sh", "");
    assert_snapshot!(home.run("cloudkit deploy validate --dir app"), @"
    --- stderr
    error: [HOME]/app has both .spot/ and deployment/, and a deployment is in one of them
    hint: name the one that is meant: --dir [HOME]/app/.spot or --dir [HOME]/app/deployment
    --- exit 2
    ");
}
