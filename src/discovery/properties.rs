//! Every question answered twice: by [`search`], and by looking at each offering of the catalog's contents in the plainest
//! way. Both have to agree, row by row, over what is compiled in and over a catalog that knows less.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::catalog::contents::{CatalogContents, OfferingContents, TypeContents};
use crate::catalog::{Catalog, DeviceKind, DiskKind, Feature};
use crate::model::{Architecture, Market, OperatingSystem, Range};

use super::{
    Direction, Figure, Filter, GroupBy, Label, Question, SortColumn, SortKey, fixture, processor_generation,
    search,
};

/// A catalog and the contents that it was made of.
struct Subject {
    catalog: Catalog<'static>,
    contents: CatalogContents,
}

static SUBJECTS: LazyLock<[Subject; 2]> = LazyLock::new(|| {
    let embedded = *Catalog::embedded();
    let small = Catalog::read(fixture::bytes()).unwrap();
    [embedded, small].map(|catalog| Subject { contents: CatalogContents::of(&catalog), catalog })
});

/// An offering as the plain evaluation sees it.
#[derive(Debug, Clone, Copy)]
struct Row<'s> {
    one: &'s TypeContents,
    offering: &'s OfferingContents,
    region: &'s str,
    market: Market,
    os: OperatingSystem,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn search_agrees_with_the_plain_evaluation(
        (place, question) in (0_usize..2).prop_flat_map(|place| (Just(place), questions(place)))
    ) {
        let Subject { catalog, contents } = &SUBJECTS[place];
        let answer = search(catalog, &question).unwrap();
        let (rows, not_known) = plainly(contents, &question);
        let limit = question.limit.unwrap_or(usize::MAX);
        let expected: Vec<_> =
            rows.iter().take(limit).map(|row| (row.one.name.as_str(), row.region, row.market)).collect();
        let found: Vec<_> =
            answer.offers.iter().map(|offer| (&*offer.instance_type, &*offer.region, offer.market)).collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(answer.total, rows.len());
        prop_assert_eq!(answer.left_out(), rows.len().saturating_sub(limit));
        prop_assert_eq!(answer.not_known.iter().any(|one| one.count > 0), not_known);
        prop_assert_eq!(answer.emptied_by.is_some(), rows.is_empty());
        prop_assert_eq!(&search(catalog, &question).unwrap(), &answer);

        let grouped = Question { group_by: Some(GroupBy::Region), ..question };
        let groups = search(catalog, &grouped).unwrap().groups;
        let mut regions = regions_plainly(&rows, &grouped);
        regions.truncate(limit);
        prop_assert_eq!(groups.iter().map(|group| &*group.group).collect::<Vec<_>>(), regions);
        for group in groups {
            prop_assert_eq!(group.offers, rows.iter().filter(|row| row.region == group.group).count());
        }
    }
}

/// The rows in their order, and whether any was left out because a filter can't say and no other says no.
fn plainly<'s>(contents: &'s CatalogContents, question: &Question) -> (Vec<Row<'s>>, bool) {
    let mut rows = Vec::new();
    let mut not_known = false;
    for region in contents.regions.iter().filter(|region| question.regions.contains(&region.code)) {
        let mut prices = region.offerings.iter().flat_map(|offering| &offering.prices);
        let has_spot_prices = prices.any(|price| price.market == Market::Spot && price.os == question.os);
        for offering in &region.offerings {
            let one = contents.types.iter().find(|one| one.name == offering.instance_type).unwrap();
            let row = |market| Row { one, offering, region: &region.code, market, os: question.os };
            if !named(one, question) {
                continue;
            }
            let all: Vec<Filter> = question.filters.clone();
            let (of_offers, of_types): (Vec<Filter>, Vec<Filter>) =
                all.into_iter().partition(Filter::is_of_offer);
            let verdicts = |filters: &[Filter], market| -> Vec<Option<bool>> {
                filters.iter().map(|filter| fits(row(market), filter, &question.filters)).collect()
            };
            let of_type = verdicts(&of_types, Market::OnDemand);
            not_known |= of_type.contains(&None) && !of_type.contains(&Some(false));
            if of_type.iter().any(|verdict| *verdict != Some(true)) {
                continue;
            }
            for market in markets(question).filter(|market| is_sold(row(*market), has_spot_prices)) {
                let of_offer = verdicts(&of_offers, market);
                not_known |= of_offer.contains(&None) && !of_offer.contains(&Some(false));
                if of_offer.iter().all(|verdict| *verdict == Some(true)) {
                    rows.push(row(market));
                }
            }
        }
    }
    // From the last key to the first, each sort keeping the order of the one before.
    rows.sort_by_key(|row| row.market);
    rows.sort_by_key(|row| row.region);
    rows.sort_by_key(|row| row.one.name.as_str());
    let price = SortKey { column: SortColumn::Figure(Figure::Price), direction: Direction::Ascending };
    question.sort.iter().chain([&price]).rev().for_each(|key| sort_plainly(&mut rows, *key, |row| *row));
    (rows, not_known)
}

