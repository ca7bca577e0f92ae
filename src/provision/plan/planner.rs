//! Turns what was wished into candidates, or into the reason why not.
//!
//! Each candidate gets everything that its turn needs: image, zone, cost, token, steps. Nothing is looked up: what was not
//! observed is refused.

use std::path::PathBuf;

use super::hibernation::{self, Machine};
use super::image::{Choice, Traits, choose};
use super::network::{self, Demand, FromS3, NoPlace, Place, Zones};
use super::reserved::none_named;
use super::source::{self, PlannedAgent};
use super::without_account::catalog_price;
use super::{
    Candidate, PlannedImage, PlannedKeyPair, PlannedUser, PlannedVolume, Refused, Step, bucket_name, ending,
    image_check, volumes,
};
use crate::aws::types::Image;
use crate::catalog::Catalog;
use crate::model::{Architecture, Market, OpenPort, OperatingSystem, Span, name};
use crate::platform::keys;
use crate::provision::agent_binary::AgentBinary;
use crate::provision::cost::{self, Cost};
use crate::provision::image::{ImageKind, Purpose, Recognised, recognise};
use crate::provision::wish::network::PublicAddress;
use crate::provision::wish::{AgentWish, ImageWish, VolumesWish, Wish, WishedMachine};
use crate::provision::world::key::KnownKey;
use crate::provision::world::{BucketState, RegionWorld, World};

/// What a plan is made from.
pub(super) struct Planner<'p> {
    pub(super) wish: &'p Wish,
    pub(super) world: &'p World,
    pub(super) catalog: &'p Catalog<'p>,
    pub(super) launch: &'p str,
    pub(super) lifetime: Option<Span>,
    pub(super) user: Option<&'p PlannedUser>,
}

/// Why not, and what to type instead.
#[derive(Debug)]
pub(crate) struct Reason {
    pub(super) reason: String,
    pub(super) hints: Vec<String>,
}

/// What a machine starts from.
struct Start<'p> {
    image: PlannedImage,
    volumes: Vec<PlannedVolume>,
    architecture: Architecture,
    agent: Option<&'p AgentBinary>,
}

impl From<String> for Reason {
    fn from(reason: String) -> Self {
        Self { reason, hints: Vec::new() }
    }
}

