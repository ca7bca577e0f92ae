//! Rules for the units of a deployment, one by one.
//!
//! How they depend on each other is judged in `dependencies`.

use super::gathered::{Gathered, UnitAt};
use super::{programs, unit_rules};
use crate::manifest::Fault;

pub(super) fn check(gathered: &Gathered<'_>) -> Vec<Fault> {
    gathered.units.iter().flat_map(|unit| of_unit(gathered, unit)).collect()
}

fn of_unit(gathered: &Gathered<'_>, unit: &UnitAt<'_>) -> Vec<Fault> {
    let mut faults = unit_rules::name(gathered, unit);
    for file in &unit.files {
        faults.extend(unit_rules::lines(unit, file));
    }
    faults.extend(unit_rules::kind(gathered, unit));
    faults.extend(programs::check(gathered, unit));
    faults
}
