//! The ends besides the deadline, by tables: no work, work that is complete, a limit of cost, EC2's notices.

use std::collections::BTreeMap;

use super::*;
use crate::model::agent::CostLimit;
use crate::monitor::control::completion::Completion;
use crate::monitor::idle::{self, Sample};
use crate::monitor::readings::{Interruption, Maintenance};
use crate::monitor::rules::Rules;

/// Far away from all that happens here.
const FAR: i64 = LAUNCH + 1_000_000;

/// A look at a machine that has nothing to do, or has.
pub(super) fn look_at(quiet: bool, uptime: u64) -> Sample {
    let at_work = BTreeMap::from([("train".to_owned(), 1)]);
    let processes = idle::Reading::Known(if quiet { BTreeMap::new() } else { at_work });
    Sample { processes, ..idle::tests::sample(uptime) }
}

fn idle_after(seconds: u64) -> Machine {
    let rules = Rules { idle_timeout: Some(Span::from_seconds(seconds)), ..policy().rules };
    Machine { policy: Policy { deadline: Some(at(FAR)), rules, ..policy() }, ..Machine::new() }
}

fn end_of(reason: EndReason, second: i64) -> End {
    End { reason, at: at(second), action: EndAction::Terminate }
}

fn orderly(reason: EndReason, second: i64) -> Decision {
    Decision::End(end_of(reason, second), Effort::Orderly)
}

impl Machine {
    /// Looks at the machine every minute, from one instant to another; the decisions that are more than waiting.
    fn minutes(&mut self, quiet: bool, from: i64, to: i64) -> Vec<(i64, Decision)> {
        let mut told = Vec::new();
        for now in (from..=to).step_by(60) {
            let uptime = u64::try_from(now - LAUNCH).unwrap();
            let readings = Readings { sample: Some(look_at(quiet, uptime)), ..blind() };
            let decision = self.tick(&readings, now);
            if decision != Decision::Wait {
                told.push((now, decision));
            }
        }
        told
    }
}

#[test]
fn a_machine_without_work_is_warned_of_and_ended() {
    let mut machine = idle_after(1800);
    let (first, end) = (LAUNCH, LAUNCH + 1800);
    assert_eq!(
        machine.minutes(true, first, end),
        [
            (end - 300, Decision::Warn(end_of(EndReason::Idle, end))),
            (end - 60, Decision::Warn(end_of(EndReason::Idle, end))),
            (end, orderly(EndReason::Idle, end)),
        ]
    );
}

#[test]
fn work_takes_the_warning_back_and_starts_a_new_window() {
    let mut machine = idle_after(1800);
    machine.minutes(true, LAUNCH, LAUNCH + 1560);
    let busy = machine.minutes(false, LAUNCH + 1620, LAUNCH + 1620);
    assert_eq!(busy, [(LAUNCH + 1620, Decision::TakeBack(Some(end_at(FAR))))]);
    let end = LAUNCH + 1620 + 1800;
    let told = machine.minutes(true, LAUNCH + 1680, end);
    assert_eq!(told.last(), Some(&(end, orderly(EndReason::Idle, end))));
}

#[test]
fn without_a_look_nothing_is_idle() {
    let mut machine = idle_after(600);
    machine.minutes(true, LAUNCH, LAUNCH + 540);
    assert_eq!(machine.tick(&blind(), LAUNCH + 2000), Decision::Wait, "nobody has looked since");
}

#[test]
fn a_boot_and_a_change_of_the_rules_leave_ten_minutes() {
    let mut machine = idle_after(120);
    let booted = Readings { boot: boot("one", 5), ..blind() };
    machine.tick(&booted, LAUNCH);
    let told = machine.minutes(true, LAUNCH, LAUNCH + 600);
    assert_eq!(told.last(), Some(&(LAUNCH + 600, orderly(EndReason::Idle, LAUNCH + 600))));

    let mut machine = idle_after(36_000);
    machine.minutes(true, LAUNCH, LAUNCH + 3600);
    let sooner = Rules { idle_timeout: Some(Span::from_seconds(1800)), ..Rules::default() };
    machine.tick(&Readings { rules: Reading::Known(sooner), ..blind() }, LAUNCH + 3630);
    let told = machine.minutes(true, LAUNCH + 3660, LAUNCH + 4260);
    let end = end_of(EndReason::Idle, LAUNCH + 4230);
    assert_eq!(told.first(), Some(&(LAUNCH + 3960, Decision::Warn(end))));
    assert_eq!(told.last(), Some(&(LAUNCH + 4260, Decision::End(end, Effort::Orderly))));
}

