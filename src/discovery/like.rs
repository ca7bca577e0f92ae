//! What makes another type like one: its size, its architectures, its accelerators and how many of them.

use crate::catalog::{Catalog, DeviceKind, InstanceType};
use crate::model::DeviceCount;

use super::label::size;
use super::{DiscoveryError, Figure, Filter, Label};

/// The filters that types like this one pass, itself among them. What is not known of it is not asked for.
///
/// # Errors
/// Where there is no such type.
pub fn like(catalog: &Catalog<'_>, instance_type: &str) -> Result<Vec<Filter>, DiscoveryError> {
    let name = instance_type.trim().to_ascii_lowercase();
    let Some(one) = catalog.instance_type(&name) else {
        return Err(DiscoveryError::unknown_type(catalog, instance_type));
    };
    let mut filters = vec![Filter::Label(Label::Size, vec![size(one).to_owned()])];
    if !one.is_described() {
        return Ok(filters);
    }
    let architectures: Vec<String> = one.architectures().map(|one| one.to_string()).collect();
    if !architectures.is_empty() {
        filters.push(Filter::Label(Label::Architecture, architectures));
    }
    filters.extend(devices(catalog, one, Label::Gpu, Figure::Gpus, |kind| kind == DeviceKind::Gpu));
    filters.extend(devices(catalog, one, Label::Accelerator, Figure::Accelerators, |kind| {
        kind != DeviceKind::Gpu
    }));
    Ok(filters)
}

/// The names of a type's devices of some kinds, and how many there are.
fn devices(
    catalog: &Catalog<'_>,
    one: InstanceType<'_>,
    label: Label,
    figure: Figure,
    kinds: fn(DeviceKind) -> bool,
) -> Vec<Filter> {
    let devices = || one.devices().filter(|device| kinds(device.kind));
    let count = devices().fold(DeviceCount::default(), |sum, device| sum.plus(device.count));
    let names: Vec<String> = devices().map(|device| label.exactly(catalog, device.name)).collect();
    let of_names = (!names.is_empty()).then_some(Filter::Label(label, names));
    of_names.into_iter().chain([Filter::exactly(figure, count.thousandths().into())]).collect()
}
