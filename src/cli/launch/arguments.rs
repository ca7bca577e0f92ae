//! The flags of a launch, and how they become a wish.
//!
//! Flags go over settings; nothing is looked up at AWS here.

pub(super) mod boot;
mod count;
mod ending;
mod image;
mod market;
mod network;
mod places;
mod role;
mod until;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

pub(super) use ending::{DEFAULT_IDLE_TIMEOUT, DEFAULT_TTL};
pub(super) use network::NetworkArguments;
pub(in crate::cli) use until::Until;

use self::count::CountArguments;
use self::ending::EndingArguments;
use self::role::RoleArguments;
use super::delivery::DeliveryArguments;
use super::file::{FileArguments, Given};
use super::offers;
use crate::aws::types::ending::MetadataTags;
use crate::catalog::Catalog;
use crate::cli::command_error::CommandError;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::settings::Key;
use crate::model::tag::{self, Tag, UserTag};
use crate::model::{AddressRange, InstanceTypeName, NotAValue, RegionName, Span};
use crate::platform::variables;
use crate::provision::wait::WaitFor;
use crate::provision::wish::{AgentWish, SshFrom, Wish, WishedMachine};
use market::MarketArguments;

use image::ImageArguments;

/// A first boot rarely takes longer.
const DEFAULT_SSH_WAIT: Span = Span::from_seconds(240);

/// As many tags of a user's as leave room for cloudkit's own: EC2 takes 50 of them.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>
const MOST_TAGS: usize = 30;

/// The flags of a launch.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit launch --instance-type m7i.large --ttl 8h
  cloudkit find search --gpu l4 --max-price 1 | cloudkit launch --ttl 2d --name trainer
  cloudkit launch --instance-type g6.xlarge --image gpu-ubuntu-24.04 --root-size 200 --volume 500,gp3,6000
  cloudkit launch --instance-type t4g.small --dry-run
  cloudkit launch -t g6.xlarge,g5.xlarge -r us-east-1,us-west-2 --spot --fallback on-demand --wait-for-capacity 2h
  cloudkit launch -t c7i.large,c7a.large,m7i.large --spot --count 20 --min-count 10 --name node-{index} --ttl 4h")]
pub(super) struct LaunchArguments {
    // Reads what the others take away, so that it has to be the first.
    #[command(flatten)]
    pub(super) given: Given,
    /// Instance type, or several, best first; without any, offers are read from stdin: all are candidates, best first
    #[arg(short = 't', long, value_name = "TYPE", value_delimiter = ',', add = completions::instance_types())]
    pub(super) instance_type: Vec<InstanceTypeName>,
    /// Region, or several, best first [default: the region in force]
    #[arg(short, long, requires = "instance_type", value_delimiter = ',', add = completions::regions())]
    pub(super) region: Vec<RegionName>,
    /// Zone by id (use1-az1) or name (us-east-1a), or several, best first [default: EC2 chooses]
    #[arg(short, long, requires = "instance_type", value_delimiter = ',')]
    pub(super) zone: Vec<String>,
    // What stands behind a flattened group would come under its heading.
    /// What the machine is called; of several, {index} or the end of the name is each one's number [default: the launch id]
    #[arg(short, long, value_parser = machine_name)]
    pub(super) name: Option<String>,
    /// Tag of the machine, its volumes and its interface; may be repeated
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    pub(super) tags: Vec<UserTag>,
    /// Show the plan with its cost, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// How far to wait: accepted, running, ssh (the agent is looked for meanwhile) or agent
    #[arg(long, value_name = "WHAT", default_value = "ssh", value_parser = waits())]
    pub(super) wait: WaitFor,
    /// Launch without asking
    #[arg(short, long)]
    pub(super) yes: bool,
    #[command(flatten)]
    pub(super) market: MarketArguments,
    #[command(flatten)]
    pub(super) count: CountArguments,
    #[command(flatten)]
    pub(super) delivery: DeliveryArguments,
    #[command(flatten)]
    pub(super) boot: boot::BootArguments,
    #[command(flatten)]
    image: ImageArguments,
    #[command(flatten)]
    pub(super) network: NetworkArguments,
    /// Who may reach its SSH port, such as 203.0.113.0/24 [default: the address you are seen from]
    #[arg(long, value_name = "CIDR", help_heading = network::HEADING)]
    pub(super) ssh_from: Option<AddressRange>,
    #[command(flatten)]
    pub(super) ending: EndingArguments,
    #[command(flatten)]
    pub(super) role: RoleArguments,
    #[command(flatten)]
    pub(super) file: FileArguments,
}

