//! The rule for Windows, Red Hat and SUSE: the licence of a type costs the same in every region.
//!
//! What a figure lies above the Linux price that was kept is the licence, if the figure is right. The licence of a
//! type is what three regions with different Linux prices agree on, twice as many as agree on anything else;
//! regions with the same Linux price are one witness, since they would be wrong alike. A figure without a licence
//! in it (Windows brought by the user) is not a price of that system.

use std::collections::{BTreeMap, BTreeSet};

use cloudkit::model::{Money, OperatingSystem};

use super::{Fate, Prices, Tally};

/// How many different Linux prices have to bear a licence out.
const WITNESSES: usize = 3;

/// How many times as many as bear out anything else.
const LEAD: usize = 2;

/// Two licences are the same up to what rounding a price to three decimals does to it.
const ROUNDING_MICROS: u64 = 600;

/// A licence as one region has it.
#[derive(Debug, Clone, Copy)]
struct Witness {
    licence: u64,
    linux: u64,
}

/// The prices whose licence is what it usually is.
pub(super) fn keep<'a>(
    prices: &Prices<'a>,
    linux: &Prices<'a>,
    os: OperatingSystem,
    tally: &mut Tally,
) -> Prices<'a> {
    let mut witnesses: BTreeMap<&str, Vec<Witness>> = BTreeMap::new();
    for (place, amount) in prices {
        if let Ok(witness) = witness(*amount, linux.get(place)) {
            witnesses.entry(place.instance_type).or_default().push(witness);
        }
    }
    let usual: BTreeMap<&str, u64> = witnesses
        .iter()
        .filter_map(|(instance_type, witnesses)| Some((*instance_type, usual_licence(witnesses)?)))
        .collect();
    let mut kept = Prices::new();
    for (place, amount) in prices {
        let usual = usual.get(place.instance_type).copied();
        match judge(*amount, linux.get(place), usual) {
            Ok(()) => {
                tally.add(os, Fate::Kept);
                kept.insert(*place, *amount);
            }
            Err(fate) => tally.add(os, fate),
        }
    }
    kept
}

fn judge(amount: Money, linux: Option<&Money>, usual: Option<u64>) -> Result<(), Fate> {
    let witness = witness(amount, linux)?;
    let usual = usual.ok_or(Fate::LicenceNotClear)?;
    if same(witness.licence, usual) { Ok(()) } else { Err(Fate::DisagreesWithLicence) }
}

fn witness(amount: Money, linux: Option<&Money>) -> Result<Witness, Fate> {
    let linux = linux.ok_or(Fate::NoLinuxPrice)?.micros();
    match amount.micros().checked_sub(linux) {
        None | Some(0) => Err(Fate::NoLicence),
        Some(licence) => Ok(Witness { licence, linux }),
    }
}

/// The licence that most different Linux prices bear out, if it is enough of them and nothing comes near.
fn usual_licence(witnesses: &[Witness]) -> Option<u64> {
    let support = |licence| {
        let agreeing = witnesses.iter().filter(|witness| same(witness.licence, licence));
        agreeing.map(|witness| witness.linux).collect::<BTreeSet<_>>().len()
    };
    let (most, std::cmp::Reverse(licence)) =
        witnesses.iter().map(|one| (support(one.licence), std::cmp::Reverse(one.licence))).max()?;
    let others = witnesses.iter().filter(|other| other.licence.abs_diff(licence) > 2 * ROUNDING_MICROS);
    let next = others.map(|other| support(other.licence)).max().unwrap_or(0);
    (most >= WITNESSES && most >= LEAD * next).then_some(licence)
}

fn same(one: u64, other: u64) -> bool {
    one.abs_diff(other) <= ROUNDING_MICROS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual(witnesses: &[(u64, u64)]) -> Option<u64> {
        let witnesses: Vec<_> =
            witnesses.iter().map(|(licence, linux)| Witness { licence: *licence, linux: *linux }).collect();
        usual_licence(&witnesses)
    }

    #[test]
    fn a_licence_is_what_regions_of_different_prices_agree_on() {
        assert_eq!(
            usual(&[(92_000, 100_800), (92_000, 112_000), (92_100, 120_000), (103_000, 125_000)]),
            Some(92_000)
        );
    }

    #[test]
    fn regions_of_one_price_are_one_witness() {
        assert_eq!(
            usual(&[(102_080, 100_800), (102_080, 100_800), (102_080, 100_800), (92_000, 112_000)]),
            None
        );
    }

    #[test]
    fn a_price_without_its_licence_is_none() {
        let linux = Money::from_micros(100_800);
        assert_eq!(judge(linux, Some(&linux), Some(92_000)), Err(Fate::NoLicence));
        assert_eq!(judge(linux, None, Some(92_000)), Err(Fate::NoLinuxPrice));
        assert_eq!(judge(Money::from_micros(192_800), Some(&linux), Some(92_000)), Ok(()));
    }
}