/// The regions of rows that are in their order: by the first row of each, but for price and market by the cheapest.
fn regions_plainly<'s>(rows: &[Row<'s>], question: &Question) -> Vec<&'s str> {
    let mut regions: Vec<&str> = Vec::new();
    rows.iter().for_each(|row| {
        if !regions.contains(&row.region) {
            regions.push(row.region);
        }
    });
    let of_region = |region: &'s str| rows.iter().filter(move |row| row.region == region);
    let cheapest = |region: &'s str| {
        let order = |row: &&Row<'_>| (price(**row, row.market), row.one.name.clone(), row.market);
        of_region(region).filter(|row| price(**row, row.market).is_some()).min_by_key(order).copied()
    };
    for key in question.sort.iter().rev() {
        let (mut known, unknown): (Vec<&str>, Vec<&str>) = match key.column {
            SortColumn::Figure(Figure::Price) | SortColumn::Market => {
                regions.into_iter().partition(|region| cheapest(region).is_some())
            }
            _ => (regions, Vec::new()),
        };
        sort_plainly(&mut known, *key, |region| match key.column {
            SortColumn::Figure(Figure::Price) | SortColumn::Market => cheapest(region).unwrap(),
            _ => *of_region(region).next().unwrap(),
        });
        known.extend(unknown);
        regions = known;
    }
    regions
}

fn markets(question: &Question) -> impl Iterator<Item = Market> {
    let mut markets = question.markets.clone();
    if markets.is_empty() {
        markets.push(Market::OnDemand);
    }
    markets.into_iter()
}

fn is_sold(row: Row<'_>, has_spot_prices: bool) -> bool {
    match row.market {
        Market::OnDemand => true,
        Market::Spot if !has_spot_prices && row.one.markets.contains(&Market::Spot) => true,
        Market::Spot => price(row, Market::Spot).is_some() || interruption(row).is_some(),
        Market::CapacityBlock => row.one.markets.contains(&Market::CapacityBlock),
        Market::Reservation => false,
    }
}

fn named(one: &TypeContents, question: &Question) -> bool {
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => one.name.starts_with(start),
        None => one.name == pattern,
    };
    question.patterns.is_empty() || question.patterns.iter().any(|pattern| fits(pattern.as_str()))
}

fn price(row: Row<'_>, market: Market) -> Option<u64> {
    let mut prices = row.offering.prices.iter();
    prices.find(|price| price.os == row.os && price.market == market).map(|price| price.amount.micros())
}

fn interruption(row: Row<'_>) -> Option<u64> {
    let mut rates = row.offering.interruptions.iter();
    rates.find(|rate| rate.os == row.os).map(|rate| rate.band.max_percent.into())
}

