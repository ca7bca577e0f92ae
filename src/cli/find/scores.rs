//! `cloudkit find spot --score`: how likely AWS thinks a spot request to succeed.
//!
//! Which types and regions are asked about is decided in `spot.rs`.

use clap::Args;

use super::history::SpotQuestion;
use crate::aws::types::capacity::Scored;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::{region, region_failures};
use crate::discovery::account::scores::{self, FEWEST_TYPES, ScoreFailure, ScoreQuestion, ScoreRow};
use crate::platform::clock;

/// What is asked of AWS's own guess.
#[derive(Debug, Args)]
#[command(next_help_heading = "Placement scores (need an AWS account)")]
pub(super) struct ScoreArguments {
    /// Show how likely AWS thinks a request for any of at least three types to succeed, 1 to 10, instead of offers
    #[arg(long, conflicts_with = "history")]
    score: bool,
}

/// Why a score was not asked for.
#[must_use]
pub(super) fn too_few(different: usize) -> String {
    format!(
        "AWS gives every request for fewer than {FEWEST_TYPES} different types a low score, whatever the capacity, so a \
         score for {different} would mislead (a type with and without local disks, m5 and m5d, counts once)"
    )
}

impl ScoreArguments {
    /// Whether scores are asked for.
    pub(super) const fn are_asked(&self) -> bool {
        self.score
    }

    /// Prints the scores of a request for so many machines. Where there are too few types it says why and prints nothing.
    pub(super) fn show(
        &self,
        context: &Context<'_>,
        question: SpotQuestion,
        count: u32,
        per_zone: bool,
    ) -> Result<ExitClass, CommandError> {
        let different = scores::different(&question.types);
        if different < FEWEST_TYPES {
            context.streams.warn(format_args!("no placement score: {}", too_few(different)));
            context
                .streams
                .hint("name more types that would do as well, such as 'm7i.large' 'm7a.large' 'm6i.large'");
            return Ok(ExitClass::No);
        }
        let home = region::in_force(context).region.parse()?;
        let scored = if per_zone { Scored::Zones } else { Scored::Regions };
        let scores = context.block_on_bounded(async {
            let session = context.asking_session().await?;
            let _step = context.streams.step("asking for placement scores");
            let SpotQuestion { types, regions, .. } = question;
            let regions = regions.resolve(context, &session).await?;
            let question = ScoreQuestion { types, regions, count, scored, home, now: clock::now() };
            Ok(scores::scores(&session, &question).await)
        })?;
        context.streams.write_list(context.streams.list_format(), &scores.rows)?;
        tell_unscored(context, &scores.rows);
        let class = tell_failures(context, &scores.failures);
        let has_score = scores.rows.iter().any(|row| row.score.is_some());
        Ok(if has_score { class } else { class.or(ExitClass::No) })
    }
}

fn tell_unscored(context: &Context<'_>, rows: &[ScoreRow]) {
    let unscored: Vec<&str> =
        rows.iter().filter(|row| row.score.is_none()).map(|row| row.region.as_str()).collect();
    if !unscored.is_empty() {
        context.streams.status(format_args!(
            "no score from AWS: {}; so it answers for regions that the account has not enabled",
            unscored.join(", ")
        ));
    }
}

fn tell_failures(context: &Context<'_>, failures: &[ScoreFailure]) -> ExitClass {
    let lacks = failures
        .iter()
        .flat_map(|failure| failure.regions.iter().map(move |region| ((), region, &failure.source)));
    region_failures::tell_lacks(context, lacks, |(), regions| format!("{regions} could not be asked about"))
}
