//! App folders, and what is in their bundles; not what a machine makes of them.

#![cfg(unix)]

use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;
use crate::manifest::deployment::{SCHEMA, Symlinks, Upload};

struct App(tempfile::TempDir);

impl App {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, path: &str, content: &str, mode: u32) -> &Self {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        self
    }

    fn link(&self, path: &str, target: &str) -> &Self {
        symlink(target, self.path().join(path)).unwrap();
        self
    }

    fn write(&self, deployment: &Deployment) -> Result<Bundle, BundleError> {
        write(self.path(), deployment, &[], self.path())
    }

    fn listed(&self, deployment: &Deployment) -> Result<Vec<String>, BundleError> {
        Ok(list(self.path(), deployment, &[])?.into_iter().map(|entry| entry.path).collect())
    }
}

fn deployment(json: serde_json::Value) -> Deployment {
    let mut json = json;
    json["schema"] = SCHEMA.into();
    serde_json::from_value(json).unwrap()
}

fn upload(source: &str, exclude: &[&str], symlinks: Symlinks) -> Deployment {
    let mut made = deployment(serde_json::json!({}));
    made.uploads.push(Upload {
        source: source.parse().unwrap(),
        destination: "/opt/app".parse().unwrap(),
        mode: None,
        owner: None,
        exclude: exclude.iter().map(|&rule| rule.to_owned()).collect(),
        symlinks,
    });
    made
}

fn everything() -> Deployment {
    deployment(serde_json::json!({
        "uploads": [{"source": "files", "destination": "/opt/app"}, {"source": "one", "destination": "/etc/one"}],
        "tarballs": [{"source": {"file": "t.tar"}, "destination": "/opt/t"}],
        "scripts": [
            {"name": "a", "run": {"file": "a.sh"}, "working_directory": "/opt", "timeout": "5m"},
            {"name": "b", "run": {"command": "true"}, "working_directory": "/opt", "timeout": "5m"},
        ],
        "services": [{"name": "w.service", "file": "w.service", "drop_ins": ["d.conf"], "enabled": true, "start": true,
            "restart_on_change": true}],
        "compose": [{"name": "c", "file": "c.yaml", "destination": "/opt/c/compose.yaml"}],
        "hooks": [{"name": "save", "file": "a.sh"}],
    }))
}

