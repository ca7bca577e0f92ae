//! What EBS volumes cost, where that is known.
//!
//! Prices differ from region to region, and those of one region are known: <https://aws.amazon.com/ebs/pricing/>. Magnetic
//! volumes cost by what is read and written too, which nobody foresees; they have no price here.

use super::{CostPart, HOURS_PER_MONTH, Paid};
use crate::model::volume::{GP3_FREE_IOPS, GP3_FREE_THROUGHPUT};
use crate::model::{Money, Volume, VolumeKind};

/// The region whose prices these are: Northern Virginia.
const REGION: &str = "us-east-1";
/// Where they are from.
const SOURCE: &str = "aws.amazon.com/ebs/pricing";

/// A part of a provisioned speed above which an operation a second costs so much a month.
type Tier = (u32, Money);

const IO1: [Tier; 1] = [(0, Money::from_micros(65_000))];
const IO2: [Tier; 3] = [
    (0, Money::from_micros(65_000)),
    (32_000, Money::from_micros(46_000)),
    (64_000, Money::from_micros(32_000)),
];
const GP3: [Tier; 1] = [(GP3_FREE_IOPS, Money::from_micros(5_000))];
const GP3_THROUGHPUT: [Tier; 1] = [(GP3_FREE_THROUGHPUT, Money::from_micros(40_000))];

/// A volume; none where what it is made of, or how large it is, is not known.
#[must_use]
pub fn volume(region: &str, what: String, volume: Option<&Volume>) -> CostPart {
    let month = volume.filter(|_| region == REGION).and_then(month);
    let usd_hour = month.and_then(|month| month.divided_by(HOURS_PER_MONTH));
    CostPart { what, usd_hour, source: usd_hour.map(|_| SOURCE.to_owned()), paid: Paid::Always }
}

/// What a volume costs for a month.
fn month(volume: &Volume) -> Option<Money> {
    let (gib_month, iops) = match volume.kind {
        VolumeKind::Gp3 => (80_000, tiered(&GP3, volume.iops.unwrap_or(GP3_FREE_IOPS))),
        VolumeKind::Gp2 => (100_000, Money::default()),
        VolumeKind::Io2 => (125_000, tiered(&IO2, volume.iops?)),
        VolumeKind::Io1 => (125_000, tiered(&IO1, volume.iops?)),
        VolumeKind::St1 => (45_000, Money::default()),
        VolumeKind::Sc1 => (15_000, Money::default()),
        VolumeKind::Standard => return None,
    };
    let throughput = tiered(&GP3_THROUGHPUT, volume.throughput.unwrap_or_default());
    Some(Money::from_micros(gib_month).times(volume.gib.into()).plus(iops).plus(throughput))
}

/// The price of a speed: of each part of it that tier's.
fn tiered(tiers: &[Tier], speed: u32) -> Money {
    let ends = tiers.iter().skip(1).map(|(start, _)| *start).chain([u32::MAX]);
    tiers
        .iter()
        .zip(ends)
        .map(|((start, price), end)| price.times(speed.min(end).saturating_sub(*start).into()))
        .fold(Money::default(), Money::plus)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_month(text: &str) -> Option<String> {
        month(&text.parse().unwrap()).map(|money| money.to_string())
    }

    #[test]
    fn a_month_is_size_and_speed() {
        for (text, dollars) in [
            ("100", "8.00"),
            ("500,gp3,6000", "55.00"),
            ("2000,10000,500", "210.00"),
            ("100,gp2", "10.00"),
            ("1000,io1,2000", "255.00"),
            ("1000,io2,100000", "4829.00"),
            ("1000,st1", "45.00"),
            ("1000,sc1", "15.00"),
        ] {
            assert_eq!(a_month(text).as_deref(), Some(dollars), "{text}");
        }
        assert_eq!(a_month("100,standard"), None);
    }

    #[test]
    fn elsewhere_it_is_not_known() {
        let hundred: Volume = "100".parse().unwrap();
        let there = volume("eu-west-1", "volume".to_owned(), Some(&hundred));
        assert_eq!((there.usd_hour, there.source), (None, None));
        assert_eq!(volume("us-east-1", "volume".to_owned(), None).usd_hour, None);
    }
}
