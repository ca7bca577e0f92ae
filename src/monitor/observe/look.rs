//! Looks at what the machine is doing, once a minute, beside the daemon's loop: the user's probes may take their time.

use std::fmt;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::model::agent::AgentConfiguration;
use crate::monitor::idle::look::Root;
use crate::monitor::idle::{Sample, Sampler, Watched};
use crate::monitor::memory::Memory;
use crate::monitor::readings::{Boot, Reading};

use super::schedule::Every;

/// How long a tick waits for a look; one that takes longer is there at a later tick.
const PATIENCE: Duration = Duration::from_millis(500);

/// Who looks.
pub(super) struct Look {
    watched: Watched,
    state: State,
    /// Where it is not known since when the system runs, which says how long ago the last look was.
    otherwise: Every,
}

enum State {
    Resting(Sampler),
    Looking(JoinHandle<(Sampler, Sample)>),
}

impl Look {
    pub(super) fn new(configuration: &AgentConfiguration) -> Self {
        let watched = Watched {
            processes: configuration.work_processes.clone(),
            login_user: configuration.login_user.clone(),
            ..Watched::default()
        };
        let state = State::Resting(Sampler::new(Root::machine(), watched.clone()));
        Self { watched, state, otherwise: Every::new(Duration::from_secs(60)) }
    }

    /// The look that was taken by now, if any; starts one where it is time.
    pub(super) async fn take(&mut self, boot: &Reading<Boot>, memory: &Memory) -> Option<Sample> {
        if let State::Resting(sampler) = &mut self.state {
            sampler.glance();
        }
        let is_due = match boot {
            Reading::Known(boot) => memory.idle.is_due(&boot.id, boot.uptime),
            Reading::Unknown => self.otherwise.is_due(),
        };
        if is_due {
            self.start();
        }
        let State::Looking(looking) = &mut self.state else { return None };
        let ended = tokio::time::timeout(PATIENCE, looking).await.ok()?;
        let (sampler, sample) = match ended {
            Ok((sampler, sample)) => (sampler, Some(sample)),
            // It fell over: what it saw is not known, and it is made anew.
            Err(_) => (Sampler::new(Root::machine(), self.watched.clone()), None),
        };
        self.state = State::Resting(sampler);
        sample
    }

    fn start(&mut self) {
        let looks = |mut sampler: Sampler| {
            tokio::spawn(async move {
                let sample = sampler.look().await;
                (sampler, sample)
            })
        };
        let spare = || Sampler::new(Root::machine(), self.watched.clone());
        if let State::Resting(sampler) = &mut self.state {
            let sampler = std::mem::replace(sampler, spare());
            self.state = State::Looking(looks(sampler));
        }
    }
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look").field("watched", &self.watched).finish_non_exhaustive()
    }
}
