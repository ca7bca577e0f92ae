//! A launch as a file: read, refused with its line, saved, and the same as flags and a pipe.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{Home, Lab, Screen};

/// What says why a file is refused, without the hints.
fn refused(home: &Home, text: &str) -> String {
    home.write("job.yaml", text);
    let screen = home.run("cloudkit launch --file job.yaml").exits(2);
    let error = screen.stderr.lines().take_while(|line| !line.starts_with("hint: "));
    error.collect::<Vec<_>>().join("\n").replace("error: ", "")
}

/// A plan without what differs from launch to launch: ids, the time, and the digest of salted values.
fn plan(screen: Screen) -> Value {
    let screen = screen.ok();
    let plan = screen.json();
    let digest = plan["user"]["object"]["sha256"].as_str().unwrap();
    let text = screen.stdout.replace(plan["launch"].as_str().unwrap(), "LAUNCH").replace(digest, "DIGEST");
    let mut plan: Value = serde_json::from_str(&text).unwrap();
    for of_now in ["planned_at", "lifetime_seconds"] {
        plan.as_object_mut().unwrap().remove(of_now).unwrap();
    }
    for candidate in plan["candidates"].as_array_mut().unwrap() {
        candidate["cost"].as_object_mut().unwrap().remove("usd_until_deadline");
    }
    plan
}

