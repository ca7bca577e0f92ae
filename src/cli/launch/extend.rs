//! `cloudkit launch extend`: moves the deadline of machines.
//!
//! The tag is the deadline; the machine reads it within a minute.

use super::arguments::Until;
use super::machines::{self, Found, MachineArguments, named};
use crate::aws::Session;
use crate::aws::types::ending::MetadataTags;
use crate::aws::types::{Located, MachineState};
use crate::cli::ask::{self, Answer};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::Span;
use crate::model::tag::{self, Tag};
use crate::platform::{clock, time_zone};
use crate::provision::deadline::{self, Deadline, Direction, Move, MoveError, Moved};
use crate::provision::spend;
use clap::Args;

/// Move the deadline of machines
///
/// By a span that is typed last: that much later, or from now on where the deadline has passed or there is none.
#[derive(Debug, Args)]
#[command(override_usage = "cloudkit launch extend [OPTIONS] <MACHINE>... <SPAN>
       cloudkit launch extend [OPTIONS] <MACHINE>... --until <TIME>")]
#[command(after_help = "Examples:
  cloudkit launch extend trainer 2h
  cloudkit launch extend trainer --until 18:00")]
pub(super) struct ExtendArguments {
    #[command(flatten)]
    machines: MachineArguments,
    /// To this time: 18:00 or '2026-11-22 18:00' here, or 2026-11-22T18:00:00Z
    #[arg(long, value_name = "TIME")]
    until: Option<Until>,
    /// End a machine sooner than now without asking
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(context: &Context<'_>, arguments: &ExtendArguments) -> Result<ExitClass, CommandError> {
    let (meant, how) = match arguments.until {
        Some(until) => {
            not_by_a_span_too(&arguments.machines)?;
            let at = until.resolve(clock::now(), time_zone::local(context.process)).map_err(|error| {
                let machines = arguments.machines.machines.join(" ");
                CommandError::from(error)
                    .hint(format!("to end it now: cloudkit launch terminate {machines}").trim_end())
            })?;
            (arguments.machines.clone(), Move::To(at))
        }
        None => last_is_span(&arguments.machines)?,
    };
    let Found { session, caller, machines, class } = machines::find(context, &meant)?;
    let shortened: Vec<String> = machines
        .iter()
        .map(|one| Ok((one, moved(one, how)?)))
        .collect::<Result<Vec<_>, CommandError>>()?
        .into_iter()
        .filter(|(_, moved)| moved.direction.ends_sooner())
        .map(|(one, moved)| told(one, moved))
        .collect();
    if !shortened.is_empty() && !arguments.yes {
        let question = format!("{}. Do it in account {}?", shortened.join("; "), caller.account);
        if ask::confirm(context.process, &question, "--yes")? == Answer::No {
            context.streams.status("no deadline was moved");
            return Ok(ExitClass::No);
        }
    }
    extend(context, &session, &machines, how)?;
    Ok(class)
}

/// The machines, and the span that was typed after them.
fn last_is_span(typed: &MachineArguments) -> Result<(MachineArguments, Move), CommandError> {
    let mut meant = typed.clone();
    let hint = "say by how much, last: cloudkit launch extend trainer 2h";
    let last = meant.machines.pop().ok_or_else(|| CommandError::usage("no span is given").hint(hint))?;
    let span: Span = last.parse().map_err(|error| CommandError::usage(error).hint(hint))?;
    Ok((meant, Move::Later(span)))
}

/// Refuses a span beside `--until`, which would pass for a machine's name.
fn not_by_a_span_too(typed: &MachineArguments) -> Result<(), CommandError> {
    match typed.machines.last().filter(|last| last.parse::<Span>().is_ok()) {
        None => Ok(()),
        Some(span) => {
            let error = format!("{span} says how much later, and --until says when: it can't be both");
            Err(CommandError::usage(error).hint("leave one of them out"))
        }
    }
}

/// Moves the deadlines, and tells of each.
pub(super) fn extend(
    context: &Context<'_>,
    session: &Session,
    machines: &[Located],
    how: Move,
) -> Result<(), CommandError> {
    let moves: Vec<(&Located, Moved)> =
        machines.iter().map(|one| Ok((one, moved(one, how)?))).collect::<Result<_, CommandError>>()?;
    for (one, moved) in moves {
        if moved.direction != Direction::Same {
            let deadline = Tag::new(tag::DEADLINE, moved.to.to_string());
            let id = [one.machine.id.clone()];
            machines::change(context, async {
                Ok(session.ec2(&one.region).set_tags(&id, &[deadline]).await?)
            })?;
        }
        context.streams.status(told(one, moved));
        tell_cost(context, one, moved);
        if one.machine.state == MachineState::Stopped {
            context.streams.status("it is stopped: its deadline counts again once it is started");
        }
    }
    Ok(())
}

fn moved(one: &Located, how: Move) -> Result<Moved, CommandError> {
    if one.machine.state.is_ended() {
        return Err(CommandError::new(ExitClass::No, format!("{} has ended", named(one))));
    }
    if one.machine.metadata_tags == MetadataTags::Hidden {
        let (id, region) = (&one.machine.id, &one.region);
        let error = format!(
            "{} does not see its own tags (--no-metadata-tags), so neither its agent nor its timer would know of it",
            named(one)
        );
        return Err(CommandError::usage(error)
            .hint(format!(
                "let it see them, where no key has a space or /: aws ec2 modify-instance-metadata-options --region {region} --instance-id {id} --instance-metadata-tags enabled"
            ))
            .hint(format!("to end it now: cloudkit launch terminate {id}")));
    }
    deadline::moved(&Deadline::of(&one.machine), how, clock::now()).map_err(|error| {
        let hint = match &error {
            MoveError::Past(_) => format!("to end it now: cloudkit launch terminate {}", one.machine.id),
            MoveError::BeyondTime(_) => "give a shorter span".to_owned(),
        };
        CommandError::usage(error).hint(hint)
    })
}

fn told(one: &Located, Moved { to, direction }: Moved) -> String {
    format!("{} ends {to} (in {}), {direction}", named(one), Span::between(clock::now(), to))
}

fn tell_cost(context: &Context<'_>, one: &Located, moved: Moved) {
    let Direction::Later(span) = moved.direction else { return };
    // Where the deadline has passed, the time since then was paid for already, or never will be.
    let span = span.min(Span::between(clock::now(), moved.to));
    let hourly = spend::running(one, context.catalog());
    if let Some(usd_hour) = hourly.usd_hour {
        let more = usd_hour.per_hour_for(span).to_cents();
        context.streams.status(format_args!(
            "that can cost {more} USD more, at {usd_hour} USD an hour without its disks"
        ));
    }
}
