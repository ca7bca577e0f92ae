//! AMD's GPUs, by what their driver says in /sys.
//!
//! The driver tells how busy a GPU is now, so each glance counts; processes are those that use it for computing.

use std::collections::{BTreeMap, BTreeSet};

use super::Root;
use super::busy::Busy;
use super::files::LookError;
use crate::monitor::idle::sample::Gpu;

const CARDS: &str = "sys/class/drm";
/// AMD's number as a maker of PCI devices.
const AMD: &str = "0x1002";
/// The driver keeps a folder for each process that computes on any of them.
const PROCESSES: &str = "sys/class/kfd/kfd/proc";

/// Notes how busy each card is now. One that can't be read is told at the look.
pub(super) fn glance(root: &Root, busy: &mut Busy) {
    for card in cards(root).unwrap_or_default() {
        if let Ok(Some(percent)) = root.number_if_there(&format!("{CARDS}/{card}/device/gpu_busy_percent")) {
            busy.note(&card, percent.saturating_mul(10));
        }
    }
}

pub(super) fn gpus(root: &Root, busy: &mut Busy) -> Result<BTreeMap<String, Gpu>, LookError> {
    glance(root, busy);
    let mut gpus = BTreeMap::new();
    for card in cards(root)? {
        let device = format!("{CARDS}/{card}/device");
        // Read once more for its failure: a card that can't be read is not an idle one.
        root.number_if_there(&format!("{device}/gpu_busy_percent"))?;
        let bytes = |name: &str| root.number_if_there(&format!("{device}/{name}"));
        let (used, total) = (bytes("mem_info_vram_used")?, bytes("mem_info_vram_total")?);
        let (Some(used_bytes), Some(total_bytes)) = (used, total) else {
            return Err(LookError::Missing { path: root.path(&format!("{device}/mem_info_vram_used")) });
        };
        let (busy_permille, processes) = (busy.take(&card), processes(root)?);
        gpus.insert(card.clone(), Gpu { name: card, busy_permille, used_bytes, total_bytes, processes });
    }
    Ok(gpus)
}

/// Cards of AMD that its driver serves, without the outputs that are listed beside them.
fn cards(root: &Root) -> Result<Vec<String>, LookError> {
    let is_card = |name: &String| {
        name.strip_prefix("card").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut cards = Vec::new();
    for card in root.names(CARDS)?.unwrap_or_default().into_iter().filter(is_card) {
        if root.text_if_there(&format!("{CARDS}/{card}/device/vendor"))?.as_deref() == Some(AMD) {
            cards.push(card);
        }
    }
    Ok(cards)
}

fn processes(root: &Root) -> Result<Option<BTreeSet<u32>>, LookError> {
    let names = root.names(PROCESSES)?;
    Ok(names.map(|names| names.iter().filter_map(|name| name.parse().ok()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &std::path::Path, name: &str, text: &str) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn a_card_is_seen_with_its_load_and_its_memory() {
        let folder = tempfile::tempdir().unwrap();
        let (root, mut busy) = (Root::at(folder.path()), Busy::default());
        assert!(gpus(&root, &mut busy).unwrap().is_empty());
        write(folder.path(), "sys/class/drm/card0/device/vendor", "0x1d0f\n");
        write(folder.path(), "sys/class/drm/card1-DP-1/status", "disconnected\n");
        for (name, text) in [
            ("vendor", "0x1002\n"),
            ("gpu_busy_percent", "30\n"),
            ("mem_info_vram_used", "1048576\n"),
            ("mem_info_vram_total", "8573157376\n"),
        ] {
            write(folder.path(), &format!("sys/class/drm/card1/device/{name}"), text);
        }
        glance(&root, &mut busy);
        write(folder.path(), "sys/class/drm/card1/device/gpu_busy_percent", "0\n");
        write(folder.path(), "sys/class/kfd/kfd/proc/4711/pasid", "32769\n");
        let expected = Gpu {
            name: "card1".to_owned(),
            busy_permille: Some(150),
            used_bytes: 1_048_576,
            total_bytes: 8_573_157_376,
            processes: Some(BTreeSet::from([4711])),
        };
        assert_eq!(gpus(&root, &mut busy).unwrap(), BTreeMap::from([("card1".to_owned(), expected)]));
        write(folder.path(), "sys/class/drm/card1/device/gpu_busy_percent", "garbage\n");
        assert!(gpus(&root, &mut busy).is_err(), "a card that fails is not an idle one");
    }
}
