//! A launch that is planned by the catalog alone: what the machines cost and when they end. Nothing is launched.

use cloudkit::model::{Span, offer};
use cloudkit::platform::clock;
use cloudkit::provision::plan::without_account::{self, CandidateByCatalog, NOT_KNOWN};
use cloudkit::provision::wish::ending::Ending;
use cloudkit::provision::wish::{Lifetime, VolumesWish, Wish, WishedMachine};
use pyo3::prelude::*;
use serde_json::{Value, json};

use crate::errors::{bad_type, bad_value, usage};
use crate::offer::Offer;
use crate::offers::Offers;
use crate::surroundings::Surroundings;

/// The plan of a launch as JSON.
#[pyfunction(name = "_plan")]
pub(crate) fn plan(
    py: Python<'_>,
    offers: &Bound<'_, PyAny>,
    ttl: Option<String>,
    idle_timeout: Option<String>,
    root_gib: Option<u32>,
) -> PyResult<String> {
    let span = |name: &str, text: Option<String>| -> PyResult<Option<Span>> {
        text.map(|text| text.parse().map_err(|error| bad_value(name, &error, &[]))).transpose()
    };
    let lifetime = span("ttl", ttl)?.map_or(Lifetime::UntilEnded, Lifetime::For);
    let idle_timeout = span("idle_timeout", idle_timeout)?;
    let offers = offers_of(offers)?;
    let wish = Wish {
        candidates: offers.iter().map(candidate_of).collect::<PyResult<_>>()?,
        ending: Ending { idle_timeout, ..Ending::default() },
        volumes: VolumesWish { root_gib, ..VolumesWish::default() },
        ..Wish::of(lifetime)
    };
    let plan = without_account::plan(&wish, Surroundings::now(py)?.catalog, clock::now());
    let ends = match plan.lifetime {
        Lifetime::For(span) => Value::String(span.to_string()),
        Lifetime::Until(_) | Lifetime::UntilEnded => Value::Null,
    };
    let candidates: Vec<Value> = plan.candidates.iter().map(candidate).collect();
    let idle = plan.idle_timeout.map(|span| span.to_string());
    crate::values::json(&json!({
        "candidates": candidates, "ttl": ends, "idle_timeout": idle, "not_known": NOT_KNOWN,
        "offers": crate::offers::lines(&offers)?,
    }))
}

fn candidate_of(offer: &offer::Offer<'_>) -> PyResult<WishedMachine> {
    WishedMachine::of_offer(offer).map_err(|error| bad_value("offers", &error, &[]))
}

fn offers_of(offers: &Bound<'_, PyAny>) -> PyResult<Vec<offer::Offer<'static>>> {
    const EXPECTED: &str = "an offer, or several";
    let several: Vec<offer::Offer<'static>> = if let Ok(offers) = offers.cast::<Offers>() {
        offers.get().offers.to_vec()
    } else if let Ok(offer) = offers.cast::<Offer>() {
        vec![offer.get().0.clone()]
    } else {
        let refuse = |one: &Bound<'_, PyAny>| {
            let name = one.get_type().name().map_or_else(|_| "that".to_owned(), |name| name.to_string());
            bad_type("offers", EXPECTED, &name)
        };
        let each = offers.try_iter().map_err(|_| refuse(offers))?.map(|one| {
            let one = one?;
            Ok(one.cast::<Offer>().map_err(|_| refuse(&one))?.get().0.clone())
        });
        each.collect::<PyResult<_>>()?
    };
    if several.is_empty() {
        return Err(usage("offers: there are none", &["find some: cloudkit.search(gpu=\"l4\")"]));
    }
    Ok(several)
}

fn candidate(candidate: &CandidateByCatalog) -> Value {
    let CandidateByCatalog { instance_type, region, market, cost, known_usd_until_deadline, .. } = candidate;
    json!({
        "instance_type": instance_type.as_str(),
        "region": region.as_str(),
        "market": market.as_str(),
        "usd_hour": cost.usd_hour,
        "known_usd_hour": cost.known_usd_hour,
        "usd_until_deadline": cost.usd_until_deadline,
        "known_usd_until_deadline": known_usd_until_deadline,
        "parts": cost.parts,
    })
}
