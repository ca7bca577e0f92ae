//! Whatever goes wrong: in the end there is exactly one machine and what it needs, or there is nothing at all.
//!
//! The faults are drawn from a seed, so that each run sees the same.

use serde_json::{Value, json};

use crate::support::{Home, Lab};

const LAUNCH: &str = "cloudkit launch -t m7i.large,m7i.xlarge -r us-east-1,us-west-2 --spot --fallback on-demand \
    --ttl 1h --yes --wait running -o json";
const SEVERAL: &str = "cloudkit launch -t m7i.large,m7i.xlarge -r us-east-1,us-west-2 --spot --fallback on-demand \
    --count 3 --min-count 2 --ttl 1h --yes --wait running -o json";
const MUTATING: [&str; 7] = [
    "CreateBucket",
    "PutObject",
    "CreateSecurityGroup",
    "AuthorizeSecurityGroupIngress",
    "CreateLaunchTemplate",
    "CreateFleet",
    "RunInstances",
];
const REFUSALS: [(&str, u16); 7] = [
    ("InsufficientInstanceCapacity", 500),
    ("VcpuLimitExceeded", 400),
    ("MaxSpotInstanceCountExceeded", 400),
    ("Unsupported", 400),
    ("SpotMaxPriceTooLow", 400),
    ("AuthFailure.ServiceLinkedRoleCreationNotPermitted", 403),
    ("UnauthorizedOperation", 403),
];
const DEATHS: [&str; 4] = [
    "Server.InsufficientInstanceCapacity",
    "Server.SpotInstanceTermination",
    "Server.InternalError",
    "Client.InternalError",
];

/// Numbers that follow from a seed. <https://en.wikipedia.org/wiki/Linear_congruential_generator>
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// Makes something go wrong, and says what.
    fn disturb(&mut self, lab: &Lab) -> Value {
        let region = self.of(&["us-east-1", "us-west-2"]);
        let (path, what) = match self.below(6) {
            0 => (
                "/room",
                json!({"region": region, "type": self.of(&["m7i.large", "m7i.xlarge"]),
                "market": self.of(&["spot", "on-demand"]), "room": self.of(&[0, 1, 2])}),
            ),
            1 => ("/deaths", json!({"code": self.of(&DEATHS), "times": 1 + self.below(2)})),
            2 => {
                let (code, status) = self.of(&REFUSALS);
                (
                    "/faults",
                    json!({"kind": "error", "action": self.of(&["RunInstances", "CreateFleet"]), "code": code,
                    "status": status, "times": 1 + self.below(4)}),
                )
            }
            kind => {
                let kind = ["throttle", "lost-answer", "drop"][kind - 3];
                ("/faults", json!({"kind": kind, "action": self.of(&MUTATING), "times": 1 + self.below(3)}))
            }
        };
        lab.post(path, &what);
        what
    }
}

#[test]
fn one_machine_and_what_it_needs_or_nothing() {
    let lab = Lab::start();
    for seed in 0..6 {
        lab.reset();
        let home = lab.home();
        let mut draw = Draw(seed);
        let faults: Vec<Value> = (0..=draw.below(3)).map(|_| draw.disturb(&lab)).collect();
        one_or_nothing(&lab, &home, &format!("seed {seed}: {faults:?}"));
    }
}

fn one_or_nothing(lab: &Lab, home: &Home, faults: &str) {
    let screen = home.run(LAUNCH);
    let left = lab.left();
    let regions = left.as_object().unwrap();
    if screen.code == 0 {
        let launched = screen.json();
        let region = launched["region"].as_str().unwrap();
        let alive: Vec<Value> = lab
            .machines()
            .into_iter()
            .filter(|machine| machine["state"] != "terminated" && machine["state"] != "shutting-down")
            .collect();
        assert_eq!(alive.len(), 1, "{faults}\n{screen}");
        assert_eq!(alive[0]["id"], launched["instance_id"], "{faults}\n{screen}");
        assert!(regions.keys().all(|one| one == region), "{faults}\n{screen}\n{left:#}");
        assert_eq!(regions[region]["security_groups"].as_array().unwrap().len(), 1, "{faults}\n{screen}");
    } else {
        assert!(screen.code != 6 && screen.code != 70, "{faults}\n{screen}");
        assert!(regions.is_empty(), "{faults}\n{screen}\n{left:#}");
    }
}

#[test]
fn enough_machines_and_what_they_need_or_nothing() {
    let lab = Lab::start();
    for seed in 10..16 {
        lab.reset();
        let home = lab.home();
        let mut draw = Draw(seed);
        let faults: Vec<Value> = (0..=draw.below(4)).map(|_| draw.disturb(&lab)).collect();
        enough_or_nothing(&lab, &home, &format!("seed {seed}: {faults:?}"));
    }
}

fn enough_or_nothing(lab: &Lab, home: &Home, faults: &str) {
    let screen = home.run(SEVERAL);
    let ended = ["terminated", "shutting-down"];
    let living = lab.machines().into_iter().filter(|one| !ended.contains(&one["state"].as_str().unwrap()));
    let mut living: Vec<String> = living.map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    if screen.code != 0 {
        assert!(screen.code != 6 && screen.code != 70, "{faults}\n{screen}");
        assert_eq!(living, [""; 0], "{faults}\n{screen}");
        lab.machines().iter().for_each(|one| lab.until_it_is(one["id"].as_str().unwrap(), "terminated"));
        assert_eq!(lab.left(), json!({}), "{faults}\n{screen}");
        return;
    }
    let launched = screen.json();
    let ids = launched.as_array().unwrap().iter().map(|one| one["instance_id"].as_str().unwrap().to_owned());
    let mut ids: Vec<String> = ids.collect();
    ids.sort();
    living.sort();
    assert_eq!(ids, living, "{faults}\n{screen}");
    assert!((2..=3).contains(&ids.len()), "{faults}\n{screen}");
    let left = lab.left();
    for (region, left) in left.as_object().unwrap() {
        assert_eq!(left["launch_templates"], Value::Null, "{faults}\n{screen}");
        assert!(left["machines"].is_array(), "{region} has none of them: {faults}\n{screen}\n{left:#}");
    }
}
