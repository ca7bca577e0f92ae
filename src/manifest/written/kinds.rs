//! The JSON Schema of values: what an editor is told of a text that is a path, a span or a mode.
//!
//! What is a right value is decided where it is parsed; a pattern here only helps while typing.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};

use crate::manifest::deployment::{OnFailure, Symlinks};
use crate::manifest::paths::{MachinePath, Mode, Owner};
use crate::manifest::placement::Spread;
use crate::manifest::yaml::{Located, OneOrMany, Short};
use crate::model::{AddressRange, InstanceTypeName, Money, RegionName, Span};

/// Text, or a number, true or false, all as they are written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(transparent)]
pub struct Text(pub String);

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// The one version of the format that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneVersion;

impl<'de> Deserialize<'de> for OneVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;

        impl Visitor<'_> for One {
            type Value = OneVersion;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("1")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<OneVersion, E> {
                match text {
                    "1" => Ok(OneVersion),
                    other => {
                        Err(E::custom(format_args!("version {other} is not known: the one there is is 1")))
                    }
                }
            }
        }

        deserializer.deserialize_str(One)
    }
}

macro_rules! inline {
    ($($kind:ty => $name:literal $schema:expr;)*) => {
        $(impl JsonSchema for $kind {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        })*
    };
}

const SPAN: &str = "^([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$";

inline! {
    Text => "text" json_schema!({ "type": ["string", "number", "boolean"] });
    OneVersion => "version" json_schema!({ "const": 1 });
    MachinePath => "machine path" json_schema!({ "type": "string", "pattern": "^/" });
    Mode => "mode" json_schema!({ "type": ["string", "integer"], "pattern": "^[0-7]{3,4}$" });
    Owner => "owner" json_schema!({ "type": "string", "pattern": "^[a-z_][a-z0-9_-]*(:[a-z_][a-z0-9_-]*)?$" });
    Span => "span" json_schema!({ "type": "string", "pattern": SPAN });
    InstanceTypeName => "instance type" json_schema!({ "type": "string", "pattern": "^[a-z0-9-]+[.][a-z0-9-]+$" });
    AddressRange => "addresses" json_schema!({ "type": "string", "pattern": "^[0-9a-fA-F.:]+(/[0-9]{1,3})?$" });
    RegionName => "region" json_schema!({ "type": "string", "pattern": "^[a-z]+(-[a-z]+)+-[0-9]{1,2}$" });
    Money => "amount" json_schema!({ "type": ["string", "number"] });
    Symlinks => "symlinks" json_schema!({ "enum": ["keep", "follow"] });
    OnFailure => "on failure" json_schema!({ "enum": ["keep", "end"] });
    Spread => "spread" json_schema!({ "enum": ["even", "weights", "cheapest"] });
}

impl<T: JsonSchema> JsonSchema for Located<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: JsonSchema> JsonSchema for Short<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let whole = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [{ "type": ["string", "number"] }, whole] })
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one.clone(), { "type": "array", "items": one }] })
    }
}
