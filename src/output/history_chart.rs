//! Curves of spot prices for a terminal: a panel for each zone, so that no colour is needed to tell them apart.
//!
//! The panels of a type in a region share both axes. Four by two dots fit into a character (braille).

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::discovery::account::history::PricePoint;
use crate::discovery::account::price_summary::{Stretch, by_type_and_region, by_zone, held};
use crate::model::Money;

/// The rows of all panels together, where there are few of them.
const ROWS: usize = 16;
const LEAST_ROWS: usize = 3;
const MOST_ROWS: usize = 8;
const LEAST_WIDTH: usize = 10;
const MOST_WIDTH: usize = 160;
/// A label of the axis of time and the room around it.
const LABEL_WIDTH: usize = 16;
const DAY_SECONDS: i64 = 86_400;

/// The curves of all types, regions and zones, fitted to a width.
#[must_use]
pub fn chart(points: &[PricePoint], stretch: Stretch, columns: usize) -> String {
    by_type_and_region(points).filter_map(|points| panels(points, stretch, columns)).collect()
}

/// One type in one region.
fn panels(points: &[PricePoint], stretch: Stretch, columns: usize) -> Option<String> {
    let first = points.first()?;
    let prices = || by_zone(points).flat_map(|zone| held(zone, stretch)).map(|held| held.price);
    let scale = Scale { stretch, least: prices().min()?, most: prices().max()? };
    let zones: Vec<&[PricePoint]> = by_zone(points).collect();
    let rows = (ROWS / zones.len()).clamp(LEAST_ROWS, MOST_ROWS);
    let label = label_width(&zones, scale);
    let width = columns.saturating_sub(label + 2).clamp(LEAST_WIDTH, MOST_WIDTH);
    let mut text =
        format!("\n{} in {}, {}, USD an hour (times are UTC)\n", first.instance_type, first.region, first.os);
    for zone in zones {
        panel(&mut text, zone, scale, Size { label, width, rows });
    }
    axis(&mut text, scale.stretch, Size { label, width, rows });
    Some(text)
}

/// Where times and prices lie.
#[derive(Debug, Clone, Copy)]
struct Scale {
    stretch: Stretch,
    least: Money,
    most: Money,
}

#[derive(Debug, Clone, Copy)]
struct Size {
    label: usize,
    width: usize,
    rows: usize,
}

fn label_width(zones: &[&[PricePoint]], scale: Scale) -> usize {
    let names = zones.iter().filter_map(|zone| zone.first()).map(|point| point.zone.len());
    let prices = [scale.least, scale.most].map(|price| price.to_string().len());
    names.chain(prices).max().unwrap_or_default()
}

fn panel(text: &mut String, zone: &[PricePoint], scale: Scale, size: Size) {
    let name = zone.first().map(|point| point.zone.as_str()).unwrap_or_default();
    let lines = dots(zone, scale, size);
    for (row, line) in lines.iter().enumerate() {
        let (label, edge) = match row {
            0 if scale.least < scale.most => (scale.most.to_string(), '┤'),
            row if row + 1 == size.rows => (scale.least.to_string(), '┤'),
            row if row == size.rows / 2 => (name.to_owned(), '│'),
            _ => (String::new(), '│'),
        };
        // Writing to a String does not fail.
        let _ = writeln!(text, "{label:>width$} {edge}{}", line.trim_end(), width = size.label);
    }
}

/// The curve as rows of characters.
fn dots(zone: &[PricePoint], scale: Scale, size: Size) -> Vec<String> {
    let (wide, high) = (size.width * 2, size.rows * 4);
    let mut grid = vec![vec![false; wide]; high];
    let mut before: Option<usize> = None;
    for held in held(zone, scale.stretch) {
        let level = level(held.price, scale, high);
        let (start, end) = (place(held.from, scale.stretch, wide), place(held.until, scale.stretch, wide));
        for dot in &mut grid[level][start..=end] {
            *dot = true;
        }
        // The step from the price before.
        let from = before.replace(level).unwrap_or(level);
        for row in &mut grid[from.min(level)..=from.max(level)] {
            row[start] = true;
        }
    }
    grid.chunks(4).map(|rows| (0..size.width).map(|column| braille(rows, column)).collect()).collect()
}

/// How far down a price lies, in dots.
fn level(price: Money, scale: Scale, high: usize) -> usize {
    let span = u128::from(scale.most.micros() - scale.least.micros());
    let down = u128::from(scale.most.micros().saturating_sub(price.micros()));
    let steps = high - 1;
    // Where all prices are the same they lie at the bottom, where the one label is.
    let level = (down * steps as u128 + span / 2).checked_div(span);
    level.map_or(steps, |level| usize::try_from(level).unwrap_or(steps)).min(steps)
}

