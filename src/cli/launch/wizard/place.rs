//! Where the machine is: the region in force, then the others, the cheapest first.
//!
//! Whether an account may use a region is not known here.

use super::facts::{Facts, NOT_KNOWN, dated, price};
use super::row::Row;
use crate::catalog::region_name;
use crate::model::{Market, Money, Offer};

/// What is asked.
pub(super) fn title(facts: &Facts<'_>, instance_type: &str) -> String {
    let home = &facts.in_force.region;
    let is_known_not_to =
        facts.has_data_of(home) && facts.offer(instance_type, home, Market::OnDemand).is_none();
    if is_known_not_to {
        format!("Where? ({instance_type} is not known to be sold in {home})")
    } else {
        "Where?".to_owned()
    }
}

/// The regions whose codes or names have in them what is typed.
pub(super) fn rows(facts: &Facts<'_>, instance_type: &str, typed: &str) -> Vec<Row<String>> {
    let home = facts.in_force.region.as_str();
    let offers = facts.everywhere(instance_type);
    let (here, elsewhere): (Vec<_>, Vec<_>) = offers.iter().partition(|offer| offer.region == home);
    let base = here.first().and_then(|offer| offer.price_usd_hour);
    let in_force = format!("in force: {}", facts.in_force.named_by);
    let mut rows: Vec<Row<String>> = Vec::new();
    if !facts.has_data_of(home) {
        rows.push(row(home, NOT_KNOWN, Default::default(), &in_force));
    }
    rows.extend(here.iter().map(|offer| row(home, &price(offer), dated(offer), &in_force)));
    let other = |offer: &&Offer<'_>| {
        let difference = base.zip(offer.price_usd_hour).map(|(base, price)| difference(base, price));
        row(&offer.region, &price(offer), dated(offer), difference.as_deref().unwrap_or_default())
    };
    rows.extend(elsewhere.iter().map(other));
    let wanted = typed.trim().to_lowercase();
    rows.retain(|row| row.cells.iter().take(2).any(|cell| cell.to_lowercase().contains(&wanted)));
    if rows.is_empty() {
        rows.push(Row::note(format!("no region that is known to sell {instance_type} is called {wanted:?}")));
    }
    rows
}

fn row(region: &str, price: &str, [date, source]: [String; 2], remark: &str) -> Row<String> {
    let name = region_name::name_of(region).unwrap_or_default();
    let chosen = if name.is_empty() { region.to_owned() } else { format!("{region}, {name}") };
    let [region, name, price, remark] = [region, name, price, remark].map(str::to_owned);
    Row::new(region.clone(), chosen, vec![region, name, price, remark, date, source])
}

/// `12% more`, `7% less`, `the same`.
fn difference(base: Money, price: Money) -> String {
    let percent = |of: Money| of.micros().saturating_mul(100).checked_div(base.micros()).unwrap_or_default();
    match price.cmp(&base) {
        std::cmp::Ordering::Equal => "the same".to_owned(),
        std::cmp::Ordering::Less => at_least_one(100 - percent(price), "less"),
        std::cmp::Ordering::Greater => at_least_one(percent(price) - 100, "more"),
    }
}

fn at_least_one(percent: u64, word: &str) -> String {
    if percent == 0 { format!("less than 1% {word}") } else { format!("{percent}% {word}") }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::facts;
    use super::*;

    #[test]
    fn the_region_in_force_comes_first_and_then_the_cheapest() {
        let rows = rows(&facts("eu-central-1"), "m7i.large", "");
        assert_eq!(rows[0].answer.as_deref(), Some("eu-central-1"));
        assert_eq!(rows[0].cells[3], "in force: a test");
        assert!(rows[1].cells[3].ends_with("% less"), "{rows:?}");
        let first_unpriced = rows.iter().skip(1).position(|row| row.cells[2] == NOT_KNOWN);
        let last_priced = rows.iter().skip(1).rposition(|row| row.cells[2] != NOT_KNOWN);
        assert!(first_unpriced.is_none_or(|first| last_priced.is_some_and(|last| last < first)));
    }

    #[test]
    fn a_region_goes_by_its_code_and_its_name() {
        let facts = facts("us-east-1");
        let found = |typed| rows(&facts, "m7i.large", typed).remove(0).answer;
        assert_eq!(found("frankf").as_deref(), Some("eu-central-1"));
        assert_eq!(found("US-WEST-2").as_deref(), Some("us-west-2"));
        assert_eq!(found("atlantis"), None);
    }

    #[test]
    fn differences_are_in_percent() {
        let of = |price| difference(Money::from_micros(1000), Money::from_micros(price));
        assert_eq!(
            [of(1000), of(900), of(1255), of(1001)],
            ["the same", "10% less", "25% more", "less than 1% more"]
        );
    }
}
