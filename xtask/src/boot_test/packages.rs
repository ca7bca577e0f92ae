//! What has to be there for machines to boot, and why they can't where it is not.
//! Packages are installed where we may (`debian`); nothing else is.

use std::path::Path;
use std::process::Command;

use crate::debian::{self, Package};
use crate::process;

const PACKAGES: &[Package] = &[
    Package { name: "mmdebstrap", program: "mmdebstrap" },
    Package { name: "systemd-container", program: "systemd-nspawn" },
    Package { name: "iproute2", program: "ip" },
    Package { name: "util-linux", program: "unshare" },
    Package { name: "e2fsprogs", program: "mkfs.ext4" },
    Package { name: "openssh-client", program: "ssh-keygen" },
    Package { name: "binutils", program: "strip" },
];

/// Why containers can't be booted here, if they can't.
pub(crate) fn hindrance() -> Option<String> {
    if !is_root() {
        return Some("only root can boot a container".to_owned());
    }
    if !Path::new("/etc/debian_version").exists() {
        return Some("the image is made from the packages of a Debian system, which this is not".to_owned());
    }
    let missing = debian::ensure_packages(PACKAGES);
    if !missing.is_empty() {
        return Some(missing.into_iter().map(|missing| missing.why).collect::<Vec<_>>().join("; "));
    }
    if may_unshare() { None } else { Some("namespaces can't be made here (unshare is refused)".to_owned()) }
}

pub(super) fn is_root() -> bool {
    process::answer(Command::new("id").arg("-u")).as_deref() == Some("0")
}

fn may_unshare() -> bool {
    let mut unshare = Command::new("unshare");
    process::answer(unshare.args(["--net", "--mount", "--pid", "--fork", "true"])).is_some()
}
