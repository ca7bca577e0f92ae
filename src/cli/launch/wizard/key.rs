//! Who is let in: the key that a launch takes by itself, the others that are there, or a file that is named.
//!
//! Nothing is made here; a new key is written when the launch goes ahead.

use std::path::{Path, PathBuf};

use super::answers::KeyAnswer;
use super::row::Row;
use crate::cli::command_error::{CommandError, with_causes};
use crate::cli::launch::key::LaunchKey;
use crate::platform::keys;
use crate::provision::world::key::KnownKey;

/// What this question needs to know.
pub(super) struct Keys {
    home: PathBuf,
    /// What Enter takes, and in which words.
    usual: Result<(KeyAnswer, String), String>,
    others: Vec<PathBuf>,
}

impl Keys {
    pub(super) fn of(home: &Path, usual: Result<LaunchKey, CommandError>) -> Self {
        let usual = match usual {
            Ok(LaunchKey { known: KnownKey::File { identity, .. }, .. }) => {
                let text = tilde(home, &identity);
                Ok((KeyAnswer::File(identity), text))
            }
            Ok(LaunchKey { known: KnownKey::Agent { line }, .. }) => {
                let comment = line.splitn(3, ' ').nth(2).unwrap_or("without a name").to_owned();
                Ok((KeyAnswer::Usual, format!("the SSH agent's: {comment}")))
            }
            Ok(LaunchKey { known: KnownKey::New { identity, .. }, .. }) => {
                Ok((KeyAnswer::Usual, format!("make a new one: {}", tilde(home, &identity))))
            }
            Ok(LaunchKey { known: KnownKey::Pair { .. }, .. }) => Ok((KeyAnswer::Usual, "EC2's".to_owned())),
            Err(error) => Err(with_causes(error.error.as_ref())),
        };
        let others = keys::own_keys(home).into_iter().map(|key| key.identity).collect();
        Self { home: home.to_owned(), usual, others }
    }

    /// The keys that are there, or the file that is typed.
    pub(super) fn rows(&self, typed: &str) -> Vec<Row<KeyAnswer>> {
        let typed = typed.trim();
        if !typed.is_empty() {
            return vec![self.named(typed)];
        }
        let mut rows = Vec::new();
        let mut notes = Vec::new();
        match &self.usual {
            Ok((answer, text)) => rows.push(Row::new(answer.clone(), text.clone(), vec![text.clone()])),
            Err(why) => notes.push(Row::note(why.clone())),
        }
        for file in &self.others {
            let answer = KeyAnswer::File(file.clone());
            if rows.iter().all(|row| row.answer.as_ref() != Some(&answer)) {
                let text = tilde(&self.home, file);
                rows.push(Row::new(answer, text.clone(), vec![text]));
            }
        }
        rows.extend(notes);
        rows
    }

    fn named(&self, typed: &str) -> Row<KeyAnswer> {
        let path = match typed.strip_prefix("~/") {
            Some(rest) => self.home.join(rest),
            None => PathBuf::from(typed),
        };
        match keys::read_public_key(&path) {
            Ok(_) => Row::new(KeyAnswer::File(path), typed, vec![typed.to_owned()]),
            Err(error) => Row::note(with_causes(&error)),
        }
    }
}

/// A path as people write it.
fn tilde(home: &Path, path: &Path) -> String {
    path.strip_prefix(home)
        .map_or_else(|_| path.display().to_string(), |rest| format!("~/{}", rest.display()))
}
