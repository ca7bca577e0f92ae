//! AWS's public lists, read over the network or from a folder, into the cache that the command line uses too.

use std::path::Path;
use std::time::Duration;

use cloudkit::catalog::feeds::spot_price::is_listed;
use cloudkit::catalog::refresh::fetch::{Addresses, Fetched, Fetching, LIST_LIMIT, QUESTION_LIMIT};
use cloudkit::catalog::refresh::folder::{self, Found};
use cloudkit::catalog::refresh::{Refresh, RefreshError, RefreshRow, Report, Shrunken};
use cloudkit::model::OperatingSystem;
use cloudkit::platform::http::{self, HttpClient};
use cloudkit::platform::{Process, clock};
use jiff::civil::Date;
use pyo3::prelude::*;

use crate::errors::{bad_value, unavailable, usage, with_causes};
use crate::surroundings::Surroundings;
use crate::values::json;

/// What came of a refresh, as JSON: its rows, then its failures, then what is to be said.
type Told = (String, String, Vec<String>);

/// Reads the lists of AWS's addresses, of a mirror, or of a folder.
#[pyfunction(name = "_refresh")]
pub(crate) fn refresh(
    py: Python<'_>,
    source: Option<String>,
    as_of: Option<String>,
    is_shrunken_accepted: bool,
) -> PyResult<Told> {
    let surroundings = Surroundings::now(py)?;
    let as_of = as_of.map(|day| day_of(&day, surroundings.today)).transpose()?;
    let shrunken = if is_shrunken_accepted { Shrunken::Accepted } else { Shrunken::Refused };
    let process = surroundings.process;
    let report = py.detach(|| {
        let refresh = begin(&process)?.dated(as_of).with_shrunken(shrunken);
        match source.as_deref() {
            None => fetch(&process, refresh, &Addresses::of_process(&process), LIST_LIMIT, What::Everything),
            Some(address) if address.starts_with("https://") || address.starts_with("http://") => {
                fetch(&process, refresh, &Addresses::of_mirror(address), LIST_LIMIT, What::Everything)
            }
            Some(place) if place.contains("://") => Err(usage(
                &format!("source: {place:?} begins with nothing that is spoken here"),
                &["the address of a mirror begins with https:// or http://; a folder is named by its path"],
            )),
            Some(place) => of_folder(refresh, Path::new(place)),
        }
    })?;
    let failures = report.failures.iter();
    let failures: Vec<RefreshRow> =
        failures.map(|failure| RefreshRow::of_failure(failure, with_causes(&failure.error))).collect();
    Ok((json(&RefreshRow::of(&report))?, json(&failures)?, report.remarks))
}

/// The surroundings with the prices of spot machines, fetched where none is known at all.
pub(crate) fn with_spot_prices(
    py: Python<'_>,
    surroundings: &mut Surroundings,
    os: OperatingSystem,
    is_offline: bool,
) -> PyResult<()> {
    const HOW: &str =
        "read AWS's public lists: cloudkit.refresh(), or files of them: cloudkit.refresh(\"DIR\")";
    if !is_listed(os) || surroundings.catalog.has_spot_prices(os) {
        return Ok(());
    }
    if is_offline {
        return Err(usage("no spot prices are known here, and they cannot be fetched offline", &[HOW]));
    }
    let process = &surroundings.process;
    let report = py.detach(|| {
        fetch(process, begin(process)?, &Addresses::of_process(process), QUESTION_LIMIT, What::Spot)
    })?;
    *surroundings = Surroundings::now(py)?;
    if surroundings.catalog.has_spot_prices(os) {
        return Ok(());
    }
    let reason = report.failures.first().map(|failure| format!(": {}", with_causes(&failure.error)));
    let message = "no spot prices are known, and AWS's list of them could not be fetched";
    Err(unavailable(&format!("{message}{}", reason.unwrap_or_default()), &[HOW]))
}

/// Which lists are fetched.
#[derive(Clone, Copy)]
enum What {
    Everything,
    Spot,
}

fn begin(process: &Process) -> PyResult<Refresh> {
    let directory = process.cache_directory().map_err(|error| usage(&error.to_string(), &["set HOME"]))?;
    Refresh::begin(directory.to_owned(), clock::now()).map_err(|error| refused(&error))
}

fn fetch(
    process: &Process,
    mut refresh: Refresh,
    addresses: &Addresses,
    limit: Duration,
    what: What,
) -> PyResult<Report> {
    let certificates = http::certificates(process).map_err(|error| usage(&with_causes(&error), &[]))?;
    let client =
        HttpClient::new(certificates.as_deref()).map_err(|error| usage(&with_causes(&error), &[]))?;
    let fetching =
        Fetching { client: &client, addresses, ledger: refresh.ledger(), limit, progress: &|_, _| {} };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let Fetched { papers, unchanged, failures } = runtime.block_on(async {
        match what {
            What::Everything => fetching.all().await,
            What::Spot => fetching.spot().await,
        }
    });
    refresh.take(&papers, &unchanged, failures);
    refresh.finish().map_err(|error| refused(&error))
}

fn of_folder(mut refresh: Refresh, folder: &Path) -> PyResult<Report> {
    let found = folder::find(folder).map_err(|error| bad_value("source", &error, &[]))?;
    if found.is_nothing() {
        let error = RefreshError::NoLists { folder: folder.to_owned() };
        return Err(bad_value("source", &error, &["fetch them from AWS: cloudkit.refresh()"]));
    }
    let Found { papers, failures, .. } = found;
    refresh.take(&papers, &[], failures);
    refresh.finish().map_err(|error| refused(&error))
}

fn refused(error: &RefreshError) -> PyErr {
    usage(&with_causes(error), &[])
}

fn day_of(text: &str, today: Date) -> PyResult<Date> {
    match text.parse::<Date>() {
        Ok(day) if day > today => {
            let hint = "say the day on which the lists were fetched from AWS";
            Err(usage(&format!("as_of: {day} lies ahead: today is {today}"), &[hint]))
        }
        Ok(day) => Ok(day),
        Err(_) => Err(usage(&format!("as_of: {text:?} is not a day such as 2026-08-06"), &[])),
    }
}
