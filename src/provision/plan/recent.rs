//! Leaves out the pools that had no room a short while ago, unless nothing else is left to ask.
//!
//! What was refused when is the world's to know.

use super::{Candidate, Refused};
use crate::model::Span;
use crate::provision::refusal_memory::{Pool, RecentRefusal};
use crate::provision::world::World;

/// The candidates that are asked, and those whose pool refused too short a while ago.
pub(super) fn set_aside(
    candidates: Vec<Candidate>,
    world: &World,
    notes: &mut Vec<String>,
) -> (Vec<Candidate>, Vec<Refused>) {
    let recent = |candidate: &Candidate| {
        let pool = Pool::of(candidate, &world.caller.account)?;
        world.recent_refusals.iter().find(|refusal| refusal.pool == pool)
    };
    if candidates.iter().all(|candidate| recent(candidate).is_some()) {
        let last = candidates.iter().filter_map(recent).map(|refusal| refusal.at).max();
        notes.extend(last.map(|at| {
            let ago = Span::between(at, world.now);
            format!("all of this was refused for want of capacity, last {ago} ago; it is asked for again all the same")
        }));
        return (candidates, Vec::new());
    }
    let mut refused = Vec::new();
    let kept = candidates.into_iter().filter(|candidate| match recent(candidate) {
        None => true,
        Some(refusal) => {
            refused.push(not_again(candidate, refusal, world.now));
            false
        }
    });
    (kept.collect(), refused)
}

fn not_again(candidate: &Candidate, refusal: &RecentRefusal, now: jiff::Timestamp) -> Refused {
    let ago = Span::between(refusal.at, now);
    let until = refusal.until();
    let reason = format!("refused for want of capacity {ago} ago, and not asked again until {until:.0}");
    candidate.refused_for(None, reason)
}