/// Whether a filter lets a row pass; nothing where that is not known.
fn fits(row: Row<'_>, filter: &Filter, all: &[Filter]) -> Option<bool> {
    let one = row.one;
    let described = |has: bool| one.is_described.then_some(has);
    match filter {
        Filter::Figure(figure, ranges) => match value(row, *figure, all) {
            Some(value) => Some(ranges.iter().any(|range| {
                range.from.is_none_or(|from| from <= value) && range.to.is_none_or(|to| value <= to)
            })),
            None if is_absent(row, *figure) => Some(false),
            None => None,
        },
        Filter::Feature(feature, wanted) => described(one.features.contains(feature) == *wanted),
        Filter::Allow(patterns) => Some(patterns.iter().any(|pattern| one.name == pattern.as_str())),
        Filter::Deny(patterns) => Some(!patterns.iter().any(|pattern| one.name == pattern.as_str())),
        Filter::Label(label, names) => {
            let wanted = |name: &str| names.iter().any(|asked| means(*label, asked, name));
            let of_device = |gpu: bool, maker: bool| {
                let mut devices = one.devices.iter().filter(|device| (device.kind == DeviceKind::Gpu) == gpu);
                devices.any(|device| {
                    wanted(if maker {
                        device.manufacturer.as_deref().unwrap_or_default()
                    } else {
                        &device.name
                    })
                })
            };
            match label {
                Label::Family => Some(wanted(one.name.split('.').next().unwrap())),
                Label::Size => Some(wanted(one.name.split('.').nth(1).unwrap())),
                Label::Architecture => described(one.architectures.iter().any(|one| wanted(one.as_str()))),
                Label::ProcessorMaker => one.processor_maker.as_deref().map(wanted),
                Label::ProcessorGeneration => {
                    let maker = one.processor_maker.as_deref();
                    match processor_generation::of(one.name.split('.').next().unwrap()) {
                        Some(generation) => Some(wanted(generation)),
                        None if processor_generation::is_made_by(maker, &wanted) => None,
                        None => Some(false),
                    }
                }
                Label::Gpu => described(of_device(true, false)),
                Label::GpuMaker => described(of_device(true, true)),
                Label::Accelerator => described(of_device(false, false)),
                Label::AcceleratorMaker => described(of_device(false, true)),
                Label::NetworkPerformance => one.network_performance.as_deref().map(wanted),
                Label::StorageKind => one.disks.as_ref().map(|disks| {
                    disks.iter().any(|disk| {
                        wanted(if disk.kind == DiskKind::Ssd { "ssd" } else { "hdd" })
                            || (disk.nvme && wanted("nvme"))
                    })
                }),
                Label::UsageClass => described(one.markets.iter().any(|market| wanted(&market.to_string()))),
                Label::Zone if row.offering.zones.is_empty() => None,
                Label::Zone => Some(row.offering.zones.iter().any(|zone| wanted(zone))),
            }
        }
    }
}

/// Whether a name is meant: Inferentia and Trainium mean every generation of them.
fn means(label: Label, asked: &str, name: &str) -> bool {
    let is_every_generation = label == Label::Accelerator && ["Inferentia", "Trainium"].contains(&asked);
    asked.eq_ignore_ascii_case(name) || is_every_generation && name.starts_with(asked)
}

/// There is nothing that could be measured.
fn is_absent(row: Row<'_>, figure: Figure) -> bool {
    match figure {
        Figure::GpuMemory | Figure::GpuMemoryTotal | Figure::PricePerGpu => {
            row.one.is_described && value(row, Figure::Gpus, &[]) == Some(0)
        }
        Figure::Saving | Figure::Interruption => row.market == Market::CapacityBlock,
        _ => false,
    }
}

fn value(row: Row<'_>, figure: Figure, all: &[Filter]) -> Option<u64> {
    let Row { one, offering, market, .. } = row;
    // The devices that are asked for by name or maker.
    let asked = |name: &str, label: Label| {
        let mut wanted = all.iter().filter_map(|filter| match filter {
            Filter::Label(of, names) if *of == label => Some(names),
            _ => None,
        });
        wanted.all(|names| names.iter().any(|asked| means(label, asked, name)))
    };
    let devices = |gpu: bool| {
        let (named, made) =
            if gpu { (Label::Gpu, Label::GpuMaker) } else { (Label::Accelerator, Label::AcceleratorMaker) };
        one.devices.iter().filter(move |device| (device.kind == DeviceKind::Gpu) == gpu).filter(
            move |device| {
                asked(&device.name, named) && asked(device.manufacturer.as_deref().unwrap_or_default(), made)
            },
        )
    };
    let count = |gpu: bool| {
        one.is_described
            .then(|| devices(gpu).map(|device| u64::from(device.count.thousandths())).sum::<u64>())
    };
    match figure {
        Figure::Vcpus => one.vcpus.map(u64::from),
        Figure::Cores => one.cores.map(u64::from),
        Figure::Memory => one.memory.map(|memory| memory.0),
        Figure::MemoryPerVcpu => Some(one.memory?.0 / u64::from(one.vcpus?)),
        Figure::Clock => one.clock_mhz.map(u64::from),
        Figure::Gpus => count(true),
        Figure::GpuMemory if one.is_described => devices(true).map(|gpu| Some(gpu.memory?.0)).max()?,
        Figure::GpuMemoryTotal if one.is_described && count(true) != Some(0) => devices(true)
            .map(|gpu| Some(gpu.memory?.0 * u64::from(gpu.count.thousandths()).div_ceil(1000)))
            .sum(),
        Figure::GpuMemory | Figure::GpuMemoryTotal => None,
        Figure::Accelerators => count(false),
        Figure::Network => one.network_peak_mbps.map(u64::from),
        Figure::NetworkBaseline => one.network_baseline_mbps.map(u64::from),
        Figure::NetworkCards => one.is_described.then(|| one.network_cards.into()),
        Figure::Storage => {
            let disks = one.disks.as_ref()?;
            Some(disks.iter().map(|disk| u64::from(disk.count) * u64::from(disk.size_gb)).sum())
        }
        Figure::EbsBandwidth => one.ebs_peak.map(|ebs| ebs.bandwidth_mbps.into()),
        Figure::EbsThroughput => one.ebs_peak.map(|ebs| ebs.throughput_kilobytes.into()),
        Figure::EbsIops => one.ebs_peak.map(|ebs| ebs.iops.into()),
        Figure::Zones => Some(offering.zones.len() as u64).filter(|zones| *zones > 0),
        Figure::Price => price(row, market),
        Figure::PricePerVcpu => Some(price(row, market)?.div_ceil(one.vcpus?.into())),
        Figure::PricePerGpu => {
            let gpus = count(true).filter(|count| *count > 0)?;
            Some((price(row, market)? * 1000).div_ceil(gpus))
        }
        Figure::Saving if market == Market::Spot => {
            let mut advice = row.offering.interruptions.iter().filter(|rate| rate.os == row.os);
            match price(row, Market::Spot).zip(price(row, Market::OnDemand)) {
                // Both are of one day in this catalog.
                Some((spot, on_demand)) => Some(on_demand.saturating_sub(spot) * 100 / on_demand),
                None => advice.next()?.saving_percent.map(u64::from),
            }
        }
        Figure::Interruption if market == Market::Spot => interruption(row),
        Figure::Saving | Figure::Interruption => (market == Market::OnDemand).then_some(0),
    }
}

