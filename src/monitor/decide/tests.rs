//! The decision by tables, and by properties over made-up lives of machines. The clock is the test's.

use jiff::Timestamp;

use super::*;
use crate::model::EndAction;
use crate::model::agent::AgentConfiguration;
use crate::monitor::policy::GRACE;
use crate::monitor::readings::{Boot, Identity};

mod ends;
mod properties;

const LAUNCH: i64 = 100_000;
const DEADLINE: i64 = LAUNCH + 7200;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn policy() -> Policy {
    Policy::from(&AgentConfiguration::for_machine("lucky-otter", at(LAUNCH), Some(at(DEADLINE))))
}

/// The end at a deadline.
fn end_at(second: i64) -> End {
    End { reason: EndReason::Deadline, at: at(second), action: EndAction::Terminate }
}

fn ends_at(second: i64) -> Decision {
    Decision::End(end_at(second), Effort::Orderly)
}

fn forced(second: i64) -> Decision {
    Decision::End(end_at(second), Effort::Forced)
}

fn boot(id: &str, uptime: u64) -> Reading<Boot> {
    Reading::Known(Boot { id: id.to_owned(), uptime: Span::from_seconds(uptime) })
}

/// A tick in which nothing can be read.
fn blind() -> Readings {
    Readings::none()
}

fn tagged(deadline: i64) -> Readings {
    Readings { deadline_tag: Reading::Known(Some(at(deadline))), ..blind() }
}

/// A machine whose ticks share a memory.
struct Machine {
    policy: Policy,
    memory: Memory,
}

impl Machine {
    fn new() -> Self {
        Self { policy: policy(), memory: Memory::new("lucky-otter") }
    }

    fn without_deadline() -> Self {
        Self { policy: Policy { deadline: None, ..policy() }, ..Self::new() }
    }

    fn decided(&mut self, readings: &Readings, now: i64) -> Decided {
        let decided = decide(readings, &self.policy, &self.memory, at(now));
        self.memory = decided.memory.clone();
        decided
    }

    fn tick(&mut self, readings: &Readings, now: i64) -> Decision {
        self.decided(readings, now).decision
    }
}

#[test]
fn a_machine_is_warned_twice_and_then_ended() {
    let mut machine = Machine::new();
    for (now, decision) in [
        (LAUNCH, Decision::Wait),
        (DEADLINE - 301, Decision::Wait),
        (DEADLINE - 300, Decision::Warn(end_at(DEADLINE))),
        (DEADLINE - 295, Decision::Wait),
        (DEADLINE - 61, Decision::Wait),
        (DEADLINE - 60, Decision::Warn(end_at(DEADLINE))),
        (DEADLINE - 1, Decision::Wait),
        (DEADLINE, ends_at(DEADLINE)),
        (DEADLINE + 5, Decision::AwaitEnd),
        (DEADLINE + 59, Decision::AwaitEnd),
        (DEADLINE + 60, forced(DEADLINE)),
        (DEADLINE + 65, Decision::AwaitEnd),
        (DEADLINE + 120, forced(DEADLINE)),
    ] {
        assert_eq!(machine.tick(&blind(), now), decision, "at {}", now - DEADLINE);
    }
}

#[test]
fn the_tag_is_asked_first_then_the_memory_then_the_configuration() {
    let mut machine = Machine::new();
    let mut holds = |readings: &Readings| machine.decided(readings, LAUNCH).deadline.unwrap();
    let gone = Readings { deadline_tag: Reading::Known(None), ..blind() };
    for (readings, second, source) in [
        (blind(), DEADLINE, DeadlineSource::Configuration),
        (gone.clone(), DEADLINE, DeadlineSource::Configuration),
        (tagged(DEADLINE + 10), DEADLINE + 10, DeadlineSource::Tag),
        (blind(), DEADLINE + 10, DeadlineSource::Memory),
        (gone, DEADLINE + 10, DeadlineSource::Memory),
        (tagged(DEADLINE - 10), DEADLINE - 10, DeadlineSource::Tag),
        (blind(), DEADLINE - 10, DeadlineSource::Memory),
    ] {
        assert_eq!(holds(&readings), Deadline { at: at(second), source });
    }
}

#[test]
fn without_a_deadline_nothing_is_ended_until_a_tag_tells_one() {
    let mut machine = Machine::without_deadline();
    assert_eq!(machine.tick(&blind(), LAUNCH + 1_000_000), Decision::NoEnd);
    assert_eq!(machine.tick(&tagged(LAUNCH + 1_000_001), LAUNCH + 1_000_001), ends_at(LAUNCH + 1_000_001));
}

