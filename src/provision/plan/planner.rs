//! Turns what was wished into candidates, or into the reason why not.
//!
//! Each candidate gets everything that its turn needs: image, zone, cost, token, steps. Nothing is looked up: what was not
//! observed is refused.

use std::path::PathBuf;

use super::network::{self, NoPlace, Place, Zones};
use super::{Candidate, PlannedImage, PlannedKeyPair, Refused, Step, bucket_name};
use crate::aws::types::Image;
use crate::catalog::Catalog;
use crate::model::{Architecture, Market, Mebibytes, OperatingSystem, Span, name};
use crate::platform::keys;
use crate::provision::agent_binary::RunsOn;
use crate::provision::cost::{self, Cost};
use crate::provision::image::{AMAZON_LINUX_2023, Distribution};
use crate::provision::wish::network::PublicAddress;
use crate::provision::wish::{QuotedPrice, Wish, WishedMachine};
use crate::provision::world::key::KnownKey;
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
        let facts = self.facts(machine, region)?;
        let image = self.image(machine, region, facts.architecture)?;
        let places = self.network_places(machine, region)?;
        let candidate = Candidate {
            instance_type: machine.instance_type.to_string(),
            region: machine.region.to_string(),
            zone: None,
            interface: None,
            groups: network::named_groups(&region.network),
            key_pair: self.key_pair(machine, region)?,
            market: machine.market,
            reservation: machine.reservation.clone(),
            vcpus: facts.vcpus,
            memory_mib: facts.memory,
            cost: self.cost(machine, image),
            image: self.planned_image(image)?,
            client_token: String::new(),
            preparation: self.preparation(machine, region),
        };
        let at = |Place { zone, interface }| Candidate { zone, interface, ..candidate.clone() };
        Ok(places.into_iter().map(at).collect())
    }

    fn network_places(&self, machine: &WishedMachine, region: &RegionWorld) -> Result<Vec<Place>, Reason> {
        let known = self.catalog.region(machine.region.as_str());
        let offering = known.and_then(|known| known.offering(machine.instance_type.as_str()));
        let zones = Zones {
            wished: self.zones(machine),
            offering: offering.map_or_else(Vec::new, |offering| offering.zones().collect()),
        };
        let places = network::places(&self.wish.network, machine.region.as_str(), &region.network, &zones);
        places.map_err(|NoPlace { reason, hints }| Reason { reason, hints })
    }

    /// The key pair that was named, and the caller's own file that has its private half.
    fn key_pair(
        &self,
        machine: &WishedMachine,
        region: &RegionWorld,
    ) -> Result<Option<PlannedKeyPair>, Reason> {
        let Some(name) = &self.wish.key_pair else { return Ok(None) };
        let pair = region.key_pair.as_ref().ok_or_else(|| Reason {
            reason: format!("{} has no key pair {name}", machine.region),
            hints: vec![format!("see what there is: aws ec2 describe-key-pairs --region {}", machine.region)],
        })?;
        let public = pair.public_key.as_deref();
        let is_it = |key: &&(PathBuf, String)| public.is_some_and(|line| keys::is_same_key(line, &key.1));
        let own = match &self.world.key {
            KnownKey::Pair { own } => own.as_slice(),
            KnownKey::File { .. } | KnownKey::Agent { .. } | KnownKey::New { .. } => &[],
        };
        let file = own.iter().find(is_it).map(|(file, _)| file.clone());
        Ok(Some(PlannedKeyPair { name: name.clone(), identity_file: file }))
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
                (known.architectures().collect(), known.vcpus(), known.memory())
            }
        };
        let launchable = [Architecture::X86_64, Architecture::Arm64];
        let architecture = launchable.into_iter().find(|one| architectures.contains(one));
        let architecture =
            architecture.ok_or_else(|| "no image of ours runs on its architecture".to_owned())?;
        Ok(Facts { architecture, vcpus, memory })
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

    fn planned_image(&self, image: &Image) -> Result<PlannedImage, Reason> {
        let root_device = image.root_device.clone();
        Ok(PlannedImage {
            id: image.id.clone(),
            name: image.name.clone(),
            login_user: self.distribution().map(|distribution| distribution.login_user.to_owned()),
            root_gib: image.root_gib,
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
        let public = self.wish.network.public_address == PublicAddress::One;
        let price = machine.price.clone().or_else(|| self.catalog_price(machine));
        Cost::of(
            vec![
                cost::machine(machine.instance_type.as_str(), price.as_ref()),
                cost::root_volume(region, image.root_gib, image.root_volume_type.as_deref()),
            ]
            .into_iter()
            .chain(public.then(|| cost::public_address(region)))
            .collect(),
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

    fn preparation(&self, machine: &WishedMachine, world: &RegionWorld) -> Vec<Step> {
        let (region, state) = (machine.region.to_string(), world.bucket);
        let bucket = bucket_name(&self.world.caller.account, &region);
        let mut steps = Vec::new();
        if state == BucketState::Missing {
            steps.push(Step::MakeBucket { region: region.clone(), bucket: bucket.clone() });
        }
        if state != BucketState::HasAgent {
            let (key, bytes) = (self.world.agent.key(), self.world.agent.bytes);
            steps.push(Step::UploadAgent { region: region.clone(), bucket, key, bytes });
        }
        let network_steps = network::steps(&region, &world.network, self.wish.network.ipv6);
        steps.extend(network_steps.into_iter().map(Step::Network));
        if !self.wish.network.groups.is_empty() {
            return steps;
        }
        steps.push(Step::MakeGroup {
            region,
            group: format!("cloudkit-{}", self.launch),
            network: network::group_network(&world.network),
            port: self.wish.ssh_port,
            admits: self.world.ssh_from.to_string(),
        });
        steps
    }
}
