//! What a machine that was to be set up says on its console when that is over.
//!
//! One line, as [`AgentSign`](super::sign::AgentSign) is for the agent. Who looks for it is not known here.

/// What the lines begin with; the script of user data writes the same.
const MARK: &str = "cloudkit-apply: ";

/// How the setting up of a machine ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApplySign {
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
        match self {
            Self::Succeeded => format!("{MARK}succeeded bundle={bundle}"),
            Self::Failed { step, reason } => {
                let one_line = |text: &str| text.replace(char::is_control, " ");
                let (step, reason) = (one_line(step).replace('\'', "’"), one_line(reason));
                format!("{MARK}failed bundle={bundle} step='{step}' reason={reason}")
            }
        }
    }

    /// The last sign of a bundle on a console.
    #[must_use]
    pub fn last_on(written: &str, bundle: &str) -> Option<Self> {
        written.split_inclusive('\n').rev().find_map(|line| Self::read(line, bundle))
    }

    /// A line that is not at its end yet is no sign: the rest comes with the next look.
    fn read(line: &str, bundle: &str) -> Option<Self> {
        let (_, said) = line.strip_suffix('\n')?.rsplit_once(MARK)?;
        let (word, said) = said.trim_end().split_once(" bundle=")?;
        let (its_bundle, said) = said.split_once(' ').unwrap_or((said, ""));
        if its_bundle != bundle {
            return None;
        }
        match word {
            "succeeded" => Some(Self::Succeeded),
            "failed" => {
                let (step, reason) = said.strip_prefix("step='")?.split_once("' reason=")?;
                Some(Self::Failed { step: step.to_owned(), reason: reason.to_owned() })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_found() {
        let failed = ApplySign::Failed { step: "script set up".into(), reason: "exit code 3".into() };
        for sign in [ApplySign::Succeeded, failed.clone()] {
            let written = format!("[  5.1] boot\r\n{}\r\nlogin: ", sign.line("abc"));
            assert_eq!(ApplySign::last_on(&written, "abc"), Some(sign.clone()));
            assert_eq!(ApplySign::last_on(&written, "abcd"), None);
            assert_eq!(ApplySign::last_on(sign.line("abc").trim_end(), "abc"), None);
        }
        let both = format!("{}\n{}\n", failed.line("abc"), ApplySign::Succeeded.line("abc"));
        assert_eq!(ApplySign::last_on(&both, "abc"), Some(ApplySign::Succeeded));
        let odd = ApplySign::Failed { step: "it's\none".into(), reason: "a\r\nb".into() };
        assert_eq!(odd.line("b").lines().count(), 1);
    }
}
