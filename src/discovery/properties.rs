//! Every question answered twice: by [`search`], and by looking at each offering of the catalog's contents in the plainest
//! way. Both have to agree, row by row.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::catalog::contents::{CatalogContents, OfferingContents, TypeContents};
use crate::catalog::{Catalog, DeviceKind};
use crate::model::{Architecture, DeviceCount, Market, Mebibytes, Money, OperatingSystem, Range};

use super::{Direction, Question, SortColumn, SortKey, fixture, search};

const REGIONS: [&str; 3] = ["eu-west-1", "us-east-1", "us-west-2"];

/// An offering as the plain evaluation sees it.
#[derive(Debug, Clone)]
struct Row {
    instance_type: TypeContents,
    region: String,
    price: Option<Money>,
}

proptest! {
    #[test]
    fn search_agrees_with_the_plain_evaluation(question in questions()) {
        let bytes = fixture::bytes();
        let catalog = Catalog::read(bytes).unwrap();
        let catalog: &'static Catalog<'static> = Box::leak(Box::new(catalog));
        let answer = search(catalog, &question).unwrap();

        let (rows, unpriced) = plainly(&fixture::contents(), &question);
        let limit = question.limit.unwrap_or(usize::MAX);
        let expected: Vec<_> = rows
            .iter()
            .take(limit)
            .map(|row| (row.instance_type.name.as_str(), row.region.as_str(), row.price))
            .collect();
        let found: Vec<_> = answer
            .offers
            .iter()
            .map(|offer| (&*offer.instance_type, &*offer.region, offer.price_usd_hour))
            .collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(answer.total, rows.len());
        prop_assert_eq!(answer.left_out(), rows.len().saturating_sub(limit));
        prop_assert_eq!(answer.unpriced, unpriced);
        prop_assert_eq!(answer.emptied_by.is_some(), rows.is_empty());
        prop_assert_eq!(search(catalog, &question).unwrap(), answer);
    }
}

fn plainly(contents: &CatalogContents, question: &Question) -> (Vec<Row>, usize) {
    let mut rows = Vec::new();
    for region in contents.regions.iter().filter(|region| question.regions.contains(&region.code)) {
        for offering in &region.offerings {
            let mut types = contents.types.iter();
            let instance_type = types.find(|one| one.name == offering.instance_type).unwrap().clone();
            let row = Row { instance_type, region: region.code.clone(), price: price(offering, question.os) };
            if fits(&row.instance_type, question) {
                rows.push(row);
            }
        }
    }
    let mut unpriced = 0;
    if let Some(max_price) = question.max_price {
        unpriced = rows.iter().filter(|row| row.price.is_none()).count();
        rows.retain(|row| row.price.is_some_and(|price| price <= max_price));
    }
    // From the last key to the first, each sort keeping the order of the one before.
    rows.sort_by(|one, other| one.region.cmp(&other.region));
    rows.sort_by(|one, other| one.instance_type.name.cmp(&other.instance_type.name));
    sort_plainly(&mut rows, SortKey { column: SortColumn::Price, direction: Direction::Ascending });
    question.sort.iter().rev().for_each(|key| sort_plainly(&mut rows, *key));
    (rows, unpriced)
}

fn price(offering: &OfferingContents, os: OperatingSystem) -> Option<Money> {
    offering.prices.iter().find(|price| price.os == os).map(|price| price.amount)
}

fn fits(one: &TypeContents, question: &Question) -> bool {
    let gpu_name = question.gpu_name.as_deref().map(str::to_uppercase);
    let gpus: u32 = one
        .devices
        .iter()
        .filter(|device| device.kind == DeviceKind::Gpu)
        .filter(|device| gpu_name.as_ref().is_none_or(|name| *name == device.name))
        .map(|device| device.count.thousandths())
        .sum();
    let named = |name: &str| match name.strip_suffix('*') {
        Some(start) => one.name.starts_with(start),
        None => one.name == name,
    };
    (question.patterns.is_empty() || question.patterns.iter().any(|pattern| named(pattern.as_str())))
        && question.architecture.is_none_or(|wanted| one.architectures.contains(&wanted))
        && question.vcpus.is_none_or(|range| one.vcpus.is_some_and(|vcpus| range.contains(&vcpus)))
        && question.memory.is_none_or(|range| one.memory.is_some_and(|memory| range.contains(&memory)))
        && (gpu_name.is_none() || gpus > 0)
        && question.gpus.is_none_or(|range| range.contains(&DeviceCount::from_thousandths(gpus)))
}

