//! How an offer looks in a table.
//!
//! Its fields in the other formats are [`crate::model::offer`]'s.

use std::borrow::Cow;

use crate::model::{Architecture, DatedBy, Device, Market, Mebibytes, Offer, QuotaFit};

use super::document::{Column, Record};

/// What is known to be nothing, in a table and beside a label.
pub(super) const NONE: &str = "none";

impl Record for Offer<'_> {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("TYPE", 100, |offer| Some(offer.instance_type.to_string())),
            Column::<Self>::text("REGION", 90, |offer| Some(offer.region.to_string())),
            Column::<Self>::text("ZONE", 85, zone_of_price).only_where_known(),
            Column::<Self>::text("ZONES", 10, |offer| joined(&offer.zones)).only_wide(),
            Column::<Self>::number("VCPUS", 70, |offer| offer.vcpus.map(|vcpus| vcpus.to_string())),
            Column::<Self>::number("MEMORY", 60, |offer| offer.memory_mib.map(|memory| memory.to_string())),
            Column::<Self>::text("DEVICES", 66, all_devices).shrinkable(10).shown_where(may_have_devices),
            Column::<Self>::text("ARCH", 40, |offer| architectures(&offer.architectures)).shrinkable(6),
            Column::<Self>::text("OS", 15, |offer| Some(offer.os.to_string())).only_wide(),
            Column::<Self>::text("MARKET", 72, |offer| Some(offer.market.to_string()))
                .shown_where(|offer| offer.market != Market::OnDemand),
            Column::<Self>::number("USD/HOUR", 80, |offer| {
                offer.price_usd_hour.map(|price| price.to_string())
            })
            .old_where(|offer| offer.price_is_old),
            Column::<Self>::number("SAVING", 75, |offer| offer.saving().map(|saving| saving.to_string()))
                .old_where(Offer::saving_is_old)
                .only_where_known(),
            Column::<Self>::text("INTERRUPTED", 74, |offer| {
                Some(marked(&offer.interruption?.to_string(), offer.interruption_is_old))
            })
            .only_where_known(),
            Column::<Self>::text("AS OF", 30, date_of_price),
            Column::<Self>::text("QUOTA", 73, |offer| offer.quota.as_ref().map(quota)).only_where_known(),
            Column::<Self>::text("SOURCE", 15, |offer| offer.price_source.as_ref().map(ToString::to_string))
                .only_wide(),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.instance_type)
    }
}

/// What a machine has in a few words, and then in some more: its devices and then its size, or without devices its size and
/// then its architecture where that is not x86_64.
#[must_use]
pub fn machine_gist(offer: &Offer<'_>) -> [String; 2] {
    let vcpus = offer.vcpus.map(|vcpus| format!("{vcpus} vCPUs"));
    let size: Vec<String> =
        vcpus.into_iter().chain(offer.memory_mib.map(|memory| memory.to_string())).collect();
    let is_unusual = !offer.architectures.contains(&Architecture::X86_64);
    let architecture = architectures(&offer.architectures).filter(|_| is_unusual);
    match all_devices(offer).filter(|devices| devices != NONE) {
        Some(devices) => [devices, size.into_iter().chain(architecture).collect::<Vec<_>>().join(", ")],
        None => [size.join(", "), architecture.unwrap_or_default()],
    }
}

/// The zone that a price is of, where AWS told the prices of zones.
fn zone_of_price(offer: &Offer<'_>) -> Option<String> {
    let of_moment = offer.market == Market::Spot && offer.price_source.as_deref() == Some("api");
    of_moment.then(|| joined(&offer.zones)).flatten()
}

/// The date of a price, with a sign of how far it can be believed.
pub(super) fn date_of_price(offer: &Offer<'_>) -> Option<String> {
    let date = offer.price_as_of.as_ref()?;
    Some(offer.price_dated_by.unwrap_or(DatedBy::Said).marked(date))
}

/// What an offer has beside its processors; `none` where it is known that there is nothing, and nothing where it is not.
pub(super) fn all_devices(offer: &Offer<'_>) -> Option<String> {
    let kinds = [&offer.gpus, &offer.accelerators];
    let kinds: Vec<String> = kinds.into_iter().filter_map(|kind| devices(kind)).collect();
    match kinds.is_empty() {
        true => is_described(offer).then(|| NONE.to_owned()),
        false => Some(kinds.join(" + ")),
    }
}

/// Whether it has devices, or that is not known.
pub(super) fn may_have_devices(offer: &Offer<'_>) -> bool {
    !(offer.gpus.is_empty() && offer.accelerators.is_empty() && is_described(offer))
}

/// Of each type that is described it is known what it runs; of any other nothing is known but its name and its prices.
const fn is_described(offer: &Offer<'_>) -> bool {
    !offer.architectures.is_empty()
}

/// A figure, and whether it is old.
fn marked(figure: &str, is_old: bool) -> String {
    if is_old { format!("{figure} (old)") } else { figure.to_owned() }
}

/// `fits: 12 of 64 used`.
pub(super) fn quota(quota: &QuotaFit<'_>) -> String {
    let QuotaFit { limit_vcpus, used_vcpus, fits, .. } = quota;
    format!("{}: {used_vcpus} of {limit_vcpus} used", if *fits { "fits" } else { "too small" })
}

fn joined(texts: &[Cow<'_, str>]) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join(" "))
}

pub(super) fn architectures(architectures: &[Architecture]) -> Option<String> {
    let names: Vec<&str> = architectures.iter().map(|architecture| architecture.as_str()).collect();
    (!names.is_empty()).then(|| names.join(" "))
}

/// `8 x H100 (80 GiB)`, kinds joined by ` + `.
pub(super) fn devices(devices: &[Device<'_>]) -> Option<String> {
    let texts: Vec<String> = devices.iter().map(device).collect();
    (!texts.is_empty()).then(|| texts.join(" + "))
}

fn device(device: &Device<'_>) -> String {
    let Device { name, count, .. } = device;
    match device.memory_mib {
        Some(memory) => format!("{count} x {name} ({})", rounded(memory)),
        None => format!("{count} x {name}"),
    }
}

/// A device's memory as people speak of it: EC2 says 22,888 MiB for an L4, which is read as 22 GiB; small parts keep a
/// decimal.
fn rounded(memory: Mebibytes) -> String {
    let tenths = (memory.0 * 10 + 512) / 1024;
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} GiB"),
        (whole, tenth) if whole < 10 => format!("{whole}.{tenth} GiB"),
        _ => format!("{} GiB", (memory.0 + 512) / 1024),
    }
}
