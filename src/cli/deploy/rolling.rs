//! The machines of a deployment come to another bundle: under its lock, batch by batch, until all have or one fails.
//!
//! First the bundle goes to each region, then the record says what is wanted, then secrets are stored and machines told, and
//! last the record says that all of them have come to it. Whatever ends it in between, the same once more goes on, and `rollback` leads back.
//! Which bundle it is, is for `update` and `rollback` to say.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use futures_util::future::try_join_all;

use super::asked;
use super::chosen::Deployed;
use super::creating::{claim, locked};
use super::secrets::Renewed;
use super::side_by_side::each;
use crate::apply::progress::RunState;
use crate::aws::types::{Located, MachineState};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::run::stoppable;
use crate::cli::launch::ssh::LoginArguments;
use crate::deployment::batch::BatchSize;
use crate::deployment::home::{is_bundle, lock_key};
use crate::deployment::lock::{self, LockError};
use crate::deployment::record::{self, Record, Stored};
use crate::model::RegionName;
use crate::model::tag;
use crate::output::deploy::change::{ChangedMachine, Outcome, short};
use crate::platform::clock;
use crate::provision::execute::{Cause, ExecuteError, interruption};
use crate::provision::wish::deployment::{NamedObject, bundle_key, prefix};

/// How it is gone about.
#[derive(Debug, Args)]
pub(super) struct RollingArguments {
    /// How many machines are changed at once: a number, or a percentage of those that are due, at least one
    #[arg(long, value_name = "N|N%", default_value = "10%")]
    pub(super) batch: BatchSize,
    /// Show what would change, and on which machines, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) login: LoginArguments,
}

/// A way from the bundles that machines are at to another one.
pub(super) struct Rolling<'r> {
    pub(super) context: &'r Context<'r>,
    pub(super) deployed: &'r Deployed,
    pub(super) arguments: &'r RollingArguments,
    pub(super) login: &'r LoginArguments,
    /// `update` or `rollback`.
    pub(super) verb: &'static str,
    /// The bundle that they are to come to.
    pub(super) to: &'r str,
    /// Where it lies on this computer; none where the regions have it.
    pub(super) file: Option<&'r Path>,
    /// What machines fetch from other buckets for it.
    pub(super) objects: &'r [NamedObject],
    /// Its secrets, where they come with it.
    pub(super) secrets: Option<&'r Renewed>,
    pub(super) stored: &'r Stored,
    pub(super) record: &'r Record,
}

/// A machine, and where it is on the way.
pub(super) struct Standing<'m> {
    one: &'m Located,
    row: ChangedMachine,
    /// How far it is with the bundle that it is at, as far as that is known.
    state: Option<RunState>,
}

