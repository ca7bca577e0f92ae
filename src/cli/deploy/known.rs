//! Regions and types of an app folder that the catalog does not know.
//!
//! No account is asked, so that a type EC2 has only now may be right all the same.

use crate::catalog::Catalog;
use crate::cli::region;
use crate::discovery::DiscoveryError;
use crate::manifest::{Fault, Loaded, Thing};

/// What a launch refuses before any call is an error, and what EC2 is asked about a warning.
pub(super) fn faults(catalog: &Catalog<'_>, loaded: &Loaded) -> Vec<Fault> {
    let mut faults = Vec::new();
    let regions = loaded.placement.iter().flat_map(|placement| &placement.regions);
    for (index, placement) in regions.enumerate() {
        if let Err(error) = region::known(catalog, &placement.region) {
            let fault = Fault::error("unknown-region", error.to_string());
            faults.push(at(
                loaded,
                &Thing::Region(index),
                fault.hint("see all regions: cloudkit find regions"),
            ));
        }
        for (nth, name) in placement.instance_types.iter().enumerate() {
            if catalog.instance_type(name.as_str()).is_none() {
                let error = DiscoveryError::unknown_type(catalog, name.as_str());
                let fault = Fault::warning("unknown-type", error.to_string())
                    .hint("where EC2 has it only now: cloudkit deploy validate --account");
                faults.push(at(loaded, &Thing::InstanceType(index, nth), fault));
            }
        }
    }
    faults
}

fn at(loaded: &Loaded, thing: &Thing, fault: Fault) -> Fault {
    match loaded.places.of(thing) {
        Some(place) => fault.at(place.clone()),
        None => fault,
    }
}
