//! `cloudkit config list`: every setting, set or not.
//!
//! What a setting that is not set falls back to is its command's business.

use std::borrow::Cow;

use clap::Args;
use serde::Serialize;

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::settings::Key;
use crate::output::{Column, Format, Record};

/// List every setting with its value and where that came from
#[derive(Debug, Args)]
pub(super) struct ListArguments {}

#[derive(Debug, Serialize)]
struct Row {
    schema: &'static str,
    key: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
}

impl Record for Row {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("SETTING", 100, |row| Some(row.key.to_owned())),
            Column::<Self>::text("VALUE", 90, |row| row.value.clone()),
            Column::<Self>::text("FROM", 50, |row| row.origin.clone()).shrinkable(12),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.key)
    }
}

pub(super) fn run(context: &Context<'_>, _arguments: &ListArguments) -> Result<ExitClass, CommandError> {
    let row = |key: Key| {
        let setting = context.settings.get(key);
        Row {
            schema: "cloudkit.setting/v1",
            key: key.name(),
            value: setting.map(|setting| setting.value.clone()),
            origin: setting.map(|setting| setting.origin.to_string()),
        }
    };
    let rows: Vec<Row> = Key::ALL.into_iter().map(row).collect();
    let format = context.streams.explanation_format().unwrap_or(Format::Table);
    context.streams.write_list(format, &rows)?;
    Ok(ExitClass::Done)
}
