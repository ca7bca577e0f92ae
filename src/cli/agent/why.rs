//! `cloudkit agent why`: what keeps this machine, and what ends it when.
//!
//! The daemon's own judgement, reading by reading; nothing is judged anew here.

use clap::Args;

use super::speak::{self, AgentOfMachine};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::monitor::control::answer::Answer;
use crate::monitor::control::request::Request;
use crate::output::agent_control::why_lines;
use crate::platform::clock;

/// Explain when this machine ends and why: each signal of work against its threshold, and the time that is left
#[derive(Debug, Args)]
pub(super) struct WhyArguments {
    #[command(flatten)]
    agent: AgentOfMachine,
}

pub(super) fn run(context: &Context<'_>, arguments: &WhyArguments) -> Result<ExitClass, CommandError> {
    let why = match arguments.agent.ask(&Request::Why {})? {
        Answer::Why(why) => *why,
        other => return Err(speak::unexpected(other)),
    };
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_one(format, &why)?,
        None => context.streams.write_text(&(why_lines(&why, clock::now()).join("\n") + "\n"))?,
    }
    Ok(ExitClass::Done)
}
