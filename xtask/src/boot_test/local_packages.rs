//! A small apt repository in a machine of its own, so that packages really are installed where nothing of the world is.
//!
//! What stands for a server has its name and its configuration, and nothing else of it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::bounded;
use super::failure::Failure;
use crate::sha256;

const LIMIT: Duration = Duration::from_secs(30);
const FILES: [&str; 2] = ["nginx.deb", "Packages"];
/// Where it is on the machine.
const PLACE: &str = "srv/apt";

const CONTROL: &str = "\
Package: nginx
Version: 1.0
Architecture: all
Maintainer: boot test <boot-test@localhost>
Depends: python3
Description: what stands for a web server in the boot test
";

const UNIT: &str = "\
[Unit]
Description=What stands for nginx
After=network.target
[Service]
ExecStart=/usr/sbin/nginx
[Install]
WantedBy=multi-user.target
";

/// It serves what the first file of its configuration says, as that says.
const PROGRAM: &str = r#"#!/usr/bin/python3
import functools, glob, http.server, re
text = open(sorted(glob.glob("/etc/nginx/conf.d/*.conf"))[0]).read()
port, root = (re.search(key + r"\s+(\S+);", text).group(1) for key in ("listen", "root"))
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=root)
http.server.ThreadingHTTPServer(("", int(port)), handler).serve_forever()
"#;

/// A folder that apt takes packages from.
pub(super) struct Repository(PathBuf);

/// Makes one in a folder, which has nginx.
pub(super) fn make(place: PathBuf) -> Result<Repository, Failure> {
    let content = place.join("nginx");
    for (path, text, mode) in [
        ("DEBIAN/control", CONTROL, 0o644),
        ("usr/lib/systemd/system/nginx.service", UNIT, 0o644),
        ("usr/sbin/nginx", PROGRAM, 0o755),
    ] {
        let path = content.join(path);
        write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).map_err(Failure::file(&path))?;
    }
    let [name, list] = FILES;
    let package = place.join(name);
    let mut build = Command::new("dpkg-deb");
    build.args(["--root-owner-group", "--build"]).arg(&content).arg(&package);
    bounded::succeed(&mut build, LIMIT)?;
    let bytes = fs::read(&package).map_err(Failure::file(&package))?;
    let (size, digest) = (bytes.len(), sha256::hex(&bytes));
    let entry = format!("{CONTROL}Filename: ./{name}\nSize: {size}\nSHA256: {digest}\n");
    write(&place.join(list), &entry)?;
    Ok(Repository(place))
}

/// Makes it a tree's only source of packages, and puts it there.
pub(super) fn furnish(tree: &Path, Repository(from): &Repository) -> Result<(), Failure> {
    let place = tree.join(PLACE);
    fs::create_dir_all(&place).map_err(Failure::file(&place))?;
    for name in FILES {
        fs::copy(from.join(name), place.join(name)).map_err(Failure::file(&place))?;
    }
    let others = tree.join("etc/apt/sources.list.d");
    for entry in fs::read_dir(&others).into_iter().flatten().flatten() {
        fs::remove_file(entry.path()).map_err(Failure::file(&entry.path()))?;
    }
    write(&tree.join("etc/apt/sources.list"), &format!("deb [trusted=yes] file:/{PLACE} ./\n"))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(Failure::file(folder))?;
    fs::write(path, text).map_err(Failure::file(path))
}
