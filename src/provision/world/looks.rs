//! What was looked at to tell beforehand what would fail: quotas, offerings, the default subnets, the role for spot machines.
//!
//! A launch does without any of it, so each part is known, unknown with the reason, or was not asked for.

use std::collections::BTreeMap;

use super::network::KnownSubnet;
use crate::catalog::quota_class::VcpuQuota;

/// What came of a look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Look<T> {
    /// Nobody looked.
    #[default]
    NotAsked,
    /// It could not be seen.
    Unknown {
        /// Why not.
        because: String,
    },
    /// It was seen.
    Known(T),
}

impl<T> Look<T> {
    /// What was seen.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(seen) => Some(seen),
            Self::NotAsked | Self::Unknown { .. } => None,
        }
    }
}

impl<T, E: std::error::Error> From<Result<T, E>> for Look<T> {
    fn from(outcome: Result<T, E>) -> Self {
        match outcome {
            Ok(seen) => Self::Known(seen),
            Err(error) => Self::Unknown { because: error.to_string() },
        }
    }
}

/// Everything that was looked at.
#[derive(Debug, Clone, Default)]
pub struct Looks {
    /// How the quotas stand that the candidates are charged to.
    pub quotas: Vec<QuotaLook>,
    /// By region, the ids of the zones that offer each of the candidates' types.
    pub offerings: BTreeMap<String, Look<BTreeMap<String, Vec<String>>>>,
    /// By region, the subnets among which EC2 chooses where nobody names one.
    pub default_subnets: BTreeMap<String, Look<Vec<KnownSubnet>>>,
    /// Whether the account has the role that EC2 needs for spot machines.
    pub spot_role: Look<Presence>,
}

impl Looks {
    /// The quota of a market in a region that a family is charged to.
    #[must_use]
    pub fn quota(&self, region: &str, quota: &VcpuQuota) -> Option<&QuotaLook> {
        self.quotas.iter().find(|look| look.region == region && look.quota == *quota)
    }
}

/// Whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    There,
    /// It is not.
    Missing,
}

/// How a quota of vCPUs stands in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaLook {
    /// Where.
    pub region: String,
    /// Which one.
    pub quota: VcpuQuota,
    /// Its figures.
    pub figures: Look<QuotaFigures>,
}

/// The figures of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaFigures {
    /// vCPUs that may run at once.
    pub limit: u32,
    /// vCPUs that do; none where they could not be counted.
    pub used: Option<u32>,
}
