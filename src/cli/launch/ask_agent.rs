//! Asks a machine what its agent says: by SSH, else by Session Manager where it has a role.
//!
//! Nobody is asked for anything, nothing is changed, and it is a matter of seconds: who can't be reached at once is not
//! waited for.

use std::time::Duration;

use super::session_manager::Plugin;
use super::ssh::{self, KeepKey, LoginArguments};
use crate::aws::Session;
use crate::aws::types::Located;
use crate::cli::command_error::with_causes;
use crate::cli::context::Context;
use crate::platform::command;
use crate::provision::agent_word::{self, AgentWord, Answer, NotAsked, QUESTION, Way};
use crate::provision::reach::HostKey;

/// How long a way may take.
const LIMIT: Duration = Duration::from_secs(6);
/// No question, no word but errors, and nobody who keeps quiet is waited for.
const SSH_OPTIONS: [&str; 7] =
    ["-T", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=3"];

/// What the agent of a machine says, by the best way there is.
pub(super) async fn ask(
    context: &Context<'_>,
    session: &Session,
    one: &Located,
    login: &LoginArguments,
) -> AgentWord {
    let mut word = AgentWord::of_tag(&one.machine);
    if !AgentWord::can_be_asked(&one.machine) {
        return word;
    }
    match in_time(LIMIT, by_ssh(context, session, one, login)).await {
        Ok(answer) => return word.with_answer(Way::Ssh, answer),
        Err(because) => word.not_asked.push(NotAsked { way: Way::Ssh, because }),
    }
    if one.machine.profile.is_none() {
        return word;
    }
    match in_time(LIMIT, by_session_manager(context, session, one)).await {
        Ok(answer) => word.with_answer(Way::SessionManager, answer),
        Err(because) => {
            word.not_asked.push(NotAsked { way: Way::SessionManager, because });
            word
        }
    }
}

pub(in crate::cli) async fn in_time<T>(
    limit: Duration,
    asked: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    let answer = tokio::time::timeout(limit, asked).await;
    answer.unwrap_or_else(|_| Err(format!("no answer within {} s", limit.as_secs())))
}

async fn by_ssh(
    context: &Context<'_>,
    session: &Session,
    one: &Located,
    login: &LoginArguments,
) -> Result<Answer, String> {
    let said = said_by_ssh(context, session, one, login, QUESTION, LIMIT).await?;
    agent_word::read(&said).ok_or_else(|| "it gave no answer that can be understood".to_owned())
}

/// What a command says on the machine, which is waited for no longer than `limit`. What it ends with does not matter.
pub(in crate::cli) async fn said_by_ssh(
    context: &Context<'_>,
    session: &Session,
    one: &Located,
    login: &LoginArguments,
    question: &str,
    limit: Duration,
) -> Result<String, String> {
    let target = ssh::target(context, session, one, login, KeepKey::Here)
        .await
        .map_err(|error| with_causes(&*error.error))?;
    if target.host_key == HostKey::Unknown {
        return Err("its host key is not known: it is not on its console any more, or not yet; connect shows it and asks".to_owned());
    }
    let words = target.arguments();
    let words: Vec<&str> =
        SSH_OPTIONS.into_iter().chain(words.iter().map(String::as_str)).chain([question]).collect();
    let said = command::said("ssh", &words, &[], limit).await.map_err(|error| with_causes(&error))?;
    match said.code {
        Some(code) if code == ssh::FAILED && said.stdout.trim().is_empty() => Err(last_line(&said.stderr)),
        _ => Ok(said.stdout),
    }
}

/// The last thing that was complained of, which is what ended it.
pub(in crate::cli) fn last_line(complaints: &str) -> String {
    let line = complaints.lines().map(str::trim).rfind(|line| !line.is_empty());
    line.unwrap_or("ssh failed and did not say why").to_owned()
}

async fn by_session_manager(
    context: &Context<'_>,
    session: &Session,
    one: &Located,
) -> Result<Answer, String> {
    let plugin = Plugin::find().await.map_err(|error| with_causes(&error))?;
    let said = plugin.said(context, session, one, QUESTION, LIMIT).await;
    let said = said.map_err(|error| with_causes(&*error))?;
    agent_word::read(&said.stdout).ok_or_else(|| "it gave no answer that can be understood".to_owned())
}
