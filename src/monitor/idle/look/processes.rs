//! Processes: those that count as work by their name, and the workers of Session Manager.
//!
//! One pass through /proc serves both. A name is the one that the kernel keeps, which `ps -o comm` shows: fifteen bytes of
//! it, so a longer one is held against the command line too.

use std::collections::BTreeMap;

use procfs::FromRead;
use procfs::process::Stat;

use super::files::{LookError, reading};
use super::{Root, Watched};
use crate::monitor::idle::sample::Reading;

/// What the kernel keeps of a name.
const NAME_BYTES: usize = 15;
/// The agent of Systems Manager starts one for each session.
const SESSION_WORKER: &str = "ssm-session-worker";

/// What a pass through the processes finds.
pub(super) struct Processes {
    pub(super) named: Reading<BTreeMap<String, u32>>,
    pub(super) session_manager: Reading<BTreeMap<u32, u64>>,
}

pub(super) fn processes(root: &Root, watched: &Watched) -> Processes {
    match pass(root, watched) {
        Ok((named, workers)) => {
            Processes { named: Reading::Known(named), session_manager: Reading::Known(workers) }
        }
        Err(error) => {
            let why = error.to_string();
            let named = reading(if watched.processes.is_empty() { Ok(BTreeMap::new()) } else { Err(error) });
            Processes { named, session_manager: Reading::Unknown(why) }
        }
    }
}

type Found = (BTreeMap<String, u32>, BTreeMap<u32, u64>);

fn pass(root: &Root, watched: &Watched) -> Result<Found, LookError> {
    if root.is_recording() && !root.is_there("proc/1") {
        return Ok(Found::default());
    }
    refuse_hidden(root)?;
    let (mut named, mut workers) = Found::default();
    for entry in root.names("proc")?.unwrap_or_default() {
        let Ok(id) = entry.parse::<u32>() else { continue };
        // One that has ended meanwhile is no failure.
        let Ok(name) = root.text(&format!("proc/{entry}/comm")) else { continue };
        if is_called(root, &entry, &name, SESSION_WORKER) {
            workers.extend(processor_ms(root, &entry).map(|time| (id, time)));
        }
        for wanted in &watched.processes {
            if is_called(root, &entry, &name, wanted) {
                *named.entry(wanted.clone()).or_default() += 1;
            }
        }
    }
    Ok((named, workers))
}

/// Where other users' processes are hidden, that none is seen says nothing.
fn refuse_hidden(root: &Root) -> Result<(), LookError> {
    let mounts = root.text_if_there("proc/self/mountinfo")?.unwrap_or_default();
    let hides = |line: &str| {
        let mut fields = line.split(' ');
        let options = line.rsplit(' ').next().unwrap_or_default();
        let hidden = options.split(',').filter_map(|option| option.strip_prefix("hidepid="));
        fields.nth(4) == Some("/proc") && hidden.into_iter().any(|value| value != "0" && value != "off")
    };
    if mounts.lines().any(hides) {
        return Err(LookError::Other("/proc hides the processes of other users (hidepid)".to_owned()));
    }
    Ok(())
}

fn is_called(root: &Root, process: &str, name: &str, wanted: &str) -> bool {
    if wanted.len() <= NAME_BYTES {
        return name == wanted;
    }
    let begins = wanted.as_bytes().starts_with(name.as_bytes()) && name.len() == NAME_BYTES;
    begins && {
        let command = root.text(&format!("proc/{process}/cmdline")).unwrap_or_default();
        // The program itself, or the script that it runs.
        command.split('\0').take(2).any(|word| word.rsplit('/').next() == Some(wanted))
    }
}

fn processor_ms(root: &Root, process: &str) -> Option<u64> {
    let stat = root.proc(&format!("proc/{process}/stat"), |path| Stat::from_file(path)).ok()?;
    let ticks = stat.utime.saturating_add(stat.stime);
    Some(ticks.saturating_mul(1000) / procfs::ticks_per_second().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(folder: &std::path::Path, id: u32, name: &str, command: &str, ticks: u64) {
        let path = folder.join(format!("proc/{id}"));
        std::fs::create_dir_all(&path).unwrap();
        let zeros = "0 ".repeat(37);
        std::fs::write(path.join("comm"), format!("{name}\n")).unwrap();
        std::fs::write(path.join("cmdline"), command).unwrap();
        std::fs::write(
            path.join("stat"),
            format!("{id} ({name}) S 1 1 1 0 -1 0 0 0 0 0 {ticks} 0 {zeros}\n"),
        )
        .unwrap();
    }

    #[test]
    fn processes_are_found_by_their_whole_name() {
        let folder = tempfile::tempdir().unwrap();
        process(folder.path(), 1, "systemd", "/sbin/init\0", 0);
        process(folder.path(), 20, "train.py", "python3\0./train.py\0", 0);
        process(folder.path(), 21, "train.py", "python3\0./train.py\0", 0);
        process(folder.path(), 22, "jupyter-noteboo", "python3\0/opt/bin/jupyter-notebook\0", 0);
        process(folder.path(), 23, "jupyter-noteboo", "/opt/bin/jupyter-noteboox\0", 0);
        process(folder.path(), 24, "ssm-session-wor", "/usr/bin/ssm-session-worker\0alice-0\0", 250);
        let names = ["train.py", "jupyter-notebook", "systemd-inhibit"];
        let watched = Watched { processes: names.map(str::to_owned).to_vec(), ..Watched::default() };
        let found = processes(&Root::at(folder.path()), &watched);
        let expected = [("jupyter-notebook".to_owned(), 1), ("train.py".to_owned(), 2)];
        assert_eq!(found.named, Reading::Known(BTreeMap::from(expected)));
        assert_eq!(found.session_manager, Reading::Known(BTreeMap::from([(24, 2500)])));
    }

    #[test]
    fn where_processes_are_hidden_none_seen_is_unknown() {
        let folder = tempfile::tempdir().unwrap();
        process(folder.path(), 1, "systemd", "/sbin/init\0", 0);
        std::fs::create_dir_all(folder.path().join("proc/self")).unwrap();
        let mount = "22 29 0:21 / /proc rw,nosuid shared:12 - proc proc rw,hidepid=invisible\n";
        std::fs::write(folder.path().join("proc/self/mountinfo"), mount).unwrap();
        let watched = Watched { processes: vec!["train.py".to_owned()], ..Watched::default() };
        let found = processes(&Root::at(folder.path()), &watched);
        assert!(matches!(found.named, Reading::Unknown(why) if why.contains("hidepid")));
        let found = processes(&Root::at(folder.path()), &Watched::default());
        assert_eq!(found.named, Reading::Known(BTreeMap::new()), "nobody asked for any");
    }
}
