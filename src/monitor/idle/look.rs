//! Takes a look at this machine, or at a recording of one.
//!
//! Each reading stands for itself: one that fails is unknown, with why, and keeps no other from being taken. What is not
//! there at all, a GPU or an SSH server, is known to be nothing. Nothing is judged here.

use std::path::{Path, PathBuf};

#[cfg(all(target_os = "linux", feature = "net"))]
mod amd;
#[cfg(all(target_os = "linux", feature = "net"))]
mod busy;
#[cfg(all(target_os = "linux", feature = "net"))]
mod counters;
#[cfg(all(target_os = "linux", feature = "net"))]
mod files;
#[cfg(all(target_os = "linux", feature = "net"))]
mod linux;
#[cfg(all(target_os = "linux", feature = "net"))]
mod logind;
#[cfg(all(target_os = "linux", feature = "net"))]
mod neuron;
#[cfg(all(target_os = "linux", feature = "net"))]
mod nvidia;
#[cfg(not(all(target_os = "linux", feature = "net")))]
mod other;
#[cfg(all(target_os = "linux", feature = "net"))]
mod probes;
#[cfg(all(target_os = "linux", feature = "net"))]
mod processes;
#[cfg(all(target_os = "linux", feature = "net"))]
mod ssh;
#[cfg(all(target_os = "linux", feature = "net"))]
mod terminals;

#[cfg(all(target_os = "linux", feature = "net"))]
pub use linux::Sampler;
#[cfg(not(all(target_os = "linux", feature = "net")))]
pub use other::Sampler;

/// Where the machine's /proc, /sys, /run, /dev and /etc are.
#[derive(Debug, Clone)]
#[cfg_attr(
    not(all(target_os = "linux", feature = "net")),
    expect(dead_code, reason = "only Linux is looked at")
)]
pub struct Root {
    path: PathBuf,
    kind: Kind,
}

/// Whether there is a machine behind the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Machine,
    Recording,
}

impl Root {
    /// This machine.
    #[must_use]
    pub fn machine() -> Self {
        Self { path: PathBuf::from("/"), kind: Kind::Machine }
    }

    /// A recording below a folder. What programs would answer is in files there: `ss` holds what `ss -tinHO` printed.
    /// NVIDIA's library and probes, which would ask this machine, are left out.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), kind: Kind::Recording }
    }
}

/// What else to look at than what every machine has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Watched {
    /// Names of processes that count as work where they run.
    pub processes: Vec<String>,
    /// Ports of SSH servers besides those that sshd's configuration names.
    pub ssh_ports: Vec<u16>,
    /// The user that probes run as; without one a probe that is there can't be asked, which is unknown.
    pub login_user: Option<String>,
}
