//! What becomes of a machine when its time has come: `terminate`, `stop` or `hibernate`.
//!
//! And what EC2 makes of a machine whose system powers off. How an action is carried out is the agent's to know.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::NotAValue;

/// What is done with a machine at its deadline, when it has been idle, or when its work is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum EndAction {
    /// It goes for good, with its disks.
    #[default]
    Terminate,
    /// It is off; its disks stay and are paid for.
    Stop,
    /// It is off with its memory kept on its root volume, which is paid for.
    Hibernate,
}

impl EndAction {
    /// Every action.
    pub const ALL: [Self; 3] = [Self::Terminate, Self::Stop, Self::Hibernate];

    /// Its spelling in flags, tags and documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Terminate => "terminate",
            Self::Stop => "stop",
            Self::Hibernate => "hibernate",
        }
    }

    /// What is then true of the machine, in words.
    #[must_use]
    pub const fn past_tense(self) -> &'static str {
        match self {
            Self::Terminate => "terminated",
            Self::Stop => "stopped",
            Self::Hibernate => "hibernated",
        }
    }
}

impl fmt::Display for EndAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for EndAction {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let refuse = || NotAValue::new(text, "terminate, stop or hibernate");
        Self::ALL.into_iter().find(|action| action.as_str() == text).ok_or_else(refuse)
    }
}

impl Serialize for EndAction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EndAction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::from_text(deserializer)
    }
}

/// What EC2 does with a machine whose system powers off.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingInstanceInitiatedShutdownBehavior.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShutdownBehavior {
    /// The machine is terminated: it can end itself without a role.
    #[default]
    Terminate,
    /// The machine is stopped.
    Stop,
}

impl ShutdownBehavior {
    /// The behaviour of a machine that these actions may befall: one that may be kept must survive a power-off.
    #[must_use]
    pub fn for_actions(actions: impl IntoIterator<Item = EndAction>) -> Self {
        let all_terminate = actions.into_iter().all(|action| action == EndAction::Terminate);
        if all_terminate { Self::Terminate } else { Self::Stop }
    }

    /// Its spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Terminate => "terminate",
            Self::Stop => "stop",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_read_as_it_is_written() {
        for action in EndAction::ALL {
            assert_eq!(action.to_string().parse(), Ok(action));
        }
        for text in ["", "Stop", "shutdown", "terminate "] {
            assert!(text.parse::<EndAction>().is_err(), "{text}");
        }
    }

    #[test]
    fn one_action_that_keeps_the_machine_is_enough() {
        use EndAction::{Hibernate, Stop, Terminate};
        assert_eq!(ShutdownBehavior::for_actions([Terminate; 3]), ShutdownBehavior::Terminate);
        for one in [Stop, Hibernate] {
            assert_eq!(
                ShutdownBehavior::for_actions([Terminate, one, Terminate]),
                ShutdownBehavior::Stop,
                "{one}"
            );
        }
    }
}
