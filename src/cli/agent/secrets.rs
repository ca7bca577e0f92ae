//! `cloudkit agent secrets`: the secrets of this machine's deployment, read by its role and written into its memory.
//!
//! A unit runs it at each boot. It tells their names and never a value.

use std::path::PathBuf;

use clap::Args;

use crate::aws::AwsError;
use crate::aws::metadata::{MetadataClient, MetadataError};
use crate::cli::command_error::{CommandError, class_and_hints, with_causes};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::deployment::secrets::machine::{self, FetchError, PAUSES};
use crate::model::RegionName;
use crate::model::secrets_place::{CONFIGURATION_PATH, FOLDER, SecretsPlace};
use crate::platform::files;

/// Write the secrets of this machine's deployment into its memory
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  systemctl status cloudkit-secrets
  sudo systemctl reload cloudkit-secrets")]
pub(super) struct SecretsArguments {
    /// Try once, and not for some minutes
    #[arg(long)]
    once: bool,
    /// What this machine was told of them
    #[arg(long, value_name = "FILE", default_value = CONFIGURATION_PATH, hide = true)]
    configuration: PathBuf,
    /// Where they are written
    #[arg(long, value_name = "DIR", default_value = FOLDER, hide = true)]
    folder: PathBuf,
}

/// Something kept them from being written.
#[derive(Debug, thiserror::Error)]
enum SecretsError {
    #[error("this machine's region is not known")]
    Region(#[source] MetadataError),
    #[error("this machine's region is not known")]
    NoRegion(#[source] crate::model::NotAValue),
    #[error("this machine has no credentials of a role")]
    Session(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Fetch(#[from] FetchError),
}

pub(super) fn run(context: &Context<'_>, arguments: &SecretsArguments) -> Result<ExitClass, CommandError> {
    let place = told(arguments)?;
    let pauses: &[u64] = if arguments.once { &[] } else { &PAUSES };
    let attempt = async || {
        let metadata = MetadataClient::new(context.process);
        let region = metadata.region().await.map_err(SecretsError::Region)?;
        let region: RegionName = region.parse().map_err(SecretsError::NoRegion)?;
        let session = context.session().await.map_err(|error| SecretsError::Session(error.error))?;
        let parameters = session.asking().secret_parameters(&region);
        Ok(machine::fetch(&parameters, &place).await?)
    };
    let say = |error: &SecretsError, pause| {
        context.streams.status(format_args!("{}; tried again in {pause} s", with_causes(error)));
    };
    let secrets = context.block_on(machine::with_patience(pauses, attempt, say))??;
    machine::write(&arguments.folder, &secrets).map_err(|error| {
        CommandError::usage(error).hint("as root: sudo systemctl reload cloudkit-secrets")
    })?;
    let names: Vec<&str> = secrets.keys().map(String::as_str).collect();
    context.streams.status(format_args!("written to {}: {}", arguments.folder.display(), names.join(", ")));
    Ok(ExitClass::Done)
}

/// Without what was in it, since nobody knows what that is.
fn told(arguments: &SecretsArguments) -> Result<SecretsPlace, CommandError> {
    let path = &arguments.configuration;
    let refuse = |what: &str| {
        CommandError::usage(format!("{} {what}", path.display()))
            .hint("a deployment with secrets writes it: cloudkit deploy create")
    };
    let text =
        files::read_if_there(path)?.ok_or_else(|| refuse("is not there: this machine has no secrets"))?;
    serde_json::from_slice(&text).map_err(|_| refuse("is not understood"))
}

impl From<SecretsError> for CommandError {
    fn from(error: SecretsError) -> Self {
        let (class, hints) = match &error {
            SecretsError::Region(_) | SecretsError::NoRegion(_) => (ExitClass::Unavailable, Vec::new()),
            SecretsError::Session(_) => (ExitClass::Credentials, vec![ROLE.to_owned()]),
            SecretsError::Fetch(FetchError::Missing { .. }) => (
                ExitClass::No,
                vec!["put it there again, from the app folder: cloudkit deploy update".to_owned()],
            ),
            SecretsError::Fetch(FetchError::Aws { source, .. }) => of_aws(source),
            SecretsError::Fetch(FetchError::File(_)) => (ExitClass::Usage, Vec::new()),
        };
        Self::new(class, error).hints(hints)
    }
}

const ROLE: &str =
    "the machine's role, which create makes, has to allow ssm:GetParametersByPath on that path";

fn of_aws(error: &AwsError) -> (ExitClass, Vec<String>) {
    match class_and_hints(error) {
        (ExitClass::Credentials, _) => (ExitClass::Credentials, vec![ROLE.to_owned()]),
        other => other,
    }
}