fn sort_plainly(rows: &mut [Row], key: SortKey) {
    let gpus = |row: &Row| {
        let gpus = row.instance_type.devices.iter().filter(|device| device.kind == DeviceKind::Gpu);
        gpus.map(|device| device.count.thousandths()).sum::<u32>()
    };
    rows.sort_by(|one, other| {
        let (former, latter) =
            if key.direction == Direction::Ascending { (one, other) } else { (other, one) };
        match key.column {
            SortColumn::Price => (one.price.is_none().cmp(&other.price.is_none()))
                .then_with(|| former.price.cmp(&latter.price)),
            SortColumn::Type => former.instance_type.name.cmp(&latter.instance_type.name),
            SortColumn::Region => former.region.cmp(&latter.region),
            SortColumn::Vcpus => former.instance_type.vcpus.cmp(&latter.instance_type.vcpus),
            SortColumn::Memory => former.instance_type.memory.cmp(&latter.instance_type.memory),
            SortColumn::Gpus => gpus(former).cmp(&gpus(latter)),
        }
    });
}

fn questions() -> impl Strategy<Value = Question> {
    let what = (
        subsequence(vec!["m7i.large", "m7*", "g6*", "p5.48xlarge", "x9.*", "t2.micro"], 0..=3),
        proptest::option::weighted(0.3, select(&Architecture::ALL[..])),
        range(&[1_u32, 2, 4, 192]),
        range(&[Mebibytes(1024), Mebibytes(8192), Mebibytes(16384), Mebibytes(2_097_152)]),
        proptest::option::weighted(0.3, select(vec!["l4", "L40S", "h100"])),
        range(&[0, 125, 1000, 8000].map(DeviceCount::from_thousandths)),
    );
    let how = (
        subsequence(REGIONS.to_vec(), 1..=3),
        select(&OperatingSystem::ALL[..]),
        proptest::option::weighted(0.3, (0_u64..500_000).prop_map(Money::from_micros)),
        proptest::collection::vec(sort_key(), 0..3),
        proptest::option::of(0_usize..12),
    );
    (what, how).prop_map(
        |((patterns, architecture, vcpus, memory, gpu_name, gpus), (regions, os, max_price, sort, limit))| {
            Question {
                regions: regions.into_iter().map(str::to_owned).collect(),
                patterns: patterns.into_iter().map(|pattern| pattern.parse().unwrap()).collect(),
                architecture,
                vcpus,
                memory,
                gpu_name: gpu_name.map(str::to_owned),
                gpus,
                market: Market::OnDemand,
                os,
                max_price,
                sort,
                limit,
            }
        },
    )
}

fn range<T: Ord + Copy + std::fmt::Debug + 'static>(
    ends: &[T],
) -> impl Strategy<Value = Option<Range<T>>> + use<T> {
    let end = || proptest::option::of(select(ends.to_vec()));
    let range = (end(), end()).prop_map(|(one, other)| match (one, other) {
        (None, None) => None,
        (Some(one), Some(other)) => Some(Range { from: Some(one.min(other)), to: Some(one.max(other)) }),
        (from, to) => Some(Range { from, to }),
    });
    proptest::option::weighted(0.3, range).prop_map(Option::flatten)
}

fn sort_key() -> impl Strategy<Value = SortKey> {
    let direction = select(vec![Direction::Ascending, Direction::Descending]);
    (select(&SortColumn::ALL[..]), direction).prop_map(|(column, direction)| SortKey { column, direction })
}
