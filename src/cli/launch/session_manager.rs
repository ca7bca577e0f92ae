//! Session Manager's plugin: a terminal on a machine, or what one command there says.
//!
//! The plugin is looked for before a session is opened, so that none stays open without it.

use std::time::Duration;

use super::machines::named;
use crate::aws::Session;
use crate::aws::ssm_session::StartedSession;
use crate::aws::types::Located;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::platform::command::{self, Said};

const PROGRAM: &str = "session-manager-plugin";
/// By this variable the plugin takes AWS's answer, whose token is nobody else's to see; what an argument holds, everybody on
/// this computer can see. The versions after this one know it.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/plugin-version-history.html>
const ANSWER_VARIABLE: &str = "AWS_SSM_START_SESSION_RESPONSE";
const LAST_WITHOUT_VARIABLE: [u64; 4] = [1, 2, 497, 0];
const VERSION_LIMIT: Duration = Duration::from_secs(5);
const INSTALL: &str = "install it: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html";

/// The plugin of this computer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plugin {
    takes_variable: bool,
}

impl Plugin {
    /// Looks for it.
    pub(super) async fn find() -> Result<Self, command::CommandError> {
        let said = command::said(PROGRAM, &["--version"], &[], VERSION_LIMIT).await?;
        Ok(Self { takes_variable: takes_variable(&said.stdout) })
    }

    /// What it is started with: its arguments and its variables.
    fn invocation<'s>(
        self,
        context: &'s Context<'_>,
        one: &'s Located,
        session: &'s StartedSession,
    ) -> ([&'s str; 6], Vec<(&'static str, &'s str)>) {
        let (answer, variables) = match self.takes_variable {
            true => (ANSWER_VARIABLE, vec![(ANSWER_VARIABLE, session.answer.as_str())]),
            false => (session.answer.as_str(), Vec::new()),
        };
        let profile = context.profile().unwrap_or_default();
        let (region, request) = (one.region.as_str(), session.request.as_str());
        ([answer, region, "StartSession", profile, request, &session.endpoint], variables)
    }

    /// What a command on a machine says, session and all.
    pub(super) async fn said(
        self,
        context: &Context<'_>,
        session: &Session,
        one: &Located,
        command: &str,
        limit: Duration,
    ) -> Result<Said, Box<dyn std::error::Error + Send + Sync>> {
        let sessions = session.sessions(&one.region);
        let started = sessions.start(&one.machine.id, Some(command)).await?;
        let (arguments, variables) = self.invocation(context, one, &started);
        let said = command::said(PROGRAM, &arguments, &variables, limit).await;
        if said.is_err() {
            // It closes by itself, only later.
            let _ = sessions.end(&started).await;
        }
        Ok(said?)
    }
}

/// Whether a version, as the plugin prints it, takes AWS's answer by a variable.
fn takes_variable(version: &str) -> bool {
    let numbers = version.trim().split('.').map(str::parse).collect::<Result<Vec<u64>, _>>();
    numbers.is_ok_and(|numbers| numbers.as_slice() > LAST_WITHOUT_VARIABLE.as_slice())
}

fn no_plugin(error: command::CommandError) -> CommandError {
    CommandError::usage(error).hint(INSTALL)
}

/// The plugin of this computer, without which nothing else need be done.
pub(super) fn plugin(context: &Context<'_>) -> Result<Plugin, CommandError> {
    context.block_on(Plugin::find())?.map_err(no_plugin)
}

/// Hands the terminal over to a shell on a machine, or to a command there.
pub(super) fn connect(
    context: &Context<'_>,
    session: &Session,
    plugin: Plugin,
    one: &Located,
    command: &[String],
) -> Result<ExitClass, CommandError> {
    let command = for_a_shell(command)?;
    let sessions = session.sessions(&one.region);
    let started = context
        .block_on_bounded(async { Ok(sessions.start(&one.machine.id, command.as_deref()).await?) })
        .map_err(|error| with_role(one, error))?;
    let (arguments, variables) = plugin.invocation(context, one, &started);
    let code = context.block_on(async {
        let code = command::attached_with(PROGRAM, &arguments, &variables).await;
        if code.is_err() {
            let _ = sessions.end(&started).await;
        }
        code
    })?;
    Ok(ExitClass::of_program(code.map_err(no_plugin)?))
}

/// A command as Session Manager's agent takes it: it splits it into words, and runs the first without a shell. ssh's words
/// are read by one, so these are too.
fn for_a_shell(words: &[String]) -> Result<Option<String>, CommandError> {
    if words.is_empty() {
        return Ok(None);
    }
    Ok(Some(shlex::try_join(["sh", "-c", &words.join(" ")]).map_err(CommandError::usage)?))
}

/// A refusal, with what the machine's role has to do with it.
fn with_role(one: &Located, error: CommandError) -> CommandError {
    match &one.machine.profile {
        Some(_) => error,
        None => error.hint(format!(
            "{} was launched without a role; by SSH: cloudkit launch connect {}",
            named(one),
            one.machine.id
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_reaches_a_shell_on_the_machine() {
        let command = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
            for_a_shell(&words).unwrap()
        };
        assert_eq!(command(&[]), None);
        assert_eq!(command(&["ls -l | wc"]).unwrap(), "sh -c 'ls -l | wc'");
        let split = shlex::split(&command(&["echo", "'it' $HOME \"is\""]).unwrap()).unwrap();
        assert_eq!(split, ["sh", "-c", "echo 'it' $HOME \"is\""]);
    }

    #[test]
    fn only_later_versions_take_the_answer_by_a_variable() {
        for (version, takes) in [
            ("1.2.707.0\n", true),
            ("1.2.497.1", true),
            ("1.3.0", true),
            ("1.2.497.0\n", false),
            ("1.2.30.0", false),
            ("", false),
            ("nonsense", false),
        ] {
            assert_eq!(takes_variable(version), takes, "{version}");
        }
    }
}
