//! The extension module of the Python package cloudkit: the same questions, answers and rankings as the command line's.
//!
//! What Python types, and how an answer looks in a notebook, is in `python/cloudkit`; what a question means is
//! [`cloudkit::discovery`]'s. No account is asked: this build has no AWS SDK.

#![expect(clippy::needless_pass_by_value, reason = "what Python hands over is owned")]

mod arguments;
mod capacity;
mod columns;
mod criteria;
mod device;
mod errors;
mod lookups;
mod notes;
mod offer;
mod offers;
mod plan;
mod questions;
mod refresh;
mod surroundings;
mod values;

/// The native half of the package cloudkit.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use super::capacity::capacity;
    #[pymodule_export]
    use super::criteria::filters;
    #[pymodule_export]
    use super::device::Device;
    #[pymodule_export]
    use super::lookups::{catalog_info, regions, sheets, type_names, version};
    #[pymodule_export]
    use super::offer::{Offer, offer_of};
    #[pymodule_export]
    use super::offers::{Offers, offers_of};
    #[pymodule_export]
    use super::plan::plan;
    #[pymodule_export]
    use super::questions::{search, spot};
    #[pymodule_export]
    use super::refresh::refresh;
}
