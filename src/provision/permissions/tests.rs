//! The machine's policy against requests that it must allow and requests that it must not; the judge against IAM's rules.

use std::collections::BTreeMap;

use super::document::PolicyDocument;
use super::evaluate::{OtherKeys, Request, Verdict, evaluate};
use super::machine::{EndsItself, Sessions, Tasks, judge, needed, partition, policy, trust};
use crate::model::{EndAction, ShutdownBehavior};

const ACCOUNT: &str = "123456789012";
const MINE: &str = "i-0123456789abcdef0";
const OTHER: &str = "i-0fedcba9876543210";

fn both() -> PolicyDocument {
    policy(Tasks { ends_itself: EndsItself::ByApi, sessions: Sessions::Wanted }, "aws", ACCOUNT)
}

fn machine(id: &str) -> String {
    format!("arn:aws:ec2:eu-north-1:{ACCOUNT}:instance/{id}")
}

/// A request of machine `source` about machine `target`, its context as EC2 makes it.
fn about<'r>(action: &'r str, resource: &'r str, source: Option<&str>, target: Option<&str>) -> Request<'r> {
    let mut context = BTreeMap::new();
    context.extend(source.map(|id| ("ec2:sourceinstancearn".to_owned(), vec![machine(id)])));
    context.extend(target.map(|id| ("ec2:instanceid".to_owned(), vec![id.to_owned()])));
    Request { action, resource, context, other_keys: OtherKeys::Absent }
}

fn verdict(action: &str, source: Option<&str>, target: &str) -> Verdict {
    evaluate(&[both()], &about(action, &machine(target), source, Some(target)))
}

#[test]
fn a_machine_ends_itself_and_no_other() {
    for action in ["ec2:StopInstances", "ec2:TerminateInstances", "EC2:stopinstances"] {
        assert_eq!(verdict(action, Some(MINE), MINE), Verdict::Allowed, "{action}");
        assert_eq!(verdict(action, Some(MINE), OTHER), Verdict::Denied, "{action}: another machine");
        assert_eq!(verdict(action, None, MINE), Verdict::Denied, "{action}: from outside a machine");
    }
    // A machine of another account that has the same id, which no machine has.
    let elsewhere = format!("arn:aws:ec2:eu-north-1:999999999999:instance/{MINE}");
    let request = about("ec2:TerminateInstances", &elsewhere, Some(MINE), Some(MINE));
    assert_eq!(evaluate(&[both()], &request), Verdict::Denied);
}

#[test]
fn without_the_id_of_the_target_nothing_is_allowed() {
    let arn = machine(MINE);
    for action in ["ec2:StopInstances", "ec2:TerminateInstances", "ec2:CreateTags"] {
        assert_eq!(evaluate(&[both()], &about(action, &arn, Some(MINE), None)), Verdict::Denied, "{action}");
    }
}

#[test]
fn no_more_is_allowed_than_ending_and_two_tags() {
    for action in [
        "ec2:StartInstances",
        "ec2:RebootInstances",
        "ec2:RunInstances",
        "ec2:ModifyInstanceAttribute",
        "ec2:DeleteTags",
        "ec2:AssociateIamInstanceProfile",
        "ec2:CreateSnapshot",
        "iam:PassRole",
        "sts:AssumeRole",
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:SendCommand",
        "s3:GetObject",
    ] {
        assert_eq!(verdict(action, Some(MINE), MINE), Verdict::Denied, "{action}");
    }
}

/// The table of tags: a machine that could set any could name itself, or another, what a policy lets in or ends.
#[test]
fn a_machine_tags_itself_alone_and_with_its_own_tags_alone() {
    let tagging = |source: &str, target: &str, keys: &[&str]| {
        let arn = machine(target);
        let mut request = about("ec2:CreateTags", &arn, Some(source), Some(target));
        if !keys.is_empty() {
            let keys = keys.iter().map(|&key| key.to_owned()).collect();
            request.context.insert("aws:tagkeys".to_owned(), keys);
        }
        evaluate(&[both()], &request)
    };
    for keys in [&["cloudkit:status"][..], &["cloudkit:deadline"], &["cloudkit:status", "cloudkit:deadline"]]
    {
        assert_eq!(tagging(MINE, MINE, keys), Verdict::Allowed, "{keys:?}");
        assert_eq!(tagging(MINE, OTHER, keys), Verdict::Denied, "{keys:?} on another");
    }
    for keys in [
        &["cloudkit:managed"][..],
        &["cloudkit:launch"],
        &["cloudkit:status", "Owner"],
        &["Cloudkit:Status"],
        &["cloudkit:*"],
        &[],
    ] {
        assert_eq!(tagging(MINE, MINE, keys), Verdict::Denied, "{keys:?}");
    }
    let volume = format!("arn:aws:ec2:eu-north-1:{ACCOUNT}:volume/vol-1");
    let mut request = about("ec2:CreateTags", &volume, Some(MINE), None);
    request.context.insert("aws:tagkeys".to_owned(), vec!["cloudkit:status".to_owned()]);
    assert_eq!(evaluate(&[both()], &request), Verdict::Denied);
}

