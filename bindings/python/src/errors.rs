//! Errors as Python raises them: a class for each of the command line's exit codes, with what to type next.
//!
//! The classes are Python's (`python/cloudkit/_errors.py`); which error is of which class is decided here.

use std::error::Error;

use cloudkit::catalog::cache::CacheError;
use cloudkit::discovery::{Criterion, DiscoveryError};
use pyo3::exceptions::PyTypeError;
use pyo3::{PyErr, import_exception};

import_exception!(cloudkit._errors, CredentialsError);
import_exception!(cloudkit._errors, UnavailableError);
import_exception!(cloudkit._errors, UsageError);

/// An argument whose value can't be: a `ValueError` that names it.
pub(crate) fn bad_value(argument: &str, error: &dyn Error, hints: &[&str]) -> PyErr {
    usage(&format!("{argument}: {}", with_causes(error)), hints)
}

/// An argument whose type can't be.
pub(crate) fn bad_type(argument: &str, expected: &str, found: &str) -> PyErr {
    PyTypeError::new_err(format!("{argument}: {expected} is expected, and not {found}"))
}

/// What was asked for can't be, as it was asked.
pub(crate) fn usage(message: &str, hints: &[&str]) -> PyErr {
    UsageError::new_err((message.to_owned(), owned(hints)))
}

/// An account would have to be asked.
pub(crate) fn credentials(message: &str, hints: &[&str]) -> PyErr {
    CredentialsError::new_err((message.to_owned(), owned(hints)))
}

/// The network or its other end failed.
pub(crate) fn unavailable(message: &str, hints: &[&str]) -> PyErr {
    UnavailableError::new_err((message.to_owned(), owned(hints)))
}

/// The cache can't be used.
pub(crate) fn of_cache(error: &CacheError) -> PyErr {
    usage(&with_causes(error), &[])
}

/// A question that has no answer: which argument it is about, and what can be done. A type that does not exist was named in
/// `of_types`.
pub(crate) fn of_question(error: &DiscoveryError, of_types: &str) -> PyErr {
    let (argument, hint) = match error {
        DiscoveryError::UnknownRegion { .. } => ("regions", "regions=\"all\" asks about every region"),
        DiscoveryError::RegionWithoutData { .. } => {
            ("regions", "read what AWS's public lists say of it: cloudkit.refresh()")
        }
        DiscoveryError::NoRegion => ("regions", ""),
        DiscoveryError::UnknownName { label, .. } => {
            let argument = argument_name(Criterion::Label(*label));
            return bad_value(&argument, error, &[]);
        }
        DiscoveryError::UnknownType { .. } => (of_types, "see them all: cloudkit.types()"),
        DiscoveryError::UnknownWord { .. }
        | DiscoveryError::NoNumber { .. }
        | DiscoveryError::NumberAlone { .. } => {
            ("pattern", "words and arguments that mean something: help(cloudkit.search)")
        }
        DiscoveryError::OtherMarket { .. } => ("pattern", "offers of every market: cloudkit.search()"),
        DiscoveryError::Contradiction { .. }
        | DiscoveryError::NotAFigure { .. }
        | DiscoveryError::Pattern(_) => ("pattern", ""),
        DiscoveryError::OppositeOrders { .. } => ("sort", "the cheapest is sort=\"price\", limit=1"),
        DiscoveryError::OrderOfGroups { .. } => {
            ("sort", "put offers together: group_by=\"region\", \"type\" or \"family\"")
        }
    };
    let hints: &[&str] = if hint.is_empty() { &[] } else { &[hint] };
    bad_value(argument, error, hints)
}

/// A filter's name as an argument: `min_zones`.
pub(crate) fn argument_name(criterion: Criterion) -> String {
    criterion.key().replace('-', "_")
}

/// An error with its causes in one line, none said twice.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let sentence = cause.to_string();
        if !line.ends_with(&sentence) {
            line = format!("{line}: {sentence}");
        }
        source = cause.source();
    }
    line
}

fn owned(hints: &[&str]) -> Vec<String> {
    hints.iter().map(|hint| (*hint).to_owned()).collect()
}
