//! Values of Python and of cloudkit, one made into the other.

use cloudkit::model::{DeviceCount, Money};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyTuple, PyType};

static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static DATE: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The type `decimal.Decimal`.
pub(crate) fn decimal_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    DECIMAL.import(py, "decimal", "Decimal")
}

/// US dollars as a `Decimal`, which is what they are: no float is as exact.
pub(crate) fn money(py: Python<'_>, amount: Option<Money>) -> PyResult<Option<Bound<'_, PyAny>>> {
    amount.map(|amount| decimal_type(py)?.call1((amount.to_string(),))).transpose()
}

/// A number of devices: an `int`, or a `Decimal` where it is a part of one.
pub(crate) fn count(py: Python<'_>, count: DeviceCount) -> PyResult<Bound<'_, PyAny>> {
    if count.thousandths().is_multiple_of(1000) {
        return Ok((count.thousandths() / 1000).into_pyobject(py)?.into_any());
    }
    decimal_type(py)?.call1((count.to_string(),))
}

/// A day as a `datetime.date`; nothing where it is no day.
pub(crate) fn day<'py>(py: Python<'py>, text: Option<&str>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(day) = text.and_then(date) else { return Ok(None) };
    let date = DATE.import(py, "datetime", "date")?;
    Ok(Some(date.call1((day.year(), day.month(), day.day()))?))
}

/// The day of a figure, which an account may tell with its hour.
pub(crate) fn date(text: &str) -> Option<jiff::civil::Date> {
    text.parse().ok()
}

/// A tuple of texts.
pub(crate) fn texts<'py, T: AsRef<str>>(py: Python<'py>, texts: &[T]) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, texts.iter().map(AsRef::as_ref))
}

/// A value as the document that the command line prints, a `dict`.
pub(crate) fn document<'py>(py: Python<'py>, value: &impl serde::Serialize) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (json(value)?,))
}

/// A value as JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> PyResult<String> {
    serde_json::to_string(value).map_err(|error| crate::errors::usage(&error.to_string(), &[]))
}
