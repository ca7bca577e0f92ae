//! Words that search the catalog while they are typed: the same words as `cloudkit find search` takes.
//!
//! A last word that is not finished finds the types whose names have it in them; one that means nothing is said to.

use super::facts::{Facts, machine_row, price};
use super::row::Row;
use crate::discovery::{DiscoveryError, NamePattern, Question, Reading, read_question, search};
use crate::model::{Market, Offer};

/// As many offers as are looked at; a list shows fewer.
const MOST: usize = 400;

/// The offers for what is typed; where there are none, why not.
pub(super) fn rows(facts: &Facts<'_>, typed: &str) -> Vec<Row<String>> {
    let rows = match read(facts, typed) {
        Ok(reading) => found(facts, &reading),
        Err(error @ DiscoveryError::UnknownWord { .. }) => vec![Row::note(error.to_string())],
        Err(error) => return vec![Row::note(error.to_string())],
    };
    if rows.iter().any(|row| row.answer.is_some()) { rows } else { unfinished(facts, typed).unwrap_or(rows) }
}

fn read(facts: &Facts<'_>, typed: &str) -> Result<Reading, DiscoveryError> {
    if typed.trim().is_empty() { Ok(Reading::default()) } else { read_question(&[typed], facts.catalog) }
}

/// The offers where all words but the last mean something, and the last is a part of types' names.
fn unfinished(facts: &Facts<'_>, typed: &str) -> Option<Vec<Row<String>>> {
    let typed = typed.trim_end();
    let (before, last) = typed.rsplit_once(char::is_whitespace).unwrap_or(("", typed));
    let is_part = last.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    let mut reading = read(facts, before).ok().filter(|reading| is_part && reading.patterns.is_empty())?;
    reading.patterns.push(format!("*{}*", last.to_lowercase()).parse::<NamePattern>().ok()?);
    let rows = found(facts, &reading);
    rows.iter().any(|row| row.answer.is_some()).then_some(rows)
}

fn found(facts: &Facts<'_>, reading: &Reading) -> Vec<Row<String>> {
    let unasked = |market: &&Market| !matches!(market, Market::OnDemand | Market::Spot);
    if let Some(market) = reading.markets.iter().find(unasked) {
        return vec![Row::note(format!("{market} machines: cloudkit find capacity"))];
    }
    let question = |regions| Question {
        patterns: reading.patterns.clone(),
        filters: reading.filters.clone(),
        markets: reading.markets.clone(),
        sort: reading.sort.clone(),
        limit: Some(reading.limit.unwrap_or(MOST)),
        regions,
        ..Question::default()
    };
    let here = vec![facts.home().to_owned()];
    let offers = facts.offers(question(here.clone()));
    if !offers.is_empty() {
        return offers.iter().map(|offer| machine_row("", offer, priced(offer))).collect();
    }
    let elsewhere = cheapest_of_each(facts.offers(question(facts.regions())));
    if elsewhere.is_empty() {
        return nothing(facts, &question(here));
    }
    let row = |offer: &Offer<'_>| machine_row("", offer, format!("{} in {}", priced(offer), offer.region));
    let mut rows: Vec<Row<String>> = elsewhere.iter().map(row).collect();
    rows.push(Row::note(format!("none of them is known to be sold in {}", facts.home())));
    rows
}

/// The price, and of which market where that is not the usual one.
fn priced(offer: &Offer<'_>) -> String {
    let market = if offer.market == Market::Spot { " as spot" } else { "" };
    format!("{}{market}", price(offer))
}

/// The first of each type; they come with the cheapest first.
fn cheapest_of_each(mut offers: Vec<Offer<'_>>) -> Vec<Offer<'_>> {
    let mut seen = std::collections::BTreeSet::new();
    offers.retain(|offer| seen.insert(offer.instance_type.clone()));
    offers
}

/// Why there is nothing, and what there is instead.
fn nothing(facts: &Facts<'_>, question: &Question) -> Vec<Row<String>> {
    let mut notes = Vec::new();
    match search(facts.catalog, question) {
        Err(error) => notes.push(error.to_string()),
        Ok(answer) => {
            notes.extend(answer.unmatched.iter().map(ToString::to_string));
            notes.extend(answer.emptied_by.iter().map(|emptied| format!("nothing found: {emptied}")));
            notes.extend(answer.instead.iter().map(ToString::to_string));
        }
    }
    notes.into_iter().map(Row::note).collect()
}

#[cfg(test)]
mod tests {
    use super::super::facts::DROPPABLE_OF_MACHINES;
    use super::super::fixture::facts;
    use super::super::row::lines;
    use super::*;

    fn types(typed: &str) -> Vec<String> {
        rows(&facts("us-east-1"), typed).into_iter().filter_map(|row| row.answer).collect()
    }

    fn note(typed: &str) -> String {
        rows(&facts("us-east-1"), typed).remove(0).cells.remove(0)
    }

    #[test]
    fn words_are_those_of_find() {
        assert_eq!(types("l4 4 gpus"), ["g6.12xlarge", "g6.24xlarge", "gr6.xlarge"][..2]);
        assert_eq!(types("m7i.large"), ["m7i.large"]);
        assert_eq!(types("l4 4 gpus cheapest"), ["g6.12xlarge"]);
    }

    #[test]
    fn on_a_screen_of_80_columns_each_price_has_its_date() {
        for typed in ["h100", "m7i.large", "graviton4"] {
            let rows = rows(&facts("us-east-1"), typed);
            for line in lines(&rows, 80, &DROPPABLE_OF_MACHINES) {
                assert!(line.contains("202") || line.contains("not known"), "{line}");
                assert!(!line.contains('\n') && line.chars().count() < 80, "{line}");
            }
        }
    }

    #[test]
    fn a_list_follows_each_key() {
        let typed = "l4 4 gpus";
        for end in 1..=typed.len() {
            assert!(!rows(&facts("us-east-1"), &typed[..end]).is_empty(), "{:?}", &typed[..end]);
        }
        assert!(types("m7i.lar").contains(&"m7i.large".to_owned()));
        assert!(types("intel m7i.lar").contains(&"m7i.large".to_owned()));
    }

    #[test]
    fn what_means_nothing_is_said_while_it_is_typed() {
        assert_eq!(note("l4 2"), "(\"2\" of what? say 2 vcpus, 2 gib or 2 gpus)");
        assert!(note("warp-drive").contains("means nothing here"), "{}", note("warp-drive"));
        assert!(note("l4 100 gpus").contains("nothing found"), "{}", note("l4 100 gpus"));
        assert!(note("h100 capacity-block").contains("cloudkit find capacity"));
    }
}
