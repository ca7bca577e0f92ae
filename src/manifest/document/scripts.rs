//! Scripts of `deployment.yaml`.
//!
//! What is in them is not looked at.

use super::super::deployment::{DEFAULT_DIRECTORY, Script, ScriptRun};
use super::super::paths::Owner;
use super::super::places::Thing;
use super::super::written::deployment::{DeploymentKeys, ScriptKeys};
use super::super::yaml::{Located, Mark, Said};
use super::{Reading, plain_name};
use crate::model::Span;

/// How long a script may take where nothing is said.
pub(in crate::manifest) const TIMEOUT: Span = Span::from_seconds(30 * 60);

impl Reading<'_> {
    pub(super) fn scripts(&mut self, keys: &DeploymentKeys) -> Vec<Script> {
        let mut found: Vec<(i64, Mark, Script)> = Vec::new();
        for (mark, keys) in keys.scripts.iter().filter_map(Located::with_mark) {
            let Some(mut script) = self.script(mark, keys, found.len() + 1) else { continue };
            let others = || found.iter().map(|(_, _, script)| script.name.as_str());
            match &keys.name {
                Some(name) if self.is_taken(name.mark, "script", &script.name, others()) => continue,
                Some(_) => {}
                None => script.name = free_name(&script.name, others),
            }
            found.push((keys.order.said().copied().unwrap_or(0), mark, script));
        }
        found.sort_by_key(|(order, _, _)| *order);
        self.marks.extend(found.iter().enumerate().map(|(at, (_, mark, _))| (Thing::Script(at), *mark)));
        found.into_iter().map(|(_, _, script)| script).collect()
    }

    fn script(&mut self, mark: Mark, keys: &ScriptKeys, number: usize) -> Option<Script> {
        let run = match (&keys.path, &keys.command) {
            (Some(path), None) => ScriptRun::File(self.find_file(path)?),
            (None, Some(command)) => ScriptRun::Command(command.known()?.0.clone()),
            (Some(_), Some(_)) => {
                self.fault(mark, "contradiction", "a script has a path or a command, and this one has both");
                return None;
            }
            (None, None) => {
                self.fault(mark, "missing-key", "a script has a path or a command, and this one has neither");
                return None;
            }
        };
        let by_itself = match &run {
            ScriptRun::File(file) => stem(file.file_name()).to_owned(),
            ScriptRun::Command(_) => format!("command-{number}"),
        };
        let name = keys.name.said().map_or(by_itself, |name| name.0.clone());
        let user = match keys.user.as_ref().and_then(Located::with_mark) {
            Some((mark, user)) => self.user(mark, user)?,
            None => "root".to_owned(),
        };
        let working_directory = match keys.working_dir.said() {
            Some(given) => given.clone(),
            None => DEFAULT_DIRECTORY.parse().ok()?,
        };
        Some(Script {
            name: plain_name(&name),
            run,
            working_directory,
            user,
            environment: self.own_environment(&keys.env),
            timeout: keys.timeout.said().copied().unwrap_or(TIMEOUT),
            retries: keys.retries.said().copied().unwrap_or(0),
        })
    }

    fn user(&mut self, mark: Mark, text: &str) -> Option<String> {
        let owner: Owner = self.parse(mark, text)?;
        if owner.group.is_some() {
            self.fault(mark, "bad-value", "a script is run as a user; its group is the user's own");
        }
        Some(owner.user)
    }
}

/// The name of a file without its suffix.
pub(in crate::manifest) fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// The name, or with a number the first that nobody has.
pub(in crate::manifest) fn free_name<'n, I: Iterator<Item = &'n str>>(
    name: &str,
    others: impl Fn() -> I,
) -> String {
    let is_free = |name: &str| others().all(|other| other != name);
    if is_free(name) {
        return name.to_owned();
    }
    let mut number = 2_usize;
    while !is_free(&format!("{name}-{number}")) {
        number += 1;
    }
    format!("{name}-{number}")
}
