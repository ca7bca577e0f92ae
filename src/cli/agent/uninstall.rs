//! `cloudkit agent uninstall`: takes the agent away; the deadline stays.
//!
//! The dead-man timer is what ends a machine that nobody remembers: it goes only where that is asked for by name.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;

use super::install::needs_root_of_linux;
use crate::cli::command_error::{CommandError, with_causes};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::agent::CONFIGURATION_PATH;
use crate::platform::{command, files, variables};

const LIMIT: Duration = Duration::from_secs(60);
const AGENT_UNIT: &str = "/etc/systemd/system/cloudkit-agent.service";
const AGENT_FILES: [&str; 3] = [AGENT_UNIT, "/etc/tmpfiles.d/cloudkit.conf", "/run/motd.d/cloudkit"];
const TIMER: &str = "/etc/systemd/system/cloudkit-deadline.timer";
const TIMER_RECORD: &str = "/var/lib/cloudkit/deadline";
const TIMER_FILES: [&str; 8] = [
    "/etc/systemd/system/timers.target.wants/cloudkit-deadline.timer",
    "/etc/systemd/system/cloudkit-deadline.timer.d/time.conf",
    TIMER,
    "/etc/systemd/system/cloudkit-deadline.service",
    "/usr/local/lib/cloudkit/deadline",
    TIMER_RECORD,
    "/var/lib/cloudkit/deadline-armed",
    "/var/lib/cloudkit/deadline-over",
];

/// Take the agent off this machine; its deadline stays
///
/// The dead-man timer goes on and ends the machine, unless --with-deadline takes it away too.
#[derive(Debug, Args)]
pub(super) struct UninstallArguments {
    /// Take the dead-man timer away too: nothing ends this machine by itself any more
    #[arg(long)]
    with_deadline: bool,
}

pub(super) fn run(context: &Context<'_>, arguments: &UninstallArguments) -> Result<ExitClass, CommandError> {
    needs_root_of_linux(context)?;
    let root = Root(context.process.variable(variables::ROOT.name).unwrap_or_default());
    let deadline = root.deadline()?;
    let was_there = root.path(AGENT_UNIT).exists();
    if was_there {
        systemctl(context, &["disable", "--now", "cloudkit-agent.service"]);
        root.remove(&AGENT_FILES)?;
        context.streams.status("the agent is gone");
    } else {
        context.streams.status("there is no agent on this machine");
    }
    let has_timer = root.path(TIMER).exists();
    if has_timer && arguments.with_deadline {
        systemctl(context, &["stop", "--no-block", "cloudkit-deadline.timer", "cloudkit-deadline.service"]);
        root.remove(&TIMER_FILES)?;
    }
    systemctl(context, &["daemon-reload"]);
    match (has_timer, arguments.with_deadline) {
        (true, false) => {
            let at = deadline.map_or_else(|| "at its deadline".to_owned(), |at| format!("at {at}"));
            context.streams.warn(format_args!("the dead-man timer stays: it ends this machine {at}"));
            context.streams.hint("take it away too: sudo cloudkit agent uninstall --with-deadline");
        }
        (true, true) => {
            context.streams.warn("the dead-man timer is gone: nothing ends this machine by itself any more");
        }
        (false, _) => {
            context.streams.warn("there is no dead-man timer: nothing ends this machine by itself");
        }
    }
    let left: Vec<&str> = ["/usr/local/bin/cloudkit", CONFIGURATION_PATH, "/var/lib/cloudkit"]
        .into_iter()
        .filter(|path| root.path(path).exists())
        .collect();
    if !left.is_empty() {
        context.streams.status(format_args!("left as they are: {}", left.join(", ")));
    }
    let took_something = was_there || (has_timer && arguments.with_deadline);
    Ok(if took_something { ExitClass::Done } else { ExitClass::No })
}

/// The root of the file system that is meant; empty is this machine's own.
struct Root<'r>(&'r str);

impl Root<'_> {
    fn path(&self, path: &str) -> PathBuf {
        PathBuf::from(format!("{}{path}", self.0))
    }

    fn remove(&self, paths: &[&str]) -> Result<(), CommandError> {
        for path in paths {
            files::remove_if_there(&self.path(path))?;
        }
        Ok(())
    }

    /// When the timer ends the machine, where its record says.
    fn deadline(&self) -> Result<Option<Timestamp>, CommandError> {
        let content = files::read_if_there(Path::new(&self.path(TIMER_RECORD)))?.unwrap_or_default();
        let text = String::from_utf8_lossy(&content).into_owned();
        let seconds = text.lines().next().and_then(|line| line.parse().ok());
        Ok(seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()))
    }
}

/// What systemd does not do is told; the files go all the same.
fn systemctl(context: &Context<'_>, arguments: &[&str]) {
    let ran = context.block_on(command::run("systemctl", arguments, "", LIMIT));
    if let Ok(Err(error)) = ran {
        context.streams.warn(format_args!("systemctl {}: {}", arguments.join(" "), with_causes(&error)));
    }
}
