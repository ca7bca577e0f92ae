//! The journal: each request for a machine, written down whole before it is sent and again with what came of it.
//!
//! One file a request, readable by its owner alone. It is what makes a retry the very same request; apart from that it is
//! a cache of what AWS knows by tags, and losing it loses nothing.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::aws::types::RunRequest;
use crate::aws::types::fleet::FleetRequest;
use crate::platform::files::{self, Access, FileError};

/// The folder of the journals below the state directory.
const FOLDER: &str = "launches";

/// A request and what is known of its fate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The region it is for.
    pub region: String,
    /// When it was written down.
    pub intended_at: jiff::Timestamp,
    /// The whole request. Its user data is dropped once the outcome is known, since it holds a presigned URL.
    pub request: Request,
    /// What came of it; nothing is known while it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// A request for machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Request {
    /// Machines of one kind in one place.
    Run(Box<RunRequest>),
    /// Machines in any of several pools.
    Fleet(FleetRequest),
}

impl Request {
    /// Its idempotency token.
    #[must_use]
    pub fn client_token(&self) -> &str {
        match self {
            Self::Run(request) => &request.client_token,
            Self::Fleet(request) => &request.client_token,
        }
    }

    fn without_secret(&self) -> Self {
        match self {
            Self::Run(request) => {
                Self::Run(Box::new(RunRequest { user_data: String::new(), ..(**request).clone() }))
            }
            Self::Fleet(request) => Self::Fleet(request.clone()),
        }
    }
}

impl From<&RunRequest> for Request {
    fn from(request: &RunRequest) -> Self {
        Self::Run(Box::new(request.clone()))
    }
}

impl From<&FleetRequest> for Request {
    fn from(request: &FleetRequest) -> Self {
        Self::Fleet(request.clone())
    }
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It made this machine.
    Made(String),
    /// It made these machines.
    MadeSeveral(Vec<String>),
    /// It was refused, or never reached EC2.
    Nothing(String),
}

impl Outcome {
    /// It made machines, or none.
    #[must_use]
    pub fn made(mut ids: Vec<String>) -> Self {
        match ids.len() {
            0 => Self::Nothing("EC2 had none of the machines".to_owned()),
            1 => Self::Made(ids.remove(0)),
            _ => Self::MadeSeveral(ids),
        }
    }
}

/// An entry that can't be read as one.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The entry can't be written as JSON.
    #[error("a journal entry cannot be written")]
    Unwritable(#[from] serde_json::Error),
}

/// The journals of one user.
#[derive(Debug, Clone)]
pub struct Journal {
    folder: PathBuf,
}

impl Journal {
    /// The journal below a state directory.
    #[must_use]
    pub fn in_state_directory(directory: &Path) -> Self {
        Self { folder: directory.join(FOLDER) }
    }

    fn path(&self, client_token: &str) -> PathBuf {
        self.folder.join(format!("{client_token}.json"))
    }

    /// Writes down what is going to be asked; hands back the entry, to be settled.
    ///
    /// # Errors
    /// Where it can't be written; the request must not be sent then.
    pub fn intend(
        &self,
        region: &str,
        request: Request,
        now: jiff::Timestamp,
    ) -> Result<Entry, JournalError> {
        let entry = Entry { region: region.to_owned(), intended_at: now, request, outcome: None };
        self.write(&entry)?;
        Ok(entry)
    }

    /// Writes down what came of it.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn settle(&self, entry: &Entry, outcome: Outcome) -> Result<(), JournalError> {
        let request = entry.request.without_secret();
        self.write(&Entry { outcome: Some(outcome), request, ..entry.clone() })
    }

    fn write(&self, entry: &Entry) -> Result<(), JournalError> {
        let content = serde_json::to_vec_pretty(entry)?;
        Ok(files::replace(&self.path(entry.request.client_token()), &content, Access::Private)?)
    }

    /// The entry of a request, read back as it was written.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub fn entry(&self, client_token: &str) -> Result<Option<Entry>, JournalError> {
        let content = files::read_if_there(&self.path(client_token))?;
        Ok(content.and_then(|content| serde_json::from_slice(&content).ok()))
    }

    /// The requests of which nothing is known: a laptop that was closed, a process that was killed.
    ///
    /// # Errors
    /// Where the folder is there and can't be read.
    pub fn unsettled(&self) -> Result<Vec<Entry>, JournalError> {
        let names = match std::fs::read_dir(&self.folder) {
            Ok(names) => names,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(FileError { action: "read", path: self.folder.clone(), source }.into()),
        };
        let mut tokens: Vec<String> = names
            .filter_map(|name| {
                name.ok()?.file_name().into_string().ok()?.strip_suffix(".json").map(str::to_owned)
            })
            .collect();
        tokens.sort_unstable();
        let mut unsettled = Vec::new();
        for token in tokens {
            unsettled.extend(self.entry(&token)?.filter(|entry| entry.outcome.is_none()));
        }
        Ok(unsettled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::types::RunCount;
    use crate::aws::types::volume::BlockDevice;
    use crate::model::{Market, VolumeKind};

    fn request() -> RunRequest {
        RunRequest {
            client_token: "cloudkit-l-0-0".to_owned(),
            image: "ami-1".to_owned(),
            instance_type: "m7i.large".to_owned(),
            count: RunCount::default(),
            zone: None,
            groups: vec!["sg-1".to_owned()],
            interface: None,
            key_pair: None,
            block_devices: vec![BlockDevice {
                device: "/dev/xvda".to_owned(),
                gib: Some(8),
                kind: Some(VolumeKind::Gp3),
                iops: None,
                throughput: None,
            }],
            market: Market::OnDemand,
            max_price: None,
            reservation: None,
            ending: crate::aws::types::ending::RunEnding::default(),
            user_data: "c2VjcmV0".to_owned(),
            tags: Vec::new(),
        }
    }

    #[test]
    fn a_request_is_read_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_state_directory(folder.path());
        assert!(journal.unsettled().unwrap().is_empty());
        journal.intend("us-east-1", Request::from(&request()), jiff::Timestamp::UNIX_EPOCH).unwrap();
        let unsettled = journal.unsettled().unwrap();
        assert_eq!(unsettled.len(), 1);
        assert_eq!(unsettled[0].request, Request::from(&request()));
    }

    #[test]
    fn a_settled_request_keeps_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_state_directory(folder.path());
        journal.intend("us-east-1", Request::from(&request()), jiff::Timestamp::UNIX_EPOCH).unwrap();
        let entry = journal.unsettled().unwrap().remove(0);
        journal.settle(&entry, Outcome::Made("i-1".to_owned())).unwrap();
        assert!(journal.unsettled().unwrap().is_empty());
        let text = std::fs::read_to_string(folder.path().join("launches/cloudkit-l-0-0.json")).unwrap();
        assert!(text.contains("i-1") && !text.contains("c2VjcmV0"), "{text}");
    }
}
