//! Neuron devices, by the counters of their driver in /sys.
//!
//! AWS: <https://awsdocs-neuron.readthedocs-hosted.com/en/latest/tools/neuron-sys-tools/neuron-sysfs-user-guide.html>. The
//! counters have moved from one version of the driver to the next, so they are looked for by their names below each
//! device, wherever they are. Where none is found nothing is known.

use std::collections::BTreeMap;

use super::Root;
use super::files::LookError;
use crate::monitor::idle::sample::Neuron;

const DEVICES: &str = "sys/devices/virtual/neuron_device";
/// How far below a device its counters may lie.
const DEPTH: usize = 7;

/// What a device's tree comes to.
#[derive(Default)]
struct Counted {
    executions: Option<u64>,
    used_bytes: Option<u64>,
}

pub(super) fn devices(root: &Root) -> Result<BTreeMap<String, Neuron>, LookError> {
    let is_device = |name: &String| {
        name.strip_prefix("neuron").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut devices = BTreeMap::new();
    for name in root.names(DEVICES)?.unwrap_or_default().into_iter().filter(is_device) {
        let folder = format!("{DEVICES}/{name}");
        let mut counted = Counted::default();
        count(root, &folder, DEPTH, &mut counted)?;
        let Some(executions) = counted.executions else {
            return Err(LookError::Other(format!(
                "{} has no counter of executions",
                root.path(&folder).display()
            )));
        };
        devices.insert(name, Neuron { executions, used_bytes: counted.used_bytes });
    }
    Ok(devices)
}

/// Executions are counted by how they ended, each kind in a folder of its own below `status`; memory by kinds as well, whose
/// sum is in the folder above them.
fn count(root: &Root, folder: &str, depth: usize, counted: &mut Counted) -> Result<(), LookError> {
    for name in root.names(folder)?.unwrap_or_default() {
        let path = format!("{folder}/{name}");
        let is_folder = std::fs::symlink_metadata(root.path(&path)).is_ok_and(|kind| kind.is_dir());
        // The kernel's own power management, and what reports power by the minute whether there is work or not.
        if !is_folder || name == "power" || depth == 0 {
            continue;
        }
        if folder.ends_with("/status") {
            add(&mut counted.executions, root.number_if_there(&format!("{path}/total"))?);
        } else if name == "device_mem" {
            add(&mut counted.used_bytes, root.number_if_there(&format!("{path}/total"))?);
        } else {
            count(root, &path, depth - 1, counted)?;
        }
    }
    Ok(())
}

fn add(sum: &mut Option<u64>, more: Option<u64>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or(0).saturating_add(more));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_found_wherever_the_driver_keeps_them() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::at(folder.path());
        assert!(devices(&root).unwrap().is_empty());
        let write = |name: &str, text: &str| {
            let path = folder.path().join(DEVICES).join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("neuron0/core_count", "2\n");
        assert!(devices(&root).is_err(), "a device without counters is not an idle one");
        write("neuron0/neuron_core0/stats/status/success/total", "40\n");
        write("neuron0/neuron_core0/stats/status/success/present", "1\n");
        write("neuron0/neuron_core1/stats/status/timeout/total", "2\n");
        write("neuron0/neuron_core0/stats/memory_usage/device_mem/total", "1024\n");
        write("neuron0/neuron_core0/stats/memory_usage/device_mem/tensors/total", "512\n");
        write("neuron0/power/runtime_status", "active\n");
        write("neuron0/stats/power/utilization", "POWER_STATUS_VALID,1,0.00,1.00,0.50\n");
        write("neuron1/somewhere/else/neuron_core0/status/success/total", "7\n");
        let expected = [
            ("neuron0".to_owned(), Neuron { executions: 42, used_bytes: Some(1024) }),
            ("neuron1".to_owned(), Neuron { executions: 7, used_bytes: None }),
        ];
        assert_eq!(devices(&root).unwrap(), BTreeMap::from(expected));
    }
}
