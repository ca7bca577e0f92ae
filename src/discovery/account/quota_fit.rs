//! Whether the account's quotas have room for the machines of an offer.
//!
//! Of a quota whose limit or usage is not known nothing is said.

use super::check::{CheckQuestion, QuotaSignal};
use super::quotas::{QuotaRow, RegionQuotas};
use crate::aws::regions::PerRegion;
use crate::catalog::quota_class::FamilyClass;
use crate::catalog::{Catalog, InstanceType};
use crate::model::{Market, Offer, QuotaFit, RegionName};

/// Tells each offer whether `count` machines of it fit into the quota of its region, family and market, and returns of how
/// many offers that is not known.
///
/// An offer of a reservation needs none: its machines are counted already. That of a capacity block that is to be bought is
/// not known: such quotas count machines, and what other accounts of the organization hold of them can't be seen.
pub fn fill(offers: &mut [Offer<'_>], quotas: &PerRegion<RegionQuotas>, count: u32) -> usize {
    let mut unknown = 0;
    for offer in offers.iter_mut().filter(|offer| !needs_no_quota(offer)) {
        offer.quota = row_of(offer, quotas).and_then(|row| fit(row, offer.vcpus?, count));
        unknown += usize::from(offer.quota.is_none());
    }
    unknown
}

/// Whether the offer is of capacity that the account holds, so that nothing more is charged.
#[must_use]
pub const fn needs_no_quota(offer: &Offer<'_>) -> bool {
    matches!(offer.market, Market::Reservation) || offer.reservation_id.is_some()
}

/// What the quotas say of each type in each region of a question: whether the machines fit, on demand or as spot.
#[must_use]
pub fn signals(
    catalog: &Catalog<'_>,
    question: &CheckQuestion,
    quotas: &PerRegion<RegionQuotas>,
) -> Vec<QuotaSignal> {
    each_place(question, |region, name| {
        let failure = quotas.failures.iter().find(|failure| failure.region == *region);
        if let Some(failure) = failure {
            return (None, failure.source.to_string());
        }
        let Some(vcpus) = catalog.instance_type(name).and_then(InstanceType::vcpus) else {
            return (None, format!("the vCPUs of {name} are not known"));
        };
        let wanted = u64::from(vcpus) * u64::from(question.count);
        let markets =
            [Market::OnDemand, Market::Spot].map(|market| room(quotas, region, name, market, wanted));
        let fits = match (markets[0].0, markets[1].0) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        };
        (fits, format!("{wanted} vCPUs wanted; {}; {}", markets[0].1, markets[1].1))
    })
}

/// The same where the quotas could not be read at all.
#[must_use]
pub fn unread(question: &CheckQuestion, why: &str) -> Vec<QuotaSignal> {
    each_place(question, |_, _| (None, why.to_owned()))
}

fn each_place(
    question: &CheckQuestion,
    tell: impl Fn(&RegionName, &str) -> (Option<bool>, String),
) -> Vec<QuotaSignal> {
    let places =
        question.regions.iter().flat_map(|region| question.types.iter().map(move |name| (region, name)));
    let signal = |(region, name): (&RegionName, &String)| {
        let (fits, detail) = tell(region, name);
        let as_of = format!("{:.0}", question.now);
        QuotaSignal { region: region.clone(), instance_type: name.clone(), fits, detail, as_of }
    };
    places.map(signal).collect()
}

/// Whether so many vCPUs fit into the quota of a market, and the figures.
fn room(
    quotas: &PerRegion<RegionQuotas>,
    region: &RegionName,
    name: &str,
    market: Market,
    wanted: u64,
) -> (Option<bool>, String) {
    let quota = FamilyClass::of_type(name).and_then(|class| class.quota(market));
    let of_region = quotas.answers.iter().find(|(known, _)| known == region);
    let row = quota.zip(of_region).and_then(|(quota, (_, of_region))| of_region.row(quota));
    match row.and_then(|row| row.limit_vcpus.zip(row.used_vcpus)) {
        None => (None, format!("{market}: the quota or what is used of it is not known")),
        Some((limit, used)) => {
            let fits = u64::from(used) + wanted <= u64::from(limit);
            (Some(fits), format!("{market}: {used} of {limit} used"))
        }
    }
}

fn row_of<'q>(offer: &Offer<'_>, quotas: &'q PerRegion<RegionQuotas>) -> Option<&'q QuotaRow> {
    let quota = FamilyClass::of_type(&offer.instance_type)?.quota(offer.market)?;
    let (_, of_region) = quotas.answers.iter().find(|(region, _)| region.as_str() == offer.region)?;
    of_region.row(quota)
}

