//! What has to be there for machines to boot, and why they can't where it is not.
//! Packages are installed where we may (`debian`); nothing else is.

use std::path::Path;
use std::process::Command;

use super::image::Image;
use super::qemu::Qemu;
use crate::debian::{self, Package};
use crate::process;
use crate::workspace::Workspace;

const PACKAGES: &[Package] = &[
    Package { name: "mmdebstrap", program: "mmdebstrap" },
    Package { name: "systemd-container", program: "systemd-nspawn" },
    Package { name: "iproute2", program: "ip" },
    Package { name: "util-linux", program: "unshare" },
    Package { name: "e2fsprogs", program: "mkfs.ext4" },
    Package { name: "openssh-client", program: "ssh-keygen" },
    Package { name: "binutils", program: "strip" },
    Package { name: "dpkg", program: "dpkg-deb" },
];

/// What a level is to run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Containers, which root alone can boot.
    Quick,
    /// An emulated machine, which anybody can boot once root has made its image.
    Full,
}

/// Why machines can't be booted here, if they can't.
pub(crate) fn hindrance(workspace: &Workspace, level: Level) -> Option<String> {
    if level == Level::Full && !is_root() {
        let made = Image::of(workspace).is_ok_and(|image| image.is_made()) && Qemu::find(workspace).is_some();
        let missing =
            (!made).then(|| "its image is not made: run `cargo xtask boot-test` as root once".to_owned());
        return missing.or_else(|| unshare_is_refused(&["--user", "--map-root-user"]));
    }
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
    unshare_is_refused(&[])
}

fn unshare_is_refused(options: &[&str]) -> Option<String> {
    let mut unshare = Command::new("unshare");
    unshare.args(options).args(["--net", "--mount", "--pid", "--fork", "true"]);
    process::answer(&mut unshare)
        .is_none()
        .then(|| "namespaces can't be made here (unshare is refused)".to_owned())
}

fn is_root() -> bool {
    process::answer(Command::new("id").arg("-u")).as_deref() == Some("0")
}
