//! How many rows are shown, and what is said of those that are not: the same for every command that lists offers.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::values;
use crate::output::Streams;

/// How many rows a terminal gets where nothing says how many.
const OF_TERMINAL: usize = 20;

/// How many rows are wanted.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct LimitArgument {
    /// Show at most this many [default: 20 on a terminal, else all]
    #[arg(long, value_name = "N", value_parser = values::limit, allow_negative_numbers = true)]
    pub(super) limit: Option<usize>,
}

/// How many rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// So many, because that was asked for.
    Asked(usize),
    /// As many as a terminal gets.
    OfTerminal,
    /// All of them.
    Nothing,
}

impl Limit {
    /// The one that was asked for, else that of a terminal, where one reads.
    pub(super) fn in_force(context: &Context<'_>, asked: Option<usize>) -> Self {
        match asked {
            Some(rows) => Self::Asked(rows),
            None if context.streams.surroundings().stdout_is_terminal => Self::OfTerminal,
            None => Self::Nothing,
        }
    }

    /// How many rows that is; none where it is all of them.
    pub(super) const fn rows(self) -> Option<usize> {
        match self {
            Self::Asked(rows) => Some(rows),
            Self::OfTerminal => Some(OF_TERMINAL),
            Self::Nothing => None,
        }
    }

    /// Says how many of all were left out because of it, and what shows them.
    pub(super) fn tell_left_out(self, streams: &Streams, noun: &str, left_out: usize, total: usize) {
        if left_out == 0 {
            return;
        }
        let plural = if left_out == 1 { "" } else { "s" };
        let flag = match self {
            Self::Asked(_) => "a higher --limit".to_owned(),
            Self::OfTerminal | Self::Nothing => format!("--limit {total}"),
        };
        streams.status(format_args!("{left_out} {noun}{plural} left out; {flag} shows them"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Settings, Surroundings, captured};

    fn said(limit: Limit, noun: &str, left_out: usize, total: usize) -> String {
        let (streams, _, talk) = captured::streams(Surroundings::of_process(None, true), Settings::default());
        limit.tell_left_out(&streams, noun, left_out, total);
        talk.text()
    }

    #[test]
    fn what_is_left_out_is_counted_with_the_flag_that_shows_it() {
        assert_eq!(said(Limit::OfTerminal, "offer", 23, 43), "23 offers left out; --limit 43 shows them\n");
        assert_eq!(said(Limit::Asked(2), "group", 1, 3), "1 group left out; a higher --limit shows them\n");
        assert_eq!(said(Limit::Nothing, "offer", 0, 43), "");
    }
}