/// Sorts rows, or what has one, each sort keeping the order of the one before.
fn sort_plainly<'s, T>(rows: &mut [T], key: SortKey, row: impl Fn(&T) -> Row<'s>) {
    let is_falling = key.direction == Direction::Descending;
    rows.sort_by(|one, other| {
        let (one, other) = (&row(one), &row(other));
        let (former, latter) = if is_falling { (other, one) } else { (one, other) };
        match key.column {
            SortColumn::Type => former.one.name.cmp(&latter.one.name),
            SortColumn::Family => former.one.name.split('.').next().cmp(&latter.one.name.split('.').next()),
            SortColumn::Region => former.region.cmp(latter.region),
            SortColumn::Market => former.market.cmp(&latter.market),
            SortColumn::OperatingSystem => former.os.as_str().cmp(latter.os.as_str()),
            // Dates are those of sources, which a plain row does not have; neither has it a zone of its price or a quota.
            SortColumn::AsOf | SortColumn::Source => std::cmp::Ordering::Equal,
            SortColumn::Zone | SortColumn::Quota | SortColumn::Group(_) => std::cmp::Ordering::Equal,
            SortColumn::Devices => {
                let devices = |row: &Row<'_>| {
                    let devices = &row.one.devices;
                    let count = devices.iter().map(|one| u64::from(one.count.thousandths())).sum::<u64>();
                    let memory = devices
                        .iter()
                        .map(|one| Some(one.memory?.0 * u64::from(one.count.thousandths()).div_ceil(1000)));
                    let names = devices.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
                    row.one.is_described.then(|| (count, memory.sum::<Option<u64>>(), names))
                };
                let last = |row: &Row<'_>| {
                    devices(row)
                        .map_or((true, 0, true), |(count, memory, _)| (false, count, memory.is_none()))
                };
                let known = last(one).0.cmp(&last(other).0);
                known
                    .then_with(|| last(former).1.cmp(&last(latter).1))
                    .then_with(|| last(one).2.cmp(&last(other).2))
                    .then_with(|| devices(former).cmp(&devices(latter)))
            }
            SortColumn::Architecture => {
                let first = |row: &Row<'_>| row.one.architectures.iter().map(|one| one.as_str()).min();
                first(one)
                    .is_none()
                    .cmp(&first(other).is_none())
                    .then_with(|| first(former).cmp(&first(latter)))
            }
            SortColumn::Figure(figure) => {
                let value = |row: &Row<'_>| value(*row, figure, &[]);
                value(one)
                    .is_none()
                    .cmp(&value(other).is_none())
                    .then_with(|| value(former).cmp(&value(latter)))
            }
        }
    });
}

