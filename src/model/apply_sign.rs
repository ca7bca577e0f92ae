//! What a machine that is set up says on its console: each step, and how it ended.
//!
//! A line each, as [`AgentSign`](super::sign::AgentSign) is for the agent. Who looks for it is not known here.

/// What the lines begin with; the script of user data writes the same.
const MARK: &str = "cloudkit-apply: ";

/// How far the setting up of a machine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApplySign {
    /// It is at a step.
    At {
        /// Which.
        step: String,
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        of: usize,
    },
    /// Everything is there and healthy.
    Succeeded,
    /// A step failed.
    Failed {
        /// Which.
        step: String,
        /// Why, in one line.
        reason: String,
    },
}

impl ApplySign {
    /// The line of a bundle.
    #[must_use]
    pub fn line(&self, bundle: &str) -> String {
        let one_line = |text: &str| text.replace(char::is_control, " ");
        let quoted = |step: &str| one_line(step).replace('\'', "’");
        match self {
            Self::At { step, number, of } => {
                format!("{MARK}running bundle={bundle} step='{}' number={number}/{of}", quoted(step))
            }
            Self::Succeeded => format!("{MARK}succeeded bundle={bundle}"),
            Self::Failed { step, reason } => {
                format!("{MARK}failed bundle={bundle} step='{}' reason={}", quoted(step), one_line(reason))
            }
        }
    }

    /// The last sign on a console, with the bundle that it is about.
    #[must_use]
    pub fn last_on(written: &str) -> Option<(&str, Self)> {
        written.split_inclusive('\n').rev().find_map(Self::read)
    }

    /// A line that is not at its end yet is no sign: the rest comes with the next look.
    fn read(line: &str) -> Option<(&str, Self)> {
        let (_, said) = line.strip_suffix('\n')?.rsplit_once(MARK)?;
        let (word, said) = said.trim_end().split_once(" bundle=")?;
        let (bundle, said) = said.split_once(' ').unwrap_or((said, ""));
        let sign = match word {
            "running" => {
                let (step, number) = said.strip_prefix("step='")?.split_once("' number=")?;
                let (number, of) = number.split_once('/')?;
                Self::At { step: step.to_owned(), number: number.parse().ok()?, of: of.parse().ok()? }
            }
            "succeeded" => Self::Succeeded,
            "failed" => {
                let (step, reason) = said.strip_prefix("step='")?.split_once("' reason=")?;
                Self::Failed { step: step.to_owned(), reason: reason.to_owned() }
            }
            _ => return None,
        };
        Some((bundle, sign))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_found() {
        let failed = ApplySign::Failed { step: "script set up".into(), reason: "exit code 3".into() };
        let at = ApplySign::At { step: "script set up".into(), number: 3, of: 9 };
        for sign in [at, ApplySign::Succeeded, failed.clone()] {
            let written = format!("[  5.1] boot\r\n{}\r\nlogin: ", sign.line("abc"));
            assert_eq!(ApplySign::last_on(&written), Some(("abc", sign.clone())));
            assert_eq!(ApplySign::last_on(sign.line("abc").trim_end()), None);
        }
        let both = format!("{}\n{}\n", failed.line("abc"), ApplySign::Succeeded.line("abcd"));
        assert_eq!(ApplySign::last_on(&both), Some(("abcd", ApplySign::Succeeded)));
        let odd = ApplySign::Failed { step: "it's\none".into(), reason: "a\r\nb".into() };
        assert_eq!(odd.line("b").lines().count(), 1);
    }
}
