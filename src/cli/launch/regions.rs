//! Which regions a verb looks at: those of `--region`, else every region that the account can use.
//!
//! A machine may have been launched anywhere, so looking everywhere is the default.

use crate::aws::Session;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::region;
use crate::discovery::RegionSelection;
use crate::model::RegionName;
use crate::provision::inventory;

pub(super) use crate::cli::region_failures::tell as tell_failures;

/// The regions of a command; none are named where it is to look everywhere.
#[derive(Debug)]
pub(super) struct Asked(Vec<RegionName>);

impl Asked {
    /// Reads `--region`; a misspelt region is refused before any call.
    pub(super) fn parse(context: &Context<'_>, values: &[String]) -> Result<Self, CommandError> {
        Ok(Self(named(context, &RegionSelection::parse(values)?)?))
    }

    /// The regions to look at.
    pub(super) async fn regions(
        self,
        context: &Context<'_>,
        session: &Session,
    ) -> Result<Vec<RegionName>, CommandError> {
        if !self.0.is_empty() {
            return Ok(self.0);
        }
        let home = region::in_force(context).region.parse()?;
        Ok(inventory::enabled_regions(session, &home).await?)
    }
}

fn named(context: &Context<'_>, asked: &RegionSelection) -> Result<Vec<RegionName>, CommandError> {
    let names = asked.names(context.catalog())?;
    Ok(names.into_iter().map(str::parse).collect::<Result<_, _>>()?)
}
