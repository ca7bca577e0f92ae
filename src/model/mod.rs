//! Values: the nouns that every other module speaks in.
//!
//! No input or output, no clock, no async: a value here is the same on every machine. Parsing a value refuses what it
//! does not understand with a sentence that says what it would have taken.

pub mod address_range;
pub mod agent;
pub mod apply_request;
pub mod apply_sign;
pub mod architecture;
pub mod block_duration;
pub mod count;
pub mod dated_by;
pub mod deadline;
pub mod end_action;
pub mod mark;
pub mod market;
pub mod memory;
pub mod money;
pub mod name;
pub mod offer;
pub mod open_port;
pub mod operating_system;
pub mod range;
pub mod secret_value;
pub mod secrets_place;
pub mod sign;
pub mod span;
pub mod tag;
pub mod thresholds;
pub mod unit;
pub mod volume;

pub use address_range::AddressRange;
pub use architecture::Architecture;
pub use block_duration::BlockDuration;
pub use count::DeviceCount;
pub use dated_by::DatedBy;
pub use end_action::{EndAction, ShutdownBehavior};
pub use market::Market;
pub use memory::Mebibytes;
pub use money::Money;
pub use name::{InstanceTypeName, RegionName};
pub use offer::{Block, Device, Interruption, Offer, QuotaFit, Saving, SavingSource};
pub use open_port::OpenPort;
pub use operating_system::OperatingSystem;
pub use range::Range;
pub use span::Span;
pub use unit::Unit;
pub use volume::{Volume, VolumeKind};

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserializer, de};

/// A text that is not a value of the kind that was asked for: what was read, and what would have been understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct NotAValue {
    /// What was read, as it was written.
    pub text: String,
    /// What would have been understood, to follow "is not".
    pub expected: &'static str,
}

impl NotAValue {
    pub(crate) fn new(text: impl fmt::Display, expected: &'static str) -> Self {
        Self { text: text.to_string(), expected }
    }
}

/// Reads a value that documents hold as its text; a visitor, so that the parser can say in which line it is wrong.
fn from_text<'de, T: FromStr<Err = NotAValue>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Text<T>(PhantomData<T>);
    impl<T: FromStr<Err = NotAValue>> de::Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Text(PhantomData))
}
