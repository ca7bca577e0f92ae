//! What plans and machines share in their texts: labelled lines, and what something costs.

use std::fmt::Write;

use crate::provision::cost::{Cost, CostPart};

/// A line with its label, or with none where it goes on with what the one before is about.
pub(super) fn line(text: &mut String, label: &str, content: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "  {label:8} {content}");
}

/// The price of each part, and where it is from.
pub(super) fn cost_parts(text: &mut String, cost: &Cost) {
    for CostPart { what, usd_hour, source, .. } in &cost.parts {
        let price = usd_hour.map_or_else(|| "unknown".to_owned(), |usd| format!("{usd} USD an hour"));
        let source = source.as_ref().map_or_else(String::new, |source| format!(" ({source})"));
        line(text, "", &format!("{what}: {price}{source}"));
    }
}

/// The cost of an hour; what is not known of it is named.
pub(super) fn cost_of_hour(cost: &Cost) -> String {
    match cost.usd_hour {
        Some(hourly) => format!("{hourly} USD an hour"),
        None => {
            let unknown = cost.unknown_parts().collect::<Vec<_>>().join(", ");
            format!("{} USD an hour and the unknown price of: {unknown}", cost.known_usd_hour)
        }
    }
}
