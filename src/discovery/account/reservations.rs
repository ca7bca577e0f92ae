//! Capacity that the account holds or may use: reservations of its own, those that others share with it, and capacity
//! blocks that were bought.
//!
//! A reservation that is over is no capacity and is not shown.

use std::borrow::Cow;
use std::cmp::Reverse;

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::capacity::TypeWish;
use super::described::{described, on_demand};
use crate::aws::Session;
use crate::aws::regions::{PerRegion, ask_each};
use crate::aws::types::capacity::{CapacityReservation, ReservationKind, ReservationState};
use crate::catalog::Catalog;
use crate::catalog::age::{Figure, Freshness};
use crate::model::{Market, Offer, OperatingSystem, RegionName};

/// Which reservations are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// For these types.
    pub types: TypeWish,
    /// With room for at least so many machines.
    pub least_free: Option<u32>,
    /// Whose they are told from shared ones by.
    pub account: Option<String>,
    /// The day by which prices are called old; none are where there is no day.
    pub today: Option<Date>,
}

/// Reservations as offers, and what an offer can't say of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held<'c> {
    /// One a reservation: those with room first, then by type, region and id.
    pub offers: Vec<Offer<'c>>,
    /// Those of [`Self::offers`] that can't be used yet.
    pub coming: Vec<Coming>,
    /// Those of [`Self::offers`] that another account holds.
    pub shared: Vec<Shared>,
    /// Those of [`Self::offers`] for a system whose price is not known: their ids, and EC2's words for the system.
    pub unpriced: Vec<(String, String)>,
    /// How many were left out because they have too little room.
    pub too_full: usize,
}

/// A reservation that is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    /// `cr-…`.
    pub id: String,
    /// EC2's word for where it is: `scheduled`.
    pub state: String,
    /// When it starts.
    pub starts_at: Option<Timestamp>,
}

/// A reservation that another account shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// `cr-…`.
    pub id: String,
    /// The account that holds it.
    pub owner: String,
}

/// Asks some regions what the account holds or may use there.
pub async fn reservations(session: &Session, regions: &[RegionName]) -> PerRegion<Vec<CapacityReservation>> {
    ask_each(session, regions, |region| async move { session.ec2(region).capacity_reservations().await })
        .await
}

/// The wanted ones among the answers of some regions.
#[must_use]
pub fn held<'c>(
    catalog: &'c Catalog<'c>,
    answers: &[(RegionName, Vec<CapacityReservation>)],
    wanted: &Wanted,
) -> Held<'c> {
    let mut held = Held::default();
    let freshness = wanted.today.map(Freshness::on);
    let all = answers.iter().flat_map(|(region, all)| all.iter().map(move |one| (region, one)));
    for (region, one) in all {
        if one.state == ReservationState::Ended || !wanted.types.fits(catalog, &one.instance_type) {
            continue;
        }
        if wanted.least_free.is_some_and(|least| room(one) < least) {
            held.too_full += 1;
            continue;
        }
        note(&mut held, one, wanted);
        held.offers.push(offer(catalog, region, one, freshness.as_ref()));
    }
    held.offers.sort_by(|one, other| order(one).cmp(&order(other)));
    held
}

/// How many machines can be launched into it now.
#[must_use]
pub fn room(one: &CapacityReservation) -> u32 {
    let usable = one.state == ReservationState::Active;
    one.available.filter(|_| usable).unwrap_or_default()
}

/// Whether it is for machines with this operating system and nothing that is billed on top.
#[must_use]
pub fn is_for(one: &CapacityReservation, os: OperatingSystem) -> bool {
    system(&one.platform) == (os, Billed::AsSystem)
}

fn note(held: &mut Held<'_>, one: &CapacityReservation, wanted: &Wanted) {
    if let ReservationState::Coming(state) = &one.state {
        held.coming.push(Coming { id: one.id.clone(), state: state.clone(), starts_at: one.starts_at });
    }
    if system(&one.platform).1 == Billed::WithMore {
        held.unpriced.push((one.id.clone(), one.platform.clone()));
    }
    let (Some(account), Some(owner)) = (&wanted.account, &one.owner) else { return };
    if account != owner {
        held.shared.push(Shared { id: one.id.clone(), owner: owner.clone() });
    }
}

fn order<'o>(offer: &'o Offer<'_>) -> impl Ord + use<'o> {
    let has_room = offer.available_count.is_some_and(|count| count > 0);
    (Reverse(has_room), &*offer.instance_type, &*offer.region, offer.reservation_id.as_deref())
}

fn offer<'c>(
    catalog: &'c Catalog<'c>,
    region: &RegionName,
    one: &CapacityReservation,
    freshness: Option<&Freshness>,
) -> Offer<'c> {
    let market = match one.kind {
        ReservationKind::Ordinary => Market::Reservation,
        ReservationKind::Block => Market::CapacityBlock,
    };
    let (os, billed) = system(&one.platform);
    let known = described(catalog, one.instance_type.clone(), region.to_string(), market, os);
    let on_demand =
        on_demand(catalog, &one.instance_type, region.as_str(), os).filter(|_| billed == Billed::AsSystem);
    // An hour in a reservation costs what it costs on demand; a block has been paid.
    let price = on_demand.filter(|_| one.kind == ReservationKind::Ordinary);
    let is_old =
        |as_of: &str| freshness.is_some_and(|freshness| freshness.is_old(Figure::OnDemandPrice, as_of));
    Offer {
        zones: one.zone_id.iter().cloned().map(Cow::Owned).collect(),
        price_usd_hour: price.map(|price| price.amount),
        price_source: price.map(|price| Cow::Borrowed(price.source.label())),
        price_as_of: price.map(|price| Cow::Borrowed(price.source.as_of())),
        price_is_old: price.is_some_and(|price| is_old(price.source.as_of())),
        on_demand_usd_hour: on_demand.map(|price| price.amount),
        reservation_id: Some(Cow::Owned(one.id.clone())),
        available_count: one.available,
        total_count: one.total,
        ends_at: one.ends_at.map(|end| Cow::Owned(end.to_string())),
        ..known
    }
}

