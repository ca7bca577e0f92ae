//! `cloudkit deploy logs`: what the services of a deployment, and what sets its machines up, have written.
//!
//! It is each machine's own journal, read by SSH; where that does not come through, what is on its serial console. Nothing
//! is kept here or in AWS.

use std::cell::RefCell;

use clap::Args;
use futures_util::future::join_all;

use super::asked;
use super::chosen::{ChosenArguments, Reachable, reachable};
use super::folder::FolderArguments;
use super::named::NameArguments;
use super::side_by_side::{Outcome, Ways, each, prefix};
use crate::apply::progress::Progress;
use crate::aws::types::Located;
use crate::cli::command_error::{CommandError, with_causes};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::ssh::LoginArguments;
use crate::model::Span;
use crate::platform::streamed::Stream;

/// The unit that sets a machine up.
const APPLY: &str = "cloudkit-apply.service";
/// How many lines of each machine are shown where nothing is said.
const USUAL_LINES: u32 = 100;
/// `2026-11-22T20:30:45.123456`, in UTC, is in order where texts are.
const TIME_WIDTH: usize = 26;

/// Show what the services of a deployment have written, with the machine in front of each line
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit deploy logs --since 10m
  cloudkit deploy logs -f --unit web
  cloudkit deploy logs --machine 2 -n 500

Where a machine can't be reached by SSH, the end of its serial console is shown, as far as EC2 has it.")]
pub(super) struct LogsArguments {
    #[command(flatten)]
    name: NameArguments,
    #[command(flatten)]
    chosen: ChosenArguments,
    /// Go on showing what is added, until Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// These units alone [default: the deployment's services, and what sets the machine up]
    #[arg(short, long, value_name = "SERVICE", value_delimiter = ',')]
    unit: Vec<String>,
    /// What was written since then, by the machine's clock
    #[arg(long, value_name = "SPAN")]
    since: Option<Span>,
    /// No more than the last lines of each machine [default: 100, or all with --since]
    #[arg(short = 'n', long, value_name = "N")]
    lines: Option<u32>,
    #[command(flatten)]
    login: LoginArguments,
}

pub(super) fn run(
    context: &Context<'_>,
    folder: &FolderArguments,
    arguments: &LogsArguments,
) -> Result<ExitClass, CommandError> {
    let LogsArguments { name, login, chosen, .. } = arguments;
    let Reachable { deployed, login, machines, class } = reachable(context, folder, name, login, chosen)?;
    let ways = Ways { context, session: &deployed.home.session, login: &login };
    let came_to = match arguments.follow {
        true => context.block_on(follow(&ways, &machines, arguments))??,
        false => context.block_on_bounded(merged(&ways, &machines, arguments))?,
    };
    Ok(came_to.or(class))
}

/// What each machine has written until now, as one text in the order of time.
async fn merged(
    ways: &Ways<'_>,
    machines: &[Located],
    arguments: &LogsArguments,
) -> Result<ExitClass, CommandError> {
    let streams = ways.context.streams;
    let answers = each(machines, asked::AT_ONCE, async |one| {
        let written = RefCell::new(Vec::new());
        let outcome = read(ways, one, arguments, &|line| {
            written.borrow_mut().push(line.to_owned());
            Ok(())
        })
        .await?;
        Ok((outcome, written.into_inner()))
    })
    .await?;
    let texts: Vec<(&Located, Vec<String>)> =
        machines.iter().zip(&answers).map(|(one, (_, lines))| (one, lines.clone())).collect();
    for (one, line) in in_time_order(&texts) {
        streams.relay(&prefix(one), line)?;
    }
    let was_cut = |lines: &Vec<String>| arguments.most().is_some_and(|most| lines.len() >= most as usize);
    if arguments.lines.is_none() && answers.iter().any(|(_, lines)| was_cut(lines)) {
        streams.hint(format_args!(
            "these are the last {USUAL_LINES} lines of each machine; more: --lines N or --since SPAN"
        ));
    }
    let mut class = ExitClass::Done;
    for (one, (outcome, _)) in machines.iter().zip(answers) {
        class = class.or(instead(ways, one, outcome, arguments).await?);
    }
    Ok(class)
}

/// What machines write from now on, line by line as it comes.
async fn follow(
    ways: &Ways<'_>,
    machines: &[Located],
    arguments: &LogsArguments,
) -> Result<ExitClass, CommandError> {
    let streams = ways.context.streams;
    let all = machines.iter().map(async |one| {
        let whose = prefix(one);
        let outcome = read(ways, one, arguments, &|line| streams.relay(&whose, line)).await?;
        instead(ways, one, outcome, arguments).await
    });
    tokio::select! {
        ended = join_all(all) => ended.into_iter().try_fold(ExitClass::Done, |class, its| Ok(class.or(its?))),
        // That is how one stops looking.
        _ = tokio::signal::ctrl_c() => Ok(ExitClass::Done),
    }
}

