//! Regions that could not be asked: named, with the exit code that follows.
//!
//! What the others answered is printed by whoever asked.

use super::command_error::class_and_hints;
use super::context::Context;
use super::exit_code::ExitClass;
use crate::aws::AwsError;
use crate::aws::regions::RegionFailure;

/// Names the regions that could not be asked; the class is that of the worst failure.
pub(super) fn tell(context: &Context<'_>, failures: &[RegionFailure]) -> ExitClass {
    let mut class = ExitClass::Done;
    for failure in failures {
        context
            .streams
            .warn_of_cost(format_args!("{failure}, so what is there is not shown: {}", failure.source));
        class = worst(class, &failure.source);
    }
    class
}

/// The class of an answer that lacks what a failure kept from it: credentials come before everything else.
pub(super) fn worst(class: ExitClass, error: &AwsError) -> ExitClass {
    let (its, _) = class_and_hints(error);
    if class == ExitClass::Credentials || its == ExitClass::Credentials {
        ExitClass::Credentials
    } else {
        ExitClass::Unavailable
    }
}
