//! The quotas of vCPUs of an account: limit, used, free, and what was asked for and is not settled.
//!
//! A limit or a usage that could not be had is unknown, never 0. Nothing is filed here but by [`Account::request`].

use std::borrow::Cow;

use futures_util::future;
use serde::{Deserialize, Serialize};

use super::cache::{CacheError, QuotaCache};
use super::quota_usage::{self, Charged, Usage};
use crate::aws::regions::{PerRegion, ask_each};
use crate::aws::types::{QuotaRequest, ServiceQuota};
use crate::aws::{AwsError, Session};
use crate::catalog::Catalog;
use crate::catalog::quota_class::{QUOTAS, VcpuQuota};
use crate::model::{Market, RegionName};

/// The value of a row's `schema` field.
pub const SCHEMA: &str = "cloudkit.quota/v1";
/// A quota is tight from this many percent of its limit on.
pub const TIGHT_PERCENT: u64 = 80;

/// A quota of vCPUs in a region, `cloudkit.quota/v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaRow {
    /// Always [`SCHEMA`].
    pub schema: Cow<'static, str>,
    /// The region.
    pub region: RegionName,
    /// What people call it: `standard`, `g`, `p5`.
    pub class: String,
    /// On demand or spot.
    pub market: Market,
    /// Its code at Service Quotas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What Service Quotas calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// vCPUs that may run at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_vcpus: Option<u32>,
    /// vCPUs that are in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_vcpus: Option<u32>,
    /// vCPUs that are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_vcpus: Option<u32>,
    /// How it stands.
    pub status: QuotaStatus,
    /// The request for a higher limit that AWS has not settled yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_request: Option<QuotaRequest>,
}

/// The value of a filed request's `schema` field.
pub const FILED_SCHEMA: &str = "cloudkit.quota-request/v1";

/// A request for a higher limit that has just been filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FiledRequest {
    /// Always [`FILED_SCHEMA`].
    pub schema: &'static str,
    /// The region.
    pub region: RegionName,
    /// What people call the quota.
    pub class: String,
    /// On demand or spot.
    pub market: Market,
    /// The quota's code.
    pub code: String,
    /// The limit as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_vcpus: Option<u32>,
    /// The request, as AWS took it.
    #[serde(flatten)]
    pub request: QuotaRequest,
}

/// How a quota stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuotaStatus {
    /// There is room.
    Ok,
    /// [`TIGHT_PERCENT`] of the limit or more is used.
    Tight,
    /// All of it is used.
    Full,
    /// The limit is 0.
    None,
    /// The limit or the usage is not known.
    Unknown,
}

impl QuotaStatus {
    fn of(limit: Option<u32>, used: Option<u32>) -> Self {
        match (limit, used) {
            (Some(0), _) => Self::None,
            (Some(limit), Some(used)) if used >= limit => Self::Full,
            (Some(limit), Some(used)) if u64::from(used) * 100 >= u64::from(limit) * TIGHT_PERCENT => {
                Self::Tight
            }
            (Some(_), Some(_)) => Self::Ok,
            (None, _) | (_, None) => Self::Unknown,
        }
    }
}

impl std::fmt::Display for QuotaStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Tight => "tight",
            Self::Full => "full",
            Self::None => "none",
            Self::Unknown => "unknown",
        })
    }
}

/// The quotas of one region.
#[derive(Debug)]
pub struct RegionQuotas {
    /// When AWS was asked.
    pub asked_at: jiff::Timestamp,
    /// A row for each of [`QUOTAS`], in their order.
    pub rows: Vec<QuotaRow>,
    /// The types that could not be counted, which makes the usage of their quotas unknown.
    pub uncounted: Vec<String>,
    /// What could not be asked.
    pub lacks: Vec<Lack>,
    /// Whether AWS was asked just now.
    pub origin: Origin,
}

/// Where an answer comes from.
#[derive(Debug)]
pub enum Origin {
    /// From AWS; what was kept could not be used or renewed, where there is an error.
    Asked(Option<CacheError>),
    /// It was kept.
    Kept,
}

/// A part of a region's answer that could not be had.
#[derive(Debug)]
pub struct Lack {
    /// Which part: `the limits`.
    pub what: &'static str,
    /// Why not.
    pub source: AwsError,
}