/// Whether an hour is billed as the operating system alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Billed {
    AsSystem,
    /// A database or a support contract comes on top, for which there is no price here.
    WithMore,
}

/// The operating system of a platform in EC2's words.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCapacityReservation.html>
fn system(platform: &str) -> (OperatingSystem, Billed) {
    match platform {
        "Linux/UNIX" => (OperatingSystem::Linux, Billed::AsSystem),
        "Windows" => (OperatingSystem::Windows, Billed::AsSystem),
        "Red Hat Enterprise Linux" => (OperatingSystem::Rhel, Billed::AsSystem),
        "SUSE Linux" => (OperatingSystem::Suse, Billed::AsSystem),
        other if other.starts_with("Windows") => (OperatingSystem::Windows, Billed::WithMore),
        other if other.starts_with("RHEL") => (OperatingSystem::Rhel, Billed::WithMore),
        _ => (OperatingSystem::Linux, Billed::WithMore),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::capacity::Devices;

    fn one(id: &str, instance_type: &str, available: u32) -> CapacityReservation {
        CapacityReservation {
            id: id.to_owned(),
            owner: Some("111111111111".to_owned()),
            instance_type: instance_type.to_owned(),
            platform: "Linux/UNIX".to_owned(),
            zone_id: Some("use1-az4".to_owned()),
            zone_name: None,
            total: Some(8),
            available: Some(available),
            state: ReservationState::Active,
            kind: ReservationKind::Ordinary,
            starts_at: None,
            ends_at: None,
        }
    }

    fn held_of(all: Vec<CapacityReservation>, wanted: &Wanted) -> Held<'static> {
        held(Catalog::embedded(), &[("us-east-1".parse().unwrap(), all)], wanted)
    }

    fn ids<'h>(held: &'h Held<'_>) -> Vec<&'h str> {
        held.offers.iter().filter_map(|offer| offer.reservation_id.as_deref()).collect()
    }

    #[test]
    fn those_with_room_come_first_and_those_that_are_over_not_at_all() {
        let over = CapacityReservation { state: ReservationState::Ended, ..one("cr-4", "m7i.large", 8) };
        let all = vec![one("cr-1", "m7i.large", 0), one("cr-2", "p5.48xlarge", 3), over];
        assert_eq!(ids(&held_of(all, &Wanted::default())), ["cr-2", "cr-1"]);
    }

    #[test]
    fn the_room_of_one_that_is_coming_does_not_count() {
        let state = ReservationState::Coming("scheduled".to_owned());
        let coming = CapacityReservation { state, ..one("cr-1", "p5.48xlarge", 4) };
        let all = vec![coming, one("cr-2", "p5.48xlarge", 3)];
        let held = held_of(all.clone(), &Wanted { least_free: Some(2), ..Wanted::default() });
        assert_eq!((ids(&held), held.too_full), (vec!["cr-2"], 1));
        assert_eq!(held_of(all, &Wanted::default()).coming[0].state, "scheduled");
    }

    #[test]
    fn types_are_filtered_also_where_the_catalog_does_not_know_them() {
        let all = vec![one("cr-1", "z9.large", 1), one("cr-2", "p5.48xlarge", 1)];
        let wanted = |patterns: &[&str], devices| Wanted {
            types: TypeWish {
                patterns: patterns.iter().map(|text| text.parse().unwrap()).collect(),
                devices,
            },
            ..Wanted::default()
        };
        assert_eq!(ids(&held_of(all.clone(), &wanted(&["z9.*"], Devices::Any))), ["cr-1"]);
        assert_eq!(ids(&held_of(all, &wanted(&[], Devices::Gpus))), ["cr-2"]);
    }

    #[test]
    fn what_is_billed_on_top_of_the_system_has_no_price() {
        let platform = "Windows with SQL Server Standard".to_owned();
        let all = vec![
            CapacityReservation { platform: platform.clone(), ..one("cr-1", "m7i.large", 1) },
            one("cr-2", "m7i.large", 1),
        ];
        let held = held_of(all, &Wanted::default());
        assert_eq!(held.offers[0].os, OperatingSystem::Windows);
        assert!(held.offers[0].price_usd_hour.is_none() && held.offers[1].price_usd_hour.is_some());
        assert_eq!(held.unpriced, [("cr-1".to_owned(), platform)]);
    }

    #[test]
    fn one_of_another_account_is_shared() {
        let wanted = Wanted { account: Some("222222222222".to_owned()), ..Wanted::default() };
        assert_eq!(held_of(vec![one("cr-1", "m7i.large", 1)], &wanted).shared[0].owner, "111111111111");
        assert!(held_of(vec![one("cr-1", "m7i.large", 1)], &Wanted::default()).shared.is_empty());
    }
}
