//! Accelerated and HPC machines: where they are sold, as far as the catalog knows.

use std::sync::Arc;

use cloudkit::discovery::capacity::{Devices, TypeWish, sold};
use cloudkit::discovery::{NamePattern, RegionSelection};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arguments::Arguments;
use crate::errors::{bad_value, of_question, usage};
use crate::notes::{left_out, old};
use crate::offers::Offers;
use crate::surroundings::Surroundings;

/// What only an account could answer.
const OF_ACCOUNT: [&str; 12] = [
    "reservations",
    "available_only",
    "min_count",
    "blocks",
    "count",
    "duration",
    "start_after",
    "end_by",
    "check",
    "check_quotas",
    "fits",
    "fresh",
];

/// Where accelerated and HPC machines are sold.
#[pyfunction]
#[pyo3(signature = (instance_types = None, **arguments))]
pub(crate) fn capacity<'py>(
    py: Python<'py>,
    instance_types: Option<&Bound<'py, PyAny>>,
    arguments: Option<&Bound<'py, PyDict>>,
) -> PyResult<Offers> {
    let mut arguments = Arguments::of("capacity", ("instance_types", instance_types), arguments)?;
    arguments.refuse_account(&OF_ACCOUNT)?;
    arguments.is("offline")?;
    let wish = TypeWish { patterns: patterns(&mut arguments)?, devices: devices(&mut arguments)? };
    let regions = arguments.texts("regions")?;
    let os = arguments.parsed("os")?.unwrap_or_default();
    let limit = arguments.whole("limit")?.unwrap_or(usize::MAX);
    arguments.finish()?;
    let surroundings = Surroundings::now(py)?;
    let mut notes = surroundings.notes.clone();
    let regions = if regions.is_empty() {
        let in_force = surroundings.region_in_force();
        let (region, by) = (in_force.region, in_force.named_by);
        notes.push(format!("region {region} ({by}); regions=\"all\" searches the world"));
        vec![region]
    } else {
        regions
    };
    let (catalog, today) = (surroundings.catalog, Some(surroundings.today));
    let sold = py.detach(|| {
        let regions = RegionSelection::parse(&regions)?.resolve(catalog)?;
        Ok(sold(catalog, &wish, &regions, os, today))
    });
    let mut sold = sold.map_err(|error| of_question(&error, "instance_types"))?;
    let total = sold.offers.len();
    sold.offers.truncate(limit);
    notes.extend(sold.unmatched.iter().map(ToString::to_string));
    notes.extend(left_out(total - sold.offers.len(), false));
    notes.extend(old(&sold.offers));
    notes.push("no account was asked: what it holds or could buy is not among these".to_owned());
    Ok(Offers { offers: Arc::new(sold.offers), notes, reading: Vec::new(), total })
}

fn patterns(arguments: &mut Arguments<'_>) -> PyResult<Vec<NamePattern>> {
    let texts = arguments.texts("instance_types")?;
    let each = texts.iter().flat_map(|text| text.split(','));
    each.map(|text| text.parse().map_err(|error| bad_value("instance_types", &error, &[]))).collect()
}

fn devices(arguments: &mut Arguments<'_>) -> PyResult<Devices> {
    match (arguments.is("gpu_only")?, arguments.is("accelerator_only")?) {
        (true, true) => Err(usage("gpu_only and accelerator_only can't both hold", &[])),
        (true, false) => Ok(Devices::Gpus),
        (false, true) => Ok(Devices::Accelerators),
        (false, false) => Ok(Devices::Any),
    }
}
