//! `cloudkit deploy exec`: one command on the machines of a deployment, side by side.
//!
//! It is not retried, and a machine that does not run is not started for it.

use std::cell::RefCell;
use std::num::NonZeroUsize;

use clap::Args;

use super::chosen::{ChosenArguments, Reachable, reachable};
use super::folder::FolderArguments;
use super::named::NameArguments;
use super::side_by_side::{Outcome, Ways, each, prefix};
use crate::aws::types::Located;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::ssh::LoginArguments;
use crate::output::Format;
use crate::output::deploy::executed::Executed;
use crate::platform::streamed::Stream;

/// Run a command on the machines of a deployment, side by side
#[derive(Debug, Args)]
#[command(
    after_help = "Several words are run as they are; a single one is a line for the shell of the machine.

Examples:
  cloudkit deploy exec -- systemctl is-active web
  cloudkit deploy exec --region us-east-1 -- 'uptime; free -m | head -2'
  cloudkit deploy exec --machine 2 -o json -- nvidia-smi -L

Ends with 1 where the command failed on a machine, with 5 where a machine could not be reached."
)]
pub(super) struct ExecArguments {
    #[command(flatten)]
    name: NameArguments,
    #[command(flatten)]
    chosen: ChosenArguments,
    /// On how many machines at once
    #[arg(long, value_name = "N", default_value = "16")]
    at_once: NonZeroUsize,
    #[command(flatten)]
    login: LoginArguments,
    /// What to run
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(super) fn run(
    context: &Context<'_>,
    folder: &FolderArguments,
    arguments: &ExecArguments,
) -> Result<ExitClass, CommandError> {
    let line = shell_line(&arguments.command)?;
    let ExecArguments { name, login, chosen, .. } = arguments;
    let Reachable { deployed, login, machines, class } = reachable(context, folder, name, login, chosen)?;
    let ways = Ways { context, session: &deployed.home.session, login: &login };
    let format = context.streams.explanation_format();
    let rows = context.block_on_bounded(async {
        each(&machines, arguments.at_once, async |one| {
            let row = match format {
                None => shown(context, &ways, one, &line).await?,
                Some(_) => gathered(&ways, one, &line).await?,
            };
            // A line each as soon as it is there: that is what lines are for.
            if format == Some(Format::Jsonl) {
                context.streams.write_list(Format::Jsonl, [&row])?;
            }
            Ok(row)
        })
        .await
    })?;
    if let Some(format) = format.filter(|format| *format != Format::Jsonl) {
        context.streams.write_list(format, &rows)?;
    }
    let failed: Vec<&Executed> = rows.iter().filter(|row| !row.is_well()).collect();
    failed.iter().for_each(|row| context.streams.warn(row.complaint()));
    if rows.len() > 1 || !failed.is_empty() {
        let done = rows.len() - failed.len();
        let name = &deployed.name;
        context.streams.status(format_args!("{done} of {} machines of {name} did it well", rows.len()));
    }
    let came_to = match failed.as_slice() {
        [] => ExitClass::Done,
        some if some.iter().any(|row| row.code.is_none()) => ExitClass::Unavailable,
        _ => ExitClass::No,
    };
    Ok(came_to.or(class))
}

/// Several words reach their program as they are, whatever is in them.
fn shell_line(words: &[String]) -> Result<String, CommandError> {
    match words {
        [line] => Ok(line.clone()),
        words => shlex::try_join(words.iter().map(String::as_str)).map_err(CommandError::usage),
    }
}

/// Shows each line as it comes.
async fn shown(
    context: &Context<'_>,
    ways: &Ways<'_>,
    one: &Located,
    line: &str,
) -> Result<Executed, CommandError> {
    let whose = prefix(one);
    let hear = |stream, text: &str| match stream {
        Stream::Out => context.streams.relay(&whose, text),
        Stream::Err => {
            context.streams.relay_complaint(&whose, text);
            Ok(())
        }
    };
    let outcome = ways.run(one, line, b"", &hear).await?;
    Ok(row(one, outcome, None))
}

/// Keeps the lines for the document.
async fn gathered(ways: &Ways<'_>, one: &Located, line: &str) -> Result<Executed, CommandError> {
    let said = RefCell::new((String::new(), String::new()));
    let hear = |stream, text: &str| {
        let (out, err) = &mut *said.borrow_mut();
        let into = if stream == Stream::Out { out } else { err };
        into.push_str(text);
        into.push('\n');
        Ok(())
    };
    let outcome = ways.run(one, line, b"", &hear).await?;
    Ok(row(one, outcome, Some(said.into_inner())))
}

fn row(one: &Located, outcome: Outcome, said: Option<(String, String)>) -> Executed {
    let (code, not_reached) = match outcome {
        Outcome::Ended(code) => (Some(code), None),
        Outcome::NotReached(because) => (None, Some(because)),
    };
    let (stdout, stderr) = said.unzip();
    Executed::new(&one.machine.id, one.region.as_str(), code, not_reached, stdout, stderr)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_is_a_line_and_several_are_words() {
        let line = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            shell_line(&words).unwrap()
        };
        assert_eq!(line(&["uptime; ls | wc"]), "uptime; ls | wc");
        assert_eq!(line(&["echo", "a  b", "$HOME", "it's"]), "echo 'a  b' '$HOME' \"it's\"");
    }
}
