//! `cloudkit agent run`: the daemon itself.
//!
//! Its log goes to systemd's journal with its fields, where stderr is the journal, and to stderr elsewhere; a signal ends
//! the daemon, never the machine.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::aws::AwsError;
use crate::aws::ec2::Rest;
use crate::aws::metadata::MetadataClient;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::agent::CONFIGURATION_PATH;
use crate::model::tag::Tag;
use crate::model::{EndAction, NotAValue, RegionName};
use crate::monitor::configuration;
use crate::monitor::event::Event;
use crate::monitor::readings::Identity;
use crate::monitor::{metrics, run as daemon};

/// Look after this machine until its deadline, then end it
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// The configuration that the launch wrote
    #[arg(long, value_name = "FILE", default_value = CONFIGURATION_PATH)]
    pub(super) configuration: PathBuf,
    /// Serve figures for Prometheus at this address of loopback, such as 127.0.0.1:9105
    #[arg(long, value_name = "ADDRESS")]
    pub(super) metrics: Option<SocketAddr>,
}

/// The API could not be called.
#[derive(Debug, thiserror::Error)]
enum CallError {
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
    let call = async |action: EndAction, machine: &Identity| by_api(context, action, machine).await;
    let set_tag = async |tag: Tag, machine: &Identity| set_tag(context, tag, machine).await;
    let report = reporter(context, &configuration.launch);
    context.block_on(async {
        let metrics = match arguments.metrics {
            Some(address) => Some(metrics::Server::listen(address).await.map_err(CommandError::usage)?),
            None => None,
        };
        let setting = daemon::Setting {
            configuration: &configuration,
            configuration_file: &arguments.configuration,
            metadata: MetadataClient::new(context.process),
            metrics,
        };
        daemon::run(setting, call, &set_tag, report).await.map_err(CommandError::usage)
    })??;
    Ok(ExitClass::Done)
}

/// Where the daemon's events go.
#[cfg(target_os = "linux")]
fn reporter(context: &Context<'_>, launch: &str) -> impl FnMut(Event) {
    use crate::monitor::journal::Origin;
    use crate::platform::journal::Journal;

    let journal = Journal::of_stderr(context.process);
    let mut origin = Origin::new(launch);
    move |event| {
        let fields = origin.fields(&event);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let written = journal.as_ref().is_some_and(|journal| journal.write(&fields).is_ok());
        if !written {
            context.streams.status(event);
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn reporter(context: &Context<'_>, _launch: &str) -> impl FnMut(Event) {
    move |event| context.streams.status(event)
}

async fn by_api(context: &Context<'_>, action: EndAction, machine: &Identity) -> Result<(), CallError> {
    let region: RegionName = machine.region.parse()?;
    let session = context.session().await.map_err(|error| CallError::Session(error.error))?;
    let (ec2, id) = (session.ec2(&region), &machine.instance_id);
    let called = match action {
        EndAction::Terminate => ec2.terminate(id).await,
        EndAction::Stop => ec2.rest(std::slice::from_ref(id), Rest::Stop).await,
        EndAction::Hibernate => ec2.rest(std::slice::from_ref(id), Rest::Hibernate).await,
    };
    Ok(called?)
}

async fn set_tag(context: &Context<'_>, tag: Tag, machine: &Identity) -> Result<(), CallError> {
    let region: RegionName = machine.region.parse()?;
    let session = context.session().await.map_err(|error| CallError::Session(error.error))?;
    Ok(session.ec2(&region).set_tags(std::slice::from_ref(&machine.instance_id), &[tag]).await?)
}
