//! What is said of lists that changed nothing, of files that are none, and of dates that are guessed.
//!
//! Of many that are alike one line speaks, which says how many and names the first.

use crate::catalog::feeds::FeedKind;
use crate::catalog::refresh::folder::Found;
use crate::catalog::refresh::{Guess, ListFailure, RefreshError, Report};
use crate::cli::command_error::{CommandError, with_causes};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::DatedBy;

/// How many files that are no lists are named.
const MOST_TOLD: usize = 5;

/// Lists of one feed that fail for one reason.
struct Alike<'r> {
    feed: Option<FeedKind>,
    reason: String,
    first: &'r str,
    count: usize,
}

/// Names the lists that changed nothing: a line for each reason.
pub(in crate::cli::find) fn tell_failures(context: &Context<'_>, report: &Report) {
    let mut all: Vec<Alike<'_>> = Vec::new();
    for ListFailure { origin, feed, error } in &report.failures {
        // The reason is the same for each address that gives it.
        let reason = with_causes(error).replace(origin.as_str(), "it");
        match all.iter_mut().find(|one| (one.feed, &one.reason) == (*feed, &reason)) {
            Some(alike) => alike.count += 1,
            None => all.push(Alike { feed: *feed, reason, first: origin, count: 1 }),
        }
    }
    for alike in &all {
        context.streams.warn(alike.sentence(report));
    }
}

impl Alike<'_> {
    fn sentence(&self, report: &Report) -> String {
        let Self { feed, reason, first, count } = self;
        let what = match feed {
            Some(feed) if reason.contains(&feed.to_string()) => String::new(),
            Some(feed) => format!(" ({feed})"),
            None => String::new(),
        };
        if *count == 1 {
            return format!("{first}{what} changes nothing: {reason}");
        }
        let of = feed.map_or_else(
            || format!("{count} files change"),
            |feed| format!("{count} of {} {} change", all_of(feed, report), feed.plural()),
        );
        format!("{of} nothing: {reason}; the first is {first}")
    }
}

/// How many lists of a feed were looked at.
fn all_of(feed: FeedKind, report: &Report) -> usize {
    let good = report.feeds.iter().filter(|((one, _), _)| *one == feed);
    let good: usize = good.map(|(_, of_feed)| of_feed.read + of_feed.unchanged).sum();
    good + report.failures.iter().filter(|failure| failure.feed == Some(feed)).count()
}

/// Says which dates are guessed and by what. Locations have no figures, so that their date is nobody's worry.
pub(super) fn tell_guesses(context: &Context<'_>, report: &Report) {
    let streams = context.streams;
    let of_files: Vec<&Guess> = report.guesses.iter().filter(|guess| guess.by == DatedBy::FileTime).collect();
    for guess in &report.guesses {
        let Guess { origin, feed, date, beside, .. } = guess;
        match beside {
            Some(beside) => streams.status(format_args!(
                "{origin} ({feed}) does not say from when it is: taken to be of about {date}, as {beside} beside it"
            )),
            None => streams.warn(format_args!(
                "{origin} ({feed}) does not say from when it is: taken to be of {date} or before, the file's time, \
                 which may be that of a copy"
            )),
        }
    }
    if !of_files.is_empty() || report.has_undated() {
        streams.hint("say from when such lists are: --as-of DATE");
    }
}

/// Names the JSON files that are no lists, and counts what else is there.
pub(super) fn tell_strangers(context: &Context<'_>, found: &Found) {
    let streams = context.streams;
    for (origin, stranger) in found.strangers.iter().take(MOST_TOLD) {
        streams.warn(format_args!("{origin} is none of AWS's lists: {stranger}"));
    }
    let more = found.strangers.len().saturating_sub(MOST_TOLD);
    match more {
        0 => {}
        1 => streams.warn("1 more JSON file is none of AWS's lists"),
        many => streams.warn(format_args!("{many} more JSON files are none of AWS's lists")),
    }
    match found.passed_over {
        0 => {}
        1 => streams.status("1 other file was passed over"),
        many => streams.status(format_args!("{many} other files were passed over")),
    }
}

/// Not every list could be used.
#[derive(Debug, thiserror::Error)]
#[error("{failed} of {all} lists could not be used: what was known of them stays")]
struct NotAllUsed {
    failed: usize,
    all: usize,
}

/// What a refresh ends with of which some lists changed nothing.
pub(super) fn closing_error(report: &Report, class: ExitClass, from: Option<&str>) -> CommandError {
    let failed = report.failures.len();
    let good: usize = report.feeds.values().map(|feed| feed.read + feed.unchanged).sum();
    let mut error = CommandError::new(class, NotAllUsed { failed, all: failed + good });
    let again = from.map_or_else(String::new, |from| format!(" --from {from}"));
    let is_shrunken = |failure: &ListFailure| matches!(failure.error, RefreshError::Shrunken { .. });
    let shrunken = report.failures.iter().filter(|failure| is_shrunken(failure)).count();
    if shrunken > 0 {
        error = error.hint(format!(
            "where AWS has really taken so many rows away: cloudkit find refresh{again} --accept-shrunken"
        ));
    }
    if class == ExitClass::Unavailable && failed > shrunken {
        error = error
            .hint(format!("try again, which asks only for what is missing: cloudkit find refresh{again}"));
    }
    error
}
