//! Which machines a person means: by id, by name, by launch, by tags.
//!
//! A pure choice among machines that were listed. A name that several machines have is never guessed.

use std::collections::BTreeSet;
use std::str::FromStr;

use crate::aws::types::Located;
use crate::model::NotAValue;
use crate::model::tag::{self, Tag};

/// What was typed to mean machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// One machine, `i-…`.
    Id(String),
    /// The machines of a launch, `l-…`.
    Launch(String),
    /// The one machine of that name that has not ended.
    Name(String),
}

impl Selector {
    /// Reads what was typed; whatever is not an id is a name.
    #[must_use]
    pub fn of(typed: &str) -> Self {
        let is_id = |prefix: &str| {
            typed.strip_prefix(prefix).is_some_and(|rest| {
                matches!(rest.len(), 8 | 16 | 17) && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        };
        if is_id("i-") {
            Self::Id(typed.to_owned())
        } else if is_id("l-") {
            Self::Launch(typed.to_owned())
        } else {
            Self::Name(typed.to_owned())
        }
    }
}

/// A tag that a machine has to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagFilter(Tag);

impl TagFilter {
    /// Whether a machine has it.
    #[must_use]
    pub fn holds_for(&self, machine: &Located) -> bool {
        machine.machine.tag(&self.0.key) == Some(self.0.value.as_str())
    }
}

impl FromStr for TagFilter {
    type Err = NotAValue;

    /// `team=vision`; an equals sign in the value is a part of it.
    fn from_str(text: &str) -> Result<Self, NotAValue> {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok(Self(Tag::new(key, value))),
            _ => Err(NotAValue::new(text, "a tag's key and value such as team=vision")),
        }
    }
}

/// What was typed means no machine, or one cannot tell which.
#[derive(Debug, thiserror::Error)]
pub enum SelectError {
    /// No machine of cloudkit's is meant by it.
    #[error("no machine of cloudkit's is called {0}")]
    Nothing(String),
    /// No machine of cloudkit's has these tags.
    #[error("no machine of cloudkit's has these tags")]
    NoneTagged,
    /// Several machines have the name.
    #[error("{name} is the name of {} machines: {}", machines.len(), ids(machines))]
    Several {
        /// The name.
        name: String,
        /// The machines that have it.
        machines: Vec<Located>,
    },
}

fn ids(machines: &[Located]) -> String {
    let ids: Vec<_> = machines.iter().map(|one| format!("{} ({})", one.machine.id, one.region)).collect();
    ids.join(", ")
}

/// Machines that were meant, and what else was typed.
#[derive(Debug)]
pub struct Selected {
    /// The machines: those of every selector, in that order and each once.
    pub machines: Vec<Located>,
    /// What means no machine, while something else did.
    pub missing: Vec<SelectError>,
}

/// The machines that are meant, of which all the tags hold. Without a selector, those that have not ended.
///
/// # Errors
/// Where nothing that was typed means a machine, and where a name is that of several machines.
pub fn select(
    machines: &[Located],
    selectors: &[Selector],
    tags: &[TagFilter],
) -> Result<Selected, SelectError> {
    let tagged: Vec<&Located> =
        machines.iter().filter(|machine| tags.iter().all(|tag| tag.holds_for(machine))).collect();
    if selectors.is_empty() {
        let living: Vec<Located> =
            tagged.into_iter().filter(|one| !one.machine.state.is_ended()).cloned().collect();
        return match living.is_empty() {
            true => Err(SelectError::NoneTagged),
            false => Ok(Selected { machines: living, missing: Vec::new() }),
        };
    }
    let (mut machines, mut missing, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for selector in selectors {
        match meant_by(selector, &tagged) {
            Ok(meant) => {
                machines.extend(meant.into_iter().filter(|one| seen.insert(one.machine.id.clone())).cloned());
            }
            Err(error @ SelectError::Nothing(_)) => missing.push(error),
            Err(error) => return Err(error),
        }
    }
    match machines.is_empty() && !missing.is_empty() {
        true => Err(missing.swap_remove(0)),
        false => Ok(Selected { machines, missing }),
    }
}

fn meant_by<'m>(selector: &Selector, machines: &[&'m Located]) -> Result<Vec<&'m Located>, SelectError> {
    let all = |holds: &dyn Fn(&Located) -> bool| -> Vec<&'m Located> {
        machines.iter().copied().filter(|one| holds(one)).collect()
    };
    let (typed, found) = match selector {
        Selector::Id(id) => (id, all(&|one| one.machine.id == *id)),
        Selector::Launch(launch) => {
            let of_launch = |one: &Located| one.machine.tag(tag::LAUNCH) == Some(launch);
            let living = all(&|one| of_launch(one) && !one.machine.state.is_ended());
            (launch, if living.is_empty() { all(&of_launch) } else { living })
        }
        Selector::Name(name) => {
            let called =
                all(&|one| !one.machine.state.is_ended() && one.machine.tag(tag::NAME) == Some(name));
            if called.len() > 1 {
                let machines = called.into_iter().cloned().collect();
                return Err(SelectError::Several { name: name.clone(), machines });
            }
            (name, called)
        }
    };
    if found.is_empty() { Err(SelectError::Nothing(typed.clone())) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::types::{Machine, MachineState};

    fn machine(id: &str, name: &str, state: MachineState) -> Located {
        let tags = vec![
            Tag::new(tag::NAME, name),
            Tag::new(tag::LAUNCH, "l-0123456789abcdef"),
            Tag::new("team", "vision=2"),
        ];
        let machine = Machine { id: id.to_owned(), state, tags, ..Machine::default() };
        Located { region: "us-east-1".parse().unwrap(), machine }
    }

    fn ids_of(chosen: &[Located]) -> Vec<&str> {
        chosen.iter().map(|one| one.machine.id.as_str()).collect()
    }

    fn machines() -> Vec<Located> {
        vec![
            machine("i-00000001", "a", MachineState::Running),
            machine("i-00000002", "b", MachineState::Stopped),
            machine("i-00000003", "a", MachineState::Terminated),
        ]
    }

    fn chosen(typed: &[&str], tags: &[&str]) -> Result<Vec<Located>, SelectError> {
        let selectors: Vec<_> = typed.iter().map(|&one| Selector::of(one)).collect();
        let tags: Vec<_> = tags.iter().map(|tag| tag.parse().unwrap()).collect();
        select(&machines(), &selectors, &tags).map(|selected| selected.machines)
    }

    #[test]
    fn an_id_a_name_a_launch_and_tags_mean_machines() {
        assert_eq!(ids_of(&chosen(&["i-00000003"], &[]).unwrap()), ["i-00000003"]);
        assert_eq!(ids_of(&chosen(&["b", "a", "b"], &[]).unwrap()), ["i-00000002", "i-00000001"]);
        assert_eq!(ids_of(&chosen(&["l-0123456789abcdef"], &[]).unwrap()), ["i-00000001", "i-00000002"]);
        assert_eq!(ids_of(&chosen(&[], &["team=vision=2"]).unwrap()), ["i-00000001", "i-00000002"]);
        assert_eq!(ids_of(&chosen(&["a"], &["team=vision=2"]).unwrap()), ["i-00000001"]);
    }

    #[test]
    fn what_means_nothing_is_named() {
        assert_eq!(chosen(&["c"], &[]).unwrap_err().to_string(), "no machine of cloudkit's is called c");
        let typed = ["c", "a", "d"].map(Selector::of);
        let selected = select(&machines(), &typed, &[]).unwrap();
        let missing: Vec<_> = selected.missing.iter().map(ToString::to_string).collect();
        assert_eq!(ids_of(&selected.machines), ["i-00000001"]);
        assert_eq!(missing, ["no machine of cloudkit's is called c", "no machine of cloudkit's is called d"]);
        assert!(matches!(chosen(&[], &["team=audio"]), Err(SelectError::NoneTagged)));
        assert!(matches!(chosen(&["a"], &["team=audio"]), Err(SelectError::Nothing(_))));
        assert!("team".parse::<TagFilter>().is_err());
    }

    #[test]
    fn a_name_of_several_is_not_guessed() {
        let mut machines = machines();
        machines.push(machine("i-00000004", "a", MachineState::Pending));
        let error = select(&machines, &[Selector::of("a")], &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a is the name of 2 machines: i-00000001 (us-east-1), i-00000004 (us-east-1)"
        );
    }
}
