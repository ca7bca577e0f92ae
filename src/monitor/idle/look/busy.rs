//! How busy a device was between two looks, from what it was found at each time that it was glanced at.
//!
//! Devices that only tell how busy they are now would, looked at once a minute, be idle between two of their kernels.

use std::collections::BTreeMap;

/// Sums of what was seen since the last look, by device.
#[derive(Debug, Default)]
pub(super) struct Busy {
    seen: BTreeMap<String, Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    sum: u64,
    count: u64,
}

impl Busy {
    /// Notes that a device was found so busy, in thousandths.
    pub(super) fn note(&mut self, device: &str, permille: u64) {
        let seen = self.seen.entry(device.to_owned()).or_default();
        seen.sum = seen.sum.saturating_add(permille.min(1000));
        seen.count += 1;
    }

    /// The mean of what was seen of a device; none where it was not seen. It begins anew.
    pub(super) fn take(&mut self, device: &str) -> Option<u64> {
        self.seen.remove(device).map(|seen| seen.sum / seen.count.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_covers_what_was_seen_since_the_last_look() {
        let mut busy = Busy::default();
        assert_eq!(busy.take("card0"), None);
        for permille in [0, 0, 900] {
            busy.note("card0", permille);
        }
        busy.note("card1", 7);
        assert_eq!((busy.take("card0"), busy.take("card0"), busy.take("card1")), (Some(300), None, Some(7)));
    }
}
