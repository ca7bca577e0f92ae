//! Which rows are shown, in what order, and what is said of those that are not: the same for every command that lists
//! offers.

use clap::Args;

use super::filters;
use super::limit::{Limit, LimitArgument};
use super::notes;
use super::order;
use super::room::RoomArguments;
use crate::catalog::Catalog;
use crate::cli::command_error::CommandError;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region;
use crate::discovery::{self, Answer, GroupBy, Inquiry, LivePrices, Question, SortKey, Subject, Understood};
use crate::model::OperatingSystem;

/// Where to look, and how what is found is shown.
#[derive(Debug, Args)]
pub(super) struct RowArguments {
    /// Region, pattern such as 'us-*', or all; may be repeated or a comma list
    #[arg(short, long, value_name = "REGION", add = completions::regions())]
    region: Vec<String>,
    /// What the price is for: linux, windows, rhel, suse
    #[arg(long, value_name = "OS", default_value_t, add = completions::words(OperatingSystem::ALL))]
    os: OperatingSystem,
    /// Sort by what stands over a column (type, region, zone, devices, arch, os, market, as-of, source, usd/hour, quota with
    /// --check-quotas), by family, price, or what a flag with a range is called, such as vcpus or gpu-memory; with
    /// --group-by also by offers, types, up-to and the other columns of groups; -price is falling; a comma list sorts by
    /// several; what is not known comes last
    #[arg(long, value_name = "KEYS", value_delimiter = ',', allow_hyphen_values = true, add = completions::sort_keys())]
    sort: Vec<SortKey>,
    /// One row for each region, type or family: how many offers, the cheapest of them, and the span of prices
    #[arg(long, value_name = "WHAT", add = completions::words(GroupBy::ALL))]
    group_by: Option<GroupBy>,
    #[command(flatten)]
    limit: LimitArgument,
}

impl RowArguments {
    /// The regions as they were typed.
    #[cfg(feature = "aws")]
    pub(super) fn regions(&self) -> &[String] {
        &self.region
    }

    /// What was typed of the order and the number of rows, as flags.
    #[cfg(feature = "aws")]
    pub(super) fn flags(&self) -> Vec<String> {
        let sort: Vec<String> = self.sort.iter().map(SortKey::to_string).collect();
        let sort = (!sort.is_empty()).then(|| format!("--sort {}", sort.join(",")));
        let group_by = self.group_by.map(|what| format!("--group-by {what}"));
        let limit = self.limit.limit.map(|rows| format!("--limit {rows}"));
        sort.into_iter().chain(group_by).chain(limit).collect()
    }

    /// The operating system that prices are for.
    pub(super) const fn os(&self) -> OperatingSystem {
        self.os
    }

    /// Reads an inquiry with what was typed of the rows, and says on stderr what went without saying.
    ///
    /// # Errors
    /// Where a word, a region or a type is unknown, or the order can't be.
    pub(super) fn understand(
        self,
        context: &Context<'_>,
        catalog: &Catalog<'_>,
        mut inquiry: Inquiry,
    ) -> Result<Understood, CommandError> {
        let in_force = self.region.is_empty().then(|| region::in_force(context));
        inquiry.regions = in_force.as_ref().map_or(self.region, |in_force| vec![in_force.region.clone()]);
        inquiry.os = self.os;
        inquiry.today = Some(context.today()?);
        inquiry.sort = self.sort;
        inquiry.group_by = self.group_by;
        inquiry.limit = self.limit.limit;
        let like = inquiry.like.clone();
        let understood = inquiry.understood(catalog)?;
        filters::tell_like(context, like.as_deref(), &understood);
        if let Some(region::InForce { region, named_by }) = in_force {
            let all = "--region all searches the world";
            context.streams.status(format_args!("region {region} ({named_by}); {all}"));
        }
        Ok(understood)
    }
}

/// Answers a question: the offers that are to be shown, with the room that quotas have for them, and what a person may
/// wonder about.
pub(super) fn answer(
    context: &Context<'_>,
    catalog: &Catalog<'_>,
    mut question: Question,
    live: Option<&LivePrices>,
    room: &RoomArguments,
) -> Result<ExitClass, CommandError> {
    let limit = Limit::in_force(context, question.limit);
    if !room.is_asked() {
        question.limit = limit.rows();
        let answer = discovery::search_with(catalog, &question, live)?;
        return show(context, &question, &answer, limit);
    }
    if question.group_by.is_some() {
        return Err(CommandError::usage("quotas are of offers, and --group-by shows groups of them"));
    }
    // Where quotas decide which offers are shown, the limit comes after them; else no region is asked that is not shown.
    let quotas_decide = room.drops_offers() || order::is_by_quota(&question);
    question.limit = limit.rows().filter(|_| !quotas_decide);
    let mut answer = discovery::search_with(catalog, &question, live)?;
    let found = answer.offers.len();
    let checked = room.check(context, &mut answer.offers, answer.quota_order.as_ref());
    answer.total -= found - answer.offers.len();
    answer.offers.truncate(limit.rows().unwrap_or(usize::MAX));
    let shown = show(context, &question, &answer, limit)?;
    Ok(checked.or(shown))
}

/// Prints the rows of an answer, and says what a person may wonder about.
fn show(
    context: &Context<'_>,
    question: &Question,
    answer: &Answer<'_>,
    limit: Limit,
) -> Result<ExitClass, CommandError> {
    let streams = context.streams;
    if question.group_by.is_some() {
        streams.write_list(streams.list_format(), &answer.groups)?;
    } else {
        streams.write_list(streams.list_format(), &answer.offers)?;
    }
    tell(context, question, answer, limit);
    notes::tell_old(streams, &answer.offers);
    notes::tell_unpriced(context, question, answer);
    Ok(if answer.total == 0 { ExitClass::No } else { ExitClass::Done })
}

fn tell(context: &Context<'_>, question: &Question, answer: &Answer<'_>, limit: Limit) {
    let streams = context.streams;
    for unmatched in &answer.unmatched {
        streams.warn(unmatched);
    }
    for not_known in &answer.not_known {
        streams.warn(not_known);
    }
    let noun = if question.group_by.is_some() { "group" } else { "offer" };
    limit.tell_left_out(streams, noun, answer.left_out(), answer.total);
    // Where no name fits, the warning above has said so already.
    let said = answer.emptied_by.as_ref().is_some_and(|emptied| emptied.subject == Subject::Name);
    if let Some(emptied) = answer.emptied_by.as_ref().filter(|_| !said) {
        streams.status(format_args!("nothing found: {emptied}"));
    }
    if let Some(instead) = &answer.instead {
        streams.hint(instead);
    }
}
