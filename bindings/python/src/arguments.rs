//! Keyword arguments as they were given, taken one by one; what nobody takes is refused by its name.

use cloudkit::catalog::nearest;
use cloudkit::discovery::{Criterion, Filter};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyMapping, PySet, PyString, PyTuple};

use crate::errors::{argument_name, bad_type, bad_value, credentials};
use crate::values::decimal_type;

/// The arguments of a call.
pub(crate) struct Arguments<'py> {
    function: &'static str,
    given: Vec<(String, Bound<'py, PyAny>)>,
    known: Vec<String>,
}

impl<'py> Arguments<'py> {
    /// Those that were given; `None` is as if it had been left out.
    pub(crate) fn of(
        function: &'static str,
        (first, value): (&str, Option<&Bound<'py, PyAny>>),
        others: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Self> {
        let mut given = Vec::new();
        given.extend(value.map(|value| (first.to_owned(), value.clone())));
        for (name, value) in others.into_iter().flatten() {
            given.push((name.extract()?, value));
        }
        given.retain(|(_, value)| !value.is_none());
        Ok(Self { function, given, known: Vec::new() })
    }

    fn take(&mut self, name: &str) -> Option<Bound<'py, PyAny>> {
        self.known.push(name.to_owned());
        let place = self.given.iter().position(|(given, _)| given == name)?;
        Some(self.given.swap_remove(place).1)
    }

    /// One text, or several.
    pub(crate) fn texts(&mut self, name: &str) -> PyResult<Vec<String>> {
        self.take(name).map_or_else(|| Ok(Vec::new()), |value| texts(name, &value))
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str) -> PyResult<Option<String>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let text = value.cast::<PyString>().map_err(|_| bad_type(name, "a str", &type_name(&value)))?;
        Ok(Some(text.to_string()))
    }

    /// A text that stands for something.
    pub(crate) fn parsed<T>(&mut self, name: &str) -> PyResult<Option<T>>
    where
        T: std::str::FromStr<Err: std::error::Error>,
    {
        let text = self.text(name)?;
        text.map(|text| text.parse().map_err(|error| bad_value(name, &error, &[]))).transpose()
    }

    /// Yes or no.
    pub(crate) fn is(&mut self, name: &str) -> PyResult<bool> {
        let Some(value) = self.take(name) else { return Ok(false) };
        let is = value.cast::<PyBool>().map_err(|_| bad_type(name, "True or False", &type_name(&value)))?;
        Ok(is.is_true())
    }

    /// A whole number of 0 or more.
    pub(crate) fn whole(&mut self, name: &str) -> PyResult<Option<usize>> {
        const EXPECTED: &str = "a whole number of 0 or more";
        let Some(value) = self.take(name) else { return Ok(None) };
        if !value.is_instance_of::<PyInt>() || value.is_instance_of::<PyBool>() {
            return Err(bad_type(name, EXPECTED, &type_name(&value)));
        }
        let refuse = |_| {
            bad_value(name, &cloudkit::model::NotAValue { text: value.to_string(), expected: EXPECTED }, &[])
        };
        value.extract().map(Some).map_err(refuse)
    }

    /// The filters that were asked for.
    pub(crate) fn filters(&mut self, asked: impl Iterator<Item = Criterion>) -> PyResult<Vec<Filter>> {
        let mut filters = Vec::new();
        for criterion in asked {
            let name = argument_name(criterion);
            let Some(value) = self.take(&name) else { continue };
            let text = wanted(criterion, &name, &value)?;
            filters.push(criterion.filter(&text).map_err(|error| bad_value(&name, &error, &[]))?);
        }
        Ok(filters)
    }

    /// Refuses what only an account could answer.
    pub(crate) fn refuse_account(&mut self, names: &[&str]) -> PyResult<()> {
        for name in names {
            let Some(value) = self.take(name) else { continue };
            if value.is_truthy()? {
                let function = self.function;
                let flag = name.replace('_', "-");
                let message =
                    format!("{function}({name}=…) asks an AWS account, and this package has no AWS SDK");
                let hint = format!("in a terminal, with credentials: cloudkit find {function} --{flag}");
                return Err(credentials(&message, &[&hint]));
            }
        }
        Ok(())
    }

    /// Refuses what nobody has taken.
    pub(crate) fn finish(self) -> PyResult<()> {
        let Some((name, _)) = self.given.first() else { return Ok(()) };
        let near = nearest(name, self.known.iter().map(String::as_str));
        let near = if near.is_empty() { String::new() } else { format!("; near it: {}", near.join(", ")) };
        let function = self.function;
        Err(PyTypeError::new_err(format!("{function}() has no argument {name:?}{near}")))
    }
}

/// One text, or several.
pub(crate) fn texts(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(vec![text.to_string()]);
    }
    let refuse = || bad_type(name, "a str or several", &type_name(value));
    if value.cast::<PyMapping>().is_ok() {
        return Err(refuse());
    }
    let each = |one: PyResult<Bound<'_, PyAny>>| {
        let one = one?;
        let text =
            one.cast::<PyString>().map_err(|_| bad_type(name, "a str or several", &type_name(&one)))?;
        Ok(text.to_string())
    };
    value.try_iter().map_err(|_| refuse())?.map(each).collect()
}

/// What a filter is compared with, as it would be typed.
fn wanted(criterion: Criterion, name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    match criterion {
        Criterion::Feature(_) => match value.cast::<PyBool>() {
            Ok(is) => Ok(if is.is_true() { "yes" } else { "no" }.to_owned()),
            Err(_) => text_of(name, "True or False", value),
        },
        Criterion::Label(_) | Criterion::Allow | Criterion::Deny => Ok(texts(name, value)?.join(",")),
        Criterion::Least(_) | Criterion::Most(_) => figure(name, "a number", value),
        Criterion::Figure(_) => ranges(name, value),
    }
}

/// A figure, a range as a pair of which either end may be open, or a list of these.
fn ranges(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    const EXPECTED: &str = "a number, a range such as \"8..\" or (4, 16), or a list of these";
    if let Ok(pair) = value.cast::<PyTuple>() {
        let (from, to): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
            pair.extract().map_err(|_| bad_type(name, EXPECTED, &format!("a tuple of {}", pair.len())))?;
        let end = |end: &Bound<'_, PyAny>| {
            if end.is_none() { Ok(String::new()) } else { figure(name, EXPECTED, end) }
        };
        return Ok(format!("{}..{}", end(&from)?, end(&to)?));
    }
    let is_several = value.is_instance_of::<pyo3::types::PyList>() || value.is_instance_of::<PySet>();
    if is_several {
        let each = value.try_iter()?.map(|one| ranges(name, &one?));
        return Ok(each.collect::<PyResult<Vec<_>>>()?.join(","));
    }
    figure(name, EXPECTED, value)
}

/// A number, or a text with a unit.
fn figure(name: &str, expected: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    if value.is_instance_of::<PyBool>() {
        return Err(bad_type(name, expected, "bool"));
    }
    let is_number = value.is_instance_of::<PyInt>()
        || value.is_instance_of::<PyFloat>()
        || value.is_instance(decimal_type(value.py())?)?;
    if is_number { Ok(value.str()?.to_string()) } else { text_of(name, expected, value) }
}

fn text_of(name: &str, expected: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    let text = value.cast::<PyString>().map_err(|_| bad_type(name, expected, &type_name(value)))?;
    Ok(text.to_string())
}

fn type_name(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "that".to_owned(), |name| name.to_string())
}