impl RegionQuotas {
    /// The row of a quota.
    #[must_use]
    pub fn row(&self, quota: &VcpuQuota) -> Option<&QuotaRow> {
        self.rows.iter().find(|row| row.class == quota.class && row.market == quota.market)
    }
}

/// Whether what was kept may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Where it is recent.
    Recent,
    /// AWS is asked in any case.
    Now,
}

/// An account that is asked about its quotas.
#[derive(Debug)]
pub struct Account<'a> {
    /// The way to AWS.
    pub session: &'a Session,
    /// What says how many vCPUs a type has.
    pub catalog: &'a Catalog<'a>,
    /// The account's twelve digits.
    pub id: String,
    /// Where answers are kept.
    pub cache: QuotaCache,
}

impl Account<'_> {
    /// The quotas in some regions. Of a region that is not kept AWS is asked six calls, more where its lists have several
    /// pages.
    pub async fn quotas(
        &self,
        regions: &[RegionName],
        freshness: Freshness,
        now: jiff::Timestamp,
    ) -> PerRegion<RegionQuotas> {
        ask_each(self.session, regions, |region| self.of_region(region, freshness, now)).await
    }

    async fn of_region(
        &self,
        region: &RegionName,
        freshness: Freshness,
        now: jiff::Timestamp,
    ) -> Result<RegionQuotas, AwsError> {
        let kept = match freshness {
            Freshness::Recent => self.cache.read(region, now),
            Freshness::Now => Ok(None),
        };
        let fault = match kept {
            Ok(Some(kept)) => return Ok(kept),
            Ok(None) => None,
            Err(fault) => Some(fault),
        };
        let mut found = self.ask(region, now).await?;
        let kept = if found.lacks.is_empty() { self.cache.write(region, &found) } else { Ok(()) };
        found.origin = Origin::Asked(fault.or(kept.err()));
        Ok(found)
    }

    /// Asks for all parts at once. A region of which no part could be had is a failure.
    async fn ask(&self, region: &RegionName, now: jiff::Timestamp) -> Result<RegionQuotas, AwsError> {
        let (service, ec2) = (self.session.service_quotas(region), self.session.ec2(region));
        let (limits, requests, machines, spot_requests, reservations) = future::join5(
            self.limits(region),
            service.open_requests(),
            ec2.charged_machines(),
            ec2.open_spot_requests(),
            ec2.unused_reservations(&self.id),
        )
        .await;
        let mut parts = Parts::default();
        let limits = parts.take("the limits", limits);
        let requests = parts.take("the open requests", requests).unwrap_or_default();
        let charged = Charged {
            machines: parts.take("the machines", machines),
            spot_requests: parts.take("the open spot requests", spot_requests),
            reservations: parts.take("the capacity reservations", reservations),
        };
        let (limits, no_defaults) = limits.unwrap_or_default();
        if let Some(error) = no_defaults {
            parts.take::<()>("the default limits", Err(error));
        }
        let lacks = parts.lacks()?;
        let usage = quota_usage::count(&charged, self.catalog);
        let row = |quota: &&'static VcpuQuota| row(region, quota, &limits, &requests, &usage);
        Ok(RegionQuotas {
            asked_at: now,
            rows: QUOTAS.iter().map(row).collect(),
            uncounted: usage.uncounted.iter().cloned().collect(),
            lacks,
            origin: Origin::Asked(None),
        })
    }

    /// The limits that hold; AWS's own where none was ever set for the account, and what is the matter where these could
    /// not be had.
    async fn limits(&self, region: &RegionName) -> Result<(Vec<ServiceQuota>, Option<AwsError>), AwsError> {
        let service = self.session.service_quotas(region);
        let mut limits = service.applied().await?;
        let is_there = |code: &str| limits.iter().any(|limit| limit.code == code);
        if QUOTAS.iter().filter_map(|quota| quota.code).all(is_there) {
            return Ok((limits, None));
        }
        Ok(match service.defaults().await {
            Ok(defaults) => {
                // The first one of a code is the one that is found.
                limits.extend(defaults);
                (limits, None)
            }
            Err(error) => (limits, Some(error)),
        })
    }

    /// Files a request for a higher limit; what was kept of the region is no longer true then.
    ///
    /// # Errors
    /// Where a request is open already, or AWS refuses or can't be reached.
    pub async fn request(
        &self,
        region: &RegionName,
        code: &str,
        desired: u32,
    ) -> Result<QuotaRequest, AwsError> {
        self.cache.forget(region);
        self.session.service_quotas(region).request(code, desired).await
    }
}