impl<'p> Planner<'p> {
    /// The machines that would do, in the order of the wish, and those that can't be.
    pub(super) fn candidates(&self) -> (Vec<Candidate>, Vec<Refused>) {
        let (mut candidates, mut refused) = (Vec::new(), Vec::new());
        for machine in &self.wish.candidates {
            match self.places(machine) {
                Ok(places) => candidates.extend(places),
                Err(Reason { reason, hints }) => refused.push(Refused {
                    instance_type: machine.instance_type.to_string(),
                    region: machine.region.to_string(),
                    zone: None,
                    market: machine.market,
                    code: None,
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

    /// A wished machine as candidates: one, or one a zone where only some zones would do, or one a reservation.
    fn places(&self, machine: &WishedMachine) -> Result<Vec<Candidate>, Reason> {
        let region = self.world.regions.get(machine.region.as_str());
        let region = region.ok_or_else(|| format!("{} was not looked at", machine.region))?;
        self.market(machine)?;
        hibernation::can_be_kept(&self.wish.ending, machine.market)?;
        let name = machine.instance_type.as_str();
        let traits =
            Traits::of(name, &region.types, self.catalog).ok_or_else(|| self.no_such_type(machine))?;
        let Start { image, volumes, architecture, agent } = self.start(machine, region, &traits)?;
        let cost = self.cost(machine, &volumes);
        self.cost_can_be_limited(&cost)?;
        let places = self.network_places(machine, region)?;
        let candidate = Candidate {
            instance_type: machine.instance_type.to_string(),
            region: machine.region.to_string(),
            zone: None,
            interface: None,
            groups: network::named_groups(&region.network),
            key_pair: self.key_pair(machine, region)?,
            market: machine.market,
            max_price_usd_hour: machine.max_price.filter(|_| machine.market == Market::Spot),
            reservation: None,
            ends_by: None,
            vcpus: traits.vcpus,
            memory_mib: traits.memory,
            cost,
            image,
            agent: agent.map(|agent| self.planned_agent(agent, architecture, machine)),
            volumes,
            client_token: String::new(),
            fleet: None,
            preparation: self.preparation(machine, region, agent),
        };
        if matches!(machine.market, Market::Reservation | Market::CapacityBlock) {
            let held = self.held(machine, region)?.into_iter().map(|held| held.candidate(&candidate));
            return held.map(|candidate| in_its_zone(candidate, &places)).collect();
        }
        let at = |Place { zone, interface }| Candidate { zone, interface, ..candidate.clone() };
        Ok(places.into_iter().map(at).collect())
    }

    /// What its machines need of a network.
    pub(super) fn demand(&self) -> Demand<'_> {
        let agent_from_s3 = self.wish.agent == AgentWish::Installed && self.wish.agent_url.is_none();
        let has_object = self.user.is_some_and(|user| user.object.is_some());
        Demand {
            wish: &self.wish.network,
            from_s3: if agent_from_s3 || has_object || self.wish.deployment.is_some() {
                FromS3::Something
            } else {
                FromS3::Nothing
            },
        }
    }

    fn network_places(&self, machine: &WishedMachine, region: &RegionWorld) -> Result<Vec<Place>, Reason> {
        let known = self.catalog.region(machine.region.as_str());
        let offering = known.and_then(|known| known.offering(machine.instance_type.as_str()));
        let zones = Zones {
            wished: self.zones(machine),
            offering: offering.map_or_else(Vec::new, |offering| offering.zones().collect()),
        };
        let places = network::places(self.demand(), machine.region.as_str(), &region.network, &zones);
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
                Err(none_named(machine))
            }
            (OperatingSystem::Linux, _, _) => Ok(()),
            (OperatingSystem::Windows, _, _) => Err(Reason {
                reason: "this is an offer for windows, and the agent that ends a machine runs on Linux"
                    .to_owned(),
                hints: vec![linux_offers(machine)],
            }),
            (os, _, _) => Err(Reason {
                reason: format!("this is an offer for {os}, and cloudkit knows no image of it by name"),
                hints: vec![linux_offers(machine)],
            }),
        }
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

    /// The image and the volumes, where they can be.
    fn start(
        &self,
        machine: &WishedMachine,
        region: &RegionWorld,
        traits: &Traits,
    ) -> Result<Start<'p>, Reason> {
        let architecture = traits.launchable();
        let architecture = architecture.ok_or_else(|| Reason {
            reason: "no image of ours runs on its architecture".to_owned(),
            hints: vec!["see what they run on: cloudkit find search --arch x86_64,arm64".to_owned()],
        })?;
        let choice = choose(&self.wish.image, machine.instance_type.as_str(), traits)?;
        let image = match &choice {
            Some(choice) => published(region, machine, choice.kind, architecture)?,
            None => self.named(machine, region)?,
        };
        let root_device = image_check::check(image, architecture)?;
        let known = match &choice {
            Some(choice) => Some(choice.kind.distribution().into()),
            None => recognise(image),
        };
        let agents = self.world.agents.as_ref().filter(|_| self.wish.agent == AgentWish::Installed);
        let kind = choice.as_ref().map(|choice| choice.kind);
        let agent = agents.map(|agents| source::choose(agents, architecture, known, kind)).transpose()?;
        let wish = self.volumes_wish(machine, traits, architecture, image)?;
        let (volumes, note) = volumes::volumes(&wish, image, root_device)?;
        let mut planned = self.planned_image(image, root_device, choice, known);
        planned.root_gib = volumes.first().and_then(|root| root.gib);
        planned.notes.extend(note);
        Ok(Start { image: planned, volumes, architecture, agent })
    }

    /// The image that was named by its id.
    fn named<'w>(&self, machine: &WishedMachine, region: &'w RegionWorld) -> Result<&'w Image, Reason> {
        region.named_image.as_ref().ok_or_else(|| Reason {
            reason: format!("{} has no image {}", machine.region, self.wish.image.ami().unwrap_or_default()),
            hints: vec![format!(
                "an image belongs to one region, and an account sees its own, shared and public ones: aws ec2 \
                 describe-images --region {} --owners self",
                machine.region
            )],
        })
    }

