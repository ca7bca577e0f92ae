//! `find capacity` without an account, and `--check`.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Home, Lab};

#[test]
fn accelerated_and_hpc_types_are_shown_with_their_markets() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find capacity 'p5*' trn1.32xlarge -r us-east-1 -o table"), @"
    TYPE           REGION     MARKET          USD/HOUR  VCPUS    MEMORY  DEVICES          ZONES
    p5.4xlarge     us-east-1  on-demand           6.88     16   256 GiB  1 x H100 (80 G…  use1-az1 use1…
    trn1.32xlarge  us-east-1  on-demand          21.50    128   512 GiB  16 x Trainium …  use1-az4 use1…
    p5.48xlarge    us-east-1  on-demand          55.04    192  2048 GiB  8 x H100 (80 G…  use1-az1 use1…
    p5en.48xlarge  us-east-1  on-demand         63.296    192  2048 GiB  8 x H200 (141 …  use1-az2 use1…
    p5.48xlarge    us-east-1  spot                   -    192  2048 GiB  8 x H100 (80 G…  use1-az1 use1…
    p5.48xlarge    us-east-1  capacity-block         -    192  2048 GiB  8 x H100 (80 G…  use1-az1 use1…
    p5.4xlarge     us-east-1  spot                   -     16   256 GiB  1 x H100 (80 G…  use1-az1 use1…
    p5.4xlarge     us-east-1  capacity-block         -     16   256 GiB  1 x H100 (80 G…  use1-az1 use1…
    p5en.48xlarge  us-east-1  spot                   -    192  2048 GiB  8 x H200 (141 …  use1-az2 use1…
    p5en.48xlarge  us-east-1  capacity-block         -    192  2048 GiB  8 x H200 (141 …  use1-az2 use1…
    trn1.32xlarge  us-east-1  spot                   -    128   512 GiB  16 x Trainium …  use1-az4 use1…
    trn1.32xlarge  us-east-1  capacity-block         -    128   512 GiB  16 x Trainium …  use1-az4 use1…
    --- stderr
    columns that did not fit: AS OF (-o wide shows them)
    capacity-block says how the type is sold; what can be bought where: --blocks --count 1 --duration 1d
    the account was not asked; --reservations, --blocks and --check ask it
    ");
    let rows = home.run("cloudkit find capacity -r us-east-2").ok().lines_of_json();
    let has = |start: &str| rows.iter().any(|row| row["instance_type"].as_str().unwrap().starts_with(start));
    assert!(has("p5.") && has("inf2.") && has("hpc7a.") && !has("m7i."));
    assert!(rows.iter().all(|row| row["schema"] == "cloudkit.offer/v1"));
}

#[test]
fn types_are_filtered_by_what_is_in_them() {
    let home = Home::new();
    let rows =
        |flags: &str| home.run(&format!("cloudkit find capacity -r us-east-1 {flags}")).ok().lines_of_json();
    assert!(rows("--gpu-only").iter().all(|row| !row["gpus"].is_null()));
    assert!(rows("--accelerator-only").iter().all(|row| !row["accelerators"].is_null()));
    let named = rows("--instance-types g6.xlarge,inf2.xlarge --regions us-east-1 --gpu-only");
    assert!(named.iter().all(|row| row["instance_type"] == "g6.xlarge"), "{named:?}");
    home.run("cloudkit find capacity --gpu-only --accelerator-only").exits(2);
    assert_snapshot!(home.run("cloudkit find capacity p5.48xlagre -r us-east-1"), @r#"
    --- stderr
    warning: no instance type is called "p5.48xlagre"; near it: p5.48xlarge, p5.4xlarge, p5e.48xlarge
    the account was not asked; --reservations, --blocks and --check ask it
    --- exit 1
    "#);
    home.run("cloudkit find capacity -r mars-1").exits(2);
    assert_snapshot!(home.run("cloudkit find capacity h100 -r us-east-1 -o name"), @r#"
    --- stderr
    warning: no instance type is called "h100"
    hint: here types go by their names; by words: cloudkit find search h100
    the account was not asked; --reservations, --blocks and --check ask it
    --- exit 1
    "#);
}

#[test]
fn without_credentials_the_catalogs_part_is_shown_and_the_code_says_so() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find capacity p5.48xlarge --reservations -r us-east-1 -o csv"), @"
    schema,instance_type,region,zones,market,architectures,vcpus,memory_mib,gpus.name,gpus.manufacturer,gpus.count,gpus.memory_mib,os,price_usd_hour,on_demand_usd_hour,price_source,price_as_of
    cloudkit.offer/v1,p5.48xlarge,us-east-1,use1-az1;use1-az2;use1-az3;use1-az4;use1-az5;use1-az6,on-demand,x86_64,192,2097152,H100,NVIDIA,8,81920,linux,55.04,55.04,embedded,2026-08-06
    cloudkit.offer/v1,p5.48xlarge,us-east-1,use1-az1;use1-az2;use1-az3;use1-az4;use1-az5;use1-az6,spot,x86_64,192,2097152,H100,NVIDIA,8,81920,linux,,55.04,,
    cloudkit.offer/v1,p5.48xlarge,us-east-1,use1-az1;use1-az2;use1-az3;use1-az4;use1-az5;use1-az6,capacity-block,x86_64,192,2097152,H100,NVIDIA,8,81920,linux,,55.04,,
    --- stderr
    capacity-block says how the type is sold; what can be bought where: --blocks --count 1 --duration 1d
    warning: the account was not asked, so what is sold at all is shown instead: no AWS credentials were found
    hint: sign in: aws configure, or aws sso login, and name the profile with --profile if it is not the default
    --- exit 3
    ");
}

#[test]
fn a_check_says_yes_only_where_the_account_holds_room() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit find capacity p5.48xlarge --check"), @"
    not known: no sign says that 1 x p5.48xlarge in us-east-1 can be had now, and not every way is closed

    p5.48xlarge in us-east-1
      zones            possible  the type is sold in use1-az1, use1-az2, use1-az3, use1-az4, use1-az5, use1-az6 (api, YYYY-MM-DDThh:mm:ssZ)
      reservation      no        the account holds none with room (api, YYYY-MM-DDThh:mm:ssZ)
      capacity-block   no        the account holds none with room (api, YYYY-MM-DDThh:mm:ssZ)
      block-offering   no        no block of 1 for 1d is offered at this moment; for longer ones: cloudkit find capacity p5.48xlarge --blocks --duration 2d (api, YYYY-MM-DDThh:mm:ssZ)
      quota            possible  192 vCPUs wanted; on-demand: 0 of 4096 used; spot: 0 of 4096 used (api, YYYY-MM-DDThh:mm:ssZ)
      placement-score  missing   AWS gives every request for fewer than 3 different types a low score, whatever the capacity, so a score for 1 would mislead (a type with and without local disks, m5 and m5d, counts once)
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    --- exit 1
    ");
    lab.post(
        "/capacity-reservations",
        &json!({"region": "us-east-1", "CapacityReservationId": "cr-00000000000000001",
        "InstanceType": "p5.48xlarge", "TotalInstanceCount": 4, "AvailabilityZone": "us-east-1a"}),
    );
    let screen = home.run("cloudkit find capacity p5.48xlarge --check --count 3").ok();
    assert!(screen.stdout.starts_with("yes: 3 x p5.48xlarge in us-east-1 can be had now\n"), "{screen}");
    assert!(screen.stdout.contains("room for 4: 4 in cr-00000000000000001"), "{screen}");
    home.run("cloudkit find capacity p5.48xlarge --check --count 5").exits(1);
    home.run("cloudkit find capacity p5.48xlarge --check --os windows").exits(1);
    let answer = home.run("cloudkit find capacity p5.48xlarge --check -o json").ok().json();
    assert_eq!((&answer["schema"], &answer["answer"]), (&json!("cloudkit.capacity-check/v1"), &json!("yes")));
    assert_snapshot!(format!("{:#}", answer["signals"][1]), @r#"
    {
      "answer": "yes",
      "as_of": "YYYY-MM-DDThh:mm:ssZ",
      "detail": "room for 4: 4 in cr-00000000000000001",
      "instance_type": "p5.48xlarge",
      "region": "us-east-1",
      "signal": "reservation",
      "source": "api"
    }
    "#);
}

#[test]
fn a_check_asks_for_blocks_of_a_day_where_the_type_is_sold_so() {
    let lab = Lab::start();
    let home = lab.home();
    for (id, fee, start) in [("cbr-1", "62.9", "2099-01-12"), ("cbr-2", "31.464", "2099-01-10")] {
        let start = format!("{start}T11:30:00Z");
        lab.post(
            "/capacity-block-offerings",
            &json!({"region": "us-east-1", "CapacityBlockOfferingId": id, "InstanceType": "p5.48xlarge",
                "AvailabilityZone": "us-east-1a", "UpfrontFee": fee, "StartDate": start}),
        );
    }
    let signals = |line: &str, code: i32| {
        let answer = home.run(&format!("{line} -o json")).exits(code).json();
        let signals = answer["signals"].as_array().unwrap().clone();
        signals.into_iter().filter(|signal| signal["signal"] == "block-offering").collect::<Vec<_>>()
    };
    let buyable = &signals("cloudkit find capacity p5.48xlarge --check", 1)[0];
    assert_snapshot!(format!("{buyable:#}"), @r#"
    {
      "answer": "possible",
      "as_of": "YYYY-MM-DDThh:mm:ssZ",
      "detail": "2 for 1d can be bought, from 31.46 USD up front, the first to start at YYYY-MM-DDThh:mm:ssZ",
      "instance_type": "p5.48xlarge",
      "region": "us-east-1",
      "signal": "block-offering",
      "source": "api"
    }
    "#);
    let requests = lab.requests_of("DescribeCapacityBlockOfferings");
    assert_eq!(
        (&requests[0].params["InstanceCount"], &requests[0].params["CapacityDurationHours"]),
        (&json!("1"), &json!("24"))
    );
    assert_eq!(signals("cloudkit find capacity p5.48xlarge --check --count 2", 1)[0]["answer"], "no");
    assert!(signals("cloudkit find capacity g6.xlarge --check", 1).is_empty());
    lab.fault(&json!({"kind": "error", "action": "DescribeCapacityBlockOfferings", "status": 403,
        "code": "UnauthorizedOperation", "message": "You are not authorized to perform this operation."}));
    let missing = &signals("cloudkit find capacity p5.48xlarge --check", 3)[0];
    assert_eq!(missing["answer"], "unknown");
    assert!(missing["detail"].as_str().unwrap().contains("UnauthorizedOperation"), "{missing}");
}

#[test]
fn a_check_of_three_types_has_a_score_and_a_sign_that_is_missing_says_why() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/placement-scores", &json!({"region": "us-east-1", "score": 7}));
    lab.fault(&json!({"kind": "error", "action": "DescribeCapacityReservations", "status": 403,
        "code": "UnauthorizedOperation", "message": "You are not authorized to perform this operation."}));
    let screen = home.run("cloudkit find capacity g6.xlarge g5.xlarge g4dn.xlarge --check -o json").exits(3);
    let answer = screen.json();
    let signals = answer["signals"].as_array().unwrap();
    let of = |name: &str| signals.iter().find(|signal| signal["signal"] == name).unwrap();
    assert_eq!(of("placement-score")["answer"], "possible");
    assert!(of("placement-score")["detail"].as_str().unwrap().contains("7 of 10"));
    assert_eq!(of("reservation")["answer"], "unknown");
    assert!(of("reservation")["detail"].as_str().unwrap().contains("UnauthorizedOperation"));
    assert_eq!(answer["answer"], "unknown");
}

#[test]
fn a_check_without_credentials_shows_what_is_missing() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find capacity p5.48xlarge --check -r us-east-1"), @"
    not known: no sign says that 1 x p5.48xlarge in us-east-1 can be had now, and not every way is closed

    p5.48xlarge in us-east-1
      zones            possible  the type is sold in use1-az1, use1-az2, use1-az3, use1-az4, use1-az5, use1-az6 (embedded, 2026-08-06)
      reservation      missing   AWS was not asked: no AWS credentials were found
      capacity-block   missing   AWS was not asked: no AWS credentials were found
      block-offering   missing   AWS was not asked: no AWS credentials were found
      quota            missing   AWS was not asked: no AWS credentials were found
      placement-score  missing   AWS was not asked: no AWS credentials were found
    --- stderr
    warning: AWS was not asked: no AWS credentials were found
    hint: sign in: aws configure, or aws sso login, and name the profile with --profile if it is not the default
    --- exit 3
    ");
    home.run("cloudkit find capacity --check").exits(2);
    home.run("cloudkit find capacity 'g*' --check").exits(2);
}
