//! The agent's first sign of life: a line on the machine's console that tells whether it looks after the machine.
//!
//! The agent writes it at its first look, the script that installs the agent where it can't. Who looks for it, and what
//! follows from it, is not known here.

use jiff::Timestamp;

/// What the lines begin with; the script of user data writes the same.
const MARK: &str = "cloudkit-agent: ";
const NO_DEADLINE: &str = "none";

/// A sign of life, or of its failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentSign {
    /// The agent looks after the machine.
    Ready {
        /// The deadline that it keeps, where there is one.
        deadline: Option<Timestamp>,
    },
    /// The agent could not be installed.
    Failed {
        /// Why, in one line.
        reason: String,
    },
}

impl AgentSign {
    /// The line of an agent that looks after a machine of this launch.
    #[must_use]
    pub fn ready_line(launch: &str, deadline: Option<Timestamp>) -> String {
        let deadline = deadline.map_or_else(|| NO_DEADLINE.to_owned(), |deadline| deadline.to_string());
        format!("{MARK}ready launch={launch} deadline={deadline}")
    }

    /// The last sign of this launch on a console.
    #[must_use]
    pub fn last_on(written: &str, launch: &str) -> Option<Self> {
        written.split_inclusive('\n').rev().find_map(|line| Self::read(line, launch))
    }

    /// A line that is not at its end yet is no sign: the rest comes with the next look.
    fn read(line: &str, launch: &str) -> Option<Self> {
        let (_, said) = line.strip_suffix('\n')?.rsplit_once(MARK)?;
        let (word, said) = said.trim_end().split_once(" launch=")?;
        let (_, said) = said.split_once(' ').filter(|(its_launch, _)| *its_launch == launch)?;
        match word {
            "ready" => match said.strip_prefix("deadline=")? {
                NO_DEADLINE => Some(Self::Ready { deadline: None }),
                at => Some(Self::Ready { deadline: Some(at.parse().ok()?) }),
            },
            "failed" => Some(Self::Failed { reason: said.strip_prefix("reason=")?.to_owned() }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(written: &str) -> Option<AgentSign> {
        AgentSign::last_on(written, "l-1")
    }

    #[test]
    fn what_the_agent_writes_is_what_is_found() {
        for deadline in [None, "2026-11-21T20:00:00Z".parse().ok()] {
            let line = AgentSign::ready_line("l-1", deadline);
            let written = format!("[    5.1] random: crng init done\r\n{line}\r\nlogin: ");
            assert_eq!(on(&written), Some(AgentSign::Ready { deadline }));
        }
    }

    #[test]
    fn a_failure_has_its_reason_and_the_last_word_counts() {
        let failed = "cloudkit-agent: failed launch=l-1 reason=its download failed\r\n";
        let reason = "its download failed".to_owned();
        assert_eq!(on(failed), Some(AgentSign::Failed { reason }));
        let ready = format!("{failed}{}\n", AgentSign::ready_line("l-1", None));
        assert_eq!(on(&ready), Some(AgentSign::Ready { deadline: None }));
    }

    #[test]
    fn another_launch_half_a_line_and_anything_else_are_no_sign() {
        for written in [
            "",
            "cloudkit: the agent is installed\n",
            "cloudkit-agent: ready launch=l-2 deadline=none\n",
            "cloudkit-agent: ready launch=l-1 deadline=none",
            "cloudkit-agent: ready launch=l-1 deadline=soon\n",
            "cloudkit-agent: failed launch=l-1\n",
            "cloudkit-agent: asleep launch=l-1 deadline=none\n",
        ] {
            assert_eq!(on(written), None, "{written}");
        }
    }
}
