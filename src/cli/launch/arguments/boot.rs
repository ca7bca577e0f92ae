//! The flags that add something to a machine's start: user data, scripts, commands, their environment, no agent.
//!
//! Files are read and checked here, before anything is looked up or made.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cloudinit::user::{
    self, Environment, EnvironmentError, Interpreter, Job, UserBoot, UserDataError,
};
use crate::platform::files::FileError;
use crate::platform::random;
use crate::provision::wish::AgentWish;

/// What is added to a machine's start.
#[derive(Debug, Args)]
#[command(next_help_heading = "At its start")]
pub(in crate::cli::launch) struct BootArguments {
    /// Cloud-config, script or multi-part file that joins the machine's own user data; can be given more than once
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    user_data: Vec<PathBuf>,
    /// Script that root runs once on the new machine; can be given more than once
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    script: Vec<PathBuf>,
    /// Command that the login user runs once, after the scripts; can be given more than once
    #[arg(long, value_name = "CMD")]
    command: Vec<String>,
    /// Variable of scripts and commands; KEY alone takes its value from here. Never in user data, tags or plans
    #[arg(long, value_name = "KEY[=VALUE]")]
    env: Vec<String>,
    /// File of such variables, a line each
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    env_file: Vec<PathBuf>,
    /// Launch without the agent: the timer alone ends the machine, nothing watches it, and no bucket is made for it
    #[arg(long, help_heading = "Agent", conflicts_with_all = ["agent_binary", "agent_folder", "agent_url", "keep"])]
    no_agent: bool,
}

impl BootArguments {
    pub(in crate::cli::launch) fn agent(&self) -> AgentWish {
        if self.no_agent { AgentWish::None } else { AgentWish::Installed }
    }

    /// What the user adds, read and checked.
    pub(in crate::cli::launch) fn user(&self, context: &Context<'_>) -> Result<UserBoot, CommandError> {
        let mut added = UserBoot::default();
        for file in &self.user_data {
            let parts = user::read(&file.display().to_string(), &content(file)?)?;
            added.parts.extend(parts);
        }
        for (key, earlier, later) in user::replaced(&added.parts) {
            context.streams.warn(format_args!(
                "{key} of {later} takes the place of {key} of {earlier}, as cloud-init merges; merge_how in {later} says otherwise"
            ));
        }
        for file in &self.script {
            added.jobs.push(script(context, file)?);
        }
        for command in &self.command {
            added.jobs.push(Job::command(command)?);
        }
        added.environment = self.environment(context)?;
        if !added.environment.is_empty() && added.jobs.is_empty() {
            context.streams.warn("--env is for --script and --command, and there are none: log in and read /etc/cloudkit/environment");
        }
        if !added.is_empty() {
            added.salt = random::salt().map_err(CommandError::usage)?;
        }
        Ok(added)
    }

    /// Files first, so that a variable of the command line goes over one of a file.
    fn environment(&self, context: &Context<'_>) -> Result<Environment, CommandError> {
        let known = |name: &str| context.process.variable(name).map(str::to_owned);
        let mut environment = Environment::default();
        for file in &self.env_file {
            let text = text(file)?;
            environment.read_file(&text, known).map_err(|error| {
                let error = CommandError::usage(format!("{}: {error}", file.display()));
                error.hint("write KEY=VALUE on each line; a KEY alone takes its value from here")
            })?;
        }
        for variable in &self.env {
            let (name, value) = match variable.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (variable.as_str(), known(variable)),
            };
            // The name is judged first: what is typed without one may be a value.
            environment.set(name, value.as_deref().unwrap_or_default())?;
            if value.is_none() {
                let error = CommandError::usage(format!("--env {name}: {name} has no value here"));
                return Err(error.hint(format!("give one: --env {name}=VALUE, or export {name} first")));
            }
        }
        Ok(environment)
    }
}

fn script(context: &Context<'_>, file: &Path) -> Result<Job, CommandError> {
    let name = file.display().to_string();
    let (job, interpreter) = Job::script(&name, &text(file)?)?;
    if interpreter == Interpreter::Assumed {
        context.streams.warn(format_args!("{name} does not begin with #!, so /bin/bash runs it"));
    }
    Ok(job)
}

fn content(file: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(file).map_err(|source| {
        let error = CommandError::from(FileError { action: "read", path: file.to_owned(), source });
        error.hint("name a file that is there and can be read")
    })
}

fn text(file: &Path) -> Result<String, CommandError> {
    String::from_utf8(content(file)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        let error = CommandError::usage(format!(
            "{}: it is not UTF-8 text: byte {at} cannot be read",
            file.display()
        ));
        error.hint("give text")
    })
}

impl From<UserDataError> for CommandError {
    fn from(error: UserDataError) -> Self {
        let hint = error.hint();
        let error = Self::usage(error);
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

impl From<EnvironmentError> for CommandError {
    fn from(error: EnvironmentError) -> Self {
        let hint = "name another variable: --env KEY=VALUE";
        Self::usage(format!("--env: {error}")).hint(hint)
    }
}
