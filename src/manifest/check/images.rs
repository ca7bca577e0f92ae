//! What the images of Ubuntu, Debian and Amazon Linux have, and what packages bring, as far as rules go by it.
//!
//! A short list that is sure to hold on all of them; what is not in it may be there all the same.

use super::gathered::Gathered;
use crate::manifest::deployment::Package;

/// Programs that all of them have.
const PROGRAMS: &str = "[ awk base64 basename bash cat chgrp chmod chown cloud-init cp curl cut date dd df dirname du echo env \
    expr false find findmnt flock getent grep groupadd gunzip gzip head hostname hostnamectl id install ionice ip \
    journalctl kill less ln logger login ls lsblk mkdir mkfifo mknod mktemp modprobe more mount mv nice nohup nproc \
    passwd pgrep pkill printf ps pwd python3 readlink realpath rm rmdir runuser sed seq setpriv setsid sh sha256sum \
    shutdown sleep sort ss stat stdbuf stty su sudo sync sysctl systemctl systemd-cat systemd-notify systemd-run \
    systemd-tmpfiles tail tar tee test timeout touch tr true tty udevadm umount uname uniq useradd usermod userdel \
    wc which whoami xargs yes";

/// Packages that bring a program of another name than theirs.
const BRINGS: [(&str, &[&str]); 29] = [
    ("node", &["nodejs"]),
    ("npm", &["npm", "nodejs"]),
    ("npx", &["npm", "nodejs"]),
    ("docker", &["docker", "docker.io", "docker-ce", "docker-ce-cli", "moby-engine", "podman-docker"]),
    ("docker-compose", &["docker-compose"]),
    ("dockerd", &["docker", "docker.io", "docker-ce"]),
    ("containerd", &["containerd", "docker.io", "docker"]),
    ("pip", &["python3-pip"]),
    ("pip3", &["python3-pip"]),
    ("python", &["python-is-python3", "python-unversioned-command"]),
    ("java", &["default-jre", "default-jdk", "openjdk", "java-"]),
    ("go", &["golang", "golang-go"]),
    ("gem", &["ruby"]),
    ("bundle", &["bundler", "ruby-bundler"]),
    ("rustc", &["cargo", "rustc"]),
    ("cc", &["gcc", "build-essential"]),
    ("gcc", &["build-essential"]),
    ("make", &["build-essential"]),
    ("php-fpm", &["php"]),
    ("redis-server", &["redis"]),
    ("valkey-server", &["valkey"]),
    ("psql", &["postgresql"]),
    ("pg_ctl", &["postgresql"]),
    ("mysqld", &["mysql-server", "mariadb-server"]),
    ("mariadbd", &["mariadb"]),
    ("httpd", &["httpd"]),
    ("apache2ctl", &["apache2"]),
    ("gunicorn", &["python3-gunicorn"]),
    ("uvicorn", &["python3-uvicorn"]),
];

/// Users that all of them have.
const USERS: [&str; 12] = [
    "root",
    "nobody",
    "daemon",
    "bin",
    "sys",
    "mail",
    "sshd",
    "systemd-network",
    "messagebus",
    "dbus",
    "games",
    "operator",
];
/// Whom images let in, each of them its own one.
pub(super) const LOGIN_USERS: [&str; 3] = ["ubuntu", "ec2-user", "admin"];

/// Folders that all of them have, with what is in these.
const FOLDERS: [&str; 14] = [
    "/bin", "/sbin", "/lib", "/usr", "/etc", "/dev", "/proc", "/sys", "/run", "/tmp", "/var", "/home",
    "/root", "/opt",
];

/// The folders that systemd and shells look for programs in.
const PROGRAM_FOLDERS: [&str; 6] =
    ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The name of a program in one of the system's own folders.
pub(super) fn system_program(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/')?;
    let system = PROGRAM_FOLDERS.iter().filter(|known| !known.contains("local"));
    system.into_iter().any(|known| *known == folder).then_some(name)
}

/// The folders that programs are looked for in.
pub(super) const fn program_folders() -> [&'static str; 6] {
    PROGRAM_FOLDERS
}

/// Whether all images have the program.
pub(super) fn have_program(name: &str) -> bool {
    PROGRAMS.split_whitespace().any(|known| known == name)
}

/// Whether all images have the folder.
pub(super) fn have_folder(path: &str) -> bool {
    path == "/" || FOLDERS.contains(&path) || system_folder(path)
}

fn system_folder(path: &str) -> bool {
    [
        "/var/lib",
        "/var/log",
        "/var/cache",
        "/var/tmp",
        "/usr/local",
        "/usr/local/bin",
        "/usr/bin",
        "/usr/sbin",
        "/usr/lib",
        "/usr/share",
        "/srv",
        "/mnt",
    ]
    .contains(&path)
}

/// Whether all images have the user.
pub(super) fn have_user(name: &str) -> bool {
    USERS.contains(&name)
}

/// Whether one of the packages brings a program, a unit or a user of this name.
pub(super) fn packages_bring(packages: &[Package], name: &str) -> bool {
    let known = BRINGS.iter().find(|(program, _)| *program == name).map_or(&[][..], |(_, packages)| packages);
    packages.iter().any(|package| {
        let package = package.name.as_str();
        package == name
            || known.iter().any(|known| package.starts_with(known))
            || name.len() > 2 && package.split(['-', '.', '@']).any(|part| part == name)
            || package.len() > 2 && name.split(['-', '_']).any(|part| part == package)
    })
}

/// Which package brings a program, where that is known.
pub(super) fn package_of(program: &str) -> Option<&'static str> {
    BRINGS.iter().find(|(known, _)| *known == program).and_then(|(_, packages)| packages.first().copied())
}

/// Whether anything of the deployment may bring a program that is called by its name.
pub(super) fn may_have_program(gathered: &Gathered<'_>, name: &str) -> bool {
    have_program(name)
        || packages_bring(&gathered.subject.deployment.packages, name)
        || gathered.mentions(name)
}
