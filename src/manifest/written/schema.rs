//! The JSON Schema of both files, draft 2020-12, as editors take it.
//!
//! Older spellings are not in it, so that an editor leads to the ones of today.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{ConfigFile, DeploymentFile};

/// The schema of `deployment.yaml`.
#[must_use]
pub fn of_deployment() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    titled(generator.into_root_schema_for::<DeploymentFile>().into(), "cloudkit: deployment.yaml")
}

/// The schema of `config.yaml`.
#[must_use]
pub fn of_config() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = titled(generator.into_root_schema_for::<ConfigFile>().into(), "cloudkit: config.yaml");
    let how_it_ends = serde_json::json!([
        { "required": ["ttl"] },
        { "required": ["keep"], "properties": { "keep": { "const": true } } },
    ]);
    if let Value::Object(keys) = &mut schema {
        keys.insert("oneOf".to_owned(), how_it_ends);
        keys.insert("required".to_owned(), serde_json::json!(["regions"]));
    }
    schema
}

fn titled(mut schema: Value, title: &str) -> Value {
    if let Value::Object(keys) = &mut schema {
        keys.insert("title".to_owned(), title.into());
    }
    schema
}
