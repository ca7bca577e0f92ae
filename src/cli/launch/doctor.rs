//! `cloudkit launch doctor`: what a launch with the same flags would fail of, and the command that mends it.
//!
//! Nothing is made, and what could not be found out is said to be unknown, never fine.

mod permissions;

use clap::Args;

use super::arguments::LaunchArguments;
use super::run::local;
use super::{key, preflight};
use crate::aws::clock::Clocks;
use crate::aws::types::Identity;
use crate::aws::{AwsError, ErrorKind, Session};
use crate::catalog::Catalog;
use crate::cli::command_error::{CommandError, with_causes};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::discovery::account::quotas::Freshness;
use crate::model::{InstanceTypeName, RegionName, Span};
use crate::output::Format;
use crate::output::finding::{summary, text};
use crate::platform::{clock, terminal};
use crate::provision::observe::{self, Local};
use crate::provision::plan::possible;
use crate::provision::preflight::{Check, Finding, Fix, State, findings};
use crate::provision::stored_agents::StoredAgents;
use crate::provision::wish::Wish;
use crate::provision::world::World;

/// What is looked at where nobody says what is to be launched: every region has it.
const STAND_IN: &str = "t3.micro";
/// A deadline that is wrong by as much is worth a word.
const CLOCK_TOLERANCE: Span = Span::from_seconds(60);

/// Check what a launch with the same flags would fail of: credentials, quotas, network, permissions
///
/// Each line is ok, fix with the command that mends it, or unknown with the reason. Nothing is made. The exit code is 1 where
/// there is something to fix, and 0 where there is not, whatever is unknown.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit launch doctor
  cloudkit launch doctor -t g6.xlarge -r us-east-1,us-west-2 --spot
  cloudkit launch doctor -t m7i.large --subnet private --no-public-ip -o json")]
pub(super) struct DoctorArguments {
    #[command(flatten)]
    launch: LaunchArguments,
}

pub(super) fn run(context: &Context<'_>, arguments: DoctorArguments) -> Result<ExitClass, CommandError> {
    let DoctorArguments { mut launch } = arguments;
    if launch.file.saves() {
        let error = CommandError::usage("a check writes no file, so --save-file means nothing here");
        return Err(error.hint("write it without launching: cloudkit launch … --save-file FILE --dry-run"));
    }
    if launch.instance_type.is_empty() && terminal::stdin_is_terminal() {
        let stand_in: InstanceTypeName = STAND_IN.parse()?;
        context.streams.status(format_args!(
            "no --instance-type is given, so this is about {stand_in}; give the flags of your launch"
        ));
        launch.instance_type.push(stand_in);
    }
    let catalog = context.catalog();
    let wish = launch.wish(context, catalog)?;
    let agent_files = launch.delivery.files(context)?;
    let stored = StoredAgents::in_directory(&context.cache_directory()?);
    let key = context.block_on_bounded(key::find(context, &launch.network))?;
    let local = local(context, &key.known, agent_files, stored, Vec::new())?;
    let findings = context.block_on_bounded(examine(context, &wish, &local, catalog))?;
    let streams = context.streams;
    match streams.explanation_format() {
        Some(format) if format != Format::Wide => streams.write_list(format, &findings)?,
        _ => streams.write_text(&text(&findings))?,
    }
    streams.status(summary(&findings));
    let is_to_fix = findings.iter().any(|finding| finding.state == State::Fix);
    Ok(if is_to_fix { ExitClass::No } else { ExitClass::Done })
}

async fn examine(
    context: &Context<'_>,
    wish: &Wish,
    local: &Local,
    catalog: &Catalog<'_>,
) -> Result<Vec<Finding>, CommandError> {
    let first = wish.candidates.first().map(|machine| machine.region.clone());
    let first = first.ok_or_else(|| CommandError::usage("nothing to launch was named"))?;
    let session = match context.session().await {
        Ok(session) => session,
        Err(error) => return without_credentials(error),
    };
    let step = context.streams.step("looking at the account");
    let (caller, clocks) = session.sts(&first).caller_and_clocks().await;
    let caller = match caller {
        Ok(caller) => caller,
        Err(error) => return without_credentials(of_caller(error, &first, clocks)),
    };
    let (regions, looks, observed) = tokio::join!(
        regions(&session, wish, &first),
        preflight::look(context, wish, &session, catalog, Freshness::Now),
        observe::observe(wish, local, &session, catalog, clock::now()),
    );
    let mut all = vec![credentials(&caller), of_clocks(clocks)];
    all.extend(regions);
    match observed {
        Err(error) => all.push(not_seen(&error.into())),
        Ok(world) => {
            let world = World { looks, ..world };
            let (candidates, refused) = possible(wish, &world, catalog)?;
            all.extend(findings(wish, &world, &candidates, &refused, wish.count.wanted));
            all.extend(permissions::findings(&session, &world, &candidates).await);
        }
    }
    step.done("done");
    all.sort_by_key(|finding| finding.check);
    Ok(all)
}

