//! `cloudkit find`: which machine, where, at what price.
//!
//! Only what is asked of an account needs one.

#[cfg(feature = "aws")]
mod account_quotas;
mod capacity;
mod catalog;
mod compare;
mod fetch;
mod filters;
#[cfg(feature = "aws")]
mod history;
mod limit;
mod notes;
mod order;
#[cfg(feature = "aws")]
mod quota_check;
#[cfg(feature = "aws")]
mod quota_request;
#[cfg(feature = "aws")]
mod quotas;
mod refresh;
mod regions;
mod room;
mod rows;
#[cfg(feature = "aws")]
mod scores;
mod search;
mod show;
mod spot;
#[cfg(feature = "aws")]
mod spot_account;
mod types;

use clap::{Args, Subcommand};

use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;

/// Find a machine: which type, where, at what price; most of it needs no AWS account
#[derive(Debug, Args)]
pub(super) struct FindArguments {
    #[command(flatten)]
    network: NetworkArguments,
    #[command(subcommand)]
    verb: Verb,
}

/// Whether the network is used.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Where figures come from")]
struct NetworkArguments {
    /// Bring the catalog up to date first, as find refresh does
    #[arg(long, global = true, conflicts_with = "offline")]
    refresh: bool,
    /// Use no network: answer from what is known here
    #[arg(long, global = true)]
    offline: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Search(Box<search::SearchArguments>),
    Spot(Box<spot::SpotArguments>),
    Capacity(Box<capacity::CapacityArguments>),
    #[cfg(feature = "aws")]
    Quotas(quotas::QuotasArguments),
    Show(show::ShowArguments),
    Compare(compare::CompareArguments),
    Regions(regions::RegionsArguments),
    Catalog(catalog::CatalogArguments),
    Refresh(refresh::RefreshArguments),
}

impl Verb {
    /// Whether the command can't be answered, or not in full, without asking an account.
    #[cfg(feature = "aws")]
    const fn asks_account(&self) -> bool {
        match self {
            Self::Search(arguments) => arguments.asks_account(),
            Self::Spot(arguments) => arguments.asks_account(),
            Self::Capacity(arguments) => arguments.asks_account() || arguments.asks_quotas(),
            Self::Regions(arguments) => arguments.asks_account(),
            Self::Quotas(_) => true,
            Self::Show(_) | Self::Compare(_) | Self::Catalog(_) | Self::Refresh(_) => false,
        }
    }

    /// Without the SDK none does.
    #[cfg(not(feature = "aws"))]
    const fn asks_account(&self) -> bool {
        false
    }
}

pub(super) fn run(context: &Context<'_>, arguments: FindArguments) -> Result<ExitClass, CommandError> {
    let NetworkArguments { refresh, offline } = arguments.network;
    if offline && arguments.verb.asks_account() {
        return Err(refresh::offline_error("the account cannot be asked"));
    }
    // `find refresh` does it by itself, from where it is told to.
    let refreshed = match arguments.verb {
        Verb::Refresh(_) => ExitClass::Done,
        _ if refresh => refresh::before_answering(context)?,
        _ => ExitClass::Done,
    };
    let class = match arguments.verb {
        Verb::Search(arguments) => search::run(context, *arguments)?,
        Verb::Spot(arguments) => spot::run(context, *arguments, offline)?,
        Verb::Capacity(arguments) => capacity::run(context, &arguments)?,
        #[cfg(feature = "aws")]
        Verb::Quotas(arguments) => quotas::run(context, &arguments)?,
        Verb::Show(arguments) => show::run(context, &arguments)?,
        Verb::Compare(arguments) => compare::run(context, &arguments)?,
        Verb::Regions(arguments) => regions::run(context, &arguments)?,
        Verb::Catalog(arguments) => catalog::run(context, &arguments)?,
        Verb::Refresh(arguments) => refresh::run(context, &arguments, offline)?,
    };
    Ok(class.or(refreshed))
}
