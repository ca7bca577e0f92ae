//! One answer in every format, and what a reader of the pipe may rely on.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::Home;
#[cfg(unix)]
use crate::support::Terminal;

const QUESTION: &str = "cloudkit find search 'g6.*large' g6f.large --region us-east-1";

#[test]
fn a_table_fits_a_hundred_columns() {
    let home = Home::new();
    assert_snapshot!(home.run(&format!("{QUESTION} -o table")), @"
    TYPE         REGION     VCPUS   MEMORY  DEVICES               ARCH    USD/HOUR  AS OF
    g6f.large    us-east-1      2    8 GiB  0.125 x L4 (2.8 GiB)  x86_64     0.202  2026-08-06
    g6.xlarge    us-east-1      4   16 GiB  1 x L4 (22 GiB)       x86_64    0.8048  2026-08-06
    g6.2xlarge   us-east-1      8   32 GiB  1 x L4 (22 GiB)       x86_64    0.9776  2026-08-06
    g6.4xlarge   us-east-1     16   64 GiB  1 x L4 (22 GiB)       x86_64    1.3232  2026-08-06
    g6.8xlarge   us-east-1     32  128 GiB  1 x L4 (22 GiB)       x86_64    2.0144  2026-08-06
    g6.16xlarge  us-east-1     64  256 GiB  1 x L4 (22 GiB)       x86_64    3.3968  2026-08-06
    g6.12xlarge  us-east-1     48  192 GiB  4 x L4 (22 GiB)       x86_64    4.6016  2026-08-06
    g6.24xlarge  us-east-1     96  384 GiB  4 x L4 (22 GiB)       x86_64    6.6752  2026-08-06
    g6.48xlarge  us-east-1    192  768 GiB  8 x L4 (22 GiB)       x86_64   13.3504  2026-08-06
    ");
}

#[test]
fn wide_shows_every_column() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search g6.xlarge inf2.xlarge --region us-east-1 -o wide"), @"
    TYPE         REGION     ZONES                                         VCPUS  MEMORY  DEVICES                   ARCH    OS     MARKET     USD/HOUR  AS OF       SOURCE
    inf2.xlarge  us-east-1  use1-az2 use1-az4 use1-az5 use1-az6               4  16 GiB  1 x Inferentia2 (32 GiB)  x86_64  linux  on-demand    0.7582  2026-08-06  embedded
    g6.xlarge    us-east-1  use1-az1 use1-az2 use1-az4 use1-az5 use1-az6      4  16 GiB  1 x L4 (22 GiB)           x86_64  linux  on-demand    0.8048  2026-08-06  embedded
    ");
}

