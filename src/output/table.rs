//! Columns of text that fit a width.
//!
//! A table too wide cuts the columns that may be cut, then leaves out the least important ones and says which. What the
//! cells mean is not known here.

use std::io::{self, Write};

use super::escape_control;

const GAP: usize = 2;
pub(super) const UNKNOWN: &str = "-";
const CUT: &str = "…";

/// The head of a column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heading {
    pub(super) title: &'static str,
    pub(super) alignment: Alignment,
    /// The columns of least importance are left out first.
    pub(super) importance: u8,
    /// How far the column may be cut, if it may.
    pub(super) least_width: Option<usize>,
    /// The column is not there where all of its cells are unknown.
    pub(super) only_where_known: bool,
}

/// The edge that a column's cells stand at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alignment {
    Left,
    Right,
}

/// Rows of cells under their headings.
pub(super) struct Table {
    headings: Vec<Heading>,
    natural_widths: Vec<usize>,
    /// Whether any cell of the column is known.
    known: Vec<bool>,
    rows: Vec<Vec<String>>,
}

/// A column that is shown, and how wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shown {
    place: usize,
    width: usize,
}

impl Table {
    pub(super) fn new(headings: Vec<Heading>) -> Self {
        let natural_widths = headings.iter().map(|heading| width_of(heading.title)).collect();
        let known = vec![false; headings.len()];
        Self { headings, natural_widths, known, rows: Vec::new() }
    }

    /// Adds a row; a cell that is not known is shown as `-`, never as nothing.
    pub(super) fn push(&mut self, cells: impl Iterator<Item = Option<String>>) {
        let row: Vec<String> = cells
            .zip(&mut self.known)
            .map(|(cell, known)| {
                let text = cell.filter(|text| !text.is_empty());
                *known |= text.is_some();
                text.map_or_else(|| UNKNOWN.to_owned(), |text| escape_control(&text).into_owned())
            })
            .collect();
        for (width, cell) in self.natural_widths.iter_mut().zip(&row) {
            *width = (*width).max(width_of(cell));
        }
        self.rows.push(row);
    }

    /// Writes header and rows, fitted to `width` where there is one, and returns the titles that were left out. A table
    /// without rows is nothing at all.
    pub(super) fn write(
        &self,
        out: &mut dyn Write,
        width: Option<usize>,
        bold: bool,
    ) -> io::Result<Vec<&'static str>> {
        if self.rows.is_empty() {
            return Ok(Vec::new());
        }
        let shown = self.fit(width.unwrap_or(usize::MAX));
        let titles: Vec<&str> = self.headings.iter().map(|heading| heading.title).collect();
        let style = console::Style::new().bold().force_styling(bold);
        writeln!(out, "{}", style.apply_to(self.line(&shown, &titles)))?;
        for row in &self.rows {
            writeln!(out, "{}", self.line(&shown, row))?;
        }
        let is_shown = |place| shown.iter().any(|column| column.place == place);
        Ok(self.places().filter(|place| !is_shown(*place)).map(|place| titles[place]).collect())
    }

    /// The columns that have something to show.
    fn places(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.headings.len()).filter(|place| self.known[*place] || !self.headings[*place].only_where_known)
    }

    /// The columns that are shown: as many as fit once those that may be cut are cut, one at the least.
    fn fit(&self, available: usize) -> Vec<Shown> {
        let mut places: Vec<usize> = self.places().collect();
        loop {
            let shown = self.cut(&places, available);
            if places.len() <= 1 || total(&shown) <= available {
                return shown;
            }
            // Of equals the rightmost goes.
            let least = places.iter().rev().min_by_key(|place| self.headings[**place].importance).copied();
            places.retain(|place| Some(*place) != least);
        }
    }

    /// These columns with those that may be cut narrowed by what is too much, the widest first.
    fn cut(&self, places: &[usize], available: usize) -> Vec<Shown> {
        let mut shown: Vec<Shown> =
            places.iter().map(|place| Shown { place: *place, width: self.natural_widths[*place] }).collect();
        let mut excess = total(&shown).saturating_sub(available);
        while excess > 0 {
            let spare = |column: &Shown| {
                let least = self.headings[column.place].least_width.unwrap_or(usize::MAX);
                column.width.saturating_sub(least.max(width_of(self.headings[column.place].title)))
            };
            let Some(widest) = shown.iter_mut().filter(|column| spare(column) > 0).max_by_key(|c| c.width)
            else {
                break;
            };
            widest.width -= 1;
            excess -= 1;
        }
        shown
    }

    fn line(&self, shown: &[Shown], cells: &[impl AsRef<str>]) -> String {
        let mut line = String::new();
        for column in shown {
            if !line.is_empty() {
                line.push_str("  ");
            }
            let cell = console::truncate_str(cells[column.place].as_ref(), column.width, CUT);
            let padding = " ".repeat(column.width.saturating_sub(width_of(&cell)));
            match self.headings[column.place].alignment {
                Alignment::Left => line.extend([cell.as_ref(), &padding]),
                Alignment::Right => line.extend([&padding, cell.as_ref()]),
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

fn total(shown: &[Shown]) -> usize {
    shown.iter().map(|column| column.width).sum::<usize>() + GAP * shown.len().saturating_sub(1)
}

/// Columns of the terminal that a text without control characters takes.
fn width_of(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { console::measure_text_width(text) }
}