#[test]
fn a_pause_keeps_a_machine_without_work_and_one_that_is_complete_but_not_past_its_deadline() {
    let mut machine = idle_after(600);
    machine.memory.paused_until = Some(at(LAUNCH + 3600));
    let told = machine.minutes(true, LAUNCH, LAUNCH + 3600);
    assert_eq!(told.last(), Some(&(LAUNCH + 3600, orderly(EndReason::Idle, LAUNCH + 3600))));

    let mut machine = Machine::new();
    machine.memory.paused_until = Some(at(DEADLINE + 3600));
    let complete = Readings { completion: Reading::Known(Some(Completion::default())), ..blind() };
    machine.tick(&complete, DEADLINE - 4000);
    assert_eq!(machine.tick(&complete, DEADLINE), ends_at(DEADLINE));
}

#[test]
fn work_that_is_complete_ends_the_machine_unless_that_is_taken_back() {
    let mut machine = Machine::new();
    let said =
        |completion: Option<Completion>| Readings { completion: Reading::Known(completion), ..blind() };
    let complete = said(Some(Completion::default()));
    let end = end_of(EndReason::Complete, LAUNCH + 30);
    assert_eq!(machine.tick(&complete, LAUNCH), Decision::Warn(end));
    assert_eq!(machine.tick(&said(None), LAUNCH + 5), Decision::TakeBack(Some(end_at(DEADLINE))));
    assert_eq!(
        machine.tick(&complete, LAUNCH + 60),
        Decision::Warn(end_of(EndReason::Complete, LAUNCH + 90))
    );
    assert_eq!(machine.tick(&blind(), LAUNCH + 89), Decision::Wait);
    assert_eq!(machine.tick(&blind(), LAUNCH + 90), orderly(EndReason::Complete, LAUNCH + 90));
}

#[test]
fn a_machine_that_was_complete_before_it_slept_can_be_kept_for_ten_minutes() {
    let mut machine = Machine::new();
    let complete = Readings { completion: Reading::Known(Some(Completion::default())), ..blind() };
    machine.tick(&complete, LAUNCH);
    assert_eq!(machine.tick(&complete, LAUNCH + 30), orderly(EndReason::Complete, LAUNCH + 30));
    // It hibernates, and with it the file that says so.
    let resumed = LAUNCH + 3600;
    let after = Readings { overdue: Reading::Known(Span::from_seconds(3570)), ..complete.clone() };
    let end = end_of(EndReason::Complete, resumed + 600);
    assert_eq!(machine.tick(&after, resumed), Decision::Warn(end));
    let mut kept = Machine { memory: machine.memory.clone(), ..Machine::new() };
    let gone = Readings { completion: Reading::Known(None), ..blind() };
    assert_eq!(kept.tick(&gone, resumed + 5), Decision::TakeBack(Some(end_at(DEADLINE))));
    assert_eq!(machine.tick(&complete, resumed + 599), Decision::Warn(end), "a minute before");
    assert_eq!(machine.tick(&complete, resumed + 600), orderly(EndReason::Complete, resumed + 600));
}

#[test]
fn a_machine_ends_when_it_has_cost_its_limit_across_restarts() {
    let limit = CostLimit {
        usd: "1.50".parse().unwrap(),
        usd_hour: "1".parse().unwrap(),
        usd_hour_stopped: Some("0.10".parse().unwrap()),
    };
    let policy = Policy { deadline: Some(at(FAR)), cost_limit: Some(limit), ..policy() };
    let mut machine = Machine { policy, ..Machine::new() };
    let up = |id: &str, uptime| Readings { boot: boot(id, uptime), ..blind() };
    machine.tick(&up("one", 10), LAUNCH + 10);
    assert_eq!(machine.tick(&up("one", 3600), LAUNCH + 3600), Decision::Wait);
    // Off for an hour: a tenth of a dollar. So 0.40 is left, 24 minutes.
    assert_eq!(machine.tick(&up("two", 0), LAUNCH + 7200), Decision::Wait);
    let end = LAUNCH + 7200 + 24 * 60;
    let warning = Decision::Warn(end_of(EndReason::CostLimit, end));
    assert_eq!(machine.tick(&up("two", 1140), end - 300), warning);
    assert_eq!(machine.tick(&blind(), end), orderly(EndReason::CostLimit, end));
    // Whoever starts such a machine again has ten minutes.
    let again = end + 50_000;
    let graced = end_of(EndReason::CostLimit, again + 600);
    assert_eq!(machine.tick(&up("three", 5), again), Decision::Warn(graced));
}

