//! Curves of spot prices as a picture: a panel for each type and region, a step line for each zone.
//!
//! The colours are Okabe and Ito's, which can be told apart with every kind of colour vision and have different
//! brightness; each line is dashed in its own way besides.
//! <https://jfly.uni-koeln.de/color/>

use jiff::Timestamp;
use plotters::element::DashedPathElement;
use plotters::prelude::*;

use super::history_chart::time_label;
use crate::discovery::account::history::PricePoint;
use crate::discovery::account::price_summary::{Stretch, by_type_and_region, by_zone, held};
use crate::model::Money;

const WIDTH: u32 = 1000;
const PANEL_HEIGHT: u32 = 420;
const LEGEND_WIDTH: u32 = 140;
const COLORS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(0, 0, 0),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
];
/// Fonts that every system has one of.
const FONT: &str = "sans-serif";
const TITLE_SIZE: u32 = 20;
const TEXT_SIZE: u32 = 14;
const DASH: i32 = 10;
const DAY_SECONDS: f64 = 86_400.0;
const MICROS_PER_DOLLAR: f64 = 1_000_000.0;

/// A picture that could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("the chart could not be drawn: {0}")]
pub struct NotDrawn(String);

/// The curves of all types, regions and zones as an SVG document.
///
/// # Errors
/// Where there is nothing to draw, or the drawing library refuses.
pub fn svg(points: &[PricePoint], stretch: Stretch) -> Result<String, NotDrawn> {
    let panels: Vec<&[PricePoint]> = by_type_and_region(points).collect();
    if panels.is_empty() {
        return Err(NotDrawn("there is no price".to_owned()));
    }
    let height = u32::try_from(panels.len()).unwrap_or(u32::MAX).saturating_mul(PANEL_HEIGHT);
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, (WIDTH, height)).into_drawing_area();
        let draw = || -> Result<(), Box<dyn std::error::Error + '_>> {
            root.fill(&WHITE)?;
            for (area, points) in root.split_evenly((panels.len(), 1)).iter().zip(&panels) {
                panel(area, points, stretch)?;
            }
            Ok(root.present()?)
        };
        draw().map_err(|error| NotDrawn(error.to_string()))?;
    }
    Ok(text)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

/// One type in one region.
fn panel<'a>(area: &Area<'a>, points: &[PricePoint], stretch: Stretch) -> Drawn<'a> {
    let Some(first) = points.first() else { return Ok(()) };
    let title = format!("Spot price of {} in {}, {}", first.instance_type, first.region, first.os);
    let seconds = stretch.until.as_second() - stretch.from.as_second();
    let (left, right) = area.split_horizontally(WIDTH - LEGEND_WIDTH);
    let mut chart = ChartBuilder::on(&left)
        .caption(title, (FONT, TITLE_SIZE))
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(86)
        .build_cartesian_2d(days(stretch.from)..days(stretch.until), range_of_prices(points, stretch))?;
    chart
        .configure_mesh()
        .x_desc("time (UTC)")
        .y_desc("US dollars an hour")
        .x_labels(8)
        .y_labels(6)
        .label_style((FONT, TEXT_SIZE))
        .axis_desc_style((FONT, TEXT_SIZE))
        .x_label_formatter(&|days| moment(*days).map_or_else(String::new, |at| time_label(at, seconds)))
        .y_label_formatter(&|price| format!("{price:.4}"))
        .light_line_style(TRANSPARENT)
        .draw()?;
    for ((zone, line), row) in by_zone(points).zip(Line::all()).zip(1_i32..) {
        let Line { style, gap } = line;
        chart.draw_series(DashedLineSeries::new(steps(zone, stretch), DASH, gap, style))?;
        let name = zone.first().map(|point| point.zone.clone()).unwrap_or_default();
        let y = 40 + row * 24;
        right.draw(&DashedPathElement::new([(0, y), (36, y)], DASH, gap, style))?;
        right.draw(&Text::new(name, (44, y - 8), (FONT, TEXT_SIZE)))?;
    }
    Ok(())
}

/// How the line of a zone looks.
struct Line {
    style: ShapeStyle,
    /// The first line has none, the others have longer and longer ones.
    gap: i32,
}

impl Line {
    fn all() -> impl Iterator<Item = Self> {
        let styles = COLORS.iter().map(|color| color.stroke_width(2)).zip((0_i32..).step_by(2));
        styles.cycle().map(|(style, gap)| Self { style, gap })
    }
}

/// The prices from the least to the greatest, with some room above and below.
fn range_of_prices(points: &[PricePoint], stretch: Stretch) -> std::ops::Range<f64> {
    let prices = || by_zone(points).flat_map(|zone| held(zone, stretch)).map(|held| dollars(held.price));
    let (least, most) = (prices().fold(f64::INFINITY, f64::min), prices().fold(0.0, f64::max));
    let room = ((most - least) * 0.1).max(most * 0.02);
    (least - room).max(0.0)..most + room
}

/// The corners of a step line.
fn steps(zone: &[PricePoint], stretch: Stretch) -> Vec<(f64, f64)> {
    let corners = held(zone, stretch).flat_map(|held| {
        let price = dollars(held.price);
        [(days(held.from), price), (days(held.until), price)]
    });
    corners.collect()
}

/// Days since the epoch, so that the marks of the axis lie at midnight.
#[expect(clippy::cast_precision_loss, reason = "seconds have far fewer digits than the type")]
fn days(at: Timestamp) -> f64 {
    at.as_second() as f64 / DAY_SECONDS
}

/// The moment that is so many days after the epoch.
fn moment(days: f64) -> Option<Timestamp> {
    let since = jiff::SignedDuration::try_from_secs_f64(days * DAY_SECONDS).ok()?;
    Timestamp::from_duration(since).ok()
}

/// For drawing alone: no figure that is printed is one of these.
#[expect(clippy::cast_precision_loss, reason = "a price has far fewer digits than the type")]
fn dollars(price: Money) -> f64 {
    price.micros() as f64 / MICROS_PER_DOLLAR
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::account::history_fixture::{point, stretch};

    #[test]
    fn a_chart_has_title_axes_and_a_line_for_each_zone() {
        let points = [
            point("<use1-az1>", -5, "0.03"),
            point("<use1-az1>", 40, "0.045"),
            point("use1-az2", 30, "0.05"),
        ];
        let text = svg(&points, stretch(0, 168)).unwrap();
        for part in
            ["Spot price of m7i.large in us-east-1", "US dollars an hour", "&lt;use1-az1&gt;", "use1-az2"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(text.starts_with("<svg") && text.trim_end().ends_with("</svg>"));
        assert!(svg(&[], stretch(0, 168)).is_err());
    }
}
