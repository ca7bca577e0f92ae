//! What requests come to, as plain data.

use jiff::Timestamp;

use super::answer::{Answer, Extended, Protection, RefusalKind, What, Why};
use super::apply::{Applied, Seen, Spread, Then, apply, held};
use super::completion::{self, Completion};
use super::request::{Request, RequestError};
use crate::model::Span;
use crate::model::agent::AgentConfiguration;
use crate::model::deadline::Direction;
use crate::monitor::memory::Memory;
use crate::monitor::policy::Policy;
use crate::monitor::readings::Identity;

const HOUR: i64 = 3600;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn policy(deadline: Option<i64>) -> Policy {
    Policy::from(&AgentConfiguration::for_machine("one", at(100), deadline.map(at)))
}

fn asked(line: &str, memory: &mut Memory, policy: &Policy) -> Applied {
    apply(Request::read(line.as_bytes()).unwrap(), memory, policy, Seen::default(), at(1000))
}

fn extended(applied: Applied) -> (Extended, Spread) {
    match applied {
        Applied { answer: Answer::Extended(extended), then: Some(Then::Spread(spread)) } => {
            (*extended, spread)
        }
        other => panic!("{other:?}"),
    }
}

fn refusal(applied: Applied) -> (RefusalKind, String) {
    match applied {
        Applied { answer: Answer::Refused(refusal), then: None } => (refusal.kind, refusal.message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_request_is_read_as_it_is_written() {
    let span = Span::from_seconds(7200);
    let requests = [
        (Request::Status {}, r#"{"request":"status"}"#),
        (Request::Why {}, r#"{"request":"why"}"#),
        (Request::Complete { status: None, message: None }, r#"{"request":"complete"}"#),
        (Request::Pause { span }, r#"{"request":"pause","for":"2h"}"#),
        (Request::Resume {}, r#"{"request":"resume"}"#),
        (Request::Reload {}, r#"{"request":"reload"}"#),
        (
            Request::Extend { by: Some(span), until: None, sooner: false },
            r#"{"request":"extend","by":"2h","sooner":false}"#,
        ),
    ];
    for (request, line) in requests {
        assert_eq!(serde_json::to_string(&request).unwrap(), line);
        assert_eq!(Request::read(format!("{line}\n").as_bytes()).unwrap(), request);
    }
}

#[test]
fn what_is_not_understood_is_refused_whole() {
    for line in [
        "",
        "\n",
        "status",
        "{}",
        r#"{"request":"shutdown"}"#,
        r#"{"request":"status","more":1}"#,
        r#"{"request":"pause"}"#,
        r#"{"request":"pause","for":"2 hours"}"#,
        r#"{"request":"extend","by":"2h","until":"2026-11-22T12:00:00Z"}"#,
        r#"{"request":"extend"}"#,
        r#"{"request":"extend","until":"tomorrow"}"#,
        r#"{"request":"extend","by":"0s"}"#,
        r#"{"request":"pause","for":"0s"}"#,
        r#"{"request":"complete","status":"\u001b[2J"}"#,
        r#"{"request":"status"}{"request":"status"}"#,
    ] {
        assert!(Request::read(line.as_bytes()).is_err(), "{line}");
    }
    let long = format!(r#"{{"request":"complete","message":"{}"}}"#, "a".repeat(1025));
    assert!(matches!(Request::read(long.as_bytes()), Err(RequestError::Text("message"))));
}

#[test]
fn a_later_deadline_is_held_until_the_tag_says_something_new() {
    let identity = Identity { instance_id: "i-1".to_owned(), region: "us-east-1".to_owned() };
    let mut memory =
        Memory { deadline: Some(at(5000)), identity: Some(identity.clone()), ..Memory::new("one") };
    let (extended, spread) = extended(asked(r#"{"request":"extend","by":"1h"}"#, &mut memory, &policy(None)));
    assert_eq!(extended.deadline, at(5000 + HOUR));
    assert_eq!(extended.direction, Direction::Later(Span::from_seconds(3600)));
    assert!(matches!(extended.tag, Protection::DoesNotKnow(_)));
    let expected = Spread {
        to: at(5000 + HOUR),
        direction: extended.direction,
        over: Some(at(5000)),
        identity: Some(identity),
    };
    assert_eq!(spread, expected);
    let held = |memory: &Memory| held(memory, &policy(None));
    assert_eq!(held(&memory), Some(at(5000 + HOUR)));
    memory.note_tag(at(5000));
    assert_eq!(held(&memory), Some(at(5000 + HOUR)), "the tag that it was set over");
    memory.note_tag(at(7000));
    assert_eq!(
        (held(&memory), memory.extended),
        (Some(at(7000)), None),
        "who moves the tag has the last word"
    );
}

#[test]
fn an_extension_outlives_a_tag_that_is_read_for_the_first_time() {
    let mut memory = Memory { extended: Some(at(9000)), ..Memory::new("one") };
    memory.note_tag(at(5000));
    assert_eq!(memory.extended, Some(at(9000)));
    let mut memory = Memory { extended: Some(at(9000)), ..Memory::new("one") };
    memory.note_tag(at(9500));
    assert_eq!(memory.extended, None);
}

#[test]
fn nobody_ends_a_machine_sooner_by_accident() {
    let until = r#"{"request":"extend","until":"1970-01-01T01:00:00Z"}"#;
    for (deadline, word) in [(Some(5000), "SOONER"), (None, "no deadline")] {
        let (policy, mut memory) = (policy(deadline), Memory::new("one"));
        let (kind, message) = refusal(asked(until, &mut memory, &policy));
        assert_eq!(kind, RefusalKind::WouldEndSooner);
        assert!(message.contains(word), "{message}");
        assert_eq!(memory, Memory::new("one"), "what is refused changes nothing");
        let agreed = until.replace('}', r#","sooner":true}"#);
        let (extended, _) = extended(asked(&agreed, &mut memory, &policy));
        assert_eq!((extended.deadline, memory.extended), (at(HOUR), Some(at(HOUR))));
    }
}

#[test]
fn the_past_and_a_wrong_clock_are_refused() {
    let mut memory = Memory::new("one");
    let past = r#"{"request":"extend","until":"1970-01-01T00:10:00Z","sooner":true}"#;
    assert_eq!(refusal(asked(past, &mut memory, &policy(Some(5000)))).0, RefusalKind::Impossible);
    let later = Request::read(br#"{"request":"extend","by":"1h"}"#).unwrap();
    let early = apply(later, &mut memory, &policy(Some(5000)), Seen::default(), at(50));
    assert_eq!(refusal(early).0, RefusalKind::Impossible);
    assert_eq!(memory, Memory::new("one"));
}

#[test]
fn the_same_deadline_is_spread_again() {
    let mut memory = Memory { deadline: Some(at(5000)), ..Memory::new("one") };
    let same = r#"{"request":"extend","until":"1970-01-01T01:23:20Z"}"#;
    let (extended, spread) = extended(asked(same, &mut memory, &policy(None)));
    assert_eq!((extended.direction, spread.to), (Direction::Same, at(5000)));
    assert_eq!(memory.extended, None);
}

#[test]
fn a_pause_ends_by_itself_or_by_word() {
    let (mut memory, policy) = (Memory::new("one"), policy(None));
    let resume = r#"{"request":"resume"}"#;
    assert_eq!(asked(resume, &mut memory, &policy).answer, Answer::noted(What::WasNotPaused));
    let paused = asked(r#"{"request":"pause","for":"1h"}"#, &mut memory, &policy);
    assert_eq!(paused.answer, Answer::noted(What::PausedUntil(at(1000 + HOUR))));
    assert_eq!(memory.paused_until, Some(at(1000 + HOUR)));
    assert_eq!(asked(resume, &mut memory, &policy).answer, Answer::noted(What::Resumed));
    assert_eq!(memory.paused_until, None);
}

#[test]
fn before_the_first_look_there_is_nothing_to_tell() {
    let (mut memory, policy) = (Memory::new("one"), policy(None));
    for line in [r#"{"request":"status"}"#, r#"{"request":"why"}"#] {
        assert_eq!(refusal(asked(line, &mut memory, &policy)).0, RefusalKind::NotYet);
    }
    let complete = asked(r#"{"request":"complete","status":"ok"}"#, &mut memory, &policy);
    let completion = Completion { status: Some("ok".to_owned()), message: None };
    assert_eq!(complete.then, Some(Then::Complete(completion)));
    assert_eq!(asked(r#"{"request":"reload"}"#, &mut memory, &policy).then, Some(Then::Reload));
}

#[test]
fn every_answer_is_read_as_it_is_written() {
    let why = Why { paused_until: Some(at(5)), ..crate::monitor::metrics::tests::figures().why.unwrap() };
    for answer in [
        Answer::refused(RefusalKind::Busy, "later"),
        Answer::noted(What::PausedUntil(at(5))),
        Answer::noted(What::Reloaded),
        Answer::Why(Box::new(why)),
    ] {
        let line = serde_json::to_string(&answer).unwrap();
        assert!(!line.contains('\n'));
        assert_eq!(serde_json::from_str::<Answer>(&line).unwrap(), answer);
    }
}

#[test]
fn a_completion_is_read_whatever_is_in_its_file() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(completion::read(folder.path()).unwrap(), None);
    let said = Completion { status: Some("ok".to_owned()), message: Some("done: 3 of 3".to_owned()) };
    completion::write(folder.path(), &said).unwrap();
    assert_eq!(completion::read(folder.path()).unwrap(), Some(said));
    for content in ["", r#"{"status":"\u0007"}"#, &"a".repeat(10_000)] {
        std::fs::write(completion::path(folder.path()), content).unwrap();
        assert_eq!(completion::read(folder.path()).unwrap(), Some(Completion::default()), "{content}");
    }
    std::fs::remove_file(completion::path(folder.path())).unwrap();
    assert_eq!(completion::read(folder.path()).unwrap(), None);
}

#[cfg(unix)]
#[test]
fn a_completion_that_leads_elsewhere_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, r#"{"message":"secret"}"#).unwrap();
    std::os::unix::fs::symlink(&secret, completion::path(folder.path())).unwrap();
    assert!(completion::read(folder.path()).is_err());
    std::fs::remove_file(completion::path(folder.path())).unwrap();
    std::fs::create_dir(completion::path(folder.path())).unwrap();
    assert!(completion::read(folder.path()).is_err());
}
