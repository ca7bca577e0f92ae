//! Puts a look together, reading by reading.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::busy::Busy;
use super::files::reading;
use super::nvidia::Nvidia;
use super::processes::{Processes, processes};
use super::{Root, Watched, amd, counters, logind, neuron, probes, ssh, terminals};
use crate::monitor::idle::sample::{Reading, Sample};
use crate::platform::clock;

/// Takes looks.
#[derive(Debug)]
pub struct Sampler {
    root: Root,
    watched: Watched,
    nvidia: Nvidia,
    amd: Busy,
}

impl Sampler {
    /// Looks at what is below a root.
    #[must_use]
    pub fn new(root: Root, watched: Watched) -> Self {
        Self { root, watched, nvidia: Nvidia::default(), amd: Busy::default() }
    }

    /// Notes how busy GPUs are, which their drivers remember for some seconds at most. Called every few seconds, it makes
    /// the next look one at the whole minute; without it the look is one at its end. It costs nothing without a GPU,
    /// and waits for nothing.
    pub fn glance(&mut self) {
        self.nvidia.glance();
        amd::glance(&self.root, &mut self.amd);
    }

    /// Looks at everything. It takes some milliseconds; where there are probes, as long as the slowest of them, some ten
    /// seconds at most.
    pub async fn look(&mut self) -> Sample {
        let probes = reading(probes::probes(&self.root, &self.watched).await);
        // The time is that of the counters: probes may take theirs.
        Sample { probes, ..self.look_at(clock::now()).await }
    }

    /// Looks at everything but the probes.
    pub(in crate::monitor::idle) async fn look_at(&mut self, taken_at: Timestamp) -> Sample {
        let root = &self.root;
        let sessions = logind::sessions(root);
        // Who is logged in on a console is known by the sessions; pseudo-terminals are seen without them.
        let (terminals, desktops) = match &sessions {
            Ok(sessions) => (
                reading(terminals::terminals(root, sessions)),
                Reading::Known(logind::desktops(root, sessions).await),
            ),
            Err(error) => (Reading::Unknown(error.to_string()), Reading::Unknown(error.to_string())),
        };
        let Processes { named, session_manager } = processes(root, &self.watched);
        let ssh = reading(ssh::connections(root, &self.watched).await);
        Sample {
            taken_at,
            boot: reading(counters::boot(root)),
            // The counters are read right after the time that they are of.
            uptime_ms: reading(counters::uptime_ms(root)),
            cpu: reading(counters::cpu(root)),
            network: reading(counters::network(root)),
            disks: reading(counters::disks(root)),
            nvidia: reading(self.nvidia.gpus(root)),
            amd: reading(amd::gpus(root, &mut self.amd)),
            neuron: reading(neuron::devices(root)),
            terminals,
            desktops,
            ssh,
            session_manager,
            processes: named,
            inhibitors: reading(logind::inhibitors(root)),
            probes: Reading::Known(BTreeMap::new()),
        }
    }
}
