//! Counts what becomes of every figure of the price list.
//!
//! The counts go into the provenance; a figure that is dropped without a reason here would be a fault.

use std::collections::BTreeMap;

use cloudkit::model::OperatingSystem;
use serde::Serialize;

/// What became of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::catalog) enum Fate {
    /// Kept, from the package.
    Kept,
    /// Kept, from the project's own table of accelerator types.
    KeptFromTable,
    /// In the project's own table, but not among the offerings of us-east-1.
    TableNotOffered,
    /// The figure is 0, which means that it is not known.
    Zero,
    /// The type is not described by DescribeInstanceTypes (or the entry names a family).
    TypeNotDescribed,
    /// There is no list of offerings of the region.
    RegionNotListed,
    /// The region's list of offerings does not have the type.
    NotOfferedThere,
    /// An accelerator type: priced from the table alone.
    Accelerated,
    /// Too few sizes of the family bear each other out.
    TooFewWitnesses,
    /// The sizes of the family agree on another rate.
    DisagreesWithFamily,
    /// There is no Linux price to compare with.
    NoLinuxPrice,
    /// Not dearer than Linux: the licence is not in it.
    NoLicence,
    /// What the licence costs cannot be told from the other regions.
    LicenceNotClear,
    /// The licence usually costs something else.
    DisagreesWithLicence,
}

/// How many figures of each operating system had which fate.
#[derive(Debug, Default, Serialize)]
pub(in crate::catalog) struct Tally(BTreeMap<OperatingSystem, BTreeMap<Fate, usize>>);

impl Tally {
    /// Counts one figure.
    pub(super) fn add(&mut self, os: OperatingSystem, fate: Fate) {
        self.add_many(os, fate, 1);
    }

    /// Counts several figures of the same fate.
    pub(super) fn add_many(&mut self, os: OperatingSystem, fate: Fate, count: usize) {
        if count > 0 {
            *self.0.entry(os).or_default().entry(fate).or_default() += count;
        }
    }
}
