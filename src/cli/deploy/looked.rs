//! The account as a deployment finds it: whether there is one of its name, and the plan of each region.
//!
//! Nothing is changed.

use futures_util::future::join_all;

use super::named;
use super::prepared::Prepared;
use super::secrets;
use crate::aws::Session;
use crate::cli::command_error::{CommandError, class_and_hints};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::preflight;
use crate::cli::launch::run::{local, long_lasting_session, recent_refusals};
use crate::cli::region_failures;
use crate::deployment::destroy;
use crate::deployment::home::Home;
use crate::deployment::objects::{self, ObjectError};
use crate::deployment::plan::{DeploymentPlan, PassedOver, RegionPlan, Whole};
use crate::deployment::share::{Place, share_out};
use crate::deployment::wishes::{self, WishError};
use crate::manifest::placement::RegionPlacement;
use crate::model::tag;
use crate::platform::random;
use crate::provision::observe::Local;
use crate::provision::plan::{self, Plan, PlanError};
use crate::provision::refusal_memory::{RecentRefusal, RefusalMemory};
use crate::provision::stored_agents::StoredAgents;
use crate::provision::world::World;

/// What there is, and what is going to be done.
pub(super) struct Looked {
    pub(super) home: Home,
    pub(super) owner: String,
    /// The regions that can have machines, with what they cost there.
    pub(super) places: Vec<Place>,
    pub(super) plan: DeploymentPlan,
}

/// Looks at the account and plans; refuses a name that is taken. What machines fetch from buckets is found, and noted in what
/// was prepared.
pub(super) async fn look(context: &Context<'_>, prepared: &mut Prepared) -> Result<Looked, CommandError> {
    let step = context.streams.step("looking at the account");
    let session = long_lasting_session(context).await?;
    let home = named::home(context, session.clone()).await?;
    let caller = session.caller(&home.region).await?;
    prepared.terms.bundle.objects = objects::find(&session, &home.region, &prepared.from_s3).await?;
    let prepared = &*prepared;
    let name = &prepared.placement.name;
    let is_free = async {
        let asking = session.asking();
        let regions = named::regions(context, &asking).await?;
        let found = destroy::look(&Home { session: asking, ..home.clone() }, &regions, name).await?;
        if found.stored.is_some() || found.living().next().is_some() {
            return Err(taken(name, found.living().count()));
        }
        let unseen = found.failures.iter().map(|failure| ((), &failure.region, &failure.source));
        region_failures::tell_lacks(context, unseen, |(), regions| {
            format!("{regions} could not be asked, so whether {name} has machines there is not known")
        });
        Ok(())
    };
    let memory = RefusalMemory::in_cache_directory(&context.cache_directory()?);
    let refusals = recent_refusals(context, &memory);
    let worlds = async {
        let regions = &prepared.placement.regions;
        let local = local_of(context, prepared, refusals)?;
        let worlds = regions.iter().map(|region| world(context, prepared, &session, region, &local));
        join_all(worlds).await.into_iter().collect::<Result<Vec<World>, CommandError>>()
    };
    let copied = secrets::are_there(&session, prepared);
    let ((), worlds, ()) = tokio::try_join!(is_free, worlds, copied)?;
    step.done("done");
    let (places, plan) = plans(context, prepared, &worlds, home.bucket().name())?;
    Ok(Looked { home, owner: tag::fitting(caller.short_name()), places, plan })
}

fn taken(name: &str, machines: usize) -> CommandError {
    let machines = if machines == 1 { "1 machine".to_owned() } else { format!("{machines} machines") };
    let error = format!("there is a deployment {name} already, with {machines}");
    CommandError::new(ExitClass::No, error)
        .hint(format!("see how it is: cloudkit deploy status {name}"))
        .hint(format!("end it: cloudkit deploy destroy {name}"))
        .hint("or give this one another name: name: in config.yaml")
}

/// A region as it is now.
async fn world(
    context: &Context<'_>,
    prepared: &Prepared,
    session: &Session,
    region: &RegionPlacement,
    local: &Local,
) -> Result<World, CommandError> {
    let wish = wishes::wish(&prepared.placement, region, prepared.placement.count, &prepared.terms)?;
    preflight::world(context, &wish, session, context.catalog(), local).await
}

/// What is on this computer, the same for all regions.
fn local_of(
    context: &Context<'_>,
    prepared: &Prepared,
    refusals: Vec<RecentRefusal>,
) -> Result<Local, CommandError> {
    let stored = StoredAgents::in_directory(&context.cache_directory()?);
    local(context, &prepared.key.known, prepared.agent_files.clone(), stored, refusals)
}

