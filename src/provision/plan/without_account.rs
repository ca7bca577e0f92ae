//! What can be planned by the catalog alone: machines, their prices, their end.
//!
//! It can't be executed. Whatever an account or EC2 would have to say is left out, not guessed.

use jiff::Timestamp;

use crate::catalog::{Catalog, InstanceType};
use crate::model::{InstanceTypeName, Market, Mebibytes, Money, RegionName, Span};
use crate::provision::cost::{self, Cost, CostPart};
use crate::provision::wish::network::PublicAddress;
use crate::provision::wish::{Lifetime, QuotedPrice, VolumesWish, Wish, WishedMachine};

/// What nobody but the account knows.
pub const NOT_KNOWN: [&str; 4] = [
    "whether the account may launch it: quotas, permissions, regions",
    "whether EC2 has such a machine free",
    "the image, and so the size of a root volume where none was said",
    "the network and who may reach the machine",
];

/// A plan without an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanWithoutAccount {
    /// The machines that would do, best first.
    pub candidates: Vec<CandidateByCatalog>,
    /// When the one that is launched ends.
    pub lifetime: Lifetime,
    /// After how long without work.
    pub idle_timeout: Option<Span>,
}

/// A machine that would do, as far as the catalog knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateByCatalog {
    /// The type.
    pub instance_type: InstanceTypeName,
    /// Where.
    pub region: RegionName,
    /// How it is bought.
    pub market: Market,
    /// Virtual processors.
    pub vcpus: Option<u32>,
    /// Memory.
    pub memory_mib: Option<Mebibytes>,
    /// What it costs.
    pub cost: Cost,
    /// What the parts whose price is known cost until the deadline, where there is one.
    pub known_usd_until_deadline: Option<Money>,
}

/// Plans a wish as far as the catalog can.
#[must_use]
pub fn plan(wish: &Wish, catalog: &Catalog<'_>, now: Timestamp) -> PlanWithoutAccount {
    let span = match wish.lifetime {
        Lifetime::For(span) => Some(span),
        Lifetime::Until(at) => Some(Span::between(now, at)),
        Lifetime::UntilEnded => None,
    };
    let candidate = |machine: &WishedMachine| {
        let known = catalog.instance_type(machine.instance_type.as_str());
        let cost = Cost::of(parts(wish, machine, catalog), span);
        CandidateByCatalog {
            instance_type: machine.instance_type.clone(),
            region: machine.region.clone(),
            market: machine.market,
            vcpus: known.and_then(InstanceType::vcpus),
            memory_mib: known.and_then(InstanceType::memory),
            known_usd_until_deadline: span.map(|span| cost.known_usd_hour.per_hour_for(span)),
            cost,
        }
    };
    PlanWithoutAccount {
        candidates: wish.candidates.iter().map(candidate).collect(),
        lifetime: wish.lifetime,
        idle_timeout: wish.ending.idle_timeout,
    }
}

fn parts(wish: &Wish, machine: &WishedMachine, catalog: &Catalog<'_>) -> Vec<CostPart> {
    let region = machine.region.as_str();
    let price = machine.price.clone().or_else(|| catalog_price(catalog, machine));
    let mut parts = vec![match machine.market {
        Market::CapacityBlock => cost::machine_in_block(machine.instance_type.as_str()),
        _ => cost::machine(machine.instance_type.as_str(), price.as_ref()),
    }];
    parts.extend(volumes(&wish.volumes, region));
    let has_address = wish.network.public_address == PublicAddress::One;
    parts.extend(has_address.then(|| cost::public_address(region)));
    parts
}

/// The root volume is as large as its image wants it where nobody says, and of which kind is the image's to say too.
fn volumes(wish: &VolumesWish, region: &str) -> Vec<CostPart> {
    let root = wish.root_gib.map_or_else(|| "root volume".to_owned(), |gib| format!("{gib} GiB root volume"));
    let data = wish.data.iter().map(|volume| cost::volume(region, volume.to_string(), Some(volume)));
    std::iter::once(cost::volume(region, root, None)).chain(data).collect()
}

/// The catalog's price. A reservation is billed as the same machine on demand; what blocks cost is not in a catalog.
pub(super) fn catalog_price(catalog: &Catalog<'_>, machine: &WishedMachine) -> Option<QuotedPrice> {
    let market = if machine.market == Market::Reservation { Market::OnDemand } else { machine.market };
    let offering = catalog.region(machine.region.as_str())?.offering(machine.instance_type.as_str())?;
    let price = offering.price(market, machine.os)?;
    Some(QuotedPrice {
        usd_hour: price.amount,
        source: price.source.label().to_owned(),
        as_of: price.source.as_of().to_owned(),
    })
}
