//! Turns what was wished into candidates, or into the reason why not.
//!
//! Each candidate gets everything that its turn needs: image, zone, cost, token, steps. Nothing is looked up: what was not
//! observed is refused.

use super::hibernation::{self, Machine};
use super::{Candidate, PlannedImage, Refused, Step, bucket_name, ending};
use crate::aws::types::Image;
use crate::catalog::{Catalog, Feature};
use crate::model::{Architecture, Market, Mebibytes, OperatingSystem, Span, name};
use crate::provision::agent_binary::RunsOn;
use crate::provision::cost::{self, Cost};
use crate::provision::image::{AMAZON_LINUX_2023, Distribution};
use crate::provision::wish::{QuotedPrice, Wish, WishedMachine};
use crate::provision::world::{BucketState, RegionWorld, World};

/// What a plan is made from.
pub(super) struct Planner<'p> {
    pub(super) wish: &'p Wish,
    pub(super) world: &'p World,
    pub(super) catalog: &'p Catalog<'p>,
    pub(super) launch: &'p str,
    pub(super) lifetime: Option<Span>,
}

/// What is known of a type where it is wanted.
struct Facts {
    architecture: Architecture,
    vcpus: Option<u32>,
    memory: Option<Mebibytes>,
    hibernation: Option<bool>,
}

/// Why not, and what to type instead.
pub(super) struct Reason {
    pub(super) reason: String,
    pub(super) hints: Vec<String>,
}

impl From<String> for Reason {
    fn from(reason: String) -> Self {
        Self { reason, hints: Vec::new() }
    }
}

