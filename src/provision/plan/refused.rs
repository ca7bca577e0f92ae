//! Machines that were wished and can't be had, as a plan and its end tell of them.

use serde::Serialize;

use super::Candidate;
use crate::model::Market;

/// A machine that was wished and can't be had, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The type.
    pub instance_type: String,
    /// Where.
    pub region: String,
    /// In which zone; absent where it was EC2's to choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// How it was to be bought.
    pub market: Market,
    /// EC2's code, where EC2 was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why.
    pub reason: String,
    /// What to type instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

impl Candidate {
    /// That it can't be had, and why.
    #[must_use]
    pub fn refused_for(&self, code: Option<String>, reason: String) -> Refused {
        Refused {
            instance_type: self.instance_type.clone(),
            region: self.region.clone(),
            zone: self.zone.clone(),
            market: self.market,
            code,
            reason,
            hints: Vec::new(),
        }
    }
}

impl Refused {
    /// The machine as it was wished: `m7i.large in us-east-1`, and the zone and the market where they say something.
    #[must_use]
    pub fn machine(&self) -> String {
        let zone = self.zone.as_ref().map_or_else(String::new, |zone| format!(" ({zone})"));
        let market =
            if self.market == Market::OnDemand { String::new() } else { format!(", {}", self.market) };
        format!("{} in {}{zone}{market}", self.instance_type, self.region)
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.machine(), self.reason)
    }
}

/// A line for each machine that can't be had, to follow a colon.
pub(in crate::provision) fn reasons(refused: &[Refused]) -> String {
    lines(refused).map(|line| format!("\n{line}")).collect()
}

/// What can't be had and why, those in one line that differ in their zones alone.
pub fn lines(refused: &[Refused]) -> impl Iterator<Item = String> + '_ {
    let alike = |one: &Refused, other: &Refused| {
        let together = |refused: &Refused| Refused { zone: None, ..refused.clone() };
        one.zone.is_some() && other.zone.is_some() && together(one) == together(other)
    };
    refused.chunk_by(alike).filter_map(|same| {
        let zones: Vec<&str> = same.iter().filter_map(|one| one.zone.as_deref()).collect();
        let zone = (!zones.is_empty()).then(|| zones.join(", "));
        same.first().map(|first| Refused { zone, ..first.clone() }.to_string())
    })
}
