//! `deploy create`: the machines of an app folder over regions, and what is asked for them.

use insta::assert_snapshot;
use serde_json::json;

use super::app::{TWO_REGIONS, running, somebody};
use crate::support::{Home, Lab};

fn of(regions: &[(&str, usize)]) -> Vec<(String, usize)> {
    regions.iter().map(|(region, count)| ((*region).to_owned(), *count)).collect()
}

#[test]
fn machines_are_shared_out_and_listed() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    let created = home.run("cloudkit deploy create --dir app --yes -o table").ok();
    assert!(created.stderr.contains("5 of 5 machines of web run"), "{created}");
    assert_eq!(running(&lab), of(&[("eu-west-1", 2), ("us-east-1", 3)]));
    for machine in lab.machines() {
        assert_eq!(machine["tags"]["cloudkit:deployment"], "web");
        assert_eq!(machine["tags"]["Name"], "web");
        assert!(machine["tags"]["cloudkit:deadline"].is_string());
        assert!(!machine["tags"].to_string().contains("http"), "no URL is in a tag");
    }
    let list = home.run("cloudkit deploy list").ok().lines_of_json();
    assert_eq!(
        (&list[0]["name"], &list[0]["state"], &list[0]["running"], &list[0]["wanted"]),
        (&json!("web"), &json!("running"), &json!(5), &json!(5))
    );
    let status = home.run("cloudkit deploy status web --no-ask").ok().lines_of_json();
    assert_eq!(status.len(), 5);
    assert_eq!(status[0]["set_up"]["because"], "not asked");
}

#[test]
fn a_dry_run_shows_all_of_it_and_changes_nothing() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    let plan = home.run("cloudkit deploy plan --dir app").ok();
    let dry_run = home.run("cloudkit deploy create --dir app --dry-run").ok();
    assert_snapshot!("the_plan", plan);
    assert_snapshot!("the_plan", dry_run);
    assert_eq!(lab.changes(), [""; 0]);
    let refused = home.run("cloudkit deploy create --dir app").exits(2);
    assert!(
        refused.stderr.contains(
            "there is no terminal to ask on: Create web in account 123456789012, us-east-1, eu-west-1?"
        ),
        "{refused}"
    );
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn what_a_region_has_no_room_for_goes_to_the_other() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    lab.post(
        "/room",
        &json!({"region": "us-east-1", "type": "m7i.large", "market": "on-demand", "room": false}),
    );
    let created = home.run("cloudkit deploy create --dir app --yes -o table");
    assert_eq!(running(&lab), of(&[("eu-west-1", 5)]), "{created}");
    assert!(created.stderr.contains("3 more in eu-west-1"), "{created}");
    created.ok();
    let left = lab.left();
    assert_eq!(left["us-east-1"]["security_groups"], json!(null), "what the full region had made is gone");
    home.run("cloudkit deploy destroy web --yes").ok();
    assert_eq!(running(&lab), of(&[]));
}

#[test]
fn nowhere_is_any_room_and_nothing_stays() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    for region in ["us-east-1", "eu-west-1"] {
        lab.post(
            "/room",
            &json!({"region": region, "type": "m7i.large", "market": "on-demand", "room": false}),
        );
    }
    let full = home.run("cloudkit deploy create --dir app --yes").exits(4);
    assert!(full.stderr.contains("hint: name more of them in config.yaml: types: [WANTED, OTHER]"), "{full}");
    assert!(
        !full.stderr.contains("--wait-for-capacity") && !full.stderr.contains("| cloudkit launch"),
        "{full}"
    );
    lab.nothing_is_left();
}

