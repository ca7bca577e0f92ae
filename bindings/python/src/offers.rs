//! Offers in their order, as a sequence: Python objects are made of those that are looked at, and of no others.
//!
//! How they become columns is [`crate::columns`]'s; how they look in a notebook is `python/cloudkit/_show.py`'s.

use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use cloudkit::model;
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList, PySlice, PyTuple};

use crate::columns;
use crate::offer::{Offer, read};
use crate::values;

/// Offers, best first: a sequence that also is a table.
///
/// `to_polars()`, `to_pandas()` and `to_arrow()` make a data frame of all of them at once, and everything that speaks the Arrow
/// C stream interface (`polars.DataFrame(offers)`, `pyarrow.table(offers)`) takes them as they are.
#[pyclass(frozen, sequence, module = "cloudkit", name = "Offers")]
#[derive(Debug, Clone)]
pub(crate) struct Offers {
    pub(crate) offers: Arc<Vec<model::Offer<'static>>>,
    pub(crate) notes: Vec<String>,
    pub(crate) reading: Vec<String>,
    pub(crate) total: usize,
}

/// Offers of their JSON lines, with what is said of them.
#[pyfunction(name = "_offers_of")]
pub(crate) fn offers_of(
    lines: &str,
    notes: Vec<String>,
    reading: Vec<String>,
    total: usize,
) -> PyResult<Offers> {
    let offers = lines.lines().filter(|line| !line.trim().is_empty()).map(read);
    Ok(Offers { offers: Arc::new(offers.collect::<PyResult<_>>()?), notes, reading, total })
}

/// Offers as lines of JSON.
pub(crate) fn lines(offers: &[model::Offer<'static>]) -> PyResult<String> {
    offers.iter().map(|offer| values::json(offer).map(|line| line + "\n")).collect()
}

impl Offers {
    fn some(&self, offers: Vec<model::Offer<'static>>) -> Self {
        Self { offers: Arc::new(offers), ..self.clone() }
    }
}

#[pymethods]
impl Offers {
    /// What a person may wonder about: what was left out and why, and which figures are old.
    #[getter]
    fn notes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        values::texts(py, &self.notes)
    }

    /// How the question was read.
    #[getter]
    fn reading<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        values::texts(py, &self.reading)
    }

    /// How many offers there were before the limit.
    #[getter]
    fn total(&self) -> usize {
        self.total
    }

    fn __len__(&self) -> usize {
        self.offers.len()
    }

    fn __bool__(&self) -> bool {
        !self.offers.is_empty()
    }

    fn __getitem__<'py>(&self, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = index.py();
        if let Ok(slice) = index.cast::<PySlice>() {
            let length = isize::try_from(self.offers.len())?;
            let places = slice.indices(length)?;
            let place = |step: usize| {
                let step = isize::try_from(step).ok()?;
                usize::try_from(places.start + step * places.step).ok()
            };
            let some = (0..places.slicelength).filter_map(place).filter_map(|at| self.offers.get(at));
            return Ok(Bound::new(py, self.some(some.cloned().collect()))?.into_any());
        }
        let index: isize = index.extract()?;
        let length = isize::try_from(self.offers.len())?;
        let place = usize::try_from(if index < 0 { index + length } else { index });
        match place.ok().and_then(|place| self.offers.get(place)) {
            Some(offer) => Ok(Bound::new(py, Offer(offer.clone()))?.into_any()),
            None => Err(PyIndexError::new_err(format!("there are {length} offers, and none at {index}"))),
        }
    }

    fn __contains__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Offer>().is_ok_and(|other| self.offers.contains(&other.get().0))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| self.offers == other.get().offers)
    }

    /// How many times an offer is among them.
    fn count(&self, value: &Bound<'_, PyAny>) -> usize {
        let Ok(value) = value.cast::<Offer>() else { return 0 };
        self.offers.iter().filter(|offer| **offer == value.get().0).count()
    }

    /// The place of an offer.
    fn index(&self, value: &Bound<'_, PyAny>) -> PyResult<usize> {
        let wanted = value.cast::<Offer>();
        let is_it = |offer: &model::Offer<'_>| wanted.as_ref().is_ok_and(|wanted| *offer == wanted.get().0);
        let place = self.offers.iter().position(is_it);
        place.ok_or_else(|| PyValueError::new_err("that is not among the offers"))
    }

    /// All of them as the command line prints them: a list of `dict`.
    fn to_dicts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        values::document(py, &*self.offers)
    }

    /// All of them as lines of JSON: what `cloudkit launch` reads.
    fn to_jsonl(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| lines(&self.offers))
    }

    /// The offers as a table, through the Arrow C stream interface. A schema that is asked for is a wish that the interface
    /// allows to be ignored, as it is here.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batch = py.detach(|| columns::batch(&self.offers));
        let batch = batch.map_err(|error| PyValueError::new_err(error.to_string()))?;
        let reader = arrow_array::RecordBatchIterator::new([Ok(batch)], columns::schema());
        let stream = FFI_ArrowArrayStream::new(Box::new(reader));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    /// A `pyarrow.Table` of them; needs pyarrow.
    fn to_arrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("cloudkit._frames")?.call_method1("to_arrow", (slf,))
    }

    /// A `pandas.DataFrame` of them; needs pandas and pyarrow.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("cloudkit._frames")?.call_method1("to_pandas", (slf,))
    }

    /// A `polars.DataFrame` of them; needs polars.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("cloudkit._frames")?.call_method1("to_polars", (slf,))
    }

    fn __repr__(&self) -> String {
        let left_out =
            if self.total > self.offers.len() { format!(" of {}", self.total) } else { String::new() };
        let plural = if self.offers.len() == 1 { "" } else { "s" };
        match self.offers.first() {
            Some(first) => {
                let first = Offer(first.clone());
                format!(
                    "<{}{left_out} offer{plural}, the first {first}>",
                    self.offers.len(),
                    first = repr(&first)
                )
            }
            None => "<0 offers>".to_owned(),
        }
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("cloudkit._show")?.call_method1("offers", (slf,))
    }

    #[expect(clippy::type_complexity, reason = "it is what pickle wants")]
    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, (String, Bound<'py, PyList>, Bound<'py, PyList>, usize))> {
        let maker = py.import("cloudkit._native")?.getattr("_offers_of")?;
        let (notes, reading) = (PyList::new(py, &self.notes)?, PyList::new(py, &self.reading)?);
        Ok((maker, (lines(&self.offers)?, notes, reading, self.total)))
    }
}

fn repr(offer: &Offer) -> String {
    let model::Offer { instance_type, region, .. } = &offer.0;
    format!("{instance_type} in {region}")
}