#[test]
fn a_key_that_is_none_is_refused_with_the_nearest_and_its_line() {
    let home = Home::new();
    home.write("job.yaml", "# nightly\ninstance-type: g6.xlarge\n\nregoin: us-east-1\n");
    assert_snapshot!(home.run("cloudkit launch --file job.yaml"), @r#"
    --- stderr
    error: job.yaml:4: no key is called "regoin"; did you mean region?
    hint: every key with its value: cloudkit help launch-file
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit launch -f job.yaml -o json"), @r#"
    --- stderr
    {"schema":"cloudkit.error/v1","error":"job.yaml:4: no key is called \"regoin\"; did you mean region?","caused_by":[],"hints":["every key with its value: cloudkit help launch-file"],"exit_code":2}
    --- exit 2
    "#);
    assert_snapshot!(refused(&home, "instance_type: g6.xlarge"), @r#"job.yaml:1: no key is called "instance_type"; did you mean instance-type?"#);
    assert_snapshot!(refused(&home, "xyzzy: 1"), @r#"job.yaml:1: no key is called "xyzzy""#);
    assert_snapshot!(refused(&home, "<<: {ttl: 8h}"), @r#"job.yaml:1: no key is called "<<""#);
}

#[test]
fn what_is_about_the_call_and_not_the_machine_is_refused_with_the_reason() {
    let home = Home::new();
    home.write("job.yaml", "instance-type: g6.xlarge\nyes: true\n");
    assert_snapshot!(home.run("cloudkit launch --file job.yaml"), @"
    --- stderr
    error: job.yaml:2: yes is refused in a launch file: a yes is given where the plan is seen
    hint: leave it out, and give it on the command line: --yes
    --- exit 2
    ");
    for key in [
        "dry-run: true",
        "file: other.yaml",
        "save-file: other.yaml",
        "output: json",
        "profile: work",
        "quiet: true",
    ] {
        assert!(refused(&home, key).contains("is refused in a launch file: "), "{key}");
    }
}

#[test]
fn a_value_that_is_none_is_refused_with_its_line() {
    let home = Home::new();
    assert_snapshot!(refused(&home, "instance-type: g6.xlarge\nttl: 7 days"), @r#"job.yaml:2: ttl: "7 days" is not a span of time such as 90s, 45m, 8h, 2d, 1w or 1d12h"#);
    assert_snapshot!(refused(&home, "instance-type:\n- g6.xlarge\n- g6\n"), @r#"job.yaml:3: instance-type: "g6" is not an instance type such as m7i.large"#);
    assert_snapshot!(refused(&home, "wait: sssh"), @r#"job.yaml:1: wait: "sssh" is none of accepted, running, ssh, agent"#);
    assert_snapshot!(refused(&home, "tag:\n  team: ml\n  'aws:x': x\n"), @r#"job.yaml:3: tag: the key "aws:x" is not free: it is AWS's"#);
    assert_snapshot!(refused(&home, "ttl: [8h]"), @"job.yaml:1: ttl is a list, and has to be one value");
    assert_snapshot!(refused(&home, "spot: maybe"), @r#"job.yaml:1: spot is "maybe", and has to be true or false"#);
    assert_snapshot!(refused(&home, "name:"), @"job.yaml:1: name has no value");
    assert_snapshot!(refused(&home, "name: ''"), @r#"job.yaml:1: name: "" is not a name of 1 to 256 characters, none of them a control character"#);
    assert_snapshot!(refused(&home, "tag: {team: }"), @"job.yaml:1: team of tag has no value");
    assert_snapshot!(refused(&home, "volume: [{size: 500}]"), @"job.yaml:1: volume is a mapping, and has to be a value or a list of values");
    assert_snapshot!(refused(&home, "image: {name: gpu}"), @"job.yaml:1: image is a mapping, and has to be one value");
}

#[test]
fn keys_that_do_not_go_together_are_refused_with_their_lines() {
    let home = Home::new();
    assert_snapshot!(refused(&home, "ttl: 8h\nname: a\n'ttl': 9h\n"), @"job.yaml:3: ttl is given twice: line 1 has it too");
    assert_snapshot!(refused(&home, "tag:\n  a: 1\n  a: 2\n"), @"job.yaml:3: a of tag is given twice: line 2 has it too");
    assert_snapshot!(refused(&home, "no-ttl: true\nttl: 8h\n"), @"job.yaml:2: ttl cannot be used with no-ttl, which line 1 has");
    assert_snapshot!(refused(&home, "instance-type: p5.48xlarge\nspot: true\nuse-reservation: true\n"), @"job.yaml:3: use-reservation cannot be used with spot, which line 2 has");
    assert_snapshot!(refused(&home, "ttl: 8h\nregion: us-east-1\n"), @"job.yaml:2: region needs instance-type");
    assert_snapshot!(refused(&home, "login-user: ubuntu\n"), @"job.yaml:1: login-user needs ami");
}

#[test]
fn what_is_no_launch_file_is_said_to_be_none() {
    let home = Home::new();
    for empty in ["", "# nothing yet\n", "---\n", "{}"] {
        assert_eq!(refused(&home, empty), "job.yaml: it says nothing");
    }
    assert_snapshot!(refused(&home, "- ttl: 8h"), @"job.yaml: it is not a list of keys and values such as ttl: 8h");
    assert_snapshot!(refused(&home, "cloudkit launch"), @"job.yaml: it is not a list of keys and values such as ttl: 8h");
    assert_snapshot!(refused(&home, "name: a\nttl: [8h"), @"
    job.yaml:3: it is not YAML
    caused by: did not find expected ',' or ']' at line 3 column 1, while parsing a flow sequence at line 2 column 6
    ");
    assert_snapshot!(refused(&home, "name: !secret a"), @"
    job.yaml:1: it is not YAML
    caused by: name: a tag such as !name means nothing here at line 1 column 7
    ");
    assert_snapshot!(refused(&home, "ttl: 8h\n---\nttl: 9h\n"), @"
    job.yaml: it is not YAML
    caused by: deserializing from YAML containing more than one document is not supported
    ");
    assert_snapshot!(refused(&home, &format!("name: {}", "x".repeat(300_000))), @"job.yaml: a launch file has at most 65536 bytes, and this one has more");
    home.write("job.yaml", b"name: \xff\n");
    assert!(home.run("cloudkit launch -f job.yaml").exits(2).stderr.contains("byte 7 cannot be read"));
    assert_snapshot!(home.run("cloudkit launch --file nightly.yaml"), @"
    --- stderr
    error: cannot read nightly.yaml
    caused by: No such file or directory (os error 2)
    hint: name a launch file that is there: --file FILE; write one: --save-file FILE
    --- exit 2
    ");
}

#[test]
fn flags_a_file_and_a_pipe_make_the_same_plan() {
    let lab = Lab::start();
    let mut home = lab.home();
    home.set("TOKEN", "secret");
    home.set("SEED", "7");
    home.write("jobs/setup.sh", "#!/bin/sh\necho ready\n");
    home.write(
        "jobs/train.yaml",
        "instance-type: [m7i.large, m7i.xlarge]\nregion: us-east-1\nuntil: 2099-01-01T00:00:00Z\nname: trainer\n\
         root-size: 100\nvolume: ['500,gp3,6000', 1TiB]\nscript: setup.sh\ntag:\n  team: ml\n  version: 1.10\n\
         env: {TOKEN: , SEED: 7}\nno-idle-timeout: true\nipv6: false\n",
    );
    let rest = "--until 2099-01-01T00:00:00Z --name trainer --root-size 100 --volume 500,gp3,6000 --volume 1TiB \
         --script jobs/setup.sh --tag team=ml --tag version=1.10 --env TOKEN=secret --env SEED=7 --no-idle-timeout --dry-run -o json";
    let by_flags = plan(home.run(&format!("cloudkit launch -t m7i.large,m7i.xlarge -r us-east-1 {rest}")));
    let by_file = plan(home.run("cloudkit launch --file jobs/train.yaml --dry-run -o json"));
    assert_eq!(by_file, by_flags);
    let offers = home.run("cloudkit find search m7i.large,m7i.xlarge -r us-east-1").ok().stdout;
    let by_pipe = plan(home.run_with(&offers, &format!("cloudkit launch {rest}")));
    assert_eq!(by_pipe, by_flags);
    let saving = home.run_with(&offers, &format!("cloudkit launch {rest} --save-file saved.yaml"));
    assert_eq!(plan(saving), by_flags);
    assert_eq!(plan(home.run("cloudkit launch --file saved.yaml --dry-run -o json")), by_flags);
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn flags_go_over_the_file() {
    let lab = Lab::start();
    let home = lab.home();
    home.write(
        "job.yaml",
        "instance-type: g6.xlarge\nregion: us-east-1\nspot: true\nttl: 8h\ntag: {team: ml, run: 1}\nimage: ubuntu-24.04\n",
    );
    let flags = "-t m7i.large --until 2099-01-01T00:00:00Z --tag run=2 --tag who=me --use-reservation cr-0123456789abcdef0";
    let screen = home.run(&format!("cloudkit launch --file job.yaml {flags} --save-file now.yaml --dry-run"));
    assert!(screen.stderr.contains("cr-0123456789abcdef0"), "{screen}");
    let flags = "-t m7i.large --until 2099-01-01T00:00:00Z --tag run=2 --tag who=me";
    home.run(&format!("cloudkit launch --file job.yaml {flags} --save-file now.yaml --dry-run")).ok();
    assert_snapshot!(home.read("now.yaml"), @"
    # A launch; the same again: cloudkit launch --file now.yaml
    instance-type: m7i.large
    region: us-east-1
    tag:
      run: 2
      who: me
      team: ml
    spot: true
    image: ubuntu-24.04
    until: YYYY-MM-DDThh:mm:ssZ
    ");
    home.write("ami.yaml", "ami: ami-0123456789abcdef0\nlogin-user: me\n");
    let screen = home.run("cloudkit launch --file ami.yaml -t m7i.large --image debian-12 --dry-run").ok();
    assert!(screen.stdout.contains("image    Debian 12"), "{screen}");
    // What asks for a type finds it in the file.
    home.write("type.yaml", "instance-type: m7i.large\nttl: 8h\n");
    let screen = home.run("cloudkit launch --spot -z use1-az4 --file type.yaml --dry-run").ok();
    assert!(screen.stdout.contains("m7i.large in us-east-1 (use1-az4), spot"), "{screen}");
}

#[test]
fn offers_come_from_a_pipe_where_the_file_names_no_type() {
    let lab = Lab::start();
    let home = lab.home();
    home.write("job.yaml", "ttl: 2h\nname: trainer\nwait: accepted\n");
    let line = "cloudkit find search m7i.large -r us-east-1 | cloudkit launch --file job.yaml";
    home.run(line).ok();
    assert_eq!(lab.only_machine()["tags"]["Name"], "trainer");
    home.write("here.yaml", "ttl: 2h\nregion: us-east-1\n");
    assert_snapshot!(home.run_with("", "cloudkit launch --file here.yaml"), @"
    --- stderr
    error: here.yaml:2: region needs instance-type
    hint: name types in the file, or leave it out: offers on stdin say where they are
    --- exit 2
    ");
}

#[test]
fn a_file_comes_from_stdin_too() {
    let lab = Lab::start();
    let home = lab.home();
    home.write("setup.sh", "#!/bin/sh\n");
    let text = "instance-type: m7i.large\nttl: 2h\nwait: accepted\nscript: setup.sh\n";
    home.run_with(text, "cloudkit launch --file -").ok();
    lab.only_machine();
    assert_snapshot!(home.run_with("ttl: 2h\n", "cloudkit launch --file -"), @"
    --- stderr
    error: stdin is the launch file, so that it can't bring offers too
    hint: name a type in it or by --instance-type, or name the file: --file FILE
    --- exit 2
    ");
    home.run_with("ttl: 2h\nwait: accepted\n", "cloudkit launch --file - -t m7i.large").ok();
    assert_snapshot!(home.run_with("ttl: 2", "cloudkit launch --file -"), @r#"
    --- stderr
    error: stdin:1: ttl: "2" is not a span of time such as 90s, 45m, 8h, 2d, 1w or 1d12h
    hint: every key with its value: cloudkit help launch-file
    --- exit 2
    "#);
}

#[test]
fn a_launch_is_saved_and_launched() {
    let lab = Lab::start();
    let mut home = lab.home();
    home.set("SEED", "7");
    home.write("setup.sh", "#!/bin/sh\n");
    let line = "cloudkit launch -t m7i.large,m7i.xlarge --ttl 2h --name 'a: b' --script setup.sh --env TOKEN=secret --env SEED \
                --tag version=1.10 --root-size 100 --wait accepted --yes --save-file job.yaml";
    let screen = home.run(line).ok();
    assert_snapshot!(screen.stderr.lines().filter(|line| line.contains("job.yaml")).collect::<Vec<_>>().join("\n"), @"
    warning: the value of TOKEN is not in job.yaml, since it can be a secret: export TOKEN first, or write it there
    saved in job.yaml; the same again: cloudkit launch --file job.yaml
    ");
    assert_snapshot!(home.read("job.yaml"), @"
    # A launch; the same again: cloudkit launch --file job.yaml
    instance-type:
    - m7i.large
    - m7i.xlarge
    region: us-east-1
    name: 'a: b'
    tag:
      version: '1.10'
    wait: accepted
    script: setup.sh
    env:
      TOKEN: null
      SEED: null
    root-size: 100
    ttl: 2h
    ");
    lab.only_machine();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(home.path("job.yaml")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_snapshot!(home.run("cloudkit launch --file job.yaml"), @"
    --- stderr
    error: --env TOKEN: TOKEN has no value here
    hint: give one: --env TOKEN=VALUE, or export TOKEN first
    --- exit 2
    ");
    home.run("cloudkit launch --file job.yaml --env TOKEN=another --yes").ok();
    assert_eq!(lab.machines().len(), 2);
}

#[test]
fn nothing_is_written_over_and_nothing_without_a_plan() {
    let lab = Lab::start();
    let home = lab.home();
    let line = "cloudkit launch -t m7i.large --ttl 2h --dry-run --save-file job.yaml";
    home.run(line).ok();
    let saved = home.read("job.yaml");
    home.run(line).ok();
    let before = lab.requests().len();
    assert_snapshot!(home.run(&line.replace("2h", "3h")), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    error: job.yaml is there already, and says something else
    hint: name another file, or remove it first: rm job.yaml
    --- exit 2
    ");
    assert_eq!(lab.requests().len(), before);
    assert_eq!(home.read("job.yaml"), saved);
    home.run("cloudkit launch -t m7i.lagre --ttl 2h --dry-run --save-file none.yaml").exits(2);
    assert!(!home.path("none.yaml").exists());
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --ttl 2h --dry-run --save-file no/such/folder.yaml"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    error: cannot write no/such/folder.yaml
    caused by: No such file or directory (os error 2)
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --ttl 2h --dry-run --save-file -"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    error: --save-file writes a file, and stdout is for what was launched
    hint: name a file: --save-file job.yaml
    --- exit 2
    ");
}

#[test]
fn paths_of_a_saved_file_lead_from_its_folder() {
    let lab = Lab::start();
    let home = lab.home();
    home.write("jobs/setup.sh", "#!/bin/sh\n");
    home.write("other/data.sh", "#!/bin/sh\n");
    let line = "cloudkit launch -t m7i.large --ttl 2h --script jobs/setup.sh --script other/data.sh --dry-run --save-file jobs/job.yaml";
    home.run(line).ok();
    assert_snapshot!(home.read("jobs/job.yaml"), @"
    # A launch; the same again: cloudkit launch --file jobs/job.yaml
    instance-type: m7i.large
    region: us-east-1
    script:
    - setup.sh
    - [HOME]/other/data.sh
    ttl: 2h
    ");
    home.run("cloudkit launch --file jobs/job.yaml --dry-run").ok();
    home.write("jobs/home.yaml", "instance-type: m7i.large\nttl: 2h\nscript: ~/other/data.sh\n");
    home.run("cloudkit launch --file jobs/home.yaml --dry-run").ok();
    home.write("jobs/none.yaml", "instance-type: m7i.large\nttl: 2h\nscript: nowhere.sh\n");
    assert_snapshot!(home.run("cloudkit launch --file jobs/none.yaml --dry-run"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    error: cannot read jobs/nowhere.sh
    caused by: No such file or directory (os error 2)
    hint: name a file that is there and can be read
    --- exit 2
    ");
}

#[test]
fn offers_that_no_flags_say_are_not_saved() {
    let lab = Lab::start();
    let home = lab.home();
    let offers = home.run("cloudkit find search m7i.large,m7i.xlarge -r us-east-1,us-west-2").ok().stdout;
    let few: String = offers.lines().take(3).map(|line| format!("{line}\n")).collect();
    let screen = home.run_with(&few, "cloudkit launch --ttl 2h --dry-run -o json --save-file job.yaml").ok();
    assert_snapshot!(screen.stderr, @"
    looking at the account: done
    warning: the machines are not in job.yaml: no flags say what these offers say
    hint: give it offers again: cloudkit find search … | cloudkit launch --file job.yaml
    ");
    assert_snapshot!(home.read("job.yaml"), @"
    # A launch; the same again: cloudkit find search … | cloudkit launch --file job.yaml
    ttl: 2h
    ");
    let spot = offers.lines().next().unwrap().replace(r#""market":"on-demand""#, r#""market":"spot""#);
    home.run_with(&spot, "cloudkit launch --ttl 2h --dry-run --save-file spot.yaml").ok();
    assert_snapshot!(home.read("spot.yaml"), @"
    # A launch; the same again: cloudkit launch --file spot.yaml
    instance-type: m7i.large
    region: us-east-1
    spot: true
    ttl: 2h
    ");
}