#[test]
fn a_clock_before_the_launch_is_not_believed() {
    let mut machine = Machine::new();
    machine.tick(&tagged(LAUNCH + 5), 0);
    assert_eq!(machine.tick(&tagged(LAUNCH + 5), LAUNCH - 1), Decision::ClockBeforeLaunch);
    assert_eq!(machine.memory.warned, None);
    // What was under way when the clock went wrong goes on when it is right again.
    assert_eq!(machine.tick(&tagged(LAUNCH + 5), LAUNCH + 5), ends_at(LAUNCH + 5));
    assert_eq!(machine.tick(&tagged(LAUNCH + 5), 0), Decision::ClockBeforeLaunch);
    assert_eq!(machine.tick(&tagged(LAUNCH + 5), LAUNCH + 70), forced(LAUNCH + 5));
}

#[test]
fn a_deadline_that_moves_further_away_takes_the_warning_back() {
    let mut machine = Machine::new();
    assert_eq!(machine.tick(&blind(), DEADLINE - 10), Decision::Warn(end_at(DEADLINE)));
    let later = tagged(DEADLINE + 3600);
    assert_eq!(machine.tick(&later, DEADLINE - 5), Decision::TakeBack(Some(end_at(DEADLINE + 3600))));
    assert_eq!(machine.tick(&later, DEADLINE), Decision::Wait);
    assert_eq!(machine.tick(&later, DEADLINE + 3300), Decision::Warn(end_at(DEADLINE + 3600)));
}

#[test]
fn a_deadline_that_moves_within_the_warning_is_announced_anew() {
    let mut machine = Machine::new();
    assert_eq!(machine.tick(&blind(), DEADLINE - 200), Decision::Warn(end_at(DEADLINE)));
    for moved in [DEADLINE + 50, DEADLINE - 50] {
        assert_eq!(machine.tick(&tagged(moved), DEADLINE - 195), Decision::Warn(end_at(moved)));
        assert_eq!(machine.tick(&tagged(moved), DEADLINE - 195), Decision::Wait);
    }
}

#[test]
fn an_end_that_is_under_way_stops_where_the_deadline_moves() {
    let mut machine = Machine::new();
    assert_eq!(machine.tick(&blind(), DEADLINE), ends_at(DEADLINE));
    machine.memory.end_failed(at(DEADLINE));
    assert_eq!(machine.tick(&tagged(DEADLINE + 3600), DEADLINE + 5), Decision::Wait);
    assert_eq!(machine.tick(&blind(), DEADLINE + 3600), ends_at(DEADLINE + 3600), "not forced at once");
}

#[test]
fn a_failed_end_is_tried_again_and_forced_after_a_minute() {
    let mut machine = Machine::new();
    let mut tries = Vec::new();
    for now in DEADLINE..DEADLINE + 200 {
        if let Decision::End(_, effort) = machine.tick(&blind(), now) {
            machine.memory.end_failed(at(now));
            tries.push((now - DEADLINE, effort == Effort::Forced));
        }
    }
    assert_eq!(
        tries,
        [(0, false), (5, false), (15, false), (35, false), (60, true), (120, true), (180, true)]
    );
}

#[test]
fn a_boot_after_the_deadline_has_a_grace_that_is_announced() {
    let mut machine = Machine::new();
    let booted = |uptime| Readings { boot: boot("two", uptime), ..blind() };
    machine.memory.boot = Some("one".to_owned());
    let (now, end) = (DEADLINE + 9000, DEADLINE + 9600);
    assert_eq!(machine.tick(&booted(20), now), Decision::Warn(end_at(end)));
    assert_eq!(machine.tick(&booted(25), now + 5), Decision::Wait);
    // Another deadline that is past as well changes nothing; one to come counts.
    let mut past = machine.memory.clone();
    assert_eq!(
        machine.tick(&Readings { boot: boot("two", 30), ..tagged(now - 1) }, now + 10),
        Decision::Wait
    );
    assert_eq!(machine.tick(&booted(560), end - 60), Decision::Warn(end_at(end)));
    assert_eq!(machine.tick(&booted(619), end - 1), Decision::Wait);
    assert_eq!(machine.tick(&booted(620), end), ends_at(end));
    std::mem::swap(&mut machine.memory, &mut past);
    let moved = Readings { boot: boot("two", 30), ..tagged(now + 3600) };
    assert_eq!(machine.tick(&moved, now + 10), Decision::TakeBack(Some(end_at(now + 3600))));
}

