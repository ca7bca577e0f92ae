//! How a machine is wished to end: by which limits, and what is done with it at each.
//!
//! Whether it can be done is the plan's to find out.

use crate::aws::types::ending::MetadataTags;
use crate::model::{EndAction, Money, ShutdownBehavior, Span};

/// The limits besides the deadline, and what is done at each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ending {
    /// After how long without work; none where idleness does not count.
    pub idle_timeout: Option<Span>,
    /// What is done then.
    pub on_idle: EndAction,
    /// What is done at the deadline, and at the limit of cost.
    pub on_deadline: EndAction,
    /// What is done when its work is complete.
    pub on_complete: EndAction,
    /// What it may cost in all.
    pub cost_limit: Option<Money>,
    /// Whether it has to be able to hibernate.
    pub hibernation: HibernationWish,
    /// Whether it is to see its own tags, by which a deadline is moved.
    pub metadata_tags: MetadataTags,
}

/// Whether a machine has to be able to hibernate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HibernationWish {
    /// Where one of the actions is to hibernate it.
    #[default]
    WhereNeeded,
    /// In any case, also with an image of which nobody knows whether it hibernates.
    Asked,
}

impl Ending {
    /// What may be done with the machine.
    #[must_use]
    pub const fn actions(&self) -> [EndAction; 3] {
        [self.on_idle, self.on_deadline, self.on_complete]
    }

    /// What EC2 is to make of a power-off.
    #[must_use]
    pub fn shutdown_behavior(&self) -> ShutdownBehavior {
        ShutdownBehavior::for_actions(self.actions())
    }

    /// Whether the machine has to be able to hibernate.
    #[must_use]
    pub fn hibernates(&self) -> bool {
        self.hibernation == HibernationWish::Asked || self.actions().contains(&EndAction::Hibernate)
    }
}
