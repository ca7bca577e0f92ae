//! Which regions a verb looks at: those of `--region`, else every region that the account can use.
//!
//! A machine may have been launched anywhere, so looking everywhere is the default.

use crate::aws::Session;
use crate::aws::regions::RegionFailure;
use crate::cli::command_error::{CommandError, class_and_hints};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region;
use crate::discovery::RegionSelection;
use crate::model::RegionName;
use crate::provision::inventory;

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

/// Names the regions that could not be asked; the class is that of the worst failure.
pub(super) fn tell_failures(context: &Context<'_>, failures: &[RegionFailure]) -> ExitClass {
    let mut class = ExitClass::Done;
    for failure in failures {
        context
            .streams
            .warn_of_cost(format_args!("{failure}, so what is there is not shown: {}", failure.source));
        let (its, _) = class_and_hints(&failure.source);
        class = if its == ExitClass::Credentials { its } else { ExitClass::Unavailable };
    }
    class
}
