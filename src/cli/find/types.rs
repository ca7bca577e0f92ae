//! Instance types that are named one by one.

use super::notes;
use crate::catalog::Region;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::discovery::RegionSelection;
use crate::discovery::type_sheet::TypeSheet;
use crate::model::OperatingSystem;

/// The sheet of a type in some regions, or in all where none is named.
pub(super) fn sheet(
    context: &Context<'_>,
    name: &str,
    regions: &[String],
) -> Result<TypeSheet<'static>, CommandError> {
    let catalog = context.catalog();
    let codes = codes(context, regions)?;
    let asked = (!codes.is_empty()).then_some(codes.as_slice());
    let today = Some(context.today()?);
    Ok(TypeSheet::named(catalog, name, asked, today)?)
}

/// Those of some regions in which a type is not known to be offered.
pub(super) fn lacking(
    context: &Context<'_>,
    sheet: &TypeSheet<'_>,
    regions: &[String],
) -> Result<Vec<&'static str>, CommandError> {
    let mut codes = codes(context, regions)?;
    codes.retain(|code| sheet.regions.iter().all(|region| region.region != *code));
    Ok(codes)
}

/// Says that prices of what was shown are old, and since when.
pub(super) fn tell_old(context: &Context<'_>, sheets: &[TypeSheet<'_>], os: OperatingSystem) {
    let prices = sheets.iter().flat_map(|sheet| &sheet.regions).flat_map(|region| &region.prices);
    let old = prices.filter(|price| price.os == os && price.price_is_old);
    if let Some(date) = old.map(|price| price.as_of).max() {
        context.streams.status(notes::Old { date });
    }
}

fn codes(context: &Context<'_>, regions: &[String]) -> Result<Vec<&'static str>, CommandError> {
    let selected = RegionSelection::parse(regions)?.resolve(context.catalog())?;
    Ok(selected.into_iter().map(Region::code).collect())
}
