//! What a machine was told to fetch: kept until it is done, and judged before anything of it is used.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::apply::pending;
use crate::apply::request::{self, Request};

/// Keeps a request for a bundle that a server answers with one of these after the other, and does it.
fn fetch(world: &World, sha256: &str, answers: &[&[u8]]) -> Option<Ended> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/bundle?signature=SECRET", listener.local_addr().unwrap());
        let place = request::Place { url, headers: Vec::new() };
        let wanted = Request {
            sha256: sha256.to_owned(),
            bundle: vec![place],
            objects: BTreeMap::new(),
            secrets: None,
        };
        let machine = world.machine(None);
        request::keep(&machine, &wanted).unwrap();
        let mode = fs::metadata(machine.request()).unwrap().mode() & 0o777;
        assert_eq!(mode, 0o600, "its URLs are presigned");
        let lock = pending::lock(&machine).unwrap().unwrap();
        assert!(pending::lock(&machine).unwrap().is_none(), "one at a time");
        let serving = async {
            for content in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0; 4096]).await.unwrap();
                let length = content.len();
                let head =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
                stream.write_all(head.as_bytes()).await.unwrap();
                stream.write_all(content).await.unwrap();
            }
        };
        let mut said = String::new();
        let mut say = |line: &str| said.push_str(line);
        let (ended, ()) = tokio::join!(pending::next(&machine, &lock, &mut say), serving);
        assert!(!said.contains("SECRET"), "{said}");
        assert!(pending::next(&machine, &lock, &mut |_| {}).await.unwrap().is_none(), "it is done once");
        assert!(!machine.request().exists());
        ended.unwrap()
    })
}

#[test]
fn a_bundle_is_fetched_applied_and_forgotten() {
    let world = World::new();
    let (json, files) = first(&world);
    let bundle = bundle_of(json, &files);
    let ended = fetch(&world, &bundle.sha256, &[&fs::read(&bundle.file).unwrap()]).unwrap();
    assert_eq!(ended.progress.state, RunState::Succeeded);
    assert!(!world.root().join("var/lib/cloudkit/apply/bundle.tar.zst").exists());
    assert!(!world.tree().join("\n").contains("SECRET"));
}

#[test]
fn a_bundle_that_was_damaged_on_the_way_is_fetched_anew() {
    let world = World::new();
    let (json, files) = first(&world);
    let bundle = bundle_of(json, &files);
    let content = fs::read(&bundle.file).unwrap();
    let mut damaged = content.clone();
    damaged[100] ^= 1;
    let ended = fetch(&world, &bundle.sha256, &[&damaged, &content]).unwrap();
    assert_eq!(ended.progress.state, RunState::Succeeded);
}

#[test]
fn a_bundle_that_stays_another_is_told_and_nothing_of_it_is_used() {
    let world = World::new();
    let (json, files) = first(&world);
    let bundle = bundle_of(json, &files);
    let mut content = fs::read(&bundle.file).unwrap();
    content[100] ^= 1;
    let ended = fetch(&world, &bundle.sha256, &[&content, &content]).unwrap();
    let failure = ended.progress.failure.unwrap();
    assert_eq!(failure.step, "fetch the bundle");
    assert!(failure.reason.contains("something else than was promised"), "{}", failure.reason);
    assert!(!world.root().join("opt").exists());
    assert_eq!(world.calls(), Vec::<String>::new());
    let machine = world.machine(None);
    fs::remove_dir_all(world.root().join("run")).unwrap();
    let told = Progress::read(&[&machine.progress(), &machine.last_progress()]).unwrap().unwrap();
    assert_eq!(told.failure, Some(failure), "also after a boot");
}

#[test]
fn a_tarball_that_escapes_is_refused_with_its_member() {
    let world = World::new();
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    tar.append_link(&mut header, "out", "../../../etc").unwrap();
    let text = String::from_utf8(tar.into_inner().unwrap()).unwrap();
    let json = serde_json::json!({"tarballs": [{"source": {"file": "escaping"}, "destination": "/opt/t"}]});
    let failure = world.apply(&bundle_of(json, &[("escaping", &text)])).failure.unwrap();
    assert_eq!(failure.step, "tarball escaping to /opt/t");
    assert!(failure.reason.contains("\"out\" is a link that leads out"), "{}", failure.reason);
    assert!(!world.root().join("opt/t").exists());
}
