//! The Python bindings: their wheels, the folder that they are installed into afresh each time, and their own tests.
//!
//! What is tested is in `bindings/python/tests`; which Python that is, is [`crate::venv`]'s.

use std::env::JoinPathsError;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use cloudkit::provision::agent_release;

use crate::dist::{FLOOR, path_with};
use crate::process::{self, ProcessError};
use crate::report::{Report, StepError};
use crate::say;
use crate::venv::{BINDINGS, DIST, LAB, VenvError};
use crate::workspace::Workspace;

/// A package of the bindings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Package {
    folder: &'static str,
    /// What it is built by when it is released.
    profile: &'static str,
    /// The most that its wheel may be, in bytes, where there is a promise.
    most_bytes: Option<u64>,
}

/// What needs no account.
pub(crate) const PLAIN: Package =
    Package { folder: "bindings/python", profile: "release", most_bytes: Some(5_000_000) };
/// What it takes to launch: the AWS SDK.
pub(crate) const AWS: Package = Package { folder: "bindings/python-aws", profile: "wheel", most_bytes: None };

/// Why the bindings are not what they have to be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BindingsError {
    #[error(transparent)]
    Venv(#[from] VenvError),
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error(transparent)]
    Step(#[from] StepError),
    #[error("{} could not be read or written", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("PATH cannot hold the folder of the build tools")]
    Path(#[from] JoinPathsError),
    #[error("maturin has left {found} wheels in {}, and one is wanted", folder.display())]
    Wheels { folder: PathBuf, found: usize },
    #[error("the wheel is {bytes} bytes, and {most} is the most that it may be")]
    Size { bytes: u64, most: u64 },
}

/// How a wheel is built.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Build {
    /// As quickly as it goes.
    Debug,
    /// As it is released.
    Release,
}

/// Builds the wheels, installs them alone into a new folder, and runs the tests of the bindings against them.
pub(crate) fn test(workspace: &Workspace, report: &mut Report) -> Result<(), BindingsError> {
    let python = BINDINGS.ensure(workspace)?;
    let mut wheels = Vec::new();
    for package in [PLAIN, AWS] {
        wheels.push(wheel_by(workspace, &python, package, Build::Debug, report)?);
    }
    let site = installed(workspace, &python, &wheels, report)?;
    let mut tests = Command::new(&python);
    tests.env("CLOUDKIT_LAB_PYTHON", LAB.ensure(workspace)?);
    tests.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]).arg("bindings/python/tests");
    Ok(report.step("tests of the Python bindings", of_site(&mut tests, workspace, &site))?)
}

/// A wheel as it is released, held against its limit of size.
pub(crate) fn wheel(workspace: &Workspace, package: Package) -> Result<PathBuf, BindingsError> {
    let python = BINDINGS.ensure(workspace)?;
    let mut report = Report::default();
    let wheel = wheel_by(workspace, &python, package, Build::Release, &mut report)?;
    let about = fs::metadata(&wheel);
    let bytes = about.map_err(|source| BindingsError::File { path: wheel.clone(), source })?.len();
    say::result(format_args!("{}", wheel.display()));
    say::result(format_args!("{bytes} bytes"));
    match package.most_bytes {
        Some(most) if bytes > most => Err(BindingsError::Size { bytes, most }),
        _ => Ok(wheel),
    }
}

/// The wheel that launches, as it is released, with the programs of machines that `cargo xtask dist` has built: they lie
/// beside the extension module, where a launch looks for them.
pub(crate) fn wheel_with_agents(workspace: &Workspace) -> Result<PathBuf, BindingsError> {
    let folder = workspace.root().join(AWS.folder).join("python").join("cloudkit_aws");
    let built = workspace.target().join("dist");
    let mut copied = Vec::new();
    for architecture in agent_release::ARCHITECTURES {
        let name = agent_release::file_name(architecture);
        if built.join(&name).exists() {
            let copy = folder.join(&name);
            let failed = |source| BindingsError::File { path: copy.clone(), source };
            fs::copy(built.join(&name), &copy).map_err(failed)?;
            copied.push(copy);
        }
    }
    let wheel = wheel(workspace, AWS);
    for copy in copied {
        let failed = |source| BindingsError::File { path: copy.clone(), source };
        fs::remove_file(&copy).map_err(failed)?;
    }
    wheel
}

