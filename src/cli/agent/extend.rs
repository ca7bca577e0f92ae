//! `cloudkit agent extend`: moves the deadline of this machine, on the machine.
//!
//! The tag is moved too where the machine may do that; who of its keepers does not see the new deadline is told.

use clap::Args;
use jiff::Timestamp;

use super::speak::{self, AgentOfMachine};
use crate::cli::ask::{self, Answer as Said};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::Until;
use crate::model::Span;
use crate::model::deadline::Direction;
use crate::monitor::control::answer::{Answer, Extended, Protection, Refusal, RefusalKind};
use crate::monitor::control::request::Request;
use crate::output::agent_control::extended_words;
use crate::platform::{clock, time_zone};

/// Move the deadline of this machine
///
/// By a span: that much later, or from now on where the deadline has passed or there is none.
#[derive(Debug, Args)]
#[command(override_usage = "cloudkit agent extend [OPTIONS] <SPAN>
       cloudkit agent extend [OPTIONS] --until <TIME>")]
#[command(after_help = "Examples:
  cloudkit agent extend 2h
  cloudkit agent extend --until 18:00")]
pub(super) struct ExtendArguments {
    /// How much later, such as 2h
    #[arg(value_name = "SPAN", required_unless_present = "until", conflicts_with = "until")]
    span: Option<Span>,
    /// To this time: 18:00 or '2026-11-22 18:00' here, or 2026-11-22T18:00:00Z
    #[arg(long, value_name = "TIME")]
    until: Option<Until>,
    /// End the machine sooner than now without asking
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    agent: AgentOfMachine,
}

pub(super) fn run(context: &Context<'_>, arguments: &ExtendArguments) -> Result<ExitClass, CommandError> {
    let until = arguments
        .until
        .map(|until| until.resolve(clock::now(), time_zone::local(context.process)))
        .transpose()?;
    let request = |sooner| Request::Extend { by: arguments.span, until, sooner };
    let mut answer = arguments.agent.ask(&request(arguments.yes))?;
    if let Answer::Refused(Refusal { kind: RefusalKind::WouldEndSooner, message }) = &answer {
        if ask::confirm(context.process, &format!("{message}. Do it?"), "--yes")? == Said::No {
            context.streams.status("the deadline was not moved");
            return Ok(ExitClass::No);
        }
        answer = arguments.agent.ask(&request(true))?;
    }
    match answer {
        Answer::Extended(extended) => tell(context, &extended, clock::now()),
        other => Err(speak::unexpected(other)),
    }
}

fn tell(context: &Context<'_>, extended: &Extended, now: Timestamp) -> Result<ExitClass, CommandError> {
    let words = extended_words(extended, now);
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_one(format, extended)?,
        None => words.told.iter().for_each(|line| context.streams.status(line)),
    }
    words.warnings.iter().for_each(|line| context.streams.warn(line));
    let timer_ends_it = matches!(
        (&extended.direction, &extended.tag, &extended.timer),
        (Direction::Later(_), Protection::DoesNotKnow(_), Protection::DoesNotKnow(_))
    );
    if timer_ends_it {
        context.streams.hint("move its tag from where you launched it: cloudkit launch extend");
    }
    Ok(if timer_ends_it { ExitClass::No } else { ExitClass::Done })
}