impl Planner<'_> {
    /// The machines that would do, in the order of the wish, and those that can't be.
    pub(super) fn candidates(&self) -> (Vec<Candidate>, Vec<Refused>) {
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
        hibernation::can_be_kept(&self.wish.ending, machine.market)?;
        let facts = self.facts(machine, region)?;
        let image = self.image(machine, region, facts.architecture)?;
        let root_gib = self.root_gib(machine, &facts, image)?;
        let cost = self.cost(machine, image, root_gib);
        self.cost_can_be_limited(&cost)?;
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
            cost,
            image: self.planned_image(image, root_gib)?,
            client_token: String::new(),
            preparation: self.preparation(machine, region.bucket, network),
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
        let (architectures, vcpus, memory, hibernation) = match region.types.get(name) {
            Some(Some(facts)) => (facts.architectures.clone(), facts.vcpus, facts.memory, facts.hibernation),
            Some(None) => return Err(self.no_such_type(machine)),
            None => {
                let known = self.catalog.instance_type(name).ok_or_else(|| self.no_such_type(machine))?;
                let hibernation = known.has(Feature::Hibernation);
                (known.architectures().collect(), known.vcpus(), known.memory(), hibernation)
            }
        };
        let launchable = [Architecture::X86_64, Architecture::Arm64];
        let architecture = launchable.into_iter().find(|one| architectures.contains(one));
        let architecture =
            architecture.ok_or_else(|| "no image of ours runs on its architecture".to_owned())?;
        Ok(Facts { architecture, vcpus, memory, hibernation })
    }

    fn no_such_type(&self, machine: &WishedMachine) -> Reason {
        let wanted = machine.instance_type.as_str();
        if self.catalog.instance_type(wanted).is_some() {
            let hint = format!("see where it is: cloudkit find search {wanted} --region all");
            return Reason { reason: "EC2 does not offer it in this region".to_owned(), hints: vec![hint] };
        }
        let nearest = self.catalog.nearest_types(wanted).join(", ");
        let family = name::family(wanted);
        let hints = vec![match nearest.as_str() {
            "" if self.catalog.types().any(|known| known.family() == family) => {
                format!("see its family: cloudkit find search '{family}.*'")
            }
            "" => "see what there is: cloudkit find search".to_owned(),
            nearest => format!("did you mean: {nearest}"),
        }];
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
            RunsOn::Unknown => format!("what the agent {file} needs of a machine cannot be read from it"),
            RunsOn::Elsewhere => format!("the agent {file} is not a Linux program"),
        };
        Err(Reason { reason, hints })
    }

    fn distribution(&self) -> Option<Distribution> {
        self.wish.ami.is_none().then_some(AMAZON_LINUX_2023)
    }

    fn planned_image(&self, image: &Image, root_gib: Option<u32>) -> Result<PlannedImage, Reason> {
        let root_device = image.root_device.clone();
        Ok(PlannedImage {
            id: image.id.clone(),
            name: image.name.clone(),
            login_user: self.distribution().map(|distribution| distribution.login_user.to_owned()),
            root_gib,
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

    /// The size of the root volume: the image's, with room for the memory of a machine that can hibernate.
    fn root_gib(&self, machine: &WishedMachine, facts: &Facts, image: &Image) -> Result<Option<u32>, Reason> {
        if !self.wish.ending.hibernates() {
            return Ok(image.root_gib);
        }
        let machine = Machine {
            instance_type: machine.instance_type.as_str(),
            market: machine.market,
            architecture: facts.architecture,
            memory: facts.memory,
            supported: facts.hibernation,
            image,
            root_gib: image.root_gib,
        };
        hibernation::root_gib(&machine, &self.wish.ending).map(Some)
    }

    /// A limit of cost is kept by counting, for which each part has to have a price.
    fn cost_can_be_limited(&self, cost: &Cost) -> Result<(), Reason> {
        if self.wish.ending.cost_limit.is_none() || cost.usd_hour.is_some() {
            return Ok(());
        }
        let unknown = cost.unknown_parts().collect::<Vec<_>>().join(", ");
        Err(Reason {
            reason: format!("a limit of cost cannot be kept without the price of: {unknown}"),
            hints: vec![
                "leave out --cost-limit; --ttl and --idle-timeout need no price".to_owned(),
                "or read newer prices: cloudkit find refresh".to_owned(),
            ],
        })
    }

    fn cost(&self, machine: &WishedMachine, image: &Image, root_gib: Option<u32>) -> Cost {
        let region = machine.region.as_str();
        let price = machine.price.clone().or_else(|| self.catalog_price(machine));
        Cost::of(
            vec![
                cost::machine(machine.instance_type.as_str(), price.as_ref()),
                cost::root_volume(region, root_gib, image.root_volume_type.as_deref()),
                cost::public_address(region),
            ],
            self.lifetime,
        )
    }

    /// The catalog's price. A reservation is billed as the same machine on demand; what blocks cost is not in a catalog.
    fn catalog_price(&self, machine: &WishedMachine) -> Option<QuotedPrice> {
        let market = if machine.market == Market::Reservation { Market::OnDemand } else { machine.market };
        let offering =
            self.catalog.region(machine.region.as_str())?.offering(machine.instance_type.as_str())?;
        let price = offering.price(market, machine.os)?;
        Some(QuotedPrice {
            usd_hour: price.amount,
            source: price.source.label().to_owned(),
            as_of: price.source.as_of().to_owned(),
        })
    }

    fn preparation(&self, machine: &WishedMachine, state: BucketState, network: String) -> Vec<Step> {
        let region = machine.region.to_string();
        let bucket = bucket_name(&self.world.caller.account, &region);
        let mut steps = ending::role_steps(self.wish, self.world, self.launch);
        if state == BucketState::Missing {
            steps.push(Step::MakeBucket { region: region.clone(), bucket: bucket.clone() });
        }
        if state != BucketState::HasAgent {
            let (key, bytes) = (self.world.agent.key(), self.world.agent.bytes);
            steps.push(Step::UploadAgent { region: region.clone(), bucket, key, bytes });
        }
        steps.push(Step::MakeGroup {
            region,
            group: format!("cloudkit-{}", self.launch),
            network,
            port: self.wish.ssh_port,
            admits: self.world.ssh_from.to_string(),
        });
        steps
    }
}
