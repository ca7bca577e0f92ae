//! What time it is at AWS, by the `Date` of an answer.
//!
//! The SDK signs by AWS's clock once it has seen it; deadlines are counted by this computer's.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use jiff::fmt::rfc2822;

use crate::platform::clock;

/// AWS's clock and this computer's, at the moment of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// The `Date` of the answer, to the second.
    pub aws: jiff::Timestamp,
    /// When it came.
    pub own: jiff::Timestamp,
}

/// Reads the clocks off the answers to one call.
#[derive(Debug, Clone, Default)]
pub(super) struct ClockReader(Arc<Mutex<Option<Clocks>>>);

impl ClockReader {
    /// What the last answer said; nothing where none came, or none with a date.
    pub(super) fn read(&self) -> Option<Clocks> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[dyn_dispatch_hint]
impl Intercept for ClockReader {
    fn name(&self) -> &'static str {
        "ClockReader"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _configuration: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").and_then(at);
        let mut clocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *clocks = date.map(|aws| Clocks { aws, own: clock::now() }).or(*clocks);
        Ok(())
    }
}

/// An HTTP date: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>
fn at(date: &str) -> Option<jiff::Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(date).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_answer_is_read() {
        let expected = "2026-11-22T09:30:01Z".parse().ok();
        assert_eq!(at("Sun, 22 Nov 2026 09:30:01 GMT"), expected);
        assert_eq!(at("yesterday"), None);
    }
}