impl<'r> Rolling<'r> {
    /// Where each machine is. One that can't be asked is due: that it has the bundle is not known.
    pub(super) async fn look(&self) -> Result<Vec<Standing<'r>>, CommandError> {
        let (context, session) = (self.context, &self.deployed.home.session);
        let found = each(&self.deployed.machines, asked::AT_ONCE, async |one| {
            let row = |bundle, outcome, because| {
                ChangedMachine::new(&one.machine.id, one.region.as_str(), bundle, outcome, because)
            };
            if one.machine.state != MachineState::Running {
                return Ok((row(None, Outcome::LeftOut, Some(format!("it is {}", one.machine.state))), None));
            }
            Ok(match asked::progress(context, session, one, self.login).await {
                Ok(progress) => {
                    let is_there = progress.bundle == self.to && progress.is_well();
                    let outcome = match is_there && !self.secrets.is_some_and(Renewed::is_due) {
                        true => Outcome::Unchanged,
                        false => Outcome::Due,
                    };
                    (row(Some(progress.bundle), outcome, None), Some(progress.state))
                }
                Err(because) => (row(None, Outcome::Due, Some(because)), None),
            })
        })
        .await?;
        let standing = self.deployed.machines.iter().zip(found);
        Ok(standing.map(|(one, (row, state))| Standing { one, row, state }).collect())
    }

    /// The record on the way to the bundle. What a machine has failed with, or is still at, is nothing to go back to.
    fn begun(&self, standing: &[Standing<'_>]) -> Record {
        let is_short = |one: &Standing<'_>| {
            let is_at_it = one.row.bundle.as_ref() == Some(&self.record.bundle);
            is_at_it && one.state.is_some_and(|state| state != RunState::Succeeded)
        };
        let now = clock::now();
        let record = match standing.iter().any(is_short) {
            true => &self.record.unsettled(now),
            false => self.record,
        };
        record.changing_to(self.to, now)
    }

    /// How many are changed at once.
    pub(super) fn batch(&self, standing: &[Standing<'_>]) -> usize {
        self.arguments.batch.of(standing.iter().filter(|one| one.row.outcome == Outcome::Due).count()).get()
    }

    /// Brings all that are due to the bundle.
    pub(super) fn run(&self, mut standing: Vec<Standing<'r>>) -> Result<ExitClass, CommandError> {
        let (context, name) = (self.context, self.deployed.name.as_str());
        let left_out = standing.iter().filter(|one| one.row.outcome == Outcome::LeftOut);
        for Standing { row, .. } in left_out {
            let because = row.because.as_deref().unwrap_or_default();
            context.streams.warn(format_args!("{} in {}: {because}: left out", row.instance_id, row.region));
        }
        let is_due = standing.iter().any(|one| one.row.outcome == Outcome::Due);
        let is_new = self.secrets.is_some_and(Renewed::is_due);
        if !is_due && !is_new && self.record.bundle == self.to && self.record.changing_since.is_none() {
            context.streams.status(format_args!(
                "nothing has changed: the machines of {name} that run have bundle {} and are well",
                short(self.to)
            ));
            context.streams.write_list(context.streams.list_format(), &rows(&standing))?;
            return Ok(self.class_where_well(&standing));
        }
        let interrupted = Arc::new(AtomicBool::new(false));
        let work = self.under_lock(&mut standing, &interrupted);
        let outcome = context.block_on(stoppable(context, Arc::clone(&interrupted), work))?;
        context.streams.write_list(context.streams.list_format(), &rows(&standing))?;
        outcome?;
        context
            .streams
            .status(format_args!("the machines of {name} that run have bundle {}", short(self.to)));
        Ok(self.class_where_well(&standing))
    }

    fn class_where_well(&self, standing: &[Standing<'_>]) -> ExitClass {
        let is_whole = standing.iter().all(|one| one.row.outcome != Outcome::LeftOut);
        self.deployed.class.or(if is_whole { ExitClass::Done } else { ExitClass::No })
    }

    async fn under_lock(
        &self,
        standing: &mut [Standing<'_>],
        interrupted: &AtomicBool,
    ) -> Result<(), CommandError> {
        let (home, name) = (&self.deployed.home, self.deployed.name.as_str());
        let owner = tag::fitting(home.session.caller(&home.region).await?.short_name());
        let claim = claim(self.context, self.verb, &owner)?;
        let taken = lock::take(home.bucket(), lock_key(name), claim).await;
        let mut lock = taken.map_err(|error| locked(error, name))?;
        let lost = |error: LockError| {
            self.context.streams.warn(format_args!("{error}; no further machine is told"));
            interrupted.store(true, Ordering::SeqCst);
        };
        let outcome = lock.during(self.carry_out(standing, interrupted), lost).await;
        if let Err(error) = lock.give_back().await {
            self.context.streams.warn(format_args!("the lock of {name} ends by itself: {error}"));
        }
        outcome
    }

    async fn carry_out(
        &self,
        standing: &mut [Standing<'_>],
        interrupted: &AtomicBool,
    ) -> Result<(), CommandError> {
        let (home, name) = (&self.deployed.home, self.deployed.name.as_str());
        let now = record::read(&home.bucket(), name).await?;
        if !now.as_ref().is_some_and(|now| now.is_same(self.stored)) {
            let error = format!("{name} was changed by somebody else meanwhile");
            return Err(CommandError::new(ExitClass::No, error)
                .hint(format!("see how it is, and try again: cloudkit deploy status {name}")));
        }
        self.provide().await?;
        let mut begun = self.begun(standing);
        begun.fetches(self.to, self.objects);
        if let Some(renewed) = self.secrets {
            begun.secrets = renewed.record(begun.secrets.take());
        }
        let stored = begun.write(&home.bucket(), Some(self.stored)).await?;
        if let Some(renewed) = self.secrets {
            renewed.grant(self.context, home, &self.deployed.machines).await?;
            renewed.store(self.context, &home.session).await?;
        }
        self.batches(standing, &begun, interrupted).await?;
        begun.settled().write(&home.bucket(), Some(&stored)).await?;
        self.drop_former(&begun).await;
        Ok(())
    }

    /// The regions where a machine may fetch it, those of machines that don't run included: they may again.
    fn regions(&self) -> BTreeSet<&RegionName> {
        self.deployed.machines.iter().map(|one| &one.region).collect()
    }

    /// Has each region have the bundle.
    async fn provide(&self) -> Result<(), CommandError> {
        let key = bundle_key(&self.deployed.name, self.to);
        let provided = self.regions().into_iter().map(async |region| {
            let bucket = self.deployed.home.bucket_of(region);
            if bucket.has(&key).await? {
                return Ok(());
            }
            let Some(file) = self.file else {
                let error = format!("bundle {} is not in {region} any more", short(self.to));
                return Err(CommandError::new(ExitClass::No, error)
                    .hint("check that version of the app out, and go to it by: cloudkit deploy update"));
            };
            bucket.upload_file(&key, file).await?;
            self.context.streams.status(format_args!("{region}: the bundle is there"));
            Ok(())
        });
        try_join_all(provided).await.map(|_| ())
    }

    async fn batches(
        &self,
        standing: &mut [Standing<'_>],
        begun: &Record,
        interrupted: &AtomicBool,
    ) -> Result<(), CommandError> {
        let size = self.batch(standing);
        let mut due: Vec<&mut Standing<'_>> =
            standing.iter_mut().filter(|one| one.row.outcome == Outcome::Due).collect();
        for batch in due.chunks_mut(size) {
            let machines: Vec<Located> = batch.iter().map(|one| one.one.clone()).collect();
            let at_once = std::num::NonZeroUsize::new(machines.len()).unwrap_or(std::num::NonZeroUsize::MIN);
            let told = each(&machines, at_once, async |one| self.change(one).await);
            let rows = tokio::select! {
                rows = told => rows?,
                () = interruption(interrupted) => {
                    for one in &mut *batch {
                        one.row.outcome = Outcome::Unknown;
                        one.row.because = Some("interrupted: where it was told, it goes on by itself".to_owned());
                    }
                    return Err(self.interrupted());
                }
            };
            for (one, row) in batch.iter_mut().zip(rows) {
                one.row = row;
            }
            let bad: Vec<&ChangedMachine> =
                batch.iter().map(|one| &one.row).filter(|row| row.outcome.is_bad()).collect();
            if !bad.is_empty() {
                return Err(self.stopped(begun, &bad));
            }
        }
        Ok(())
    }

    /// Somebody wants it to stop, or the lock is lost.
    fn interrupted(&self) -> CommandError {
        let name = &self.deployed.name;
        CommandError::from(ExecuteError { cause: Cause::Interrupted, left: Vec::new() })
            .hint(format!("what became of the machines: cloudkit deploy status {name}"))
            .hint(format!("go on: cloudkit deploy {}", self.again()))
    }

    /// What goes on with this.
    fn again(&self) -> String {
        let name = &self.deployed.name;
        match self.verb {
            "rollback" => format!("rollback {name} --to {}", short(self.to)),
            verb => format!("{verb} {name}"),
        }
    }

    /// A batch that is not well: no further machine is told.
    fn stopped(&self, begun: &Record, bad: &[&ChangedMachine]) -> CommandError {
        let name = &self.deployed.name;
        for row in bad {
            let because = row.because.as_deref().unwrap_or("it does not say why");
            self.context.streams.warn_of_cost(format_args!(
                "{} in {}: {}: {because}",
                row.instance_id,
                row.region,
                row.outcome.as_str()
            ));
        }
        let class = match bad.iter().any(|row| row.outcome == Outcome::Failed) {
            true => ExitClass::No,
            false => ExitClass::Unavailable,
        };
        let ids: Vec<&str> = bad.iter().map(|row| row.instance_id.as_str()).collect();
        let error = format!("the {} of {name} stops at {}", self.verb, ids.join(", "));
        let error = CommandError::new(class, error)
            .hint(format!("what it has written: cloudkit deploy logs {name} --machine {}", ids.join(",")));
        let error = match self.verb {
            "update" if !begun.former_bundles.is_empty() => {
                error.hint(format!("back to the former bundle: cloudkit deploy rollback {name}"))
            }
            _ => error,
        };
        error.hint(format!("go on, once that is mended: cloudkit deploy {}", self.again()))
    }

    /// Removes the bundles that can't be gone back to. What can't be removed costs little, and goes with the next one or
    /// with the deployment.
    async fn drop_former(&self, record: &Record) {
        for region in self.regions() {
            let bucket = self.deployed.home.bucket_of(region);
            let keys = bucket.keys_under(&prefix(&self.deployed.name)).await;
            let is_old = |key: &String| {
                let kept = std::iter::once(&record.bundle).chain(&record.former_bundles);
                is_bundle(key) && kept.into_iter().all(|one| *key != bundle_key(&self.deployed.name, one))
            };
            let outcome = match keys {
                Ok(keys) => {
                    try_join_all(keys.iter().filter(|key| is_old(key)).map(|key| bucket.remove_object(key)))
                        .await
                        .map(|_| ())
                }
                Err(error) => Err(error),
            };
            if let Err(error) = outcome {
                self.context
                    .streams
                    .detail(format_args!("{region}: former bundles are still there: {error}"));
            }
        }
    }
}

/// The rows of machines.
pub(super) fn rows(standing: &[Standing<'_>]) -> Vec<ChangedMachine> {
    standing.iter().map(|one| one.row.clone()).collect()
}
