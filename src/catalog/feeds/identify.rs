//! Which of the feeds a file is, by its content alone.
//!
//! The names of its members a few levels deep are looked at, in whatever order they come; what their values mean is left
//! to the parser of the kind. A file that is none of the feeds is a normal answer, so that a folder may hold others.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::json::{Text, located};
use super::{FeedError, FeedKind, decoded, spot_price};

/// How many levels of names tell the feeds apart.
const DEPTH: u8 = 3;

/// A file that is one of the feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified<'b> {
    /// Which one.
    pub kind: FeedKind,
    /// Its text, for the parser of its kind.
    pub text: Cow<'b, str>,
}

/// Which feed a file is: plain or gzip, at most `limit` bytes of text. Nothing if it is none of them.
///
/// # Errors
///
/// The file is compressed and damaged or too large to tell; it is the frozen list of spot prices; or it looks like a
/// feed and is not JSON to its end ([`FeedError::Json`] says where it stops).
pub fn identify(bytes: &[u8], limit: usize) -> Result<Option<Identified<'_>>, FeedError> {
    let text = match decoded(bytes, limit) {
        Err(FeedError::NotText { .. }) => return Ok(None),
        text => text?,
    };
    if spot_price::is_frozen(&text) {
        return Err(FeedError::FrozenSpotPrices);
    }
    let mut signs = Signs::default();
    let mut json = serde_json::Deserializer::from_str(&text);
    let whole = Probe { depth: 1, signs: &mut signs }.deserialize(&mut json).and_then(|()| json.end());
    match (signs.kind(), whole) {
        (Some(kind), Ok(())) => Ok(Some(Identified { kind, text })),
        (Some(kind), Err(error)) => Err(located(kind, &error)),
        (None, _) => Ok(None),
    }
}

/// What was seen on the way.
#[derive(Debug, Default)]
struct Signs {
    config: bool,
    rate: bool,
    value_columns: bool,
    advisor: bool,
    types: bool,
    memory: bool,
    manifest: bool,
    on_demand: bool,
    regions: bool,
    region_attributes: bool,
    code: bool,
    place: bool,
}

impl Signs {
    fn name(&mut self, depth: u8, name: &str) {
        match (depth, name) {
            (1, "config") => self.config = true,
            (2, "rate") => self.rate = true,
            (2, "valueColumns") => self.value_columns = true,
            (1, "spot_advisor") => self.advisor = true,
            (1, "instance_types") => self.types = true,
            (3, "ram_gb") => self.memory = true,
            (1, "manifest") => self.manifest = true,
            (1, "regions") => self.regions = true,
            (1, "regionAttributes") => self.region_attributes = true,
            (2, "code") => self.code = true,
            _ => {}
        }
    }

    fn value(&mut self, depth: u8, text: &str) {
        // The other price lists of AWS have the same shape and another source.
        self.on_demand |= depth == 2 && text.starts_with("ec2-ondemand");
        self.place |= depth == 2 && matches!(text, "AWS Region" | "AWS Local Zone" | "AWS Wavelength Zone");
    }

    fn kind(&self) -> Option<FeedKind> {
        if self.config && self.rate && self.value_columns {
            Some(FeedKind::SpotPrice)
        } else if self.advisor || (self.types && self.memory) {
            Some(FeedKind::Interruption)
        } else if self.manifest && self.on_demand && self.region_attributes {
            Some(FeedKind::OnDemandIndex)
        } else if self.manifest && self.on_demand && self.regions {
            Some(FeedKind::OnDemand)
        } else if self.code && self.place {
            Some(FeedKind::Locations)
        } else {
            None
        }
    }
}

/// Walks a value and notes the signs in it. They stay noted when the walk ends at a fault.
struct Probe<'s> {
    depth: u8,
    signs: &'s mut Signs,
}

impl<'de> DeserializeSeed<'de> for Probe<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Probe<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Text(name)) = map.next_key()? {
            self.signs.name(self.depth, &name);
            if self.depth < DEPTH {
                map.next_value_seed(Probe { depth: self.depth + 1, signs: &mut *self.signs })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        while sequence.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        // The value belongs to a name one level up.
        self.signs.value(self.depth - 1, text);
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