fn credentials(caller: &Identity) -> Finding {
    let detail = format!("{} in account {}", caller.short_name(), caller.account);
    Finding::ok(Check::Credentials, detail)
}

/// By how many seconds this computer's clock is ahead of AWS's.
fn ahead(clocks: Clocks) -> i64 {
    clocks.own.as_second() - clocks.aws.as_second()
}

fn of_clocks(clocks: Option<Clocks>) -> Finding {
    let Some(clocks) = clocks else {
        return Finding::unknown(Check::Clock, "the answer had no date");
    };
    let ahead = ahead(clocks);
    let tolerance = CLOCK_TOLERANCE.seconds();
    if ahead.unsigned_abs() <= tolerance {
        return Finding::ok(Check::Clock, format!("within {tolerance} s of AWS's"));
    }
    let detail = format!("{}, and so would every deadline be", off(ahead));
    Finding::fix(Check::Clock, detail, vec![set_clock()])
}

fn off(ahead: i64) -> String {
    let by = Span::from_seconds(ahead.unsigned_abs());
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    format!("this computer's clock is {by} {side} AWS's")
}

fn set_clock() -> Fix {
    let hint = if cfg!(target_os = "linux") {
        "let the network set it: timedatectl set-ntp true"
    } else if cfg!(target_os = "macos") {
        "let the network set it: sudo sntp -sS time.apple.com"
    } else {
        "let the network set it: w32tm /resync"
    };
    let (what, command) = hint.split_once(": ").unwrap_or((hint, ""));
    Fix::command(what, command)
}

/// AWS does not believe a signature of another time, and in a region that is not enabled it knows nobody.
fn of_caller(error: AwsError, region: &RegionName, clocks: Option<Clocks>) -> CommandError {
    let refused = error.kind == ErrorKind::NotAllowed;
    let mut error = CommandError::from(error);
    if refused {
        error = error.hint(format!(
            "or the account has not enabled {region}: cloudkit find regions --account shows those that it has"
        ));
    }
    let off_by = clocks.map(ahead).filter(|ahead| ahead.unsigned_abs() > CLOCK_TOLERANCE.seconds());
    match off_by {
        Some(ahead) => error.hint(format!("{}; {}", off(ahead), set_clock().hint())),
        None => error,
    }
}

/// Whether the account has enabled each region of the wish.
async fn regions(session: &Session, wish: &Wish, home: &RegionName) -> Vec<Finding> {
    let mut wanted: Vec<&RegionName> = wish.candidates.iter().map(|machine| &machine.region).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let enabled = session.ec2(home).enabled_regions().await;
    let finding = |region: &&RegionName| match &enabled {
        Ok(enabled) if enabled.iter().any(|one| one == region.as_str()) => {
            Finding::ok(Check::Region, "the account has it enabled")
        }
        Ok(_) => {
            let enable = format!("aws account enable-region --region-name {region}");
            let enable = Fix::command("enable it, which takes minutes to hours", enable);
            Finding::fix(Check::Region, "the account has not enabled it", vec![enable])
        }
        Err(error) if error.kind == ErrorKind::NotAllowed && error.may_be_of_a_region_not_enabled() => {
            let list = Fix::command("see which are enabled", "cloudkit find regions --account");
            Finding::fix(Check::Region, format!("EC2 knows nobody there: {error}"), vec![list])
        }
        Err(error) => Finding::unknown(Check::Region, with_causes(error)),
    };
    wanted.iter().map(|region| finding(region).of(region.as_str())).collect()
}

/// Credentials that are not there, or that AWS does not take, are what there is to mend. An AWS that can't be reached is not.
fn without_credentials(error: CommandError) -> Result<Vec<Finding>, CommandError> {
    if error.class != ExitClass::Credentials {
        return Err(error);
    }
    let detail = format!("{}; so nothing else could be checked", error.error);
    let fix = error.hints.iter().flat_map(|hint| Fix::of_hint(hint)).collect();
    Ok(vec![Finding::fix(Check::Credentials, detail, fix)])
}

/// What a launch looks at could not be seen, so that nothing follows from it.
fn not_seen(error: &CommandError) -> Finding {
    let detail = format!("{}; so nothing else could be checked", with_causes(error.error.as_ref()));
    match error.class {
        ExitClass::Unavailable => Finding::unknown(Check::Account, detail),
        _ => {
            let fix = error.hints.iter().flat_map(|hint| Fix::of_hint(hint)).collect();
            Finding::fix(Check::Account, detail, fix)
        }
    }
}