#[test]
fn a_boot_before_the_deadline_or_long_ago_has_none() {
    let mut machine = Machine::new();
    machine.tick(&Readings { boot: boot("one", 10), ..blind() }, DEADLINE - 10);
    assert_eq!(machine.tick(&blind(), DEADLINE), ends_at(DEADLINE));
    let mut late_agent = Machine::new();
    let readings = Readings { boot: boot("one", 601), ..blind() };
    assert_eq!(late_agent.tick(&readings, DEADLINE + 601), ends_at(DEADLINE));
}

#[test]
fn a_resume_after_the_deadline_has_a_grace_also_while_an_end_was_under_way() {
    let mut machine = Machine::new();
    machine.tick(&blind(), DEADLINE);
    let late = |seconds| Readings { overdue: Reading::Known(Span::from_seconds(seconds)), ..blind() };
    assert_eq!(machine.tick(&late(59), DEADLINE + 59), Decision::AwaitEnd, "a busy machine is not asleep");
    let now = DEADLINE + 50_000;
    assert_eq!(machine.tick(&late(49_941), now), Decision::Warn(end_at(now + 600)));
    assert_eq!(machine.tick(&late(0), now + 600), ends_at(now + 600));
}

#[test]
fn a_grace_begun_by_a_wrong_clock_is_forgotten() {
    let mut machine = Machine::new();
    let readings = Readings { boot: boot("one", 5), ..blind() };
    assert_eq!(machine.tick(&readings, DEADLINE * 1000), Decision::Warn(end_at(DEADLINE * 1000 + 600)));
    machine.tick(&readings, LAUNCH + 60);
    assert_eq!(machine.tick(&readings, DEADLINE), ends_at(DEADLINE));
}

#[test]
fn what_a_machine_remembers_does_not_count_for_a_copy_of_it() {
    let is = |id: &str| {
        let identity = Identity { instance_id: id.to_owned(), region: "eu-north-1".to_owned() };
        Readings { identity: Reading::Known(identity), ..blind() }
    };
    let mut machine = Machine::without_deadline();
    machine.tick(&Readings { deadline_tag: tagged(DEADLINE).deadline_tag, ..is("i-1") }, DEADLINE - 10);
    assert_eq!(machine.tick(&is("i-1"), DEADLINE - 5), Decision::Wait);
    assert_eq!(machine.tick(&is("i-2"), DEADLINE), Decision::NoEnd);
}

#[test]
fn the_configuration_of_a_machine_does_not_end_a_copy_of_it() {
    let is = |id: &str| {
        let identity = Identity { instance_id: id.to_owned(), region: "eu-north-1".to_owned() };
        Readings { identity: Reading::Known(identity), ..blind() }
    };
    let mut machine = Machine::new();
    machine.tick(&is("i-1"), DEADLINE - 10);
    assert_eq!(machine.tick(&is("i-2"), DEADLINE + 3600), Decision::NoEnd);
    assert_eq!(machine.tick(&blind(), DEADLINE + 7200), Decision::NoEnd, "it stays a copy");
    let tagged = Readings { deadline_tag: tagged(DEADLINE + 7300).deadline_tag, ..is("i-2") };
    assert_eq!(machine.tick(&tagged, DEADLINE + 7300), ends_at(DEADLINE + 7300));
}

#[test]
fn a_deadline_at_the_end_of_time_overflows_nothing() {
    let mut machine = Machine::without_deadline();
    let readings = Readings { deadline_tag: Reading::Known(Some(Timestamp::MAX)), ..blind() };
    assert_eq!(machine.tick(&readings, LAUNCH), Decision::Wait);
    let decided = decide(&readings, &machine.policy, &machine.memory, Timestamp::MAX);
    assert!(matches!(decided.decision, Decision::End(_, Effort::Orderly)));
}

#[test]
fn the_next_tick_is_when_there_is_something_to_do() {
    let mut machine = Machine::new();
    let most = Span::from_seconds(5);
    // Once users are warned there may be more to do at once.
    let looks = [(DEADLINE - 400, 5000), (DEADLINE - 302, 2000), (DEADLINE - 1, 0), (DEADLINE - 1, 1000)];
    for (now, milliseconds) in looks {
        let wait = machine.decided(&blind(), now).wait(at(now), most);
        assert_eq!(wait.as_millis(), milliseconds);
    }
    let ending = machine.decided(&blind(), DEADLINE);
    let waits = [DEADLINE, DEADLINE + 59, DEADLINE + 90].map(|now| ending.wait(at(now), most).as_secs());
    assert_eq!(waits, [5, 1, 0]);
}
