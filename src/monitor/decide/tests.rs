//! The decision by tables, and by properties over made-up lives of machines. The clock is the test's.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

const LAUNCH: i64 = 100_000;
const DEADLINE: i64 = LAUNCH + 7200;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn policy() -> Policy {
    Policy {
        launched_at: at(LAUNCH),
        deadline: Some(at(DEADLINE)),
        lead: Span::default(),
        warn_before: Span::from_seconds(300),
    }
}

fn boot(id: &str, uptime: u64) -> Reading<Boot> {
    Reading::Known(Boot { id: id.to_owned(), uptime: Span::from_seconds(uptime) })
}

/// A tick in which nothing can be read.
fn blind() -> Readings {
    Readings {
        deadline_tag: Reading::Unknown,
        identity: Reading::Unknown,
        boot: Reading::Unknown,
        overdue: Reading::Unknown,
    }
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
fn a_machine_is_warned_once_and_then_ended() {
    let mut machine = Machine::new();
    for (now, decision) in [
        (LAUNCH, Decision::Wait),
        (DEADLINE - 301, Decision::Wait),
        (DEADLINE - 300, Decision::Warn(at(DEADLINE))),
        (DEADLINE - 295, Decision::Wait),
        (DEADLINE - 1, Decision::Wait),
        (DEADLINE, Decision::End(Effort::Orderly)),
        (DEADLINE + 5, Decision::AwaitEnd),
        (DEADLINE + 59, Decision::AwaitEnd),
        (DEADLINE + 60, Decision::End(Effort::Forced)),
        (DEADLINE + 65, Decision::AwaitEnd),
        (DEADLINE + 120, Decision::End(Effort::Forced)),
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
    assert_eq!(machine.tick(&blind(), LAUNCH + 1_000_000), Decision::NoDeadline);
    assert_eq!(machine.tick(&tagged(LAUNCH + 1_000_001), LAUNCH + 1_000_001), Decision::End(Effort::Orderly));
}

#[test]
fn a_clock_before_the_launch_is_not_believed() {
    let mut machine = Machine::new();
    machine.tick(&tagged(LAUNCH + 5), 0);
    assert_eq!(machine.tick(&tagged(LAUNCH + 5), LAUNCH - 1), Decision::ClockBeforeLaunch);
    assert_eq!(machine.memory.warned, None);
    // What was under way when the clock went wrong goes on when it is right again.
    assert_eq!(machine.tick(&tagged(LAUNCH + 5), LAUNCH + 5), Decision::End(Effort::Orderly));
    assert_eq!(machine.tick(&tagged(LAUNCH + 5), 0), Decision::ClockBeforeLaunch);
    assert_eq!(machine.tick(&tagged(LAUNCH + 5), LAUNCH + 70), Decision::End(Effort::Forced));
}

#[test]
fn a_deadline_that_moves_further_away_takes_the_warning_back() {
    let mut machine = Machine::new();
    assert_eq!(machine.tick(&blind(), DEADLINE - 10), Decision::Warn(at(DEADLINE)));
    let later = tagged(DEADLINE + 3600);
    assert_eq!(machine.tick(&later, DEADLINE - 5), Decision::TakeBack(Some(at(DEADLINE + 3600))));
    assert_eq!(machine.tick(&later, DEADLINE), Decision::Wait);
    assert_eq!(machine.tick(&later, DEADLINE + 3300), Decision::Warn(at(DEADLINE + 3600)));
}

#[test]
fn a_deadline_that_moves_within_the_warning_is_announced_anew() {
    let mut machine = Machine::new();
    assert_eq!(machine.tick(&blind(), DEADLINE - 200), Decision::Warn(at(DEADLINE)));
    for moved in [DEADLINE + 50, DEADLINE - 50] {
        assert_eq!(machine.tick(&tagged(moved), DEADLINE - 195), Decision::Warn(at(moved)));
        assert_eq!(machine.tick(&tagged(moved), DEADLINE - 195), Decision::Wait);
    }
}

#[test]
fn an_end_that_is_under_way_stops_where_the_deadline_moves() {
    let mut machine = Machine::new();
    assert_eq!(machine.tick(&blind(), DEADLINE), Decision::End(Effort::Orderly));
    machine.memory.end_failed(at(DEADLINE));
    assert_eq!(machine.tick(&tagged(DEADLINE + 3600), DEADLINE + 5), Decision::Wait);
    assert_eq!(machine.tick(&blind(), DEADLINE + 3600), Decision::End(Effort::Orderly), "not forced at once");
}

#[test]
fn a_failed_end_is_tried_again_and_forced_after_a_minute() {
    let mut machine = Machine::new();
    let mut tries = Vec::new();
    for now in DEADLINE..DEADLINE + 200 {
        if let Decision::End(effort) = machine.tick(&blind(), now) {
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
    assert_eq!(machine.tick(&booted(20), now), Decision::Warn(at(end)));
    assert_eq!(machine.tick(&booted(25), now + 5), Decision::Wait);
    // Another deadline that is past as well changes nothing; one to come counts.
    let mut past = machine.memory.clone();
    assert_eq!(
        machine.tick(&Readings { boot: boot("two", 30), ..tagged(now - 1) }, now + 10),
        Decision::Wait
    );
    assert_eq!(machine.tick(&booted(619), end - 1), Decision::Wait);
    assert_eq!(machine.tick(&booted(620), end), Decision::End(Effort::Orderly));
    std::mem::swap(&mut machine.memory, &mut past);
    let moved = Readings { boot: boot("two", 30), ..tagged(now + 3600) };
    assert_eq!(machine.tick(&moved, now + 10), Decision::TakeBack(Some(at(now + 3600))));
}

#[test]
fn a_boot_before_the_deadline_or_long_ago_has_none() {
    let mut machine = Machine::new();
    machine.tick(&Readings { boot: boot("one", 10), ..blind() }, DEADLINE - 10);
    assert_eq!(machine.tick(&blind(), DEADLINE), Decision::End(Effort::Orderly));
    let mut late_agent = Machine::new();
    let readings = Readings { boot: boot("one", 601), ..blind() };
    assert_eq!(late_agent.tick(&readings, DEADLINE + 601), Decision::End(Effort::Orderly));
}

#[test]
fn a_resume_after_the_deadline_has_a_grace_also_while_an_end_was_under_way() {
    let mut machine = Machine::new();
    machine.tick(&blind(), DEADLINE);
    let late = |seconds| Readings { overdue: Reading::Known(Span::from_seconds(seconds)), ..blind() };
    assert_eq!(machine.tick(&late(59), DEADLINE + 59), Decision::AwaitEnd, "a busy machine is not asleep");
    let now = DEADLINE + 50_000;
    assert_eq!(machine.tick(&late(49_941), now), Decision::Warn(at(now + 600)));
    assert_eq!(machine.tick(&late(0), now + 600), Decision::End(Effort::Orderly));
}

#[test]
fn a_grace_begun_by_a_wrong_clock_is_forgotten() {
    let mut machine = Machine::new();
    let readings = Readings { boot: boot("one", 5), ..blind() };
    assert_eq!(machine.tick(&readings, DEADLINE * 1000), Decision::Warn(at(DEADLINE * 1000 + 600)));
    machine.tick(&readings, LAUNCH + 60);
    assert_eq!(machine.tick(&readings, DEADLINE), Decision::End(Effort::Orderly));
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
    assert_eq!(machine.tick(&is("i-2"), DEADLINE), Decision::NoDeadline);
}

#[test]
fn the_configuration_of_a_machine_does_not_end_a_copy_of_it() {
    let is = |id: &str| {
        let identity = Identity { instance_id: id.to_owned(), region: "eu-north-1".to_owned() };
        Readings { identity: Reading::Known(identity), ..blind() }
    };
    let mut machine = Machine::new();
    machine.tick(&is("i-1"), DEADLINE - 10);
    assert_eq!(machine.tick(&is("i-2"), DEADLINE + 3600), Decision::NoDeadline);
    assert_eq!(machine.tick(&blind(), DEADLINE + 7200), Decision::NoDeadline, "it stays a copy");
    let tagged = Readings { deadline_tag: tagged(DEADLINE + 7300).deadline_tag, ..is("i-2") };
    assert_eq!(machine.tick(&tagged, DEADLINE + 7300), Decision::End(Effort::Orderly));
}

#[test]
fn a_deadline_at_the_end_of_time_overflows_nothing() {
    let mut machine = Machine::without_deadline();
    let readings = Readings { deadline_tag: Reading::Known(Some(Timestamp::MAX)), ..blind() };
    assert_eq!(machine.tick(&readings, LAUNCH), Decision::Wait);
    let decided = decide(&readings, &machine.policy, &machine.memory, Timestamp::MAX);
    assert_eq!(decided.decision, Decision::End(Effort::Orderly));
}

#[test]
fn the_next_tick_is_when_there_is_something_to_do() {
    let mut machine = Machine::new();
    let most = Span::from_seconds(5);
    for (now, milliseconds) in [(DEADLINE - 400, 5000), (DEADLINE - 302, 2000), (DEADLINE - 1, 1000)] {
        let wait = machine.decided(&blind(), now).wait(at(now), most);
        assert_eq!(wait.as_millis(), milliseconds);
    }
    let ending = machine.decided(&blind(), DEADLINE);
    let waits = [DEADLINE, DEADLINE + 59, DEADLINE + 90].map(|now| ending.wait(at(now), most).as_secs());
    assert_eq!(waits, [5, 1, 0]);
}

/// One step of a made-up life: how long after the last one it comes, what it reads, and whether an end would fail.
#[derive(Debug, Clone)]
struct Step {
    after: i64,
    readings: Readings,
    fails: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let tag = prop_oneof![
        4 => Just(Reading::Unknown),
        1 => Just(Reading::Known(None)),
        2 => (LAUNCH + 1..LAUNCH + 20_000).prop_map(|second| Reading::Known(Some(at(second)))),
    ];
    let boot = prop_oneof![
        8 => Just(boot("one", 5000)),
        1 => Just(boot("two", 20)),
        1 => Just(Reading::Unknown),
    ];
    let overdue = prop_oneof![8 => Just(0_u64), 1 => 60_u64..5000];
    // Now and then the clock is set back.
    let after = prop_oneof![8 => 0_i64..6, 4 => 0_i64..2000, 1 => -3000_i64..0];
    let step =
        (after, tag, boot, overdue, any::<bool>()).prop_map(|(after, deadline_tag, boot, overdue, fails)| {
            let overdue = Reading::Known(Span::from_seconds(overdue));
            Step { after, readings: Readings { deadline_tag, boot, overdue, ..blind() }, fails }
        });
    proptest::collection::vec(step, 1..120)
}

/// Lives through the steps; `between` is what happens to the memory from one tick to the next.
fn live(
    steps: &[Step],
    configured: Option<i64>,
    between: impl Fn(Memory) -> Memory,
    mut look: impl FnMut(&Memory, &Decided, i64),
) -> Vec<Decision> {
    let policy = Policy { deadline: configured.map(at), ..policy() };
    let mut memory = Memory::new("lucky-otter");
    let mut now = LAUNCH - 100;
    let mut decisions = Vec::new();
    for step in steps {
        now += step.after;
        let decided = decide(&step.readings, &policy, &memory, at(now));
        look(&memory, &decided, now);
        decisions.push(decided.decision);
        memory = decided.memory;
        if step.fails && matches!(decided.decision, Decision::End(_)) {
            memory.end_failed(at(now));
        }
        memory = between(memory);
    }
    decisions
}

fn configured() -> impl Strategy<Value = Option<i64>> {
    proptest::option::of(LAUNCH + 1..LAUNCH + 10_000)
}

proptest! {
    #[test]
    fn no_machine_ends_early(steps in steps(), configured in configured()) {
        live(&steps, configured, |memory| memory, |_, decided, now| {
            if matches!(decided.decision, Decision::End(_) | Decision::Warn(_)) {
                assert!(now >= LAUNCH, "before the launch");
            }
            if matches!(decided.decision, Decision::End(_)) {
                assert!(at(now) >= decided.deadline.expect("a deadline").at, "before the deadline");
            }
        });
    }

    #[test]
    fn no_machine_outlives_its_deadline_but_for_one_grace(steps in steps(), configured in configured()) {
        live(&steps, configured, |memory| memory, |_, decided, now| {
            let Some(deadline) = decided.deadline else { return };
            let ends = matches!(decided.decision, Decision::End(_) | Decision::AwaitEnd);
            let woke_at = decided.memory.woke_at.filter(|woke_at| *woke_at <= at(now) && deadline.at <= *woke_at);
            let over = woke_at.map_or(deadline.at, |woke_at| later(woke_at, GRACE)) <= at(now);
            assert_eq!(ends, over && now >= LAUNCH, "{decided:?} at {now}");
        });
    }

    #[test]
    fn no_end_is_waited_for_longer_than_a_minute(steps in steps(), configured in configured()) {
        live(&steps, configured, |memory| memory, |_, decided, now| {
            if decided.decision == Decision::AwaitEnd {
                let next_at = decided.memory.ending.expect("an end under way").next_at;
                assert!(Span::between(at(now), next_at) <= PATIENCE);
            }
        });
    }

    #[test]
    fn users_are_warned_once_of_each_end(steps in steps(), configured in configured()) {
        live(&steps, configured, |memory| memory, |before, decided, _| match decided.decision {
            Decision::Warn(end) => {
                assert_ne!(before.warned, Some(end));
                assert_eq!(decided.memory.warned, Some(end));
            }
            Decision::TakeBack(_) => assert!(before.warned.is_some() && decided.memory.warned.is_none()),
            _ => assert_eq!(before.warned, decided.memory.warned),
        });
    }

    #[test]
    fn a_restart_changes_nothing(steps in steps(), configured in configured()) {
        let restart = |memory: Memory| {
            let kept = serde_json::to_vec(&memory).expect("a memory that can be kept");
            serde_json::from_slice(&kept).expect("the memory that was kept")
        };
        let uninterrupted = live(&steps, configured, |memory| memory, |_, _, _| {});
        prop_assert_eq!(uninterrupted, live(&steps, configured, restart, |_, _, _| {}));
    }

    #[test]
    fn what_can_not_be_read_changes_nothing(deadline in LAUNCH + 1..LAUNCH + 20_000, now in LAUNCH..LAUNCH + 20_000) {
        let mut read = Machine::new();
        read.tick(&tagged(deadline), LAUNCH);
        let mut unread = Machine { memory: read.memory.clone(), ..Machine::new() };
        prop_assert_eq!(read.tick(&tagged(deadline), now), unread.tick(&blind(), now));
    }
}
