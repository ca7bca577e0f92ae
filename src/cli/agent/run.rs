//! `cloudkit agent run`: the daemon itself.
//!
//! Its log is stderr, which systemd keeps; a signal ends the daemon, never the machine.

use std::path::PathBuf;

use clap::Args;

use crate::aws::AwsError;
use crate::aws::ec2::Rest;
use crate::aws::metadata::MetadataClient;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::agent::CONFIGURATION_PATH;
use crate::model::{EndAction, NotAValue, RegionName};
use crate::monitor::configuration;
use crate::monitor::readings::Identity;
use crate::monitor::run as daemon;

/// Look after this machine until its deadline, then end it
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// The configuration that the launch wrote
    #[arg(long, value_name = "FILE", default_value = CONFIGURATION_PATH)]
    configuration: PathBuf,
}

/// The machine could not be ended through the API.
#[derive(Debug, thiserror::Error)]
enum EndError {
    #[error("the machine's region is not one")]
    Region(#[from] NotAValue),
    #[error("no way to AWS")]
    Session(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Aws(#[from] AwsError),
}

pub(super) fn run(context: &Context<'_>, arguments: &RunArguments) -> Result<ExitClass, CommandError> {
    let configuration = configuration::read(&arguments.configuration).map_err(|error| {
        CommandError::usage(error)
            .hint("the agent is for machines that cloudkit launch made; it starts there by itself")
    })?;
    let metadata = MetadataClient::new(context.process);
    let call = async |action: EndAction, machine: &Identity| by_api(context, action, machine).await;
    let report = |event| context.streams.status(event);
    context.block_on(daemon::run(&configuration, metadata, call, report))?.map_err(CommandError::usage)?;
    Ok(ExitClass::Done)
}

async fn by_api(context: &Context<'_>, action: EndAction, machine: &Identity) -> Result<(), EndError> {
    let region: RegionName = machine.region.parse()?;
    let session = context.session().await.map_err(|error| EndError::Session(error.error))?;
    let (ec2, id) = (session.ec2(&region), &machine.instance_id);
    let called = match action {
        EndAction::Terminate => ec2.terminate(id).await,
        EndAction::Stop => ec2.rest(std::slice::from_ref(id), Rest::Stop).await,
        EndAction::Hibernate => ec2.rest(std::slice::from_ref(id), Rest::Hibernate).await,
    };
    Ok(called?)
}
