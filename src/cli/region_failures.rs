//! What could not be asked of some regions: each reason named once, with the exit code that follows.
//!
//! What the others answered is printed by whoever asked.

use std::collections::BTreeSet;

use super::command_error::{class_and_hints, with_causes};
use super::context::Context;
use super::exit_code::ExitClass;
use crate::aws::AwsError;
use crate::aws::regions::RegionFailure;
use crate::model::RegionName;

/// Names the regions that could not be asked; the class is that of the worst failure.
pub(super) fn tell(context: &Context<'_>, failures: &[RegionFailure]) -> ExitClass {
    let lacks = failures.iter().map(|failure| ((), &failure.region, &failure.source));
    tell_lacks(context, lacks, |(), regions| {
        format!("{regions} could not be asked, so what is there is not shown")
    })
}

/// Names what an answer lacks, part by part: each reason once with all the regions where it holds, and each hint once.
/// The class is that of the worst failure.
pub(super) fn tell_lacks<'f, Part: PartialEq>(
    context: &Context<'_>,
    lacks: impl IntoIterator<Item = (Part, &'f RegionName, &'f AwsError)>,
    sentence: impl Fn(&Part, &str) -> String,
) -> ExitClass {
    let mut reasons: Vec<(Part, String, Vec<&str>)> = Vec::new();
    let (mut class, mut hints) = (ExitClass::Done, BTreeSet::new());
    for (part, region, source) in lacks {
        class = worst(class, source);
        hints.extend(class_and_hints(source).1);
        if source.may_be_of_a_region_not_enabled() {
            hints.insert("which regions the account has enabled: cloudkit find regions --account".to_owned());
        }
        let because = with_causes(source);
        match reasons.iter_mut().find(|(told, reason, _)| *told == part && *reason == because) {
            Some((.., regions)) => regions.push(region.as_str()),
            None => reasons.push((part, because, vec![region.as_str()])),
        }
    }
    for (part, because, regions) in reasons {
        context.streams.warn_of_cost(format_args!("{}: {because}", sentence(&part, &regions.join(", "))));
    }
    hints.iter().for_each(|hint| context.streams.hint(hint));
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
