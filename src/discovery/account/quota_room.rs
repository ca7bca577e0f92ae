//! Whether a few quotas of a region have room for what is to be launched: asked for side by side, and no more than needed.
//!
//! What was kept is believed where it says that there is room; that there is none is never told from memory, since a machine
//! may have ended a moment ago.

use futures_util::future;

use super::cache::QuotaCache;
use super::quota_usage::{self, Charged};
use super::quotas::{Account, Freshness, Origin, QuotaRow, RegionQuotas, row};
use crate::aws::AwsError;
use crate::aws::types::ServiceQuota;
use crate::catalog::quota_class::VcpuQuota;
use crate::model::{Market, RegionName};

/// A quota, and how many vCPUs are to be charged to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Which one.
    pub quota: &'static VcpuQuota,
    /// How many.
    pub vcpus: u64,
}

impl Account<'_> {
    /// How these quotas of a region stand. The limits, and what counts towards them, are asked for at once.
    ///
    /// # Errors
    /// Where a part could not be had.
    pub async fn room(
        &self,
        region: &RegionName,
        wanted: &[Wanted],
        freshness: Freshness,
        now: jiff::Timestamp,
    ) -> Result<Vec<QuotaRow>, AwsError> {
        let of_launches = self.cache.of_launches();
        for kept in [&self.cache, &of_launches].into_iter().filter(|_| freshness == Freshness::Recent) {
            // A file that can't be read is asked anew, and said so by the commands that are about quotas.
            let kept = kept.read(region, now).ok().flatten();
            if let Some(kept) = kept.filter(|kept| wanted.iter().all(|one| has_room(kept, one))) {
                return Ok(kept.rows);
            }
        }
        let rows = self.ask_for(region, wanted).await?;
        keep(&of_launches, region, &rows, now);
        Ok(rows)
    }

    async fn ask_for(&self, region: &RegionName, wanted: &[Wanted]) -> Result<Vec<QuotaRow>, AwsError> {
        let (service, ec2) = (self.session.service_quotas(region), self.session.ec2(region));
        let of = |market| wanted.iter().any(|one| one.quota.market == market);
        let limits = future::try_join_all(
            wanted.iter().filter_map(|one| one.quota.code).map(|code| service.one(code)),
        );
        let spot_requests =
            async { if of(Market::Spot) { ec2.open_spot_requests().await.map(Some) } else { Ok(None) } };
        let reservations = async {
            if of(Market::OnDemand) { ec2.unused_reservations(&self.id).await.map(Some) } else { Ok(None) }
        };
        let (limits, machines, spot_requests, reservations) =
            future::try_join4(limits, ec2.charged_machines(), spot_requests, reservations).await?;
        let limits: Vec<ServiceQuota> = limits.into_iter().flatten().collect();
        let charged = Charged { machines: Some(machines), spot_requests, reservations };
        let usage = quota_usage::count(&charged, self.catalog);
        Ok(wanted.iter().map(|one| row(region, one.quota, &limits, &[], &usage)).collect())
    }
}

fn has_room(kept: &RegionQuotas, wanted: &Wanted) -> bool {
    let figures = kept.row(wanted.quota).and_then(|row| row.limit_vcpus.zip(row.used_vcpus));
    figures.is_some_and(|(limit, used)| u64::from(used).saturating_add(wanted.vcpus) <= u64::from(limit))
}

/// Keeps what was asked; that it can't be kept costs the next launch a few calls, and no more.
fn keep(cache: &QuotaCache, region: &RegionName, rows: &[QuotaRow], now: jiff::Timestamp) {
    let (uncounted, lacks) = (Vec::new(), Vec::new());
    let kept =
        RegionQuotas { asked_at: now, rows: rows.to_vec(), uncounted, lacks, origin: Origin::Asked(None) };
    let _ = cache.write(region, &kept);
}
