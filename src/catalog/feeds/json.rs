//! JSON as the feeds hold it, read straight into their shape: no tree of values in between.
//!
//! What the values mean is for the parser of each feed.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::error::clipped;
use super::{FeedError, FeedKind};

/// Reads a whole text as one value.
pub(super) fn read<'t, T: Deserialize<'t>>(feed: FeedKind, text: &'t str) -> Result<T, FeedError> {
    serde_json::from_str(text).map_err(|error| located(feed, &error))
}

/// Where a parser stopped and why. serde_json appends the place to its message; here it has fields of its own.
pub(super) fn located(feed: FeedKind, error: &serde_json::Error) -> FeedError {
    let (line, column) = (error.line(), error.column());
    let message = error.to_string();
    let what = message.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&message);
    FeedError::Json { feed, line, column, what: clipped(what) }
}

/// A text that is copied only where it holds escapes.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Text<'t>(#[serde(borrow)] pub(super) Cow<'t, str>);

/// The members of an object in the order of the file. A name that is there twice is here twice, where a map would
/// lose a row without a word.
#[derive(Debug)]
pub(super) struct Members<'t, V>(pub(super) Vec<(Cow<'t, str>, V)>);

impl<'de: 't, 't, V: Deserialize<'de>> Deserialize<'de> for Members<'t, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor(PhantomData))
    }
}

struct MembersVisitor<'t, V>(PhantomData<Members<'t, V>>);

impl<'de: 't, 't, V: Deserialize<'de>> Visitor<'de> for MembersVisitor<'t, V> {
    type Value = Members<'t, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Text(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(Members(members))
    }
}
