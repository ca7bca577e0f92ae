//! By which way the machine is brought to its end: the power-off of its system, or a call to EC2.
//!
//! A power-off needs neither a role nor a network, so it is taken wherever EC2 makes of it what is wanted. EC2 takes a
//! hibernation that a system begins by itself for a shutdown, so hibernating always takes the call.

use crate::model::agent::EndBy;
use crate::model::{EndAction, ShutdownBehavior, Span};

/// How long before the deadline a call is made. The dead-man timer powers off at the deadline, which stops a machine that is
/// to be terminated or hibernated: the call has to have been answered by then, some tries included.
const LEAD: Span = Span::from_seconds(60);

/// A way to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// The system powers off.
    PowerOff,
    /// EC2 is called.
    Api,
}

/// The way to an action on a machine.
#[must_use]
pub fn means(action: EndAction, end_by: EndBy, shutdown_behavior: ShutdownBehavior) -> Means {
    match (end_by, action, shutdown_behavior) {
        (EndBy::PowerOff, EndAction::Terminate, ShutdownBehavior::Terminate)
        | (EndBy::PowerOff, EndAction::Stop, ShutdownBehavior::Stop) => Means::PowerOff,
        _ => Means::Api,
    }
}

/// How long before its deadline a machine is brought to its end.
#[must_use]
pub fn lead(on_deadline: EndAction, end_by: EndBy, shutdown_behavior: ShutdownBehavior) -> Span {
    let timer_would_stop_it = shutdown_behavior == ShutdownBehavior::Stop;
    match means(on_deadline, end_by, shutdown_behavior) {
        Means::Api if timer_would_stop_it => LEAD,
        _ => Span::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_off_is_taken_where_it_does_what_is_wanted_and_nowhere_else() {
        use EndAction::{Hibernate, Stop, Terminate};
        for (behavior, action, expected) in [
            (ShutdownBehavior::Terminate, Terminate, Means::PowerOff),
            (ShutdownBehavior::Terminate, Stop, Means::Api),
            (ShutdownBehavior::Terminate, Hibernate, Means::Api),
            (ShutdownBehavior::Stop, Terminate, Means::Api),
            (ShutdownBehavior::Stop, Stop, Means::PowerOff),
            (ShutdownBehavior::Stop, Hibernate, Means::Api),
        ] {
            let by_power_off = means(action, EndBy::PowerOff, behavior);
            assert_eq!(by_power_off, expected, "{action} where {behavior:?}");
            assert_eq!(means(action, EndBy::Api, behavior), Means::Api);
        }
    }

    #[test]
    fn a_call_comes_before_the_timer_that_would_do_something_else() {
        let with = |on_deadline, behavior| lead(on_deadline, EndBy::PowerOff, behavior);
        assert_eq!(with(EndAction::Terminate, ShutdownBehavior::Terminate), Span::default());
        assert_eq!(with(EndAction::Stop, ShutdownBehavior::Stop), Span::default());
        assert_eq!(with(EndAction::Terminate, ShutdownBehavior::Stop), LEAD);
        assert_eq!(with(EndAction::Hibernate, ShutdownBehavior::Stop), LEAD);
    }
}
