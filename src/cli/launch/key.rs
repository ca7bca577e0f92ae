//! The SSH key that a launch lets in: named, found, offered by the agent, or made.
//!
//! A new key is written only when the launch goes ahead.

use std::path::PathBuf;

use super::arguments::NetworkArguments;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::settings::Key;
use crate::platform::keys::make::{MakeKeyError, NewKey};
use crate::platform::keys::{self, KeyError, PublicKey, agent};
use crate::provision::world::key::KnownKey;

/// The key of a launch.
#[derive(Debug)]
pub(in crate::cli) struct LaunchKey {
    /// What the plan is told of it.
    pub(in crate::cli) known: KnownKey,
    /// The private file to name in the ssh command, where it is not one that ssh tries by itself.
    pub(in crate::cli) identity_file: Option<PathBuf>,
    new: Option<NewKey>,
}

impl LaunchKey {
    fn of_file(context: &Context<'_>, key: PublicKey) -> Result<Self, CommandError> {
        let PublicKey { identity, line, .. } = key;
        let usual = keys::is_usual(context.process.home()?, &identity);
        let identity_file = (!usual).then(|| identity.clone());
        Ok(Self { known: KnownKey::File { identity, line }, identity_file, new: None })
    }

    /// Writes the key down where it is a new one, and says so.
    pub(in crate::cli) async fn write(&self, context: &Context<'_>) -> Result<(), CommandError> {
        let Some(new) = &self.new else { return Ok(()) };
        new.write(owner(context).as_deref()).await?;
        context.streams.status(format_args!(
            "made SSH key {}, which stays for later launches: keep it to yourself",
            new.public.identity.display()
        ));
        Ok(())
    }
}

/// Finds the key that is let in; where there is none anywhere, a new one that is not written yet.
pub(super) async fn find(
    context: &Context<'_>,
    arguments: &NetworkArguments,
) -> Result<LaunchKey, CommandError> {
    let home = context.process.home()?;
    if arguments.key_pair.is_some() {
        let own = keys::own_keys(home).into_iter().map(|key| (key.identity, key.line)).collect();
        return Ok(LaunchKey { known: KnownKey::Pair { own }, identity_file: None, new: None });
    }
    if arguments.ssh_agent {
        let none = || CommandError::usage("the SSH agent has no key").hint("add one to it: ssh-add FILE");
        let line = offered_by_agent(context).await.ok_or_else(none)?;
        return Ok(LaunchKey { known: KnownKey::Agent { line }, identity_file: None, new: None });
    }
    find_file(context, arguments.ssh_key.clone()).await
}

/// The key of a file, that of the setting, or one of the usual places; where there is none anywhere, a new one that is not
/// written yet.
pub(in crate::cli) async fn find_file(
    context: &Context<'_>,
    named: Option<PathBuf>,
) -> Result<LaunchKey, CommandError> {
    let home = context.process.home()?;
    let setting = || context.settings.text(Key::SshPublic).map(PathBuf::from);
    if let Some(path) = named.or_else(setting) {
        return LaunchKey::of_file(context, keys::read_public_key(&path)?);
    }
    let unusable = match keys::usual_public_key(home) {
        Ok(Some(key)) => return LaunchKey::of_file(context, key),
        Ok(None) => None,
        Err(error @ KeyError::PublicHalfUnknown { .. }) => Some(error),
        Err(error) => return Err(error.into()),
    };
    if let Some(line) = offered_by_agent(context).await {
        return Ok(LaunchKey { known: KnownKey::Agent { line }, identity_file: None, new: None });
    }
    if let Some(error) = unusable {
        return Err(error.into());
    }
    let new = NewKey::in_home(home, "made by cloudkit launch")?;
    let PublicKey { identity, line, .. } = new.public.clone();
    Ok(LaunchKey { known: KnownKey::New { identity, line }, identity_file: None, new: Some(new) })
}

/// An agent that fails is said to have failed; a launch does not hang on it.
pub(super) async fn offered_by_agent(context: &Context<'_>) -> Option<String> {
    // Elsewhere OpenSSH finds its agent only by this variable; on Windows it is at a place of its own.
    if cfg!(unix) && context.process.variable("SSH_AUTH_SOCK").is_none() {
        return None;
    }
    match agent::best_key().await {
        Ok(key) => key,
        Err(error) => {
            context.streams.warn(format_args!("the SSH agent gives no answer: {error}"));
            None
        }
    }
}

/// Who the user is on Windows.
pub(super) fn owner(context: &Context<'_>) -> Option<String> {
    let (domain, user) = (context.process.variable("USERDOMAIN"), context.process.variable("USERNAME")?);
    Some(domain.map_or_else(|| user.to_owned(), |domain| format!("{domain}\\{user}")))
}

impl From<KeyError> for CommandError {
    fn from(error: KeyError) -> Self {
        let hint = error.hint();
        Self::usage(error).hints(hint).hint("name another key: --ssh-key FILE")
    }
}

impl From<MakeKeyError> for CommandError {
    fn from(error: MakeKeyError) -> Self {
        Self::usage(error).hint("name a key of yours: --ssh-key FILE")
    }
}
