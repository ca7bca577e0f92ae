//! The role of a machine: what lets it end and tag itself, and nothing and nobody else.
//!
//! The condition is AWS's own: the managed policy `AWSEC2VssSnapshotPolicy` ties a machine to itself by it. EC2 fills
//! `ec2:SourceInstanceARN` with the machine whose credentials sign the request, and `ec2:InstanceID` with the machine that
//! the request is about; they agree where a machine speaks of itself. Where either has no value nothing is allowed.
//! <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSEC2VssSnapshotPolicy.html>

use std::collections::BTreeMap;

use super::document::{Conditions, Effect, PolicyDocument, Statement, VERSION, Values};
use super::evaluate::{OtherKeys, Request, Verdict, evaluate};
use crate::model::tag;
use crate::model::{EndAction, ShutdownBehavior};

/// Ends a machine for good.
const TERMINATE: &str = "ec2:TerminateInstances";
/// Stops a machine, and hibernates it.
const STOP: &str = "ec2:StopInstances";
/// Sets tags.
const TAG: &str = "ec2:CreateTags";

/// What Session Manager needs of a machine, and not the managed policy `AmazonSSMManagedInstanceCore`, with which a machine
/// can read every SecureString that the account's default key encrypts.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html>
const SESSION_MANAGER: [&str; 5] = [
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
];

/// The tags that a machine may set on itself. Any other could be one that somebody's policy lets machines in by.
const OWN_TAGS: [&str; 2] = [tag::DEADLINE, tag::STATUS];

/// What a machine has to be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tasks {
    /// Whether it ends or keeps itself through the API.
    pub ends_itself: EndsItself,
    /// Whether sessions of Session Manager reach it.
    pub sessions: Sessions,
}

/// Whether a machine ends, stops or hibernates itself through the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndsItself {
    /// Its power-off does all that is asked of it.
    ByPowerOff,
    /// It may have to call EC2.
    ByApi,
}

/// Whether Session Manager reaches a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sessions {
    /// It does not.
    #[default]
    No,
    /// It does.
    Wanted,
}

/// The partition of an ARN: `aws`, `aws-cn`, `aws-us-gov`.
#[must_use]
pub fn partition(arn: &str) -> &str {
    arn.split(':').nth(1).filter(|partition| !partition.is_empty()).unwrap_or("aws")
}

/// Who may take the role: machines.
#[must_use]
pub fn trust(partition: &str) -> String {
    let service = if partition == "aws-cn" { "ec2.amazonaws.com.cn" } else { "ec2.amazonaws.com" };
    serde_json::json!({
        "Version": VERSION,
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
    })
    .to_string()
}

/// What the role allows.
#[must_use]
pub fn policy(tasks: Tasks, partition: &str, account: &str) -> PolicyDocument {
    let mut statement = Vec::new();
    if tasks.ends_itself == EndsItself::ByApi {
        statement.push(of_itself("EndItself", [STOP, TERMINATE].into(), partition, account));
        let mut tags = of_itself("TagItself", [TAG].into(), partition, account);
        let keys = |values: Values| BTreeMap::from([("aws:TagKeys".to_owned(), values)]);
        tags.condition.insert("ForAllValues:StringEquals".to_owned(), keys(OWN_TAGS.into()));
        // "For all values" holds of none at all.
        tags.condition.insert("Null".to_owned(), keys(["false"].into()));
        statement.push(tags);
    }
    if tasks.sessions == Sessions::Wanted {
        statement
            .push(Statement { resource: ["*"].into(), ..allow("SessionManager", SESSION_MANAGER.into()) });
    }
    PolicyDocument { version: VERSION.to_owned(), statement }
}

fn allow(sid: &str, action: Values) -> Statement {
    Statement {
        sid: Some(sid.to_owned()),
        effect: Effect::Allow,
        action,
        not_action: Values::default(),
        resource: Values::default(),
        not_resource: Values::default(),
        condition: Conditions::new(),
    }
}

/// Actions that a machine may do to itself. The id has to be a variable: the role is there before the machine.
fn of_itself(sid: &str, action: Values, partition: &str, account: &str) -> Statement {
    let machine = |id: &str| format!("arn:{partition}:ec2:*:{account}:instance/{id}");
    let itself = Values(vec![machine("${ec2:InstanceID}")]);
    let condition = BTreeMap::from([("ec2:SourceInstanceARN".to_owned(), itself)]);
    Statement {
        resource: Values(vec![machine("*")]),
        condition: BTreeMap::from([("ArnLike".to_owned(), condition)]),
        ..allow(sid, action)
    }
}

/// What a machine has to be allowed for what is asked of it; what its power-off does needs nothing.
#[must_use]
pub fn needed(behavior: ShutdownBehavior, actions: &[EndAction], sessions: Sessions) -> Vec<&'static str> {
    let mut needed = Vec::new();
    if behavior == ShutdownBehavior::Stop {
        let asked = |action| actions.contains(&action);
        needed.extend(asked(EndAction::Hibernate).then_some(STOP));
        needed.extend(asked(EndAction::Terminate).then_some(TERMINATE));
    }
    if sessions == Sessions::Wanted {
        needed.extend(SESSION_MANAGER);
    }
    needed
}

/// Judges what the policies of a role let a machine do to itself, by what is known of a machine that is not there yet.
#[must_use]
pub fn judge(policies: &[PolicyDocument], action: &str, partition: &str, account: &str) -> Verdict {
    let id = "i-00000000000000000";
    let arn = format!("arn:{partition}:ec2:us-east-1:{account}:instance/{id}");
    let of_ec2 = action.starts_with("ec2:");
    let known = [
        ("ec2:sourceinstancearn", arn.as_str()),
        ("ec2:instanceid", id),
        ("aws:resourcetag/cloudkit:managed", "true"),
        ("ec2:resourcetag/cloudkit:managed", "true"),
    ];
    let context = known.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect();
    let resource = if of_ec2 { arn.as_str() } else { "*" };
    evaluate(policies, &Request { action, resource, context, other_keys: OtherKeys::Unknown })
}
