//! How the machine is bought: on demand, as spot, or as spot with a way out.
//!
//! What is held in reservations and blocks is the account's to say, and asked for by flags.

use super::answers::MarketAnswer;
use super::facts::{Facts, NOT_KNOWN, dated, price};
use super::row::Row;
use crate::model::{Market, Offer};

/// What is asked.
pub(super) fn title(facts: &Facts<'_>, instance_type: &str, region: &str) -> String {
    let is_sold = !facts.has_data_of(region) || facts.offer(instance_type, region, Market::Spot).is_some();
    if is_sold {
        "How to pay for it?".to_owned()
    } else {
        format!("How to pay for it? ({instance_type} is not sold as spot in {region})")
    }
}

/// The ways that it is sold, those that have in them what is typed.
pub(super) fn rows(
    facts: &Facts<'_>,
    instance_type: &str,
    region: &str,
    typed: &str,
) -> Vec<Row<MarketAnswer>> {
    let on_demand = facts.offer(instance_type, region, Market::OnDemand);
    let spot = facts.offer(instance_type, region, Market::Spot);
    let row = |answer, title: &str, offer: Option<&Offer<'_>>, remark: String| {
        let price = offer.map_or_else(|| NOT_KNOWN.to_owned(), price);
        let [date, source] = offer.map(dated).unwrap_or_default();
        Row::new(answer, title.to_lowercase(), vec![title.to_owned(), price, remark, date, source])
    };
    let mut rows =
        vec![row(MarketAnswer::OnDemand, "On demand", on_demand.as_ref(), "yours until it ends".to_owned())];
    // Where the catalog knows nothing of a region, EC2 may well sell it there.
    if spot.is_some() || !facts.has_data_of(region) {
        rows.push(row(MarketAnswer::Spot, "Spot", spot.as_ref(), spot_remark(spot.as_ref())));
        let dearest = on_demand.as_ref().and_then(|offer| offer.price_usd_hour);
        let dearest = dearest.map_or_else(|| "the price on demand".to_owned(), |price| price.to_string());
        rows.push(row(
            MarketAnswer::SpotElseOnDemand,
            "Spot, else on demand",
            spot.as_ref(),
            format!("{dearest} where there is none"),
        ));
    }
    let wanted = typed.trim().to_lowercase();
    rows.retain(|row| row.chosen.contains(&wanted));
    if rows.is_empty() {
        rows.push(Row::note(format!("it is not sold as {wanted:?}")));
    }
    rows
}

/// What is saved, and how often EC2 takes such machines back.
fn spot_remark(spot: Option<&Offer<'_>>) -> String {
    let saving = spot.and_then(|offer| {
        let old = if offer.saving_is_old() { " (old)" } else { "" };
        Some(format!("{}% less{old}", offer.saving_percent?))
    });
    let taken = spot.and_then(|offer| {
        let old = if offer.interruption_is_old { " (old)" } else { "" };
        Some(format!("{} taken back a month{old}", offer.interruption?))
    });
    let known: Vec<String> = saving.into_iter().chain(taken).collect();
    if known.is_empty() { "EC2 may take it back".to_owned() } else { known.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::facts;
    use super::*;

    #[test]
    fn spot_is_offered_where_it_is_sold() {
        let facts = facts("us-east-1");
        let answers = |instance_type: &str, typed: &str| -> Vec<_> {
            rows(&facts, instance_type, "us-east-1", typed).into_iter().map(|row| row.answer).collect()
        };
        let all = [MarketAnswer::OnDemand, MarketAnswer::Spot, MarketAnswer::SpotElseOnDemand];
        assert_eq!(answers("m7i.large", ""), all.map(Some));
        assert_eq!(answers("m7i.large", "else"), [Some(MarketAnswer::SpotElseOnDemand)]);
        assert_eq!(answers("m7i.large", "reserved"), [None]);
        assert_eq!(answers("u7in-16tb.224xlarge", ""), [Some(MarketAnswer::OnDemand)]);
    }
}
