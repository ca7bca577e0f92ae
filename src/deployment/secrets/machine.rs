//! What a machine does at each boot: its deployment's secrets, read by its own role, as files in its memory.
//!
//! It writes into a folder of root's alone. Which they are it is told by [`SecretsPlace`]; who reads them afterwards is the
//! service manager's affair.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::aws::AwsError;
use crate::aws::ssm_parameters::{SecretParameters, Stored, Values};
use crate::model::secrets_place::{SecretsPlace, VERSIONS};
use crate::platform::files::{self, Access, FileError};

/// The pauses between tries in seconds: a machine that has just begun has no network, no role that is known everywhere, no right time.
pub const PAUSES: [u64; 10] = [1, 2, 4, 8, 15, 15, 15, 30, 30, 30];

/// Secrets that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Some are not in the Parameter Store.
    #[error("no parameter is there for {} below {path}", .names.join(", "))]
    Missing {
        /// Their names.
        names: Vec<String>,
        /// Where they were looked for.
        path: String,
    },
    /// The Parameter Store does not let this machine read, or can't be reached.
    #[error("the secrets below {path} cannot be read")]
    Aws {
        /// Where they are.
        path: String,
        /// Why not.
        source: AwsError,
    },
    /// They can't be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Reads all of them; what is there besides is not for this machine.
///
/// # Errors
/// Where one is missing, or they can't be read.
pub async fn fetch(
    parameters: &SecretParameters,
    place: &SecretsPlace,
) -> Result<BTreeMap<String, Stored>, FetchError> {
    let failed = |source| FetchError::Aws { path: place.path.clone(), source };
    let mut found = parameters.below(&place.path, Values::Decrypted).await.map_err(failed)?;
    found.retain(|name, stored| place.names.contains(name) && stored.value.is_some());
    let missing = place.names.iter().filter(|name| !found.contains_key(*name));
    let missing: Vec<String> = missing.cloned().collect();
    if missing.is_empty() {
        Ok(found)
    } else {
        Err(FetchError::Missing { names: missing, path: place.path.clone() })
    }
}

/// Tries until it succeeds or the pauses are used up; says what goes wrong meanwhile.
///
/// # Errors
/// The last one.
pub async fn with_patience<T, E>(
    pauses: &[u64],
    attempt: impl AsyncFn() -> Result<T, E>,
    say: impl Fn(&E, u64),
) -> Result<T, E> {
    let mut pauses = pauses.iter();
    loop {
        match attempt().await {
            Err(error) => match pauses.next() {
                Some(pause) => {
                    say(&error, *pause);
                    tokio::time::sleep(Duration::from_secs(*pause)).await;
                }
                None => return Err(error),
            },
            done => return done,
        }
    }
}

/// Writes them into a folder that holds nothing else afterwards.
///
/// # Errors
/// Where the folder or a file can't be made, or is somebody else's.
pub fn write(folder: &Path, secrets: &BTreeMap<String, Stored>) -> Result<(), FileError> {
    files::make_private_folder(folder)?;
    for name in files::names_in(folder)? {
        if !secrets.contains_key(&name) {
            files::remove_if_there(&folder.join(name))?;
        }
    }
    let mut versions = BTreeMap::new();
    for (name, stored) in secrets {
        let Some(value) = &stored.value else { continue };
        files::replace(&folder.join(name), value.expose().as_bytes(), Access::Private)?;
        versions.insert(name, stored.version);
    }
    // Last: who finds it finds all of them.
    let versions = serde_json::to_vec(&versions).unwrap_or_default();
    files::replace(&folder.join(VERSIONS), &versions, Access::Private)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::aws::ErrorKind;
    use crate::model::secret_value::SecretValue;

    fn secrets(all: &[(&str, &str, i64)]) -> BTreeMap<String, Stored> {
        let stored =
            |value: &str, version| Stored { version, value: Some(SecretValue::new(value.to_owned())) };
        all.iter().map(|(name, value, version)| ((*name).to_owned(), stored(value, *version))).collect()
    }

    fn mode(path: &Path) -> u32 {
        std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn they_are_written_anew_for_root_alone() {
        let run = tempfile::tempdir().unwrap();
        let folder = run.path().join("secrets");
        write(&folder, &secrets(&[("TOKEN", "hunter2", 1), ("old", "x", 1)])).unwrap();
        assert_eq!((mode(&folder), mode(&folder.join("TOKEN"))), (0o700, 0o600));
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        write(&folder, &secrets(&[("TOKEN", "hunter3", 2)])).unwrap();
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(std::fs::read_to_string(folder.join("TOKEN")).unwrap(), "hunter3");
        assert_eq!(std::fs::read_to_string(folder.join(VERSIONS)).unwrap(), r#"{"TOKEN":2}"#);
        assert!(!folder.join("old").exists(), "what is no longer named is gone");
    }

    /// Members of a group may make files beside it, and may have done so before.
    #[test]
    fn what_somebody_else_put_in_its_place_is_never_written_through() {
        let run = tempfile::tempdir().unwrap();
        let folder = run.path().join("secrets");
        let theirs = run.path().join("theirs");
        std::fs::create_dir(&theirs).unwrap();
        symlink(&theirs, &folder).unwrap();
        write(&folder, &secrets(&[("TOKEN", "hunter2", 1)])).unwrap();
        assert!(std::fs::symlink_metadata(&folder).unwrap().is_dir());
        assert_eq!(std::fs::read_dir(&theirs).unwrap().count(), 0);
    }

    #[test]
    fn it_is_tried_again_for_as_long_as_it_may() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let missing = || FetchError::Missing { names: vec!["TOKEN".into()], path: "/p".into() };
        let tries = std::cell::Cell::new(0);
        let attempt = async |until: u32| {
            tries.set(tries.get() + 1);
            if tries.get() < until { Err(missing()) } else { Ok(()) }
        };
        let (third, never) = (async || attempt(3).await, async || attempt(100).await);
        runtime.block_on(with_patience(&[0, 0], third, |_, _| {})).unwrap();
        assert_eq!(tries.take(), 3);
        let said = std::cell::RefCell::new(String::new());
        let say = |error: &FetchError, _: u64| said.borrow_mut().push_str(&error.to_string());
        let error = runtime.block_on(with_patience(&[0, 0], never, say)).unwrap_err();
        assert_eq!(tries.take(), 3);
        assert_eq!(error.to_string(), "no parameter is there for TOKEN below /p");
        let refused = AwsError::own("GetParametersByPath", ErrorKind::NotAllowed, "no");
        let error = FetchError::Aws { path: "/p".into(), source: refused };
        assert_eq!(error.to_string(), "the secrets below /p cannot be read");
    }
}
