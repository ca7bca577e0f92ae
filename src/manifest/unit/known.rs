//! What systemd knows: the keys of sections, and the units that every machine has.
//!
//! A newer systemd may know more than is listed here.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Sections and their keys.
static KEYS: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut section = "";
    for line in include_str!("keys.txt").lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => section = name,
            None => keys.entry(section).or_default().push(line),
        }
    }
    keys
});

/// Units of systemd, cloud-init and the agent, which all images have or get, by their names without what follows the dot
/// in the case of targets.
const TARGETS: &str = "basic bluetooth boot-complete cloud-config cloud-init cryptsetup cryptsetup-pre default emergency exit final \
    first-boot-complete getty getty-pre graphical halt hibernate hybrid-sleep kexec local-fs local-fs-pre machines multi-user \
    network network-online network-pre nss-lookup nss-user-lookup paths poweroff printer reboot remote-cryptsetup \
    remote-fs remote-fs-pre rescue rpcbind runlevel2 runlevel3 runlevel5 shutdown sigpwr sleep slices smartcard sockets \
    sound ssh-access storage-target-mode suspend swap sysinit system-update time-set time-sync timers tpm2 umount";
const SERVICES: &str = "chronyd cloud-config cloud-final cloud-init cloud-init-local cloudkit-agent cloudkit-deadline \
    cloudkit-user cloudkit-apply cloudkit-secrets cron crond dbus dbus-broker getty@ ssh sshd sshd@ serial-getty@ rescue \
    emergency modprobe@ polkit rsyslog user@ user-runtime-dir@ amazon-ssm-agent snapd NetworkManager";
const SOCKETS: &str = "dbus ssh sshd syslog snapd";
const SLICES: &str = "- system user machine";

/// Whether systemd knows such a section in this kind of unit: none where the kind is not described here.
#[must_use]
pub fn sections(own: Option<&str>) -> Option<[&str; 3]> {
    let own = own.filter(|own| KEYS.contains_key(own))?;
    Some(["Unit", own, "Install"])
}

/// The keys of a section; nothing for one that is not described here.
#[must_use]
pub fn keys(section: &str) -> &'static [&'static str] {
    KEYS.get(section).map_or(&[], Vec::as_slice)
}

/// Whether a machine has this unit without anybody's doing.
#[must_use]
pub fn is_on_every_machine(unit: &str) -> bool {
    let Some((name, kind)) = unit.rsplit_once('.') else { return false };
    let template = name.split_once('@').map(|(stem, _)| format!("{stem}@"));
    let is_of = |names: &str| {
        names.split_whitespace().any(|known| known == name || template.as_deref() == Some(known))
    };
    match kind {
        "target" => is_of(TARGETS),
        "service" => name.starts_with("systemd-") || is_of(SERVICES),
        "socket" => name.starts_with("systemd-") || is_of(SOCKETS),
        "slice" => is_of(SLICES) || name.starts_with("user-") || name.starts_with("system-"),
        "timer" => name == "systemd-tmpfiles-clean",
        // They are made as they are needed, of what the machine has.
        "device" | "mount" | "scope" | "swap" | "automount" => true,
        _ => false,
    }
}
