//! The way to a machine by SSH: who logs in, by which address, and whose host key is believed.
//!
//! Shared by `connect`, `ssh-config`, `logs` and `status`; what is done there is theirs.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::arguments::ssh_port;
use super::machines::named;
use crate::aws::Session;
use crate::aws::types::Located;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::tag::{self, Tag};
use crate::platform::command;
use crate::platform::files::{self, Access};
use crate::provision::image;
use crate::provision::reach::{self, HostKey, SshTarget};

/// The file of known hosts below the state directory.
const KNOWN_HOSTS: &str = "known_hosts";

/// What ssh ends with where it is itself at fault, or where what it ran ended so.
pub(in crate::cli) const FAILED: i32 = 255;
/// How long it may take to say which version it is.
const VERSION_LIMIT: Duration = Duration::from_secs(5);

/// Looks for ssh, without which nothing else need be done.
pub(in crate::cli) async fn is_here() -> Result<(), CommandError> {
    match command::said("ssh", &["-V"], &[], VERSION_LIMIT).await {
        Err(error @ command::CommandError::Start { .. }) => Err(not_run(error)),
        _ => Ok(()),
    }
}

/// ssh could not be run.
pub(in crate::cli) fn not_run(error: command::CommandError) -> CommandError {
    CommandError::usage(error)
        .hint("install an OpenSSH client: on Windows it is an optional feature of the system")
}

/// How to log in, where that is not known.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct LoginArguments {
    /// User to log in as [default: the user of the machine's image]
    #[arg(long, value_name = "USER")]
    pub(in crate::cli) user: Option<String>,
    /// Private key to log in with [default: those that ssh tries by itself]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) identity: Option<PathBuf>,
}

/// Where a host key that was found is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum KeepKey {
    /// Among the known hosts of this computer alone.
    Here,
    /// In a tag of the machine as well, so that nobody has to look for it again.
    InTagToo,
}

/// The way to a running machine.
///
/// # Errors
/// Where it has no address, or who logs in is not known.
pub(in crate::cli) async fn target(
    context: &Context<'_>,
    session: &Session,
    one: &Located,
    login: &LoginArguments,
    keep: KeepKey,
) -> Result<SshTarget, CommandError> {
    let machine = &one.machine;
    let address = machine.reached_at().map(str::to_owned).ok_or_else(|| {
        CommandError::new(ExitClass::No, format!("{} has no address: it is {}", named(one), machine.state))
    })?;
    let user = match &login.user {
        Some(user) => user.clone(),
        None => login_user(session, one).await?,
    };
    let known_hosts = context.process.state_directory()?.join(KNOWN_HOSTS);
    let found = host_key(context, session, one, keep).await;
    let host_key = match found {
        Some(key) => {
            // Another command may be at another machine just now: neither may write over what the other has.
            files::change(&known_hosts, Access::Private, |before| {
                reach::with_host_key(&String::from_utf8_lossy(before), &machine.id, &key).into_bytes()
            })?;
            HostKey::Known
        }
        None => {
            let known = files::read_if_there(&known_hosts)?.unwrap_or_default();
            match reach::has_host_key(&String::from_utf8_lossy(&known), &machine.id) {
                true => HostKey::Known,
                false => HostKey::Unknown,
            }
        }
    };
    Ok(SshTarget {
        instance_id: machine.id.clone(),
        address,
        port: ssh_port(context)?,
        user,
        identity: login.identity.clone(),
        known_hosts,
        host_key,
    })
}

/// Says where a machine is reached that has no public address.
pub(super) fn tell_of_address(context: &Context<'_>, one: &Located, target: &SshTarget) {
    let address = &target.address;
    if one.machine.private_address.as_ref() == Some(address) {
        context.streams.status(format_args!("it has no public address; {address} is inside its network"));
    }
}

/// The user that the machine's key is for: that of its tag, else that of its image.
async fn login_user(session: &Session, one: &Located) -> Result<String, CommandError> {
    if let Some(user) = one.machine.tag(tag::LOGIN_USER) {
        return Ok(user.to_owned());
    }
    let image = match &one.machine.image {
        Some(id) => session.ec2(&one.region).images(&[id]).await?.into_iter().next(),
        None => None,
    };
    let user = image.as_ref().and_then(image::recognise).map(|known| known.login_user);
    user.map(str::to_owned).ok_or_else(|| {
        CommandError::usage(format!(
            "who logs in on {} is not known: its image is nobody's that is known",
            named(one)
        ))
        .hint("say who: --user NAME")
    })
}

/// The machine's host key: by its tag, else from its console, and then kept in the tag where it may be. A console that can't be read is no
/// failure, since ssh can still ask.
async fn host_key(context: &Context<'_>, session: &Session, one: &Located, keep: KeepKey) -> Option<String> {
    if let Some(key) = reach::known_host_key(&one.machine) {
        return Some(key.to_owned());
    }
    let ec2 = session.ec2(&one.region);
    let written = match ec2.console(&one.machine.id).await {
        Ok(written) => written,
        Err(error) => {
            context.streams.detail(format_args!("its console can't be read: {error}"));
            return None;
        }
    };
    let key = reach::host_key_on_console(&written)?;
    if keep == KeepKey::Here {
        return Some(key);
    }
    let tag = Tag::new(tag::HOST_KEY, key.clone());
    if let Err(error) = ec2.set_tags(std::slice::from_ref(&one.machine.id), &[tag]).await {
        context.streams.detail(format_args!("its host key can't be kept in a tag: {error}"));
    }
    Some(key)
}