/// A new plan for a region, from a new look at it: for machines that another region had no room for.
pub(super) async fn plan_anew(
    context: &Context<'_>,
    prepared: &Prepared,
    session: &Session,
    region: &RegionPlacement,
    count: u32,
) -> Result<Plan, CommandError> {
    let local = local_of(context, prepared, Vec::new())?;
    let world = world(context, prepared, session, region, &local).await?;
    Ok(plan_of(context, prepared, region, &world, count)??)
}

fn plan_of(
    context: &Context<'_>,
    prepared: &Prepared,
    region: &RegionPlacement,
    world: &World,
    count: u32,
) -> Result<Result<Plan, PlanError>, CommandError> {
    let wish = wishes::wish(&prepared.placement, region, count, &prepared.terms)?;
    let seed = random::seed().map_err(CommandError::usage)?;
    Ok(plan::plan(&wish, world, context.catalog(), seed))
}

/// Shares the machines out over the regions that can have them; those that are certain to fail get none.
fn plans(
    context: &Context<'_>,
    prepared: &Prepared,
    worlds: &[World],
    home_bucket: &str,
) -> Result<(Vec<Place>, DeploymentPlan), CommandError> {
    let placement = &prepared.placement;
    let mut open: Vec<(&RegionPlacement, &World)> = placement.regions.iter().zip(worlds).collect();
    let mut passed_over: Vec<PassedOver> = Vec::new();
    loop {
        let mut places = Vec::new();
        for (region, world) in &open {
            let one = plan_of(context, prepared, region, world, 1)?.ok();
            let first = one.as_ref().and_then(|plan| plan.candidates.first());
            places.push(Place::of(region, first.and_then(|first| first.cost.usd_hour)));
        }
        let (mut regions, mut failed) = (Vec::new(), None);
        for share in share_out(placement.count, placement.spread, &places) {
            let Some((region, world)) = open.iter().find(|(region, _)| region.region == share.region) else {
                continue;
            };
            match plan_of(context, prepared, region, world, share.count)? {
                Ok(plan) => regions.push(RegionPlan::of(share.region.as_str(), plan)),
                Err(error @ PlanError::CertainToFail { .. }) if open.len() > 1 => {
                    failed = Some((share.region, error));
                    break;
                }
                Err(error) => return Err(error.into()),
            }
        }
        if let Some((region, error)) = failed {
            open.retain(|(other, _)| other.region != region);
            passed_over.push(PassedOver { region: region.to_string(), because: error.to_string() });
            continue;
        }
        let whole = Whole {
            name: &placement.name,
            home_bucket,
            count: placement.count,
            bundle: (&prepared.bundle.sha256, prepared.bundle.bytes),
        };
        let notes = notes(prepared, &regions);
        let plan = DeploymentPlan::of(&whole, regions, passed_over, notes);
        return plan
            .map(|plan| (places, plan))
            .ok_or_else(|| CommandError::usage("the deployment names no region for its machines"));
    }
}

/// What is done otherwise than the app folder says.
fn notes(prepared: &Prepared, regions: &[RegionPlan]) -> Vec<String> {
    let placement = &prepared.placement;
    let account = regions.first().map_or("", |region| region.plan.account.as_str());
    let mut notes = prepared.secrets.notes(account);
    for object in &prepared.terms.bundle.objects {
        let address = object.address();
        notes.push(format!("machines fetch {address} ({}) within the first hour", object.region));
    }
    let image_user = regions
        .iter()
        .filter_map(|region| region.plan.candidates.first()?.image.login_user.as_deref())
        .find(|user| placement.login_user.as_deref().is_some_and(|wanted| wanted != *user));
    if let (Some(wanted), Some(user)) = (&placement.login_user, image_user) {
        notes.push(format!("who logs in is {user}, the user of the image, and not {wanted}"));
    }
    notes
}

impl From<ObjectError> for CommandError {
    fn from(error: ObjectError) -> Self {
        let elsewhere = "or put the archive into the app folder and name it by its path";
        match &error {
            ObjectError::NoBucket { .. } | ObjectError::Missing { .. } => {
                Self::usage(error).hint("mend the s3:// address of the tarball").hint(elsewhere)
            }
            ObjectError::Aws { object, source } => {
                let (class, hints) = class_and_hints(source);
                let may =
                    format!("machines fetch {object} with the rights of who creates them: s3:GetObject");
                Self::new(class, error).hints(hints).hint(may).hint(elsewhere)
            }
        }
    }
}

impl From<WishError> for CommandError {
    fn from(error: WishError) -> Self {
        Self::usage(error).hint("mend config.yaml, and look it through: cloudkit deploy validate")
    }
}
