//! How one instance type is shown whole, and how several are shown side by side.
//!
//! The same facts in the same words, so that what `show` says of two types is what `compare` holds against each other.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::document::{Column, Record};
use super::offer::{architectures, devices};
use crate::catalog::Feature;
use crate::discovery::type_sheet::{SheetDisk, SheetRegion, TypeSheet};
use crate::model::{Device, Market, Money, OperatingSystem};

/// The width of the longest bar of a chart, in characters.
const LONGEST_BAR: usize = 30;
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const NOT_KNOWN: &str = "-";
const NONE: &str = "none";

impl Record for TypeSheet<'_> {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("TYPE", 100, |sheet| Some(sheet.instance_type.to_owned())),
            Column::<Self>::number("VCPUS", 90, |sheet| sheet.vcpus.map(|vcpus| vcpus.to_string())),
            Column::<Self>::number("MEMORY", 80, |sheet| sheet.memory_mib.map(|memory| memory.to_string())),
            Column::<Self>::text("GPUS", 70, |sheet| sheet.gpus.as_deref().and_then(devices)),
            Column::<Self>::text("ARCH", 60, |sheet| architectures(&sheet.architectures)),
            Column::<Self>::number("REGIONS", 50, |sheet| Some(sheet.regions.len().to_string())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.instance_type)
    }
}

/// One type: its facts, and its price in each region as a chart.
#[must_use]
pub fn text(sheet: &TypeSheet<'_>, os: OperatingSystem) -> String {
    let facts = facts(sheet);
    let width = facts.iter().map(|(label, _)| label.len()).max().unwrap_or_default();
    let mut text = format!("{}\n", sheet.instance_type);
    for (label, value) in &facts {
        let _ = writeln!(text, "  {label:width$}  {}", value.as_deref().unwrap_or(NOT_KNOWN));
    }
    if sheet.regions.is_empty() {
        text.push_str("\nnot known to be offered in any region asked about\n");
        return text;
    }
    for market in [Market::OnDemand, Market::Spot] {
        text.push_str(&chart(sheet, market, os));
    }
    text
}