#[test]
fn the_same_folder_gives_the_same_bytes_and_everything_named_is_in_it() {
    let bundles = [0o600, 0o664].map(|mode| {
        let app = App::new();
        for name in
            ["one", "t.tar", "w.service", "d.conf", "c.yaml", "files/b/deep\u{e9}", "files/a\r\n".trim()]
        {
            app.file(name, "content\r\n", mode);
        }
        app.file("a.sh", "#!/bin/sh\n", mode | 0o100);
        std::fs::create_dir(app.path().join("files/empty")).unwrap();
        let bundle = app.write(&everything()).unwrap();
        let bytes = std::fs::read(bundle.path()).unwrap();
        assert_eq!(bundle.bytes, bytes.len() as u64);
        assert_eq!(bundle.sha256, hexadecimal(&Sha256::digest(&bytes)));
        (
            bytes,
            bundle.entries.iter().map(|entry| format!("{} {}", entry.mode, entry.path)).collect::<Vec<_>>(),
        )
    });
    assert_eq!(bundles[0], bundles[1]);
    insta::assert_snapshot!(bundles[0].1.join("\n"), @"
    0644 compose/0
    0755 hooks/0
    0755 scripts/0
    0644 services/0/drop-ins/0
    0644 services/0/unit
    0644 tarballs/0
    0755 uploads/0
    0644 uploads/0/a
    0755 uploads/0/b
    0644 uploads/0/b/deepé
    0755 uploads/0/empty
    0644 uploads/1
    ");
    let mut archive = tar::Archive::new(zstd::Decoder::new(bundles[0].0.as_slice()).unwrap());
    let mut entries = archive.entries().unwrap();
    let first = entries.next().unwrap().unwrap();
    assert_eq!(first.path().unwrap(), Path::new(layout::DEPLOYMENT));
    assert_eq!(serde_json::from_reader::<_, Deployment>(first).unwrap(), everything());
    for entry in entries {
        let entry = entry.unwrap();
        let header = entry.header();
        assert_eq!((header.mtime().unwrap(), header.uid().unwrap(), header.gid().unwrap()), (0, 0, 0));
    }
}

#[test]
fn what_is_excluded_stays_at_home() {
    let app = App::new();
    for name in ["f/a.pyc", "f/keep.pyc", "f/build/x", "f/src/build", "f/src/a.rs", "f/env/x", "f/envoy/x"] {
        app.file(name, "", 0o644);
    }
    let listed = app.listed(&upload("f", &["*.pyc", "!keep.pyc", "build/", "/env"], Symlinks::Keep)).unwrap();
    insta::assert_snapshot!(listed.join("\n"), @"
    uploads/0
    uploads/0/envoy
    uploads/0/envoy/x
    uploads/0/keep.pyc
    uploads/0/src
    uploads/0/src/a.rs
    uploads/0/src/build
    ");
    let error = app.listed(&upload("f", &["a{b"], Symlinks::Keep)).unwrap_err();
    assert!(matches!(error, BundleError::Rule { .. }), "{error}");
}

#[test]
fn links_are_kept_or_followed_and_never_lead_out() {
    let app = App::new();
    app.file("f/a", "", 0o644).file("f/sub/b", "", 0o644).file("other/c", "", 0o644);
    app.link("f/to-a", "a").link("f/sub/up", "../a").link("f/gone", "nowhere");
    let kept = list(app.path(), &upload("f", &[], Symlinks::Keep), &[]).unwrap();
    let links: Vec<_> = kept.iter().filter(|entry| matches!(entry.kind, EntryKind::Link { .. })).collect();
    assert_eq!(links.len(), 3);
    for (name, target) in [("f/out", "../other/c"), ("f/abs", "/etc/passwd"), ("f/sub/far", "../../../x")] {
        app.link(name, target);
        let error = app.listed(&upload("f", &[], Symlinks::Keep)).unwrap_err();
        assert!(matches!(&error, BundleError::LeadsOut { path, .. } if path.ends_with(name)), "{error}");
        std::fs::remove_file(app.path().join(name)).unwrap();
    }
    std::fs::remove_file(app.path().join("f/gone")).unwrap();
    app.link("f/other", "../other");
    let followed = app.listed(&upload("f", &[], Symlinks::Follow)).unwrap();
    assert!(followed.contains(&"uploads/0/other/c".to_owned()), "{followed:?}");
    app.link("f/round", ".");
    let error = app.listed(&upload("f", &[], Symlinks::Follow)).unwrap_err();
    assert!(matches!(&error, BundleError::Endless { path } if path.ends_with("f/round")), "{error}");
    std::fs::remove_file(app.path().join("f/round")).unwrap();
    app.link("f/abs", "/etc");
    let error = app.listed(&upload("f", &[], Symlinks::Follow)).unwrap_err();
    assert!(matches!(&error, BundleError::LeadsOut { .. }), "{error}");
}

#[test]
fn a_link_that_leads_out_by_another_link_is_seen() {
    let app = App::new();
    app.file("f/top/x", "", 0o644).file("f/a/b/y", "", 0o644).file("x", "", 0o644);
    // By its words it stays in a/; by where d leads it does not.
    app.link("f/a/b/d", "../../top").link("f/a/b/l", "d/../../x");
    let error = app.listed(&upload("f", &[], Symlinks::Keep)).unwrap_err();
    assert!(matches!(&error, BundleError::LeadsOut { path, .. } if path.ends_with("l")), "{error}");
}

#[test]
fn a_secret_is_in_no_bundle_by_no_way() {
    let app = App::new();
    app.file("f/.env", "KEY=1", 0o600).file("f/a", "", 0o644).link("f/env", ".env");
    let secret: FolderPath = "f/.env".parse().unwrap();
    let whole = upload("f", &[], Symlinks::Keep);
    let error = list(app.path(), &whole, std::slice::from_ref(&secret)).unwrap_err();
    assert!(matches!(&error, BundleError::Secret { path } if *path == secret), "{error}");
    let linked = upload("f", &["/.env"], Symlinks::Follow);
    list(app.path(), &linked, std::slice::from_ref(&secret)).unwrap_err();
    let folder: FolderPath = "f".parse().unwrap();
    list(app.path(), &whole, &[folder]).unwrap_err();
    assert_eq!(list(app.path(), &upload("f", &[".env", "env"], Symlinks::Keep), &[secret]).unwrap().len(), 2);
}

#[test]
fn a_socket_is_refused_and_so_is_a_folder_for_a_script() {
    let app = App::new();
    app.file("f/a", "", 0o644);
    let _listener = std::os::unix::net::UnixListener::bind(app.path().join("f/socket")).unwrap();
    assert!(matches!(app.listed(&upload("f", &[], Symlinks::Keep)), Err(BundleError::Kind { .. })));
    let script = deployment(serde_json::json!({"scripts":
        [{"name": "a", "run": {"file": "f"}, "working_directory": "/opt", "timeout": "5m"}]}));
    assert!(matches!(app.listed(&script), Err(BundleError::Folder { .. })));
    assert!(matches!(app.listed(&upload("g", &[], Symlinks::Keep)), Err(BundleError::Read { .. })));
}
