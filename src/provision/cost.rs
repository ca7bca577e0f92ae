//! What a machine costs: each part with its price or named as unknown.
//!
//! Only what a machine costs by being there: traffic, requests and surplus credits are not foreseen. A part whose price is
//! not known leaves the sum unknown too; it is never counted as nothing.

mod volume;

use serde::Serialize;

use super::wish::QuotedPrice;
use crate::model::{Money, Span};

pub use volume::volume;

/// Each public IPv4 address, in use or idle, in every commercial region since 2024-02-01:
/// <https://aws.amazon.com/blogs/aws/new-aws-public-ipv4-address-charge-public-ip-insights/>
const PUBLIC_ADDRESS_HOUR: Money = Money::from_micros(5_000);
/// The hours of a month as AWS counts them in its price examples.
pub const HOURS_PER_MONTH: u64 = 730;

/// What something costs by the hour, part by part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// The parts.
    pub parts: Vec<CostPart>,
    /// All parts together; absent while one of them is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd_hour: Option<Money>,
    /// The parts whose price is known, together.
    pub known_usd_hour: Money,
    /// All parts together until the deadline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd_until_deadline: Option<Money>,
}

/// One part of a cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CostPart {
    /// What is paid for.
    pub what: String,
    /// Its price per hour, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd_hour: Option<Money>,
    /// Where the figure is from and its date, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When it is paid for.
    #[serde(skip)]
    pub paid: Paid,
}

/// When something is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paid {
    /// While the machine runs.
    Running,
    /// Also while it is stopped.
    Always,
}

impl Cost {
    /// The cost of parts that last for a span, or for ever.
    #[must_use]
    pub fn of(parts: Vec<CostPart>, lifetime: Option<Span>) -> Self {
        let known_usd_hour =
            parts.iter().filter_map(|part| part.usd_hour).fold(Money::default(), Money::plus);
        let usd_hour = parts.iter().all(|part| part.usd_hour.is_some()).then_some(known_usd_hour);
        let usd_until_deadline = usd_hour.zip(lifetime).map(|(hourly, span)| hourly.per_hour_for(span));
        Self { parts, usd_hour, known_usd_hour, usd_until_deadline }
    }

    /// The cost of several machines together, of which each part is named once.
    #[must_use]
    pub fn of_all<'c>(costs: impl IntoIterator<Item = &'c Self>) -> Self {
        let costs: Vec<&Self> = costs.into_iter().collect();
        let sum = |each: &dyn Fn(&Self) -> Option<Money>| {
            costs.iter().map(|cost| each(cost)).try_fold(Money::default(), |sum, one| Some(sum.plus(one?)))
        };
        let mut parts: Vec<CostPart> = Vec::new();
        for part in costs.iter().flat_map(|cost| &cost.parts) {
            if !parts.contains(part) {
                parts.push(part.clone());
            }
        }
        Self {
            parts,
            usd_hour: sum(&|cost| cost.usd_hour),
            known_usd_hour: sum(&|cost| Some(cost.known_usd_hour)).unwrap_or_default(),
            usd_until_deadline: sum(&|cost| cost.usd_until_deadline),
        }
    }

    /// What it comes to while the machine is stopped; none while the price of a part is unknown.
    #[must_use]
    pub fn usd_hour_stopped(&self) -> Option<Money> {
        let mut paid = self.parts.iter().filter(|part| part.paid == Paid::Always).map(|part| part.usd_hour);
        paid.try_fold(Money::default(), |sum, one| Some(sum.plus(one?)))
    }

    /// What is not known of it.
    pub fn unknown_parts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter(|part| part.usd_hour.is_none()).map(|part| part.what.as_str())
    }
}

/// The machine itself.
#[must_use]
pub fn machine(instance_type: &str, price: Option<&QuotedPrice>) -> CostPart {
    CostPart {
        what: instance_type.to_owned(),
        usd_hour: price.map(|price| price.usd_hour),
        source: price.map(|price| format!("{} {}", price.source, price.as_of)),
        paid: Paid::Running,
    }
}

/// A machine in a capacity block: all of the block was paid when it was bought, and nothing is added for Linux.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-blocks-pricing-billing.html>
#[must_use]
pub fn machine_in_block(instance_type: &str) -> CostPart {
    CostPart {
        what: instance_type.to_owned(),
        usd_hour: Some(Money::default()),
        source: Some("paid with the capacity block".to_owned()),
        paid: Paid::Running,
    }
}

/// The public address.
#[must_use]
pub fn public_address(region: &str) -> CostPart {
    let commercial =
        !["us-gov-", "cn-", "us-iso", "eu-iso", "eusc-"].iter().any(|other| region.starts_with(other));
    CostPart {
        what: "public IPv4 address".to_owned(),
        usd_hour: commercial.then_some(PUBLIC_ADDRESS_HOUR),
        source: commercial.then(|| "AWS since 2024-02-01".to_owned()),
        paid: Paid::Running,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted() -> QuotedPrice {
        let usd_hour = Money::from_micros(100_800);
        QuotedPrice { usd_hour, source: "embedded".to_owned(), as_of: "2025-03-02".to_owned() }
    }

    fn root_volume(region: &str) -> CostPart {
        volume(region, "8 GiB root volume".to_owned(), Some(&"8".parse().unwrap()))
    }

    #[test]
    fn the_sum_is_the_sum_of_its_parts() {
        let parts = vec![
            machine("m7i.large", Some(&quoted())),
            root_volume("us-east-1"),
            public_address("us-east-1"),
        ];
        let cost = Cost::of(parts, Some(Span::from_seconds(8 * 3600)));
        assert_eq!(cost.usd_hour.unwrap().to_string(), "0.106677");
        assert_eq!(cost.usd_until_deadline.unwrap().to_string(), "0.853416");
        assert_eq!(
            cost.usd_hour_stopped(),
            root_volume("us-east-1").usd_hour,
            "its disk is paid for all the same"
        );
    }

    #[test]
    fn an_unknown_part_leaves_the_sum_unknown_and_is_named() {
        let parts = vec![machine("m7i.large", Some(&quoted())), root_volume("eu-west-1")];
        let cost = Cost::of(parts, None);
        assert_eq!((cost.usd_hour, cost.usd_until_deadline), (None, None));
        assert_eq!(cost.known_usd_hour, Money::from_micros(100_800));
        assert_eq!(cost.unknown_parts().collect::<Vec<_>>(), ["8 GiB root volume"]);
        assert_eq!(public_address("cn-north-1").usd_hour, None);
    }
}
