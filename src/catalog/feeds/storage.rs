//! Local disks as the price list words them.
//!
//! The words are AWS's own and not uniform: `2 x 1900 NVMe SSD`, `1x600 GB NVMe SSD`, `900 GB NVMe SSD`, `12 x 3750GB`,
//! `EBS only`. What the words leave out is not made up: many disks that AWS calls `SSD` here (those of p5, x2gd, i4g) are
//! NVMe disks.

use crate::catalog::{Disk, DiskKind};

/// Local disks of one size, as far as the words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalDisks {
    /// How many of them.
    pub count: u16,
    /// Size of one of them in gigabytes (10⁹ bytes).
    pub size_gb: u32,
    /// What they are made of.
    pub kind: Option<DiskKind>,
    /// Whether they are said to be reached over NVMe. Not being said means nothing.
    pub said_nvme: bool,
}

impl LocalDisks {
    /// The same as disks of a catalog, where the words say all of it. Whether disks that are not said to be reached over
    /// NVMe are, is not known.
    #[must_use]
    pub fn known(self) -> Option<Disk> {
        let kind = self.kind.filter(|_| self.said_nvme)?;
        Some(Disk { count: self.count, size_gb: self.size_gb, kind, nvme: true })
    }
}

/// The disks that a text means: none where it says that there are none, and nothing where it means nothing here.
#[must_use]
pub fn local_disks(text: &str) -> Option<Vec<LocalDisks>> {
    let words = text.trim().to_ascii_lowercase();
    if words == "ebs only" {
        return Some(Vec::new());
    }
    let (count, words) = leading_number(&words)?;
    match words.strip_prefix('x') {
        Some(words) => {
            let (size, words) = leading_number(words.trim_start())?;
            disks(count, size, words)
        }
        // A single disk has no count before its size.
        None => disks(1, count, words),
    }
}

fn disks(count: u32, size_gb: u32, words: &str) -> Option<Vec<LocalDisks>> {
    let words = words.strip_prefix("gb").unwrap_or(words).trim();
    let (kind, said_nvme) = match words {
        "nvme ssd" => (Some(DiskKind::Ssd), true),
        "nvme hdd" => (Some(DiskKind::Hdd), true),
        "ssd" => (Some(DiskKind::Ssd), false),
        "hdd" => (Some(DiskKind::Hdd), false),
        "nvme" => (None, true),
        "" => (None, false),
        _ => return None,
    };
    let count = u16::try_from(count).ok().filter(|count| *count > 0)?;
    (size_gb > 0).then(|| vec![LocalDisks { count, size_gb, kind, said_nvme }])
}

/// The number that a text begins with, and what follows it.
fn leading_number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest.trim_start()))
}
