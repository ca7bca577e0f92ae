//! What one look at the machine sees: counters as the system counts them, and what is there.
//!
//! Nothing is judged here, and no rate is computed: a counter says something only beside that of an earlier look.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that was looked at: what it is, or why that can't be told. What is not there is known to be nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading<T> {
    /// It was read.
    Known(T),
    /// It could not be read, and this is why; that says nothing about what it is.
    Unknown(String),
}

impl<T> Reading<T> {
    /// What was read, where it was.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }
}

/// One look at the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// When it was taken, by the wall clock.
    pub taken_at: Timestamp,
    /// The system's own id of the boot that it runs since.
    pub boot: Reading<String>,
    /// Milliseconds since that boot, the time asleep included.
    pub uptime_ms: Reading<u64>,
    /// The processors.
    pub cpu: Reading<Cpu>,
    /// The network's interfaces by name.
    pub network: Reading<BTreeMap<String, Interface>>,
    /// Whole disks by name.
    pub disks: Reading<BTreeMap<String, Disk>>,
    /// NVIDIA's GPUs by their own id.
    pub nvidia: Reading<BTreeMap<String, Gpu>>,
    /// AMD's GPUs by the name of their card.
    pub amd: Reading<BTreeMap<String, Gpu>>,
    /// Neuron devices by name.
    pub neuron: Reading<BTreeMap<String, Neuron>>,
    /// Terminals by name.
    pub terminals: Reading<BTreeMap<String, Terminal>>,
    /// Graphical sessions by their id.
    pub desktops: Reading<BTreeMap<String, Desktop>>,
    /// Connections to the SSH server, by the peer's address and port: bytes that came from there.
    pub ssh: Reading<BTreeMap<String, u64>>,
    /// Sessions of Session Manager, by the id of their process: milliseconds of processor time it took.
    pub session_manager: Reading<BTreeMap<u32, u64>>,
    /// The processes that count as work where they run, as far as they do: how many of each name.
    pub processes: Reading<BTreeMap<String, u32>>,
    /// Who says to systemd that the machine is not idle.
    pub inhibitors: Reading<Vec<Inhibitor>>,
    /// What the user's probes say, by their names.
    pub probes: Reading<BTreeMap<String, ProbeAnswer>>,
}

/// Processor time since the boot, of all cores together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cpu {
    /// How many cores are in use.
    pub cores: u32,
    /// Milliseconds at work: for users, for the system, for interrupts.
    pub busy_ms: u64,
    /// Milliseconds in which there was work and the hypervisor gave no processor.
    pub steal_ms: u64,
    /// Milliseconds without work, while something waited for a disk.
    pub iowait_ms: u64,
}

/// A network interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// The system's number of it: another one after it was taken out and put in again.
    pub index: u32,
    /// Bytes since it is there.
    pub received_bytes: u64,
    /// Bytes since it is there.
    pub sent_bytes: u64,
}

/// A whole disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// Bytes since it is there.
    pub read_bytes: u64,
    /// Bytes since it is there.
    pub written_bytes: u64,
}

/// A GPU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gpu {
    /// What it is called.
    pub name: String,
    /// How much of the time since the last look it was at work, in thousandths; none where it does not tell.
    pub busy_permille: Option<u64>,
    /// Bytes of its memory in use.
    pub used_bytes: u64,
    /// Bytes of its memory.
    pub total_bytes: u64,
    /// The ids of the processes that use it; none where it does not tell.
    pub processes: Option<BTreeSet<u32>>,
}

/// A Neuron device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neuron {
    /// Executions since the driver was loaded, however they ended.
    pub executions: u64,
    /// Bytes of its memory in use; none where the driver does not tell.
    pub used_bytes: Option<u64>,
}

/// A terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terminal {
    /// Whose it is.
    pub owner: String,
    /// When something was last typed on it.
    pub input_at: Timestamp,
}

/// A graphical session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desktop {
    /// Whose it is.
    pub user: String,
    /// Whether the desktop says that nobody is at it; none where it could not be asked.
    pub idle: Option<bool>,
}

/// Somebody's word to systemd that the machine is not idle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inhibitor {
    /// Who says it.
    pub who: String,
    /// Why.
    pub why: String,
}

/// What a probe says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeAnswer {
    /// There is work.
    Active,
    /// There is none.
    Idle,
    /// It can't be told, and this is why.
    Unknown(String),
}

impl Sample {
    /// A look that sees nothing, for one reason.
    #[must_use]
    pub fn unknown(taken_at: Timestamp, why: &str) -> Self {
        fn unknown<T>(why: &str) -> Reading<T> {
            Reading::Unknown(why.to_owned())
        }
        Self {
            taken_at,
            boot: unknown(why),
            uptime_ms: unknown(why),
            cpu: unknown(why),
            network: unknown(why),
            disks: unknown(why),
            nvidia: unknown(why),
            amd: unknown(why),
            neuron: unknown(why),
            terminals: unknown(why),
            desktops: unknown(why),
            ssh: unknown(why),
            session_manager: unknown(why),
            processes: unknown(why),
            inhibitors: unknown(why),
            probes: unknown(why),
        }
    }
}
