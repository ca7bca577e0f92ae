//! `cloudkit launch connect`: a shell on a machine, or one command.
//!
//! The terminal is ssh's for as long as it runs; its exit code is the command's.

use std::time::Duration;

use clap::Args;

use super::arguments::ssh_wait;
use super::key;
use super::machines::{self, Found, MachineArguments, named, no_room_to_start};
use super::session_manager;
use super::ssh::{self, KeepKey, LoginArguments};
use super::start;
use crate::aws::types::{Located, MachineState};
use crate::aws::{AwsError, ErrorKind, Session};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::platform::command;
use crate::platform::keys::throw_away::ThrowAwayKey;
use crate::provision::reach::{HostKey, SshTarget};
use crate::provision::wait;

/// How long ssh waits for a connection that is taken up: the server has answered before.
const CONNECT_LIMIT: &str = "ConnectTimeout=15";

/// Open a shell on a machine, or run one command there
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit launch connect trainer
  cloudkit launch connect trainer -- nvidia-smi
  cloudkit launch connect trainer --instance-connect     # without a key of yours on the machine
  cloudkit launch connect trainer --ssm                  # without a key or an open port, by its role")]
pub(super) struct ConnectArguments {
    /// Its id or its name
    #[arg(value_name = "MACHINE")]
    machine: String,
    /// What to run there instead of a shell
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
    /// Where to look: region, pattern or all [default: every region of the account]
    #[arg(short, long, value_name = "REGION")]
    region: Vec<String>,
    #[command(flatten)]
    way: WayArguments,
}

/// How a machine is connected to.
#[derive(Debug, Args)]
pub(in crate::cli) struct WayArguments {
    #[command(flatten)]
    login: LoginArguments,
    /// Log in by EC2 Instance Connect, with a key made for this one connection
    #[arg(long, conflicts_with = "identity")]
    instance_connect: bool,
    /// Log in by Session Manager: no key, no open port, but a role (launch --ssm) and Session Manager's plugin here
    #[arg(long, conflicts_with_all = ["identity", "user", "instance_connect"])]
    ssm: bool,
    /// Refuse where the machine is stopped, instead of starting it
    #[arg(long)]
    no_start: bool,
}

impl WayArguments {
    /// The same, with how to log in by SSH and a key; no other way has a use for it.
    pub(in crate::cli) fn with_login<E>(
        &self,
        login: impl FnOnce(&LoginArguments) -> Result<LoginArguments, E>,
    ) -> Result<Self, E> {
        let by_key = !self.instance_connect && !self.ssm;
        Ok(Self { login: if by_key { login(&self.login)? } else { self.login.clone() }, ..*self })
    }
}

pub(super) fn run(context: &Context<'_>, arguments: &ConnectArguments) -> Result<ExitClass, CommandError> {
    let ConnectArguments { machine, command, region, way } = arguments;
    to(context, machine, region, way, command)
}

/// Opens a shell on the machine that this means, or runs a command there.
pub(in crate::cli) fn to(
    context: &Context<'_>,
    machine: &str,
    region: &[String],
    way: &WayArguments,
    command: &[String],
) -> Result<ExitClass, CommandError> {
    let meant = MachineArguments::one(machine, region);
    let Found { session, machines, .. } = machines::find(context, &meant)?;
    let [one] = machines.as_slice() else {
        let names: Vec<String> = machines.iter().map(named).collect();
        return Err(CommandError::usage(format!(
            "{machine} means {} machines: {}",
            machines.len(),
            names.join(", ")
        ))
        .hint("name one of them"));
    };
    if way.ssm {
        let plugin = session_manager::plugin(context)?;
        let one = awake(context, &session, one, way.no_start)?;
        return session_manager::connect(context, &session, plugin, &one, command);
    }
    context.block_on(ssh::is_here())??;
    let one = awake(context, &session, one, way.no_start)?;
    context.block_on(async {
        let mut target = ssh::target(context, &session, &one, &way.login, KeepKey::InTagToo).await?;
        ssh::tell_of_address(context, &one, &target);
        let limit = ssh_wait(context)?.to_duration();
        if !wait::until_ssh(&target.address, target.port, limit).await {
            return Err(no_answer(&target, limit));
        }
        // EC2 lets the key in for a minute, so it is sent when somebody is there to take it.
        let throw_away = match way.instance_connect {
            true => Some(push_key(context, &session, &one, &mut target).await?),
            false => None,
        };
        if target.host_key == HostKey::Unknown {
            context
                .streams
                .status("its host key is not known: it is not on its console any more, or not yet");
        }
        let mut words = vec!["-o".to_owned(), CONNECT_LIMIT.to_owned()];
        words.extend(target.arguments());
        words.extend(command.iter().cloned());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let code = command::attached("ssh", &words).await.map_err(ssh::not_run)?;
        if code == Some(ssh::FAILED) {
            tell_other_ways(context, &target, throw_away.as_ref());
        }
        drop(throw_away);
        Ok(ExitClass::of_program(code))
    })?
}

