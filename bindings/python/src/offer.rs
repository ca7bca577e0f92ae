//! An offer as Python sees it: one way to get one kind of machine.
//!
//! Its fields are those of `cloudkit.offer/v1`; what is not known is `None`.

use std::hash::{DefaultHasher, Hash, Hasher};

use cloudkit::model;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::device::Device;
use crate::errors::bad_value;
use crate::values;

/// One way to get one kind of machine: its type, where, how it is sold, and what an hour of it costs.
///
/// Prices are in US dollars an hour and `Decimal`. What is not known is `None`, never a guess.
#[pyclass(frozen, eq, module = "cloudkit", name = "Offer")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer(pub(crate) model::Offer<'static>);

/// An offer of its JSON.
#[pyfunction(name = "_offer_of")]
pub(crate) fn offer_of(text: &str) -> PyResult<Offer> {
    read(text).map(Offer)
}

/// An offer as the command line prints it.
pub(crate) fn read(text: &str) -> PyResult<model::Offer<'static>> {
    let read: Result<model::Offer<'_>, _> = serde_json::from_str(text);
    Ok(read.map_err(|error| bad_value("offer", &error, &[]))?.into_owned())
}

/// What a part of an offer is made of again.
pub(crate) fn offer_part<'py>(
    py: Python<'py>,
    maker: &str,
    part: &impl serde::Serialize,
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
    let maker = py.import("cloudkit._native")?.getattr(maker)?;
    Ok((maker, PyTuple::new(py, [values::json(part)?])?))
}

#[pymethods]
impl Offer {
    /// The instance type, such as `m7i.large`.
    #[getter]
    fn instance_type(&self) -> &str {
        &self.0.instance_type
    }

    /// What stands before the dot of the type's name.
    #[getter]
    fn family(&self) -> &str {
        self.0.instance_type.split('.').next().unwrap_or_default()
    }

    /// The region's code, such as `us-east-1`.
    #[getter]
    fn region(&self) -> &str {
        &self.0.region
    }

    /// The ids of the zones that have it, such as `use1-az1`.
    #[getter]
    fn zones<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        values::texts(py, &self.0.zones)
    }

    /// How it is sold: `on-demand`, `spot`, `capacity-block` or `reservation`.
    #[getter]
    fn market(&self) -> &'static str {
        self.0.market.as_str()
    }

    /// The architectures that the type runs.
    #[getter]
    fn architectures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.architectures.iter().map(|one| one.as_str()))
    }

    /// Virtual processors.
    #[getter]
    fn vcpus(&self) -> Option<u32> {
        self.0.vcpus
    }

    /// Main memory in MiB.
    #[getter]
    fn memory_mib(&self) -> Option<u64> {
        self.0.memory_mib.map(|memory| memory.0)
    }

    /// Main memory in GiB.
    #[getter]
    #[expect(clippy::cast_precision_loss, reason = "no machine has 2^53 MiB")]
    fn memory_gib(&self) -> Option<f64> {
        self.0.memory_mib.map(|memory| memory.0 as f64 / 1024.0)
    }

    /// GPUs, one entry a kind.
    #[getter]
    fn gpus<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.gpus.iter().cloned().map(Device))
    }

    /// Other accelerators: Inferentia, Trainium and the like.
    #[getter]
    fn accelerators<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.accelerators.iter().cloned().map(Device))
    }

    /// What the hour is billed as: `linux`, `windows`, `rhel` or `suse`.
    #[getter]
    fn os(&self) -> &'static str {
        self.0.os.as_str()
    }

    /// US dollars an hour in this market.
    #[getter]
    fn price_usd_hour<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        values::money(py, self.0.price_usd_hour)
    }

    /// US dollars an hour on demand, for comparison.
    #[getter]
    fn on_demand_usd_hour<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        values::money(py, self.0.on_demand_usd_hour)
    }

    /// Whether the price on demand is more than 90 days old.
    #[getter]
    fn on_demand_is_old(&self) -> bool {
        self.0.on_demand_is_old
    }

    /// What a spot machine saves against on demand, in whole percent rounded down.
    #[getter]
    fn saving_percent(&self) -> Option<u64> {
        self.0.saving_percent
    }

    /// `computed` of the two prices, or `advisor`: AWS's Spot Instance advisor says so.
    #[getter]
    fn saving_source(&self) -> Option<&'static str> {
        self.0.saving_source.map(|source| match source {
            model::offer::SavingSource::Computed => "computed",
            model::offer::SavingSource::Advisor => "advisor",
        })
    }

    /// `embedded` in this build, or `feed`: AWS's public lists, as they were read last.
    #[getter]
    fn price_source(&self) -> Option<&str> {
        self.0.price_source.as_deref()
    }

    /// The day that the price is from.
    #[getter]
    fn price_as_of<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        values::day(py, self.0.price_as_of.as_deref())
    }

    /// Whether it is older than prices of this market keep their worth.
    #[getter]
    fn price_is_old(&self) -> bool {
        self.0.price_is_old
    }

    /// How often EC2 takes such spot machines back within a month: at least and at most, in percent.
    #[getter]
    fn interruption_percent(&self) -> Option<(u8, u8)> {
        self.0.interruption.map(|band| (band.min_percent, band.max_percent))
    }

    /// Whether that is more than 180 days old.
    #[getter]
    fn interruption_is_old(&self) -> bool {
        self.0.interruption_is_old
    }

    /// The offer as the command line prints it, `cloudkit.offer/v1`; what is not known is absent.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        values::document(py, &self.0)
    }

    fn __hash__(&self) -> u64 {
        let one = &self.0;
        let mut hasher = DefaultHasher::new();
        (&one.instance_type, &one.region, one.market.as_str(), &one.zones).hash(&mut hasher);
        (one.os.as_str(), one.price_usd_hour, &one.reservation_id).hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        let model::Offer { instance_type, region, market, price_usd_hour, .. } = &self.0;
        let price = price_usd_hour.map_or_else(|| "None".to_owned(), |price| format!("Decimal('{price}')"));
        format!("Offer({instance_type:?}, {region:?}, market=\"{market}\", price_usd_hour={price})")
            .replace('"', "'")
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        offer_part(py, "_offer_of", &self.0)
    }
}
