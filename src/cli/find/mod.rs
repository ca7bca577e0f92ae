//! `cloudkit find`: which machine, where, at what price.
//!
//! Only what is asked of an account needs one.

#[cfg(feature = "aws")]
mod account_quotas;
#[cfg(feature = "aws")]
mod account_regions;
mod capacity;
#[cfg(feature = "aws")]
mod history;
#[cfg(feature = "aws")]
#[expect(dead_code, reason = "for the commands that print offers")]
mod quota_check;
#[cfg(feature = "aws")]
mod quota_request;
#[cfg(feature = "aws")]
mod quotas;
#[cfg(feature = "aws")]
mod scores;
mod search;
#[cfg(feature = "aws")]
mod spot;

use clap::{Args, Subcommand};

use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;

/// Find a machine: which type, where, at what price; most of it needs no AWS account
#[derive(Debug, Args)]
pub(super) struct FindArguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Search(Box<search::SearchArguments>),
    #[cfg(feature = "aws")]
    Quotas(quotas::QuotasArguments),
    Capacity(Box<capacity::CapacityArguments>),
    #[cfg(feature = "aws")]
    Spot(Box<spot::SpotArguments>),
}

pub(super) fn run(context: &Context<'_>, arguments: FindArguments) -> Result<ExitClass, CommandError> {
    match arguments.verb {
        Verb::Search(arguments) => search::run(context, *arguments),
        #[cfg(feature = "aws")]
        Verb::Quotas(arguments) => quotas::run(context, &arguments),
        Verb::Capacity(arguments) => capacity::run(context, &arguments),
        #[cfg(feature = "aws")]
        Verb::Spot(arguments) => spot::run(context, &arguments),
    }
}
