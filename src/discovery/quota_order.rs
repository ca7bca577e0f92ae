//! Offers in the order of the room that the account's quotas have for them.
//!
//! Quotas are filled in after the search, by whoever asks the account; only what stands before and behind them in the order
//! is known to it.

use crate::model::Offer;

use super::candidate::Candidate;
use super::rank;
use super::{Direction, SortColumn, SortKey};

/// How offers that are in their order otherwise are to be put into that of their quotas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaOrder {
    direction: Direction,
    /// Of each offer, how many differ before it by the keys that come before the quota.
    steps: Vec<usize>,
}

impl QuotaOrder {
    /// The order of candidates that have been sorted by these keys; none where the quota is not among them.
    pub(super) fn of(candidates: &[Candidate<'_>], keys: &[SortKey]) -> Option<Self> {
        let place = keys.iter().position(|key| key.column == SortColumn::Quota)?;
        let (before, from) = keys.split_at(place);
        let mut steps = Vec::with_capacity(candidates.len());
        let mut step = 0;
        for (at, candidate) in candidates.iter().enumerate() {
            let former = at.checked_sub(1).and_then(|at| candidates.get(at));
            step += usize::from(former.is_some_and(|former| rank::differ(former, candidate, before)));
            steps.push(step);
        }
        Some(Self { direction: from.first()?.direction, steps })
    }

    /// Puts the very offers of the answer into the order of the quotas that they have by now. Ascending, those that do not
    /// fit come first, and of equals those whose quota has the fewest vCPUs left; what is not known comes last either way.
    pub fn apply(&self, offers: &mut Vec<Offer<'_>>) {
        let mut all: Vec<(usize, Offer<'_>)> = self.steps.iter().copied().zip(offers.drain(..)).collect();
        let room = |offer: &Offer<'_>| offer.quota.as_ref().map(|quota| (quota.fits, quota.free_vcpus()));
        all.sort_by(|(step, one), (other_step, other)| {
            step.cmp(other_step).then_with(|| rank::compare_known(room(one), room(other), self.direction))
        });
        offers.extend(all.into_iter().map(|(_, offer)| offer));
    }
}
