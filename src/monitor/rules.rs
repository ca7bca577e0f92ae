//! How a machine ends besides its deadline: after how long without work, and what is done with it when.
//!
//! The configuration has them as the launch laid them down, and the machine's tags may change them. Nothing is judged
//! here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{EndAction, NotAValue, Span, tag};

/// A tag that tells no rule.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The tag could not be read.
    #[error(transparent)]
    Metadata(Box<dyn std::error::Error + Send + Sync>),
    /// Its value is not one.
    #[error("the tag {key} is not understood")]
    Value {
        /// Its key.
        key: &'static str,
        /// What is wrong with its value.
        source: NotAValue,
    },
}

impl RulesError {
    /// That the metadata service does not tell.
    #[cfg(feature = "aws")]
    pub(super) fn metadata(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Metadata(Box::new(error))
    }
}

/// The rules that a machine's tags can change; none where a tag is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rules {
    /// After how long without work the machine is done with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<Span>,
    /// What is done then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_idle: Option<EndAction>,
    /// What is done at the deadline, and when the machine has cost its limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_deadline: Option<EndAction>,
    /// What is done when the work is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_complete: Option<EndAction>,
}

/// The rules as they were last read, and since when they are these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownRules {
    /// The rules.
    pub rules: Rules,
    /// When they were found to be others than before; none where they never were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
}

impl Rules {
    /// The tags that tell rules: the older tool's first, so that ours have the last word.
    pub const KEYS: [&'static str; 6] = [
        tag::OLDER_IDLE_TIMEOUT,
        tag::OLDER_HIBERNATE_ON_IDLE,
        tag::IDLE_TIMEOUT,
        tag::ON_IDLE,
        tag::ON_DEADLINE,
        tag::ON_COMPLETE,
    ];

    /// Notes what a tag tells.
    ///
    /// # Errors
    /// Where its value is not understood.
    pub fn note(&mut self, key: &'static str, value: &str) -> Result<(), RulesError> {
        let fail = |source| RulesError::Value { key, source };
        match key {
            tag::IDLE_TIMEOUT | tag::OLDER_IDLE_TIMEOUT => {
                self.idle_timeout = Some(value.parse().map_err(fail)?);
            }
            tag::OLDER_HIBERNATE_ON_IDLE => {
                self.on_idle = (value == "true").then_some(EndAction::Hibernate);
            }
            tag::ON_IDLE => self.on_idle = Some(value.parse().map_err(fail)?),
            tag::ON_DEADLINE => self.on_deadline = Some(value.parse().map_err(fail)?),
            tag::ON_COMPLETE => self.on_complete = Some(value.parse().map_err(fail)?),
            _ => {}
        }
        Ok(())
    }

    /// These, and where they say nothing what others say. A tag that is gone says no more than one that can't be read.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            idle_timeout: self.idle_timeout.or(others.idle_timeout),
            on_idle: self.on_idle.or(others.on_idle),
            on_deadline: self.on_deadline.or(others.on_deadline),
            on_complete: self.on_complete.or(others.on_complete),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(tags: &[(&'static str, &str)]) -> Result<Rules, RulesError> {
        let mut rules = Rules::default();
        for key in Rules::KEYS {
            for (_, value) in tags.iter().filter(|(told, _)| *told == key) {
                rules.note(key, value)?;
            }
        }
        Ok(rules)
    }

    #[test]
    fn our_tags_go_before_those_of_the_older_tool() {
        let older = [(tag::OLDER_IDLE_TIMEOUT, "30m"), (tag::OLDER_HIBERNATE_ON_IDLE, "true")];
        let rules = told(&older).unwrap();
        assert_eq!(
            (rules.idle_timeout, rules.on_idle),
            (Some(Span::from_seconds(1800)), Some(EndAction::Hibernate))
        );
        let both = [older[0], older[1], (tag::ON_IDLE, "stop"), (tag::IDLE_TIMEOUT, "1h")];
        let rules = told(&both).unwrap();
        assert_eq!(
            (rules.idle_timeout, rules.on_idle),
            (Some(Span::from_seconds(3600)), Some(EndAction::Stop))
        );
    }

    #[test]
    fn a_value_that_is_none_is_an_error_that_names_its_tag() {
        let error = told(&[(tag::IDLE_TIMEOUT, "an hour")]).unwrap_err();
        assert_eq!(error.to_string(), "the tag cloudkit:idle-timeout is not understood");
        assert!(told(&[(tag::ON_DEADLINE, "explode")]).is_err());
    }
}