#[test]
fn each_task_is_allowed_by_itself() {
    let sessions =
        policy(Tasks { ends_itself: EndsItself::ByPowerOff, sessions: Sessions::Wanted }, "aws", ACCOUNT);
    let ends = policy(Tasks { ends_itself: EndsItself::ByApi, sessions: Sessions::No }, "aws", ACCOUNT);
    let open = about("ssmmessages:OpenDataChannel", "*", Some(MINE), None);
    assert_eq!(evaluate(std::slice::from_ref(&sessions), &open), Verdict::Allowed);
    assert_eq!(evaluate(&[ends], &open), Verdict::Denied);
    let arn = machine(MINE);
    let stop = about("ec2:StopInstances", &arn, Some(MINE), Some(MINE));
    assert_eq!(evaluate(&[sessions], &stop), Verdict::Denied);
}

#[test]
fn each_partition_has_its_own_names() {
    assert_eq!(partition("arn:aws-cn:iam::1:user/ada"), "aws-cn");
    assert_eq!(partition("odd"), "aws");
    assert!(trust("aws").contains("\"ec2.amazonaws.com\""));
    assert!(trust("aws-cn").contains("\"ec2.amazonaws.com.cn\""));
    let document =
        policy(Tasks { ends_itself: EndsItself::ByApi, sessions: Sessions::No }, "aws-us-gov", ACCOUNT);
    assert!(document.to_json().contains("arn:aws-us-gov:ec2:*:123456789012:instance/*"));
}

#[test]
fn what_is_written_is_what_is_read() {
    let document = both();
    assert_eq!(serde_json::from_str::<PolicyDocument>(&document.to_json()).unwrap(), document);
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).unwrap());
}

