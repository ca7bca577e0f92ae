//! The flags of a launch, and how they become a wish.
//!
//! Flags go over settings; nothing is looked up at AWS here.

mod ending;
mod role;
mod until;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};

use self::ending::EndingArguments;
use self::role::RoleArguments;
use super::offers;
use crate::catalog::Catalog;
use crate::cli::command_error::CommandError;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::region;
use crate::cli::settings::Key;
use crate::model::{InstanceTypeName, Market, NotAValue, OperatingSystem, RegionName, Span, tag};
use crate::platform::variables;
use crate::provision::wait::WaitFor;
use crate::provision::wish::{AddressRange, SshFrom, Wish, WishedMachine};

/// A first boot rarely takes longer.
const DEFAULT_SSH_WAIT: Span = Span::from_seconds(240);

/// The flags of a launch.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit launch --instance-type m7i.large --ttl 8h
  cloudkit find search --gpu l4 --max-price 1 | cloudkit launch --ttl 2d --name trainer
  cloudkit launch --instance-type t4g.small --dry-run")]
pub(super) struct LaunchArguments {
    /// Instance type; without it, offers are read from stdin: all are candidates, best first
    #[arg(short = 't', long, value_name = "TYPE", add = completions::instance_types())]
    pub(super) instance_type: Option<InstanceTypeName>,
    /// Region [default: the region in force]
    #[arg(short, long, requires = "instance_type", add = completions::regions())]
    pub(super) region: Option<RegionName>,
    /// Zone by id (use1-az1) or name (us-east-1a) [default: EC2 chooses]
    #[arg(short, long, requires = "instance_type")]
    pub(super) zone: Option<String>,
    /// What the machine is called [default: the id of the launch]
    #[arg(short, long, value_parser = machine_name)]
    pub(super) name: Option<String>,
    /// Image other than the current Amazon Linux 2023
    #[arg(long, value_name = "AMI")]
    pub(super) ami: Option<String>,
    /// Who may reach its SSH port, such as 203.0.113.0/24 [default: the address you are seen from]
    #[arg(long, value_name = "CIDR")]
    pub(super) ssh_from: Option<AddressRange>,
    /// SSH public key to let in [default: the first of ~/.ssh/id_ed25519.pub, id_ecdsa.pub, id_rsa.pub]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) ssh_key: Option<PathBuf>,
    /// Linux build of cloudkit that becomes the machine's agent [default: this program]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) agent_binary: Option<PathBuf>,
    /// Show the plan with its cost, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// How far to wait: accepted, running or ssh
    #[arg(long, value_name = "WHAT", default_value = "ssh", value_parser = waits())]
    pub(super) wait: WaitFor,
    /// Launch without asking
    #[arg(short, long)]
    pub(super) yes: bool,
    #[command(flatten)]
    pub(super) ending: EndingArguments,
    #[command(flatten)]
    pub(super) role: RoleArguments,
}

/// A name is a tag's value, and what `terminate` takes.
fn machine_name(text: &str) -> Result<String, NotAValue> {
    let fits = (1..=tag::MAX_VALUE_CHARACTERS).contains(&text.chars().count());
    let refuse = || NotAValue {
        text: text.to_owned(),
        expected: "a name of 1 to 256 characters, none of them a control character",
    };
    if fits && text.trim() == text && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err(refuse())
    }
}

fn waits() -> impl TypedValueParser<Value = WaitFor> {
    PossibleValuesParser::new(["accepted", "running", "ssh"]).map(|name| match name.as_str() {
        "accepted" => WaitFor::Accepted,
        "running" => WaitFor::Running,
        _ => WaitFor::Ssh,
    })
}

impl LaunchArguments {
    /// The wish, every default filled in.
    pub(super) fn wish(&self, context: &Context<'_>, catalog: &Catalog<'_>) -> Result<Wish, CommandError> {
        let candidates = match &self.instance_type {
            Some(name) => vec![self.named(context, catalog, name.clone())?],
            None => offers::from_stdin(catalog)?,
        };
        Ok(Wish {
            candidates,
            name: self.name.clone(),
            lifetime: self.ending.lifetime(context)?,
            ending: self.ending.ending(context)?,
            role: self.role.wish(),
            ami: self.ami.clone(),
            ssh_from: self.ssh_from(context)?,
            ssh_port: ssh_port(context)?,
        })
    }

    fn named(
        &self,
        context: &Context<'_>,
        catalog: &Catalog<'_>,
        instance_type: InstanceTypeName,
    ) -> Result<WishedMachine, CommandError> {
        let region = match &self.region {
            Some(region) => region.clone(),
            None => {
                let region::InForce { region, named_by } = region::in_force(context);
                context.streams.status(format_args!("region {region} ({named_by})"));
                region.parse()?
            }
        };
        offers::known_region(catalog, &region)?;
        Ok(WishedMachine {
            zones: self
                .zone
                .iter()
                .map(|zone| known_zone(catalog, &region, zone))
                .collect::<Result<_, _>>()?,
            instance_type,
            region,
            market: Market::OnDemand,
            reservation: None,
            os: OperatingSystem::Linux,
            price: None,
        })
    }

    fn ssh_from(&self, context: &Context<'_>) -> Result<SshFrom, CommandError> {
        let range = match &self.ssh_from {
            Some(range) => Some(range.clone()),
            None => context.settings.parsed(Key::SshFrom)?,
        };
        Ok(range.map_or(SshFrom::Caller, SshFrom::Range))
    }
}

/// A zone of the region by its id or name; one of another region is refused before any call.
fn known_zone(catalog: &Catalog<'_>, region: &RegionName, zone: &str) -> Result<String, CommandError> {
    let has_id = catalog.region(region.as_str()).is_none_or(|known| known.zones().any(|id| id == zone));
    if zone.starts_with(region.as_str()) || has_id {
        return Ok(zone.to_owned());
    }
    let ids = catalog.region(region.as_str()).map(|known| known.zones().collect::<Vec<_>>().join(", "));
    let error = CommandError::usage(format!("{region} has no zone {zone:?}"));
    Err(error.hint(format!("its zones: {}", ids.unwrap_or_default())))
}

fn ssh_port(context: &Context<'_>) -> Result<u16, CommandError> {
    let name = variables::SSH_PORT.name;
    let Some(text) = context.process.variable(name) else { return Ok(22) };
    text.parse().map_err(|_| CommandError::usage(format!("{name} is {text:?}, which is not a port")))
}

/// How long the SSH server of the new machine is waited for.
pub(super) fn ssh_wait(context: &Context<'_>) -> Result<Span, CommandError> {
    let name = variables::SSH_WAIT.name;
    let Some(text) = context.process.variable(name) else { return Ok(DEFAULT_SSH_WAIT) };
    text.parse().map_err(|error| CommandError::usage(format!("{name}: {error}")))
}
