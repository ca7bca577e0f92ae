//! The plan: which machines would do, in which order, at what cost, and every step it takes to have one.
//!
//! A pure function: the same wish, world, catalog and seed give the same plan. It holds no URL and no secret, so it can be
//! shown as it is.

use serde::Serialize;

use super::agent_binary::RunsOn;
use super::cost::{self, Cost};
use super::image::{AMAZON_LINUX_2023, Distribution};
use super::wish::{Lifetime, QuotedPrice, Wish, WishedMachine};
use super::world::{BucketState, RegionWorld, World};
use crate::aws::types::Image;
use crate::catalog::Catalog;
use crate::model::tag::{self, Tag};
use crate::model::{Architecture, Market, Mebibytes, OperatingSystem, Span};

/// The value of a plan's `schema` field.
pub const SCHEMA: &str = "cloudkit.launch-plan/v1";

/// What is going to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// The id of this launch, on everything that it makes.
    pub launch: String,
    /// What the machine is called.
    pub name: String,
    /// In which account.
    pub account: String,
    /// When the plan was made.
    pub planned_at: jiff::Timestamp,
    /// When the machine ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<jiff::Timestamp>,
    /// How long that is, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetime_seconds: Option<u64>,
    /// Who may reach its SSH port.
    pub ssh_from: String,
    /// The port of its SSH server.
    pub ssh_port: u16,
    /// The sha256 of the agent's binary.
    pub agent_sha256: String,
    /// The machines that would do; the first that AWS can give is launched.
    pub candidates: Vec<Candidate>,
    /// What was wished and can't be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// The tags of the machine, its volume and its network interface.
    pub tags: Vec<Tag>,
}

/// One machine that would do, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The type.
    pub instance_type: String,
    /// Where.
    pub region: String,
    /// In which zone; absent where EC2 chooses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// How it is bought.
    pub market: Market,
    /// The reservation or capacity block to launch into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reservation: Option<String>,
    /// Virtual processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vcpus: Option<u32>,
    /// Memory in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<Mebibytes>,
    /// What it starts from.
    pub image: PlannedImage,
    /// What it costs.
    pub cost: Cost,
    /// The idempotency token of its request.
    pub client_token: String,
    /// Everything that is done when its turn comes, in order; what an earlier candidate did already is not done again.
    pub steps: Vec<Step>,
}

/// The image of a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedImage {
    /// `ami-…`.
    pub id: String,
    /// The name its owner gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The user that the key is for; absent for an image of somebody's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_user: Option<String>,
    /// The device of its root volume.
    pub root_device: String,
}

/// A change that is made in the account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Makes the account's bucket of the region.
    MakeBucket {
        /// Where.
        region: String,
        /// Its name.
        bucket: String,
    },
    /// Uploads the agent's binary.
    UploadAgent {
        /// Where.
        region: String,
        /// Into which bucket.
        bucket: String,
        /// Under which name.
        key: String,
        /// How many bytes.
        bytes: u64,
    },
    /// Makes the security group.
    MakeGroup {
        /// Where.
        region: String,
        /// Its name.
        group: String,
        /// In which network.
        network: String,
        /// The port that it opens.
        port: u16,
        /// To whom.
        admits: String,
    },
    /// Asks for the machine.
    Run {
        /// Where.
        region: String,
        /// Which type.
        instance_type: String,
    },
}

/// A machine that was wished and can't be, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The type.
    pub instance_type: String,
    /// Where.
    pub region: String,
    /// Why.
    pub reason: String,
    /// What to type instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

/// There is nothing to plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// None of the machines that were wished can be.
    #[error("{}", describe(refused))]
    NothingLeft {
        /// Each of them and why.
        refused: Vec<Refused>,
    },
    /// The deadline lies beyond the end of time.
    #[error("a lifetime of {0} ends after the last date that can be written")]
    BeyondTime(Span),
}

fn describe(refused: &[Refused]) -> String {
    match refused {
        [only] => format!("{} in {} cannot be launched: {}", only.instance_type, only.region, only.reason),
        several => {
            let lines = several
                .iter()
                .map(|one| format!("\n  {} in {}: {}", one.instance_type, one.region, one.reason));
            format!("none of these can be launched:{}", lines.collect::<String>())
        }
    }
}

