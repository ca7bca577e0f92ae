//! `cloudkit deploy list`: the deployments of the account, by their records and by what runs.
//!
//! AWS is asked each time, in all regions at once.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use futures_util::future::try_join_all;

use super::named;
use crate::aws::types::Located;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region_failures;
use crate::deployment::record;
use crate::deployment::report::{Summary, is_of};
use crate::model::tag;
use crate::platform::clock;
use crate::provision::inventory;

/// List the deployments of the account
#[derive(Debug, Args)]
pub(super) struct ListArguments {}

pub(super) fn run(context: &Context<'_>, _arguments: &ListArguments) -> Result<ExitClass, CommandError> {
    let (records, inventory) = context.block_on_bounded(async {
        let home = named::home(context, context.asking_session().await?).await?;
        let records = async {
            let bucket = home.bucket();
            let names = record::names(&bucket).await?;
            let each = names.into_iter().map(async |name| {
                let stored = record::read(&bucket, &name).await?;
                Ok::<_, CommandError>((name, stored.and_then(|stored| stored.record)))
            });
            let records = try_join_all(each).await?;
            Ok::<_, CommandError>(records.into_iter().collect::<BTreeMap<_, _>>())
        };
        let inventory = async {
            let regions = named::regions(context, &home.session).await?;
            Ok(inventory::list(&home.session, &regions).await)
        };
        tokio::try_join!(records, inventory)
    })?;
    let living = || inventory.machines.iter().filter(|one| !one.machine.state.is_ended());
    let tagged = living().filter_map(|one| one.machine.tag(tag::DEPLOYMENT).map(str::to_owned));
    let names: BTreeSet<String> = records.keys().cloned().chain(tagged).collect();
    let now = clock::now();
    let rows: Vec<Summary> = names
        .iter()
        .map(|name| {
            let machines: Vec<&Located> = living().filter(|one| is_of(one, name)).collect();
            let record = records.get(name).and_then(Option::as_ref);
            Summary::of(name, record, &machines, &inventory.failures, context.catalog(), now)
        })
        .collect();
    context.streams.write_list(context.streams.list_format(), &rows)?;
    if rows.is_empty() && inventory.failures.is_empty() {
        context.streams.status("no deployments");
    }
    Ok(region_failures::tell(context, &inventory.failures))
}