/// The parts of a region's answer as they come in.
#[derive(Default)]
struct Parts {
    had: usize,
    lacks: Vec<Lack>,
}

impl Parts {
    fn take<T>(&mut self, what: &'static str, part: Result<T, AwsError>) -> Option<T> {
        let part = part.map_err(|source| self.lacks.push(Lack { what, source })).ok();
        self.had += usize::from(part.is_some());
        part
    }

    /// What is lacking; where everything is, why its first part is.
    fn lacks(self) -> Result<Vec<Lack>, AwsError> {
        let Self { had, mut lacks } = self;
        if had == 0 && !lacks.is_empty() { Err(lacks.swap_remove(0).source) } else { Ok(lacks) }
    }
}

pub(super) fn row(
    region: &RegionName,
    quota: &VcpuQuota,
    limits: &[ServiceQuota],
    requests: &[(String, QuotaRequest)],
    usage: &Usage,
) -> QuotaRow {
    let found = limits.iter().find(|limit| Some(limit.code.as_str()) == quota.code);
    let limit_vcpus = found.and_then(|limit| limit.value);
    let used_vcpus = usage.of(quota);
    QuotaRow {
        schema: SCHEMA.into(),
        region: region.clone(),
        class: quota.class.to_owned(),
        market: quota.market,
        code: quota.code.map(str::to_owned),
        name: found.and_then(|limit| limit.name.clone()).or_else(|| quota.name.map(str::to_owned)),
        limit_vcpus,
        used_vcpus,
        free_vcpus: free(limit_vcpus, used_vcpus),
        status: QuotaStatus::of(limit_vcpus, used_vcpus),
        pending_request: requests
            .iter()
            .find(|(code, _)| Some(code.as_str()) == quota.code)
            .map(|(_, request)| request.clone()),
    }
}

/// Of a limit of 0 nothing is free, whatever is used.
fn free(limit: Option<u32>, used: Option<u32>) -> Option<u32> {
    if limit == Some(0) { limit } else { Some(limit?.saturating_sub(used?)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_about_what_is_left() {
        use QuotaStatus::{Full, Ok as Room, Tight, Unknown};
        for (limit, used, status) in [
            (Some(100), Some(0), Room),
            (Some(100), Some(79), Room),
            (Some(100), Some(80), Tight),
            (Some(5), Some(4), Tight),
            (Some(100), Some(99), Tight),
            (Some(100), Some(100), Full),
            (Some(100), Some(101), Full),
            (Some(u32::MAX), Some(u32::MAX), Full),
            (Some(0), Some(0), QuotaStatus::None),
            (Some(0), None, QuotaStatus::None),
            (Some(100), None, Unknown),
            (None, Some(0), Unknown),
        ] {
            assert_eq!(QuotaStatus::of(limit, used), status, "{used:?} of {limit:?}");
        }
    }

    #[test]
    fn free_is_known_where_limit_and_usage_are() {
        assert_eq!(free(Some(8), Some(2)), Some(6));
        assert_eq!(free(Some(8), Some(9)), Some(0));
        assert_eq!((free(Some(8), None), free(None, Some(2))), (None, None));
        assert_eq!(free(Some(0), None), Some(0));
    }

    #[test]
    fn what_is_not_known_of_a_quota_is_absent() {
        let region = "us-east-1".parse().unwrap();
        let limits = [ServiceQuota { code: "L-1216C47A".to_owned(), name: None, value: None }];
        let nothing = Charged { machines: None, spot_requests: None, reservations: None };
        let usage = quota_usage::count(&nothing, Catalog::embedded());
        let row = row(&region, QUOTAS[0], &limits, &[], &usage);
        let json = serde_json::to_value(&row).unwrap();
        assert_eq!((row.limit_vcpus, row.status), (None, QuotaStatus::Unknown));
        let fields: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["class", "code", "market", "name", "region", "schema", "status"]);
    }
}
