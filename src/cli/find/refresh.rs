//! `cloudkit find refresh`: current prices into the cache, from AWS's public lists or a mirror of them.
//!
//! No account is needed. What could not be read is named, and changes nothing; [`told`] says it.

mod told;

use std::path::Path;

use clap::Args;
use jiff::civil::Date;

use crate::catalog::refresh::folder::{self, Found};
use crate::catalog::refresh::{Refresh, RefreshError, RefreshRow, Report, Shrunken};
use crate::cli::command_error::{CommandError, with_causes};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::output::Format;
use crate::platform::clock;
pub(super) use told::tell_failures;

/// Bring the catalog up to date from AWS's public price lists
///
/// Reads the lists of spot prices, of spot interruptions and of on-demand prices of every region for Linux and Windows. What
/// no list speaks of stays as it is known. A list that can't be read, or that has lost many of its rows, changes nothing.
///
/// Lists of on-demand prices say from when they are. The others go by what AWS's server says of them: in a folder by the
/// headers that were kept beside a file (curl -D spot.json.headers), else by --as-of, else by the date of an on-demand list
/// in the same folder (shown as ~2026-08-06), else by the file's own time (<=2026-08-06), which may be that of a copy.
/// Figures whose date is guessed take the place of none whose date is known.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit find refresh
  cloudkit find refresh --from ./lists          # files of the lists, at any depth, known by their content
  cloudkit find refresh --from ./lists --as-of 2026-08-06
  cloudkit find refresh --from https://mirror.example/ec2")]
pub(super) struct RefreshArguments {
    /// Folder with files of the lists, one such file, or the address of a mirror, instead of AWS's addresses
    #[arg(long, value_name = "DIR|FILE|URL")]
    from: Option<String>,
    /// Day of the lists that say none and of which no server said one, such as 2026-08-06
    #[arg(long, value_name = "DATE", requires = "from", value_parser = day)]
    as_of: Option<Date>,
    /// Take lists that have lost many of their rows too
    #[arg(long)]
    accept_shrunken: bool,
}

/// Where lists are read from.
enum Place<'a> {
    Aws,
    Mirror(&'a str),
    Folder(&'a Path),
}

pub(super) fn run(
    context: &Context<'_>,
    arguments: &RefreshArguments,
    offline: bool,
) -> Result<ExitClass, CommandError> {
    let place = place(arguments.from.as_deref())?;
    if offline && !matches!(place, Place::Folder(_)) {
        return Err(offline_error("AWS's lists cannot be fetched")
            .hint("read files of AWS's lists: cloudkit find refresh --from DIR"));
    }
    refuse_a_day_ahead(arguments.as_of, context.today()?)?;
    let shrunken = if arguments.accept_shrunken { Shrunken::Accepted } else { Shrunken::Refused };
    let refresh = Refresh::begin(context.cache_directory()?, clock::now())?;
    let refresh = refresh.dated(arguments.as_of).with_shrunken(shrunken);
    let (report, class_of_failures) = match place {
        Place::Aws => (super::fetch::all(context, refresh, None)?, ExitClass::Unavailable),
        Place::Mirror(address) => {
            (super::fetch::all(context, refresh, Some(address))?, ExitClass::Unavailable)
        }
        Place::Folder(folder) => (from_folder(context, refresh, folder)?, ExitClass::Usage),
    };
    let rows = RefreshRow::of(&report);
    write(context, &rows, &report)?;
    for sentence in rows.iter().flat_map(RefreshRow::dropped_sentences) {
        context.streams.status(sentence);
    }
    for remark in &report.remarks {
        context.streams.warn(remark);
    }
    told::tell_guesses(context, &report);
    tell_failures(context, &report);
    // A document has an object for each failure, and is no answer with an error beside it.
    if report.failures.is_empty() || context.streams.is_json_asked_for() {
        return Ok(if report.failures.is_empty() { ExitClass::Done } else { class_of_failures });
    }
    Err(told::closing_error(&report, class_of_failures, arguments.from.as_deref()))
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

fn place(from: Option<&str>) -> Result<Place<'_>, CommandError> {
    let Some(from) = from else { return Ok(Place::Aws) };
    match from.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase()).as_deref() {
        None => Ok(Place::Folder(Path::new(from))),
        Some("http" | "https") => Ok(Place::Mirror(from)),
        Some(other) => Err(CommandError::usage(format!("--from {from}: {other} is not spoken here"))
            .hint("the address of a mirror begins with https:// or http://; a folder is named by its path")),
    }
}

/// A day as it is typed.
fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "not a day such as 2026-08-06".to_owned())
}

fn refuse_a_day_ahead(as_of: Option<Date>, today: Date) -> Result<(), CommandError> {
    match as_of {
        Some(day) if day > today => {
            Err(CommandError::usage(format!("--as-of {day} lies ahead: today is {today}"))
                .hint("say the day on which the lists were fetched from AWS"))
        }
        _ => Ok(()),
    }
}

fn from_folder(context: &Context<'_>, mut refresh: Refresh, folder: &Path) -> Result<Report, CommandError> {
    let found = folder::find(folder).map_err(CommandError::from)?;
    told::tell_strangers(context, &found);
    if found.is_nothing() {
        let error = CommandError::from(RefreshError::NoLists { folder: folder.to_owned() });
        return Err(error.hint("fetch them from AWS: cloudkit find refresh"));
    }
    let Found { papers, failures, .. } = found;
    refresh.take(&papers, &[], failures);
    Ok(refresh.finish()?)
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
