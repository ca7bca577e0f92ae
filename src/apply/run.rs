//! From a bundle to a machine that is set up: observes, plans, and follows the plan, each step once.
//!
//! It can end between any two things that it does, and within each: what comes after it goes on from there. What failed
//! is told, and what becomes of the machine then is not decided here.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::error::{StepError, with_causes};
use super::machine::Machine;
use super::plan::{Facts, Need, Planned, Step, own_units, plan};
use super::progress::{Failure, Progress, RunState, StepProgress, StepState};
use super::request::Place;
use super::state::{Outcome, State, Watched};
use super::unpack::{self, Limits};
use super::wanted::{Wanted, sha256_of};
use super::{compose, health, now, on_console, packages, place, scripts, secrets, services, tarballs};
use crate::manifest::deployment::OnFailure;
use crate::model::apply_sign::ApplySign;
use crate::platform::clock;

/// What is applied.
#[derive(Debug)]
pub struct Task<'t> {
    /// The bundle.
    pub bundle: &'t Path,
    /// Its SHA-256.
    pub sha256: &'t str,
    /// Where the objects of its tarballs are, by `s3://BUCKET/KEY`.
    pub objects: &'t BTreeMap<String, Place>,
    /// The path of its secrets in the Parameter Store, where that was told.
    pub secrets: Option<&'t str>,
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    /// The whole, as it was written.
    pub progress: Progress,
    /// What becomes of a machine that failed; known once the bundle was read.
    pub on_failure: OnFailure,
    /// Whether the machine was well once, with this bundle or another: it is worth more than one that never was.
    pub was_well_before: bool,
}

/// Sets the machine up. `say` is given a line for each thing that happens.
///
/// # Errors
/// Where it can't be remembered what is done; nothing more is done then. A step that fails is no error: it is in what is
/// handed back.
pub async fn run(machine: &Machine, task: &Task<'_>, say: &mut dyn FnMut(&str)) -> Result<Ended, StepError> {
    let (mut state, damaged) = State::read(&machine.state())?;
    let was_well_before = state.was_well;
    let mut progress = Progress::begun(task.sha256, clock::now());
    progress.notes.extend(damaged);
    progress.write(&machine.progress())?;
    let mut run = Run { machine, task, progress, on_failure: OnFailure::Keep, say };
    let result = run.all(&mut state).await;
    #[cfg(test)]
    if let Err((_, StepError::Killed)) = &result {
        return Err(StepError::Killed);
    }
    let outcome = match result {
        Ok(()) => {
            run.progress.state = RunState::Succeeded;
            run.progress.finished_at = Some(clock::now());
            Outcome::Succeeded
        }
        Err((step, error)) => {
            run.fail(step, &error);
            Outcome::Failed
        }
    };
    // First what people read, then what makes a later call do nothing.
    run.progress.write(&machine.last_progress())?;
    run.progress.write(&machine.progress())?;
    on_console::tell_end(machine, &run.progress).await;
    state.bundle = Some(task.sha256.to_owned());
    state.outcome = Some(outcome);
    state.was_well |= outcome == Outcome::Succeeded;
    machine.live()?;
    state.write(&machine.state())?;
    remove(&machine.work())?;
    Ok(Ended { progress: run.progress, on_failure: run.on_failure, was_well_before })
}

struct Run<'r> {
    machine: &'r Machine,
    task: &'r Task<'r>,
    progress: Progress,
    on_failure: OnFailure,
    say: &'r mut dyn FnMut(&str),
}

