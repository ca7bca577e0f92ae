//! Links on the machine that somebody else made: nothing is put or taken away behind them.

use super::*;

const STRANGER: u32 = 65_534;

/// Makes a link that is somebody else's; only root can.
fn strange_link(target: &str, at: &std::path::Path) -> bool {
    symlink(target, at).unwrap();
    std::os::unix::fs::lchown(at, Some(STRANGER), None).is_ok()
}

#[test]
fn nothing_is_put_behind_a_strangers_link_above_an_upload() {
    let world = World::new();
    let target = world.root().join("etc").display().to_string();
    fs::create_dir_all(world.root().join("opt")).unwrap();
    if !strange_link(&target, &world.root().join("opt/app")) {
        return;
    }
    let upload =
        |destination: &str| serde_json::json!({"uploads": [{"source": "conf", "destination": destination}]});
    let files = [("conf", "conf")];
    for destination in ["/opt/app/app.conf", "/opt/app/deeper/app.conf"] {
        let failure = world.apply(&bundle_of(upload(destination), &files)).failure.unwrap();
        assert_eq!(failure.reason, "/opt/app is a link that is not root's, and a folder goes there");
    }
    assert!(!world.root().join("etc/app.conf").exists() && !world.root().join("etc/deeper").exists());
    // Who owns the machine may have put the folder elsewhere.
    fs::remove_file(world.root().join("opt/app")).unwrap();
    symlink(&target, world.root().join("opt/app")).unwrap();
    assert_eq!(world.apply(&bundle_of(upload("/opt/app/app.conf"), &files)).failure, None);
    assert_eq!(world.read("etc/app.conf"), "conf");
}

#[test]
fn the_folder_of_an_upload_is_no_strangers_link() {
    let world = World::new();
    let target = world.root().join("etc").display().to_string();
    fs::create_dir_all(world.root().join("opt")).unwrap();
    if !strange_link(&target, &world.root().join("opt/app")) {
        return;
    }
    let json = serde_json::json!({"uploads": [{"source": "files", "destination": "/opt/app"}]});
    let failure = world.apply(&bundle_of(json, &[("files/a", "one")])).failure.unwrap();
    assert_eq!(failure.reason, "/opt/app is a link that is not root's, and a folder goes there");
    assert!(!world.root().join("etc/a").exists());
}

#[test]
fn nothing_is_taken_away_behind_a_strangers_link() {
    let world = World::new();
    let json = serde_json::json!({"uploads": [{"source": "files", "destination": "/opt/app"}]});
    world.apply(&bundle_of(json, &[("files/sub/a", "one")]));
    // The same content elsewhere, and a link to there in place of the folder.
    fs::create_dir(world.root().join("etc/other")).unwrap();
    fs::write(world.root().join("etc/other/a"), "one").unwrap();
    fs::remove_dir_all(world.root().join("opt/app/sub")).unwrap();
    let target = world.root().join("etc/other").display().to_string();
    if !strange_link(&target, &world.root().join("opt/app/sub")) {
        return;
    }
    let nothing = bundle_of(serde_json::json!({}), &[("any", "")]);
    let progress = world.apply(&nothing);
    assert_eq!(progress.state, RunState::Succeeded);
    assert_eq!(world.read("etc/other/a"), "one");
    insta::assert_snapshot!(progress.notes.join("\n"), @"
    /opt/app/sub/a is not removed, although nothing wants it any more: /opt/app/sub is a link that is not root's
    /opt/app/sub was changed on the machine and stays, although nothing wants it any more
    ");
    let again = world.apply(&nothing);
    assert!(again.steps.is_empty(), "it is forgotten: {again:?}");
}
