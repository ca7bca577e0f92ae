//! Instance types that are named one by one.

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::discovery::RegionSelection;
use crate::discovery::type_sheet::TypeSheet;

/// There is no such type.
#[derive(Debug, thiserror::Error)]
#[error("no instance type is called {0:?}")]
struct NoSuchType(String);

/// The sheet of a type in some regions, or in all where none is named.
pub(super) fn sheet(
    context: &Context<'_>,
    name: &str,
    regions: &[String],
) -> Result<TypeSheet<'static>, CommandError> {
    let catalog = context.catalog();
    let selected = RegionSelection::parse(regions)?.resolve(catalog)?;
    let codes: Vec<&str> = selected.iter().map(|region| region.code()).collect();
    let asked = (!codes.is_empty()).then_some(codes.as_slice());
    TypeSheet::of(catalog, &name.to_ascii_lowercase(), asked).ok_or_else(|| {
        let error = CommandError::usage(NoSuchType(name.to_owned()));
        match catalog.nearest_types(name).as_slice() {
            [] => error.hint("see what there is: cloudkit find search --region all"),
            near => error.hint(format!("near it: {}", near.join(", "))),
        }
    })
}
