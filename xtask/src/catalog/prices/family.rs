//! The rule for Linux: sizes of a family cost the same per unit in a region.
//!
//! The true rate is taken to be the lowest one, since every figure that was found wrong was too high (dedicated
//! tenancy, a price from before a cut). It has to have three witnesses: sizes that have this rate, or sizes that
//! lie above it by just the surcharge of dedicated tenancy, which say the same from further off. A majority would
//! not do: in us-east-1 five sizes of i8g stand at dedicated tenancy's rate and two at the shared one. A family
//! that does not scale (hpc7a costs the same in all sizes) never has three witnesses, and so has no price.

use std::collections::BTreeMap;

use cloudkit::model::OperatingSystem;
use cloudkit::model::name::family;

use super::facts::Facts;
use super::{Fate, Place, Prices, Tally};

/// How many sizes have to bear a rate out. With one figure in six being that of dedicated tenancy, three that agree
/// are all of them wrong once in two hundred times, two once in forty.
const WITNESSES: usize = 3;

/// Two rates are the same up to a thousandth, or up to what rounding a price to four decimals does to it.
const SAME_RATE_DIVISOR: u64 = 1000;
const ROUNDING_MICROS: u64 = 60;

/// What dedicated tenancy adds, in percent of the shared price; it depends on the age of the family.
const SURCHARGES_PERCENT: [u64; 2] = [6, 10];

/// How far from such a surcharge a figure may lie: rounding, in parts per thousand.
const SURCHARGE_LEEWAY_PER_MILLE: u64 = 3;

/// The price of one size.
#[derive(Debug, Clone, Copy)]
struct Quote<'a> {
    place: Place<'a>,
    units: u64,
    micros: u64,
}

impl Quote<'_> {
    /// Whether this size costs as much per unit as the other.
    fn has_rate_of(&self, other: &Self) -> bool {
        let expected = other.micros * self.units / other.units;
        self.micros.abs_diff(expected) <= (expected / SAME_RATE_DIVISOR).max(ROUNDING_MICROS)
    }

    /// Whether this size costs more per unit than the other by just the surcharge of dedicated tenancy.
    fn is_dedicated_of(&self, other: &Self) -> bool {
        SURCHARGES_PERCENT.into_iter().any(|percent| {
            let expected = other.micros * self.units * (100 + percent) / (100 * other.units);
            self.micros.abs_diff(expected) <= expected * SURCHARGE_LEEWAY_PER_MILLE / 1000
        })
    }
}

/// The prices that are borne out by their families.
pub(super) fn keep<'a>(prices: &Prices<'a>, facts: &Facts<'_>, tally: &mut Tally) -> Prices<'a> {
    let mut families: BTreeMap<(&str, &str), Vec<Quote<'a>>> = BTreeMap::new();
    for (place, amount) in prices {
        if let Some(units) = facts.units(place.instance_type) {
            let quote = Quote { place: *place, units, micros: amount.micros() };
            families.entry((place.region, family(place.instance_type))).or_default().push(quote);
        }
    }
    let mut kept = Prices::new();
    for quotes in families.into_values() {
        let count = quotes.len();
        let shared = shared_rate(quotes);
        let dropped = if shared.is_empty() { Fate::TooFewWitnesses } else { Fate::DisagreesWithFamily };
        tally.add_many(OperatingSystem::Linux, dropped, count - shared.len());
        tally.add_many(OperatingSystem::Linux, Fate::Kept, shared.len());
        kept.extend(shared.iter().filter_map(|quote| Some((quote.place, *prices.get(&quote.place)?))));
    }
    kept
}

/// The quotes of a family that have its lowest rate, if that is borne out; none otherwise.
fn shared_rate(quotes: Vec<Quote<'_>>) -> Vec<Quote<'_>> {
    let mut rates = rates(quotes);
    let Some(lowest) = (0..rates.len()).min_by(|one, other| compare(&rates[*one][0], &rates[*other][0]))
    else {
        return Vec::new();
    };
    let shared = rates.swap_remove(lowest);
    let dedicated =
        rates.iter().filter(|rate| rate[0].is_dedicated_of(&shared[0])).map(Vec::len).sum::<usize>();
    if shared.len() + dedicated >= WITNESSES { shared } else { Vec::new() }
}

/// The quotes by rate. The largest size of each comes first: rounding says least there.
fn rates(mut quotes: Vec<Quote<'_>>) -> Vec<Vec<Quote<'_>>> {
    quotes.sort_by_key(|quote| (std::cmp::Reverse(quote.units), quote.place));
    let mut rates: Vec<Vec<Quote<'_>>> = Vec::new();
    for quote in quotes {
        match rates.iter_mut().find(|rate| quote.has_rate_of(&rate[0])) {
            Some(rate) => rate.push(quote),
            None => rates.push(vec![quote]),
        }
    }
    rates
}

/// Orders quotes by what they cost per unit.
fn compare(one: &Quote<'_>, other: &Quote<'_>) -> std::cmp::Ordering {
    (one.micros * other.units).cmp(&(other.micros * one.units))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(quotes: &[(u64, u64)]) -> Vec<u64> {
        let quotes = quotes.iter().map(|(units, micros)| Quote {
            place: Place { region: "us-east-1", instance_type: "m7i.large" },
            units: *units,
            micros: *micros,
        });
        shared_rate(quotes.collect()).iter().map(|quote| quote.units).collect()
    }

    #[test]
    fn the_lowest_rate_wins_even_against_a_majority() {
        assert_eq!(
            kept(&[(2, 171_600), (8, 755_000), (16, 1_510_100), (32, 3_020_200), (64, 5_491_200)]),
            [64, 2]
        );
    }

    #[test]
    fn two_sizes_bear_nothing_out() {
        assert!(kept(&[(2, 100_800), (4, 201_600)]).is_empty());
        assert_eq!(kept(&[(2, 100_800), (4, 201_600), (8, 403_200)]), [8, 4, 2]);
    }

    #[test]
    fn a_family_that_does_not_scale_has_no_price() {
        assert!(kept(&[(24, 7_200_000), (48, 7_200_000), (96, 7_200_000), (192, 7_200_000)]).is_empty());
    }

    #[test]
    fn rounding_to_four_decimals_is_forgiven() {
        assert_eq!(kept(&[(1, 45_400), (2, 90_700), (8, 362_900), (64, 2_903_000)]), [64, 8, 2, 1]);
    }
}
