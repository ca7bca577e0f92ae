//! What is too little to be work.
//!
//! The defaults lie above what a machine without work does by itself; the measurements behind them are in `docs/idle.md`.

use serde::{Deserialize, Serialize};

use super::Span;

/// From where on a signal is active. Rates are means over the time between two looks, a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Thresholds {
    /// Processor time in percent of one core. It has to reach this and `cpu_machine_permille`.
    pub cpu_core_percent: u32,
    /// Processor time in thousandths of the whole machine: what the system itself does grows with its cores.
    pub cpu_machine_permille: u32,
    /// Time for which the hypervisor gave no processor, in percent of one core.
    pub steal_core_percent: u32,
    /// Bytes received and sent in a second. The agent's own questions to the metadata service are far below it.
    pub network_bytes_per_second: u64,
    /// Bytes read and written in a second.
    pub disk_bytes_per_second: u64,
    /// How much of the time a GPU is at work, in thousandths.
    pub gpu_busy_permille: u32,
    /// By how much the memory in use of an accelerator has to move between two looks, in thousandths of all of it.
    pub gpu_memory_permille: u32,
    /// How long ago something was typed on a terminal.
    pub input_age: Span,
    /// Bytes that an SSH connection's peer sends in a second.
    pub ssh_bytes_per_second: u64,
    /// Processor time of a session of Session Manager, in thousandths of a core.
    pub session_manager_permille: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            cpu_core_percent: 10,
            cpu_machine_permille: 1,
            steal_core_percent: 25,
            network_bytes_per_second: 5_000,
            disk_bytes_per_second: 100_000,
            gpu_busy_permille: 20,
            gpu_memory_permille: 10,
            input_age: Span::from_seconds(60),
            ssh_bytes_per_second: 500,
            session_manager_permille: 2,
        }
    }
}

impl Thresholds {
    /// From how many thousandths of a core on a machine of so many cores is at work.
    #[must_use]
    pub fn cpu_millicores(&self, cores: u32) -> u64 {
        let of_one = u64::from(self.cpu_core_percent) * 10;
        of_one.max(u64::from(self.cpu_machine_permille) * u64::from(cores))
    }
}
