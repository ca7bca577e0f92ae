//! What a person may wonder about an answer, in sentences: the same that the command line says on stderr.

use cloudkit::discovery::{Answer, Instead, Question, Subject, Understood};
use cloudkit::model::Offer;

/// The notes of an answer.
pub(crate) fn notes(question: &Question, answer: &Answer<'_>) -> Vec<String> {
    let mut notes: Vec<String> = answer.unmatched.iter().map(ToString::to_string).collect();
    notes.extend(answer.not_known.iter().map(ToString::to_string));
    notes.extend(left_out(answer.left_out(), question.group_by.is_some()));
    let emptied = answer.emptied_by.as_ref().filter(|emptied| emptied.subject != Subject::Name);
    notes.extend(emptied.map(|emptied| format!("nothing found: {emptied}")));
    notes.extend(answer.instead.as_ref().map(instead));
    notes.extend(old(&answer.offers));
    if !answer.without_spot_prices.is_empty() {
        let (os, regions) = (question.os, answer.without_spot_prices.join(", "));
        notes.push(format!(
            "no spot prices are known for {os} in {regions}; AWS's public lists: cloudkit.refresh()"
        ));
    } else if answer.unpriced > 0 {
        let (plural, have) = if answer.unpriced == 1 { ("", "has") } else { ("s", "have") };
        notes.push(format!("{} offer{plural} {have} no known price", answer.unpriced));
    }
    notes
}

/// How many a limit left out.
pub(crate) fn left_out(count: usize, are_groups: bool) -> Option<String> {
    let noun = if are_groups { "group" } else { "offer" };
    let plural = if count == 1 { "" } else { "s" };
    (count > 0).then(|| format!("{count} {noun}{plural} left out; a higher limit has them"))
}

/// That prices are old, and since when.
pub(crate) fn old(offers: &[Offer<'_>]) -> Option<String> {
    let dates = offers.iter().filter(|offer| offer.price_is_old);
    let newest = dates.filter_map(|offer| offer.price_as_of.as_deref()).max()?;
    Some(format!("old prices are from {newest} or before; current ones: cloudkit.refresh()"))
}

fn instead(instead: &Instead<'_>) -> String {
    match instead {
        Instead::Regions { codes, is_any_priced, more } => {
            let order = if *is_any_priced { ", cheapest first" } else { "" };
            let more = if *more > 0 { format!(" (and in {more} more)") } else { String::new() };
            format!("sold in other regions{order}: regions={codes:?}{more}")
        }
        Instead::Markets(markets) => {
            let markets: Vec<String> = markets.iter().map(ToString::to_string).collect();
            format!("sold there as {}: cloudkit.search(\"{} …\")", markets.join(" or "), markets.join(" "))
        }
        Instead::ZoneOf { zone, region } => format!("{zone} is a zone of {region}: regions={region:?}"),
        other => other.to_string(),
    }
}

/// How a question was read.
pub(crate) fn reading(understood: &Understood) -> Vec<String> {
    let Understood { question, terms, .. } = understood;
    let mut reading: Vec<String> =
        terms.iter().map(|term| format!("{:?} means {}", term.words, term.meaning)).collect();
    if !question.filters.is_empty() {
        let filters: Vec<String> = question.filters.iter().map(ToString::to_string).collect();
        reading.push(format!("all of this has to hold: {}", filters.join("; ")));
    }
    reading
}
