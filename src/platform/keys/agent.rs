//! The keys that a running SSH agent offers.
//!
//! The agent is asked by OpenSSH's own `ssh-add`, which knows where it is on each system.

use std::time::Duration;

use super::is_public_key;
use crate::platform::command::{self, CommandError};

/// An agent that asks its user first may never answer.
const LIMIT: Duration = Duration::from_secs(5);
/// The kinds of keys, the better first.
const KINDS: [&str; 5] = ["ssh-ed25519", "ecdsa-sha2-", "sk-ssh-ed25519", "sk-ecdsa-", "ssh-rsa"];

/// The best key that the agent offers; none where it has none, or there is no agent.
///
/// # Errors
/// Where the agent does not answer.
pub async fn best_key() -> Result<Option<String>, CommandError> {
    match command::output("ssh-add", &["-L"], LIMIT).await {
        Ok(lines) => Ok(best(&lines)),
        // Without keys it ends with 1; without the program there is no agent that it could speak to.
        Err(CommandError::Failed { status, .. }) if status.code() == Some(1) => Ok(None),
        Err(CommandError::Start { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn best(lines: &str) -> Option<String> {
    let keys: Vec<&str> = lines.lines().map(str::trim).filter(|line| is_public_key(line)).collect();
    KINDS.iter().find_map(|kind| keys.iter().find(|key| key.starts_with(kind))).map(|&key| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::keys::tests::{ED25519, RSA};

    #[test]
    fn the_best_key_of_an_agent_is_taken() {
        assert_eq!(best(&format!("{RSA}\n{ED25519}\n")).unwrap(), ED25519);
        assert_eq!(best("The agent has no identities.\n"), None);
    }
}
