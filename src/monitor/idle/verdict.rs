//! What a minute comes to: each signal with its state, its value, its threshold, and words that a person understands.
//!
//! Nothing is judged here; [`judge`](super::judge) does.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a look comes to, beside the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// When the look was taken.
    pub at: Timestamp,
    /// What it was judged by, in a fixed order.
    pub signals: Vec<Signal>,
}

/// One thing by which a machine at work is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Which one.
    pub name: SignalName,
    /// Whether it tells of work.
    pub state: State,
    /// What was measured, where it is a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<u64>,
    /// From where on it is active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<u64>,
    /// What both are in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// The same for a person.
    pub words: String,
}

/// Whether there is work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// There is.
    Active,
    /// There is none.
    Quiet,
    /// It can't be told, which counts as work.
    Unknown,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignalName {
    /// Processor time.
    Cpu,
    /// Processor time that the hypervisor did not give.
    Steal,
    /// Bytes on the network.
    Network,
    /// Bytes of disks.
    Disk,
    /// NVIDIA's GPUs.
    Nvidia,
    /// AMD's GPUs.
    Amd,
    /// Neuron devices.
    Neuron,
    /// What is typed on terminals.
    Terminals,
    /// Graphical sessions.
    Desktops,
    /// SSH connections.
    Ssh,
    /// Sessions of Session Manager.
    SessionManager,
    /// Processes by name.
    Processes,
    /// systemd's inhibitors.
    Inhibitors,
    /// The user's own probes.
    Probes,
}

/// What a value is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Thousandths of one core.
    Millicores,
    /// Bytes in a second.
    BytesPerSecond,
    /// Thousandths.
    Permille,
    /// Seconds.
    Seconds,
}

impl Verdict {
    /// Whether the machine is at work: one active signal is enough; it is quiet only where every signal is.
    #[must_use]
    pub fn state(&self) -> State {
        let any = |state| self.signals.iter().any(|signal| signal.state == state);
        if any(State::Active) {
            State::Active
        } else if any(State::Unknown) || self.signals.is_empty() {
            State::Unknown
        } else {
            State::Quiet
        }
    }

    /// The signals that keep the machine from being quiet.
    pub fn reasons(&self) -> impl Iterator<Item = &Signal> {
        self.signals.iter().filter(|signal| signal.state != State::Quiet)
    }

    /// One of the signals.
    #[must_use]
    pub fn signal(&self, name: SignalName) -> Option<&Signal> {
        self.signals.iter().find(|signal| signal.name == name)
    }
}

impl Signal {
    pub(super) fn new(name: SignalName, state: State, words: impl Into<String>) -> Self {
        Self { name, state, value: None, threshold: None, unit: None, words: words.into() }
    }

    pub(super) fn unknown(name: SignalName, why: impl Into<String>) -> Self {
        Self::new(name, State::Unknown, why)
    }

    pub(super) fn quiet(name: SignalName, words: impl Into<String>) -> Self {
        Self::new(name, State::Quiet, words)
    }

    pub(super) fn active(name: SignalName, words: impl Into<String>) -> Self {
        Self::new(name, State::Active, words)
    }

    /// A signal that is active from its threshold on.
    pub(super) fn measured(name: SignalName, value: u64, threshold: u64, unit: Unit) -> Self {
        let state = if value >= threshold { State::Active } else { State::Quiet };
        let words = format!("{}, active from {}", unit.text(value), unit.text(threshold));
        Self { name, state, value: Some(value), threshold: Some(threshold), unit: Some(unit), words }
    }

    /// The same signal with other words before those that it has.
    pub(super) fn of(mut self, what: &str) -> Self {
        self.words = format!("{what}: {}", self.words);
        self
    }
}

impl Unit {
    fn text(self, value: u64) -> String {
        match self {
            Self::Millicores => format!("{}.{} % of a core", value / 10, value % 10),
            Self::Permille => format!("{}.{} %", value / 10, value % 10),
            Self::BytesPerSecond => format!("{} B/s", grouped(value)),
            Self::Seconds => format!("{value} s"),
        }
    }
}

/// A number as people read it: 1,234,567.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl SignalName {
    /// Its spelling in documents and figures.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Steal => "steal",
            Self::Network => "network",
            Self::Disk => "disk",
            Self::Nvidia => "nvidia",
            Self::Amd => "amd",
            Self::Neuron => "neuron",
            Self::Terminals => "terminals",
            Self::Desktops => "desktops",
            Self::Ssh => "ssh",
            Self::SessionManager => "session-manager",
            Self::Processes => "processes",
            Self::Inhibitors => "inhibitors",
            Self::Probes => "probes",
        }
    }
}

impl Unit {
    /// Its spelling in documents and figures.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Millicores => "millicores",
            Self::BytesPerSecond => "bytes-per-second",
            Self::Permille => "permille",
            Self::Seconds => "seconds",
        }
    }
}

impl fmt::Display for SignalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Cpu => "processors",
            Self::Steal => "stolen processor time",
            Self::Network => "network",
            Self::Disk => "disks",
            Self::Nvidia => "NVIDIA GPUs",
            Self::Amd => "AMD GPUs",
            Self::Neuron => "Neuron devices",
            Self::Terminals => "terminals",
            Self::Desktops => "graphical sessions",
            Self::Ssh => "SSH connections",
            Self::SessionManager => "Session Manager",
            Self::Processes => "named processes",
            Self::Inhibitors => "inhibitors",
            Self::Probes => "probes",
        })
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Active => "active",
            Self::Quiet => "quiet",
            Self::Unknown => "unknown",
        })
    }
}
