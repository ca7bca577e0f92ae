//! QEMU, the program: found on this computer, or taken out of its Debian packages into target/boot-qemu.
//! It is never installed, so it is in nobody's way, nor anything in its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::failure::{BootTestError, Failure};
use super::image;
use crate::workspace::Workspace;
use crate::{process, say};

const EMULATOR: &str = "qemu-system-x86_64";
const IMAGES: &str = "qemu-img";
const PACKAGES: &str = "qemu-system-x86,qemu-utils,seabios";
const LOADER: &str = "lib64/ld-linux-x86-64.so.2";
const LIBRARIES: &str = "usr/lib/x86_64-linux-gnu";

/// A QEMU that can be run.
#[derive(Debug, Clone)]
pub(super) enum Qemu {
    Installed,
    /// The tree that its packages were taken out into.
    Unpacked(PathBuf),
}

impl Qemu {
    /// The one that there is.
    pub(super) fn find(workspace: &Workspace) -> Option<Self> {
        if [EMULATOR, IMAGES].iter().all(|name| process::find_program(name).is_some()) {
            return Some(Self::Installed);
        }
        let tree = workspace.target().join("boot-qemu").join("tree");
        tree.join("usr/bin").join(EMULATOR).exists().then_some(Self::Unpacked(tree))
    }

    /// Takes it out of its packages where there is none.
    pub(super) fn ensure(workspace: &Workspace) -> Result<(), BootTestError> {
        if Self::find(workspace).is_some() {
            return Ok(());
        }
        let folder = workspace.target().join("boot-qemu");
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(Failure::file(&folder))?;
        }
        let partial = folder.join("partial");
        fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
        say::talk("taking QEMU out of its packages, once");
        let mut command = Command::new("mmdebstrap");
        command.args(["--mode=root", "--variant=extract", "--quiet"]).arg(format!("--include={PACKAGES}"));
        command.arg(r#"--aptopt=APT::Install-Recommends "false""#).arg(image::SUITE);
        process::run(command.arg(&partial).arg("-").stdin(image::apt_sources()?))?;
        let tree = folder.join("tree");
        Ok(fs::rename(&partial, &tree).map_err(Failure::file(&tree))?)
    }

    pub(super) fn emulator(&self) -> Command {
        let mut command = self.program(EMULATOR);
        if let Self::Unpacked(tree) = self {
            command.arg("-L").arg(tree.join("usr/share/qemu")).arg("-L").arg(tree.join("usr/share/seabios"));
        }
        command
    }

    pub(super) fn images(&self) -> Command {
        self.program(IMAGES)
    }

    /// With the loader and the libraries that it was built with.
    fn program(&self, name: &str) -> Command {
        let Self::Unpacked(tree) = self else { return Command::new(name) };
        let mut command = Command::new(tree.join(LOADER));
        command.arg("--library-path").arg(tree.join(LIBRARIES)).arg(tree.join("usr/bin").join(name));
        command.env("QEMU_MODULE_DIR", tree.join(LIBRARIES).join("qemu"));
        command
    }
}

/// A disk that keeps what is written on it apart from what it began with.
pub(super) fn layer(qemu: &Qemu, base: &Path, format: &str, layer: &Path) -> Result<(), Failure> {
    let mut command = qemu.images();
    command.args(["create", "-q", "-f", "qcow2", "-F", format, "-b"]).arg(base).arg(layer);
    super::bounded::succeed(&mut command, super::case::COMMAND).map(|_| ())
}

/// An empty disk of so many bytes.
pub(super) fn empty(path: &Path, bytes: u64) -> Result<(), Failure> {
    File::create(path).and_then(|file| file.set_len(bytes)).map_err(Failure::file(path))
}
