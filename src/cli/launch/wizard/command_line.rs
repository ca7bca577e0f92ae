//! A command line as it is typed: words quoted for the shell of the platform.
//!
//! What the words mean is clap's.

/// Who reads a command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shell {
    Posix,
    PowerShell,
}

impl Shell {
    pub(super) const fn of_this_platform() -> Self {
        if cfg!(windows) { Self::PowerShell } else { Self::Posix }
    }

    /// The line that runs a program with these words.
    pub(super) fn line(self, words: &[String]) -> String {
        let quoted: Vec<String> = words.iter().map(|word| self.quoted(word)).collect();
        let line = quoted.join(" ");
        // PowerShell takes a quoted word at the start for a value, not for a program.
        if self == Self::PowerShell && line.starts_with('\'') { format!("& {line}") } else { line }
    }

    fn quoted(self, word: &str) -> String {
        match self {
            // Only a NUL can't be quoted, which no argument of a process holds.
            Self::Posix => shlex::try_quote(word).map_or_else(|_| word.to_owned(), Into::into),
            Self::PowerShell if is_plain(word) => word.to_owned(),
            Self::PowerShell => format!("'{}'", word.replace('\'', "''")),
        }
    }
}

/// Whether PowerShell takes a word as it stands; a comma makes a list there, and an at sign more.
/// <https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_parsing>
fn is_plain(word: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./\\:".contains(&byte);
    !word.is_empty() && word.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn plain_words_stay_plain() {
        let line = words(&["cloudkit", "launch", "--instance-type", "m7i.large", "--ttl", "8h"]);
        for shell in [Shell::Posix, Shell::PowerShell] {
            assert_eq!(shell.line(&line), "cloudkit launch --instance-type m7i.large --ttl 8h");
        }
    }

    #[test]
    fn powershell_quotes_by_doubling() {
        let line = words(&["cloudkit", "--name", "Ada's box", "--region", "a,b"]);
        assert_eq!(Shell::PowerShell.line(&line), "cloudkit --name 'Ada''s box' --region 'a,b'");
        assert_eq!(
            Shell::PowerShell.line(&words(&["C:\\Program Files\\ck.exe"])),
            "& 'C:\\Program Files\\ck.exe'"
        );
    }

    proptest! {
        #[test]
        fn a_posix_shell_reads_the_same_words(line in prop::collection::vec("[^\u{0}]{0,12}", 1..6)) {
            prop_assert_eq!(shlex::split(&Shell::Posix.line(&line)), Some(line));
        }
    }
}
