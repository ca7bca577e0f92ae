//! What is said on stderr of the prices of offers: that some are old, or not known, and what to do about it.

use std::fmt;

use crate::catalog::feeds::spot_price::is_listed;
use crate::cli::context::Context;
use crate::discovery::{Answer, Direction, Figure, Question, SortColumn};
use crate::model::{Offer, SavingSource};
use crate::output::{Format, Streams};

/// What the mark of old prices means.
pub(super) struct Old<'d> {
    /// The newest date of those that are marked.
    pub(super) date: &'d str,
}

impl fmt::Display for Old<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "prices marked (old) are from {} or before: cloudkit find refresh", self.date)
    }
}

/// Says that figures of a table are old, and since when; elsewhere each offer says so itself.
pub(super) fn tell_old<'o>(streams: &Streams, offers: impl IntoIterator<Item = &'o Offer<'o>>) {
    if !matches!(streams.list_format(), Format::Table | Format::Wide) {
        return;
    }
    let (mut newest, mut old_saving) = (None, None);
    for offer in offers {
        newest = newest.max(offer.price_as_of.as_deref().filter(|_| offer.price_is_old));
        old_saving = old_saving.or(offer.saving_source.filter(|_| offer.saving_is_old()));
    }
    match (newest, old_saving) {
        (Some(date), _) => streams.status(Old { date }),
        (None, Some(SavingSource::Computed)) => {
            streams.status("savings marked (old) are against old on-demand prices: cloudkit find refresh");
        }
        (None, Some(SavingSource::Advisor)) => {
            streams.status("savings marked (old) are those of an old list of AWS's: cloudkit find refresh");
        }
        (None, None) => {}
    }
}

/// Says what is not known of the prices of an answer.
pub(super) fn tell_unpriced(context: &Context<'_>, question: &Question, answer: &Answer<'_>) {
    let streams = context.streams;
    let without = &answer.without_spot_prices;
    if !without.is_empty() {
        let regions = match without.as_slice() {
            few if few.len() <= 3 => few.join(", "),
            many => format!("{} regions", many.len()),
        };
        let os = question.os;
        streams.warn(format_args!("no spot prices are known for {os} in {regions}"));
        // Of other systems there is no list that could be read.
        if is_listed(os) {
            streams.hint("read what AWS's public lists say: cloudkit find refresh");
        }
    } else if answer.unpriced > 0 && asks_for_the_cheapest(question) {
        let (offers, have) = if answer.unpriced == 1 { ("offer", "has") } else { ("offers", "have") };
        let unpriced = answer.unpriced;
        streams
            .warn(format_args!("{unpriced} {offers} {have} no known price, so that a cheaper one may exist"));
    }
}

fn asks_for_the_cheapest(question: &Question) -> bool {
    let is_price = |figure| matches!(figure, Figure::Price | Figure::PricePerVcpu | Figure::PricePerGpu);
    question.sort.first().is_some_and(|key| {
        matches!(key.column, SortColumn::Figure(figure) if is_price(figure))
            && key.direction == Direction::Ascending
    })
}
