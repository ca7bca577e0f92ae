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
    others: Vec<(KeyAnswer, String)>,
}

impl Keys {
    /// The keys that there are; `of_agent` is the line of the agent's key where that is not the usual one.
    pub(super) fn of(home: &Path, usual: Result<LaunchKey, CommandError>, of_agent: Option<&str>) -> Self {
        let usual = match usual.map(|key| key.known) {
            Ok(KnownKey::File { identity, .. }) => Ok(file(home, identity)),
            Ok(KnownKey::Agent { line }) => Ok(agent(&line)),
            Ok(KnownKey::New { identity, .. }) => {
                Ok((KeyAnswer::New, format!("make a new one: {}", tilde(home, &identity))))
            }
            // A pair is named by a flag, and whoever gave that is not asked.
            Ok(KnownKey::Pair { .. }) => Err("an EC2 key pair was named".to_owned()),
            Err(error) => Err(with_causes(error.error.as_ref())),
        };
        let files = keys::own_keys(home).into_iter().map(|key| file(home, key.identity));
        let others = files.chain(of_agent.map(agent)).collect();
        Self { home: home.to_owned(), usual, others }
    }

    /// The keys that are there, or the file that is typed.
    pub(super) fn rows(&self, typed: &str) -> Vec<Row<KeyAnswer>> {
        let typed = typed.trim();
        if !typed.is_empty() {
            return vec![self.named(typed)];
        }
        let mut rows: Vec<Row<KeyAnswer>> = Vec::new();
        for (answer, text) in self.usual.iter().chain(&self.others) {
            if rows.iter().all(|row| row.answer.as_ref() != Some(answer)) {
                rows.push(Row::new(answer.clone(), text.clone(), vec![text.clone()]));
            }
        }
        rows.extend(self.usual.as_ref().err().map(Row::note));
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

fn file(home: &Path, identity: PathBuf) -> (KeyAnswer, String) {
    let text = tilde(home, &identity);
    (KeyAnswer::File(identity), text)
}

fn agent(line: &str) -> (KeyAnswer, String) {
    let comment = line.splitn(3, ' ').nth(2).unwrap_or("without a name");
    (KeyAnswer::Agent, format!("the SSH agent's: {comment}"))
}

/// A path as people write it.
fn tilde(home: &Path, path: &Path) -> String {
    path.strip_prefix(home)
        .map_or_else(|_| path.display().to_string(), |rest| format!("~/{}", rest.display()))
}
