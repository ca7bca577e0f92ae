//! Looks at real machines, as `tests/data/idle/record.sh` recorded them, are taken and judged again.

use std::fs::{File, FileTimes};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::*;
use crate::model::thresholds::Thresholds;
use crate::monitor::idle::look::{Root, Sampler, Watched};
use crate::monitor::idle::window::{Window, advance};

/// Lays the files of a recorded look below a folder; when it was taken.
fn unpack(look: &str, folder: &Path) -> Timestamp {
    let mut taken_at = None;
    for part in look.split("=== ").skip(1) {
        let (head, content) = part.split_once('\n').unwrap();
        let mut words = head.split(' ');
        let path = folder.join(words.next().unwrap());
        if path.ends_with("now") {
            taken_at = Some(Timestamp::from_second(content.trim().parse().unwrap()).unwrap());
            continue;
        }
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        if let Some(seconds) = words.find_map(|word| word.strip_prefix("accessed=")) {
            let accessed = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.parse().unwrap());
            let file = File::options().append(true).open(&path).unwrap();
            file.set_times(FileTimes::new().set_accessed(accessed)).unwrap();
        }
    }
    taken_at.unwrap()
}

async fn samples(name: &str) -> Vec<Sample> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/idle").join(name);
    let mut samples = Vec::new();
    while let Ok(look) = std::fs::read_to_string(folder.join(format!("{}.look", samples.len()))) {
        let root = tempfile::tempdir().unwrap();
        let taken_at = unpack(&look, root.path());
        samples.push(Sampler::new(Root::at(root.path()), Watched::default()).look_at(taken_at).await);
    }
    assert!(samples.len() >= 3, "{name} has {} looks", samples.len());
    samples
}

/// What each minute of a recording comes to: the signals that keep it from being quiet, the strongest word on each.
async fn minutes(name: &str) -> Vec<Vec<String>> {
    let mut window = Window::default();
    let mut minutes = Vec::new();
    for sample in samples(name).await {
        advance(&mut window, sample, &Thresholds::default());
        minutes.push(reasons(window.verdict().unwrap()));
    }
    // The first look has none before it.
    minutes.split_off(1)
}

async fn assert_active_by(name: &str, expected: &str) {
    for minute in minutes(name).await {
        assert!(minute.contains(&format!("{expected} active")), "{name}: {minute:?}");
    }
}

async fn assert_quiet(name: &str) {
    for minute in minutes(name).await {
        assert_eq!(minute, Vec::<String>::new(), "{name}");
    }
}

#[tokio::test]
async fn an_idle_machine_is_quiet() {
    assert_quiet("idle-debian").await;
}

#[tokio::test]
async fn a_build_is_work() {
    assert_active_by("build", "Cpu").await;
}

#[tokio::test]
async fn a_disk_copy_is_work() {
    assert_active_by("disk-copy", "Disk").await;
}

#[tokio::test]
async fn a_network_server_at_work_is_work() {
    assert_active_by("network-server", "Network").await;
}

#[tokio::test]
async fn somebody_who_types_over_ssh_is_active() {
    assert_active_by("ssh-typing", "Terminals").await;
}

#[tokio::test]
async fn somebody_who_left_an_ssh_session_open_is_not() {
    assert_quiet("ssh-left").await;
}

#[tokio::test]
async fn a_tmux_left_behind_is_quiet() {
    assert_quiet("tmux-left").await;
}

#[tokio::test]
async fn a_recording_without_a_file_is_unknown_there_and_nowhere_else() {
    let root = tempfile::tempdir().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/idle/idle-debian");
    let taken_at = unpack(&std::fs::read_to_string(folder.join("0.look")).unwrap(), root.path());
    let files = [
        "proc/uptime",
        "proc/stat",
        "proc/diskstats",
        "proc/net/dev",
        "proc/net/tcp",
        "proc/sys/kernel/random/boot_id",
    ];
    let unknowns = async || {
        let look = Sampler::new(Root::at(root.path()), Watched::default()).look_at(taken_at).await;
        serde_json::to_string(&look).unwrap().matches("{\"unknown\":").count()
    };
    assert_eq!(unknowns().await, 0);
    for file in files {
        let path = root.path().join(file);
        let content = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(unknowns().await, 1, "without {file}");
        std::fs::write(&path, content).unwrap();
    }
    for file in &files[..4] {
        let path = root.path().join(file);
        let content = std::fs::read(&path).unwrap();
        for garbage in [&b"\xff\xfe"[..], b"cpu x\n\n\n 1 2", &content[..content.len() / 2]] {
            std::fs::write(&path, garbage).unwrap();
            // Half a file may still tell something; none may end the agent.
            let unknowns = unknowns().await;
            assert!(unknowns <= 1, "{file}");
        }
        std::fs::write(&path, content).unwrap();
    }
}

#[tokio::test]
async fn this_machine_can_be_looked_at() {
    let look = Sampler::new(Root::machine(), Watched::default()).look().await;
    for known in [look.boot.known().is_some(), look.uptime_ms.known().is_some(), look.cpu.known().is_some()] {
        assert!(known, "{look:?}");
    }
}
