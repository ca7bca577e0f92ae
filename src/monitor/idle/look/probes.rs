//! The user's own probes: programs in /etc/cloudkit/probes.d that say whether there is work.
//!
//! Each runs as the login user, outside the agent's sandbox, and has ten seconds: exit code 0 says that there is work, 1 that
//! there is none, anything else that it can't tell. Nothing of what it prints is read but to show why.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use super::files::LookError;
use super::{Root, Watched};
use crate::monitor::idle::sample::ProbeAnswer;
use crate::platform::transient_unit::{self, Ended, Unit};

const FOLDER: &str = "etc/cloudkit/probes.d";
const LIMIT: Duration = Duration::from_secs(10);
/// Others may not change what runs as the login user.
const WRITABLE_BY_OTHERS: u32 = 0o022;
const EXECUTABLE: u32 = 0o111;

/// Asks all of them at once, so that a look takes no longer than one of them.
pub(super) async fn probes(
    root: &Root,
    watched: &Watched,
) -> Result<BTreeMap<String, ProbeAnswer>, LookError> {
    // Hidden files, and what editors leave behind, are no probes.
    let names = root.names(FOLDER)?.unwrap_or_default().into_iter();
    let names = names.filter(|name| !name.starts_with('.') && !name.ends_with('~'));
    let asked = names.map(|name| async {
        let path = root.path(&format!("{FOLDER}/{name}"));
        let answer = match refused(&path) {
            Some(why) => ProbeAnswer::Unknown(why.to_owned()),
            None => ask(root, watched, &name, &path).await,
        };
        (name, answer)
    });
    Ok(futures_util::future::join_all(asked).await.into_iter().collect())
}

/// Why a file is not run; a probe that was meant to be one is never passed over in silence.
fn refused(path: &PathBuf) -> Option<&'static str> {
    let Ok(metadata) = std::fs::metadata(path) else { return Some("can't be read") };
    let mode = metadata.permissions().mode();
    if !metadata.is_file() {
        Some("is not a file")
    } else if mode & EXECUTABLE == 0 {
        Some("is not executable")
    } else if mode & WRITABLE_BY_OTHERS != 0 {
        Some("can be written by others than its owner, and is not run")
    } else {
        None
    }
}

async fn ask(root: &Root, watched: &Watched, name: &str, path: &std::path::Path) -> ProbeAnswer {
    let Some(user) = watched.login_user.as_deref().filter(|_| !root.is_recording()) else {
        return ProbeAnswer::Unknown("is not run: no login user is known".to_owned());
    };
    let unit = Unit::named("cloudkit-probe", name);
    match transient_unit::run(&unit, &[&path.to_string_lossy()], user, LIMIT).await {
        Ok(ended) => answer(&ended),
        Err(error) => ProbeAnswer::Unknown(format!("can't be run: {error}")),
    }
}

fn answer(ended: &Ended) -> ProbeAnswer {
    match ended.code {
        Some(0) => ProbeAnswer::Active,
        Some(1) => ProbeAnswer::Idle,
        _ => {
            let last_line = ended.output.lines().last().map(|line| format!(": {line}")).unwrap_or_default();
            ProbeAnswer::Unknown(format!("{ended}{last_line}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_says_by_its_exit_code() {
        let ended = |code, timed_out| Ended {
            code,
            signal: None,
            timed_out,
            output: "one\nno such host\n".to_owned(),
        };
        assert_eq!(answer(&ended(Some(0), false)), ProbeAnswer::Active);
        assert_eq!(answer(&ended(Some(1), false)), ProbeAnswer::Idle);
        assert!(
            matches!(answer(&ended(Some(2), false)), ProbeAnswer::Unknown(why) if why == "ended with exit code 2: no such host")
        );
        assert!(
            matches!(answer(&ended(None, true)), ProbeAnswer::Unknown(why) if why.starts_with("did not end in time"))
        );
    }

    #[tokio::test]
    async fn a_file_that_can_not_be_run_as_it_should_is_no_silent_idle() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::at(folder.path());
        assert!(probes(&root, &Watched::default()).await.unwrap().is_empty());
        let probes_folder = folder.path().join(FOLDER);
        std::fs::create_dir_all(probes_folder.join("folder")).unwrap();
        for (name, mode) in
            [("good", 0o755), ("open", 0o777), ("plain", 0o644), ("old~", 0o755), (".hidden", 0o755)]
        {
            let path = probes_folder.join(name);
            std::fs::write(&path, "#!/bin/sh\n").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let said = probes(&root, &Watched::default()).await.unwrap();
        let why: Vec<String> = said.into_iter().map(|(name, answer)| format!("{name}: {answer:?}")).collect();
        assert_eq!(
            why,
            [
                r#"folder: Unknown("is not a file")"#,
                r#"good: Unknown("is not run: no login user is known")"#,
                r#"open: Unknown("can be written by others than its owner, and is not run")"#,
                r#"plain: Unknown("is not executable")"#,
            ]
        );
    }
}
