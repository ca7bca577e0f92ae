//! Reads the agent's configuration file; what is in it is told by [`model::agent`](crate::model::agent).
//!
//! Nothing is guessed and nothing is overlooked: a key or a value that is not understood is refused with the file and the
//! line.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::model::agent::{AgentConfiguration, SCHEMA};
use crate::platform::files::{self, FileError};

/// A configuration that the agent can't live by.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// There is none.
    #[error("there is no agent configuration {}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// It can't be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It holds a key or a value that is not understood; the source names it, its line and its column.
    #[error("cannot understand {}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        source: serde_yaml::Error,
    },
    /// It is of another schema.
    #[error("{} has the schema {found:?}, not {SCHEMA}", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: String,
    },
    /// Its deadline makes no sense.
    #[error("the deadline in {} is not after launched_at", path.display())]
    Deadline {
        /// The file.
        path: PathBuf,
    },
}

/// The configuration in a file.
///
/// # Errors
/// Where the file is not there, can't be read, or holds anything that is not understood.
pub fn read(path: &Path) -> Result<AgentConfiguration, ConfigurationError> {
    let content =
        files::read_if_there(path)?.ok_or_else(|| ConfigurationError::Missing { path: path.to_owned() })?;
    let refuse = |source| ConfigurationError::Content { path: path.to_owned(), source };
    check_schema(path, &serde_yaml::from_slice::<Marked>(&content).map_err(refuse)?.schema)?;
    let configuration: AgentConfiguration = serde_yaml::from_slice(&content).map_err(refuse)?;
    match configuration.deadline {
        Some(deadline) if deadline <= configuration.launched_at => {
            Err(ConfigurationError::Deadline { path: path.to_owned() })
        }
        _ => Ok(configuration),
    }
}

/// The one field that files of every schema have.
#[derive(Deserialize)]
struct Marked {
    schema: String,
}

fn check_schema(path: &Path, found: &str) -> Result<(), ConfigurationError> {
    if found == SCHEMA {
        return Ok(());
    }
    Err(ConfigurationError::Schema { path: path.to_owned(), found: found.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    const GOOD: &str = "\
schema: cloudkit.agent-configuration/v1
launch: lucky-otter
launched_at: 2026-11-21T12:00:00Z
deadline: 2026-11-21T20:00:00Z
end_by: power-off
deadline_script: /usr/local/lib/cloudkit/deadline
warn: terminals
warn_before: 5m
state_directory: /var/lib/cloudkit
run_directory: /run/cloudkit
console: /dev/console
";

    fn read_text(text: &str) -> Result<AgentConfiguration, ConfigurationError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.yaml");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn what_launch_writes_is_what_the_agent_reads() {
        let (launched_at, deadline) =
            ("2026-11-21T12:00:00Z".parse().unwrap(), "2026-11-21T20:00:00Z".parse().ok());
        let written = AgentConfiguration::for_machine("lucky-otter", launched_at, deadline);
        assert_eq!(read_text(GOOD).unwrap(), written);
        assert_eq!(read_text(&serde_yaml::to_string(&written).unwrap()).unwrap(), written);
    }

    #[test]
    fn a_deadline_may_be_absent() {
        let text = GOOD.replace("deadline: 2026-11-21T20:00:00Z\n", "");
        assert_eq!(read_text(&text).unwrap().deadline, None);
    }

    #[test]
    fn what_is_not_understood_is_named_with_its_line() {
        // The parser knows no place of a second key: it is judged after it was read.
        for (from, to, name, line) in [
            ("warn_before: 5m", "warn_befor: 5m", "warn_befor", "line 8"),
            ("warn_before: 5m", "warn_before: 5 minutes", "5 minutes", "line 8"),
            ("launched_at: 2026-11-21T12:00:00Z", "launched_at: yesterday", "launched_at", "line 3"),
            ("end_by: power-off", "end_by: magic", "magic", "line 5"),
            ("run_directory", "deadline", "deadline", ""),
        ] {
            let error = read_text(&GOOD.replace(from, to)).unwrap_err();
            assert!(error.to_string().ends_with("agent.yaml"), "{error}");
            let source = error.source().unwrap().to_string();
            assert!(source.contains(name) && source.contains(line), "{source}");
        }
    }

    #[test]
    fn what_can_not_be_lived_by_is_refused() {
        assert!(matches!(read(Path::new("no/agent.yaml")), Err(ConfigurationError::Missing { .. })));
        assert!(matches!(read_text(""), Err(ConfigurationError::Content { .. })));
        assert!(matches!(
            read_text(&GOOD.replace("configuration/v1", "configuration/v2\nnew: yes")),
            Err(ConfigurationError::Schema { found, .. }) if found == "cloudkit.agent-configuration/v2"
        ));
        assert!(matches!(
            read_text(&GOOD.replace("T20:00", "T12:00")),
            Err(ConfigurationError::Deadline { .. })
        ));
    }
}