/// A command whose `cloudkit` is the one of a folder.
pub(crate) fn of_site<'c>(command: &'c mut Command, workspace: &Workspace, site: &Path) -> &'c mut Command {
    let program = format!("cloudkit{}", std::env::consts::EXE_SUFFIX);
    command
        .current_dir(workspace.root())
        .env("PYTHONPATH", with_users(site))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("CLOUDKIT_PROGRAM", workspace.target().join("debug").join(program))
}

/// The folder before those that the user has named.
fn with_users(site: &Path) -> OsString {
    let users = std::env::var_os("PYTHONPATH").unwrap_or_default();
    let folders = std::iter::once(site.to_owned()).chain(std::env::split_paths(&users));
    std::env::join_paths(folders).unwrap_or_else(|_| site.as_os_str().to_owned())
}

/// Installs wheels, and nothing else, into a new folder: the virtual environment is never changed.
pub(crate) fn installed(
    workspace: &Workspace,
    python: &Path,
    wheels: &[PathBuf],
    report: &mut Report,
) -> Result<PathBuf, BindingsError> {
    let site = workspace.target().join("python-site");
    empty(&site)?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps"]);
    report.step("install the wheels", pip.arg("--target").arg(&site).args(wheels))?;
    Ok(site)
}

fn wheel_by(
    workspace: &Workspace,
    python: &Path,
    package: Package,
    build: Build,
    report: &mut Report,
) -> Result<PathBuf, BindingsError> {
    let folder = workspace.target().join("python-wheel").join(package.folder);
    empty(&folder)?;
    let mut maturin = Command::new(python);
    maturin.current_dir(workspace.root()).args(["-m", "maturin", "build", "--quiet", "--locked"]);
    maturin.arg("--manifest-path").arg(format!("{}/Cargo.toml", package.folder)).arg("--out").arg(&folder);
    if matches!(build, Build::Release) {
        maturin.args(["--profile", package.profile]);
        if cfg!(target_os = "linux") {
            // Like the programs it runs on older systems than this one.
            let tools = DIST.ensure(workspace)?;
            maturin
                .arg("--zig")
                .arg("--compatibility")
                .arg(format!("manylinux_{}_{}", FLOOR.major, FLOOR.minor));
            maturin.env("PATH", path_with(tools.parent())?);
        }
    }
    report.step(&format!("wheel of {}", package.folder), &mut maturin)?;
    let unreadable = |source| BindingsError::File { path: folder.clone(), source };
    let files = fs::read_dir(&folder).map_err(unreadable)?;
    let files: Vec<PathBuf> =
        files.map(|file| file.map(|file| file.path())).collect::<Result<_, _>>().map_err(unreadable)?;
    let is_wheel = |path: &&PathBuf| path.extension() == Some(&OsString::from("whl"));
    let wheels: Vec<&PathBuf> = files.iter().filter(is_wheel).collect();
    match wheels.as_slice() {
        [wheel] => Ok((*wheel).clone()),
        several => Err(BindingsError::Wheels { folder: folder.clone(), found: several.len() }),
    }
}

fn empty(folder: &Path) -> Result<(), BindingsError> {
    let failed = |source| BindingsError::File { path: folder.to_owned(), source };
    match fs::remove_dir_all(folder) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(failed(source)),
        _ => {}
    }
    fs::create_dir_all(folder).map_err(failed)
}

/// Measures the bindings beside what else answers such questions, and prints the table of docs/benchmarks.md.
pub(crate) fn bench(workspace: &Workspace) -> Result<(), BindingsError> {
    let wheel = wheel(workspace, PLAIN)?;
    let program = ["build", "--release", "--no-default-features", "--features", "net", "--bin", "cloudkit"];
    process::run(workspace.cargo(["--quiet"]).args(program))?;
    let python = BINDINGS.ensure(workspace)?;
    let site = installed(workspace, &python, &[wheel], &mut Report::default())?;
    let mut measured = Command::new(&python);
    measured.arg("bindings/python/benches/beside.py");
    let command = of_site(&mut measured, workspace, &site);
    let program = format!("cloudkit{}", std::env::consts::EXE_SUFFIX);
    command.env("CLOUDKIT_PROGRAM", workspace.target().join("release").join(program));
    Ok(process::run(command)?)
}
