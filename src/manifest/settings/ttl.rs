//! What is wrong with a `ttl` that people do write: nothing at all, and a number without its unit.
//!
//! What a span of time is, is [`crate::model::Span`]'s to say.

use super::super::yaml::{Node, ReadFault};

/// Says it of the fault that the value has already.
pub(super) fn explain(node: &Node, faults: &mut [ReadFault]) {
    let Some(ttl) = node.get("ttl") else { return };
    let Some(fault) = faults.iter_mut().find(|fault| fault.mark == Some(ttl.mark)) else { return };
    let text = ttl.text().unwrap_or_default();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if has_numbers_of_zero(text) {
        fault.message = format!("{text:?} is no time to live: it is zero");
    } else if is_number {
        fault.message = format!("{text:?} has no unit: s, m, h, d or w");
    }
    let hours = if is_number && !has_numbers_of_zero(text) { text } else { "8" };
    fault.hint =
        Some(format!("write ttl: {hours}h, or keep: true for machines that stay until they are destroyed"));
}

/// `0`, `0h`, `0d0h`.
fn has_numbers_of_zero(text: &str) -> bool {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    let is_span = text.chars().all(|c| c.is_ascii_digit() || "smhdw".contains(c));
    !digits.is_empty() && is_span && digits.iter().all(|digit| *digit == '0')
}
