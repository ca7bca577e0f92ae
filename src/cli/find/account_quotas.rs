//! The account whose quotas are asked about, and what is said where a part of the answer is missing.
//!
//! What is done with the quotas is the commands' affair.

use crate::aws::Session;
use crate::aws::regions::PerRegion;
use crate::cli::command_error::{CommandError, with_causes};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::{region, region_failures};
use crate::discovery::account::cache::QuotaCache;
use crate::discovery::account::quotas::{Account, Freshness, Origin, RegionQuotas};
use crate::model::RegionName;

/// What `--fresh` says.
pub(super) const fn freshness(fresh: bool) -> Freshness {
    if fresh { Freshness::Now } else { Freshness::Recent }
}

/// The account that the credentials are of: one call, made each time, so that what is kept of one account is never shown
/// for another.
pub(super) async fn account<'s>(
    context: &Context<'_>,
    session: &'s Session,
) -> Result<Account<'s>, CommandError> {
    let home: RegionName = region::in_force(context).region.parse()?;
    let id = session.in_time(session.sts(&home).caller()).await?.account;
    let cache = QuotaCache::of_account(context.process.cache_directory().ok(), &id);
    Ok(Account { session, catalog: context.catalog(), id, cache })
}

/// Says what could not be asked or counted, and from when the answer is. The class is that of the worst failure.
pub(super) fn tell(context: &Context<'_>, found: &PerRegion<RegionQuotas>) -> ExitClass {
    let streams = context.streams;
    for (region, quotas) in &found.answers {
        if !quotas.uncounted.is_empty() {
            let types = quotas.uncounted.join(", ");
            streams.warn(format_args!(
                "the vCPUs or the quota of {types} in {region} are not known, so what they use is not known either"
            ));
        }
        if let Origin::Asked(Some(fault)) = &quotas.origin {
            streams.warn(with_causes(fault));
        }
    }
    let kept = found.answers.iter().filter(|(_, quotas)| matches!(quotas.origin, Origin::Kept));
    if let Some(oldest) = kept.map(|(_, quotas)| quotas.asked_at).min() {
        streams.status(format_args!("quotas as of {oldest:.0}; --fresh asks AWS again"));
    }
    tell_failures(context, found)
}

fn tell_failures(context: &Context<'_>, found: &PerRegion<RegionQuotas>) -> ExitClass {
    let failures = found.failures.iter().map(|failure| (None, &failure.region, &failure.source));
    let lacks = found.answers.iter().flat_map(|(region, quotas)| {
        quotas.lacks.iter().map(move |lack| (Some(lack.what), region, &lack.source))
    });
    region_failures::tell_lacks(context, failures.chain(lacks), |part, regions| match part {
        None => format!("{regions} could not be asked"),
        Some(part) => format!("{part} of {regions} could not be read"),
    })
}
