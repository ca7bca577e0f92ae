//! What the kernel counts: time since the boot, processor time, bytes of interfaces and disks.
//!
//! Only what is hardware is counted. A bridge, a tunnel, a device mapper pass on what an interface or a disk below them
//! counts as well.

use std::collections::BTreeMap;

use procfs::net::InterfaceDeviceStatus;
use procfs::{DiskStats, FromRead, FromReadSI, KernelStats, Uptime};

use super::Root;
use super::files::LookError;
use crate::monitor::idle::sample::{Cpu, Disk, Interface};

/// The kernel's unit in its table of disks, whatever the disk's own is.
const SECTOR: u64 = 512;

/// How interfaces begin that are made by software, for machines that have no other.
const VIRTUAL: [&str; 17] = [
    "lo", "veth", "docker", "br-", "virbr", "cni", "flannel", "cali", "vxlan", "tun", "tap", "wg", "dummy",
    "ifb", "bond", "team", "sit",
];

pub(super) fn boot(root: &Root) -> Result<String, LookError> {
    root.text("proc/sys/kernel/random/boot_id")
}

pub(super) fn uptime_ms(root: &Root) -> Result<u64, LookError> {
    let uptime = root.proc("proc/uptime", |path| Uptime::from_file(path))?;
    Ok(u64::try_from(uptime.uptime_duration().as_millis()).unwrap_or(u64::MAX))
}

pub(super) fn cpu(root: &Root) -> Result<Cpu, LookError> {
    let system = procfs::current_system_info();
    let KernelStats { total, cpu_time, .. } =
        root.proc("proc/stat", |path| KernelStats::from_file(path, system))?;
    let ticks = [total.user, total.nice, total.system, total.irq.unwrap_or(0), total.softirq.unwrap_or(0)];
    let ms = |ticks: u64| ticks.saturating_mul(1000) / procfs::ticks_per_second().max(1);
    Ok(Cpu {
        cores: u32::try_from(cpu_time.len()).unwrap_or(u32::MAX),
        busy_ms: ms(ticks.into_iter().fold(0, u64::saturating_add)),
        steal_ms: ms(total.steal.unwrap_or(0)),
        iowait_ms: ms(total.iowait.unwrap_or(0)),
    })
}

/// Interfaces that a device stands behind. Where there is none at all, as in a container, those that are not known to be
/// made by software.
pub(super) fn network(root: &Root) -> Result<BTreeMap<String, Interface>, LookError> {
    let InterfaceDeviceStatus(counted) =
        root.proc("proc/net/dev", |path| InterfaceDeviceStatus::from_file(path))?;
    let is_device = |name: &str| root.is_there(&format!("sys/class/net/{name}/device"));
    let has_device = counted.keys().any(|name| is_device(name));
    let mut interfaces = BTreeMap::new();
    for (name, counters) in counted {
        let counts =
            if has_device { is_device(&name) } else { !VIRTUAL.iter().any(|begin| name.starts_with(begin)) };
        if counts {
            let index = root.number_if_there(&format!("sys/class/net/{name}/ifindex"))?.unwrap_or(0);
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            let (received_bytes, sent_bytes) = (counters.recv_bytes, counters.sent_bytes);
            interfaces.insert(name, Interface { index, received_bytes, sent_bytes });
        }
    }
    Ok(interfaces)
}

pub(super) fn disks(root: &Root) -> Result<BTreeMap<String, Disk>, LookError> {
    let DiskStats(counted) = root.proc("proc/diskstats", |path| DiskStats::from_file(path))?;
    let names: Vec<String> = counted.iter().map(|disk| disk.name.clone()).collect();
    let disks = counted.into_iter().filter(|disk| is_whole_disk(&disk.name, &names));
    Ok(disks
        .map(|disk| {
            let read_bytes = disk.sectors_read.saturating_mul(SECTOR);
            let written_bytes = disk.sectors_written.saturating_mul(SECTOR);
            (disk.name, Disk { read_bytes, written_bytes })
        })
        .collect())
}

/// Whether a name is that of a disk: `nvme0n1`, `xvda`, `sda`, `vda`, and not of a part of one. Xen has disks that are
/// called like a part (`xvda1` without an `xvda`).
fn is_whole_disk(name: &str, all: &[String]) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(rest) = name.strip_prefix("nvme") {
        return rest.split_once('n').is_some_and(|(controller, space)| digits(controller) && digits(space));
    }
    let Some(rest) = ["xvd", "sd", "vd"].iter().find_map(|begin| name.strip_prefix(begin)) else {
        return false;
    };
    let letters = rest.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let is_disk = !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_lowercase());
    let whole = name.strip_suffix(&rest[letters.len()..]).unwrap_or(name);
    is_disk && (rest == letters || (name.starts_with("xvd") && !all.iter().any(|other| other == whole)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_disks_count_and_each_once() {
        let names = [
            "nvme0n1",
            "nvme0n1p1",
            "nvme10n1",
            "nvme0c0n1",
            "xvda",
            "xvda1",
            "xvdba",
            "sda",
            "sda1",
            "sdaa15",
            "vda",
            "vda1",
            "loop0",
            "ram0",
            "zram0",
            "dm-0",
            "md0",
            "sr0",
            "fd0",
            "nbd0",
            "nvme",
            "nvmen",
            "sd",
            "xvdf1",
        ];
        let all: Vec<String> = names.iter().map(ToString::to_string).collect();
        let whole: Vec<&str> = names.into_iter().filter(|name| is_whole_disk(name, &all)).collect();
        assert_eq!(whole, ["nvme0n1", "nvme10n1", "xvda", "xvdba", "sda", "vda", "xvdf1"]);
    }
}
