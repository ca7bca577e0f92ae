//! What is asked of a metadata service that keeps count.

use super::*;
use crate::aws::metadata::server::MetadataServer;
use crate::model::{EndAction, Span};

const NOTICES: [&str; 2] = ["events/recommendations/rebalance", "spot/instance-action"];

/// A machine that has not been asked anything.
struct Machine {
    server: MetadataServer,
    questions: Questions,
    events: Vec<String>,
}

impl Machine {
    fn that_is(life_cycle: &str) -> Self {
        let server = MetadataServer::start();
        server.serve("instance-id", "i-0123456789abcdef0");
        server.serve("placement/region", "eu-north-1");
        server.serve("instance-life-cycle", life_cycle);
        let metadata = MetadataClient::at(&server.endpoint());
        Self { server, questions: Questions::new(metadata, Timestamp::UNIX_EPOCH), events: Vec::new() }
    }

    async fn ask(&mut self) -> Told {
        let mut announcer = Announcer::new(|event: Event| self.events.push(event.to_string()));
        self.questions.ask(false, &mut announcer).await
    }
}

#[tokio::test]
async fn a_look_asks_only_for_what_it_is_time_for() {
    let mut machine = Machine::that_is("spot");
    machine.server.serve("tags/instance/cloudkit:deadline", "2026-11-21T20:00:00Z");
    machine.server.serve("tags/instance", "Name\ncloudkit:deadline\ncloudkit:idle-timeout");
    machine.server.serve("tags/instance/cloudkit:idle-timeout", "30m");
    machine.ask().await;
    assert_eq!(
        machine.server.asked(),
        [
            "events/maintenance/scheduled",
            NOTICES[0],
            "instance-id",
            "instance-life-cycle",
            "placement/region",
            NOTICES[1],
            "tags/instance",
            "tags/instance/cloudkit:deadline",
            "tags/instance/cloudkit:idle-timeout",
        ]
    );
    for _ in 0..2 {
        let told = machine.ask().await;
        assert_eq!(machine.server.asked(), NOTICES);
        assert_eq!(
            told.rules,
            Reading::Known(Rules { idle_timeout: Some(Span::from_seconds(1800)), ..Rules::default() })
        );
    }
    assert_eq!(machine.events, [""; 0]);
}

#[tokio::test]
async fn a_machine_on_demand_asks_nothing_that_it_knows() {
    let mut machine = Machine::that_is("on-demand");
    machine.ask().await;
    assert_eq!(machine.server.asked().len(), 7, "two keys of the deadline among them");
    machine.ask().await;
    assert_eq!(machine.server.asked(), [""; 0]);
}

#[tokio::test]
async fn tags_that_can_not_be_listed_are_unknown_and_asked_for_again() {
    let mut machine = Machine::that_is("on-demand");
    machine.server.fail("tags/instance");
    for _ in 0..2 {
        assert_eq!(machine.ask().await.rules, Reading::Unknown);
        assert!(machine.server.asked().contains(&"tags/instance".to_owned()));
    }
    let trouble = "reading the tags of how the machine ends: ";
    assert!(machine.events.iter().all(|event| event.starts_with(trouble)), "{:?}", machine.events);
}

#[tokio::test]
async fn tags_that_are_not_served_are_none() {
    let mut machine = Machine::that_is("on-demand");
    assert_eq!(machine.ask().await.rules, Reading::Known(Rules::default()));
    assert_eq!(machine.events, [""; 0]);
}

#[tokio::test]
async fn one_tag_of_many_that_can_not_be_read_leaves_all_unknown() {
    let mut machine = Machine::that_is("on-demand");
    machine.server.serve("tags/instance", "cloudkit:idle-timeout\ncloudkit:on-idle");
    machine.server.serve("tags/instance/cloudkit:on-idle", "stop");
    machine.server.fail("tags/instance/cloudkit:idle-timeout");
    assert_eq!(machine.ask().await.rules, Reading::Unknown);
}

#[tokio::test]
async fn a_service_that_answers_nothing_is_told_once() {
    let mut machine = Machine::that_is("spot");
    machine.ask().await;
    NOTICES.iter().for_each(|path| machine.server.fail(path));
    let told = machine.ask().await;
    assert_eq!((told.interruption, told.rebalance), (Reading::Unknown, Reading::Unknown));
    assert_eq!(machine.events.len(), 1, "{:?}", machine.events);
}

#[tokio::test]
async fn a_notice_is_told_by_the_first_look() {
    let mut machine = Machine::that_is("spot");
    machine.server.serve("spot/instance-action", r#"{"action": "stop", "time": "2026-11-21T20:00:00Z"}"#);
    let expected = Interruption { action: EndAction::Stop, at: "2026-11-21T20:00:00Z".parse().unwrap() };
    assert_eq!(machine.ask().await.interruption, Reading::Known(Some(expected)));
}
