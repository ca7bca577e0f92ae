//! Markets by tables: highest prices, reservations, capacity blocks, and pools that refused a short while ago.

use super::*;
use crate::aws::types::capacity::{CapacityReservation, ReservationKind, ReservationState};
use crate::provision::refusal_memory::{Pool, RecentRefusal};
use crate::provision::wish::{QuotedPrice, WishedReservation};

fn at(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

fn held(id: &str, kind: ReservationKind) -> CapacityReservation {
    CapacityReservation {
        id: id.to_owned(),
        owner: None,
        instance_type: "m7i.large".to_owned(),
        platform: "Linux/UNIX".to_owned(),
        zone_id: Some("use1-az4".to_owned()),
        zone_name: Some("us-east-1a".to_owned()),
        total: Some(4),
        available: Some(2),
        state: ReservationState::Active,
        kind,
        starts_at: Some(at("2026-11-21T11:30:00Z")),
        ends_at: (kind == ReservationKind::Block).then(|| at("2026-11-22T11:30:00Z")),
    }
}

fn world_with(held: Vec<CapacityReservation>) -> World {
    let mut world = world();
    world.regions.get_mut("us-east-1").unwrap().reservations = held;
    world
}

fn into(market: Market, reservation: WishedReservation) -> WishedMachine {
    WishedMachine { market, reservation: Some(reservation), ..wished("m7i.large", "us-east-1") }
}

fn named(id: &str) -> WishedReservation {
    WishedReservation::Named(id.to_owned())
}

#[test]
fn a_reservation_brings_its_zone() {
    let world = world_with(vec![held("cr-1", ReservationKind::Ordinary)]);
    let plan = planned(&wish(vec![into(Market::Reservation, named("cr-1"))]), &world);
    let candidate = &plan.candidates[0];
    assert_eq!(candidate.zone.as_deref(), Some("use1-az4"));
    assert_eq!((candidate.reservation.as_deref(), candidate.ends_by), (Some("cr-1"), None));
    assert_eq!(candidate.cost.usd_hour.unwrap().to_string(), "0.106677", "billed as on demand");
}

#[test]
fn any_reservation_is_each_that_has_room() {
    let full = CapacityReservation { available: Some(0), ..held("cr-full", ReservationKind::Ordinary) };
    let block = held("cr-block", ReservationKind::Block);
    let held = |id| held(id, ReservationKind::Ordinary);
    let any = wish(vec![into(Market::Reservation, WishedReservation::Any)]);
    let world = world_with(vec![full.clone(), held("cr-1"), block.clone(), held("cr-2")]);
    let plan = planned(&any, &world);
    let ids: Vec<_> = plan.candidates.iter().map(|one| one.reservation.clone().unwrap()).collect();
    assert_eq!(ids, ["cr-1", "cr-2"]);
    assert_eq!(
        refusal(&any, &world_with(vec![full, block])),
        "no reservation of the account has room for it: cr-full has no room: 0 of 4 places are free; \
         cr-block is a capacity block"
    );
    assert_eq!(refusal(&any, &world_with(Vec::new())), "no reservation of the account has room for it");
}

#[test]
fn a_reservation_that_does_not_fit_is_refused_in_words() {
    let one = || held("cr-1", ReservationKind::Ordinary);
    let why = |one: CapacityReservation, machine: WishedMachine| {
        refusal(&wish(vec![machine]), &world_with(vec![one]))
    };
    let machine = || into(Market::Reservation, named("cr-1"));
    assert_eq!(
        why(CapacityReservation { id: "cr-2".to_owned(), ..one() }, machine()),
        "the account holds no reservation cr-1 in us-east-1"
    );
    assert_eq!(
        why(CapacityReservation { instance_type: "m7i.xlarge".to_owned(), ..one() }, machine()),
        "cr-1 is for m7i.xlarge, not for m7i.large"
    );
    assert_eq!(
        why(CapacityReservation { platform: "Windows".to_owned(), ..one() }, machine()),
        "cr-1 is for Windows, and this image is Linux/UNIX"
    );
    assert_eq!(
        why(CapacityReservation { state: ReservationState::Ended, ..one() }, machine()),
        "cr-1 is over"
    );
    let elsewhere = WishedMachine { zones: vec!["use1-az6".to_owned()], ..machine() };
    assert_eq!(why(one(), elsewhere), "cr-1 is in use1-az4, not in use1-az6");
    let by_name = WishedMachine { zones: vec!["us-east-1a".to_owned()], ..machine() };
    assert_eq!(planned(&wish(vec![by_name]), &world_with(vec![one()])).candidates.len(), 1);
    assert_eq!(
        why(one(), into(Market::CapacityBlock, named("cr-1"))),
        "cr-1 is a reservation, not a capacity block"
    );
}

#[test]
fn a_block_is_used_while_it_lasts_and_ends_the_machine_half_an_hour_before() {
    let block = || held("cr-1", ReservationKind::Block);
    let machine = || into(Market::CapacityBlock, named("cr-1"));
    let of = |block: CapacityReservation, lifetime: &str| {
        let lifetime = Lifetime::For(lifetime.parse().unwrap());
        plan(&Wish { lifetime, ..wish(vec![machine()]) }, &world_with(vec![block]), Catalog::embedded(), 7)
    };
    let short = of(block(), "8h").unwrap();
    assert_eq!((short.deadline, short.notes.len()), (Some(at("2026-11-21T20:00:00Z")), 0));
    assert_eq!(short.candidates[0].cost.parts[0].usd_hour, Some(Money::default()), "paid already");
    let long = of(block(), "2d").unwrap();
    assert_eq!(long.deadline, Some(at("2026-11-22T11:00:00Z")));
    assert_eq!(
        long.notes,
        ["EC2 ends the machines of cr-1 at 2026-11-22T11:00:00Z, half an hour before the block ends"]
    );
    assert_eq!(tag::value_of(&long.tags, tag::DEADLINE), Some("2026-11-22T11:00:00Z"));
    let coming = CapacityReservation {
        state: ReservationState::Coming("scheduled".to_owned()),
        starts_at: Some(at("2026-11-22T11:30:00Z")),
        ..block()
    };
    assert_eq!(
        of(coming, "8h").unwrap_err().to_string(),
        "m7i.large in us-east-1, capacity-block cannot be launched: cr-1 is scheduled: it starts at 2026-11-22T11:30:00Z"
    );
    let ending = CapacityReservation { ends_at: Some(at("2026-11-21T12:30:00Z")), ..block() };
    assert!(of(ending, "8h").unwrap_err().to_string().ends_with("EC2 ends its machines half an hour before"));
}

#[test]
fn a_machine_without_an_end_in_a_block_gets_that_of_the_block_and_others_are_told_of_it() {
    let world = world_with(vec![held("cr-1", ReservationKind::Block)]);
    let block = into(Market::CapacityBlock, named("cr-1"));
    let endless = Wish { lifetime: Lifetime::UntilEnded, ..wish(vec![block.clone()]) };
    assert_eq!(planned(&endless, &world).deadline, Some(at("2026-11-22T11:00:00Z")));
    let or_on_demand = Wish { candidates: vec![block, wished("m7i.large", "us-east-1")], ..endless };
    let plan = planned(&or_on_demand, &world);
    assert_eq!((plan.deadline, plan.notes.len()), (None, 1), "the one on demand would have none");
}

#[test]
fn a_highest_price_below_the_last_known_one_is_said() {
    let quoted = QuotedPrice {
        usd_hour: "0.04".parse().unwrap(),
        source: "feed".to_owned(),
        as_of: "2026-11-20".to_owned(),
    };
    let spot = |highest: &str| WishedMachine {
        market: Market::Spot,
        max_price: Some(highest.parse().unwrap()),
        price: Some(quoted.clone()),
        ..wished("m7i.large", "us-east-1")
    };
    let plan = planned(&wish(vec![spot("0.03"), wished("m7i.large", "us-east-1")]), &world());
    assert_eq!(
        plan.notes,
        [
            "m7i.large in us-east-1 was last 0.04 USD an hour (feed 2026-11-20), which is more than the 0.03 of --max-price"
        ]
    );
    assert_eq!(plan.candidates[0].max_price_usd_hour, Some("0.03".parse().unwrap()));
    assert_eq!((plan.market_asked, plan.candidates[1].max_price_usd_hour), (Market::Spot, None));
    assert!(planned(&wish(vec![spot("0.04")]), &world()).notes.is_empty());
    let unpriced = WishedMachine { price: None, ..spot("0.03") };
    let plan = planned(&wish(vec![unpriced]), &world());
    assert_eq!((plan.candidates[0].cost.usd_hour, plan.notes.len()), (None, 0), "unknown stays unknown");
}

#[test]
fn a_pool_that_refused_a_short_while_ago_is_left_out_unless_nothing_else_is_left() {
    let refused_at = |zone: Option<&str>, account: &str| RecentRefusal {
        pool: Pool {
            account: account.to_owned(),
            instance_type: "m7i.large".to_owned(),
            region: "us-east-1".to_owned(),
            zone: zone.map(str::to_owned),
            market: Market::OnDemand,
        },
        at: at("2026-11-21T11:59:20Z"),
    };
    let ours = "123456789012";
    let world = |refusal| World { recent_refusals: vec![refusal], ..world() };
    let both = wish(vec![wished("m7i.large", "us-east-1"), wished("m7i.xlarge", "us-east-1")]);
    let plan = planned(&both, &world(refused_at(None, ours)));
    assert_eq!((plan.candidates.len(), plan.refused.len()), (1, 1));
    assert_eq!(
        plan.refused[0].reason,
        "refused for want of capacity 40s ago, and not asked again until 2026-11-21T12:02:20Z"
    );
    for other in [refused_at(Some("use1-az1"), ours), refused_at(None, "210987654321")] {
        assert_eq!(planned(&both, &world(other)).candidates.len(), 2);
    }
    let alone = wish(vec![wished("m7i.large", "us-east-1")]);
    let plan = planned(&alone, &world(refused_at(None, ours)));
    assert_eq!(plan.candidates.len(), 1);
    assert_eq!(
        plan.notes,
        ["all of this was refused for want of capacity, last 40s ago; it is asked for again all the same"]
    );
}