#[test]
fn a_spot_notice_is_announced_at_once_and_the_end_left_to_ec2() {
    let mut machine = Machine::new();
    let end = end_of(EndReason::Interruption, LAUNCH + 120);
    let notice = Interruption { action: EndAction::Terminate, at: end.at };
    let noticed = |hooks| Readings { interruption: Reading::Known(Some(notice)), hooks, ..blind() };
    let (resting, running) = (Reading::Known(HooksState::Resting), Reading::Known(HooksState::Running));
    assert_eq!(machine.tick(&noticed(resting), LAUNCH), Decision::Warn(end));
    assert_eq!(machine.tick(&noticed(resting), LAUNCH), Decision::RunHooks(end, Span::from_seconds(115)));
    assert_eq!(machine.tick(&noticed(running), LAUNCH + 5), Decision::Wait);
    assert_eq!(machine.tick(&noticed(resting), LAUNCH + 50), Decision::Wait, "once");
    assert_eq!(machine.tick(&blind(), LAUNCH + 60), Decision::Warn(end), "the last warning");
    assert_eq!(machine.tick(&blind(), LAUNCH + 120), Decision::AwaitEnd);
    // Withdrawn, or long past: the machine goes on.
    let withdrawn = Readings { interruption: Reading::Known(None), ..blind() };
    assert_eq!(machine.tick(&withdrawn, LAUNCH + 130), Decision::TakeBack(Some(end_at(DEADLINE))));
}

#[test]
fn hooks_are_run_before_the_end_and_waited_for_no_longer_than_their_limit() {
    let with = |hooks, sample| Readings { hooks: Reading::Known(hooks), sample, ..blind() };
    let mut machine = idle_after(600);
    machine.minutes(true, LAUNCH, LAUNCH + 540);
    let end = end_of(EndReason::Idle, LAUNCH + 600);
    let due = with(HooksState::Resting, Some(look_at(true, 600)));
    assert_eq!(machine.tick(&due, LAUNCH + 600), Decision::RunHooks(end, Span::from_seconds(120)));
    let mut slow = Machine { policy: machine.policy.clone(), memory: machine.memory.clone() };
    assert_eq!(machine.tick(&with(HooksState::Running, None), LAUNCH + 605), Decision::AwaitHooks);
    assert_eq!(
        machine.tick(&with(HooksState::Resting, None), LAUNCH + 610),
        Decision::End(end, Effort::Orderly)
    );
    assert_eq!(slow.tick(&with(HooksState::Running, None), LAUNCH + 719), Decision::AwaitHooks);
    assert_eq!(
        slow.tick(&with(HooksState::Running, None), LAUNCH + 720),
        Decision::End(end, Effort::Orderly)
    );
}

#[test]
fn hooks_wait_for_the_look_that_confirms_that_there_is_no_work() {
    let with = |sample| Readings { hooks: Reading::Known(HooksState::Resting), sample, ..blind() };
    let mut machine = idle_after(590);
    machine.minutes(true, LAUNCH, LAUNCH + 540);
    assert_eq!(machine.tick(&with(None), LAUNCH + 595), Decision::Wait, "it is time, and nobody has looked");
    let busy = machine.tick(&with(Some(look_at(false, 600))), LAUNCH + 600);
    assert_eq!(busy, Decision::TakeBack(Some(end_at(FAR))));
}

#[test]
fn hooks_are_run_before_the_deadline_which_waits_for_none() {
    let with = |hooks| Readings { hooks: Reading::Known(hooks), ..blind() };
    let mut machine = Machine::new();
    let resting = with(HooksState::Resting);
    assert_eq!(machine.tick(&resting, DEADLINE - 300), Decision::Warn(end_at(DEADLINE)));
    let run = Decision::RunHooks(end_at(DEADLINE), Span::from_seconds(120));
    assert_eq!(machine.tick(&resting, DEADLINE - 120), run);
    assert_eq!(machine.tick(&with(HooksState::Running), DEADLINE - 60), Decision::Warn(end_at(DEADLINE)));
    assert_eq!(machine.tick(&with(HooksState::Running), DEADLINE), ends_at(DEADLINE));
    let mut extended = Machine { policy: machine.policy.clone(), memory: machine.memory.clone() };
    extended.tick(&tagged(DEADLINE + 7200), DEADLINE - 50);
    assert_eq!(extended.memory.hooks, None, "another deadline has its own");
}