/// A name is a tag's value, and what `terminate` takes.
pub(super) fn machine_name(text: &str) -> Result<String, NotAValue> {
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
    PossibleValuesParser::new(["accepted", "running", "ssh", "agent"]).map(|name| match name.as_str() {
        "accepted" => WaitFor::Accepted,
        "running" => WaitFor::Running,
        "agent" => WaitFor::Agent,
        _ => WaitFor::Ssh,
    })
}

impl LaunchArguments {
    /// The wish, every default filled in.
    pub(super) fn wish(&self, context: &Context<'_>, catalog: &Catalog<'_>) -> Result<Wish, CommandError> {
        let candidates = self.candidates(context, catalog)?;
        self.wish_for(context, candidates)
    }

    /// The same, for these machines.
    pub(super) fn wish_for(
        &self,
        context: &Context<'_>,
        candidates: Vec<WishedMachine>,
    ) -> Result<Wish, CommandError> {
        if self.wait == WaitFor::Agent && self.boot.agent() == AgentWish::None {
            return Err(CommandError::usage("--wait agent: there is none to wait for with --no-agent"));
        }
        Ok(Wish {
            candidates,
            count: self.count.wish(self.name.as_deref())?,
            name: self.name.clone(),
            lifetime: self.ending.lifetime(context)?,
            ending: self.ending.ending(context, self.boot.agent())?,
            role: self.role.wish(),
            image: self.image.image(),
            volumes: self.image.volumes(),
            ssh_from: self.ssh_from(context)?,
            ssh_port: ssh_port(context)?,
            agent: self.boot.agent(),
            agent_url: self.delivery.mirror(context)?,
            user: self.boot.user(context)?,
            tags: self.tags()?,
            network: self.network.wish(),
            key_pair: self.network.key_pair.clone(),
            deployment: None,
        })
    }

    /// The machines that would do, best first.
    pub(super) fn candidates(
        &self,
        context: &Context<'_>,
        catalog: &Catalog<'_>,
    ) -> Result<Vec<WishedMachine>, CommandError> {
        let candidates = match self.instance_type.as_slice() {
            [] => offers::from_stdin(context.process, catalog)?,
            _ => places::named(context, catalog, self)?,
        };
        self.market.complete(candidates)
    }

    /// The tags, each key once, and so many that there is room for cloudkit's own.
    fn tags(&self) -> Result<Vec<Tag>, CommandError> {
        if self.ending.metadata_tags() == MetadataTags::Served {
            self.tags.iter().try_for_each(UserTag::is_served).map_err(|error| {
                CommandError::usage(error).hint(
                    "or keep its tags from its metadata service, and its deadline as it is: --no-metadata-tags",
                )
            })?;
        }
        let tags: Vec<Tag> = self.tags.iter().cloned().map(Tag::from).collect();
        if tags.len() > MOST_TAGS {
            let error = format!("{} tags are given, and there is room for {MOST_TAGS}", tags.len());
            return Err(CommandError::usage(error)
                .hint("leave some out: EC2 takes 50, and cloudkit needs the others"));
        }
        let twice = |one: &&Tag| tags.iter().filter(|other| other.key == one.key).count() > 1;
        match tags.iter().find(twice) {
            Some(tag) => {
                Err(CommandError::usage(format!("the tag {} is given twice", tag.key))
                    .hint("give each key once"))
            }
            None => Ok(tags),
        }
    }

    fn ssh_from(&self, context: &Context<'_>) -> Result<SshFrom, CommandError> {
        let range = match &self.ssh_from {
            Some(range) => Some(range.clone()),
            None => context.settings.parsed(Key::SshFrom)?,
        };
        Ok(range.map_or(SshFrom::Caller, SshFrom::Range))
    }
}

pub(in crate::cli) fn ssh_port(context: &Context<'_>) -> Result<u16, CommandError> {
    let name = variables::SSH_PORT.name;
    let Some(text) = context.process.variable(name) else { return Ok(22) };
    text.parse().map_err(|_| CommandError::usage(format!("{name} is {text:?}, which is not a port")))
}

/// How long the SSH server of the new machine is waited for.
pub(in crate::cli) fn ssh_wait(context: &Context<'_>) -> Result<Span, CommandError> {
    let name = variables::SSH_WAIT.name;
    let Some(text) = context.process.variable(name) else { return Ok(DEFAULT_SSH_WAIT) };
    text.parse().map_err(|error| CommandError::usage(format!("{name}: {error}")))
}
