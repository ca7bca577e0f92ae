//! Where the app folder is: from any folder upwards to the root of a repository.
//!
//! What is in its files is not read; what was found, and why, is data that a command can tell.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::convention;
use super::folder::Folder;
use super::paths::FolderPath;
use crate::platform::files::FileError;
use crate::platform::folders::{self, Kind};

/// The folder of a portable deployment.
pub const PORTABLE: &str = ".spot";
/// The folder of a deployment by convention.
pub const CONVENTION: &str = "deployment";

/// What a repository was found to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The root of the repository, from which all paths go.
    pub root: PathBuf,
    /// How the deployment is written.
    pub mode: Mode,
    /// The folder that it is in.
    pub folder: FolderPath,
    /// Why it was taken for that.
    pub why: String,
}

/// How a deployment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// By `.spot/deployment.yaml`.
    Portable,
    /// By what is in `deployment/`.
    Convention,
}

impl Mode {
    /// What people call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Convention => "convention",
        }
    }
}

/// There is no app folder, or not one.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// None was found.
    #[error("there is no {PORTABLE}/ and no {CONVENTION}/ with a deployment in it, from {from} up to {to}", from = from.display(), to = to.display())]
    Nothing {
        /// Where the search began.
        from: PathBuf,
        /// Where it ended.
        to: PathBuf,
    },
    /// Both are there.
    #[error("{} has both {PORTABLE}/ and {CONVENTION}/, and a deployment is in one of them", root.display())]
    Both {
        /// The folder that has them.
        root: PathBuf,
    },
    /// What is there could not be found out.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Searches upwards from `start`; never above a folder with a `.git`, and not in `home` unless that is where it begins.
///
/// # Errors
/// Where there is nothing, or both kinds side by side, or a folder can't be looked at.
pub fn upwards(start: &Path, home: Option<&Path>) -> Result<Found, FindError> {
    let start = folders::canonical(start)?;
    let home = home.and_then(|home| folders::canonical(home).ok());
    let mut last = start.clone();
    for folder in start.ancestors() {
        if folder != start && Some(folder) == home.as_deref() {
            break;
        }
        if let Some(found) = at(folder)? {
            return Ok(found);
        }
        folder.clone_into(&mut last);
        if folders::kind(&folder.join(".git"))?.is_some() {
            break;
        }
    }
    Err(FindError::Nothing { from: start, to: last })
}

/// The deployment of this very folder, which may also be its `.spot/` or `deployment/` itself.
///
/// # Errors
/// As [`upwards`].
pub fn in_folder(folder: &Path) -> Result<Found, FindError> {
    let folder = folders::canonical(folder)?;
    if let Some(found) = at(&folder)? {
        return Ok(found);
    }
    let itself = match (folder.file_name().and_then(|name| name.to_str()), folder.parent()) {
        (Some(PORTABLE), Some(above)) => portable(above)?,
        (Some(CONVENTION), Some(above)) => by_convention(above)?,
        _ => None,
    };
    itself.ok_or_else(|| FindError::Nothing { from: folder.clone(), to: folder })
}

fn at(root: &Path) -> Result<Option<Found>, FindError> {
    match (portable(root)?, by_convention(root)?) {
        (Some(_), Some(_)) => Err(FindError::Both { root: root.to_owned() }),
        (one, other) => Ok(one.or(other)),
    }
}

fn portable(root: &Path) -> Result<Option<Found>, FindError> {
    let is_there = folders::kind(&root.join(PORTABLE))? == Some(Kind::Folder);
    let why = || format!("there is a folder {PORTABLE}/");
    Ok(is_there.then(|| found(root, Mode::Portable, PORTABLE, why())))
}

fn by_convention(root: &Path) -> Result<Option<Found>, FindError> {
    let reason = match folders::kind(&root.join(CONVENTION))? {
        Some(Kind::Folder) => convention::reason(&Folder::new(root.to_owned()))?,
        Some(Kind::File | Kind::Other) | None => None,
    };
    Ok(reason.map(|name| found(root, Mode::Convention, CONVENTION, format!("{CONVENTION}/ has {name}"))))
}

fn found(root: &Path, mode: Mode, name: &str, why: String) -> Found {
    let folder = name.parse().unwrap_or_else(|_| FolderPath::root());
    Found { root: root.to_owned(), mode, folder, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        root
    }

    fn found(root: &tempfile::TempDir, from: &str) -> String {
        match upwards(&root.path().join(from), None) {
            Ok(found) => {
                let root = root.path().canonicalize().unwrap();
                let at = found.root.strip_prefix(root).unwrap().display().to_string();
                format!("{} in {at:?}: {}", found.mode.as_str(), found.why)
            }
            Err(FindError::Nothing { .. }) => "nothing".to_owned(),
            Err(FindError::Both { .. }) => "both".to_owned(),
            Err(other) => other.to_string(),
        }
    }

    #[test]
    fn it_is_found_from_any_folder_up_to_the_root_of_the_repository() {
        let root = tree(&[".git/HEAD", ".spot/scripts/setup.sh", "src/deep/main.py"]);
        for from in ["", "src/deep", ".spot/scripts"] {
            assert_eq!(found(&root, from), "portable in \"\": there is a folder .spot/", "{from}");
        }
        let root = tree(&["deployment/setup.sh", "app/.git/HEAD", "app/src/main.py"]);
        assert_eq!(found(&root, "app/src"), "nothing", "no repository is left");
        assert_eq!(found(&root, ""), "convention in \"\": deployment/ has setup.sh");
        let root = tree(&["deployment/setup.sh", "inner/.spot/deployment.yaml", "inner/src/x"]);
        assert_eq!(
            found(&root, "inner/src"),
            "portable in \"inner\": there is a folder .spot/",
            "the nearest"
        );
    }

    #[test]
    fn a_folder_of_that_name_alone_is_none() {
        for (files, expected) in [
            (vec!["deployment/notes.txt"], "nothing"),
            (
                vec!["deployment/notes.txt", ".spot/deployment.yaml"],
                "portable in \"\": there is a folder .spot/",
            ),
            (vec!["deployment/web.service"], "convention in \"\": deployment/ has web.service"),
            (vec!["deployment/scripts/a.sh"], "convention in \"\": deployment/ has scripts/"),
            (vec!["deployment/x", "requirements.txt"], "nothing"),
            (vec!["deployment", ".spot"], "nothing"),
            (vec!["deployment/init.sh", ".spot/x"], "both"),
        ] {
            assert_eq!(found(&tree(&files), ""), expected, "{files:?}");
        }
    }

    #[test]
    fn a_home_is_searched_only_from_itself() {
        let home = tree(&["deployment/setup.sh", "src/x"]);
        upwards(&home.path().join("src"), Some(home.path())).unwrap_err();
        upwards(home.path(), Some(home.path())).unwrap();
    }

    #[test]
    fn a_folder_that_is_named_is_that_one() {
        let root = tree(&[".spot/deployment.yaml", "src/x"]);
        for named in ["", ".spot"] {
            assert_eq!(in_folder(&root.path().join(named)).unwrap().mode, Mode::Portable);
        }
        let both = tree(&[".spot/deployment.yaml", "deployment/setup.sh"]);
        for (named, mode) in [
            (".spot", Mode::Portable),
            ("deployment", Mode::Convention),
            ("deployment/../.spot/.", Mode::Portable),
        ] {
            assert_eq!(in_folder(&both.path().join(named)).unwrap().mode, mode, "{named}");
        }
        in_folder(both.path()).unwrap_err();
        in_folder(&root.path().join("src")).unwrap_err();
        in_folder(&root.path().join("none")).unwrap_err();
    }
}