#[test]
fn a_stop_that_fails_for_hours_does_not_outlive_the_deadline() {
    let mut machine = idle_after(600);
    machine.policy.deadline = Some(at(DEADLINE));
    machine.policy.rules.on_idle = Some(EndAction::Stop);
    machine.minutes(true, LAUNCH, LAUNCH + 600);
    for now in (LAUNCH + 605..DEADLINE).step_by(5) {
        let decision = machine.tick(&blind(), now);
        if let Decision::End(end, _) = decision {
            assert_eq!((end.reason, end.action), (EndReason::Idle, EndAction::Stop));
            machine.memory.end_failed(at(now));
        }
    }
    assert_eq!(machine.tick(&blind(), DEADLINE), ends_at(DEADLINE));
}

#[test]
fn what_ec2_plans_is_told_once_also_after_a_restart() {
    let mut machine = Machine::new();
    let event = Maintenance {
        id: "instance-event-1".to_owned(),
        code: "instance-stop".to_owned(),
        description: "The instance is running on degraded hardware".to_owned(),
        not_before: Some(at(DEADLINE)),
    };
    let planned = Readings {
        rebalance: Reading::Known(Some(at(LAUNCH))),
        maintenance: Reading::Known(vec![event.clone()]),
        ..blind()
    };
    let rebalance = Decision::Tell(Notice::Rebalance { since: at(LAUNCH) });
    assert_eq!(machine.tick(&planned, LAUNCH), rebalance);
    assert_eq!(machine.tick(&planned, LAUNCH), Decision::Tell(Notice::Maintenance(event.clone())));
    assert_eq!(machine.tick(&planned, LAUNCH + 5), Decision::Wait);
    let moved = Maintenance { not_before: Some(at(DEADLINE + 60)), ..event };
    let again = Readings { maintenance: Reading::Known(vec![moved.clone()]), ..blind() };
    assert_eq!(machine.tick(&again, LAUNCH + 60), Decision::Tell(Notice::Maintenance(moved)));
}

#[test]
fn a_deadline_that_was_set_on_the_machine_holds_until_the_tag_is_changed() {
    let mut machine = Machine::new();
    machine.tick(&tagged(DEADLINE), LAUNCH);
    machine.memory.extended = Some(at(DEADLINE + 3600));
    let decided = machine.decided(&tagged(DEADLINE), LAUNCH + 60);
    let expected = Deadline { at: at(DEADLINE + 3600), source: DeadlineSource::Machine };
    assert_eq!(decided.deadline, Some(expected));
    let decided = machine.decided(&tagged(DEADLINE + 60), LAUNCH + 120);
    assert_eq!(decided.deadline.map(|deadline| deadline.at), Some(at(DEADLINE + 60)));
}

#[test]
fn what_is_remembered_does_not_grow_in_a_day_of_ticks() {
    let mut machine = idle_after(7200);
    machine.policy.cost_limit = Some(CostLimit {
        usd: "1000".parse().unwrap(),
        usd_hour: "1".parse().unwrap(),
        usd_hour_stopped: None,
    });
    let mut sizes = Vec::new();
    for tick in 0..17_280_u64 {
        let now = LAUNCH + 5 * i64::try_from(tick).unwrap();
        // Work for an hour, none for the next, and something new of EC2 each minute.
        let quiet = tick / 720 % 2 == 1;
        let sample = (tick % 12 == 0).then(|| look_at(quiet, 5 * tick));
        let rebalance = Reading::Known(Some(at(now - now % 60)));
        machine.tick(&Readings { sample, rebalance, boot: boot("one", 5000), ..blind() }, now);
        if tick % 720 == 719 {
            sizes.push(serde_json::to_vec(&machine.memory).unwrap().len());
        }
    }
    let (after_two_hours, after_a_day) = (sizes[1], sizes[23]);
    assert!(after_a_day <= after_two_hours + 100, "{after_two_hours} bytes, then {after_a_day}");
}
