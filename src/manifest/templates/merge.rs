//! Two cloud-configs made into one.
//!
//! Maps are joined key by key and lists without doubles; of what can only be said once the later word holds.

use serde_yaml::{Mapping, Value};

/// What tells entries of a list apart that are mappings: two files for one path, two users of one name.
const IDENTITIES: [&str; 2] = ["path", "name"];

/// The first with what the second adds or says otherwise. A key that the second leaves empty says nothing.
#[must_use]
pub(super) fn merged(first: Mapping, second: Mapping) -> Mapping {
    let mut all = first;
    for (key, value) in second {
        match (all.get_mut(&key), value) {
            (Some(_), Value::Null) => {}
            (Some(there), value) => *there = joined(std::mem::take(there), value),
            (None, value) => drop(all.insert(key, value)),
        }
    }
    all
}

fn joined(first: Value, second: Value) -> Value {
    match (first, second) {
        (Value::Mapping(first), Value::Mapping(second)) => Value::Mapping(merged(first, second)),
        (Value::Sequence(first), Value::Sequence(second)) => Value::Sequence(listed(first, second)),
        (_, second) => second,
    }
}

fn listed(mut all: Vec<Value>, second: Vec<Value>) -> Vec<Value> {
    for value in second {
        match all.iter_mut().find(|there| **there == value || are_of_one(there, &value)) {
            Some(there) => *there = value,
            None => all.push(value),
        }
    }
    all
}

fn are_of_one(one: &Value, other: &Value) -> bool {
    let (Value::Mapping(one), Value::Mapping(other)) = (one, other) else { return false };
    IDENTITIES.iter().any(|key| one.get(*key).is_some_and(|name| other.get(*key) == Some(name)))
}
