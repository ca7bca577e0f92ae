//! A machine as a container: systemd as its first process, cloud-init, units and timers, in seconds.
//! It has the kernel of this computer, so no clock of its own, no hibernation and no firmware that names it.

use std::fs::{self, File};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::bounded::{self, Said};
use super::case::Guest;
use super::failure::{self, Failure};
use super::local_packages::{self, Repository};
use super::namespace;
use super::stage::{Launched, Stage};

const START_LIMIT: Duration = Duration::from_secs(30);
const TOOL_LIMIT: Duration = Duration::from_secs(20);

/// cloud-init finds EC2 by the firmware's words, which a container does not have.
const DATA_SOURCE: &str = "datasource: Ec2\n";
const CLOUD: &str = "\
datasource_list: [Ec2]
datasource: {Ec2: {strict_id: \"false\", metadata_urls: [\"http://169.254.169.254\"]}}
network: {config: disabled}
";

/// A container that runs; dropped, it is killed.
pub(super) struct Container {
    process: Child,
    leader: u32,
    address: IpAddr,
    folder: PathBuf,
}

impl Container {
    /// Boots what was launched; `number` is its own among the containers of a run, and `packages` are all that it can
    /// install.
    pub(super) fn boot(
        stage: &Stage,
        packages: &Repository,
        launched: &Launched,
        number: u8,
    ) -> Result<Self, Failure> {
        stage.aws.let_sessions_be_optional(&launched.id)?;
        let address: IpAddr = failure::parsed(&format!("10.0.{number}.15"))?;
        stage.routes.set(address, launched.metadata);
        let name = format!("boot{number}");
        let folder = Path::new("/run/boot-test").join(&name);
        let tree = mount(&stage.image.tree(), &folder)?;
        furnish(&tree, number)?;
        local_packages::furnish(&tree, packages)?;
        let console = folder.join("console");
        stage.aws.runs_at(&launched.id, address, &console)?;
        let process = spawn(&name, &tree, &console)?;
        let mut container = Self { process, leader: 0, address, folder };
        connect(&name, number)?;
        let pid = container.process.id();
        container.leader = bounded::until("the start of the container", START_LIMIT, || Ok(leader(pid)))?;
        bounded::until("the start of systemd in the container", START_LIMIT, || {
            let said = container.sh("test -S /run/systemd/private", TOOL_LIMIT)?;
            Ok((said.code == 0).then_some(()))
        })?;
        Ok(container)
    }

    /// Its file system, as it sees it.
    pub(super) fn tree(&self) -> PathBuf {
        self.folder.join("tree")
    }

    /// Where it is reached.
    pub(super) const fn address(&self) -> IpAddr {
        self.address
    }
}

impl Guest for Container {
    fn sh(&mut self, line: &str, limit: Duration) -> Result<Said, Failure> {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.leader.to_string(), "--all", "--root", "--wd", "--"]);
        command.args(["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]);
        bounded::run(command.args(["sh", "-c", line]), limit)
    }

    fn wait_off(&mut self, limit: Duration) -> Result<Duration, Failure> {
        let started = Instant::now();
        match bounded::wait(&mut self.process, limit) {
            Some(0) => Ok(started.elapsed()),
            Some(code) => Err(Failure::expected("a power-off", format!("the container ended with {code}"))),
            None => {
                Err(Failure::TooLong { what: "the end of the machine".to_owned(), seconds: limit.as_secs() })
            }
        }
    }

    fn console(&self) -> String {
        let bytes = fs::read(self.folder.join("console")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The image with a layer of its own above it, in memory.
fn mount(image: &Path, folder: &Path) -> Result<PathBuf, Failure> {
    let [upper, work, tree] = ["upper", "work", "tree"].map(|name| folder.join(name));
    for folder in [&upper, &work, &tree] {
        fs::create_dir_all(folder).map_err(Failure::file(folder))?;
    }
    let layers =
        format!("lowerdir={},upperdir={},workdir={}", image.display(), upper.display(), work.display());
    let mut mount = Command::new("mount");
    bounded::succeed(mount.args(["-t", "overlay", "overlay", "-o", &layers]).arg(&tree), TOOL_LIMIT)?;
    Ok(tree)
}

fn furnish(tree: &Path, number: u8) -> Result<(), Failure> {
    // Without a router there are no announcements to wait for.
    let network = format!(
        "[Match]\nName=host0\n[Network]\nAddress=10.0.{number}.15/24\nGateway=10.0.{number}.2\n\
         IPv6AcceptRA=no\nLinkLocalAddressing=no\n"
    );
    for (name, text) in [
        ("etc/cloud/ds-identify.cfg", DATA_SOURCE),
        ("etc/cloud/cloud.cfg.d/99-container.cfg", CLOUD),
        ("etc/systemd/network/10-host0.network", &network),
        ("etc/fstab", ""),
    ] {
        let path = tree.join(name);
        fs::write(&path, text).map_err(Failure::file(&path))?;
    }
    Ok(())
}

fn spawn(name: &str, tree: &Path, console: &Path) -> Result<Child, Failure> {
    let groups = namespace::groups_of(name)?;
    let mut command = Command::new("sh");
    command.args([
        "-c",
        r#"for group in $GROUPS_OF_IT; do echo 0 >"$group/cgroup.procs"; done; exec "$@""#,
        "sh",
    ]);
    let groups: Vec<String> = groups.iter().map(|group| group.display().to_string()).collect();
    command.env("GROUPS_OF_IT", groups.join(" "));
    command.args(["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--network-veth", "--boot"]);
    command.args(["--link-journal=no", "--machine", name, "--directory"]).arg(tree);
    let output = File::create(console).map_err(Failure::file(console))?;
    let errors = output.try_clone().map_err(Failure::file(console))?;
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    command.spawn().map_err(|source| Failure::Start { line: "systemd-nspawn".to_owned(), source })
}

/// Our end of the container's cable.
fn connect(name: &str, number: u8) -> Result<(), Failure> {
    let (cable, address) = (format!("ve-{name}"), format!("10.0.{number}.2/24"));
    let ip = |arguments: &[&str]| bounded::run(Command::new("ip").args(arguments), TOOL_LIMIT);
    bounded::until("the container's network", START_LIMIT, || {
        Ok((ip(&["link", "show", &cable])?.code == 0).then_some(()))
    })?;
    for arguments in [["address", "add", &address, "dev", &cable], ["link", "set", "dev", &cable, "up"]] {
        bounded::succeed(Command::new("ip").args(arguments), TOOL_LIMIT)?;
    }
    Ok(())
}

/// The container's first process as we know it: a child of systemd-nspawn's with number 1 in a namespace of its own.
fn leader(nspawn: u32) -> Option<u32> {
    let pids =
        fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.into_iter().find(|pid| is_leader(*pid, nspawn))
}

fn is_leader(pid: u32, nspawn: u32) -> bool {
    let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else { return false };
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    };
    let numbers = field("NSpid:").unwrap_or_default();
    let parent = field("PPid:").unwrap_or_default();
    numbers.len() > 1 && numbers.last().is_some_and(|last| last == "1") && parent == [nspawn.to_string()]
}
