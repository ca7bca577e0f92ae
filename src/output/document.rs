//! A document: records of one kind, written in any format.
//!
//! A record says what its columns are; whether they fit is the table's business, where the bytes go the streams'.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

use super::escape::JsonEscaper;
use super::table::{Alignment, Heading, Table, UNKNOWN};
use super::{Format, csv_rows, escape_control};

/// What one row of a document is: its fields by `Serialize`, its columns and its name for people.
pub trait Record: Serialize + Sized {
    /// The columns of a table of such records, from left to right.
    fn columns() -> Vec<Column<Self>>;

    /// What `-o name` prints: what another command takes to mean this record.
    fn name(&self) -> Cow<'_, str>;
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column<R> {
    heading: Heading,
    only_wide: bool,
    shown_where: Option<fn(&R) -> bool>,
    is_old: Option<fn(&R) -> bool>,
    cell: fn(&R) -> Option<String>,
}

/// The mark of an old figure, and what stands in its place behind the others, so that the figures stay in line.
const OLD: &str = " (old)";
const NOT_OLD: &str = "      ";

impl<R> Column<R> {
    /// A column of text. Where a table is too wide the columns of least `importance` go first.
    pub const fn text(title: &'static str, importance: u8, cell: fn(&R) -> Option<String>) -> Self {
        let heading = Heading {
            title,
            alignment: Alignment::Left,
            importance,
            least_width: None,
            only_where_known: false,
        };
        Self { heading, only_wide: false, shown_where: None, is_old: None, cell }
    }

    /// A column of numbers, which stand at its right edge.
    pub const fn number(title: &'static str, importance: u8, cell: fn(&R) -> Option<String>) -> Self {
        let mut column = Self::text(title, importance, cell);
        column.heading.alignment = Alignment::Right;
        column
    }

    /// The column, whose text may be cut down to that width where a table is too wide.
    #[must_use]
    pub const fn shrinkable(mut self, least_width: usize) -> Self {
        self.heading.least_width = Some(least_width);
        self
    }

    /// The column, left out where no row has anything in it.
    #[must_use]
    pub const fn only_where_known(mut self) -> Self {
        self.heading.only_where_known = true;
        self
    }

    /// The column, left out of a table that is fitted where this holds of no row.
    #[must_use]
    pub const fn shown_where(mut self, matters: fn(&R) -> bool) -> Self {
        self.shown_where = Some(matters);
        self
    }

    /// The column, whose cells are marked where this holds.
    #[must_use]
    pub const fn old_where(mut self, is_old: fn(&R) -> bool) -> Self {
        self.is_old = Some(is_old);
        self
    }

    /// What stands over the column.
    #[cfg(test)]
    pub(super) const fn title(&self) -> &'static str {
        self.heading.title
    }

    /// What a row has in the column; `has_old` says that some row is marked.
    fn cell(&self, record: &R, has_old: bool) -> Option<String> {
        let cell = (self.cell)(record);
        if !has_old {
            return cell;
        }
        let mark = if cell.is_some() && self.marks(record) { OLD } else { NOT_OLD };
        Some(cell.unwrap_or_else(|| UNKNOWN.to_owned()) + mark)
    }

    fn marks(&self, record: &R) -> bool {
        self.is_old.is_some_and(|is_old| is_old(record))
    }

    /// The column, shown by `-o wide` alone.
    #[must_use]
    pub const fn only_wide(mut self) -> Self {
        self.only_wide = true;
        self
    }
}

/// What a document is laid out for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    /// Width that a table is fitted to.
    pub(super) columns: usize,
    /// A table's header is bold.
    pub(super) bold: bool,
    /// The reader is a terminal.
    pub(super) is_terminal: bool,
}

/// Columns that were left out because they did not fit.
pub(super) type LeftOut = Vec<&'static str>;

