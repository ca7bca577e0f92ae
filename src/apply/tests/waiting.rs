//! Who waits for a request learns that it is done, or that it never will be.

use super::*;
use crate::apply::request::{self, Request};
use crate::apply::{pending, waiting};
use crate::platform::clock;

const SHA256_OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn request() -> Request {
    Request { sha256: "ab".repeat(32), bundle: Vec::new(), objects: BTreeMap::new(), secrets: None }
}

fn show_unit(world: &World, active: &str, job: &str) {
    let shown = format!("LoadState=loaded\nActiveState={active}\nJob={job}\n");
    fs::write(world.stub("unit-cloudkit-apply.service"), shown).unwrap();
}

/// A memory of another version, so that no life of this program can begin; the bundle, which is empty, was fetched.
fn no_life_can_begin(world: &World) -> (Machine, Request) {
    let machine = world.machine(None);
    let request = Request { sha256: SHA256_OF_NOTHING.to_owned(), ..request() };
    request::keep(&machine, &request).unwrap();
    fs::write(machine.file("var/lib/cloudkit/apply/bundle.tar.zst"), "").unwrap();
    fs::write(machine.state(), r#"{"schema": "cloudkit.apply-state/v9"}"#).unwrap();
    (machine, request)
}

#[test]
fn a_unit_that_leaves_its_request_is_waited_for_no_longer() {
    let (world, begun) = (World::new(), clock::now());
    let (machine, request) = no_life_can_begin(&world);
    show_unit(&world, "failed", "");
    let error = runtime().block_on(async {
        let lock = pending::lock(&machine).unwrap().unwrap();
        pending::next(&machine, &lock, &mut |_| {}).await.unwrap_err();
        waiting::until_done(&machine, &request, begun, &mut |_| {}).await.unwrap_err()
    });
    let path = machine.state().display().to_string();
    insta::assert_snapshot!(error.to_string().replace(&path, "STATE"),
        @"cloudkit-apply.service does not set this machine up: STATE is of another version: cloudkit.apply-state/v9");
    let starts = world.calls().iter().filter(|call| call.starts_with("systemctl start")).count();
    assert_eq!(starts, 1, "it may have been ending when the request came");
    let told = Progress::read(&[&machine.progress()]).unwrap().unwrap();
    assert_eq!(
        (told.state, told.bundle),
        (RunState::Failed, request.sha256),
        "whoever asks is told the same"
    );
}

#[test]
fn a_unit_that_waits_for_the_boot_or_is_at_it_is_waited_for() {
    let world = World::new();
    let (machine, request) = (world.machine(None), request());
    request::keep(&machine, &request).unwrap();
    runtime().block_on(async {
        let mut say = |_: &str| {};
        let mut waits = std::pin::pin!(waiting::until_done(&machine, &request, clock::now(), &mut say));
        for (active, job) in [("inactive", "7"), ("activating", "7"), ("activating", "")] {
            show_unit(&world, active, job);
            world.calls();
            let looked = async {
                while world.calls().is_empty() {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                ended = &mut waits => panic!("{ended:?}"),
                () = looked => {}
            }
        }
        request::forget(&machine, &request).unwrap();
        waits.await.unwrap();
    });
    assert!(!world.calls().iter().any(|call| call.starts_with("systemctl start")));
}
