//! Which devices of a machine are counted and measured: those of the names and makers that were asked for.
//!
//! Two H100s are two GPUs that are H100s, and not any two GPUs beside an H100.

use crate::catalog::{Device, DeviceKind, InstanceType};

use super::Label;

/// A choice of devices; nothing chosen means all of them.
#[derive(Debug, Clone, Default)]
pub(super) struct DeviceChoice<'c> {
    wanted: Vec<(Label, Vec<&'c str>)>,
}

impl<'c> DeviceChoice<'c> {
    /// Narrows the choice.
    pub(super) fn narrow(&mut self, label: Label, names: &[&'c str]) {
        if label.is_of_device() {
            self.wanted.push((label, names.to_vec()));
        }
    }

    /// The devices of these kinds that are chosen.
    pub(super) fn of<'t>(
        &self,
        one: InstanceType<'t>,
        kinds: fn(DeviceKind) -> bool,
    ) -> impl Iterator<Item = Device<'t>> {
        one.devices().filter(move |device| kinds(device.kind) && self.fits(device))
    }

    fn fits(&self, device: &Device<'_>) -> bool {
        self.wanted
            .iter()
            .all(|(label, names)| label.of_device(device).is_none_or(|name| names.contains(&name)))
    }
}
