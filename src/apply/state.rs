//! What was done on this machine and for what, so that nothing is done twice and what is gone can be removed.
//!
//! It is written before something is placed and after a step is done. What is to be done is decided elsewhere.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::manifest::deployment::HealthCheck;
use crate::manifest::{Deployment, MachinePath};
use crate::platform::files::{self, Access, FileError};

/// The value of the `schema` field.
const SCHEMA: &str = "cloudkit.apply-state/v1";

/// All that is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    schema: String,
    /// The bundle that was worked for last.
    #[serde(default)]
    pub bundle: Option<String>,
    /// What became of that; nothing while it is under way.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Whether any bundle ever succeeded here.
    #[serde(default)]
    pub was_well: bool,
    /// The digest of what each step was last done for.
    #[serde(default)]
    pub done: BTreeMap<String, String>,
    /// Everything that was put on the machine.
    #[serde(default)]
    pub placed: BTreeMap<MachinePath, Placed>,
    /// The units whose files are ours.
    #[serde(default)]
    pub units: Vec<String>,
    /// The compose projects, and their files.
    #[serde(default)]
    pub compose: BTreeMap<String, MachinePath>,
    /// The script that was started last and has not been seen to end, and what for.
    #[serde(default)]
    pub started: Option<(String, String)>,
    /// What has to be up since the last bundle that succeeded.
    #[serde(default)]
    pub watched: Watched,
}

/// What has to be up, and to answer well, on a machine that is well.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Watched {
    /// Units that were started.
    pub services: Vec<String>,
    /// What is asked.
    pub checks: Vec<HealthCheck>,
}

/// What became of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// All of it is there and healthy.
    Succeeded,
    /// A step failed.
    Failed,
}

/// Something that was put on the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The step that did it.
    pub step: String,
    /// What it may hold: what was last put there and, until that is done, what was there before.
    pub content: Vec<String>,
    /// Its permissions.
    pub mode: u32,
    /// Its user.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
}

impl Default for State {
    fn default() -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            bundle: None,
            outcome: None,
            was_well: false,
            done: BTreeMap::new(),
            placed: BTreeMap::new(),
            units: Vec::new(),
            compose: BTreeMap::new(),
            started: None,
            watched: Watched::default(),
        }
    }
}

impl Watched {
    pub(super) fn of(deployment: &Deployment) -> Self {
        let started = deployment.services.iter().filter(|service| service.start);
        Self {
            services: started.map(|service| service.name.clone()).collect(),
            checks: deployment.health.clone(),
        }
    }

    /// What the file of a [`State`] says of it; nothing where there is none that can be understood.
    ///
    /// # Errors
    /// Where it can't be read.
    pub(super) fn read(path: &Path) -> Result<Self, FileError> {
        #[derive(Default, Deserialize)]
        struct Part {
            #[serde(default)]
            watched: Watched,
        }
        let content = files::read_if_there(path)?.unwrap_or_default();
        Ok(serde_json::from_slice::<Part>(&content).unwrap_or_default().watched)
    }
}

/// A memory that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Its file can't be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another version of this program wrote it.
    #[error("{path} is of another version: {schema}")]
    Version {
        /// Where it is.
        path: String,
        /// What it says it is.
        schema: String,
    },
}

impl State {
    /// What the file says; nothing was done where there is none. One that is damaged is set aside and handed back as none,
    /// with a word about it.
    ///
    /// # Errors
    /// Where it can't be read, or was written by another version.
    pub fn read(path: &Path) -> Result<(Self, Option<String>), StateError> {
        let Some(content) = files::read_if_there(path)? else { return Ok((Self::default(), None)) };
        #[derive(Deserialize)]
        struct Version {
            schema: String,
        }
        if let Ok(Version { schema }) = serde_json::from_slice(&content)
            && schema != SCHEMA
        {
            return Err(StateError::Version { path: path.display().to_string(), schema });
        }
        match serde_json::from_slice(&content) {
            Ok(state) => Ok((state, None)),
            Err(_) => {
                files::replace(&path.with_extension("json.damaged"), &content, Access::Public)?;
                let said =
                    format!("{} was damaged and is set aside: everything is done anew", path.display());
                Ok((Self::default(), Some(said)))
            }
        }
    }

    /// Writes it whole.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        let content = serde_json::to_vec(self).map_err(|error| FileError {
            action: "write",
            path: path.to_owned(),
            source: error.into(),
        })?;
        files::replace(path, &content, Access::Public)
    }
}
