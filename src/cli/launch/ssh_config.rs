//! `cloudkit launch ssh-config`: a file for ssh in which every running machine has its name.
//!
//! The file is written anew each time; of the user's own configuration one line is touched, the one that includes it.

use std::path::Path;

use clap::Args;

use super::machines::{self, Found, MachineArguments, named};
use super::ssh::{self, KeepKey, LoginArguments};
use crate::aws::types::MachineState;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::tag;
use crate::platform::files::{self, Access};

/// Our file in the user's folder of ssh, and the line that includes it.
const FILE_NAME: &str = "cloudkit_config";
const INCLUDE: &str = "Include cloudkit_config";

/// Write a configuration for ssh, so that `ssh NAME`, scp, rsync and editors reach machines by their names
#[derive(Debug, Args)]
pub(super) struct SshConfigArguments {
    #[command(flatten)]
    machines: MachineArguments,
    #[command(flatten)]
    login: LoginArguments,
    /// Print it instead of writing it
    #[arg(long)]
    print: bool,
}

pub(super) fn run(context: &Context<'_>, arguments: &SshConfigArguments) -> Result<ExitClass, CommandError> {
    let Found { session, machines, class, .. } = machines::find_or_all(context, &arguments.machines)?;
    let (mut blocks, mut left_out) = (Vec::new(), 0);
    for one in &machines {
        if one.machine.state != MachineState::Running {
            left_out += 1;
            continue;
        }
        let target = ssh::target(context, &session, one, &arguments.login, KeepKey::InTagToo);
        match context.block_on_bounded(target) {
            Ok(target) => {
                ssh::tell_of_address(context, one, &target);
                let name = one.machine.tag(tag::NAME).filter(|name| is_host_name(name));
                let names: Vec<&str> = name.into_iter().chain([one.machine.id.as_str()]).collect();
                blocks.push(target.configuration(&names));
            }
            Err(error) => {
                left_out += 1;
                context.streams.warn(format_args!("{} is left out: {}", named(one), error.error));
            }
        }
    }
    let content = format!(
        "# Written by cloudkit launch ssh-config, and written anew by the next one.\n{}",
        blocks.join("\n")
    );
    if left_out > 0 {
        context.streams.status(format_args!(
            "machines left out, which do not run or can't be reached by SSH: {left_out}"
        ));
    }
    if arguments.print {
        context.streams.write_text(&content)?;
        return Ok(class);
    }
    let folder = context.process.home()?.join(".ssh");
    let path = folder.join(FILE_NAME);
    files::replace(&path, content.as_bytes(), Access::Private)?;
    context.streams.status(format_args!("{} names {} machines", path.display(), blocks.len()));
    include(context, &folder.join("config"))?;
    Ok(class)
}

/// Whether a machine's name can stand as a host's: ssh takes patterns and spaces there.
fn is_host_name(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) && !name.starts_with('-')
}

/// Makes the user's configuration include ours, first of all, since ssh takes the first value it finds.
fn include(context: &Context<'_>, path: &Path) -> Result<(), CommandError> {
    let before = files::read_if_there(path)?.unwrap_or_default();
    let text = String::from_utf8_lossy(&before);
    if text.lines().any(|line| line.trim() == INCLUDE) {
        return Ok(());
    }
    files::replace(path, format!("{INCLUDE}\n\n{text}").as_bytes(), Access::Private)?;
    context.streams.status(format_args!("{} now begins with: {INCLUDE}", path.display()));
    Ok(())
}
