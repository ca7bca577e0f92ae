//! Whether policies allow a request: allowed, denied, or not to be told from what is known.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>
//! An operator that is not understood, and a key that nothing is known of, make a verdict unknown; neither is ever guessed.

use std::collections::BTreeMap;

use super::document::{Effect, PolicyDocument, Statement, VERSION, Values};
use super::pattern::{NoValue, Pattern};

/// A request as policies see it.
#[derive(Debug, Clone)]
pub struct Request<'r> {
    /// The action, `ec2:StopInstances`.
    pub action: &'r str,
    /// The ARN of what it is done to, or `*`.
    pub resource: &'r str,
    /// The context: keys in lower case and their values.
    pub context: BTreeMap<String, Vec<String>>,
    /// What a key that is not in the context means.
    pub other_keys: OtherKeys,
}

/// What a key means that is not in a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherKeys {
    /// The request does not have it.
    Absent,
    /// Nobody knows whether the request has it.
    Unknown,
}

/// What policies come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The request is allowed.
    Allowed,
    /// It is denied, or nothing allows it.
    Denied,
    /// It hangs on something that is not known.
    Unknown,
}

/// Judges a request by all the policies of an identity.
#[must_use]
pub fn evaluate(policies: &[PolicyDocument], request: &Request<'_>) -> Verdict {
    let mut allows = Holds::No;
    let mut denies = Holds::No;
    for policy in policies {
        for statement in &policy.statement {
            let applies = Judge { request, with_variables: policy.version == VERSION }.statement(statement);
            match statement.effect {
                Effect::Allow => allows = allows.or(applies),
                Effect::Deny => denies = denies.or(applies),
            }
        }
    }
    match (denies, allows) {
        (Holds::Yes, _) | (_, Holds::No) => Verdict::Denied,
        (Holds::No, Holds::Yes) => Verdict::Allowed,
        (Holds::Unknown, _) | (_, Holds::Unknown) => Verdict::Unknown,
    }
}

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Yes,
    No,
    Unknown,
}

impl Holds {
    const fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }

    const fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    const fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// How a condition compares.
#[derive(Clone, Copy)]
enum Comparison {
    Exact,
    AnyCase,
    Like,
    Arn,
}

struct Judge<'j, 'r> {
    request: &'j Request<'r>,
    with_variables: bool,
}

impl Judge<'_, '_> {
    fn statement(&self, statement: &Statement) -> Holds {
        let action = if statement.not_action.is_empty() {
            self.is_action(&statement.action)
        } else {
            self.is_action(&statement.not_action).not()
        };
        let resource = if statement.not_resource.is_empty() {
            self.is_resource(&statement.resource)
        } else {
            self.is_resource(&statement.not_resource).not()
        };
        let mut holds = action.and(resource);
        for (operator, keys) in &statement.condition {
            for (key, values) in keys {
                holds = holds.and(self.condition(operator, key, values));
            }
        }
        holds
    }

    fn is_action(&self, actions: &Values) -> Holds {
        let is_it = |action: &String| {
            Pattern::read(action, |_| None).is_ok_and(|pattern| pattern.fits_in_any_case(self.request.action))
        };
        Holds::of(actions.0.iter().any(is_it))
    }

    fn is_resource(&self, resources: &Values) -> Holds {
        any(resources.0.iter().map(|resource| match self.pattern(resource) {
            Ok(pattern) => Holds::of(pattern.fits(self.request.resource)),
            Err(_) => self.without_key(),
        }))
    }

    /// A variable without a value makes its statement one that says nothing, where it is known to have none.
    fn without_key(&self) -> Holds {
        match self.request.other_keys {
            OtherKeys::Absent => Holds::No,
            OtherKeys::Unknown => Holds::Unknown,
        }
    }

    fn pattern(&self, text: &str) -> Result<Pattern, NoValue> {
        if !self.with_variables {
            return Pattern::read(text, |name| Some(format!("${{{name}}}")));
        }
        Pattern::read(text, |name| match self.values(name) {
            Some([value]) => Some(value.clone()),
            _ => None,
        })
    }

    fn values(&self, key: &str) -> Option<&[String]> {
        self.request.context.get(&key.to_ascii_lowercase()).map(Vec::as_slice)
    }

    fn condition(&self, operator: &str, key: &str, wanted: &Values) -> Holds {
        let (each, operator) = match operator.split_once(':') {
            Some(("ForAllValues", operator)) => (Some(true), operator),
            Some(("ForAnyValue", operator)) => (Some(false), operator),
            Some(_) => return Holds::Unknown,
            None => (None, operator),
        };
        let values = self.values(key);
        if operator == "Null" {
            let absent = values.is_none_or(<[String]>::is_empty);
            if values.is_none() && self.request.other_keys == OtherKeys::Unknown {
                return Holds::Unknown;
            }
            return Holds::of(wanted.0.iter().any(|wanted| *wanted == absent.to_string()));
        }
        let (operator, if_exists) =
            operator.strip_suffix("IfExists").map_or((operator, false), |operator| (operator, true));
        let Some((comparison, negated)) = comparison(operator) else { return Holds::Unknown };
        let values = match values {
            Some(values) => values,
            None if self.request.other_keys == OtherKeys::Unknown => return Holds::Unknown,
            None => &[],
        };
        if values.is_empty() {
            return Holds::of(match each {
                Some(of_all) => of_all || if_exists,
                None => negated || if_exists,
            });
        }
        let one = |value: &String| {
            let holds = any(wanted.0.iter().map(|wanted| self.compares(comparison, wanted, value)));
            if negated { holds.not() } else { holds }
        };
        match each {
            Some(false) => any(values.iter().map(one)),
            Some(true) => all(values.iter().map(one)),
            // A key of one value; of several that were not to be, none may be.
            None if negated => all(values.iter().map(one)),
            None => any(values.iter().map(one)),
        }
    }

    fn compares(&self, comparison: Comparison, wanted: &str, value: &str) -> Holds {
        let Ok(pattern) = self.pattern(wanted) else { return self.without_key() };
        Holds::of(match comparison {
            Comparison::Exact => pattern.exact().fits(value),
            Comparison::AnyCase => pattern.exact().fits_in_any_case(value),
            Comparison::Like => pattern.fits(value),
            Comparison::Arn => pattern.fits_arn(value),
        })
    }
}

fn any(holds: impl Iterator<Item = Holds>) -> Holds {
    holds.fold(Holds::No, Holds::or)
}

fn all(holds: impl Iterator<Item = Holds>) -> Holds {
    holds.fold(Holds::Yes, Holds::and)
}

/// The operators that are understood, and whether each is negated. `ArnEquals` and `ArnLike` are the same.
fn comparison(operator: &str) -> Option<(Comparison, bool)> {
    Some(match operator {
        "StringEquals" => (Comparison::Exact, false),
        "StringNotEquals" => (Comparison::Exact, true),
        "StringEqualsIgnoreCase" | "Bool" => (Comparison::AnyCase, false),
        "StringNotEqualsIgnoreCase" => (Comparison::AnyCase, true),
        "StringLike" => (Comparison::Like, false),
        "StringNotLike" => (Comparison::Like, true),
        "ArnEquals" | "ArnLike" => (Comparison::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Comparison::Arn, true),
        _ => return None,
    })
}