/// Reads the journal of a machine; what it complains of is shown as it comes.
async fn read(
    ways: &Ways<'_>,
    one: &Located,
    arguments: &LogsArguments,
    take: &dyn Fn(&str) -> std::io::Result<()>,
) -> Result<Outcome, CommandError> {
    let units = match arguments.unit.as_slice() {
        [] => match asked::steps(ways.context, ways.session, one, ways.login).await {
            Ok(progress) => units_of(&progress),
            // Nothing was ever applied, or it can't be asked: which of them, the journal's own question tells.
            Err(_) => vec![APPLY.to_owned()],
        },
        named => named.to_vec(),
    };
    let line = shlex::try_join(arguments.words(&units).iter().map(String::as_str));
    let whose = prefix(one);
    let hear = |stream, text: &str| match stream {
        Stream::Out => take(text),
        Stream::Err => {
            ways.context.streams.relay_complaint(&whose, text);
            Ok(())
        }
    };
    ways.run(one, &line.map_err(CommandError::usage)?, b"", &hear).await
}

/// Where the journal could not be read: what is on the console, and that it is that.
async fn instead(
    ways: &Ways<'_>,
    one: &Located,
    outcome: Outcome,
    arguments: &LogsArguments,
) -> Result<ExitClass, CommandError> {
    let streams = ways.context.streams;
    let id = &one.machine.id;
    let because = match outcome {
        Outcome::Ended(0) => return Ok(ExitClass::Done),
        Outcome::Ended(code) => {
            streams.warn(format_args!("{id}: its journal can't be read: journalctl ended with {code}"));
            return Ok(ExitClass::No);
        }
        Outcome::NotReached(because) => because,
    };
    let written = match ways.session.ec2(&one.region).console(id).await {
        Ok(written) => written,
        Err(error) => {
            let console = with_causes(&error);
            streams.warn(format_args!("{id}: not reached by ssh ({because}), nor is its console: {console}"));
            return Ok(ExitClass::Unavailable);
        }
    };
    let all: Vec<&str> = written.lines().collect();
    if all.iter().all(|line| line.trim().is_empty()) {
        streams.warn(format_args!(
            "{id}: not reached by ssh ({because}), and its serial console is empty so far"
        ));
        return Ok(ExitClass::Unavailable);
    }
    streams.warn(format_args!(
        "{id}: not reached by ssh ({because}): this is the end of its serial console, as far as EC2 has it"
    ));
    let most = arguments.lines.unwrap_or(USUAL_LINES) as usize;
    for line in &all[all.len().saturating_sub(most)..] {
        streams.relay(&prefix(one), line.trim_end_matches('\r'))?;
    }
    Ok(ExitClass::Done)
}

impl LogsArguments {
    /// How many lines at most.
    fn most(&self) -> Option<u32> {
        self.lines.or(self.since.is_none().then_some(USUAL_LINES))
    }

    /// The journal's question. Root may read all of it, and who logs in on a cloud image may become root.
    fn words(&self, units: &[String]) -> Vec<String> {
        let mut words: Vec<String> = ["sudo", "-n", "journalctl", "--quiet", "--no-pager", "--utc"]
            .into_iter()
            .chain(["--output=short-iso-precise"])
            .map(str::to_owned)
            .collect();
        words.push(self.most().map_or_else(|| "--lines=all".to_owned(), |most| format!("--lines={most}")));
        words.extend(self.since.map(|since| format!("--since=-{}s", since.seconds())));
        words.extend(self.follow.then(|| "--follow".to_owned()));
        words.extend(units.iter().map(|unit| format!("--unit={unit}")));
        words
    }
}

/// What a machine runs for its deployment, by the steps that it knows of.
fn units_of(progress: &Progress) -> Vec<String> {
    let services = progress.steps.iter().filter_map(|step| step.name.strip_prefix("service "));
    std::iter::once(APPLY).chain(services).map(str::to_owned).collect()
}

/// The lines of all machines by their times; one without a time belongs to the one before it.
fn in_time_order<'t>(texts: &'t [(&'t Located, Vec<String>)]) -> Vec<(&'t Located, &'t str)> {
    let mut all: Vec<(&str, &Located, &str)> = Vec::new();
    for (one, lines) in texts {
        let mut at = "";
        for line in lines {
            at = line.get(..TIME_WIDTH).filter(|start| is_time(start)).unwrap_or(at);
            all.push((at, one, line));
        }
    }
    all.sort_by_key(|(at, ..)| *at);
    all.into_iter().map(|(_, one, line)| (one, line)).collect()
}

fn is_time(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        19 => byte == b'.',
        _ => byte.is_ascii_digit(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::types::Machine;

    #[test]
    fn lines_of_machines_are_put_together_by_their_times() {
        let machine = |id: &str| Located {
            region: "us-east-1".parse().unwrap(),
            machine: Machine { id: id.to_owned(), ..Machine::default() },
        };
        let (one, two) = (machine("i-1"), machine("i-2"));
        let lines = |all: &[&str]| all.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
        let texts = [
            (
                &one,
                lines(&[
                    "2026-11-22T20:30:45.100000+0000 h web[1]: a",
                    "    goes on",
                    "2026-11-22T20:30:47.000000+0000 h web[1]: c",
                ]),
            ),
            (&two, lines(&["2026-11-22T20:30:45.100001+00:00 h web[1]: b", "2026-11-22T20:30: no time"])),
        ];
        let shown: Vec<String> = in_time_order(&texts)
            .into_iter()
            .map(|(one, line)| format!("{} {}", one.machine.id, line.get(33..).unwrap_or(line).trim()))
            .collect();
        assert_eq!(shown.len(), 5);
        let whose: Vec<&str> = shown.iter().map(|line| &line[..3]).collect();
        assert_eq!(whose, ["i-1", "i-1", "i-2", "i-2", "i-1"]);
    }
}
