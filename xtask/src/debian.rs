//! The system packages that some tests use, installed where we may: as root on Debian and its children.
//! Elsewhere nothing is installed; the caller is told what is missing, so that it can say what is left out.

use std::process::Command;

use crate::{process, say};

/// A program, and the package that brings it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) program: &'static str,
}

/// A package that is not there, and why not.
#[derive(Debug)]
pub(crate) struct Missing {
    pub(crate) package: Package,
    pub(crate) why: String,
}

/// Installs what is missing, and returns what still is.
pub(crate) fn ensure_packages(packages: &[Package]) -> Vec<Missing> {
    let missing: Vec<Package> = packages.iter().copied().filter(is_missing).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let failure = if may_install() { install(&missing).err().map(|error| error.to_string()) } else { None };
    let still_missing = missing.into_iter().filter(is_missing);
    still_missing.map(|package| Missing { package, why: why(package, failure.as_deref()) }).collect()
}

fn is_missing(package: &Package) -> bool {
    process::find_program(package.program).is_none()
}

fn may_install() -> bool {
    process::find_program("apt-get").is_some()
        && process::answer(Command::new("id").arg("-u")).as_deref() == Some("0")
}

fn install(packages: &[Package]) -> Result<(), process::ProcessError> {
    let names: Vec<&str> = packages.iter().map(|package| package.name).collect();
    say::talk(format_args!("installing {} with apt-get, as we are root on Debian", names.join(", ")));
    process::run(apt_get().args(["update", "--quiet", "--quiet"]))?;
    process::run(
        apt_get().args(["install", "--yes", "--quiet", "--quiet", "--no-install-recommends"]).args(names),
    )
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn why(package: Package, failure: Option<&str>) -> String {
    let failure = failure.map(|failure| format!("; {failure}")).unwrap_or_default();
    format!("{} is not installed (Debian: apt install {}){failure}", package.program, package.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_installed() {
        let cargo = Package { name: "cargo", program: "cargo" };
        assert!(ensure_packages(&[cargo]).is_empty());
    }

    #[test]
    fn what_is_missing_is_named_with_the_way_to_get_it() {
        let package = Package { name: "cloud-init", program: "cloud-init" };
        assert_eq!(why(package, None), "cloud-init is not installed (Debian: apt install cloud-init)");
        assert!(why(package, Some("no network")).ends_with("; no network"));
    }
}
