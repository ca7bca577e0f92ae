//! How many vCPUs of each quota are in use: a pure count of machines, open spot requests and unused reservations.
//!
//! What can't be counted makes the quota's usage unknown, never smaller.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::types::{ChargedMachine, Lifecycle, UnusedReservation};
use crate::catalog::quota_class::{FamilyClass, QUOTAS, VcpuQuota};
use crate::catalog::{Catalog, InstanceType};
use crate::model::Market;

/// What counts towards the quotas of an account in one region; none where it could not be asked.
#[derive(Debug, Clone)]
pub struct Charged {
    /// Machines that are pending or running.
    pub machines: Option<Vec<ChargedMachine>>,
    /// The types that open spot requests wait for, one entry a machine.
    pub spot_requests: Option<Vec<String>>,
    /// The unused room of active reservations.
    pub reservations: Option<Vec<UnusedReservation>>,
}

/// What is used of each quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    used: BTreeMap<(&'static str, Market), Option<u32>>,
    /// The types that could not be counted: of a family that the table of quotas does not name, or of unknown vCPUs.
    pub uncounted: BTreeSet<String>,
}

impl Usage {
    /// The vCPUs that are used of a quota, where all that counts towards it could be counted.
    #[must_use]
    pub fn of(&self, quota: &VcpuQuota) -> Option<u32> {
        self.used.get(&(quota.class, quota.market)).copied().flatten()
    }

    fn charge(&mut self, instance_type: &str, market: Market, vcpus: Option<u32>) {
        let class = FamilyClass::of_type(instance_type);
        let charged: Vec<&VcpuQuota> = match class {
            Some(class) => class.quota(market).into_iter().collect(),
            // It may be charged to any of the market's.
            None => QUOTAS.into_iter().filter(|quota| quota.market == market).collect(),
        };
        let vcpus = vcpus.filter(|_| class.is_some());
        if vcpus.is_none() && !charged.is_empty() {
            self.uncounted.insert(instance_type.to_owned());
        }
        for quota in charged {
            let used = self.used.entry((quota.class, quota.market)).or_default();
            *used = used.zip(vcpus).map(|(used, vcpus)| used.saturating_add(vcpus));
        }
    }
}

/// Counts what is used. The vCPUs of a type are the catalog's; where it does not know the type, the machine's own.
#[must_use]
pub fn count(charged: &Charged, catalog: &Catalog<'_>) -> Usage {
    let Charged { machines, spot_requests, reservations } = charged;
    let is_known = |market| match market {
        Market::Spot => machines.is_some() && spot_requests.is_some(),
        _ => machines.is_some() && reservations.is_some(),
    };
    let unused = |quota: &&VcpuQuota| ((quota.class, quota.market), is_known(quota.market).then_some(0));
    let mut usage = Usage { used: QUOTAS.iter().map(unused).collect(), uncounted: BTreeSet::new() };
    let of_type = |name: &str| catalog.instance_type(name).and_then(InstanceType::vcpus);
    for machine in machines.iter().flatten() {
        let vcpus = of_type(&machine.instance_type).or(machine.vcpus);
        if let Some(market) = market(machine.lifecycle) {
            usage.charge(&machine.instance_type, market, vcpus);
        }
    }
    for instance_type in spot_requests.iter().flatten() {
        usage.charge(instance_type, Market::Spot, of_type(instance_type));
    }
    for reservation in reservations.iter().flatten().filter(|reservation| reservation.available > 0) {
        let vcpus = of_type(&reservation.instance_type);
        if let Some(market) = market(reservation.lifecycle) {
            let vcpus = vcpus.map(|vcpus| vcpus.saturating_mul(reservation.available));
            usage.charge(&reservation.instance_type, market, vcpus);
        }
    }
    usage
}

