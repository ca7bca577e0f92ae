//! Properties over made-up lives of machines.

use proptest::prelude::*;

use super::ends::look_at;
use super::*;
use crate::model::agent::CostLimit;
use crate::monitor::control::completion::Completion;
use crate::monitor::readings::Interruption;
use crate::monitor::rules::Rules;

/// One step of a made-up life: how long after the last one it comes, what it reads, and whether an end would fail.
#[derive(Debug, Clone)]
struct Step {
    after: i64,
    readings: Readings,
    doings: Doings,
    fails: bool,
}

/// What is read of a machine's own doings.
#[derive(Debug, Clone)]
struct Doings {
    rules: Reading<Rules>,
    completion: Reading<Option<Completion>>,
    interruption: Option<i64>,
    hooks: Reading<HooksState>,
    quiet: Option<bool>,
}

fn doings() -> impl Strategy<Value = Doings> {
    let timeout = |seconds| Rules { idle_timeout: Some(Span::from_seconds(seconds)), ..Rules::default() };
    let rules = prop_oneof![
        6 => Just(Reading::Unknown),
        1 => Just(Reading::Known(Rules::default())),
        1 => (60_u64..2000).prop_map(move |seconds| Reading::Known(timeout(seconds))),
    ];
    let completion = prop_oneof![
        4 => Just(Reading::Unknown),
        4 => Just(Reading::Known(None)),
        1 => Just(Reading::Known(Some(Completion::default()))),
    ];
    let hooks = prop_oneof![
        2 => Just(Reading::Known(HooksState::None)),
        2 => Just(Reading::Known(HooksState::Resting)),
        2 => Just(Reading::Known(HooksState::Running)),
        1 => Just(Reading::Unknown),
    ];
    let interruption = prop_oneof![20 => Just(None), 1 => (0_i64..130).prop_map(Some)];
    let quiet = prop_oneof![1 => Just(None), 4 => Just(Some(true)), 1 => Just(Some(false))];
    (rules, completion, interruption, hooks, quiet).prop_map(
        |(rules, completion, interruption, hooks, quiet)| Doings {
            rules,
            completion,
            interruption,
            hooks,
            quiet,
        },
    )
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
    let after = prop_oneof![8 => 0_i64..6, 6 => 50_i64..70, 4 => 0_i64..2000, 1 => -3000_i64..0];
    let step = (after, tag, boot, overdue, any::<bool>(), doings());
    let step = step.prop_map(|(after, deadline_tag, boot, overdue, fails, doings)| {
        let overdue = Reading::Known(Span::from_seconds(overdue));
        let Doings { rules, completion, hooks, .. } = doings.clone();
        let readings = Readings { deadline_tag, boot, overdue, rules, completion, hooks, ..blind() };
        Step { after, readings, doings, fails }
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
    let policy = policy_of(configured);
    let mut memory = Memory::new("lucky-otter");
    let (mut now, mut uptime) = (LAUNCH - 100, 0);
    let mut decisions = Vec::new();
    for step in steps {
        now += step.after;
        uptime += step.after.unsigned_abs();
        let mut readings = step.readings.clone();
        readings.sample = step.doings.quiet.map(|quiet| look_at(quiet, uptime));
        let interruption =
            |in_seconds| Interruption { action: EndAction::Terminate, at: at(now + in_seconds) };
        readings.interruption = Reading::Known(step.doings.interruption.map(interruption));
        let decided = decide(&readings, &policy, &memory, at(now));
        look(&memory, &decided, now);
        memory = decided.memory;
        if step.fails && matches!(decided.decision, Decision::End(..)) {
            memory.end_failed(at(now));
        }
        decisions.push(decided.decision);
        memory = between(memory);
    }
    decisions
}

fn configured() -> impl Strategy<Value = Option<i64>> {
    proptest::option::of(LAUNCH + 1..LAUNCH + 10_000)
}

fn policy_of(configured: Option<i64>) -> Policy {
    let limit = CostLimit {
        usd: "3".parse().expect("money"),
        usd_hour: "1".parse().expect("money"),
        usd_hour_stopped: Some("0.1".parse().expect("money")),
    };
    let rules = Rules { idle_timeout: Some(Span::from_seconds(600)), ..policy().rules };
    Policy { deadline: configured.map(at), cost_limit: Some(limit), rules, ..policy() }
}

proptest! {
    #[test]
    fn no_machine_ends_early(steps in steps(), configured in configured()) {
        live(&steps, configured, |memory| memory, |_, decided, now| {
            if matches!(decided.decision, Decision::End(..) | Decision::Warn(_) | Decision::RunHooks(..)) {
                assert!(now >= LAUNCH, "before the launch");
            }
            let Decision::End(end, _) = decided.decision else { return };
            let memory = &decided.memory;
            let policy = policy_of(configured);
            assert!(end.at <= at(now), "before its time");
            match end.reason {
                EndReason::Deadline => assert!(at(now) >= decided.deadline.expect("a deadline").at),
                EndReason::CostLimit => {
                    let limit = policy.cost_limit.expect("a limit");
                    let spent = memory.spending.expect("what it has cost");
                    let not_yet_counted = limit.usd_hour.per_hour_for(Span::between(spent.until, at(now)));
                    assert!(spent.cost(&limit).plus(not_yet_counted) >= limit.usd, "before its limit");
                }
                EndReason::Complete => assert!(memory.completed.is_some()),
                EndReason::Idle => {
                    let timeout = policy.rules_in_force(memory).idle_timeout.expect("a timeout");
                    assert!(memory.idle.quiet_for() >= timeout, "before the time without work is over");
                    let woke_at = memory.woke_at.unwrap_or(Timestamp::MIN);
                    assert!(at(now) >= later(woke_at, GRACE), "in the grace of a boot");
                }
                EndReason::Interruption => panic!("EC2's own end"),
            }
        });
    }

    #[test]
    fn no_machine_outlives_its_deadline_but_for_one_grace(steps in steps(), configured in configured()) {
        live(&steps, configured, |memory| memory, |_, decided, now| {
            let Some(deadline) = decided.deadline else { return };
            let woke_at = decided.memory.woke_at.filter(|woke_at| *woke_at <= at(now) && deadline.at <= *woke_at);
            let over = woke_at.map_or(deadline.at, |woke_at| later(woke_at, GRACE)) <= at(now);
            if over && now >= LAUNCH {
                assert!(matches!(decided.decision, Decision::End(..) | Decision::AwaitEnd), "{decided:?} at {now}");
                assert_eq!(decided.end.map(|end| end.reason), Some(EndReason::Deadline));
            }
        });
    }

    #[test]
    fn no_end_is_waited_for_longer_than_a_minute(steps in steps(), configured in configured()) {
        live(&steps, configured, |memory| memory, |_, decided, now| {
            let own = decided.end.is_none_or(|end| end.reason != EndReason::Interruption);
            if decided.decision == Decision::AwaitEnd && own {
                let next_at = decided.memory.ending.expect("an end under way").next_at;
                assert!(Span::between(at(now), next_at) <= PATIENCE);
            }
        });
    }

    #[test]
    fn users_are_warned_once_at_each_stage_of_each_end(steps in steps(), configured in configured()) {
        live(&steps, configured, |memory| memory, |before, decided, _| match decided.decision {
            Decision::Warn(end) => {
                let warned = decided.memory.warned.expect("a warning");
                assert!(warned.is_of(&end));
                assert!(before.warned.is_none_or(|before| !before.is_of(&end) || before.stage < warned.stage));
            }
            Decision::TakeBack(_) => assert!(before.warned.is_some() && decided.memory.warned.is_none()),
            _ => assert!(decided.memory.is_copy || before.warned == decided.memory.warned),
        });
    }

    #[test]
    fn hooks_are_run_once_for_an_end_and_never_past_a_deadline(steps in steps(), configured in configured()) {
        live(&steps, configured, |memory| memory, |before, decided, now| match decided.decision {
            Decision::RunHooks(end, limit) => {
                assert!(before.warned.is_some(), "unannounced");
                assert!(limit > Span::default());
                let is_new = |run: HooksRun| run.reason != end.reason || at(now) < run.started_at;
                let woke = decided.memory.woke_at == Some(at(now)) || decided.memory.boot != before.boot;
                assert!(before.hooks.is_none_or(is_new) || woke, "twice");
            }
            Decision::AwaitHooks => {
                let run = decided.memory.hooks.expect("hooks");
                assert!(at(now) < run.over_at);
                assert!(decided.end.is_some_and(|end| end.reason != EndReason::Deadline));
            }
            _ => {}
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