/// What else there is where ssh itself failed, which has said why.
fn tell_other_ways(context: &Context<'_>, target: &SshTarget, throw_away: Option<&ThrowAwayKey>) {
    if target.host_key == HostKey::Unknown {
        context.streams.hint("ssh shows a host key that is not known on a terminal, and asks");
    }
    if throw_away.is_none() {
        context.streams.hint(
            "where it was your key that was refused, name another one: --identity FILE; or do without: --instance-connect",
        );
    }
}

fn no_answer(target: &SshTarget, limit: Duration) -> CommandError {
    let SshTarget { instance_id, address, port, .. } = target;
    let error = format!("no SSH server answers at {address} port {port} after {} s", limit.as_secs());
    CommandError::new(ExitClass::Unavailable, error)
        .hint(format!("see how it is doing: cloudkit launch logs {instance_id}"))
        .hint(
            "its security group admits the address from which it was launched; yours may be another one now",
        )
}

/// The machine once it runs: a stopped one is started first.
fn awake(
    context: &Context<'_>,
    session: &Session,
    one: &Located,
    no_start: bool,
) -> Result<Located, CommandError> {
    match one.machine.state {
        MachineState::Running => return Ok(one.clone()),
        MachineState::Stopped if no_start => {
            let error = CommandError::new(ExitClass::No, format!("{} is stopped", named(one)));
            return Err(error.hint(format!("start it: cloudkit launch start {}", one.machine.id)));
        }
        MachineState::Stopped => {
            start::past_deadline(one)?;
            context.streams.status(format_args!("{} is stopped: it is started, and costs again", named(one)));
            let id = std::slice::from_ref(&one.machine.id);
            let started = machines::change(context, async { Ok(session.ec2(&one.region).start(id).await) })?;
            started.map_err(|error| not_started(one, error))?;
        }
        MachineState::Pending => {}
        state => return Err(CommandError::new(ExitClass::No, format!("{} is {state}", named(one)))),
    }
    context.block_on_bounded(async {
        let machine = wait::until_running(&session.ec2(&one.region), &one.machine.id).await?;
        Ok(Located { region: one.region.clone(), machine })
    })
}

fn not_started(one: &Located, error: AwsError) -> CommandError {
    let no_room = error.kind == ErrorKind::Capacity;
    let error = CommandError::from(error);
    if no_room { CommandError { hints: vec![no_room_to_start(one)], ..error } } else { error }
}

/// Lets a key in for a minute that is made for this and forgotten afterwards.
async fn push_key(
    context: &Context<'_>,
    session: &Session,
    one: &Located,
    target: &mut SshTarget,
) -> Result<ThrowAwayKey, CommandError> {
    let key = ThrowAwayKey::make(key::owner(context).as_deref()).await?;
    session.instance_connect(&one.region).push_key(&one.machine.id, &target.user, key.public()).await?;
    target.identity = Some(key.identity().to_owned());
    Ok(key)
}