    fn planned_image(
        &self,
        image: &Image,
        root_device: &str,
        choice: Option<Choice>,
        known: Option<Recognised>,
    ) -> PlannedImage {
        let (kind, what, because, mut notes) = match choice {
            Some(choice) => (Some(choice.kind), Some(choice.kind.describe()), choice.because, choice.notes),
            None => {
                let what = known.map(|known| known.name.to_owned());
                (None, what, "named by its id".to_owned(), Vec::new())
            }
        };
        notes.extend(image_check::deprecation(image, self.world.now));
        let said = match &self.wish.image {
            ImageWish::Id { login_user, .. } => login_user.clone(),
            ImageWish::Fitting | ImageWish::Kind(_) => None,
        };
        PlannedImage {
            id: image.id.clone(),
            name: image.name.clone(),
            kind,
            what,
            because,
            notes,
            login_user: said.or_else(|| known.map(|known| known.login_user.to_owned())),
            root_device: root_device.to_owned(),
            root_gib: None,
        }
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

    /// What a person should know of a highest price: that the last price that is known is above it.
    pub(super) fn price_notes(&self, candidates: &[Candidate]) -> Vec<String> {
        let too_low = |candidate: &Candidate| {
            let highest = candidate.max_price_usd_hour?;
            let part = candidate.cost.parts.first()?;
            let (price, source) = (part.usd_hour.filter(|price| *price > highest)?, part.source.as_deref()?);
            Some(format!(
                "{} in {} was last {price} USD an hour ({source}), which is more than the {highest} of --max-price",
                candidate.instance_type, candidate.region
            ))
        };
        let mut notes: Vec<String> = candidates.iter().filter_map(too_low).collect();
        notes.dedup();
        notes
    }

    /// The volumes that are wished, the root volume with room for the memory of a machine that can hibernate.
    fn volumes_wish(
        &self,
        machine: &WishedMachine,
        traits: &Traits,
        architecture: Architecture,
        image: &Image,
    ) -> Result<VolumesWish, Reason> {
        let mut wish = self.wish.volumes.clone();
        if self.wish.ending.hibernates() {
            let machine = Machine {
                instance_type: machine.instance_type.as_str(),
                market: machine.market,
                architecture,
                memory: traits.memory,
                supported: traits.hibernation,
                image,
                root_gib: wish.root_gib,
            };
            wish.root_gib = Some(hibernation::root_gib(&machine, &self.wish.ending)?);
        }
        Ok(wish)
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

    fn cost(&self, machine: &WishedMachine, volumes: &[PlannedVolume]) -> Cost {
        let region = machine.region.as_str();
        let public = self.wish.network.public_address == PublicAddress::One;
        let price = || machine.price.clone().or_else(|| catalog_price(self.catalog, machine));
        let name = machine.instance_type.as_str();
        let mut parts = vec![match machine.market {
            Market::CapacityBlock => cost::machine_in_block(name),
            _ => cost::machine(name, price().as_ref()),
        }];
        parts.extend(volumes.iter().map(|volume| volume.cost(region)));
        parts.extend(public.then(|| cost::public_address(region)));
        Cost::of(parts, self.lifetime)
    }

    fn planned_agent(
        &self,
        agent: &AgentBinary,
        architecture: Architecture,
        machine: &WishedMachine,
    ) -> PlannedAgent {
        let (region, mirror) = (machine.region.as_str(), self.wish.agent_url.as_ref());
        PlannedAgent::of(agent, architecture, region, self.world, mirror)
    }

    fn preparation(
        &self,
        machine: &WishedMachine,
        world: &RegionWorld,
        agent: Option<&AgentBinary>,
    ) -> Vec<Step> {
        let region = machine.region.to_string();
        let mut steps = ending::role_steps(self.wish, self.world, self.launch);
        steps.extend(self.storing(&region, &world.bucket, agent));
        let network_steps = network::steps(&region, &world.network, &self.wish.network);
        steps.extend(network_steps.into_iter().map(Step::Network));
        if !self.wish.network.groups.is_empty() {
            return steps;
        }
        let (port, from) = (self.wish.ssh_port, &self.world.ssh_from);
        // EC2 refuses a rule that is there twice.
        let is_other = |open: &&OpenPort| open.port != port || open.from != *from;
        steps.push(Step::MakeGroup {
            region,
            group: format!("cloudkit-{}", self.launch),
            network: network::group_network(&world.network, &self.wish.network),
            port,
            admits: from.to_string(),
            opens: self.wish.network.opens.iter().filter(is_other).cloned().collect(),
        });
        steps
    }

    /// What it takes until the account's bucket of the region holds what the machine fetches from it.
    fn storing(&self, region: &str, state: &BucketState, agent: Option<&AgentBinary>) -> Vec<Step> {
        let (region, bucket) = (region.to_owned(), bucket_name(&self.world.caller.account, region));
        let agent = agent.filter(|_| self.wish.agent_url.is_none());
        let user_files = self.user.and_then(|user| user.step(&region, &bucket));
        let mut steps = Vec::new();
        let deployment = self.wish.deployment.as_ref();
        let stores = agent.is_some() || deployment.is_some() || user_files.is_some();
        if *state == BucketState::Missing && stores {
            steps.push(Step::MakeBucket { region: region.clone(), bucket: bucket.clone() });
        }
        if let Some(agent) = agent.filter(|agent| !state.has(&agent.key())) {
            steps.push(Step::UploadAgent {
                region: region.clone(),
                bucket: bucket.clone(),
                key: agent.key(),
                bytes: agent.bytes,
                sha256: agent.sha256.clone(),
                file: agent.path.clone(),
            });
        }
        if let Some(bundle) = deployment.filter(|bundle| !state.has(&bundle.key())) {
            steps.push(Step::UploadBundle {
                region,
                bucket,
                key: bundle.key(),
                bytes: bundle.bytes,
                file: bundle.file.clone(),
            });
        }
        steps.extend(user_files);
        steps
    }
}

/// The current image of a kind as the region publishes it.
fn published<'w>(
    region: &'w RegionWorld,
    machine: &WishedMachine,
    kind: ImageKind,
    architecture: Architecture,
) -> Result<&'w Image, Reason> {
    if kind.parameter(architecture).is_none() {
        return Err(Reason {
            reason: format!("there is no {} for {architecture}", kind.describe()),
            hints: vec![format!("leave --image out, and what fits {} is taken", machine.instance_type)],
        });
    }
    region.images.get(&(kind, architecture)).ok_or_else(|| {
        let without_driver = kind.purpose() != Purpose::General;
        Reason {
            reason: format!("{} publishes no {} for {architecture}", machine.region, kind.describe()),
            hints: if without_driver {
                vec!["launch it without a driver: --image al2023".to_owned()]
            } else {
                Vec::new()
            },
        }
    })
}

fn linux_offers(machine: &WishedMachine) -> String {
    format!(
        "launch it with Linux: cloudkit launch --instance-type {} --region {}",
        machine.instance_type, machine.region
    )
}

/// A candidate that is bound to a zone, in the subnet of that zone where subnets are chosen.
fn in_its_zone(candidate: Candidate, places: &[Place]) -> Result<Candidate, Reason> {
    if places.iter().any(|place| place.interface.is_none()) {
        return Ok(candidate);
    }
    let place = places.iter().find(|place| candidate.zone.is_none() || place.zone == candidate.zone);
    let none = || format!("the network has no subnet in {}", candidate.zone.as_deref().unwrap_or("its zone"));
    let place = place.ok_or_else(none)?;
    Ok(Candidate { interface: place.interface.clone(), zone: place.zone.clone(), ..candidate })
}
