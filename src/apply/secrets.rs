//! The secrets of the deployment, there before anything that may read them: a unit writes them, now and at each boot.
//!
//! It is told where they are, and what it says of them is a number for each. No value is read here.

use std::path::PathBuf;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::error::StepError;
use super::machine::Machine;
use super::services::problem;
use super::wanted::hexadecimal;
use crate::manifest::Deployment;
use crate::model::secrets_place::{CONFIGURATION_PATH, FOLDER, SecretsPlace, UNIT, VERSIONS};
use crate::platform::files::{self, Access};

const UNIT_PATH: &str = "etc/systemd/system/cloudkit-secrets.service";
const UNIT_TEXT: &str = include_str!("../../templates/systemd/cloudkit-secrets.service");
/// How long the unit may take: it tries for some minutes by itself.
const LIMIT: Duration = Duration::from_secs(11 * 60);
const SHORT_LIMIT: Duration = Duration::from_secs(30);

/// Has them written anew; hands back what tells them from others, where there are any. `told` is their path as this machine
/// was told it just now; what it was told before counts otherwise.
///
/// # Errors
/// Where the machine was never told, or the unit fails.
pub(super) async fn ready(
    machine: &Machine,
    deployment: &Deployment,
    told: Option<&str>,
) -> Result<Option<String>, StepError> {
    if deployment.secrets.is_empty() {
        return Ok(None);
    }
    let configuration = below_root(machine, CONFIGURATION_PATH);
    let before = files::read_if_there(&configuration)?;
    let known = before.as_deref().and_then(|text| serde_json::from_slice::<SecretsPlace>(text).ok());
    let path = told.map(str::to_owned).or(known.map(|known| known.path));
    let path = path.ok_or(StepError::NoSecretsPlace)?;
    let names = deployment.secrets.iter().map(|secret| secret.name.clone()).collect();
    let text = serde_json::to_vec(&SecretsPlace { path, names }).unwrap_or_default();
    if before.as_ref() != Some(&text) {
        machine.live()?;
        files::replace(&configuration, &text, Access::Private)?;
    }
    let unit = machine.file(UNIT_PATH);
    if files::read_if_there(&unit)?.as_deref() != Some(UNIT_TEXT.as_bytes()) {
        machine.live()?;
        files::replace(&unit, UNIT_TEXT.as_bytes(), Access::Public)?;
    }
    // This has systemd read the unit as well.
    machine.run("systemctl enable", "systemctl", &["enable", "--quiet", UNIT], &[], SHORT_LIMIT).await?;
    // A restart would restart whatever requires it too.
    let said = machine.said("systemctl", &["reload-or-restart", UNIT], &[], LIMIT).await?;
    if said.code != Some(0) {
        return Err(problem(machine, UNIT, "did not write the secrets of the deployment").await);
    }
    let versions = files::read_if_there(&below_root(machine, FOLDER).join(VERSIONS))?;
    Ok(Some(hexadecimal(&Sha256::digest(versions.unwrap_or_default()))))
}

/// Takes away those of a former bundle. The unit stays, and has nothing to do.
///
/// # Errors
/// Where a file can't be removed.
pub(super) fn forget(machine: &Machine) -> Result<(), StepError> {
    files::remove_if_there(&below_root(machine, CONFIGURATION_PATH))?;
    let folder = below_root(machine, FOLDER);
    if folder.is_dir() {
        for name in files::names_in(&folder)? {
            files::remove_if_there(&folder.join(name))?;
        }
    }
    Ok(())
}

/// Where a secret is on the machine.
pub(super) fn file(machine: &Machine, name: &str) -> PathBuf {
    below_root(machine, FOLDER).join(name)
}

fn below_root(machine: &Machine, path: &str) -> PathBuf {
    machine.file(path.trim_start_matches('/'))
}