/// The market whose quotas count it; a capacity block is counted by quotas of machines, not of vCPUs.
const fn market(lifecycle: Lifecycle) -> Option<Market> {
    match lifecycle {
        Lifecycle::OnDemand => Some(Market::OnDemand),
        Lifecycle::Spot => Some(Market::Spot),
        Lifecycle::CapacityBlock => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Lifecycle::{CapacityBlock, OnDemand, Spot};

    fn machine(instance_type: &str, lifecycle: Lifecycle, vcpus: Option<u32>) -> ChargedMachine {
        ChargedMachine { instance_type: instance_type.to_owned(), lifecycle, vcpus }
    }

    fn reservation(instance_type: &str, available: u32, lifecycle: Lifecycle) -> UnusedReservation {
        UnusedReservation { instance_type: instance_type.to_owned(), available, lifecycle }
    }

    fn nothing() -> Charged {
        Charged {
            machines: Some(Vec::new()),
            spot_requests: Some(Vec::new()),
            reservations: Some(Vec::new()),
        }
    }

    fn of_machines(machines: Vec<ChargedMachine>) -> Charged {
        Charged { machines: Some(machines), ..nothing() }
    }

    /// The quotas of which something other than 0 is known to be used, or nothing is known.
    fn counted(charged: &Charged) -> Vec<(&'static str, Market, Option<u32>)> {
        let usage = count(charged, Catalog::embedded());
        let all = QUOTAS.iter().map(|quota| (quota.class, quota.market, usage.of(quota)));
        all.filter(|(.., used)| *used != Some(0)).collect()
    }

    #[test]
    fn nothing_there_is_nothing_used() {
        assert_eq!(counted(&nothing()), []);
    }

    #[test]
    fn each_lifecycle_is_charged_to_its_own_quota() {
        let machines = vec![
            machine("m7i.large", OnDemand, None),
            machine("t3.nano", OnDemand, None),
            machine("m7i.xlarge", Spot, None),
            machine("vt1.3xlarge", OnDemand, None),
            machine("p5.48xlarge", Spot, None),
            machine("p4d.24xlarge", Spot, None),
            machine("p4d.24xlarge", OnDemand, None),
            machine("p5.48xlarge", CapacityBlock, None),
        ];
        assert_eq!(
            counted(&of_machines(machines)),
            [
                ("standard", Market::OnDemand, Some(4)),
                ("standard", Market::Spot, Some(4)),
                ("g", Market::OnDemand, Some(12)),
                ("p", Market::OnDemand, Some(96)),
                ("p2-p4", Market::Spot, Some(96)),
                ("p5", Market::Spot, Some(192)),
            ]
        );
    }

    #[test]
    fn unused_reservations_count_and_blocks_do_not() {
        let reservations = vec![
            reservation("g6.xlarge", 3, OnDemand),
            reservation("c7i.large", 0, OnDemand),
            reservation("p5.48xlarge", 2, CapacityBlock),
        ];
        assert_eq!(
            counted(&Charged { reservations: Some(reservations), ..nothing() }),
            [("g", Market::OnDemand, Some(12))]
        );
    }

    #[test]
    fn open_spot_requests_count() {
        let spot_requests = vec!["g6.xlarge".to_owned(), "g6.xlarge".to_owned()];
        assert_eq!(
            counted(&Charged { spot_requests: Some(spot_requests), ..nothing() }),
            [("g", Market::Spot, Some(8))]
        );
    }

    #[test]
    fn the_catalog_says_how_many_vcpus_a_type_has_and_else_the_machine() {
        // With its threads switched off a machine has fewer, and is charged as before.
        let machines =
            vec![machine("m7i.large", OnDemand, Some(1)), machine("m7i.99xlarge", OnDemand, Some(6))];
        let charged = of_machines(machines);
        assert_eq!(counted(&charged), [("standard", Market::OnDemand, Some(8))]);
    }

    #[test]
    fn usage_that_can_not_be_counted_is_unknown_and_the_type_is_named() {
        let machines = vec![machine("g6.99xlarge", OnDemand, None), machine("g6.xlarge", OnDemand, None)];
        let reservations = vec![reservation("x8g.99xlarge", 1, OnDemand)];
        let charged = Charged { reservations: Some(reservations), ..of_machines(machines) };
        assert_eq!(counted(&charged), [("g", Market::OnDemand, None), ("x", Market::OnDemand, None)]);
        let usage = count(&charged, Catalog::embedded());
        assert!(usage.uncounted.iter().eq(["g6.99xlarge", "x8g.99xlarge"]));
    }

    #[test]
    fn a_family_without_a_class_may_be_charged_to_any_quota_of_its_market() {
        let machines = vec![machine("m99.large", Spot, Some(2))];
        let charged = of_machines(machines);
        let unknown = counted(&charged);
        assert!(unknown.iter().all(|(_, market, used)| *market == Market::Spot && used.is_none()));
        assert_eq!(unknown.len(), QUOTAS.iter().filter(|quota| quota.market == Market::Spot).count());
        assert!(count(&charged, Catalog::embedded()).uncounted.contains("m99.large"));
    }

    #[test]
    fn a_market_whose_parts_are_not_all_known_is_not_known() {
        let unknown = |charged: &Charged| {
            let markets: BTreeSet<Market> =
                counted(charged).into_iter().map(|(_, market, _)| market).collect();
            markets.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(unknown(&Charged { spot_requests: None, ..nothing() }), [Market::Spot]);
        assert_eq!(unknown(&Charged { reservations: None, ..nothing() }), [Market::OnDemand]);
        assert_eq!(unknown(&Charged { machines: None, ..nothing() }), [Market::OnDemand, Market::Spot]);
    }

    #[test]
    fn macs_are_charged_to_no_quota_of_vcpus() {
        let charged = of_machines(vec![machine("mac2.metal", OnDemand, None)]);
        assert_eq!(counted(&charged), []);
        assert!(count(&charged, Catalog::embedded()).uncounted.is_empty());
    }
}
