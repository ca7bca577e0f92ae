//! Packages of the distribution, by apt or dnf.
//!
//! What is there already is left as it is; nothing is ever removed.

use std::time::Duration;

use super::error::StepError;
use super::machine::{Machine, failed};
use crate::manifest::deployment::Package;

/// Other programs that install, such as unattended upgrades after a boot, may take this long.
const LOCK_SECONDS: &str = "900";
const LIMIT: Duration = Duration::from_secs(3600);
const UPDATE_ATTEMPTS: u32 = 10;

/// What installs packages here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manager {
    Apt,
    Dnf,
}

/// Installs packages.
pub(super) async fn install(
    machine: &Machine,
    packages: &[Package],
    notes: &mut Vec<String>,
) -> Result<(), StepError> {
    let os_release = std::fs::read_to_string(machine.file("etc/os-release")).unwrap_or_default();
    let packages = for_system(packages, &os_release);
    if packages.is_empty() {
        return Ok(());
    }
    match manager(&os_release)? {
        Manager::Apt => apt(machine, &packages, notes).await,
        Manager::Dnf => dnf(machine, &packages).await,
    }
}

/// Those that this distribution has by what is said of them.
fn for_system<'p>(packages: &'p [Package], os_release: &str) -> Vec<&'p Package> {
    let [id, like] = ["ID", "ID_LIKE"].map(|key| value(os_release, key));
    packages.iter().filter(|package| package.only.is_none_or(|only| only.holds(&id, &like))).collect()
}

fn value(os_release: &str, key: &str) -> String {
    let line = os_release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    line.unwrap_or_default().trim_matches(['"', '\'']).to_owned()
}

/// By what the distribution says it is, or is like.
fn manager(os_release: &str) -> Result<Manager, StepError> {
    let names = format!("{} {}", value(os_release, "ID"), value(os_release, "ID_LIKE"));
    for name in names.split_whitespace() {
        match name {
            "debian" | "ubuntu" => return Ok(Manager::Apt),
            "fedora" | "rhel" | "centos" | "amzn" | "rocky" | "almalinux" => return Ok(Manager::Dnf),
            _ => {}
        }
    }
    let name = value(os_release, "PRETTY_NAME");
    Err(StepError::NoPackageManager {
        distribution: if name.is_empty() { "this system".into() } else { name },
    })
}

async fn apt(machine: &Machine, packages: &[&Package], notes: &mut Vec<String>) -> Result<(), StepError> {
    let variables = [("DEBIAN_FRONTEND", "noninteractive"), ("NEEDRESTART_MODE", "l"), ("LC_ALL", "C.UTF-8")];
    let lock = format!("DPkg::Lock::Timeout={LOCK_SECONDS}");
    // What another installation that was cut off has left; with nothing of that kind it does nothing.
    let repaired = machine.said("dpkg", &["--configure", "-a", "--force-confold"], &variables, LIMIT).await?;
    if repaired.code != Some(0) {
        // It holds the lock: the installation waits for it, and says what is the matter if that remains.
        notes.push("dpkg --configure -a did not end well".to_owned());
    }
    let lists = update(machine, &lock, &variables).await?;
    let names: Vec<String> = packages
        .iter()
        .map(|package| match &package.version {
            Some(version) => format!("{}={version}", package.name),
            None => package.name.clone(),
        })
        .collect();
    let mut arguments = vec![
        "-o",
        &lock,
        // The package's own file where nobody changed it, else what is there: nobody is asked.
        "-o",
        "Dpkg::Options::=--force-confdef",
        "-o",
        "Dpkg::Options::=--force-confold",
        "install",
        "--yes",
        "--allow-downgrades",
        "--",
    ];
    arguments.extend(names.iter().map(String::as_str));
    let installed = machine.run("apt-get install", "apt-get", &arguments, &variables, LIMIT).await;
    match (installed, lists) {
        // Why a package is not found is often that the lists of what there is could not be had.
        (Err(StepError::Failed { what, code, tail }), Some(lists)) => {
            Err(StepError::Failed { what, code, tail: format!("{lists}\n{tail}") })
        }
        (installed, lists) => {
            notes.extend(lists);
            installed.map(|_| ())
        }
    }
}

/// What it complains of, where it fails: a list of a third party that can't be had keeps no package of others away. The lock
/// of the lists is one that apt does not wait for by itself.
async fn update(
    machine: &Machine,
    lock: &str,
    variables: &[(&str, &str)],
) -> Result<Option<String>, StepError> {
    let arguments = ["-o", lock, "-o", "APT::Update::Error-Mode=any", "-o", "Acquire::Retries=5", "update"];
    for attempt in 1.. {
        let said = machine.said("apt-get", &arguments, variables, LIMIT).await?;
        if said.code == Some(0) {
            break;
        }
        let is_locked = said.stderr.contains("Could not get lock") || said.stderr.contains("Unable to lock");
        if !is_locked || attempt >= UPDATE_ATTEMPTS {
            let failed = failed("apt-get update", &said).to_string();
            let why = said.stderr.lines().find(|line| line.starts_with("E:"));
            return Ok(Some(why.map_or(failed.clone(), |why| format!("{failed}: {why}"))));
        }
        tokio::time::sleep(Duration::from_secs(attempt.min(6) as u64 * 5)).await;
    }
    Ok(None)
}

async fn dnf(machine: &Machine, packages: &[&Package]) -> Result<(), StepError> {
    let names: Vec<String> = packages
        .iter()
        .map(|package| match &package.version {
            Some(version) => format!("{}-{version}", package.name),
            None => package.name.clone(),
        })
        .collect();
    // It waits for its lock by itself.
    let mut arguments = vec!["--assumeyes", "--setopt=retries=5", "install", "--"];
    arguments.extend(names.iter().map(String::as_str));
    machine.run("dnf install", "dnf", &arguments, &[("LC_ALL", "C.UTF-8")], LIMIT).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_installed_where_it_is_for() {
        use crate::manifest::deployment::OnlyOn;
        let package = |name: &str, only| Package { only, ..Package::named(name) };
        let packages = [
            package("curl", None),
            package("docker.io", Some(OnlyOn::Apt)),
            package("docker-compose-v2", Some(OnlyOn::Ubuntu)),
            package("docker", Some(OnlyOn::Dnf)),
        ];
        for (os_release, expected) in [
            ("ID=ubuntu\nID_LIKE=debian\n", "curl docker.io docker-compose-v2"),
            ("ID=debian\n", "curl docker.io"),
            ("ID=\"amzn\"\nID_LIKE=\"fedora\"\n", "curl docker"),
        ] {
            let names: Vec<&str> =
                for_system(&packages, os_release).into_iter().map(|package| package.name.as_str()).collect();
            assert_eq!(names.join(" "), expected, "{os_release}");
        }
    }

    #[test]
    fn the_distribution_says_what_installs() {
        for (text, expected) in [
            ("ID=ubuntu\nID_LIKE=debian\n", Some(Manager::Apt)),
            ("NAME=\"Debian\"\nID=debian\n", Some(Manager::Apt)),
            ("ID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2023\"\n", Some(Manager::Dnf)),
            ("ID='rhel'\n", Some(Manager::Dnf)),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", Some(Manager::Apt)),
            ("ID=alpine\nPRETTY_NAME=\"Alpine Linux\"\n", None),
            ("", None),
        ] {
            assert_eq!(manager(text).ok(), expected, "{text}");
        }
        assert!(manager("PRETTY_NAME=\"Alpine Linux\"").unwrap_err().to_string().contains("Alpine Linux"));
    }
}