fn read(text: &str) -> PolicyDocument {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// What the role of somebody's own profile comes to, for stopping itself.
fn of_own(statement: &str) -> Verdict {
    let document = read(&format!(r#"{{"Version": "2012-10-17", "Statement": {statement}}}"#));
    judge(&[document], "ec2:StopInstances", "aws", ACCOUNT)
}

#[test]
fn policies_of_others_are_judged_as_iam_judges_them() {
    let allow = |rest: &str| of_own(&format!(r#"{{"Effect": "Allow", {rest}}}"#));
    for (rest, expected) in [
        (r#""Action": "*", "Resource": "*""#, Verdict::Allowed),
        (r#""Action": ["s3:*", "ec2:Stop*"], "Resource": "*""#, Verdict::Allowed),
        (r#""Action": "ec2:Describe*", "Resource": "*""#, Verdict::Denied),
        (r#""NotAction": "iam:*", "Resource": "*""#, Verdict::Allowed),
        (r#""NotAction": "ec2:*", "Resource": "*""#, Verdict::Denied),
        (r#""Action": "ec2:*", "Resource": "arn:aws:ec2:*:*:volume/*""#, Verdict::Denied),
        (r#""Action": "ec2:*", "NotResource": "arn:aws:ec2:*:*:volume/*""#, Verdict::Allowed),
        (
            r#""Action": "ec2:*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/cloudkit:managed": "true"}}"#,
            Verdict::Allowed,
        ),
        (
            r#""Action": "ec2:*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}"#,
            Verdict::Unknown,
        ),
        (
            r#""Action": "ec2:*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#,
            Verdict::Unknown,
        ),
        (
            r#""Action": "s3:*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#,
            Verdict::Denied,
        ),
        (
            r#""Action": "ec2:*", "Resource": "*", "Condition": {"StringLike": {"aws:userid": "*:${ec2:InstanceID}"}}"#,
            Verdict::Unknown,
        ),
        (
            r#""Action": "ec2:*", "Resource": "*", "Condition": {"ArnEquals": {"ec2:SourceInstanceARN": "arn:aws:ec2:*:*:instance/${ec2:InstanceId}"}}"#,
            Verdict::Allowed,
        ),
    ] {
        assert_eq!(allow(rest), expected, "{rest}");
    }
    let denied = r#"[{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "ec2:StopInstances", "Resource": "*"}]"#;
    assert_eq!(of_own(denied), Verdict::Denied);
    let perhaps_denied = r#"[{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": false}}}]"#;
    assert_eq!(of_own(perhaps_denied), Verdict::Unknown);
    assert_eq!(judge(&[], "ec2:StopInstances", "aws", ACCOUNT), Verdict::Denied);
}

#[test]
fn operators_do_what_iam_says_of_keys_that_are_not_there() {
    let holds = |operator: &str, value: &str, tag: Option<&str>| {
        let document = read(&format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "a:b", "Resource": "*",
                "Condition": {{"{operator}": {{"a:Key": {value}}}}}}}}}"#
        ));
        let mut request = about("a:b", "*", None, None);
        request.context.extend(tag.map(|tag| ("a:key".to_owned(), vec![tag.to_owned()])));
        evaluate(&[document], &request) == Verdict::Allowed
    };
    for (operator, value, with_x, without) in [
        ("StringEquals", "\"x\"", true, false),
        ("StringEquals", "[\"y\", \"x\"]", true, false),
        ("StringEquals", "\"*\"", false, false),
        ("StringEqualsIfExists", "\"x\"", true, true),
        ("StringNotEquals", "\"x\"", false, true),
        ("StringNotEquals", "[\"y\", \"z\"]", true, true),
        ("StringLike", "\"?\"", true, false),
        ("StringNotLike", "\"*\"", false, true),
        ("StringEqualsIgnoreCase", "\"X\"", true, false),
        ("ForAllValues:StringEquals", "\"x\"", true, true),
        ("ForAnyValue:StringEquals", "\"x\"", true, false),
        ("Null", "true", false, true),
        ("Null", "\"false\"", true, false),
    ] {
        assert_eq!(holds(operator, value, Some("x")), with_x, "{operator} {value} of x");
        assert_eq!(holds(operator, value, None), without, "{operator} {value} of nothing");
    }
}

#[test]
fn a_wildcard_of_an_arn_stays_in_its_part() {
    let arn_like = |pattern: &str| {
        let document = read(&format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "a:b", "Resource": "*",
                "Condition": {{"ArnLike": {{"ec2:SourceInstanceARN": "{pattern}"}}}}}}}}"#
        ));
        evaluate(&[document], &about("a:b", "*", Some(MINE), None)) == Verdict::Allowed
    };
    assert!(arn_like("arn:aws:ec2:*:123456789012:instance/*"));
    assert!(!arn_like("arn:aws:ec2:*:instance/*"));
    assert!(!arn_like("arn:*"));
}

/// What stands for a variable is never a pattern: a tag of `*` is no key to everything.
#[test]
fn the_value_of_a_variable_is_taken_literally() {
    let document = read(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "arn:${ec2:InstanceID}"}}"#,
    );
    let of = |id: &str, resource: &str| {
        evaluate(std::slice::from_ref(&document), &about("a:b", resource, None, Some(id))) == Verdict::Allowed
    };
    assert!(of("x", "arn:x") && !of("*", "arn:x") && of("*", "arn:*"));
    let old = PolicyDocument { version: "2008-10-17".to_owned(), ..document };
    let plain = about("a:b", "arn:${ec2:InstanceID}", None, Some("x"));
    assert_eq!(evaluate(&[old], &plain), Verdict::Allowed, "the older language has no variables");
}

#[test]
fn only_what_a_power_off_does_not_do_needs_a_permission() {
    use EndAction::{Hibernate, Stop, Terminate};
    let of = |actions: [EndAction; 3]| {
        needed(ShutdownBehavior::for_actions(actions), &actions, Sessions::No).join(" ")
    };
    assert_eq!(of([Terminate; 3]), "");
    assert_eq!(of([Stop; 3]), "");
    assert_eq!(of([Stop, Terminate, Stop]), "ec2:TerminateInstances");
    assert_eq!(of([Hibernate, Terminate, Stop]), "ec2:StopInstances ec2:TerminateInstances");
    assert_eq!(needed(ShutdownBehavior::Terminate, &[Terminate], Sessions::Wanted).len(), 5);
}
