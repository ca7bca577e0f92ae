//! Facts for the tests of the questions: the embedded catalog, on a day of its newest figures.

use super::facts::Facts;
use crate::catalog::Catalog;
use crate::cli::region::InForce;

pub(super) fn facts(region: &str) -> Facts<'static> {
    Facts {
        catalog: Catalog::embedded(),
        today: "2026-08-10".parse().unwrap(),
        in_force: InForce { region: region.to_owned(), named_by: "a test".to_owned() },
    }
}
