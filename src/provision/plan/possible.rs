//! What a plan has to choose from, for whoever only wants to know what would be the matter with a launch.
//!
//! No plan is made: nothing is left out for being refused lately, or for being certain to be refused.

use super::planner::Planner;
use super::{Candidate, PlanError, PlannedUser, Refused, deadline, delivery, ending, launch_id};
use crate::catalog::Catalog;
use crate::model::Span;
use crate::provision::wish::Wish;
use crate::provision::world::World;

/// The machines that could be, and those that can't.
///
/// # Errors
/// Where there would be no plan whatever the machines.
pub fn possible(
    wish: &Wish,
    world: &World,
    catalog: &Catalog<'_>,
) -> Result<(Vec<Candidate>, Vec<Refused>), PlanError> {
    let launch = launch_id(world.now, 0);
    let now = jiff::Timestamp::from_second(world.now.as_second()).unwrap_or(world.now);
    let lifetime = deadline(wish.lifetime, now)?.map(|deadline| Span::between(now, deadline));
    ending::planned(wish, world, &launch)?;
    let (delivery, stored) = delivery(wish, &world.key)?;
    let user = PlannedUser::of(&wish.user, delivery, stored, &launch);
    let planner = Planner { wish, world, catalog, launch: &launch, lifetime, user: user.as_ref() };
    Ok(planner.candidates())
}
