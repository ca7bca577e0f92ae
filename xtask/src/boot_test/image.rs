//! The image that the machines boot: a small Debian, made once by mmdebstrap and kept under target/boot-image.
//! It is known by what it is made of (tests/boot/image); what only one kind of machine needs is added when that boots.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use super::failure::{BootTestError, Failure};
use crate::workspace::Workspace;
use crate::{process, say, sha256};

pub(super) const SUITE: &str = "bookworm";
const SIZE: &str = "2G";
const UNNEEDED: [&str; 3] = ["/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/man/*"];

/// An image that is there.
#[derive(Debug, Clone)]
pub(super) struct Image {
    folder: PathBuf,
}

impl Image {
    /// The image that this checkout's files make, whether or not it is there.
    pub(super) fn of(workspace: &Workspace) -> Result<Self, Failure> {
        let key = key(&sources(workspace))?;
        Ok(Self { folder: workspace.target().join("boot-image").join(key) })
    }

    pub(super) fn is_made(&self) -> bool {
        self.folder.exists()
    }

    /// The tree, as a container boots it.
    pub(super) fn tree(&self) -> PathBuf {
        self.folder.join("tree")
    }

    /// The same as a disk, which is only read.
    pub(super) fn disk(&self) -> PathBuf {
        self.folder.join("disk.img")
    }

    pub(super) fn kernel(&self) -> PathBuf {
        self.folder.join("kernel")
    }

    pub(super) fn initrd(&self) -> PathBuf {
        self.folder.join("initrd")
    }
}

/// Makes the image where it is not there; takes minutes then.
pub(super) fn ensure(workspace: &Workspace) -> Result<Image, BootTestError> {
    let image = Image::of(workspace)?;
    if image.is_made() {
        return Ok(image);
    }
    let started = Instant::now();
    say::talk("making the image of the boot test's machines, once; it takes a few minutes");
    let parent = image.folder.parent().unwrap_or(Path::new("."));
    // Another one is of no use any more, nor is half of one.
    if parent.exists() {
        fs::remove_dir_all(parent).map_err(Failure::file(parent))?;
    }
    let partial = parent.join("partial");
    fs::create_dir_all(&partial).map_err(Failure::file(&partial))?;
    make(workspace, &partial)?;
    fs::rename(&partial, &image.folder).map_err(Failure::file(&image.folder))?;
    say::talk(format_args!("the image is made, in {:.0} s", started.elapsed().as_secs_f64()));
    Ok(image)
}

fn sources(workspace: &Workspace) -> PathBuf {
    workspace.root().join("tests").join("boot").join("image")
}

fn key(sources: &Path) -> Result<String, Failure> {
    let mut paths: Vec<PathBuf> = fs::read_dir(sources)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(Failure::file(sources))?;
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        all.extend(fs::read(&path).map_err(Failure::file(&path))?);
    }
    let mut key = sha256::hex(&all);
    key.truncate(16);
    Ok(key)
}

fn make(workspace: &Workspace, folder: &Path) -> Result<(), BootTestError> {
    let (sources, tree) = (sources(workspace), folder.join("tree"));
    let list = sources.join("packages.txt");
    let packages = fs::read_to_string(&list).map_err(Failure::file(&list))?;
    let packages: Vec<&str> = packages.lines().collect();
    let mut command = Command::new("mmdebstrap");
    command.args(["--mode=root", "--variant=minbase", "--quiet"]);
    command.arg(format!("--include={}", packages.join(",")));
    command.arg(r#"--aptopt=APT::Install-Recommends "false""#);
    command.args(UNNEEDED.map(|path| format!("--dpkgopt=path-exclude={path}")));
    command.arg(format!(r#"--customize-hook={}/prepare.sh "$1""#, sources.display()));
    command.arg(SUITE).arg(&tree).arg("-").stdin(apt_sources()?);
    process::run(&mut command)?;
    let disk = folder.join("disk.img");
    let file = File::create(&disk).and_then(|file| file.set_len(2 << 30));
    file.map_err(Failure::file(&disk))?;
    let mut format = Command::new("mkfs.ext4");
    format.args(["-q", "-F", "-L", "cloudimg-rootfs", "-d"]).arg(&tree).arg(&disk).arg(SIZE);
    process::run(&mut format)?;
    for (link, name) in [("vmlinuz", "kernel"), ("initrd.img", "initrd")] {
        let (from, to) = (tree.join(link), folder.join(name));
        fs::copy(&from, &to).map_err(Failure::file(&from))?;
    }
    Ok(())
}

/// This machine's own sources of Debian packages: the same mirror, the same release.
pub(super) fn apt_sources() -> Result<File, Failure> {
    let places = ["/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"].map(Path::new);
    let path = places.into_iter().find(|path| path.exists()).unwrap_or(places[1]);
    File::open(path).map_err(Failure::file(path))
}
