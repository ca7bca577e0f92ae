//! What is looked up and not searched: types, regions, the catalog itself; each as the JSON that the command line prints.

use cloudkit::catalog::overview::CatalogOverview;
use cloudkit::catalog::{InstanceType, Region};
use cloudkit::discovery::capacity::{Devices, TypeWish};
use cloudkit::discovery::type_sheet::TypeSheet;
use cloudkit::discovery::{NamePattern, RegionListing, RegionSelection};
use pyo3::prelude::*;

use crate::errors::{bad_value, of_question};
use crate::surroundings::Surroundings;
use crate::values::json;

/// The version of cloudkit.
#[pyfunction(name = "_version")]
pub(crate) const fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The names of the types that fit any of some patterns, or of all.
#[pyfunction(name = "_type_names")]
pub(crate) fn type_names(py: Python<'_>, patterns: Vec<String>) -> PyResult<Vec<&'static str>> {
    let patterns = patterns.iter().map(|text| text.parse::<NamePattern>());
    let patterns: Vec<NamePattern> =
        patterns.collect::<Result<_, _>>().map_err(|error| bad_value("pattern", &error, &[]))?;
    let catalog = Surroundings::now(py)?.catalog;
    if patterns.is_empty() {
        return Ok(catalog.types().map(InstanceType::name).collect());
    }
    let wish = TypeWish { patterns, devices: Devices::Any };
    Ok(wish.types(catalog).into_iter().map(InstanceType::name).collect())
}

/// The sheets of some types, with their prices in some regions, in the one in force, or in all.
#[pyfunction(name = "_sheets")]
pub(crate) fn sheets(
    py: Python<'_>,
    names: Vec<String>,
    regions: Option<Vec<String>>,
    is_in_force: bool,
) -> PyResult<String> {
    let surroundings = Surroundings::now(py)?;
    let regions = match regions {
        None if is_in_force => Some(vec![surroundings.region_in_force().region]),
        regions => regions,
    };
    let (catalog, today) = (surroundings.catalog, Some(surroundings.today));
    let sheets = py.detach(|| {
        let selected =
            regions.map(|regions| RegionSelection::parse(regions)?.resolve(catalog)).transpose()?;
        let codes: Option<Vec<&str>> =
            selected.map(|regions| regions.into_iter().map(Region::code).collect());
        let sheet = |name: &String| TypeSheet::named(catalog, name, codes.as_deref(), today);
        names.iter().map(sheet).collect::<Result<Vec<_>, _>>()
    });
    json(&sheets.map_err(|error| of_question(&error, "instance_types"))?)
}

/// The regions of AWS.
#[pyfunction(name = "_regions")]
pub(crate) fn regions(py: Python<'_>, asked: Vec<String>) -> PyResult<String> {
    let listing = RegionListing::of(Surroundings::now(py)?.catalog, &asked);
    json(&listing.map_err(|error| of_question(&error, "instance_types"))?)
}

/// The catalog in use.
#[pyfunction(name = "_catalog_info")]
pub(crate) fn catalog_info(py: Python<'_>) -> PyResult<String> {
    let Surroundings { catalog, today, .. } = Surroundings::now(py)?;
    json(&py.detach(|| CatalogOverview::of(catalog, today)))
}
