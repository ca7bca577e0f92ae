//! Tells of machines that were launched together.
//!
//! A row each for a person, an array for programs; what they have in common is said once.

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::model::Market;
use crate::output::Format;
use crate::output::launch::cost;
use crate::provision::cost::Cost;
use crate::provision::plan::refused_lines;
use crate::provision::report::{Launched, SeveralSigns};
use crate::provision::wish::count::Count;

/// What there is now.
pub(super) fn tell(context: &Context<'_>, launched: &[Launched], count: Count) -> Result<(), CommandError> {
    let streams = context.streams;
    let Some(first) = launched.first() else { return Ok(()) };
    let others: Vec<&Launched> = launched.iter().filter(|one| one.market_asked.is_some()).collect();
    if let Some((one, asked)) = others.first().and_then(|one| Some((one, one.market_asked?))) {
        streams.warn_of_cost(format_args!(
            "{asked} was asked for, and {} of {} machines were launched {}, at its own price: each {}",
            others.len(),
            launched.len(),
            one.market,
            cost(&one.cost)
        ));
    }
    let format = streams.list_format();
    streams.write_list(format, launched)?;
    if !matches!(format, Format::Table | Format::Wide) {
        return Ok(());
    }
    let wanted = if launched.len() < count.wanted as usize {
        format!(", of {} that were wanted", count.wanted)
    } else {
        String::new()
    };
    streams.status(format_args!(
        "{} machines of launch {}{wanted}: {}",
        launched.len(),
        first.launch,
        kinds(launched)
    ));
    streams.status(format_args!("in all: {}", cost(&Cost::of_all(launched.iter().map(|one| &one.cost)))));
    refused_lines(&first.refused).for_each(|line| streams.status(format_args!("refused: {line}")));
    streams.status(format_args!("end them: cloudkit launch terminate {}", first.launch));
    Ok(())
}

/// `3 m7i.large in us-east-1, spot; 2 m7i.large in us-east-1`.
fn kinds(launched: &[Launched]) -> String {
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for one in launched {
        let market = if one.market == Market::OnDemand { String::new() } else { format!(", {}", one.market) };
        let kind = format!("{} in {}{market}", one.instance_type, one.region);
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, number)) => *number += 1,
            None => kinds.push((kind, 1)),
        }
    }
    kinds.into_iter().map(|(kind, number)| format!("{number} {kind}")).collect::<Vec<_>>().join("; ")
}

/// How the machines are, as far as anybody could see.
pub(super) fn show_signs(context: &Context<'_>, signs: &SeveralSigns) {
    let SeveralSigns { machines, ssh_asked, ssh_answers, agents_seen, agents_unknown, deadline } = *signs;
    let streams = context.streams;
    if ssh_answers == ssh_asked {
        streams.status(format_args!("ssh answers on {ssh_answers} of {machines}"));
    } else {
        streams.warn(format_args!(
            "ssh answers on {ssh_answers} of {machines}; {} run and do not answer yet, so try again in a minute",
            ssh_asked - ssh_answers
        ));
    }
    if agents_seen > 0 {
        streams.status(format_args!("agents that look after their machines: {agents_seen} of {machines}"));
    }
    if agents_unknown > 0 {
        let then = deadline.map_or_else(
            || "nothing else ends these machines".to_owned(),
            |deadline| format!("the machines' own timers end them at {deadline} all the same"),
        );
        streams.warn(format_args!("no sign of the agent yet on {agents_unknown} of {machines}; {then}"));
    }
}
