//! Requests for higher quotas: which are worth filing, as commands to be run elsewhere, or filed here after a question.
//!
//! What AWS makes of them it says by and by; here it is only asked.

use std::fmt;

use crate::aws::ErrorKind;
use crate::cli::ask::{self, Answer};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::discovery::account::quotas::{Account, FILED_SCHEMA, FiledRequest, QuotaRow};

/// The limit that is to be asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    /// This many vCPUs.
    Limit(u32),
    /// What is used, and room for so many vCPUs beside it.
    RoomFor(u32),
}

/// A request that is worth filing.
#[derive(Debug)]
pub(super) struct Wish<'r> {
    row: &'r QuotaRow,
    code: &'r str,
    desired: u32,
}

/// A row in a sentence: `g spot in us-east-1`.
struct Named<'r>(&'r QuotaRow);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let QuotaRow { class, market, region, .. } = self.0;
        write!(f, "{class} {market} in {region}")
    }
}

/// The requests to file for these quotas; why one needs none is said.
///
/// # Errors
/// Where the limit that is wanted is not above the one there is, or can't be derived, or where of none the code is known.
pub(super) fn wishes<'r>(
    context: &Context<'_>,
    rows: &[&'r QuotaRow],
    wanted: Wanted,
) -> Result<Vec<Wish<'r>>, CommandError> {
    let mut wishes = Vec::new();
    if let Some(row) = rows.first().filter(|_| rows.iter().all(|row| row.code.is_none())) {
        let error = format!("the code of {} is not known, so nothing can be asked for", Named(row));
        return Err(CommandError::new(ExitClass::No, error));
    }
    for row in rows {
        let quota = Named(row);
        if let Some(open) = &row.pending_request {
            let (id, desired, status) = (&open.id, open.desired, &open.status);
            context.streams.status(format_args!(
                "{quota}: a request for {desired} is open already ({id}, {status}), so none is made"
            ));
            continue;
        }
        let Some(code) = &row.code else {
            context.streams.warn(format_args!("{quota}: its code is not known, so nothing is asked for"));
            continue;
        };
        if let Some(desired) = desired(context, row, wanted)? {
            wishes.push(Wish { row, code, desired });
        }
    }
    Ok(wishes)
}

/// The limit to ask for; none where there is room already.
fn desired(context: &Context<'_>, row: &QuotaRow, wanted: Wanted) -> Result<Option<u32>, CommandError> {
    let quota = Named(row);
    match (wanted, row.limit_vcpus, row.used_vcpus) {
        (Wanted::Limit(target), Some(limit), _) if target <= limit => {
            let error = format!("{target} is not above the limit of {quota}, which is {limit}");
            Err(CommandError::usage(error).hint("leave out what has enough: --family, --market, --region"))
        }
        (Wanted::Limit(target), ..) => Ok(Some(target)),
        (Wanted::RoomFor(_), _, None) => {
            let error = format!("what is used of {quota} is not known, so no limit follows from it");
            Err(CommandError::usage(error).hint("name the limit: --target 64"))
        }
        (Wanted::RoomFor(vcpus), limit, Some(used)) => {
            let desired = used.saturating_add(vcpus);
            let has_room = limit.is_some_and(|limit| desired <= limit);
            if has_room {
                context.streams.status(format_args!("{quota}: there is room for {vcpus} vCPUs already"));
            }
            Ok((!has_room).then_some(desired))
        }
    }
}

/// The requests as commands of the AWS CLI, a line each.
pub(super) fn commands(wishes: &[Wish<'_>], profile: Option<&str>) -> String {
    wishes.iter().map(|wish| command(wish, profile) + "\n").collect()
}

fn command(wish: &Wish<'_>, profile: Option<&str>) -> String {
    let Wish { row: QuotaRow { region, .. }, code, desired } = wish;
    let profile = profile.and_then(|name| shlex::try_quote(name).ok());
    let profile = profile.map_or_else(String::new, |name| format!(" --profile {name}"));
    format!(
        "aws service-quotas request-service-quota-increase --service-code ec2 --quota-code {code} \
         --desired-value {desired} --region {region}{profile}"
    )
}

/// Files the requests after a question, and prints those that AWS took.
///
/// # Errors
/// Where there is nobody to ask, or AWS refuses one; the others are filed and printed all the same.
pub(super) fn submit(
    context: &Context<'_>,
    account: &Account<'_>,
    wishes: &[Wish<'_>],
    yes: bool,
) -> Result<ExitClass, CommandError> {
    if wishes.is_empty() {
        context.streams.status("nothing to ask for");
        return Ok(ExitClass::Done);
    }
    if !yes && ask::confirm(context.process, &question(wishes, &account.id), "--yes")? == Answer::No {
        context.streams.status("nothing was asked for");
        return Ok(ExitClass::No);
    }
    let (filed, failure) = context.block_on(file(context, account, wishes))?;
    context.streams.write_list(context.streams.list_format(), &filed)?;
    match failure {
        Some(error) => Err(error),
        None => Ok(ExitClass::Done),
    }
}

fn question(wishes: &[Wish<'_>], account: &str) -> String {
    let each = wishes.iter().map(|Wish { row, desired, .. }| {
        let now = row.limit_vcpus.map_or_else(|| "not known".to_owned(), |limit| limit.to_string());
        format!("{} from {now} to {desired} vCPUs", Named(row))
    });
    format!("Ask AWS, for account {account}, to raise {}?", each.collect::<Vec<_>>().join(", "))
}

/// Files one after the other. The first failure ends the command; the later ones are told at once.
async fn file(
    context: &Context<'_>,
    account: &Account<'_>,
    wishes: &[Wish<'_>],
) -> (Vec<FiledRequest>, Option<CommandError>) {
    let (mut filed, mut failure) = (Vec::new(), None);
    for Wish { row, code, desired } in wishes {
        let quota = Named(row);
        match account.request(&row.region, code, *desired).await {
            Ok(request) => filed.push(FiledRequest {
                schema: FILED_SCHEMA,
                region: row.region.clone(),
                class: row.class.clone(),
                market: row.market,
                code: (*code).to_owned(),
                limit_vcpus: row.limit_vcpus,
                request,
            }),
            Err(error) if error.kind == ErrorKind::AlreadyThere => {
                context.streams.status(format_args!("{quota}: a request is open already, so none is made"));
            }
            Err(error) if failure.is_some() => context.streams.warn_of_cost(format_args!("{quota}: {error}")),
            Err(error) => failure = Some(CommandError::from(error)),
        }
    }
    (filed, failure)
}
