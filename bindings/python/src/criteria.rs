//! What can be asked for: the names of the filters, from which signatures and stubs are made.

use cloudkit::discovery::Criterion;
use pyo3::prelude::*;

use crate::errors::argument_name;

/// Every filter: its name as an argument, what it is (`range`, `number`, `names`, `yes-or-no`), what it looks at, and
/// whether only spot offers have it.
#[pyfunction(name = "_filters")]
pub(crate) fn filters() -> Vec<(String, &'static str, String, bool)> {
    Criterion::all().map(row).collect()
}

fn row(criterion: Criterion) -> (String, &'static str, String, bool) {
    let (kind, about) = match criterion {
        Criterion::Figure(figure) => ("range", figure.title().to_owned()),
        Criterion::Least(figure) => ("number", format!("{}, at least", figure.title())),
        Criterion::Most(figure) => ("number", format!("{}, at most", figure.title())),
        Criterion::Label(label) => ("names", label.title().to_owned()),
        Criterion::Feature(feature) => ("yes-or-no", feature.as_str().to_owned()),
        Criterion::Allow => ("names", "only types that fit one of these patterns".to_owned()),
        Criterion::Deny => ("names", "no types that fit one of these patterns".to_owned()),
    };
    (argument_name(criterion), kind, about, criterion.is_of_spot_alone())
}
