//! `cloudkit find search`: offers by words, names and figures, best first.
//!
//! Answers from the catalog; nothing is asked of a network.

use clap::Args;

use super::filters::{FilterArguments, GRAMMAR};
use super::order;
use super::room::RoomArguments;
use super::rows::{self, RowArguments};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::discovery::Inquiry;

/// Search instance types and their prices
///
/// Without --region the region in force is searched: that of the environment, of the settings or of the AWS profile, else
/// us-east-1.
#[derive(Debug, Args)]
#[command(after_help = format!("{GRAMMAR}\n\n{EXAMPLES}"))]
pub(super) struct SearchArguments {
    #[command(flatten)]
    rows: RowArguments,
    #[command(flatten)]
    filters: FilterArguments,
    #[command(flatten)]
    room: RoomArguments,
}

const EXAMPLES: &str = "Examples:
  cloudkit find search h100 efa --region all
  cloudkit find search l4 spot --region 'us-*'
  cloudkit find search 'graviton4 16+ cores' cheapest
  cloudkit find search 'g6*' --region us-east-1,us-west-2
  cloudkit find search --vcpus 4..8 --memory 16.. --arch arm64 --max-price 0.20
  cloudkit find search --like m7i.large --sort -network --region all --group-by family
  cloudkit find search 'm7i.*' | cloudkit launch --ttl 8h";

#[cfg(feature = "aws")]
impl SearchArguments {
    /// Whether quotas are asked for.
    pub(super) const fn asks_account(&self) -> bool {
        self.room.is_asked()
    }
}

pub(super) fn run(context: &Context<'_>, arguments: SearchArguments) -> Result<ExitClass, CommandError> {
    let catalog = context.catalog();
    let mut inquiry = Inquiry::default();
    let explain = arguments.filters.ask(&mut inquiry);
    let understood = arguments.rows.understand(context, catalog, inquiry)?;
    order::refuse_impossible(&understood.question, &arguments.room)?;
    explain.tell(context, &understood);
    rows::answer(context, catalog, understood.question, None, &arguments.room)
}
