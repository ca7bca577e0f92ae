//! What EC2 announces that ends no machine by itself, each told once.

use std::fmt;

use jiff::Timestamp;

use crate::monitor::memory::Memory;
use crate::monitor::readings::{Maintenance, Reading, Readings};

/// More than a machine ever gets; the oldest is forgotten first.
const KEPT: usize = 50;

/// Something that EC2 has announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The spot machine is likelier than others to be taken back.
    Rebalance {
        /// When EC2 found so.
        since: Timestamp,
    },
    /// EC2 plans to do something with the machine.
    Maintenance(Maintenance),
}

/// The first announcement that nobody was told of; it is remembered as told.
pub(super) fn untold(readings: &Readings, memory: &mut Memory) -> Option<Notice> {
    let rebalance = match readings.rebalance {
        Reading::Known(since) => since.map(|since| Notice::Rebalance { since }),
        Reading::Unknown => None,
    };
    let maintenance = match &readings.maintenance {
        Reading::Known(events) => events.as_slice(),
        Reading::Unknown => &[],
    };
    let all = rebalance.into_iter().chain(maintenance.iter().cloned().map(Notice::Maintenance));
    let notice = all.into_iter().find(|notice| !memory.told.contains(&notice.key()))?;
    memory.told.push(notice.key());
    if memory.told.len() > KEPT {
        memory.told.remove(0);
    }
    Some(notice)
}

impl Notice {
    /// What it is remembered by.
    fn key(&self) -> String {
        match self {
            Self::Rebalance { since } => format!("rebalance {since}"),
            Self::Maintenance(event) => {
                let at = event.not_before.map(|at| at.to_string()).unwrap_or_default();
                format!("{} {} {at}", event.code, event.id)
            }
        }
    }
}

impl fmt::Display for Notice {
    /// A sentence for users.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rebalance { since } => {
                write!(
                    f,
                    "EC2 says since {since} that this spot machine is at greater risk of being taken back"
                )
            }
            Self::Maintenance(Maintenance { code, description, not_before, .. }) => {
                write!(f, "EC2 plans {code} for this machine")?;
                if let Some(at) = not_before {
                    write!(f, ", not before {at}")?;
                }
                if description.is_empty() { Ok(()) } else { write!(f, ": {description}") }
            }
        }
    }
}
