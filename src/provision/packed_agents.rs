//! Agents as they travel: each is compressed once, however many regions it is sent to at the same time.
//!
//! Nothing is kept longer than what asks for it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::agent_binary::{AgentBinary, AgentBinaryError};

/// The compressed agents of a command, by the SHA-256 of what was compressed.
#[derive(Debug, Clone, Default)]
pub struct PackedAgents(Arc<Mutex<BTreeMap<String, Arc<[u8]>>>>);

impl PackedAgents {
    /// What is uploaded of a file that has to have this SHA-256. Compressing does not keep other calls waiting, but those who
    /// ask for an agent.
    ///
    /// # Errors
    /// As [`AgentBinary::compressed_content`].
    pub async fn content(&self, file: &Path, sha256: &str) -> Result<Arc<[u8]>, AgentBinaryError> {
        let mut packed = self.0.lock().await;
        if let Some(content) = packed.get(sha256) {
            return Ok(Arc::clone(content));
        }
        let (path, wanted) = (file.to_owned(), sha256.to_owned());
        let compressed =
            tokio::task::spawn_blocking(move || AgentBinary::compressed_content(&path, &wanted)).await;
        let ended = |error: tokio::task::JoinError| AgentBinaryError::Unreadable {
            path: file.to_owned(),
            source: std::io::Error::other(error),
        };
        let content: Arc<[u8]> = compressed.map_err(ended)??.into();
        packed.insert(sha256.to_owned(), Arc::clone(&content));
        Ok(content)
    }
}
