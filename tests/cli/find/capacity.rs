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
    warning: the account was not asked, so what it holds is not shown: no AWS credentials were found
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
      block-offering   missing   not asked: cloudkit find capacity p5.48xlarge --blocks --duration 1d
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
    assert_snapshot!(home.run("cloudkit find capacity p5.48xlarge --check --count 3"), @"
    yes: 3 x p5.48xlarge in us-east-1 can be had now

    p5.48xlarge in us-east-1
      zones            possible  the type is sold in use1-az1, use1-az2, use1-az3, use1-az4, use1-az5, use1-az6 (api, YYYY-MM-DDThh:mm:ssZ)
      reservation      yes       room for 4: 4 in cr-00000000000000001 (api, YYYY-MM-DDThh:mm:ssZ)
      capacity-block   no        the account holds none with room (api, YYYY-MM-DDThh:mm:ssZ)
      block-offering   missing   not asked: cloudkit find capacity p5.48xlarge --blocks --duration 1d
      quota            possible  576 vCPUs wanted; on-demand: 0 of 4096 used; spot: 0 of 4096 used (api, YYYY-MM-DDThh:mm:ssZ)
      placement-score  missing   AWS gives every request for fewer than 3 different types a low score, whatever the capacity, so a score for 1 would mislead (a type with and without local disks, m5 and m5d, counts once)
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    ");
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
      block-offering   missing   not asked: cloudkit find capacity p5.48xlarge --blocks --duration 1d
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
