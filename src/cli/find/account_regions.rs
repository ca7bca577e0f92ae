//! The regions of a question to the account: those that were named; of `all` and of patterns, those that the account has
//! enabled.
//!
//! What is asked there is the commands' affair.

use std::collections::BTreeSet;

use crate::aws::Session;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region;
use crate::discovery::RegionSelection;
use crate::model::RegionName;
use crate::provision::inventory;

/// What `--region` says.
#[derive(Debug)]
pub(super) struct AskedRegions {
    /// Named one by one: asked whether they are enabled or not.
    named: BTreeSet<RegionName>,
    /// Meant by a pattern or by `all`.
    meant: BTreeSet<RegionName>,
    /// Whether regions are meant too that the catalog does not know.
    all: bool,
}

impl AskedRegions {
    /// Reads `--region`, else takes the region in force; a misspelt region is refused before any call.
    pub(super) fn parse(context: &Context<'_>, values: &[String]) -> Result<Self, CommandError> {
        let values = if values.is_empty() { vec![in_force(context)] } else { values.to_vec() };
        let typed: BTreeSet<String> =
            values.iter().flat_map(|value| value.split(',')).map(str::to_ascii_lowercase).collect();
        let names = RegionSelection::parse(&values)?.names(context.catalog())?;
        let (named, meant): (Vec<&str>, Vec<&str>) =
            names.into_iter().partition(|name| typed.contains(*name));
        let parsed = |names: Vec<&str>| names.into_iter().map(str::parse).collect::<Result<_, _>>();
        Ok(Self { named: parsed(named)?, meant: parsed(meant)?, all: typed.contains("all") })
    }

    /// The regions to ask; the account is asked which it has enabled only where patterns or `all` were typed.
    pub(super) async fn resolve(
        self,
        context: &Context<'_>,
        session: &Session,
    ) -> Result<Vec<RegionName>, CommandError> {
        let mut regions = self.named;
        if self.all || !self.meant.is_empty() {
            let home = region::in_force(context).region.parse()?;
            let enabled = inventory::enabled_regions(session, &home).await?;
            let meant = self.meant.len();
            let asked: Vec<_> =
                enabled.into_iter().filter(|region| self.all || self.meant.contains(region)).collect();
            if !self.all && asked.len() < meant {
                let left_out = meant - asked.len();
                context.streams.status(format_args!(
                    "{left_out} of the regions that are meant left out, because the account has not enabled them"
                ));
            }
            regions.extend(asked);
        }
        if regions.is_empty() {
            let error = "none of the regions that are meant is enabled for the account";
            return Err(CommandError::new(ExitClass::No, error));
        }
        Ok(regions.into_iter().collect())
    }
}

/// The region in force, said on stderr.
fn in_force(context: &Context<'_>) -> String {
    let region::InForce { region, named_by } = region::in_force(context);
    context
        .streams
        .status(format_args!("region {region} ({named_by}); --region all asks every region of the account"));
    region
}
