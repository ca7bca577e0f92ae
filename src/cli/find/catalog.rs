//! `cloudkit find catalog`: where the figures come from, how old they are, and what is missing.

use clap::Args;

use crate::catalog::overview::CatalogOverview;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::output::Format;

/// Show where the figures come from, how old they are, and what is missing in which region
///
/// Prices on demand are old after 90 days, spot prices after 1 day, interruption rates after 180 days.
#[derive(Debug, Args)]
pub(super) struct CatalogArguments {}

pub(super) fn run(context: &Context<'_>, _arguments: &CatalogArguments) -> Result<ExitClass, CommandError> {
    let catalog = context.catalog();
    let document = CatalogOverview::of(catalog, context.today()?);
    let streams = context.streams;
    match streams.list_format() {
        format @ (Format::Table | Format::Wide) => {
            streams.write_list(format, &document.sources)?;
            streams.write_text("\n")?;
            streams.write_list(format, &document.regions)?;
        }
        Format::Csv => streams.write_list(Format::Csv, &document.regions)?,
        Format::Name => streams.write_list(Format::Name, &document.sources)?,
        format @ (Format::Json | Format::Jsonl | Format::Yaml) => streams.write_one(format, &document)?,
    }
    if document.sources.iter().any(|source| source.is_old) {
        streams.hint("bring old figures up to date: cloudkit find refresh");
    }
    Ok(ExitClass::Done)
}
