//! The figures' text against the rules of its format, and the server against clients of all kinds.

use std::collections::BTreeSet;

use regex::Regex;

use super::*;
use crate::model::EndAction;
use crate::model::agent::AgentConfiguration;
use crate::monitor::control::answer::{WHY_SCHEMA, WhyWindow};
use crate::monitor::decide::{Deadline, DeadlineSource, Decided, Decision};
use crate::monitor::end::{End, EndReason};
use crate::monitor::idle::{Signal, SignalName, State, Unit};
use crate::monitor::memory::Memory;
use crate::monitor::policy::Policy;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn reading(name: SignalName, state: State, value: Option<u64>) -> Signal {
    let unit = Some(Unit::Permille);
    Signal { name, state, value, threshold: Some(25), unit, words: String::new() }
}

pub(in crate::monitor) fn figures() -> Figures {
    let decided = Decided {
        decision: Decision::Wait,
        deadline: Some(Deadline { at: at(5000), source: DeadlineSource::Tag }),
        end: Some(End { reason: EndReason::Deadline, at: at(5000), action: EndAction::Terminate }),
        in_grace: false,
        next_at: None,
        memory: Memory::new("lucky \"otter\"\\"),
    };
    let configuration = AgentConfiguration::for_machine("lucky-otter", at(0), None);
    let status = Status::of(&decided, &Policy::from(&configuration), at(1000));
    let why = Why {
        schema: WHY_SCHEMA.to_owned(),
        at: at(1000),
        readings: vec![
            reading(SignalName::Cpu, State::Quiet, Some(12)),
            reading(SignalName::Nvidia, State::Unknown, None),
            reading(SignalName::Ssh, State::Active, Some(30)),
        ],
        window: Some(WhyWindow { quiet_seconds: 120, needed_seconds: 3600, left_seconds: 3480 }),
        paused_until: Some(at(2000)),
        ends: Vec::new(),
    };
    Figures { status: Some(status), why: Some(why), spent: "1.25".parse().ok(), ticks: 7, troubles: 1 }
}

/// The rules of the format, as far as this agent uses it: each family is told of once and before its samples, which
/// stand together; names, labels and numbers are of their form.
fn assert_is_of_the_format(text: &str) {
    let help = Regex::new(r"^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) .+$").unwrap();
    let kind = Regex::new(r"^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)$").unwrap();
    let label = r#"[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*""#;
    let sample = format!(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{{{label}(?:,{label})*\}})? (-?[0-9.]+|NaN)$");
    let sample = Regex::new(&sample).unwrap();
    assert!(text.ends_with('\n'));
    let (mut told, mut samples, mut current) = (BTreeSet::new(), BTreeSet::new(), String::new());
    for line in text.lines() {
        if let Some(found) = help.captures(line) {
            current = found[1].to_owned();
            assert!(told.insert(current.clone()), "{line}");
        } else if let Some(found) = kind.captures(line) {
            assert_eq!(found[1], current);
            assert_eq!(found[1].ends_with("_total"), &found[2] == "counter", "{line}");
        } else {
            let found = sample.captures(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(found[1], current, "{line}");
            let series = line.rsplit_once(' ').unwrap().0;
            assert!(samples.insert(series.to_owned()), "{line}");
        }
    }
}

#[test]
fn the_figures_are_of_the_format() {
    for figures in [Figures::default(), figures()] {
        assert_is_of_the_format(&figures.text());
    }
    insta::assert_snapshot!(figures().text());
}

#[cfg(feature = "aws")]
mod server {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::super::{MetricsError, Server};
    use super::figures;

    async fn ask(address: std::net::SocketAddr, question: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(question).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        answer
    }

    #[tokio::test]
    async fn it_answers_one_question_and_no_other() {
        let (server, sender) = Server::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = server.address().unwrap();
        sender.send_replace(figures());
        let questions = async {
            // Silent ones are there all the while, and fewer than there is room for.
            let _silent = [TcpStream::connect(address).await, TcpStream::connect(address).await];
            let answer = ask(address, b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
            assert!(answer.ends_with(&figures().text()), "{answer}");
            let answer = ask(address, b"GET / HTTP/1.0\r\n\r\n").await;
            assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
            let answer = ask(address, b"POST /metrics HTTP/1.1\r\n\r\n").await;
            assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
            let endless = [b'a'; 10_000];
            assert_eq!(ask(address, &endless).await, "");
        };
        tokio::select! {
            () = server.serve() => {}
            asked = tokio::time::timeout(Duration::from_secs(30), questions) => asked.unwrap(),
        }
    }

    #[tokio::test]
    async fn an_address_that_others_can_reach_is_refused() {
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:9105"] {
            let refused = Server::listen(address.parse().unwrap()).await;
            assert!(matches!(refused, Err(MetricsError::NotLoopback(_))), "{address}");
        }
    }
}
