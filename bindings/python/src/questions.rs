//! Searches: arguments into a question, a question into offers or groups of them.

use std::sync::Arc;

use cloudkit::discovery::{self, Criterion, GroupBy, Inquiry, SortColumn, SortKey};
use cloudkit::model::{Market, Offer};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arguments::Arguments;
use crate::errors::{bad_value, of_question, usage};
use crate::notes::{notes, reading};
use crate::offers::Offers;
use crate::refresh::with_spot_prices;
use crate::surroundings::Surroundings;
use crate::values::json;

/// What only an account could answer.
const OF_ACCOUNT: [&str; 4] = ["check_quotas", "fits", "fresh", "count"];
/// The same of spot machines.
const OF_SPOT_ACCOUNT: [&str; 4] = ["per_zone", "history", "svg", "score"];

/// Offers, or the JSON of groups of them with what is said of them.
#[derive(IntoPyObject)]
pub(crate) enum Found {
    Offers(Offers),
    Groups((String, Vec<String>, usize)),
}

/// Searches the catalog in use.
#[pyfunction]
#[pyo3(signature = (pattern = None, **arguments))]
pub(crate) fn search<'py>(
    py: Python<'py>,
    pattern: Option<&Bound<'py, PyAny>>,
    arguments: Option<&Bound<'py, PyDict>>,
) -> PyResult<Found> {
    let mut arguments = Arguments::of("search", ("pattern", pattern), arguments)?;
    arguments.refuse_account(&OF_ACCOUNT)?;
    // The network is never asked by a search: the argument is here since the flag is.
    arguments.is("offline")?;
    let of_search = Criterion::all().filter(|one| !one.is_of_spot_alone());
    let filters = arguments.filters(of_search)?;
    let surroundings = Surroundings::now(py)?;
    ask(py, arguments, surroundings, Inquiry { filters, ..Inquiry::default() })
}

/// Searches what spot machines cost, fetching the prices first where none is known at all.
#[pyfunction]
#[pyo3(signature = (pattern = None, **arguments))]
pub(crate) fn spot<'py>(
    py: Python<'py>,
    pattern: Option<&Bound<'py, PyAny>>,
    arguments: Option<&Bound<'py, PyDict>>,
) -> PyResult<Found> {
    let mut arguments = Arguments::of("spot", ("pattern", pattern), arguments)?;
    arguments.refuse_account(&OF_ACCOUNT)?;
    arguments.refuse_account(&OF_SPOT_ACCOUNT)?;
    let is_offline = arguments.is("offline")?;
    let filters = arguments.filters(Criterion::all())?;
    let inquiry = Inquiry { filters, market: Some(Market::Spot), ..Inquiry::default() };
    let mut surroundings = Surroundings::now(py)?;
    let inquiry = rest(&mut arguments, inquiry)?;
    arguments.finish()?;
    with_spot_prices(py, &mut surroundings, inquiry.os, is_offline)?;
    answer(py, surroundings, inquiry)
}

fn ask(
    py: Python<'_>,
    mut arguments: Arguments<'_>,
    surroundings: Surroundings,
    inquiry: Inquiry,
) -> PyResult<Found> {
    let inquiry = rest(&mut arguments, inquiry)?;
    arguments.finish()?;
    answer(py, surroundings, inquiry)
}

/// What both searches take besides filters.
fn rest(arguments: &mut Arguments<'_>, inquiry: Inquiry) -> PyResult<Inquiry> {
    let sort = arguments.texts("sort")?;
    let keys = sort.iter().flat_map(|keys| keys.split(','));
    let keys = keys.map(|key| key.parse().map_err(|error| bad_value("sort", &error, &[])));
    let sort: Vec<SortKey> = keys.collect::<PyResult<_>>()?;
    if sort.iter().any(|key| key.column == SortColumn::Quota) {
        return Err(usage("sort: what the quotas have room for only an account knows", &[]));
    }
    Ok(Inquiry {
        words: arguments.texts("pattern")?,
        like: arguments.text("like")?,
        regions: arguments.texts("regions")?,
        os: arguments.parsed("os")?.unwrap_or_default(),
        sort,
        group_by: arguments.parsed::<GroupBy>("group_by")?,
        limit: arguments.whole("limit")?,
        ..inquiry
    })
}

fn answer(py: Python<'_>, surroundings: Surroundings, mut inquiry: Inquiry) -> PyResult<Found> {
    let mut said = surroundings.notes.clone();
    inquiry.today = Some(surroundings.today);
    if inquiry.regions.is_empty() {
        let in_force = surroundings.region_in_force();
        let (region, by) = (in_force.region, in_force.named_by);
        said.push(format!("region {region} ({by}); regions=\"all\" searches the world"));
        inquiry.regions = vec![region];
    }
    let catalog = surroundings.catalog;
    let found = py.detach(|| {
        let understood = inquiry.understood(catalog)?;
        let mut answer = discovery::search(catalog, &understood.question)?;
        let notes = notes(&understood.question, &answer);
        let offers = std::mem::take(&mut answer.offers);
        Ok((understood, notes, offers, answer.groups, answer.total))
    });
    let (understood, notes, offers, groups, total) = found.map_err(|error| of_question(&error, "like"))?;
    said.extend(notes);
    if understood.question.group_by.is_some() {
        return Ok(Found::Groups((json(&groups)?, said, total)));
    }
    let offers: Arc<Vec<Offer<'static>>> = Arc::new(offers);
    Ok(Found::Offers(Offers { offers, notes: said, reading: reading(&understood), total }))
}
