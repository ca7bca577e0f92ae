//! `cloudkit find refresh`: current prices into the cache, from AWS's public lists or a mirror of them.
//!
//! No account is needed. What could not be read is named, and changes nothing.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;

use crate::catalog::feeds::FeedKind;
use crate::catalog::refresh::{ListFailure, Refresh, RefreshError, Report, folder, ledger};
use crate::cli::command_error::{CommandError, with_causes};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::output::Format;
use crate::output::refresh::RefreshRow;
use crate::platform::clock;

/// How many failures of one feed are told one by one.
const MOST_TOLD: usize = 5;

/// Bring the catalog up to date from AWS's public price lists
///
/// Reads the lists of spot prices, of spot interruptions and of on-demand prices of every region for Linux and Windows. What
/// no list speaks of stays as it is known. A list that can't be read, or that has lost many of its rows, changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit find refresh
  cloudkit find refresh --from ./lists          # files of the lists, at any depth, known by their content
  cloudkit find refresh --from https://mirror.example/ec2")]
pub(super) struct RefreshArguments {
    /// Folder with files of the lists, or the address of a mirror, instead of AWS's addresses
    #[arg(long, value_name = "DIR|URL")]
    from: Option<String>,
}

pub(super) fn run(
    context: &Context<'_>,
    arguments: &RefreshArguments,
    offline: bool,
) -> Result<ExitClass, CommandError> {
    if offline && arguments.from.as_deref().is_none_or(is_address) {
        return Err(offline_error("AWS's lists cannot be fetched")
            .hint("read files of AWS's lists: cloudkit find refresh --from DIR"));
    }
    let refresh = Refresh::begin(context.cache_directory()?, clock::now())?;
    let (report, class_of_failures) = match &arguments.from {
        Some(from) if is_address(from) => {
            (super::fetch::all(context, refresh, Some(from))?, ExitClass::Unavailable)
        }
        None => (super::fetch::all(context, refresh, None)?, ExitClass::Unavailable),
        Some(from) => {
            let report = from_folder(refresh, Path::new(from)).map_err(explained)?;
            (report, ExitClass::Usage)
        }
    };
    let rows = RefreshRow::of(&report);
    write(context, &rows, &report)?;
    for sentence in rows.iter().flat_map(RefreshRow::dropped_sentences) {
        context.streams.status(sentence);
    }
    for remark in &report.remarks {
        context.streams.warn(remark);
    }
    tell_failures(context, &report);
    if report.failures.iter().any(|failure| matches!(failure.error, RefreshError::Shrunken { .. })) {
        let ledger = ledger::path(&context.cache_directory()?);
        let forget = format!("rm {}", ledger.display());
        context
            .streams
            .hint(format_args!("where AWS has really taken so many away, forget what there was: {forget}"));
    }
    Ok(if report.failures.is_empty() { ExitClass::Done } else { class_of_failures })
}

/// Brings the catalog up to date for a command that answers from it; what could not be read is said.
pub(super) fn before_answering(context: &Context<'_>) -> Result<ExitClass, CommandError> {
    let refresh = Refresh::begin(context.cache_directory()?, clock::now())?;
    let report = super::fetch::all(context, refresh, None)?;
    tell_failures(context, &report);
    Ok(if report.failures.is_empty() { ExitClass::Done } else { ExitClass::Unavailable })
}

/// What can't be had without the network.
pub(super) fn offline_error(what: &str) -> CommandError {
    CommandError::usage(format!("{what} with --offline"))
}

fn is_address(from: &str) -> bool {
    from.starts_with("https://") || from.starts_with("http://")
}

fn from_folder(mut refresh: Refresh, folder: &Path) -> Result<Report, RefreshError> {
    refresh.read_all(&folder::papers(folder)?);
    let report = refresh.finish()?;
    if report.feeds.is_empty() && report.failures.is_empty() {
        return Err(RefreshError::NoLists { folder: folder.to_owned() });
    }
    Ok(report)
}

fn explained(error: RefreshError) -> CommandError {
    let is_empty = matches!(error, RefreshError::NoLists { .. });
    let error = CommandError::from(error);
    if is_empty { error.hint("fetch them from AWS: cloudkit find refresh") } else { error }
}

/// Prints what became of each feed; documents name the lists that changed nothing too, for which tables have no columns.
fn write(context: &Context<'_>, rows: &[RefreshRow], report: &Report) -> Result<(), CommandError> {
    let streams = context.streams;
    let format = streams.list_format();
    if matches!(format, Format::Table | Format::Wide | Format::Name) {
        return Ok(streams.write_list(format, rows)?);
    }
    let failures = report.failures.iter();
    let failures: Vec<RefreshRow> =
        failures.map(|failure| RefreshRow::of_failure(failure, with_causes(&failure.error))).collect();
    Ok(streams.write_list(format, rows.iter().chain(&failures))?)
}

/// Names the lists that changed nothing; of many of a feed the first few.
pub(super) fn tell_failures(context: &Context<'_>, report: &Report) {
    let mut told: BTreeMap<Option<FeedKind>, usize> = BTreeMap::new();
    for ListFailure { origin, feed, error } in &report.failures {
        let count = told.entry(*feed).or_default();
        *count += 1;
        if *count > MOST_TOLD {
            continue;
        }
        let text = with_causes(error);
        if text.contains(origin.as_str()) {
            context.streams.warn(format_args!("{text}; what was known stays"));
        } else {
            context.streams.warn(format_args!("{origin} changes nothing: {text}"));
        }
    }
    for (feed, count) in told.into_iter().filter(|(_, count)| *count > MOST_TOLD) {
        let more = count - MOST_TOLD;
        let what = feed.map_or_else(|| "file".to_owned(), |feed| feed.to_string());
        context.streams.warn(format_args!(
            "{more} more of the kind {what:?} changed nothing; cloudkit find refresh -o json names each"
        ));
    }
}