/// Writes records as one document.
pub(super) fn write_list<'r, R: Record + 'r>(
    out: &mut dyn Write,
    page: Page,
    format: Format,
    records: impl IntoIterator<Item = &'r R>,
) -> io::Result<LeftOut> {
    match format {
        Format::Table => return write_table(out, page, Some(page.columns), records),
        Format::Wide => return write_table(out, page, None, records),
        Format::Json => write_json(out, records)?,
        Format::Jsonl => write_json_lines(out, records)?,
        Format::Yaml => write_yaml(out, records)?,
        Format::Csv => csv_rows::write(out, page.is_terminal, records)?,
        Format::Name => {
            records.into_iter().try_for_each(|record| writeln!(out, "{}", escape_control(&record.name())))?;
        }
    }
    Ok(LeftOut::new())
}

/// Writes one record: an object where a list would be an array, otherwise a list of one.
pub(super) fn write_one<R: Record>(
    out: &mut dyn Write,
    page: Page,
    format: Format,
    record: &R,
) -> io::Result<LeftOut> {
    match format {
        Format::Json => {
            serde_json::to_writer_pretty(JsonEscaper(&mut *out), record)?;
            writeln!(out)?;
        }
        Format::Yaml => out.write_all(yaml(record)?.as_bytes())?,
        Format::Table | Format::Wide | Format::Jsonl | Format::Csv | Format::Name => {
            return write_list(out, page, format, [record]);
        }
    }
    Ok(LeftOut::new())
}

/// One object on a line of its own.
pub(super) fn write_json_line(out: &mut dyn Write, record: &impl Serialize) -> io::Result<()> {
    write_json_lines(out, [record])
}

fn write_json_lines<'r, T: Serialize + 'r>(
    out: &mut dyn Write,
    records: impl IntoIterator<Item = &'r T>,
) -> io::Result<()> {
    let mut out = BufWriter::new(JsonEscaper(out));
    for record in records {
        serde_json::to_writer(&mut out, record)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn write_json<'r, R: Record + 'r>(
    out: &mut dyn Write,
    records: impl IntoIterator<Item = &'r R>,
) -> io::Result<()> {
    let mut out = BufWriter::new(JsonEscaper(out));
    let mut serializer = serde_json::Serializer::pretty(&mut out);
    let mut array = serializer.serialize_seq(None)?;
    for record in records {
        array.serialize_element(record)?;
    }
    array.end()?;
    writeln!(out)?;
    out.flush()
}

fn write_yaml<'r, R: Record + 'r>(
    out: &mut dyn Write,
    records: impl IntoIterator<Item = &'r R>,
) -> io::Result<()> {
    let mut records = records.into_iter().peekable();
    if records.peek().is_none() {
        return out.write_all(b"[]\n");
    }
    // Block sequences of one element each, one after the other, are one sequence.
    records.try_for_each(|record| out.write_all(yaml(&[record])?.as_bytes()))
}

fn yaml(value: &impl Serialize) -> io::Result<String> {
    serde_yaml::to_string(value).map_err(io::Error::other)
}

fn write_table<'r, R: Record + 'r>(
    out: &mut dyn Write,
    page: Page,
    width: Option<usize>,
    records: impl IntoIterator<Item = &'r R>,
) -> io::Result<LeftOut> {
    let mut columns = R::columns();
    let records: Vec<&R> = records.into_iter().collect();
    let matters = |column: &Column<R>| {
        column.shown_where.is_none_or(|matters| records.iter().any(|record| matters(record)))
    };
    columns.retain(|column| width.is_none() || !column.only_wide && matters(column));
    let columns: Vec<(Column<R>, bool)> = columns
        .into_iter()
        .map(|column| {
            let has_old = records.iter().any(|record| column.marks(record));
            (column, has_old)
        })
        .collect();
    let mut table = Table::new(columns.iter().map(|(column, _)| column.heading).collect());
    for record in &records {
        table.push(columns.iter().map(|(column, has_old)| column.cell(record, *has_old)));
    }
    table.write(out, width, page.bold)
}
