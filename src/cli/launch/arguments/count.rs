//! The flags that say how many machines, and how few will do.
//!
//! Whether so many can be had is not looked up here.

use clap::Args;

use crate::cli::command_error::CommandError;
use crate::model::tag;
use crate::provision::wish::count::{Count, name_of};

/// A fleet request takes a minimum of no more than this.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SpotOptionsRequest.html>
const MOST: i64 = 1000;

/// How many.
#[derive(Debug, Args)]
#[command(next_help_heading = "Several machines")]
pub(in crate::cli::launch) struct CountArguments {
    /// How many machines; they share a launch id, by which every other command takes all of them
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true,
        value_parser = clap::value_parser!(u32).range(1..=MOST))]
    pub(in crate::cli::launch) count: u32,
    /// How few will do; with fewer there are to be none [default: all of them]
    #[arg(long, value_name = "M", requires = "count", value_parser = clap::value_parser!(u32).range(1..=MOST))]
    pub(in crate::cli::launch) min_count: Option<u32>,
}

impl CountArguments {
    /// How many machines are wished, where each can have its name.
    pub(super) fn wish(&self, name: Option<&str>) -> Result<Count, CommandError> {
        let count = Count { wanted: self.count, least: self.min_count.unwrap_or(self.count) };
        if count.least > count.wanted {
            let error = format!("--min-count {} is more than --count {}", count.least, count.wanted);
            return Err(CommandError::usage(error).hint(format!("launch as many: --count {}", count.least)));
        }
        let longest = name.map(|name| name_of(name, count.wanted, count));
        match longest.filter(|longest| longest.chars().count() > tag::MAX_VALUE_CHARACTERS) {
            Some(_) => Err(CommandError::usage(
                "the name is too long: with the number of a machine it is to have at most 256 characters",
            )
            .hint("give a shorter --name")),
            None => Ok(count),
        }
    }
}
