//! Where a machine gets its agent from: the region's bucket, then another that has it; or a mirror.

use insta::assert_snapshot;

use super::user_data::{install_script, sources, variable};
use crate::elf;
use crate::support::Lab;

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h --wait accepted";

/// The host and bucket of each place, without what is secret.
fn places(lab: &Lab) -> Vec<String> {
    let shown = |(url, _): (String, String)| {
        url.split('?')
            .next()
            .unwrap()
            .rsplit_once("/agent/")
            .map_or_else(|| url.clone(), |(bucket, _)| bucket.rsplit_once('/').unwrap().1.to_owned())
    };
    sources(&install_script(lab)).into_iter().map(shown).collect()
}

#[test]
fn the_bucket_that_had_it_last_is_the_second_place() {
    let lab = Lab::start();
    let home = lab.home();
    home.run(&format!("{LAUNCH} --yes --region eu-west-1")).ok();
    assert_eq!(places(&lab), ["cloudkit-123456789012-eu-west-1"]);
    let id = lab.only_machine()["id"].as_str().unwrap().to_owned();
    let before = lab.requests().len();
    home.run(LAUNCH).ok();
    let elsewhere = lab.requests_since(before).into_iter().filter(|request| {
        request
            .params
            .get("path")
            .is_some_and(|path| path.as_str().is_some_and(|path| path.contains("eu-west-1")))
    });
    assert_eq!(elsewhere.count(), 0, "what is remembered is not asked for");
    let machine = lab.machines().into_iter().find(|machine| machine["id"] != id.as_str()).unwrap();
    let script = super::user_data::install_script_of(&machine);
    let buckets: Vec<String> = sources(&script)
        .into_iter()
        .map(|(url, _)| {
            url.split("cloudkit-123456789012-").nth(1).unwrap().split('/').next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(buckets, ["us-east-1", "eu-west-1"]);
    for (url, header) in sources(&script) {
        let (name, value) = header.split_once(": ").unwrap();
        ureq::get(&url).header(name, value).call().unwrap();
    }
}

#[test]
fn what_is_remembered_and_damaged_is_forgotten() {
    let lab = Lab::start();
    let home = lab.home();
    home.write(".cache/cloudkit/agents/stored.json", "{");
    home.run(LAUNCH).ok();
    assert!(home.read(".cache/cloudkit/agents/stored.json").contains("\"region\":\"us-east-1\""));
}

#[test]
fn with_a_mirror_no_bucket_is_made_or_asked() {
    let lab = Lab::start();
    let home = lab.home();
    let url = "https://mirror.example.com/agent?token=the-secret";
    let screen = home.run(&format!("{LAUNCH} --agent-url '{url}'")).ok();
    assert!(!screen.to_string().contains("the-secret"), "{screen}");
    assert!(lab.requests().iter().all(|request| request.service != "s3"));
    let script = install_script(&lab);
    assert_eq!(sources(&script), [(url.to_owned(), String::new())]);
    assert_eq!(variable(&script, "CLOUDKIT_AGENT_SHA256").len(), 64);
    home.run("cloudkit config set agent-url https://mirror.example.com/v1/").ok();
    let plan = home.run(&format!("{LAUNCH} --dry-run -o json")).ok().json();
    assert_snapshot!(plan["candidates"][0]["agent"]["sources"], @r#"[{"source":"mirror","url":"https://mirror.example.com/v1/cloudkit-agent-linux-x86_64"}]"#);
}

#[test]
fn a_mirror_has_to_be_encrypted() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run(&format!("{LAUNCH} --agent-url http://mirror.example.com/agent")), @r#"
    --- stderr
    error: invalid value 'http://mirror.example.com/agent' for '--agent-url <URL>': "http://mirror.example.com/agent" is not an address that begins with https:// (http:// on this computer's own loopback alone), without a user
    hint: every flag with its values: --help
    --- exit 2
    "#);
    home.write(".cloudkit.yaml", "agent-url: https://mirror.example.com/agent\n");
    assert_snapshot!(home.run(LAUNCH), @"
    --- stderr
    error: [HOME]/.cloudkit.yaml: agent-url is refused in a project's file: it could have come with a cloned repository
    hint: set it for yourself: cloudkit config set KEY VALUE
    --- exit 2
    ");
    assert_eq!(lab.requests().len(), 0);
}

#[test]
fn a_binary_that_changes_after_the_plan_never_gets_the_name_of_the_one_before() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/latency", &serde_json::json!({"ms": 1500, "action": "PutBucketEncryption"}));
    let launch = home.start(LAUNCH);
    launch.until_it_says("make bucket");
    let mut other = elf::for_x86_64();
    other.push(0);
    home.write("agent", other);
    let screen = launch.screen().exits(2);
    assert!(screen.stderr.contains("has changed since the launch was planned"), "{screen}");
    lab.nothing_is_left();
}

#[test]
fn a_repeated_launch_waits_for_four_answers_before_its_request() {
    let lab = Lab::start();
    let home = lab.home();
    home.run(LAUNCH).ok();
    let before = lab.requests().len();
    home.run(LAUNCH).ok();
    let mut actions: Vec<String> =
        lab.requests_since(before).into_iter().map(|request| request.action).collect();
    actions.sort_unstable();
    // The caller, then the bucket and what is in it, side by side with the image after its parameter, the network, its
    // subnets with their routes, and the offering; the quotas are kept. Then the group and what it admits.
    assert_snapshot!(actions.join("\n"), @"
    AuthorizeSecurityGroupIngress
    CreateSecurityGroup
    DescribeImages
    DescribeInstanceTypeOfferings
    DescribeRouteTables
    DescribeSubnets
    DescribeVpcs
    GetCallerIdentity
    GetParameters
    HeadBucket
    HeadObject
    RunInstances
    ");
}