/// Plans a launch.
///
/// # Errors
/// Where none of the machines that were wished can be.
pub fn plan(wish: &Wish, world: &World, catalog: &Catalog<'_>, seed: u32) -> Result<Plan, PlanError> {
    let launch = launch_id(world.now, seed);
    let lifetime = match wish.lifetime {
        Lifetime::For(span) => Some(span),
        Lifetime::UntilEnded => None,
    };
    // Whole seconds, since that is what a tag and a timer can keep.
    let now = jiff::Timestamp::from_second(world.now.as_second()).unwrap_or(world.now);
    let deadline = lifetime.map(|span| span.after(now).ok_or(PlanError::BeyondTime(span))).transpose()?;
    let planner = Planner { wish, world, catalog, launch: &launch, lifetime };
    let (candidates, refused) = planner.candidates();
    if candidates.is_empty() {
        return Err(PlanError::NothingLeft { refused });
    }
    let name = wish.name.clone().unwrap_or_else(|| launch.clone());
    Ok(Plan {
        schema: SCHEMA,
        tags: tags(world, &launch, &name, deadline),
        name,
        account: world.caller.account.clone(),
        planned_at: now,
        deadline,
        lifetime_seconds: lifetime.map(Span::seconds),
        ssh_from: world.ssh_from.to_string(),
        ssh_port: wish.ssh_port,
        agent_sha256: world.agent.sha256.clone(),
        candidates,
        refused,
        launch,
    })
}

/// The id of a launch: when it was planned, so that its age can be told from a tag, and the seed.
fn launch_id(now: jiff::Timestamp, seed: u32) -> String {
    format!("l-{:08x}{seed:08x}", now.as_second())
}

/// When a launch was planned, read from its id.
#[must_use]
pub fn planned_at(launch: &str) -> Option<jiff::Timestamp> {
    let seconds = i64::from_str_radix(launch.strip_prefix("l-")?.get(..8)?, 16).ok()?;
    jiff::Timestamp::from_second(seconds).ok()
}

/// The name of the account's bucket in a region.
#[must_use]
pub fn bucket_name(account: &str, region: &str) -> String {
    format!("cloudkit-{account}-{region}")
}

/// The tags of what serves a launch without being its machine.
#[must_use]
pub fn helper_tags(launch: &str) -> Vec<Tag> {
    vec![
        Tag::new(tag::MANAGED, "true"),
        Tag::new(tag::LAUNCH, launch),
        Tag::new(tag::PARENT, format!("launch:{launch}")),
        Tag::new(tag::VERSION, env!("CARGO_PKG_VERSION")),
    ]
}

fn tags(world: &World, launch: &str, name: &str, deadline: Option<jiff::Timestamp>) -> Vec<Tag> {
    let owner = world.caller.short_name().chars().take(tag::MAX_VALUE_CHARACTERS).collect::<String>();
    let mut tags = vec![
        Tag::new(tag::NAME, name),
        Tag::new(tag::MANAGED, "true"),
        Tag::new(tag::LAUNCH, launch),
        Tag::new(tag::OWNER, owner),
        Tag::new(tag::VERSION, env!("CARGO_PKG_VERSION")),
    ];
    tags.extend(deadline.map(|at| Tag::new(tag::DEADLINE, at.to_string())));
    tags
}

struct Planner<'p> {
    wish: &'p Wish,
    world: &'p World,
    catalog: &'p Catalog<'p>,
    launch: &'p str,
    lifetime: Option<Span>,
}

/// What is known of a type where it is wanted.
struct Facts {
    architecture: Architecture,
    vcpus: Option<u32>,
    memory: Option<Mebibytes>,
}

/// Why not, and what to type instead.
struct Reason {
    reason: String,
    hints: Vec<String>,
}

impl From<String> for Reason {
    fn from(reason: String) -> Self {
        Self { reason, hints: Vec::new() }
    }
}

