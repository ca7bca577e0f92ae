//! How many calls a launch takes, and how many of them wait for one another.
//!
//! Every call of the lab takes its time here, so that those that run side by side are seen to.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use serde_json::json;

use crate::support::Lab;

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h --wait accepted";

/// Each call with how many had to be answered, one after the other, before it was sent.
fn waited_for(lab: &Lab, since: usize) -> String {
    let requests = lab.requests_since(since);
    let first = requests.first().map_or(1, |request| request.depth);
    let mut waves: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for request in &requests {
        waves.entry(request.depth - first).or_default().push(&request.action);
    }
    let told = waves.iter_mut().map(|(wave, actions)| {
        actions.sort_unstable();
        format!("{wave} {}", actions.join(" "))
    });
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn calls_that_do_not_need_each_other_run_together() {
    let lab = Lab::start();
    // What answers for the first time takes its time.
    lab.home().run(LAUNCH).ok();
    lab.reset();
    let home = lab.home();
    lab.post("/latency", &json!({"ms": 300}));
    home.run(LAUNCH).ok();
    assert_snapshot!(waited_for(&lab, 0), @"
    0 DescribeInstanceTypeOfferings DescribeRouteTables DescribeSubnets DescribeVpcs GetCallerIdentity GetParameters
    1 DescribeCapacityReservations DescribeImages DescribeInstances GetAWSDefaultServiceQuota GetServiceQuota HeadBucket HeadObject
    2 CreateBucket
    3 PutPublicAccessBlock
    4 PutBucketEncryption
    5 PutObject
    6 CreateSecurityGroup
    7 AuthorizeSecurityGroupIngress
    8 RunInstances
    ");
    let seen = lab.requests().len();
    home.run(LAUNCH).ok();
    assert_snapshot!(waited_for(&lab, seen), @"
    0 DescribeInstanceTypeOfferings DescribeRouteTables DescribeSubnets DescribeVpcs GetCallerIdentity GetParameters
    1 DescribeImages HeadBucket HeadObject
    2 CreateSecurityGroup
    3 AuthorizeSecurityGroupIngress
    4 RunInstances
    ");
}

#[test]
fn what_a_fleet_takes_is_made_side_by_side() {
    const FLEET: &str = "cloudkit launch -t m7i.large,g6.xlarge --count 2 --ttl 1h --yes --wait accepted";
    let lab = Lab::start();
    let home = lab.home();
    home.run(FLEET).ok();
    lab.post("/latency", &json!({"ms": 300}));
    let seen = lab.requests().len();
    home.run(FLEET).ok();
    assert_snapshot!(waited_for(&lab, seen), @"
    0 DescribeInstanceTypeOfferings DescribeRouteTables DescribeSubnets DescribeVpcs GetCallerIdentity GetParameters
    1 DescribeImages HeadBucket HeadObject
    2 CreateSecurityGroup
    3 AuthorizeSecurityGroupIngress CreateLaunchTemplate CreateLaunchTemplate
    4 CreateFleet
    5 DeleteLaunchTemplate DeleteLaunchTemplate
    ");
}
