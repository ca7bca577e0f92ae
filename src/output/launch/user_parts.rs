//! How what the user adds to a machine's start looks in a plan: names and sizes.

use crate::provision::plan::{Carrier, PlannedUser};

/// The lines of a plan, with their labels.
pub(super) fn lines(user: &PlannedUser) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    for part in &user.parts {
        let from = part.from.as_ref().map_or_else(String::new, |from| format!(" {from}"));
        let way = match part.carried_by {
            Carrier::UserData => "in its user data",
            Carrier::Bucket => "through the bucket",
        };
        lines.push(("adds", format!("{}{from} ({} bytes, {way})", part.kind, part.bytes)));
    }
    if !user.environment.is_empty() {
        let names = user.environment.join(", ");
        lines.push(("adds", format!("variables {names} (through the bucket; values are not shown)")));
    }
    lines
}
