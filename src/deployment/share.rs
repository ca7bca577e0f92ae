//! How many machines of a deployment go where: evenly, by weights, or where they cost least.
//!
//! Pure: what a machine costs in a region, and where there was no room, is told. Nothing is asked for here.

use crate::manifest::placement::{RegionPlacement, Spread};
use crate::model::{Money, RegionName};

/// A region and how many machines it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Which.
    pub region: RegionName,
    /// How many; never none.
    pub count: u32,
}

/// Where machines can be put: a region, its weight, and what one costs there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which.
    pub region: RegionName,
    /// Its part where machines are shared out by weights.
    pub weight: u32,
    /// What the wanted type costs an hour on the wanted market, where that is known.
    pub usd_hour: Option<Money>,
}

impl Place {
    /// A region of a placement, at this price.
    #[must_use]
    pub fn of(placement: &RegionPlacement, usd_hour: Option<Money>) -> Self {
        Self { region: placement.region.clone(), weight: placement.weight, usd_hour }
    }
}

/// Shares machines out; regions that get none are not named. No place at all gets nothing.
///
/// By weights, what is over after whole parts goes to the largest remainders; a tie goes to what was written first, as it
/// does between equal prices. Prices that are not known come after all that are.
#[must_use]
pub fn share_out(count: u32, spread: Spread, places: &[Place]) -> Vec<Share> {
    let counts = match spread {
        Spread::Even => by_weights(count, &vec![1; places.len()]),
        Spread::Weights => by_weights(count, &places.iter().map(|place| place.weight).collect::<Vec<_>>()),
        Spread::Cheapest => {
            let cheapest = in_order(spread, places).first().copied();
            (0..places.len()).map(|at| if Some(at) == cheapest { count } else { 0 }).collect()
        }
    };
    places
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(place, count)| Share { region: place.region.clone(), count })
        .collect()
}

/// The regions that take what another one had no room for, the first one first.
#[must_use]
pub fn instead_of(full: &[RegionName], spread: Spread, places: &[Place]) -> Vec<RegionName> {
    in_order(spread, places)
        .into_iter()
        .map(|at| &places[at].region)
        .filter(|region| !full.contains(region))
        .cloned()
        .collect()
}

/// The positions of the places, the best one first.
fn in_order(spread: Spread, places: &[Place]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    match spread {
        Spread::Even => {}
        Spread::Weights => order.sort_by_key(|at| std::cmp::Reverse(places[*at].weight)),
        Spread::Cheapest => order.sort_by_key(|at| (places[*at].usd_hour.is_none(), places[*at].usd_hour)),
    }
    order
}

/// Whole parts first, then one each to the largest remainders.
fn by_weights(count: u32, weights: &[u32]) -> Vec<u32> {
    let sum: u64 = weights.iter().copied().map(u64::from).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let parts = weights.iter().map(|weight| u64::from(count) * u64::from(*weight));
    let mut shares: Vec<(u64, u64)> = parts.map(|part| (part / sum, part % sum)).collect();
    let given: u64 = shares.iter().map(|(whole, _)| whole).sum();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(shares[*at].1));
    let over = usize::try_from(u64::from(count) - given).unwrap_or(usize::MAX);
    for at in order.into_iter().take(over) {
        shares[at].0 += 1;
    }
    // A share is never more than the count, which fits.
    shares.into_iter().map(|(whole, _)| u32::try_from(whole).unwrap_or(count)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn places(of: &[(&str, u32, Option<u64>)]) -> Vec<Place> {
        let place = |(region, weight, micros): &(&str, u32, Option<u64>)| Place {
            region: region.parse().unwrap(),
            weight: *weight,
            usd_hour: micros.map(Money::from_micros),
        };
        of.iter().map(place).collect()
    }

    fn told(shares: &[Share]) -> String {
        shares
            .iter()
            .map(|share| format!("{}={}", share.region.as_str(), share.count))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn machines_are_shared_out() {
        let three =
            places(&[("us-east-1", 2, Some(30_000)), ("us-west-2", 1, Some(20_000)), ("eu-west-1", 1, None)]);
        for (count, spread, expected) in [
            (7, Spread::Even, "us-east-1=3 us-west-2=2 eu-west-1=2"),
            (2, Spread::Even, "us-east-1=1 us-west-2=1"),
            (8, Spread::Weights, "us-east-1=4 us-west-2=2 eu-west-1=2"),
            (3, Spread::Weights, "us-east-1=1 us-west-2=1 eu-west-1=1"),
            (1, Spread::Weights, "us-east-1=1"),
            (5, Spread::Cheapest, "us-west-2=5"),
            (0, Spread::Even, ""),
        ] {
            assert_eq!(told(&share_out(count, spread, &three)), expected, "{count} {spread:?}");
        }
        assert!(share_out(3, Spread::Even, &[]).is_empty());
    }

    #[test]
    fn what_has_no_room_goes_to_the_next_best() {
        let three =
            places(&[("us-east-1", 1, None), ("us-west-2", 3, Some(20_000)), ("eu-west-1", 2, Some(10_000))]);
        let next = |spread| {
            let full = ["us-west-2".parse().unwrap()];
            instead_of(&full, spread, &three)
                .iter()
                .map(|region| region.as_str().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(next(Spread::Even), ["us-east-1", "eu-west-1"]);
        assert_eq!(next(Spread::Weights), ["eu-west-1", "us-east-1"]);
        assert_eq!(next(Spread::Cheapest), ["eu-west-1", "us-east-1"]);
    }

    proptest! {
        #[test]
        fn every_machine_goes_somewhere_and_by_weights_nobody_is_off_by_more_than_one(
            count in 0_u32..10_000,
            weights in proptest::collection::vec(0_u32..1_000, 1..12),
        ) {
            let sum: u64 = weights.iter().copied().map(u64::from).sum();
            let shares = by_weights(count, &weights);
            if sum == 0 {
                prop_assert!(shares.iter().all(|share| *share == 0));
            } else {
                prop_assert_eq!(shares.iter().sum::<u32>(), count);
                for (share, weight) in shares.iter().zip(&weights) {
                    let exact = u64::from(count) * u64::from(*weight) / sum;
                    prop_assert!(u64::from(*share).abs_diff(exact) <= 1);
                }
            }
        }
    }
}