#[test]
fn a_narrow_table_says_what_did_not_fit() {
    let mut home = Home::new();
    home.set("COLUMNS", "40");
    assert_snapshot!(home.run("cloudkit find search g6.xlarge --region us-east-1 -o table"), @"
    TYPE       REGION     VCPUS  USD/HOUR
    g6.xlarge  us-east-1      4    0.8048
    --- stderr
    columns that did not fit: MEMORY, DEVICES, ARCH, AS OF (-o wide shows them)
    ");
}

#[test]
fn a_very_narrow_terminal_gets_what_fits_twenty_columns_and_is_told_the_rest() {
    let mut home = Home::new();
    for columns in ["1", "2", "10", "19", "20"] {
        home.set("COLUMNS", columns);
        let narrow = home.run("cloudkit find search g6.xlarge --region us-east-1 -o table").ok();
        assert_eq!(narrow.stdout, "TYPE       REGION\ng6.xlarge  us-east-1\n", "{columns}");
        assert_eq!(
            narrow.stderr,
            "columns that did not fit: VCPUS, MEMORY, DEVICES, ARCH, USD/HOUR, AS OF (-o wide shows them)\n"
        );
        for line in [
            "find show g6.xlarge -r us-east-1",
            "find compare g6.xlarge m7i.large",
            "find catalog -o table",
            "find regions -o table",
        ] {
            home.run(&format!("cloudkit {line}")).ok();
        }
    }
    // Nothing is no width.
    for columns in ["0", "", "x"] {
        home.set("COLUMNS", columns);
        let screen = home.run("cloudkit find search g6.xlarge --region us-east-1 -o table").ok();
        assert!(screen.stdout.starts_with("TYPE       REGION     VCPUS"), "{screen}");
    }
}

#[cfg(unix)]
#[test]
fn a_terminal_of_few_columns_is_no_wall() {
    let home = Home::new();
    for columns in [1, 5, 10] {
        let line = format!(
            "unset COLUMNS; stty cols {columns}; cloudkit find search g6.xlarge m7i.large --region us-east-1"
        );
        let mut terminal = Terminal::typed(&home, &line);
        terminal.sees("TYPE").sees("m7i.large").sees("g6.xlarge").sees("columns that did not fit: ").ends(0);
    }
}

#[test]
fn a_line_of_json_is_an_offer() {
    let home = Home::new();
    let offers = home.run("cloudkit find search g6f.large --region us-east-1").ok().lines_of_json();
    assert_eq!(offers.len(), 1);
    assert_snapshot!(format!("{:#}", offers[0]), @r#"
    {
      "architectures": [
        "x86_64"
      ],
      "gpus": [
        {
          "count": "0.125",
          "manufacturer": "NVIDIA",
          "memory_mib": 2861,
          "name": "L4"
        }
      ],
      "instance_type": "g6f.large",
      "market": "on-demand",
      "memory_mib": 8192,
      "on_demand_usd_hour": "0.202",
      "os": "linux",
      "price_as_of": "2026-08-06",
      "price_source": "embedded",
      "price_usd_hour": "0.202",
      "region": "us-east-1",
      "schema": "cloudkit.offer/v1",
      "vcpus": 2,
      "zones": [
        "use1-az1",
        "use1-az2",
        "use1-az4",
        "use1-az6"
      ]
    }
    "#);
}

#[test]
fn json_and_yaml_are_one_array_of_the_same_objects() {
    let home = Home::new();
    let lines = home.run(&format!("{QUESTION} -o jsonl")).ok().lines_of_json();
    assert!(lines.len() > 1);
    assert!(lines.iter().all(|offer| offer["schema"] == "cloudkit.offer/v1"), "{lines:?}");
    let array = home.run(&format!("{QUESTION} -o json")).ok().json();
    assert_eq!(array, Value::Array(lines.clone()));
    let yaml: Value = serde_yaml::from_str(&home.run(&format!("{QUESTION} -o yaml")).ok().stdout).unwrap();
    assert_eq!(yaml, array);
}

#[test]
fn csv_has_a_header_and_dotted_columns() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search g6f.large m7i.large --region us-east-1 -o csv"), @"
    schema,instance_type,region,zones,market,architectures,vcpus,memory_mib,gpus.name,gpus.manufacturer,gpus.count,gpus.memory_mib,os,price_usd_hour,on_demand_usd_hour,price_source,price_as_of,price_is_old
    cloudkit.offer/v1,m7i.large,us-east-1,use1-az1;use1-az2;use1-az4;use1-az5;use1-az6,on-demand,x86_64,2,8192,,,,,linux,0.1008,0.1008,embedded,2025-03-02,true
    cloudkit.offer/v1,g6f.large,us-east-1,use1-az1;use1-az2;use1-az4;use1-az6,on-demand,x86_64,2,8192,L4,NVIDIA,0.125,2861,linux,0.202,0.202,embedded,2026-08-06,
    ");
}

#[test]
fn a_name_is_the_type_alone() {
    let home = Home::new();
    assert_snapshot!(home.run(&format!("{QUESTION} -o name")), @"
    g6f.large
    g6.xlarge
    g6.2xlarge
    g6.4xlarge
    g6.8xlarge
    g6.16xlarge
    g6.12xlarge
    g6.24xlarge
    g6.48xlarge
    ");
}

#[test]
fn the_variable_and_the_setting_are_over_the_default_and_the_flag_over_both() {
    let mut home = Home::new();
    let line = "cloudkit find search m7i.large --region us-east-1";
    home.settings("output: csv\n");
    assert!(home.run(line).ok().stdout.starts_with("schema,"));
    home.set("CLOUDKIT_OUTPUT", "name");
    assert_eq!(home.run(line).ok().stdout, "m7i.large\n");
    assert_eq!(home.run(&format!("{line} -o json")).ok().json()[0]["instance_type"], "m7i.large");
    home.set("CLOUDKIT_OUTPUT", "tabel");
    assert_snapshot!(home.run(line), @r#"
    --- stderr
    error: setting output from CLOUDKIT_OUTPUT
    caused by: "tabel" is not a format: table, wide, json, jsonl, yaml, csv or name
    --- exit 2
    "#);
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    let home = Home::new();
    let line = "cloudkit find search --vcpus 2..8 --region us-east-1,eu-west-1";
    let first = home.run(line).ok().stdout;
    assert!(first.lines().count() > 500);
    assert_eq!(first, home.run(line).ok().stdout);
    assert_eq!(first, home.run(&line.replace("us-east-1,eu-west-1", "eu-west-1 -r us-east-1")).ok().stdout);
}

#[test]
fn colour_is_for_whoever_asks_for_it() {
    let mut home = Home::new();
    let line = "cloudkit find search m7i.large --region us-east-1 -o table";
    assert!(!home.run(line).ok().stdout.contains('\x1b'), "a pipe shows no colour");
    assert!(home.run(&format!("{line} --color always")).ok().stdout.contains('\x1b'));
    home.set("NO_COLOR", "1");
    assert!(!home.run(line).ok().stdout.contains('\x1b'));
    assert!(home.run(&format!("{line} --color always")).ok().stdout.contains('\x1b'), "a flag is over all");
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_quietly() {
    let home = Home::new();
    let line = "{ cloudkit find search --region all -o jsonl; echo \"code $?\" >&2; } | head -1 | wc -l";
    assert_snapshot!(home.run(line), @"
    1
    --- stderr
    code 0
    ");
}