fn fit<'a>(row: &QuotaRow, vcpus: u32, count: u32) -> Option<QuotaFit<'a>> {
    let (limit_vcpus, used_vcpus) = (row.limit_vcpus?, row.used_vcpus?);
    let wanted = u64::from(vcpus) * u64::from(count);
    Some(QuotaFit {
        code: row.code.clone()?.into(),
        name: row.name.clone()?.into(),
        limit_vcpus,
        used_vcpus,
        fits: u64::from(used_vcpus) + wanted <= u64::from(limit_vcpus),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::quota_class::QUOTAS;
    use crate::discovery::account::quotas::{Origin, QuotaStatus};

    /// A region where every limit is 8 and 2 of each are used, but for what is told otherwise.
    fn quotas(change: impl Fn(&mut QuotaRow)) -> PerRegion<RegionQuotas> {
        let rows = QUOTAS.iter().map(|quota| {
            let mut row = QuotaRow {
                schema: crate::discovery::account::quotas::SCHEMA.into(),
                region: "us-east-1".parse().unwrap(),
                class: quota.class.to_owned(),
                market: quota.market,
                code: quota.code.map(str::to_owned),
                name: quota.name.map(str::to_owned),
                limit_vcpus: Some(8),
                used_vcpus: Some(2),
                free_vcpus: Some(6),
                status: QuotaStatus::Ok,
                pending_request: None,
            };
            change(&mut row);
            row
        });
        let of_region = RegionQuotas {
            asked_at: jiff::Timestamp::UNIX_EPOCH,
            rows: rows.collect(),
            uncounted: Vec::new(),
            lacks: Vec::new(),
            origin: Origin::Kept,
        };
        PerRegion { answers: vec![("us-east-1".parse().unwrap(), of_region)], failures: Vec::new() }
    }

    fn offer(instance_type: &str, market: &str, vcpus: u32) -> Offer<'static> {
        let json = serde_json::json!({
            "schema": "cloudkit.offer/v1", "instance_type": instance_type, "region": "us-east-1",
            "market": market, "os": "linux", "vcpus": vcpus
        });
        let text: &'static str = json.to_string().leak();
        serde_json::from_str(text).unwrap()
    }

    fn fits(mut offer: Offer<'static>, quotas: &PerRegion<RegionQuotas>, count: u32) -> Option<bool> {
        let unknown = fill(std::slice::from_mut(&mut offer), quotas, count);
        assert!(unknown == 0 || offer.quota.is_none());
        offer.quota.map(|quota| quota.fits)
    }

    #[test]
    fn what_is_used_and_what_is_wanted_have_to_fit_together() {
        let quotas = quotas(|_| {});
        assert_eq!(fits(offer("m7i.large", "on-demand", 2), &quotas, 3), Some(true));
        assert_eq!(fits(offer("m7i.large", "on-demand", 2), &quotas, 4), Some(false));
        assert_eq!(fits(offer("m7i.2xlarge", "spot", 8), &quotas, 1), Some(false));
        assert_eq!(fits(offer("m7i.large", "on-demand", 2), &quotas, u32::MAX), Some(false));
    }

    #[test]
    fn an_offer_is_held_against_the_quota_of_its_own_market() {
        let spot_is_used = quotas(|row| {
            row.used_vcpus = Some(if row.market == Market::Spot { 8 } else { 0 });
        });
        assert_eq!(fits(offer("g6.xlarge", "spot", 4), &spot_is_used, 1), Some(false));
        assert_eq!(fits(offer("g6.xlarge", "on-demand", 4), &spot_is_used, 1), Some(true));
        let mut p5 = offer("p5.4xlarge", "spot", 16);
        fill(std::slice::from_mut(&mut p5), &spot_is_used, 1);
        let quota = p5.quota.unwrap();
        assert_eq!((&*quota.code, quota.limit_vcpus, quota.used_vcpus), ("L-C4BD4855", 8, 8));
        assert_eq!(quota.name, "All P5 Spot Instance Requests");
    }

    #[test]
    fn of_what_is_not_known_nothing_is_said() {
        let of_g = |change: fn(&mut QuotaRow)| {
            quotas(move |row| {
                if row.class == "g" {
                    change(row);
                }
            })
        };
        let g6 = || offer("g6.xlarge", "on-demand", 4);
        assert_eq!(fits(g6(), &of_g(|row| row.limit_vcpus = None), 1), None);
        assert_eq!(fits(g6(), &of_g(|row| row.used_vcpus = None), 1), None);
        assert_eq!(fits(offer("p6-b200.48xlarge", "spot", 192), &quotas(|_| {}), 1), None);
        assert_eq!(fits(offer("mac2.metal", "on-demand", 8), &quotas(|_| {}), 1), None);
        assert_eq!(fits(offer("m99.large", "on-demand", 2), &quotas(|_| {}), 1), None);
        let elsewhere = Offer { region: "us-west-2".into(), ..g6() };
        assert_eq!(fits(elsewhere, &quotas(|_| {}), 1), None);
        assert_eq!(fits(Offer { vcpus: None, ..g6() }, &quotas(|_| {}), 1), None);
    }

    #[test]
    fn what_the_account_holds_needs_no_quota_and_of_a_block_to_be_bought_it_is_not_known() {
        let held =
            Offer { reservation_id: Some("cr-1".into()), ..offer("p5.48xlarge", "capacity-block", 192) };
        let mut held = [offer("g6.xlarge", "reservation", 4), held];
        assert_eq!(fill(&mut held, &quotas(|_| {}), 1), 0);
        assert!(held.iter().all(|offer| offer.quota.is_none()));
        assert_eq!(fits(offer("p5.48xlarge", "capacity-block", 192), &quotas(|_| {}), 1), None);
    }
}