fn questions(place: usize) -> impl Strategy<Value = Question> {
    let contents = &SUBJECTS[place].contents;
    let regions: Vec<String> = contents.regions.iter().map(|region| region.code.clone()).collect();
    let what = (
        subsequence(vec!["m7i.large", "m*", "g6*", "p5.48xlarge", "x9.*", "t2.micro", "c*"], 0..=3),
        proptest::collection::vec(filter(place), 0..4),
        subsequence(vec![Market::OnDemand, Market::Spot, Market::CapacityBlock], 0..=3),
    );
    let how = (
        subsequence(regions, 1..=3),
        select(&OperatingSystem::ALL[..]),
        proptest::collection::vec(sort_key(), 0..3),
        proptest::option::of(0_usize..12),
    );
    (what, how).prop_map(|((patterns, filters, markets), (regions, os, sort, limit))| Question {
        today: None,
        regions,
        patterns: patterns.into_iter().map(|pattern| pattern.parse().unwrap()).collect(),
        filters,
        markets,
        os,
        sort,
        limit,
        group_by: None,
    })
}

/// Any filter there is, over values that the catalog has.
fn filter(place: usize) -> impl Strategy<Value = Filter> {
    let Subject { catalog, contents } = &SUBJECTS[place];
    let names: Vec<String> = contents.types.iter().map(|one| one.name.clone()).collect();
    let patterns = subsequence(names, 1..=3)
        .prop_map(|names| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<_>>());
    let labels: Vec<(Label, Vec<String>)> = Label::ALL
        .into_iter()
        .map(|label| (label, label.names(catalog).into_iter().map(str::to_owned).collect::<Vec<_>>()))
        .filter(|(_, names)| !names.is_empty())
        .collect();
    let label = select(labels).prop_flat_map(|(label, names)| {
        let most = names.len().min(3);
        subsequence(names, 1..=most).prop_map(move |names| Filter::Label(label, names))
    });
    let ends = (any::<bool>(), any::<bool>(), any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let figure = (select(&Figure::ALL[..]), proptest::collection::vec(ends, 1..=3)).prop_map(
        move |(figure, ranges)| {
            let values = values(place, figure);
            let range =
                |(has_from, has_to, one, other): (bool, bool, prop::sample::Index, prop::sample::Index)| {
                    let (one, other) = (*one.get(&values), *other.get(&values));
                    Range {
                        from: (has_from || !has_to).then_some(one.min(other)),
                        to: has_to.then_some(one.max(other)),
                    }
                };
            Filter::Figure(figure, ranges.into_iter().map(range).collect())
        },
    );
    let feature =
        (select(&Feature::ALL[..]), any::<bool>()).prop_map(|(one, wanted)| Filter::Feature(one, wanted));
    prop_oneof![
        4 => figure,
        3 => label,
        2 => feature,
        1 => patterns.clone().prop_map(Filter::Allow),
        1 => patterns.prop_map(Filter::Deny),
    ]
}

/// The values that a figure has in a catalog, and some that it has not.
fn values(place: usize, figure: Figure) -> Vec<u64> {
    let contents = &SUBJECTS[place].contents;
    let mut values = vec![0, 1, 1000];
    for region in contents.regions.iter().take(2) {
        for offering in &region.offerings {
            let one = contents.types.iter().find(|one| one.name == offering.instance_type).unwrap();
            let market = if figure >= Figure::Saving { Market::Spot } else { Market::OnDemand };
            let row = Row { one, offering, region: &region.code, market, os: OperatingSystem::Linux };
            values.extend(value(row, figure, &[]));
        }
    }
    values.sort_unstable();
    values.dedup();
    values
}

fn sort_key() -> impl Strategy<Value = SortKey> {
    let direction = select(vec![Direction::Ascending, Direction::Descending]);
    let is_plain =
        |column: &SortColumn| !matches!(column, SortColumn::AsOf | SortColumn::Source | SortColumn::Group(_));
    (select(SortColumn::all().filter(is_plain).collect::<Vec<_>>()), direction)
        .prop_map(|(column, direction)| SortKey { column, direction })
}

#[test]
fn the_small_catalog_has_what_is_not_known() {
    let contents = &SUBJECTS[1].contents;
    assert!(contents.types.iter().any(|one| !one.is_described && one.vcpus.is_none()));
    assert!(contents.types.iter().any(|one| one.architectures.contains(&Architecture::Arm64)));
    for figure in Figure::ALL {
        let values = values(1, figure);
        assert!(values.iter().any(|value| *value > 1), "{} has no value", figure.title());
    }
}
