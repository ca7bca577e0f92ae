//! The namespaces that the machines live in: network, mounts and processes of their own, and control groups by our name.
//! They end with the process that is in them, and with them whatever runs in them; what the kernel keeps is removed here.

use std::env;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{self as this, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::BootTestArguments;
use super::bounded;
use super::failure::{BootTestError, Failure};
use super::folder::Folder;
use crate::process;
use crate::workspace::Workspace;

/// Where machines find their metadata service.
pub(super) const METADATA: &str = "169.254.169.254";
/// Where machines find the computer that they run on, and with it the lab: QEMU's address for it.
pub(super) const HOST: &str = "10.0.2.2";
/// The control groups of this run; what follows is the number of its first process.
const GROUP: &str = "CLOUDKIT_BOOT_TEST_GROUP";
/// Hybrid systems have two hierarchies that matter, others one.
const HIERARCHIES: [&str; 3] = ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"];
const LIMIT: Duration = Duration::from_secs(20);

/// Runs the second half within namespaces, and tidies up behind it.
pub(super) fn enter(
    workspace: &Workspace,
    arguments: &BootTestArguments,
    folder: Folder,
) -> Result<(), BootTestError> {
    let group = format!("cloudkit-boot-test-{}", this::id());
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    command.args(["--propagation", "private"]);
    if arguments.full {
        // An emulated machine needs nothing that is root's.
        command.args(["--user", "--map-root-user"]);
    }
    let itself = env::current_exe().map_err(|source| Failure::Start { line: "xtask".to_owned(), source })?;
    command.arg(itself).args(["boot-test", "--inside"]);
    command.args(arguments.full.then_some("--full")).args(arguments.write.then_some("--write"));
    for only in &arguments.only {
        command.args(["--only", only]);
    }
    let (name, path) = folder.variable();
    command.current_dir(workspace.root()).env(GROUP, &group).env(name, path);
    let groups = if arguments.full { Groups(Vec::new()) } else { Groups::make(&group)? };
    // It reads from us until we end, however we end.
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|source| Failure::Start { line: process::line_of(&command), source })?;
    // To wait for a child closes its standard input, unless it was taken.
    let held = child.stdin.take();
    let status = child.wait();
    drop((held, groups, folder));
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(process::ProcessError::Failed { line: "boot-test".to_owned(), status }.into()),
        Err(source) => Err(Failure::Start { line: process::line_of(&command), source }.into()),
    }
}

/// Makes the new namespaces a place to live in.
pub(super) fn settle() -> Result<(), Failure> {
    end_with_parent();
    for line in [
        "ip link set lo up".to_owned(),
        format!("ip address add {METADATA}/32 dev lo"),
        format!("ip address add {HOST}/32 dev lo"),
        // systemd-nspawn keeps its own things there, and takes a disk for a machine's.
        "mount -t tmpfs -o mode=755 tmpfs /run".to_owned(),
    ] {
        let mut words = line.split(' ');
        let mut command = Command::new(words.next().unwrap_or_default());
        bounded::succeed(command.args(words), LIMIT)?;
    }
    Ok(())
}

#[expect(clippy::exit, reason = "the first process of a namespace takes all others with it")]
fn end_with_parent() {
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        this::exit(1);
    });
}

/// The folders of a machine's control groups, made: one in each hierarchy.
pub(super) fn groups_of(machine: &str) -> Result<Vec<PathBuf>, Failure> {
    let Ok(group) = env::var(GROUP) else { return Ok(Vec::new()) };
    let folders: Vec<PathBuf> = hierarchies().map(|hierarchy| hierarchy.join(&group).join(machine)).collect();
    for folder in &folders {
        fs::create_dir_all(folder).map_err(Failure::file(folder))?;
    }
    Ok(folders)
}

fn hierarchies() -> impl Iterator<Item = PathBuf> {
    let is_one = |folder: &PathBuf| folder.join("cgroup.procs").exists();
    HIERARCHIES.iter().map(PathBuf::from).filter(is_one)
}

/// Control groups that go when this is dropped, with those that were made within.
struct Groups(Vec<PathBuf>);

impl Groups {
    fn make(name: &str) -> Result<Self, Failure> {
        let groups = Self(hierarchies().map(|hierarchy| hierarchy.join(name)).collect());
        for folder in &groups.0 {
            fs::create_dir(folder).map_err(Failure::file(folder))?;
        }
        Ok(groups)
    }
}

impl Drop for Groups {
    fn drop(&mut self) {
        // The processes of a namespace that has ended may take a moment to be gone.
        for _ in 0..50 {
            self.0.iter().for_each(|folder| remove(folder));
            if !self.0.iter().any(|folder| folder.exists()) {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Only the folders: the files in them are the kernel's and go with them.
fn remove(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            remove(&entry.path());
        }
    }
    let _ = fs::remove_dir(folder);
}
