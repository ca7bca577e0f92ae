//! How one instance type is shown whole, and how several are shown side by side.
//!
//! The same facts in the same words, so that what `show` says of two types is what `compare` holds against each other.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::document::{Column, Record};
use super::offer::{NONE, architectures, devices};
use crate::catalog::Feature;
use crate::discovery::type_sheet::{SheetDisk, SheetPrice, SheetRegion, SheetSaving, TypeSheet};
use crate::model::{DatedBy, Device, Market, OperatingSystem, Saving};

/// The width of the longest bar of a chart, in characters, where there is room for it.
const LONGEST_BAR: usize = 30;
/// What a chart keeps for its bars before it does without dates.
const ROOM_FOR_BARS: usize = 8;
const OLD: &str = " (old)";
/// What a type's column keeps where the page is too narrow for one.
const LEAST_COLUMN: usize = 8;
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const NOT_KNOWN: &str = "-";
const GAP: &str = "  ";

/// A label and what stands beside it, if it is known.
type Fact = (String, Option<String>);
type Facts = Vec<Fact>;

impl Record for TypeSheet<'_> {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("TYPE", 100, |sheet| Some(sheet.instance_type.to_owned())),
            Column::<Self>::number("VCPUS", 90, |sheet| sheet.vcpus.map(|vcpus| vcpus.to_string())),
            Column::<Self>::number("MEMORY", 80, |sheet| sheet.memory_mib.map(|memory| memory.to_string())),
            Column::<Self>::text("DEVICES", 70, all_devices).shrinkable(10),
            Column::<Self>::text("ARCH", 60, |sheet| architectures(&sheet.architectures)),
            Column::<Self>::number("REGIONS", 50, |sheet| Some(sheet.regions.len().to_string())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.instance_type)
    }
}

fn all_devices(sheet: &TypeSheet<'_>) -> Option<String> {
    let all: Vec<Device<'_>> = sheet.gpus.iter().chain(&sheet.accelerators).flatten().cloned().collect();
    sheet.gpus.as_ref().map(|_| some_devices(&all))
}

/// One type: its facts, and its price in each region as a chart that fits a width.
#[must_use]
pub fn text(sheet: &TypeSheet<'_>, os: OperatingSystem, width_of_page: usize) -> String {
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
        text.push_str(&chart(sheet, market, os, width_of_page));
    }
    text.push_str(&of_spot(sheet, os));
    text
}

/// Several types side by side, as many as fit a width, the others below; a fact in which any of them differ is marked.
#[must_use]
pub fn comparison(sheets: &[TypeSheet<'_>], os: OperatingSystem, width_of_page: usize) -> String {
    let mut columns: Vec<Facts> = Vec::new();
    for sheet in sheets {
        let facts = facts(sheet).into_iter().map(|(label, value)| (label.to_owned(), value));
        columns.push(facts.chain(prices(sheet, sheets, os)).collect());
    }
    let Some(first) = columns.first() else { return String::new() };
    let differs = |row: usize| columns.iter().any(|column| column[row].1 != first[row].1);
    let labels: Vec<String> = first
        .iter()
        .enumerate()
        .map(|(row, (label, _))| format!("{} {label}", if differs(row) { '*' } else { ' ' }))
        .collect();
    let label_width = labels.iter().map(String::len).max().unwrap_or_default();
    let mut blocks: Vec<Vec<String>> = Vec::new();
    let mut room = 0;
    for (sheet, column) in sheets.iter().zip(&columns) {
        let most = width_of_page.saturating_sub(label_width + GAP.len()).max(LEAST_COLUMN);
        let width = width(column, sheet).min(most);
        let is_full = room < width + GAP.len();
        if is_full {
            let head = [format!("{:label_width$}", "")].into_iter();
            blocks.push(head.chain(labels.iter().map(|label| format!("{label:label_width$}"))).collect());
            room = width_of_page.saturating_sub(label_width);
        }
        room = room.saturating_sub(width + GAP.len());
        let values = column.iter().map(|(_, value)| value.as_deref().unwrap_or(NOT_KNOWN));
        if let Some(block) = blocks.last_mut() {
            for (line, value) in block.iter_mut().zip([sheet.instance_type].into_iter().chain(values)) {
                let value = console::truncate_str(value, width, "…");
                let _ = write!(line, "{GAP}{value:width$}");
            }
        }
    }
    let text =
        |block: &Vec<String>| block.iter().map(|line| line.trim_end().to_owned() + "\n").collect::<String>();
    blocks.iter().map(text).collect::<Vec<_>>().join("\n")
}

fn width(column: &[Fact], sheet: &TypeSheet<'_>) -> usize {
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

fn price_in<'s, 'c>(
    region: &'s SheetRegion<'c>,
    market: Market,
    os: OperatingSystem,
) -> Option<&'s SheetPrice<'c>> {
    region.prices.iter().find(|price| (price.market, price.os) == (market, os))
}

/// The price in each region that any of the types is offered in, and whence it is.
fn prices<'s>(
    sheet: &'s TypeSheet<'_>,
    all: &'s [TypeSheet<'_>],
    os: OperatingSystem,
) -> impl Iterator<Item = Fact> + 's {
    let mut regions: Vec<&str> =
        all.iter().flat_map(|sheet| sheet.regions.iter().map(|region| region.region)).collect();
    regions.sort_unstable();
    regions.dedup();
    regions.into_iter().flat_map(move |code| {
        let region = sheet.regions.iter().find(|region| region.region == code);
        let price = region.map(|region| price_in(region, Market::OnDemand, os));
        let text = match price {
            None => Some("not offered".to_owned()),
            Some(price) => price.map(amount),
        };
        let whence = price.flatten().map(|price| format!("{} {}", date(price), price.source));
        [(format!("USD/hour {code}"), text), (format!("  as of {code}"), whence)]
    })
}

