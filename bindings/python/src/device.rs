//! A kind of device in a machine, as Python sees it.

use std::hash::{DefaultHasher, Hash, Hasher};

use cloudkit::model;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::offer::offer_part;
use crate::values;

/// GPUs or other accelerators of one kind in a machine.
#[pyclass(frozen, eq, module = "cloudkit", name = "Device")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Device(pub(crate) model::Device<'static>);

#[pymethods]
impl Device {
    /// Its name, such as `L4`.
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    /// Who makes it.
    #[getter]
    fn manufacturer(&self) -> Option<&str> {
        self.0.manufacturer.as_deref()
    }

    /// How many: an `int`, or a `Decimal` where a machine has a part of one.
    #[getter]
    fn count<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        values::count(py, self.0.count)
    }

    /// Memory of one of them, in MiB.
    #[getter]
    fn memory_mib(&self) -> Option<u64> {
        self.0.memory_mib.map(|memory| memory.0)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.0.name, self.0.count, self.memory_mib()).hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        let memory = self.0.memory_mib.map_or_else(|| "None".to_owned(), |memory| memory.0.to_string());
        format!("Device(name={:?}, count={}, memory_mib={memory})", self.0.name, self.0.count)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        offer_part(py, "Device", &self.0)
    }

    #[new]
    fn of_json(text: &str) -> PyResult<Self> {
        let read: Result<model::Device<'_>, _> = serde_json::from_str(text);
        let device = read.map_err(|error| crate::errors::bad_value("text", &error, &[]))?;
        Ok(Self(device.into_owned()))
    }
}
