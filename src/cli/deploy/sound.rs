//! An app folder with all that is wrong with it, and one that can be deployed.
//!
//! How that is shown is for the commands to say.

use super::folder::FolderArguments;
use super::{known, user_data};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::manifest::{
    Deployment, Fault, FolderPath, Loaded, Place, Placement, SecretFrom, Severity, bundle, check,
};

/// What an app folder says, where nothing keeps it from being deployed.
pub(super) struct Sound {
    pub(super) loaded: Loaded,
    pub(super) deployment: Deployment,
    pub(super) placement: Placement,
    /// What no bundle may hold.
    pub(super) withheld: Vec<FolderPath>,
}

impl Sound {
    /// Reads the folder and judges it by the files alone.
    pub(super) fn of(context: &Context<'_>, folder: &FolderArguments) -> Result<Self, CommandError> {
        let loaded = folder.load(context)?;
        let faults = faults(context, &loaded, check::alone);
        let errors: Vec<&Fault> = faults.iter().filter(|fault| fault.severity == Severity::Error).collect();
        let withheld = withheld(&loaded);
        match (loaded.deployment.clone(), loaded.placement.clone()) {
            (Some(deployment), Some(placement)) if errors.is_empty() => {
                Ok(Self { loaded, deployment, placement, withheld })
            }
            _ => Err(refusal(&errors)),
        }
    }
}

fn refusal(errors: &[&Fault]) -> CommandError {
    let said = match errors.len() {
        0 | 1 => "1 error keeps this folder from being deployed".to_owned(),
        count => format!("{count} errors keep this folder from being deployed"),
    };
    let error = CommandError::new(ExitClass::No, said);
    let error = match errors.first() {
        Some(first) => error.hint(format!("the first: {}{}", place(first), first.message)),
        None => error,
    };
    error.hint("see all of them: cloudkit deploy validate")
}

/// Where a fault is, before its message.
fn place(fault: &Fault) -> String {
    match &fault.place {
        Some(Place { file, line: Some(line), .. }) => format!("{file}:{line}: "),
        Some(Place { file, line: None, .. }) => format!("{file}: "),
        None => String::new(),
    }
}

/// All that is wrong: with how it is written, with what it says, with what its machines would be told, and with what would be
/// in its bundle.
pub(super) fn faults(
    context: &Context<'_>,
    loaded: &Loaded,
    judge: impl FnOnce(check::Subject<'_>) -> Vec<Fault>,
) -> Vec<Fault> {
    let (size, of_start) = user_data::judged(loaded);
    let mut found = loaded.subject(size).map(judge).unwrap_or_default();
    found.extend(of_start);
    found.extend(known::faults(context.catalog(), loaded));
    let mut faults = check::besides(&loaded.faults, found);
    let has_errors = faults.iter().any(|fault| fault.severity == Severity::Error);
    if let Some(deployment) = loaded.deployment.as_ref().filter(|_| !has_errors) {
        let listed = bundle::list(&loaded.found.root, deployment, &withheld(loaded));
        faults.extend(
            listed.err().map(|error| Fault::error("bundle", crate::cli::command_error::with_causes(&error))),
        );
    }
    faults
}

fn withheld(loaded: &Loaded) -> Vec<FolderPath> {
    let file = |from: &SecretFrom| match from {
        SecretFrom::File(path) => Some(path.clone()),
        SecretFrom::Environment(_) | SecretFrom::FileElsewhere(_) | SecretFrom::Parameter(_) => None,
    };
    loaded.secrets.iter().filter_map(|secret| file(&secret.from)).collect()
}