impl Run<'_> {
    async fn all(&mut self, state: &mut State) -> Result<(), (String, StepError)> {
        let wanted = self.unpack().map_err(|error| ("bundle".to_owned(), error))?;
        self.on_failure = wanted.deployment.on_failure;
        let secrets = self.secrets(&wanted).await.map_err(|error| ("secrets".to_owned(), error))?;
        let mut drifted = place::drifted(self.machine, state);
        let fallen = now::fallen(self.machine, &wanted.deployment, state).await;
        drifted.extend(fallen.map_err(|error| ("state".to_owned(), error))?);
        let steps = plan(&wanted, state, &Facts { drifted, secrets });
        self.begin(state, &wanted, &steps).map_err(|error| ("state".to_owned(), error))?;
        for (at, step) in steps.iter().enumerate() {
            if step.need == Need::Done {
                continue;
            }
            self.step(state, &wanted, at, step).await.map_err(|error| (step.id.clone(), error))?;
        }
        if wanted.deployment.secrets.is_empty() {
            secrets::forget(self.machine).map_err(|error| ("secrets".to_owned(), error))?;
        }
        state.watched = Watched::of(&wanted.deployment);
        Ok(())
    }

    /// Has them written before anything that may read them, and before it is known what is due: what reads others than it
    /// was started for is started anew.
    async fn secrets(&mut self, wanted: &Wanted) -> Result<Option<String>, StepError> {
        let deployment = &wanted.deployment;
        if !deployment.secrets.is_empty() {
            (self.say)("secrets");
        }
        secrets::ready(self.machine, deployment, self.task.secrets).await
    }

    /// Into a folder that is whole once it has its name.
    fn unpack(&mut self) -> Result<Wanted, StepError> {
        let work = self.machine.work();
        let folder = work.join(self.task.sha256);
        if !folder.exists() {
            let found = sha256_of(self.task.bundle)?;
            if found != self.task.sha256 {
                let promised = self.task.sha256.to_owned();
                return Err(StepError::Digest { what: "the bundle".to_owned(), found, promised });
            }
            tarballs::empty(&work)?;
            let new = work.join("new");
            tarballs::empty(&new)?;
            let bundle = self.task.bundle;
            let archive = fs::File::open(bundle).map_err(place::cannot("read", bundle))?;
            unpack::unpack(archive, &new, Limits::default())
                .map_err(|source| StepError::Unpack { what: "the bundle".to_owned(), source })?;
            self.machine.live()?;
            fs::rename(&new, &folder).map_err(place::cannot("write", &folder))?;
        }
        Wanted::read(&folder)
    }

    /// Notes what this is worked for, and forgets what can no longer be counted on.
    fn begin(&mut self, state: &mut State, wanted: &Wanted, steps: &[Planned]) -> Result<(), StepError> {
        for step in steps {
            self.progress.steps.push(StepProgress {
                name: step.id.clone(),
                state: if step.need == Need::Done { StepState::Unchanged } else { StepState::Waiting },
                started_at: None,
                finished_at: None,
            });
        }
        self.progress.write(&self.machine.progress())?;
        if steps.iter().all(|step| step.need == Need::Done) {
            return Ok(());
        }
        // A life that ends before a service was restarted must leave it to be restarted.
        state.done.retain(|id, _| steps.iter().any(|step| step.id == *id && step.need != Need::Drifted));
        state.outcome = None;
        state.bundle = Some(self.task.sha256.to_owned());
        for unit in own_units(wanted) {
            if !state.units.contains(&unit) {
                state.units.push(unit);
            }
        }
        for project in &wanted.deployment.compose {
            state.compose.entry(project.name.clone()).or_insert_with(|| project.destination.clone());
        }
        self.machine.live()?;
        Ok(state.write(&self.machine.state())?)
    }

    async fn step(
        &mut self,
        state: &mut State,
        wanted: &Wanted,
        at: usize,
        planned: &Planned,
    ) -> Result<(), StepError> {
        (self.say)(&planned.id);
        self.note(at, StepState::Running, clock::now())?;
        let of = self.progress.steps.len();
        let sign = ApplySign::At { step: planned.id.clone(), number: at + 1, of };
        on_console::tell(self.machine, self.task.sha256, &sign).await;
        // From here on it is neither what it was done for before nor what it is done for now.
        if state.done.remove(&planned.id).is_some() {
            self.machine.live()?;
            state.write(&self.machine.state())?;
        }
        self.carry_out(state, wanted, planned).await?;
        if !matches!(planned.step, Step::Remove | Step::Health) {
            state.done.insert(planned.id.clone(), planned.digest.clone());
            state.started = None;
            self.machine.live()?;
            state.write(&self.machine.state())?;
        }
        if let Step::Script(index) = planned.step
            && let Some(script) = wanted.deployment.scripts.get(index)
        {
            scripts::forget(self.machine, script).await?;
        }
        self.note(at, StepState::Done, clock::now())
    }

    async fn carry_out(
        &mut self,
        state: &mut State,
        wanted: &Wanted,
        planned: &Planned,
    ) -> Result<(), StepError> {
        let (machine, deployment, id) = (self.machine, &wanted.deployment, planned.id.as_str());
        match planned.step {
            Step::Packages => {
                packages::install(machine, &deployment.packages, &mut self.progress.notes).await
            }
            Step::Upload(index) => self.placed(place::place(machine, state, id, &wanted.uploads[index])),
            Step::Tarball(index) => {
                let objects = self.task.objects;
                self.placed(tarballs::apply(machine, wanted, index, objects, state, id).await)
            }
            Step::Secrets => self.placed(place::place(machine, state, id, &wanted.secrets)),
            Step::Remove => self.remove(state, wanted).await,
            Step::Script(index) => {
                scripts::run(machine, wanted, index, &planned.digest, state, self.say).await
            }
            Step::Hooks => self.placed(place::place(machine, state, id, &wanted.hooks)),
            Step::Units => {
                let nodes: Vec<_> = wanted.units.iter().flatten().cloned().collect();
                self.placed(place::place(machine, state, id, &nodes))?;
                services::reload(machine).await
            }
            Step::Service(index) => services::apply(machine, &deployment.services[index]).await,
            Step::Compose(index) => {
                let project = &deployment.compose[index];
                let node = std::slice::from_ref(&wanted.compose[index]);
                self.placed(place::place(machine, state, id, node))?;
                let file = machine.path(&project.destination);
                compose::up(machine, &project.name, &file, &deployment.environment).await?;
                state.compose.insert(project.name.clone(), project.destination.clone());
                Ok(())
            }
            Step::Health => health::all_well(machine, &deployment.health).await,
        }
    }

    fn placed(&mut self, outcome: Result<place::Outcome, StepError>) -> Result<(), StepError> {
        let outcome = outcome?;
        (self.say)(&format!("{} changed", outcome.changed));
        self.progress.notes.extend(outcome.notes);
        Ok(())
    }

    /// What the former bundle had: stopped first, while its files are there, then taken away.
    async fn remove(&mut self, state: &mut State, wanted: &Wanted) -> Result<(), StepError> {
        let (machine, deployment) = (self.machine, &wanted.deployment);
        let own = own_units(wanted);
        let retired: Vec<String> = state.units.iter().filter(|unit| !own.contains(unit)).cloned().collect();
        for unit in &retired {
            services::retire(machine, unit).await?;
        }
        let projects = state.compose.clone();
        let projects =
            projects.iter().filter(|(name, _)| !deployment.compose.iter().any(|one| one.name == **name));
        for (name, file) in projects {
            compose::down(machine, name, &machine.path(file)).await?;
            state.compose.remove(name);
        }
        let ids: Vec<&str> = self.progress.steps.iter().map(|step| step.name.as_str()).collect();
        let is_unit = |path: &str| retired.iter().any(|unit| path.ends_with(&format!("/{unit}")));
        let gone: Vec<_> = state
            .placed
            .iter()
            .filter(|(path, placed)| !ids.contains(&placed.step.as_str()) || is_unit(path.as_str()))
            .map(|(path, _)| path.clone())
            .collect();
        (self.say)(&format!("{} removed", gone.len()));
        place::take_away(machine, state, &gone, &mut self.progress.notes)?;
        if !retired.is_empty() {
            services::reload(machine).await?;
        }
        state.units.retain(|unit| own.contains(unit));
        machine.live()?;
        Ok(state.write(&machine.state())?)
    }

    fn note(&mut self, at: usize, step: StepState, now: Timestamp) -> Result<(), StepError> {
        if let Some(noted) = self.progress.steps.get_mut(at) {
            noted.state = step;
            match step {
                StepState::Running => noted.started_at = Some(now),
                _ => noted.finished_at = Some(now),
            }
        }
        Ok(self.progress.write(&self.machine.progress())?)
    }

    fn fail(&mut self, step: String, error: &StepError) {
        let reason = with_causes(error);
        (self.say)(&format!("{step} failed: {reason}"));
        self.progress.fail(Failure { step, reason, tail: error.tail().to_owned() }, clock::now());
    }
}

fn remove(folder: &Path) -> Result<(), StepError> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(place::cannot("remove", folder))?;
    }
    Ok(())
}
