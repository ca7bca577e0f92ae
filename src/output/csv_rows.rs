//! Records as RFC 4180 rows: nested fields become dotted columns, lists are joined by `;`.
//!
//! The columns are those of all rows, so that rows with and without a field fit one header; a column that no row has is
//! not there.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

use serde_yaml::Value;

use super::document::Record;
use super::escape_control;

/// A record's fields in their order, each under its dotted path.
type Fields = Vec<(String, String)>;

/// Writes a header and a row for each record. On a terminal control characters are escaped; elsewhere they are data.
pub(super) fn write<'r, R: Record + 'r>(
    out: &mut dyn Write,
    is_terminal: bool,
    records: impl IntoIterator<Item = &'r R>,
) -> io::Result<()> {
    let rows: Vec<Fields> = records.into_iter().map(fields_of).collect::<io::Result<_>>()?;
    if rows.is_empty() {
        return Ok(());
    }
    let header = header_of(&rows);
    let places: HashMap<&str, usize> =
        header.iter().enumerate().map(|(place, path)| (path.as_str(), place)).collect();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(&header)?;
    for row in &rows {
        let mut cells = vec![Cow::Borrowed(""); header.len()];
        for (path, text) in row {
            if let Some(place) = places.get(path.as_str()) {
                cells[*place] = if is_terminal { escape_control(text) } else { Cow::Borrowed(text) };
            }
        }
        writer.write_record(cells.iter().map(AsRef::<str>::as_ref))?;
    }
    writer.flush()
}

/// Every path that a row has, each behind the one that it first followed, which keeps the order of the record's fields.
fn header_of(rows: &[Fields]) -> Vec<String> {
    let mut header: Vec<String> = Vec::new();
    for row in rows {
        let mut next = 0;
        for (path, _) in row {
            match header.iter().position(|known| known == path) {
                Some(place) => next = place + 1,
                None => {
                    header.insert(next, path.clone());
                    next += 1;
                }
            }
        }
    }
    header
}

fn fields_of(record: &impl serde::Serialize) -> io::Result<Fields> {
    // The YAML library's mappings keep the order of a struct's fields; the JSON library's do not.
    let value = serde_yaml::to_value(record).map_err(io::Error::other)?;
    let mut fields = Fields::new();
    flatten(String::new(), &value, &mut fields);
    Ok(fields)
}

fn flatten(path: String, value: &Value, fields: &mut Fields) {
    match value {
        Value::Null => {}
        Value::Bool(truth) => fields.push((path, truth.to_string())),
        Value::Number(number) => fields.push((path, number.to_string())),
        Value::String(text) => fields.push((path, text.clone())),
        Value::Sequence(items) => flatten_list(&path, items, fields),
        Value::Mapping(mapping) => {
            for (key, value) in mapping {
                let key = key.as_str().unwrap_or_default();
                let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                flatten(path, value, fields);
            }
        }
        Value::Tagged(tagged) => flatten(path, &tagged.value, fields),
    }
}

/// A list is one field for each path below it. An item that lacks the path keeps its place, empty, so that the third
/// count belongs to the third name.
fn flatten_list(path: &str, items: &[Value], fields: &mut Fields) {
    let rows: Vec<Fields> = items
        .iter()
        .map(|item| {
            let mut row = Fields::new();
            flatten(path.to_owned(), item, &mut row);
            row
        })
        .collect();
    for path in header_of(&rows) {
        let texts: Vec<&str> = rows.iter().map(|row| text_at(row, &path)).collect();
        fields.push((path, texts.join(";")));
    }
}

fn text_at<'f>(row: &'f Fields, path: &str) -> &'f str {
    row.iter().find(|(known, _)| known == path).map_or("", |(_, text)| text.as_str())
}
