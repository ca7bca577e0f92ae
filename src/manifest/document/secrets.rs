//! Secrets of `deployment.yaml`: their names, and where their values are.
//!
//! No value is read.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::deployment::{Deployment, SecretName, Upload};
use super::super::paths::FolderPath;
use super::super::places::Thing;
use super::super::secret::{SecretFrom, SecretSource};
use super::super::written::deployment::{DeploymentKeys, SecretKeys};
use super::super::written::kinds::Text;
use super::super::yaml::{Key, Located, Mark, Node, ReadFault, Said, Short};
use super::{Reading, is_variable};
use crate::platform::folders::Kind;

/// The lines that speak of secrets: somebody may have written a value there, so that they are not shown.
pub(in crate::manifest) fn lines(text: &str) -> Range<usize> {
    let Ok(top) = Node::read(text, &mut Vec::new()) else { return 0..0 };
    let deployment = top.get("deployment").map(Node::entries).unwrap_or_default();
    let keys: Vec<&Key> = top.entries().iter().chain(deployment).map(|(key, _)| key).collect();
    let Some(secrets) = keys.iter().find(|key| key.text == "secrets") else { return 0..0 };
    let first = secrets.mark.line;
    let next = keys.iter().map(|key| key.mark.line).filter(|line| *line > first).min();
    first..next.unwrap_or(usize::MAX)
}

impl Reading<'_> {
    pub(super) fn secrets(&mut self, keys: &DeploymentKeys) -> (Vec<SecretName>, Vec<SecretSource>) {
        let (mut names, mut sources) = (Vec::new(), Vec::new());
        for (name, written) in &keys.secrets {
            let Some((mark, Short(keys))) = written.with_mark() else { continue };
            if !is_secret_name(name) {
                let message = format!("{name:?} is no name of a secret: letters, digits, _, - and .");
                self.fault(mark, "bad-value", message);
                continue;
            }
            let Some(from) = self.secret_from(keys) else { continue };
            self.marks.push((Thing::Secret(names.len()), mark));
            names.push(SecretName { name: name.clone(), destination: keys.dest.said().cloned() });
            sources.push(SecretSource { name: name.clone(), from });
        }
        (names, sources)
    }

    fn secret_from(&mut self, keys: &SecretKeys) -> Option<SecretFrom> {
        let (mark, from) = keys.from.with_mark()?;
        match from.split_once(':') {
            Some(("env", name)) if is_variable(name) => Some(SecretFrom::Environment(name.to_owned())),
            Some(("parameter", name)) if is_parameter(name) => Some(SecretFrom::Parameter(name.to_owned())),
            Some(("file", path)) if path.starts_with('/') || path.starts_with("~/") => {
                Some(SecretFrom::FileElsewhere(path.to_owned()))
            }
            Some(("file", path)) => self.secret_file(mark, path),
            // What was written may be the secret itself, and is not shown.
            _ => {
                let message = "this is none of env:VARIABLE, file:PATH and parameter:NAME";
                let fault = ReadFault::at(mark, "bad-value", message);
                self.faults.push(fault.hint("a value itself is never written here"));
                None
            }
        }
    }

    fn secret_file(&mut self, mark: Mark, path: &str) -> Option<SecretFrom> {
        match self.find_at(mark, path)? {
            (file, Kind::File) => Some(SecretFrom::File(file)),
            (other, Kind::Folder | Kind::Other) => {
                self.fault(mark, "not-a-file", format!("{other} is no file"));
                None
            }
        }
    }

    /// The variables of a script.
    pub(super) fn own_environment(
        &mut self,
        written: &BTreeMap<String, Located<Text>>,
    ) -> BTreeMap<String, String> {
        let marks = self.marks.len();
        let environment = self.environment(written);
        self.marks.truncate(marks);
        environment
    }
}

/// Whether it may be a file's and a parameter's name alike.
pub(in crate::manifest) fn is_secret_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && name.len() <= 128
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// Whether the Parameter Store takes it for a name:
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html>.
fn is_parameter(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
}

/// Has folders that are uploaded leave out the files that secrets come from.
pub(super) fn keep_out_of_uploads(uploads: &mut [Upload], sources: &[SecretSource]) {
    let files = sources.iter().filter_map(|source| match &source.from {
        SecretFrom::File(file) => Some(file),
        SecretFrom::Environment(_) | SecretFrom::FileElsewhere(_) | SecretFrom::Parameter(_) => None,
    });
    for file in files {
        for upload in uploads.iter_mut() {
            upload.exclude.extend(below(&upload.source, file).map(|rest| format!("/{}", escaped(rest))));
        }
    }
}

/// That a file that a secret comes from is uploaded itself.
pub(super) fn among_uploads(
    deployment: &Deployment,
    sources: &[SecretSource],
    marks: &[(Thing, Mark)],
) -> Vec<ReadFault> {
    let mut faults = Vec::new();
    for (at, upload) in deployment.uploads.iter().enumerate() {
        let is_it = |source: &&SecretSource| source.from == SecretFrom::File(upload.source.clone());
        let mark = marks.iter().find(|(thing, _)| *thing == Thing::Upload(at)).map(|(_, mark)| *mark);
        if let (Some(source), Some(mark)) = (sources.iter().find(is_it), mark) {
            let message = format!(
                "{} is the secret {}, and uploads lie open in the bundle",
                upload.source, source.name
            );
            let fault = ReadFault::at(mark, "secret-in-bundle", message);
            faults.push(fault.hint("give the secret a dest, and leave out the upload"));
        }
    }
    faults
}

/// What follows the folder in a path that is in it.
fn below<'p>(folder: &FolderPath, path: &'p FolderPath) -> Option<&'p str> {
    match folder.as_str() {
        "." => Some(path.as_str()),
        folder => path.as_str().strip_prefix(folder)?.strip_prefix('/'),
    }
}

/// A path as a rule of a `.gitignore` that means it alone.
fn escaped(path: &str) -> String {
    path.chars().flat_map(|c| "*?[]!#\\ ".contains(c).then_some('\\').into_iter().chain([c])).collect()
}