impl Planner<'_> {
    fn candidates(&self) -> (Vec<Candidate>, Vec<Refused>) {
        let (mut candidates, mut refused) = (Vec::new(), Vec::new());
        for machine in &self.wish.candidates {
            match self.places(machine) {
                Ok(places) => candidates.extend(places),
                Err(Reason { reason, hints }) => refused.push(Refused {
                    instance_type: machine.instance_type.to_string(),
                    region: machine.region.to_string(),
                    reason,
                    hints,
                }),
            }
        }
        for (index, candidate) in candidates.iter_mut().enumerate() {
            candidate.client_token = format!("cloudkit-{}-{index}", self.launch);
        }
        (candidates, refused)
    }

    /// A wished machine as candidates: one, or one a zone where only some zones would do.
    fn places(&self, machine: &WishedMachine) -> Result<Vec<Candidate>, Reason> {
        let region = self.world.regions.get(machine.region.as_str());
        let region = region.ok_or_else(|| format!("{} was not looked at", machine.region))?;
        self.market(machine)?;
        let facts = self.facts(machine, region)?;
        let image = self.image(machine, region, facts.architecture)?;
        let network = region.network.clone().ok_or_else(|| Reason {
            reason: format!("{} has no default network", machine.region),
            hints: vec![format!("make one: aws ec2 create-default-vpc --region {}", machine.region)],
        })?;
        let candidate = Candidate {
            instance_type: machine.instance_type.to_string(),
            region: machine.region.to_string(),
            zone: None,
            market: machine.market,
            reservation: machine.reservation.clone(),
            vcpus: facts.vcpus,
            memory_mib: facts.memory,
            cost: self.cost(machine, image),
            image: self.planned_image(image)?,
            client_token: String::new(),
            steps: self.steps(machine, region.bucket, network),
        };
        Ok(match self.zones(machine) {
            [] => vec![candidate],
            zones => {
                zones.iter().map(|zone| Candidate { zone: Some(zone.clone()), ..candidate.clone() }).collect()
            }
        })
    }

    fn market(&self, machine: &WishedMachine) -> Result<(), Reason> {
        match (machine.os, machine.market, &machine.reservation) {
            (OperatingSystem::Linux, Market::CapacityBlock | Market::Reservation, None) => {
                Err(format!("a {} is launched into by its id, and none is given", machine.market).into())
            }
            (OperatingSystem::Linux, _, _) => Ok(()),
            (os, _, _) => {
                Err(format!("this is an offer for {os}, and the agent that ends a machine runs on Linux")
                    .into())
            }
        }
    }

    fn facts(&self, machine: &WishedMachine, region: &RegionWorld) -> Result<Facts, Reason> {
        let name = machine.instance_type.as_str();
        let (architectures, vcpus, memory) = match region.types.get(name) {
            Some(Some(facts)) => (facts.architectures.clone(), facts.vcpus, facts.memory),
            Some(None) => return Err(self.no_such_type(machine)),
            None => {
                let known = self.catalog.instance_type(name).ok_or_else(|| self.no_such_type(machine))?;
                (known.architectures().collect(), Some(known.vcpus()), Some(known.memory()))
            }
        };
        let launchable = [Architecture::X86_64, Architecture::Arm64];
        let architecture = launchable.into_iter().find(|one| architectures.contains(one));
        let architecture =
            architecture.ok_or_else(|| "no image of ours runs on its architecture".to_owned())?;
        Ok(Facts { architecture, vcpus, memory })
    }

    fn no_such_type(&self, machine: &WishedMachine) -> Reason {
        let name = machine.instance_type.as_str();
        if self.catalog.instance_type(name).is_some() {
            let hint = format!("see where it is: cloudkit find search {name} --region all");
            return Reason { reason: "EC2 does not offer it in this region".to_owned(), hints: vec![hint] };
        }
        let nearest = self.catalog.nearest_types(name).join(", ");
        let hints = if nearest.is_empty() { vec![] } else { vec![format!("did you mean: {nearest}")] };
        Reason { reason: "EC2 has no such instance type".to_owned(), hints }
    }

    fn image<'w>(
        &'w self,
        machine: &WishedMachine,
        region: &'w RegionWorld,
        architecture: Architecture,
    ) -> Result<&'w Image, Reason> {
        let image = match &self.wish.ami {
            Some(id) => {
                region.named_image.as_ref().ok_or_else(|| format!("{} has no image {id}", machine.region))?
            }
            None => region.images.get(&architecture).ok_or_else(|| {
                format!("{} publishes no {} image for {architecture}", machine.region, AMAZON_LINUX_2023.name)
            })?,
        };
        if image.windows {
            return Err(format!(
                "{} is a Windows image, and the agent that ends a machine runs on Linux",
                image.id
            )
            .into());
        }
        if !image.available {
            return Err(format!("image {} cannot be launched in its present state", image.id).into());
        }
        if let Some(other) = image.architecture.filter(|other| *other != architecture) {
            return Err(format!("image {} is for {other}, the type for {architecture}", image.id).into());
        }
        self.agent_runs(architecture)?;
        Ok(image)
    }

    /// Whether the agent's binary runs on the image; of an image of somebody's own the C library is not known.
    fn agent_runs(&self, architecture: Architecture) -> Result<(), Reason> {
        let file = self.world.agent.path.display();
        let hints = vec![format!(
            "give a Linux build of cloudkit for {architecture} that needs at most glibc {}: --agent-binary FILE",
            AMAZON_LINUX_2023.glibc
        )];
        let reason = match self.world.agent.runs_on {
            RunsOn::Linux { architecture: its, glibc } if its == architecture => match glibc {
                Some(needed) if self.wish.ami.is_none() && needed > AMAZON_LINUX_2023.glibc => format!(
                    "the agent {file} needs glibc {needed}, and {} has {}",
                    AMAZON_LINUX_2023.name, AMAZON_LINUX_2023.glibc
                ),
                _ => return Ok(()),
            },
            RunsOn::Linux { architecture: its, .. } => {
                format!("the agent {file} is for {its}, the type for {architecture}")
            }
            RunsOn::Elsewhere => format!("the agent {file} is not a Linux program"),
        };
        Err(Reason { reason, hints })
    }

    fn distribution(&self) -> Option<Distribution> {
        self.wish.ami.is_none().then_some(AMAZON_LINUX_2023)
    }

    fn planned_image(&self, image: &Image) -> Result<PlannedImage, Reason> {
        let root_device = image.root_device.clone();
        Ok(PlannedImage {
            id: image.id.clone(),
            name: image.name.clone(),
            login_user: self.distribution().map(|distribution| distribution.login_user.to_owned()),
            root_device: root_device.ok_or_else(|| format!("image {} names no root device", image.id))?,
        })
    }

    /// The zones to try one after the other; none where any zone would do, and EC2 chooses best by itself.
    fn zones<'w>(&self, machine: &'w WishedMachine) -> &'w [String] {
        let region = self.catalog.region(machine.region.as_str());
        let offered = region.and_then(|region| region.offering(machine.instance_type.as_str()));
        let everywhere = offered.is_some_and(|offering| {
            offering.zones().all(|zone| machine.zones.iter().any(|wanted| wanted == zone))
        });
        if everywhere { &[] } else { &machine.zones }
    }

    fn cost(&self, machine: &WishedMachine, image: &Image) -> Cost {
        let region = machine.region.as_str();
        let price = machine.price.clone().or_else(|| self.catalog_price(machine));
        Cost::of(
            vec![
                cost::machine(machine.instance_type.as_str(), price.as_ref()),
                cost::root_volume(region, image.root_gib, image.root_volume_type.as_deref()),
                cost::public_address(region),
            ],
            self.lifetime,
        )
    }

    /// The on-demand price; what spot and blocks cost is not in a catalog.
    fn catalog_price(&self, machine: &WishedMachine) -> Option<QuotedPrice> {
        matches!(machine.market, Market::OnDemand | Market::Reservation).then_some(())?;
        let offering =
            self.catalog.region(machine.region.as_str())?.offering(machine.instance_type.as_str())?;
        let price = offering.price(machine.os)?;
        Some(QuotedPrice {
            usd_hour: price.amount,
            source: price.source.label().to_owned(),
            as_of: price.source.as_of().to_owned(),
        })
    }

    fn steps(&self, machine: &WishedMachine, state: BucketState, network: String) -> Vec<Step> {
        let region = machine.region.to_string();
        let bucket = bucket_name(&self.world.caller.account, &region);
        let mut steps = Vec::new();
        if state == BucketState::Missing {
            steps.push(Step::MakeBucket { region: region.clone(), bucket: bucket.clone() });
        }
        if state != BucketState::HasAgent {
            let (key, bytes) = (self.world.agent.key(), self.world.agent.bytes);
            steps.push(Step::UploadAgent { region: region.clone(), bucket, key, bytes });
        }
        steps.push(Step::MakeGroup {
            region: region.clone(),
            group: format!("cloudkit-{}", self.launch),
            network,
            port: self.wish.ssh_port,
            admits: self.world.ssh_from.to_string(),
        });
        steps.push(Step::Run { region, instance_type: machine.instance_type.to_string() });
        steps
    }
}