/// How far to the right a time lies, in dots.
fn place(at: Timestamp, stretch: Stretch, wide: usize) -> usize {
    let seconds = |from: Timestamp, to: Timestamp| u128::try_from(to.as_second() - from.as_second());
    let (span, along) = (seconds(stretch.from, stretch.until), seconds(stretch.from, at));
    let (span, along) = (span.unwrap_or_default(), along.unwrap_or_default());
    let place = (along * (wide - 1) as u128).checked_div(span).unwrap_or_default();
    usize::try_from(place).unwrap_or(wide).min(wide - 1)
}

/// Eight dots as one character: <https://www.unicode.org/charts/PDF/U2800.pdf>.
fn braille(rows: &[Vec<bool>], column: usize) -> char {
    const BITS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
    let mut code = 0;
    for (row, bits) in rows.iter().zip(BITS) {
        for (dot, bit) in row[column * 2..].iter().zip(bits) {
            code |= if *dot { bit } else { 0 };
        }
    }
    if code == 0 { ' ' } else { char::from_u32(0x2800 + code).unwrap_or(' ') }
}

/// The axis of time with its labels.
fn axis(text: &mut String, stretch: Stretch, size: Size) {
    let Size { label, width, .. } = size;
    let ticks = (width / LABEL_WIDTH).clamp(1, 7);
    let mut line = vec!['─'; width];
    let mut labels = vec![' '; width];
    let seconds = stretch.until.as_second() - stretch.from.as_second();
    for tick in 0..=ticks {
        let column = (width - 1) * tick / ticks;
        line[column] = '┴';
        let along = seconds * i64::try_from(tick).unwrap_or_default() / i64::try_from(ticks).unwrap_or(1);
        let at = Timestamp::from_second(stretch.from.as_second() + along).unwrap_or(stretch.from);
        write_centred(&mut labels, column, &time_label(at, seconds));
    }
    let (line, labels) = (line.into_iter().collect::<String>(), labels.into_iter().collect::<String>());
    // Writing to a String does not fail.
    let _ = writeln!(text, "{:>label$} └{line}\n{:>label$}  {}", "", "", labels.trim_end());
}

/// A time as it is read below a curve of so many seconds.
pub(super) fn time_label(at: Timestamp, seconds: i64) -> String {
    let pattern = if seconds <= 3 * DAY_SECONDS { "%b %-d %H:%M" } else { "%b %-d" };
    at.strftime(pattern).to_string()
}

/// Writes a text around a column, as far as the line goes; a text that would touch another is left out.
fn write_centred(line: &mut [char], column: usize, text: &str) {
    let length = text.chars().count();
    let start = column.saturating_sub(length / 2).min(line.len().saturating_sub(length));
    let end = (start + length).min(line.len());
    let around = start.saturating_sub(1)..(end + 1).min(line.len());
    if line[around].iter().all(|character| *character == ' ') {
        line[start..end].iter_mut().zip(text.chars()).for_each(|(place, character)| *place = character);
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::discovery::account::history_fixture::{point, stretch};

    #[test]
    fn zones_have_a_panel_each_on_common_axes() {
        let points = [
            point("use1-az1", -5, "0.03"),
            point("use1-az1", 40, "0.045"),
            point("use1-az1", 90, "0.0312"),
            point("use1-az2", 30, "0.05"),
        ];
        assert_snapshot!(chart(&points, stretch(0, 168), 60), @"
        m7i.large in us-east-1, linux, USD an hour (times are UTC)
            0.05 ┤
                 │
                 │           ⢸⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⢹
                 │           ⢸              ⢸
        use1-az1 │           ⢸              ⢸
                 │           ⢸              ⢸
                 │           ⢸              ⢸
            0.03 ┤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣸              ⠘⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒
            0.05 ┤        ⠈⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉
                 │
                 │
                 │
        use1-az2 │
                 │
                 │
            0.03 ┤
                 └┴───────────────┴───────────────┴────────────────┴
                  Sep 21       Sep 23          Sep 26         Sep 28
        ");
    }

    #[test]
    fn a_price_that_never_changes_is_a_line_at_the_bottom() {
        assert_snapshot!(chart(&[point("use1-az1", -5, "0.03")], stretch(0, 24), 50), @"
        m7i.large in us-east-1, linux, USD an hour (times are UTC)
                 │
                 │
                 │
                 │
        use1-az1 │
                 │
                 │
            0.03 ┤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀
                 └┴──────────────────┴───────────────────┴
                  Sep 21 14:13 Sep 22 02:13   Sep 22 14:13
        ");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let points = [point("use1-az1", -5, "0.03"), point("use1-az1", 7, "0.031")];
        for columns in [20, 33, 80, 100, 159] {
            let widest = chart(&points, stretch(0, 24), columns)
                .lines()
                .skip(2)
                .map(|line| line.chars().count())
                .max();
            assert!(widest.unwrap() <= columns.max(LEAST_WIDTH + 12), "{columns}: {widest:?}");
        }
    }
}
