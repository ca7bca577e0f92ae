//! The daemon beside a metadata service: real ticks, an end that only a test takes note of.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::path::PathBuf;
use std::task::{Poll, Waker};

use super::*;
use crate::aws::metadata::server::MetadataServer;
use crate::model::agent::{EndBy, Warn};
use crate::monitor::decide::Effort;

/// No test waits for longer.
const LIMIT: Duration = Duration::from_secs(30);

/// A machine that is ended by nobody: by the API, with warnings to its file.
struct Machine {
    folder: tempfile::TempDir,
    server: MetadataServer,
}

/// Something that happens once, and can be waited for.
#[derive(Default)]
struct Happening {
    happened: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

impl Happening {
    fn happen(&self) {
        self.happened.set(true);
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
    }

    async fn wait(&self) {
        poll_fn(|context| {
            self.waiting.replace(Some(context.waker().clone()));
            if self.happened.get() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// What a daemon did until it asked for the end.
struct Life {
    ended: Option<Identity>,
    events: Vec<Event>,
}

impl Machine {
    fn new() -> Self {
        let server = MetadataServer::start();
        server.serve("instance-id", "i-0123456789abcdef0");
        server.serve("placement/region", "eu-north-1");
        Self { folder: tempfile::tempdir().unwrap(), server }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn configuration(&self, deadline: Option<Timestamp>) -> AgentConfiguration {
        let launched_at = clock::now() - jiff::SignedDuration::from_hours(1);
        AgentConfiguration {
            end_by: EndBy::Api,
            warn: Warn::File,
            state_directory: self.path("state").display().to_string(),
            run_directory: self.path("run").display().to_string(),
            console: Some(self.path("console").display().to_string()),
            ..AgentConfiguration::for_machine("lucky-otter", launched_at, deadline)
        }
    }

    /// Runs the daemon until it asked for the end, which then comes to `result`.
    async fn live(&self, deadline: Option<Timestamp>, result: Result<(), &'static str>) -> Life {
        let (asked, ended, events) = (Happening::default(), RefCell::new(None), RefCell::new(Vec::new()));
        let terminate = async |_: EndAction, identity: &Identity| {
            *ended.borrow_mut() = Some(identity.clone());
            asked.happen();
            result
        };
        let configuration = self.configuration(deadline);
        let metadata = MetadataClient::at(&self.server.endpoint());
        let announcer = Announcer::new(|event| events.borrow_mut().push(event));
        let mut daemon = Daemon::start(&configuration, metadata, terminate, announcer);
        let watched = async {
            tokio::select! { () = daemon.watch() => {}, () = asked.wait() => {} }
        };
        tokio::time::timeout(LIMIT, watched).await.expect("an end");
        drop(daemon);
        Life { ended: ended.into_inner(), events: events.into_inner() }
    }
}

fn soon() -> Timestamp {
    clock::now() + jiff::SignedDuration::from_secs(2)
}

#[tokio::test]
async fn the_deadline_of_the_tag_is_kept() {
    let machine = Machine::new();
    let deadline = soon();
    machine.server.serve("tags/instance/cloudkit:deadline", &deadline.to_string());
    let life = machine.live(None, Ok(())).await;
    assert!(clock::now() >= deadline);
    assert_eq!(life.ended.unwrap().instance_id, "i-0123456789abcdef0");
    let end = End { reason: EndReason::Deadline, at: deadline, action: EndAction::Terminate };
    assert!(life.events.contains(&Event::Warned(end)));
    assert!(machine.path("run/warning").exists());
    let status = status::read(&machine.path("run"), clock::now()).unwrap();
    assert_eq!((status.deadline, status.region.as_deref()), (Some(deadline), Some("eu-north-1")));
}

#[tokio::test]
async fn it_shows_itself_on_the_console_once() {
    let machine = Machine::new();
    std::fs::write(machine.path("console"), "login: ").unwrap();
    let deadline = soon();
    machine.live(Some(deadline), Ok(())).await;
    let console = std::fs::read_to_string(machine.path("console")).unwrap();
    assert_eq!(console, format!("login: \ncloudkit-agent: ready launch=lucky-otter deadline={deadline}\n"));
}

#[tokio::test]
async fn a_console_that_is_not_there_is_not_made_and_hinders_nothing() {
    let machine = Machine::new();
    let life = machine.live(Some(soon()), Ok(())).await;
    assert!(!machine.path("console").exists());
    let told = |event: &&Event| matches!(event, Event::Trouble { topic: Topic::Console, .. });
    assert_eq!(life.events.iter().filter(told).count(), 1);
    assert!(life.ended.is_some());
}

#[tokio::test]
async fn a_machine_of_the_older_tool_is_looked_after() {
    let machine = Machine::new();
    machine.server.serve("tags/instance/spawn:ttl-deadline", &soon().to_string());
    assert!(machine.live(None, Ok(())).await.ended.is_some());
}

#[tokio::test]
async fn a_tag_that_is_garbage_is_told_and_the_configuration_holds() {
    let machine = Machine::new();
    machine.server.serve("tags/instance/cloudkit:deadline", "tomorrow");
    let life = machine.live(Some(soon()), Ok(())).await;
    assert!(life.ended.is_some());
    let told = |event: &&Event| matches!(event, Event::Trouble { topic: Topic::DeadlineTag, .. });
    assert_eq!(life.events.iter().filter(told).count(), 1);
}

#[tokio::test]
async fn the_memory_holds_where_the_metadata_service_is_gone() {
    let machine = Machine::new();
    let deadline = soon();
    let identity = Identity { instance_id: "i-remembered".to_owned(), region: "eu-north-1".to_owned() };
    let memory =
        Memory { deadline: Some(deadline), identity: Some(identity.clone()), ..Memory::new("lucky-otter") };
    memory.save(&machine.path("state").join(memory::FILE_NAME)).unwrap();
    machine.server.hang();
    let life = machine.live(None, Ok(())).await;
    assert_eq!(life.ended, Some(identity));
}

#[tokio::test]
async fn an_end_is_remembered_before_it_is_asked_for() {
    let machine = Machine::new();
    let life = machine.live(Some(soon()), Err("no answer")).await;
    assert!(life.events.contains(&Event::Ending(EndReason::Deadline, Effort::Orderly)));
    let (memory, found) = Memory::load(&machine.path("state").join(memory::FILE_NAME), "lucky-otter");
    assert!(found.is_ok() && memory.ending.is_some());
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_ends_the_daemon_and_leaves_the_machine() {
    let machine = Machine::new();
    let (looked, ended, stopped) = (Happening::default(), Cell::new(false), Cell::new(false));
    let terminate = async |_: EndAction, _: &Identity| {
        ended.set(true);
        Ok::<(), &'static str>(())
    };
    let configuration = machine.configuration(Some(Timestamp::MAX));
    let metadata = MetadataClient::at(&machine.server.endpoint());
    let report = |event| {
        stopped.set(event == Event::Stopped);
        if matches!(event, Event::Deadline(_)) {
            looked.happen();
        }
    };
    let status_file = machine.path("run").join(status::FILE_NAME);
    let signal = async {
        looked.wait().await;
        assert!(status_file.exists());
        let id = std::process::id().to_string();
        crate::platform::command::run("kill", &["-TERM", &id], "", LIMIT).await.unwrap();
    };
    let set_tag = async |_: crate::model::tag::Tag, _: &Identity| Ok::<(), &'static str>(());
    let configuration_file = machine.path("agent.yaml");
    let setting = Setting {
        configuration: &configuration,
        configuration_file: &configuration_file,
        metadata,
        metrics: None,
    };
    let both = async { tokio::join!(run(setting, terminate, &set_tag, report), signal) };
    let (result, ()) = tokio::time::timeout(LIMIT, both).await.expect("an end");
    assert!(result.is_ok() && stopped.get() && !ended.get());
    assert!(!status_file.exists());
}

#[test]
fn a_look_that_comes_later_than_planned_says_by_how_much() {
    let planned = clock::now();
    let late = |seconds| overdue(Some(planned), planned + jiff::SignedDuration::from_secs(seconds));
    let known = |seconds| Reading::Known(Span::from_seconds(seconds));
    assert_eq!([late(0), late(-100), late(3605)], [known(0), known(0), known(3605)]);
    assert_eq!(overdue(None, planned), Reading::Unknown);
}
