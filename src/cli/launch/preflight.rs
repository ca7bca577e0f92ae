//! Reads the world, and looks beside that at what would make a launch fail: quotas, offerings, subnets, the spot role.
//!
//! A launch does without the latter, so it is waited for no more than a little longer than the rest.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::{Either, join_all, select};

use crate::aws::Session;
use crate::catalog::{Catalog, InstanceType};
use crate::cli::command_error::{CommandError, with_causes};
use crate::cli::context::Context;
use crate::discovery::account::cache::QuotaCache;
use crate::discovery::account::quota_room::Wanted;
use crate::discovery::account::quotas::{Account, Freshness, QuotaRow};
use crate::model::RegionName;
use crate::platform::clock;
use crate::provision::observe::{self, Local, looks};
use crate::provision::preflight::charged_to;
use crate::provision::wish::Wish;
use crate::provision::world::World;
use crate::provision::world::looks::{Look, Looks, QuotaFigures, QuotaLook};

/// How much longer than for the rest is waited for what a launch does without.
const PATIENCE: Duration = Duration::from_secs(2);

/// The world of a launch.
pub(in crate::cli) async fn world(
    context: &Context<'_>,
    wish: &Wish,
    session: &Session,
    catalog: &Catalog<'_>,
    local: &Local,
) -> Result<World, CommandError> {
    let observed = std::pin::pin!(observe::observe(wish, local, session, catalog, clock::now()));
    let looking = std::pin::pin!(look(context, wish, session, catalog, Freshness::Recent));
    let (world, looks) = match select(observed, looking).await {
        Either::Left((world, looking)) => {
            let world = world?;
            (world, tokio::time::timeout(PATIENCE, looking).await.unwrap_or_default())
        }
        Either::Right((looks, observed)) => (observed.await?, looks),
    };
    Ok(World { looks, ..world })
}

/// Everything that tells beforehand what would fail, side by side.
pub(in crate::cli) async fn look(
    context: &Context<'_>,
    wish: &Wish,
    session: &Session,
    catalog: &Catalog<'_>,
    freshness: Freshness,
) -> Looks {
    let (looks, quotas) =
        tokio::join!(looks::look(wish, session), quotas(context, wish, session, catalog, freshness));
    Looks { quotas, ..looks }
}

/// How the quotas stand that the wished machines are charged to.
async fn quotas(
    context: &Context<'_>,
    wish: &Wish,
    session: &Session,
    catalog: &Catalog<'_>,
    freshness: Freshness,
) -> Vec<QuotaLook> {
    let wanted = wanted(wish, catalog);
    let Some(first) = wanted.keys().next() else { return Vec::new() };
    let account = match session.caller(first).await {
        Ok(caller) => caller.account,
        Err(error) => return unknown(&wanted, &with_causes(&error)),
    };
    let cache = QuotaCache::of_account(context.process.cache_directory().ok(), &account);
    let account = Account { session, catalog, id: account, cache };
    let now = clock::now();
    let looks = join_all(wanted.iter().map(async |(region, wanted)| {
        match account.room(region, wanted, freshness, now).await {
            Ok(rows) => wanted.iter().map(|one| known(region, one, &rows)).collect(),
            Err(error) => unknown(&BTreeMap::from([(region.clone(), wanted.clone())]), &with_causes(&error)),
        }
    }));
    looks.await.into_iter().flatten().collect()
}

/// By region, each quota once, with the vCPUs of the largest of its machines.
fn wanted(wish: &Wish, catalog: &Catalog<'_>) -> BTreeMap<RegionName, Vec<Wanted>> {
    let mut wanted: BTreeMap<RegionName, Vec<Wanted>> = BTreeMap::new();
    for machine in &wish.candidates {
        let name = machine.instance_type.as_str();
        let Some(quota) = charged_to(name, machine.market) else { continue };
        // Of a type that the catalog does not know yet, what is kept is asked to have room for one vCPU at least.
        let vcpus = catalog.instance_type(name).and_then(InstanceType::vcpus).unwrap_or(1);
        let vcpus = u64::from(vcpus).saturating_mul(u64::from(wish.count.wanted));
        let of_region = wanted.entry(machine.region.clone()).or_default();
        match of_region.iter_mut().find(|one| one.quota == quota) {
            Some(one) => one.vcpus = one.vcpus.max(vcpus),
            None => of_region.push(Wanted { quota, vcpus }),
        }
    }
    wanted
}

fn known(region: &RegionName, wanted: &Wanted, rows: &[QuotaRow]) -> QuotaLook {
    let quota = wanted.quota;
    let row = rows.iter().find(|row| row.class == quota.class && row.market == quota.market);
    let figures = row.and_then(|row| Some(QuotaFigures { limit: row.limit_vcpus?, used: row.used_vcpus }));
    let unknown = || Look::Unknown { because: "Service Quotas does not say what the limit is".to_owned() };
    QuotaLook {
        region: region.to_string(),
        quota: *quota,
        figures: figures.map_or_else(unknown, Look::Known),
    }
}

fn unknown(wanted: &BTreeMap<RegionName, Vec<Wanted>>, because: &str) -> Vec<QuotaLook> {
    let each = wanted.iter().flat_map(|(region, wanted)| wanted.iter().map(move |one| (region, one)));
    let look = |(region, one): (&RegionName, &Wanted)| QuotaLook {
        region: region.to_string(),
        quota: *one.quota,
        figures: Look::Unknown { because: because.to_owned() },
    };
    each.map(look).collect()
}
