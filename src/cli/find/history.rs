//! `cloudkit find spot --history`: how spot prices moved, as rows, as a summary with a chart, as a picture.
//!
//! Which types and regions are asked about is decided in `spot.rs`.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::aws::regions::PerRegion;
use crate::cli::account_regions::AskedRegions;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region_failures;
use crate::discovery::account::history::{HistoryQuestion, PricePoint, products, spot_price_history};
use crate::discovery::account::price_summary::{Stretch, by_type_and_region, summaries};
use crate::model::{InstanceTypeName, NotAValue, OperatingSystem, RegionName, Span};
use crate::output::Format;
use crate::output::history_chart::chart;
use crate::output::history_svg::svg;
use crate::platform::clock;
use crate::platform::files::{self, Access};

const SHORTEST: Span = Span::from_seconds(3600);
/// EC2 keeps no more. <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html>
const LONGEST: Span = Span::from_seconds(90 * 86_400);
/// How many types and regions are drawn; the figures are there for all.
const MOST_CHARTS: usize = 8;

/// What is asked of the past.
#[derive(Debug, Args)]
#[command(next_help_heading = "History (needs an AWS account)")]
pub(super) struct HistoryArguments {
    /// Show how the prices moved over so long, from 1h to 90d, instead of offers
    #[arg(long, value_name = "SPAN", value_parser = history_span)]
    history: Option<Span>,
    /// Also write the curves as a picture
    #[arg(long, value_name = "FILE", requires = "history")]
    svg: Option<PathBuf>,
}

/// The machines that are asked about.
#[derive(Debug)]
pub(super) struct SpotQuestion {
    /// The types, one at the least.
    pub(super) types: Vec<InstanceTypeName>,
    /// The regions; which of them the account has enabled is asked where patterns were typed.
    pub(super) regions: AskedRegions,
    /// What the price is for.
    pub(super) os: OperatingSystem,
}

fn history_span(text: &str) -> Result<Span, NotAValue> {
    let refuse = || NotAValue::new(text, "a span from 1h to 90d, which is what EC2 keeps");
    let span: Span = text.parse()?;
    if (SHORTEST..=LONGEST).contains(&span) { Ok(span) } else { Err(refuse()) }
}

impl HistoryArguments {
    /// Whether the past is asked about.
    pub(super) const fn are_asked(&self) -> bool {
        self.history.is_some()
    }

    /// Prints the history of the prices; nothing else is printed then.
    pub(super) fn show(
        &self,
        context: &Context<'_>,
        question: SpotQuestion,
    ) -> Result<ExitClass, CommandError> {
        self.svg.as_deref().map_or(Ok(()), folder_is_there)?;
        let span = self.history.unwrap_or(SHORTEST);
        let until = clock::now();
        let from = until - jiff::SignedDuration::try_from(span.to_duration()).unwrap_or_default();
        let SpotQuestion { types, regions, os } = question;
        let (question, PerRegion { answers, failures }) = context.block_on_bounded(async {
            let session = context.asking_session().await?;
            let _step = context.streams.step("asking for spot prices");
            let regions = regions.resolve(context, &session).await?;
            let question = HistoryQuestion { types, regions, os, from };
            let answers = spot_price_history(&session, &question).await;
            Ok((question, answers))
        })?;
        tell_missing(context, &question, &answers, span);
        let mut points: Vec<PricePoint> = answers.into_iter().flat_map(|(_, points)| points).collect();
        points.sort_by(|one, other| order(one).cmp(&order(other)));
        let stretch = Stretch { from, until };
        write(context, &points, stretch)?;
        if let Some(file) = self.svg.as_deref().filter(|_| !points.is_empty()) {
            write_svg(context, file, &points, stretch)?;
        }
        let class = region_failures::tell(context, &failures);
        Ok(if points.is_empty() { class.or(ExitClass::No) } else { class })
    }
}

/// A picture is written into a folder that is there: a misspelt one is not made, and is told before anything is asked.
fn folder_is_there(file: &Path) -> Result<(), CommandError> {
    match file.parent() {
        Some(folder) if folder != Path::new("") && !folder.is_dir() => {
            let error = format!("--svg: there is no folder {}", folder.display());
            Err(CommandError::usage(error).hint("make it first, or name another"))
        }
        _ => Ok(()),
    }
}

fn order(point: &PricePoint) -> impl Ord + use<'_> {
    (&point.instance_type, &point.region, &point.zone, point.at)
}

fn write(context: &Context<'_>, points: &[PricePoint], stretch: Stretch) -> Result<(), CommandError> {
    let streams = context.streams;
    let format = streams.list_format();
    if !matches!(format, Format::Table | Format::Wide) {
        return Ok(streams.write_list(format, points)?);
    }
    streams.write_list(format, &summaries(points, stretch))?;
    streams.write_text(&chart(drawn(context, points), stretch, streams.surroundings().columns))?;
    Ok(())
}

fn write_svg(
    context: &Context<'_>,
    file: &Path,
    points: &[PricePoint],
    stretch: Stretch,
) -> Result<(), CommandError> {
    let picture =
        svg(drawn(context, points), stretch).map_err(|error| CommandError::new(ExitClass::Bug, error))?;
    files::replace(file, picture.as_bytes(), Access::Public)?;
    context.streams.status(format_args!("the chart is in {}", file.display()));
    Ok(())
}

/// The points that are drawn; where that is not all of them it is said.
fn drawn<'p>(context: &Context<'_>, points: &'p [PricePoint]) -> &'p [PricePoint] {
    let charts = by_type_and_region(points).count();
    if charts > MOST_CHARTS {
        context.streams.status(format_args!(
            "{} of {charts} charts are not drawn; name fewer types or regions, or take the rows with -o csv",
            charts - MOST_CHARTS
        ));
    }
    let length = by_type_and_region(points).take(MOST_CHARTS).map(<[_]>::len).sum();
    &points[..length]
}

/// Says what has no price in the regions that answered.
fn tell_missing(
    context: &Context<'_>,
    question: &HistoryQuestion,
    answers: &[(RegionName, Vec<PricePoint>)],
    span: Span,
) {
    for (region, points) in answers {
        let has = |name: &&InstanceTypeName| points.iter().all(|point| point.instance_type != name.as_str());
        let missing: Vec<&str> = question.types.iter().filter(has).map(InstanceTypeName::as_str).collect();
        if !missing.is_empty() {
            let [vpc, classic] = products(question.os);
            context.streams.status(format_args!(
                "EC2 has no spot price of {} in {region} for the last {span} (asked for {classic:?} and {vpc:?})",
                missing.join(", ")
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_as_long_as_ec2_keeps_it() {
        for good in ["1h", "36h", "90d"] {
            assert!(history_span(good).is_ok(), "{good}");
        }
        for bad in ["59m", "91d", "2160h1s", "1"] {
            assert!(history_span(bad).is_err(), "{bad}");
        }
    }
}
