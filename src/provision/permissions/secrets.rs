//! What a machine may read of the Parameter Store: the secrets of its own deployment, in its own region, and nothing else.
//!
//! A key of the deployment's own is used by way of the Parameter Store alone, and for those parameters alone: it is told
//! which one by the encryption context. The account's default key needs no permission.
//! <https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html>

use std::collections::BTreeMap;

use super::document::{Conditions, Effect, Statement, Values};

/// The secrets that a machine may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretsGrant {
    /// The path of the parameters.
    pub path: String,
    /// The region that they are in.
    pub region: String,
    /// The key that encrypts them, by its id, alias/NAME or its ARN; the account's default key where none is named.
    pub key: Option<String>,
}

/// The statements of the machine's policy.
#[must_use]
pub fn statements(grant: &SecretsGrant, partition: &str, account: &str) -> Vec<Statement> {
    let SecretsGrant { path, region, key } = grant;
    let parameters = format!("arn:{partition}:ssm:{region}:{account}:parameter{path}");
    let all = format!("{parameters}/*");
    // Reading by path is asked of the path itself.
    let read = Statement {
        action: ["ssm:GetParametersByPath", "ssm:GetParameters", "ssm:GetParameter"].into(),
        resource: Values(vec![parameters, all.clone()]),
        ..allow("ReadOwnSecrets")
    };
    let Some(key) = key else { return vec![read] };
    let equals = |key: &str, value: String| (key.to_owned(), Values(vec![value]));
    let suffix = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    let mut condition: Conditions = BTreeMap::from([
        (
            "StringEquals".to_owned(),
            BTreeMap::from([equals("kms:ViaService", format!("ssm.{region}.{suffix}"))]),
        ),
        ("StringLike".to_owned(), BTreeMap::from([equals("kms:EncryptionContext:PARAMETER_ARN", all)])),
    ]);
    let own_key = |id: &str| format!("arn:{partition}:kms:{region}:{account}:key/{id}");
    let resource = if key.starts_with("arn:") {
        key.clone()
    } else if key.starts_with("alias/") {
        // A policy names keys by their ids, so that an alias has to be a condition.
        // <https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html>
        let alias = BTreeMap::from([equals("kms:ResourceAliases", key.clone())]);
        condition.insert("ForAnyValue:StringEquals".to_owned(), alias);
        own_key("*")
    } else {
        own_key(key)
    };
    let decrypt = Statement {
        action: ["kms:Decrypt"].into(),
        resource: Values(vec![resource]),
        condition,
        ..allow("DecryptOwnSecrets")
    };
    vec![read, decrypt]
}

fn allow(sid: &str) -> Statement {
    Statement {
        sid: Some(sid.to_owned()),
        effect: Effect::Allow,
        action: Values::default(),
        not_action: Values::default(),
        resource: Values::default(),
        not_resource: Values::default(),
        condition: Conditions::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::permissions::document::{PolicyDocument, VERSION};
    use crate::provision::permissions::evaluate::{OtherKeys, Request, Verdict, evaluate};

    fn grant(key: Option<&str>) -> SecretsGrant {
        SecretsGrant {
            path: "/cloudkit/deployments/web".into(),
            region: "eu-west-1".into(),
            key: key.map(str::to_owned),
        }
    }

    fn policy(key: Option<&str>) -> [PolicyDocument; 1] {
        let statement = statements(&grant(key), "aws", "123456789012");
        [PolicyDocument { version: VERSION.to_owned(), statement }]
    }

    fn judged(key: Option<&str>, action: &str, resource: &str, context: &[(&str, &str)]) -> Verdict {
        let context =
            context.iter().map(|(key, value)| (key.to_lowercase(), vec![(*value).to_owned()])).collect();
        evaluate(&policy(key), &Request { action, resource, context, other_keys: OtherKeys::Absent })
    }

    #[test]
    fn its_own_path_in_its_own_region_and_nothing_else() {
        let parameter =
            |region: &str, name: &str| format!("arn:aws:ssm:{region}:123456789012:parameter{name}");
        let reads = |region: &str, name: &str| {
            judged(None, "ssm:GetParametersByPath", &parameter(region, name), &[]) == Verdict::Allowed
        };
        assert!(reads("eu-west-1", "/cloudkit/deployments/web"));
        assert!(reads("eu-west-1", "/cloudkit/deployments/web/TOKEN"));
        assert!(!reads("eu-west-1", "/cloudkit/deployments/web-two/TOKEN"));
        assert!(!reads("eu-west-1", "/cloudkit/deployments"));
        assert!(!reads("us-east-1", "/cloudkit/deployments/web/TOKEN"));
        let puts =
            judged(None, "ssm:PutParameter", &parameter("eu-west-1", "/cloudkit/deployments/web/TOKEN"), &[]);
        assert_ne!(puts, Verdict::Allowed);
    }

    #[test]
    fn a_key_of_its_own_is_used_for_its_own_parameters_alone() {
        let arn = "arn:aws:kms:eu-west-1:123456789012:key/0d990263-018e-4e65-a703-eff731de951e";
        let own = "arn:aws:ssm:eu-west-1:123456789012:parameter/cloudkit/deployments/web/TOKEN";
        let other = "arn:aws:ssm:eu-west-1:123456789012:parameter/prod/TOKEN";
        for key in ["0d990263-018e-4e65-a703-eff731de951e", arn, "alias/web"] {
            let decrypts = |parameter: &str, via: &str, alias: &str| {
                let context = [
                    ("kms:ViaService", via),
                    ("kms:EncryptionContext:PARAMETER_ARN", parameter),
                    ("kms:ResourceAliases", alias),
                ];
                judged(Some(key), "kms:Decrypt", arn, &context) == Verdict::Allowed
            };
            let via = "ssm.eu-west-1.amazonaws.com";
            assert!(decrypts(own, via, "alias/web"), "{key}");
            assert!(!decrypts(other, via, "alias/web"), "{key}");
            assert!(!decrypts(own, "s3.eu-west-1.amazonaws.com", "alias/web"), "{key}");
            assert_eq!(decrypts(own, via, "alias/other"), !key.starts_with("alias/"), "{key}");
        }
        assert_ne!(judged(None, "kms:Decrypt", arn, &[]), Verdict::Allowed, "the default key needs nothing");
    }
}