#[test]
fn what_may_be_taken_in_the_place_of_the_first_is_in_the_cost() {
    let lab = Lab::start();
    let spot =
        "name: web\ncount: 2\nregions: [us-east-1]\ntypes: [m7i.large, m6i.large]\nttl: 8h\nmarket: spot\n";
    let home = somebody(&lab, &format!("{spot}or_on_demand: true\n"));
    let cost = |home: &Home| {
        let plan = home.run("cloudkit deploy plan --dir app").ok().stdout;
        plan.lines().filter(|line| line.contains(" USD ")).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(cost(&home), @"
    region   us-east-1: 2 of m7i.large spot, else m6i.large spot, else m7i.large on-demand, else m6i.large on-demand; 0.011754 USD an hour and the unknown price of: m7i.large
    cost     0.011754 USD an hour and the unknown price of: m7i.large; at least 8.58 USD a month of 730 hours
    at most  0.213354 USD an hour, 155.75 USD a month; where only the dearest of these is to be had
    ");
    home.write("app/.spot/config.yaml", format!("{spot}max_price: 0.2\n"));
    assert_snapshot!(cost(&home), @"
    region   us-east-1: 2 of m7i.large spot for at most 0.20 USD an hour, else m6i.large spot for at most 0.20 USD an hour; 0.011754 USD an hour and the unknown price of: m7i.large
    cost     0.011754 USD an hour and the unknown price of: m7i.large; at least 8.58 USD a month of 730 hours
    at most  0.411754 USD an hour, 300.58 USD a month; where only the dearest of these is to be had
    ");
}

#[test]
fn a_region_that_fails_leaves_the_others_and_says_so() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    lab.fault(&json!({"kind": "error", "action": "CreateFleet", "region": "eu-west-1", "status": 403,
        "code": "UnauthorizedOperation", "message": "You are not authorized to perform this operation."}));
    let created = home.run("cloudkit deploy create --dir app --yes").exits(6);
    assert!(created.stderr.contains("3 of 5 machines of web run"), "{created}");
    assert!(created.stderr.contains("end all of it: cloudkit deploy destroy web"), "{created}");
    assert_eq!(running(&lab), of(&[("us-east-1", 3)]));
}

#[test]
fn an_answer_of_500_that_does_not_pass_leaves_nothing() {
    let lab = Lab::start();
    let home = somebody(&lab, "name: web\ncount: 1\nregions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\n");
    lab.fault(&json!({"kind": "error", "action": "RunInstances", "status": 500, "code": "InternalError",
        "message": "An internal error has occurred"}));
    let screen = home.run("cloudkit deploy create --dir app --yes");
    assert!(screen.stderr.contains("cloudkit deploy destroy web"), "{screen}");
    screen.exits(6);
    assert_eq!(running(&lab), of(&[]));
    lab.clear_faults();
    let nothing = home.run("cloudkit deploy destroy web --yes").exits(1);
    assert!(nothing.stderr.contains("there is nothing of a deployment web"), "{nothing}");
    home.run("cloudkit launch cleanup --bucket --yes").ok();
    lab.nothing_is_left();
}

#[test]
fn a_name_is_taken_once() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    home.run("cloudkit deploy create --dir app --yes").ok();
    let before = lab.changes().len();
    let refused = home.run("cloudkit deploy create --dir app --yes").exits(1);
    assert!(refused.stderr.contains("there is a deployment web already, with 5 machines"), "{refused}");
    assert_eq!(lab.changes().len(), before);
}

/// What is sent hangs on the regions, and not on how many machines they get: calls, their order, and the bytes of uploads.
#[test]
fn a_hundred_machines_in_four_regions_take_no_more_calls_than_eight() {
    let calls = |count: u32| {
        let lab = Lab::start();
        lab.post("/timing", &json!({"pending_ms": 0, "ending_ms": 0}));
        let regions = "regions: [us-east-1, us-west-2, eu-west-1, eu-central-1]";
        let config = format!("name: web\ncount: {count}\n{regions}\ntypes: [m7i.large]\nttl: 8h\n");
        let home = somebody(&lab, &config);
        home.run("cloudkit deploy create --dir app --yes").ok();
        assert_eq!(lab.machines().len(), count as usize);
        let uploads = lab.requests_of("PutObject");
        let bundles = uploads.iter().filter(|one| one.params["path"].as_str().unwrap().ends_with(".tar.zst"));
        assert_eq!(bundles.count(), 4, "one for each region");
        assert_eq!(lab.requests_of("CreateFleet").len(), 4, "one for each region");
        let mut calls: Vec<String> = lab.requests().into_iter().map(|request| request.action).collect();
        // How often it is looked whether they run hangs on the clock.
        calls.retain(|action| action != "DescribeInstances");
        calls.sort();
        calls
    };
    assert_eq!(calls(8), calls(100));
}

/// What a machine is told of in its user data alone it can fetch, and it is what was sent.
#[test]
fn a_machine_can_fetch_its_bundle() {
    let lab = Lab::start();
    let home = somebody(&lab, "name: web\ncount: 1\nregions: [us-east-1]\ntypes: [m7i.large]\nkeep: true\n");
    home.run("cloudkit deploy create --dir app --yes").ok();
    let fetched = lab.boto(
        "import base64, email, gzip, hashlib, re, urllib.request\n\
         machine = ec2.describe_instances()['Reservations'][0]['Instances'][0]['InstanceId']\n\
         told = ec2.describe_instance_attribute(InstanceId=machine, Attribute='userData')['UserData']['Value']\n\
         told = base64.b64decode(told)\n\
         told = gzip.decompress(told) if told[:2] == b'\\x1f\\x8b' else told\n\
         parts = [part.get_payload(decode=True) or b'' for part in email.message_from_bytes(told).walk()]\n\
         found = [re.search(rb\"CLOUDKIT_APPLY_REQUEST='([^']*)'\", part) for part in parts]\n\
         asked = json.loads(next(one for one in found if one).group(1))\n\
         place = asked['bundle'][0]\n\
         request = urllib.request.Request(place['url'], headers=dict(place.get('headers', [])))\n\
         content = urllib.request.urlopen(request).read()\n\
         answer = {'told': asked['sha256'], 'sent': hashlib.sha256(content).hexdigest()}",
    );
    assert_eq!(fetched["told"], fetched["sent"]);
    assert_eq!(lab.only_machine()["tags"]["cloudkit:deadline"], json!(null), "it is kept");
}

/// What a region could not undo by itself goes with the rest of the deployment.
#[test]
fn a_stopped_create_looks_in_all_regions_that_it_began() {
    let lab = Lab::start();
    lab.post("/timing", &json!({"pending_ms": 600_000, "ending_ms": 0}));
    let home = somebody(&lab, TWO_REGIONS);
    let denied = json!({"kind": "error", "region": "eu-west-1", "status": 403, "code": "UnauthorizedOperation",
        "message": "You are not authorized to perform this operation."});
    let of = |action: &str, times: u32| {
        let mut fault = denied.clone();
        fault["action"] = json!(action);
        fault["times"] = json!(times);
        fault
    };
    lab.fault(&of("CreateFleet", 9));
    lab.fault(&of("DeleteSecurityGroup", 1));
    let create = home.start("cloudkit deploy create --dir app --yes");
    let has_both = || lab.machines().len() == 3 && !lab.requests_of("DeleteSecurityGroup").is_empty();
    crate::support::wait::until("machines in one region and a refusal in the other", || {
        has_both().then_some(())
    });
    create.interrupt();
    let screen = create.screen();
    assert_eq!(lab.left(), json!({}), "{screen}");
}

/// Of all zones of a region one has room, for one machine.
fn room_for_one(lab: &Lab, region: &str) {
    let pools = json!({"region": region, "type": "m7i.large", "market": "on-demand", "room": false});
    lab.post("/room", &pools);
    let mut pool = pools;
    pool["zone"] = json!(format!("{region}a"));
    pool["room"] = json!(1);
    lab.post("/room", &pool);
}

/// The cheapest region gets all; what it has no room for goes to the next, and what is said of it is true.
#[test]
fn the_cheapest_region_comes_first_and_the_next_takes_what_is_over() {
    let lab = Lab::start();
    let home = somebody(
        &lab,
        "name: web\ncount: 4\nregions: [eu-west-1, us-east-1, us-west-2]\ntypes: [m7i.large]\nspread: cheapest\nttl: 8h\n",
    );
    let plan = home.run("cloudkit deploy plan --dir app -o json").ok().json();
    assert_eq!(plan["regions"].as_array().unwrap().len(), 1, "{plan:#}");
    let cheapest = plan["regions"][0]["region"].as_str().unwrap().to_owned();
    room_for_one(&lab, &cheapest);
    let created = home.run("cloudkit deploy create --dir app --yes -o table").ok();
    assert!(created.stderr.contains("4 of 4 machines of web run"), "{created}");
    let places = running(&lab);
    assert_eq!(places.iter().map(|(_, count)| count).sum::<usize>(), 4, "{created}");
    assert_eq!(places.iter().find(|(region, _)| *region == cheapest).unwrap().1, 1, "{created}");
    let list = home.run("cloudkit deploy list").ok().lines_of_json();
    assert_eq!((&list[0]["state"], &list[0]["running"]), (&json!("running"), &json!(4)));
    home.run("cloudkit deploy destroy web --yes").ok();
    home.run("cloudkit launch cleanup --bucket --yes").ok();
    lab.nothing_is_left();
}

#[test]
fn spot_machines_come_up_elsewhere_or_on_demand() {
    let lab = Lab::start();
    let config =
        "name: web\ncount: 2\nregions: [us-east-1, eu-west-1]\ntypes: [m7i.large]\nttl: 8h\nmarket: spot\n";
    let home = somebody(&lab, config);
    lab.post("/room", &json!({"region": "us-east-1", "type": "m7i.large", "market": "spot", "room": false}));
    let created = home.run("cloudkit deploy create --dir app --yes -o table").ok();
    assert!(created.stderr.contains("1 more in eu-west-1"), "{created}");
    assert_eq!(running(&lab), of(&[("eu-west-1", 2)]));
    for machine in lab.machines() {
        assert_eq!(machine["lifecycle"], "spot", "{machine:#}");
    }
    let status = home.run("cloudkit deploy status web --no-ask").ok().lines_of_json();
    assert!(status.iter().all(|row| row["machine"]["market"] == "spot"), "{status:#?}");
    home.run("cloudkit deploy destroy web --yes").ok();
    home.run("cloudkit launch cleanup --bucket --yes").ok();
    lab.nothing_is_left();
}

/// A deployment whose machines are fewer than were wanted says so, and its end leaves nothing.
#[test]
fn what_is_nowhere_to_be_had_is_said_and_the_rest_runs() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    for region in ["us-east-1", "eu-west-1"] {
        room_for_one(&lab, region);
    }
    let created = home.run("cloudkit deploy create --dir app --yes -o table").exits(6);
    assert!(created.stderr.contains("2 of 5 machines of web run"), "{created}");
    let list = home.run("cloudkit deploy list").ok().lines_of_json();
    assert_eq!(
        (&list[0]["state"], &list[0]["running"], &list[0]["wanted"]),
        (&json!("partial"), &json!(2), &json!(5))
    );
    home.run("cloudkit deploy destroy web --yes").ok();
    home.run("cloudkit launch cleanup --bucket --yes").ok();
    lab.nothing_is_left();
}
