//! The price list of the package, as it is.
//!
//! Figures become whole micro-dollars here; whether they are true is not asked.

use std::collections::BTreeMap;

use cloudkit::model::{Money, OperatingSystem};
use serde::Deserialize;

use super::Place;
use crate::catalog::CatalogError;
use crate::catalog::packages::Package;

/// The file of the package that is read.
pub(in crate::catalog) const FILE: &str = "libcloud/data/pricing.json";

/// Dollars an hour by type and region.
type Figures<T> = BTreeMap<String, BTreeMap<String, T>>;

#[derive(Debug, Deserialize)]
struct Document {
    compute: Compute,
    updated: i64,
}

#[derive(Debug, Deserialize)]
struct Compute {
    ec2_linux: Figures<f64>,
    ec2_windows: Figures<f64>,
    ec2_rhel: Figures<f64>,
    ec2_suse: Figures<f64>,
}

/// The whole list.
#[derive(Debug)]
pub(super) struct PriceList {
    /// The date that the list gives itself.
    pub(super) as_of: String,
    figures: BTreeMap<OperatingSystem, Figures<Money>>,
}

impl PriceList {
    pub(super) fn read(libcloud: &Package) -> Result<Self, CatalogError> {
        let wrong = |error: &dyn ToString| CatalogError::shape(FILE, &error.to_string());
        let document: Document =
            serde_json::from_slice(&libcloud.file(FILE)?).map_err(|error| wrong(&error))?;
        let updated = jiff::Timestamp::from_second(document.updated).map_err(|error| wrong(&error))?;
        let figures = [
            (OperatingSystem::Linux, document.compute.ec2_linux),
            (OperatingSystem::Windows, document.compute.ec2_windows),
            (OperatingSystem::Rhel, document.compute.ec2_rhel),
            (OperatingSystem::Suse, document.compute.ec2_suse),
        ];
        Ok(Self {
            as_of: updated.strftime("%Y-%m-%d").to_string(),
            figures: figures
                .into_iter()
                .map(|(os, raw)| Ok((os, in_micros(raw)?)))
                .collect::<Result<_, CatalogError>>()?,
        })
    }

    /// Every figure of an operating system, zeroes among them.
    pub(super) fn of(&self, os: OperatingSystem) -> impl Iterator<Item = (Place<'_>, Money)> {
        self.figures.get(&os).into_iter().flatten().flat_map(|(instance_type, regions)| {
            regions.iter().map(move |(region, amount)| (Place { region, instance_type }, *amount))
        })
    }
}

fn in_micros(raw: Figures<f64>) -> Result<Figures<Money>, CatalogError> {
    let convert = |dollars: f64| {
        format!("{dollars:.6}").parse::<Money>().map_err(|error| CatalogError::shape(FILE, &error))
    };
    raw.into_iter()
        .map(|(instance_type, regions)| {
            let regions = regions.into_iter().map(|(region, dollars)| Ok((region, convert(dollars)?)));
            Ok((instance_type, regions.collect::<Result<_, CatalogError>>()?))
        })
        .collect()
}