/// Several types side by side; a fact in which they differ is marked.
#[must_use]
pub fn comparison(sheets: &[TypeSheet<'_>], os: OperatingSystem) -> String {
    let mut columns: Vec<Vec<(String, Option<String>)>> = Vec::new();
    for sheet in sheets {
        let facts = facts(sheet).into_iter().map(|(label, value)| (label.to_owned(), value));
        columns.push(facts.chain(prices(sheet, sheets, os)).collect());
    }
    let Some(first) = columns.first() else { return String::new() };
    let label_width = first.iter().map(|(label, _)| label.len()).max().unwrap_or_default();
    let mut text = format!("  {:label_width$}", "");
    let widths: Vec<usize> = columns.iter().zip(sheets).map(|(column, sheet)| width(column, sheet)).collect();
    for (sheet, width) in sheets.iter().zip(&widths) {
        let _ = write!(text, "  {:width$}", sheet.instance_type);
    }
    for (row, (label, value)) in first.iter().enumerate() {
        let differs = columns.iter().any(|column| column[row].1 != *value);
        let _ = write!(text, "\n{} {label:label_width$}", if differs { '*' } else { ' ' });
        for (column, width) in columns.iter().zip(&widths) {
            let _ = write!(text, "  {:width$}", column[row].1.as_deref().unwrap_or(NOT_KNOWN));
        }
    }
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

fn width(column: &[(String, Option<String>)], sheet: &TypeSheet<'_>) -> usize {
    let cells = column.iter().filter_map(|(_, value)| value.as_ref()).map(|value| value.chars().count());
    cells.chain([sheet.instance_type.len()]).max().unwrap_or_default()
}

/// Each fact under its label; nothing where it is not known.
fn facts(sheet: &TypeSheet<'_>) -> Vec<(&'static str, Option<String>)> {
    let mut facts = vec![
        ("vCPUs", sheet.vcpus.map(|vcpus| vcpus.to_string())),
        ("cores", sheet.cores.map(|cores| cores.to_string())),
        ("threads per core", sheet.threads_per_core.map(|threads| threads.to_string())),
        ("memory", sheet.memory_mib.map(|memory| memory.to_string())),
        ("architectures", architectures(&sheet.architectures)),
        ("processor", sheet.processor_maker.map(str::to_owned)),
        ("clock", sheet.clock_mhz.map(|mhz| format!("{} GHz", thousandths(mhz)))),
        ("hypervisor", sheet.hypervisor.map(str::to_owned)),
        ("GPUs", sheet.gpus.as_deref().map(some_devices)),
        ("accelerators", sheet.accelerators.as_deref().map(some_devices)),
        ("local disks", sheet.local_disks.as_deref().map(disks)),
        ("network", sheet.network_performance.map(str::to_owned)),
        ("network baseline", sheet.network_baseline_mbps.map(gbps)),
        ("network peak", sheet.network_peak_mbps.map(gbps)),
        ("network cards", sheet.network_cards.map(|cards| cards.to_string())),
        ("EFA interfaces", sheet.efa_interfaces.map(|interfaces| interfaces.to_string())),
        ("EBS baseline", sheet.ebs_baseline.map(|ebs| gbps(ebs.bandwidth_mbps))),
        ("EBS baseline MB/s", sheet.ebs_baseline.map(|ebs| thousandths(ebs.throughput_kilobytes))),
        ("EBS baseline IOPS", sheet.ebs_baseline.map(|ebs| ebs.iops.to_string())),
        ("EBS peak", sheet.ebs_peak.map(|ebs| gbps(ebs.bandwidth_mbps))),
        ("EBS peak MB/s", sheet.ebs_peak.map(|ebs| thousandths(ebs.throughput_kilobytes))),
        ("EBS peak IOPS", sheet.ebs_peak.map(|ebs| ebs.iops.to_string())),
        ("markets", sheet.markets.as_ref().map(|markets| listed(markets))),
    ];
    facts.extend(Feature::ALL.into_iter().map(|feature| (feature.as_str(), yes_or_no(sheet, feature))));
    facts
}

fn yes_or_no(sheet: &TypeSheet<'_>, feature: Feature) -> Option<String> {
    let holds = sheet.features.as_ref()?.contains(&feature.as_str());
    Some(if holds { "yes" } else { "no" }.to_owned())
}

fn listed(values: &[impl ToString]) -> String {
    let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    if texts.is_empty() { NONE.to_owned() } else { texts.join(", ") }
}

fn some_devices(all: &[Device<'_>]) -> String {
    devices(all).unwrap_or_else(|| NONE.to_owned())
}

fn disks(disks: &[SheetDisk]) -> String {
    let disk = |disk: &SheetDisk| {
        let SheetDisk { count, size_gb, kind, nvme } = disk;
        format!("{count} x {size_gb} GB {}{}", if *nvme { "NVMe " } else { "" }, kind.to_uppercase())
    };
    if disks.is_empty() {
        return NONE.to_owned();
    }
    disks.iter().map(disk).collect::<Vec<_>>().join(" + ")
}

fn gbps(mbps: u32) -> String {
    format!("{} Gbps", thousandths(mbps))
}

/// A number of thousandths with the decimals that say something: `3.2`, `12.5`, `10`.
fn thousandths(number: u32) -> String {
    let text = format!("{}.{:03}", number / 1000, number % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn price_in(region: &SheetRegion<'_>, market: Market, os: OperatingSystem) -> Option<Money> {
    region.prices.iter().find(|price| (price.market, price.os) == (market, os)).map(|price| price.usd_hour)
}

/// The price in each region that any of the types is offered in.
fn prices<'s>(
    sheet: &'s TypeSheet<'_>,
    all: &'s [TypeSheet<'_>],
    os: OperatingSystem,
) -> impl Iterator<Item = (String, Option<String>)> + 's {
    let mut regions: Vec<&str> =
        all.iter().flat_map(|sheet| sheet.regions.iter().map(|region| region.region)).collect();
    regions.sort_unstable();
    regions.dedup();
    regions.into_iter().map(move |code| {
        let price = sheet.regions.iter().find(|region| region.region == code);
        let text = match price.map(|region| price_in(region, Market::OnDemand, os)) {
            None => Some("not offered".to_owned()),
            Some(price) => price.map(|price| price.to_string()),
        };
        (format!("USD/hour {code}"), text)
    })
}

/// A bar for each region in which the price is known, cheapest first, and the regions in which it is not.
fn chart(sheet: &TypeSheet<'_>, market: Market, os: OperatingSystem) -> String {
    let mut known: Vec<(Money, &SheetRegion<'_>)> = Vec::new();
    let mut unknown: Vec<&str> = Vec::new();
    for region in &sheet.regions {
        match price_in(region, market, os) {
            Some(price) => known.push((price, region)),
            None => unknown.push(region.region),
        }
    }
    known.sort_by_key(|(price, region)| (*price, region.region));
    let mut text = String::new();
    let Some((dearest, _)) = known.last().copied() else {
        if market == Market::OnDemand {
            let _ = writeln!(text, "\nUSD/hour {market}, {os}: not known");
        }
        return text;
    };
    let _ = writeln!(text, "\nUSD/hour {market}, {os}");
    let codes = known.iter().map(|(_, region)| region.region.len()).max().unwrap_or_default();
    let prices = known.iter().map(|(price, _)| price.to_string().len()).max().unwrap_or_default();
    for (price, region) in &known {
        let bar = bar(price.micros(), dearest.micros());
        let _ = writeln!(text, "  {:codes$}  {:>prices$}  {bar}", region.region, price.to_string());
    }
    if !unknown.is_empty() {
        let _ = writeln!(text, "  not known in {}", unknown.join(", "));
    }
    text
}

/// A bar whose length is to the longest as the number is to the largest.
fn bar(number: u64, largest: u64) -> String {
    let longest = u128::try_from(LONGEST_BAR * EIGHTHS.len()).unwrap_or_default();
    let eighths = (u128::from(number) * longest).div_ceil(u128::from(largest.max(1))).max(1);
    let eighths = usize::try_from(eighths).unwrap_or_default();
    let mut bar: String = std::iter::repeat_n(EIGHTHS[7], eighths / 8).collect();
    if let Some(rest) = (eighths % 8).checked_sub(1) {
        bar.push(EIGHTHS[rest]);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_number_is_large() {
        assert_eq!(bar(8, 8), "█".repeat(30));
        assert_eq!(bar(4, 8), "█".repeat(15));
        assert_eq!(bar(1, 1_000_000_000), "▏", "what costs something has a bar");
        assert_eq!(bar(101, 240), format!("{}▋", "█".repeat(12)));
        assert_eq!(bar(u64::MAX, u64::MAX), "█".repeat(30));
        assert_eq!(bar(0, 0), "▏");
    }

    #[test]
    fn thousandths_have_the_decimals_that_say_something() {
        for (number, text) in [(0, "0"), (25, "0.025"), (3200, "3.2"), (12_500, "12.5"), (10_000, "10")] {
            assert_eq!(thousandths(number), text);
        }
    }
}
