//! Records as RFC 4180 rows: nested fields become dotted columns, lists are joined by `;`.
//!
//! The columns are those of all rows, in the order of the record's fields; a column that no row fills is not there.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use super::document::Record;
use super::escape_control;
use super::tree::Tree;

/// A record's fields in their order, each under its dotted path; an absent one keeps its place.
type Fields = Vec<(String, Option<String>)>;

/// Writes a header and a row for each record. On a terminal control characters are escaped; elsewhere they are data.
pub(super) fn write<'r, R: Record + 'r>(
    out: &mut dyn Write,
    is_terminal: bool,
    records: impl IntoIterator<Item = &'r R>,
) -> io::Result<()> {
    let rows: Vec<Fields> = records.into_iter().map(fields_of).collect::<io::Result<_>>()?;
    let header = header_of(&rows);
    if header.is_empty() {
        return Ok(());
    }
    let places: HashMap<&str, usize> =
        header.iter().enumerate().map(|(place, path)| (*path, place)).collect();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(&header)?;
    let mut cells = vec![Cow::Borrowed(""); header.len()];
    for row in &rows {
        cells.fill(Cow::Borrowed(""));
        for (path, text) in row {
            if let (Some(place), Some(text)) = (places.get(path.as_str()), text) {
                cells[*place] = if is_terminal { escape_control(text) } else { Cow::Borrowed(text) };
            }
        }
        writer.write_record(cells.iter().map(AsRef::<str>::as_ref))?;
    }
    writer.flush()
}

/// Every path that some row fills, each behind the one that it first followed. Absent fields hold their place until the
/// end, which makes that the order of the struct.
fn header_of(rows: &[Fields]) -> Vec<&str> {
    let mut header: Vec<&str> = Vec::new();
    let mut filled: HashSet<&str> = HashSet::new();
    for row in rows {
        let mut next = 0;
        for (path, text) in row {
            // Rows mostly agree, so the path is mostly the next one.
            let place = if header.get(next).is_some_and(|known| known == path) {
                Some(next)
            } else {
                header.iter().position(|known| known == path)
            };
            next = place.unwrap_or(next) + 1;
            if place.is_none() {
                header.insert(next - 1, path);
            }
            if text.is_some() {
                filled.insert(path);
            }
        }
    }
    header.retain(|path| filled.contains(path));
    header
}

fn fields_of(record: &impl serde::Serialize) -> io::Result<Fields> {
    let mut fields = Fields::new();
    flatten(String::new(), Tree::of(record).map_err(io::Error::other)?, &mut fields);
    Ok(fields)
}

fn flatten(path: String, tree: Tree, fields: &mut Fields) {
    match tree {
        Tree::Absent => fields.push((path, None)),
        Tree::Text(text) => fields.push((path, Some(text))),
        Tree::List(items) => flatten_list(path, items, fields),
        Tree::Fields(entries) => {
            for (key, tree) in entries {
                let path = if path.is_empty() { key.into_owned() } else { format!("{path}.{key}") };
                flatten(path, tree, fields);
            }
        }
    }
}

/// A list is one field for each path below it. An item that lacks the path keeps its place, empty, so that the third
/// count belongs to the third name.
fn flatten_list(path: String, items: Vec<Tree>, fields: &mut Fields) {
    let flat = |item| {
        let mut row = Fields::new();
        flatten(path.clone(), item, &mut row);
        row
    };
    let rows: Vec<Fields> = items.into_iter().map(flat).collect();
    let header = header_of(&rows);
    if header.is_empty() {
        fields.push((path, None));
        return;
    }
    for path in header {
        let texts: Vec<&str> = rows.iter().map(|row| text_at(row, path)).collect();
        fields.push((path.to_owned(), Some(texts.join(";"))));
    }
}

fn text_at<'f>(row: &'f Fields, path: &str) -> &'f str {
    row.iter().find(|(known, _)| known == path).and_then(|(_, text)| text.as_deref()).unwrap_or_default()
}