/// A price, marked where it is old.
fn amount(price: &SheetPrice<'_>) -> String {
    format!("{}{}", price.usd_hour, if price.price_is_old { OLD } else { "" })
}

/// The date of a price, with a sign of how far it can be believed.
fn date(price: &SheetPrice<'_>) -> String {
    price.price_dated_by.unwrap_or(DatedBy::Said).marked(price.as_of)
}

/// A bar for each region in which the price is known, cheapest first, and the regions in which it is not.
fn chart(sheet: &TypeSheet<'_>, market: Market, os: OperatingSystem, width_of_page: usize) -> String {
    let mut known: Vec<(&SheetPrice<'_>, &str)> = Vec::new();
    let mut unknown: Vec<&str> = Vec::new();
    for region in &sheet.regions {
        match price_in(region, market, os) {
            Some(price) => known.push((price, region.region)),
            None => unknown.push(region.region),
        }
    }
    known.sort_by_key(|(price, region)| (price.usd_hour, *region));
    let mut text = String::new();
    let Some((dearest, _)) = known.last().copied() else {
        if market == Market::OnDemand {
            let _ = writeln!(text, "\nUSD/hour {market}, {os}: not known");
        }
        return text;
    };
    let _ = writeln!(text, "\nUSD/hour {market}, {os}");
    let rows = labelled(&known, width_of_page.saturating_sub(ROOM_FOR_BARS));
    let used = rows.iter().map(|row| row.chars().count()).max().unwrap_or_default();
    let longest = LONGEST_BAR.min(width_of_page.saturating_sub(used));
    for (row, (price, _)) in rows.iter().zip(&known) {
        let bar = bar(price.usd_hour.micros(), dearest.usd_hour.micros(), longest);
        let _ = writeln!(text, "{}", format!("{row}{bar}").trim_end());
    }
    if !unknown.is_empty() {
        text.push_str(&not_known_in(&unknown, width_of_page));
    }
    text
}

/// What spot machines save in each region, and how often they are taken back, as far as either is known.
fn of_spot(sheet: &TypeSheet<'_>, os: OperatingSystem) -> String {
    let old = |is_old: bool| if is_old { OLD } else { "" };
    let rows = sheet.regions.iter().map(|region| {
        let saving = region.savings.iter().find(|saving| saving.os == os).map(|one| {
            let SheetSaving { saving_percent: percent, saving_source: source, saving_is_old, .. } = *one;
            format!("{}{}", Saving { percent, source }, old(saving_is_old))
        });
        let rate = region.interruptions.iter().find(|rate| rate.os == os);
        let rate = rate.map(|rate| format!("{}{}", rate.band, old(rate.interruption_is_old)));
        (region.region, saving, rate)
    });
    let rows: Vec<_> = rows.filter(|(_, saving, rate)| saving.is_some() || rate.is_some()).collect();
    let (mut codes, mut savings) = (0, 0);
    for (region, saving, _) in &rows {
        codes = codes.max(region.len());
        savings = savings.max(saving.as_ref().map_or(NOT_KNOWN.len(), String::len));
    }
    let mut text = String::new();
    if !rows.is_empty() {
        let _ = writeln!(text, "\nspot, {os}: saving against on demand, and how often it is interrupted");
    }
    for (region, saving, rate) in rows {
        let [saving, rate] = [saving, rate].map(|one| one.unwrap_or_else(|| NOT_KNOWN.to_owned()));
        let _ = writeln!(text, "  {region:codes$}  {saving:savings$}  {rate}");
    }
    text
}

/// The regions in which a price is not known, on as many lines as it takes.
fn not_known_in(regions: &[&str], width: usize) -> String {
    let mut lines = vec!["  not known in".to_owned()];
    for (place, region) in regions.iter().enumerate() {
        let comma = if place + 1 < regions.len() { "," } else { "" };
        match lines.last_mut() {
            Some(line) if line.len() + region.len() + comma.len() < width => {
                let _ = write!(line, " {region}{comma}");
            }
            _ => lines.push(format!("    {region}{comma}")),
        }
    }
    lines.join("\n") + "\n"
}

/// What stands before each bar: the region, the price, its date and its source; without the last where they do not fit.
fn labelled(known: &[(&SheetPrice<'_>, &str)], width: usize) -> Vec<String> {
    let has_old = known.iter().any(|(price, _)| price.price_is_old);
    let price = |(price, _): &(&SheetPrice<'_>, &str)| {
        let padding = if has_old && !price.price_is_old { OLD.len() } else { 0 };
        amount(price) + &" ".repeat(padding)
    };
    let codes = known.iter().map(|(_, region)| region.len()).max().unwrap_or_default();
    let prices = known.iter().map(|one| price(one).len()).max().unwrap_or_default();
    let sources = known.iter().map(|(price, _)| price.source.len()).max().unwrap_or_default();
    let dates = known.iter().map(|(price, _)| date(price).len()).max().unwrap_or_default();
    let mut columns = 3;
    loop {
        let row = |one: &(&SheetPrice<'_>, &str)| {
            let (of, region) = one;
            let mut row = format!("  {region:codes$}  {:>prices$}  ", price(one));
            if columns > 1 {
                let _ = write!(row, "{:dates$}  ", date(of));
            }
            if columns > 2 {
                let _ = write!(row, "{:sources$}  ", of.source);
            }
            row
        };
        let rows: Vec<String> = known.iter().map(row).collect();
        if columns == 1 || rows.iter().all(|row| row.len() <= width) {
            return rows;
        }
        columns -= 1;
    }
}

/// A bar whose length is to the longest as the number is to the largest.
fn bar(number: u64, largest: u64, longest: usize) -> String {
    let longest = u128::try_from(longest * EIGHTHS.len()).unwrap_or_default();
    let eighths = (u128::from(number) * longest).div_ceil(u128::from(largest.max(1))).max(1.min(longest));
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
        assert_eq!(bar(8, 8, LONGEST_BAR), "█".repeat(30));
        assert_eq!(bar(4, 8, LONGEST_BAR), "█".repeat(15));
        assert_eq!(bar(1, 1_000_000_000, LONGEST_BAR), "▏", "what costs something has a bar");
        assert_eq!(bar(101, 240, LONGEST_BAR), format!("{}▋", "█".repeat(12)));
        assert_eq!(bar(u64::MAX, u64::MAX, LONGEST_BAR), "█".repeat(30));
        assert_eq!(bar(0, 0, LONGEST_BAR), "▏");
    }

    #[test]
    fn a_list_of_regions_fits_the_page() {
        let text = not_known_in(&["us-east-1", "us-west-2", "ap-northeast-1"], 26);
        assert_eq!(text, "  not known in us-east-1,\n    us-west-2,\n    ap-northeast-1\n");
        assert_eq!(not_known_in(&["us-east-1"], 100), "  not known in us-east-1\n");
    }

    #[test]
    fn thousandths_have_the_decimals_that_say_something() {
        for (number, text) in [(0, "0"), (25, "0.025"), (3200, "3.2"), (12_500, "12.5"), (10_000, "10")] {
            assert_eq!(thousandths(number), text);
        }
    }
}
