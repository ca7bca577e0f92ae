//! Sessions of machines that end for other reasons than their deadline.

use insta::assert_snapshot;
use serde_json::json;

use super::{Machine, RUN};

#[test]
fn work_that_is_complete_ends_the_machine() {
    let machine = Machine::that(3000, "", "complete_delay: 2s\n");
    let agent = machine.agent();
    agent.until_it_says("by the machine's tag");
    let complete = "cloudkit agent complete --status ok --message '3 of 3' --configuration agent.yaml";
    machine.home.run(complete).ok();
    machine.lab.until_it_is(&machine.id, "terminated");
    agent.terminate();
    assert_snapshot!(agent.screen());
}

#[test]
fn completion_that_is_taken_back_keeps_the_machine() {
    let machine = Machine::that(3000, "", "complete_delay: 50s\n");
    let agent = machine.agent();
    agent.until_it_says("by the machine's tag");
    // Whoever may, need not know cloudkit for it.
    machine.home.write("run/complete", "");
    agent.until_it_says("users are warned");
    std::fs::remove_file(machine.home.path("run/complete")).unwrap();
    agent.until_it_says("the warning is taken back");
    agent.terminate();
    agent.screen().ok();
    assert_eq!(machine.state(), "running");
}

/// Launched five minutes ago for 60 dollars an hour, so it has cost 5 already.
#[test]
fn a_machine_that_has_cost_its_limit_ends() {
    let machine = Machine::that(3000, "", "cost_limit: {usd: '5.00', usd_hour: '60'}\n");
    let agent = machine.agent();
    machine.lab.until_it_is(&machine.id, "terminated");
    agent.terminate();
    assert_snapshot!(agent.screen());
}

#[test]
fn a_spot_machine_that_is_taken_back_says_so_and_leaves_its_end_to_ec2() {
    let machine = Machine::that(3000, "--spot --yes", "");
    let agent = machine.agent();
    agent.until_it_says("by the machine's tag");
    machine.lab.post(
        &format!("/machines/{}/notices", machine.id),
        &json!({
            "spot/instance-action": {"action": "terminate", "time": super::in_seconds(100)},
            "events/recommendations/rebalance": {"noticeTime": super::in_seconds(-1)},
        }),
    );
    agent.until_it_says("greater risk");
    let warning = machine.home.read("run/warning");
    assert!(warning.starts_with("EC2 takes this spot machine back: it is terminated at "), "{warning}");
    let status = machine.home.run(super::STATUS).ok();
    assert!(status.stdout.contains(": EC2 takes this spot machine back"), "{}", status.stdout);
    agent.terminate();
    let screen = agent.screen();
    assert_eq!(screen.stderr.matches("users are warned").count(), 1, "{}", screen.stderr);
    assert_eq!(screen.stderr.matches("greater risk").count(), 1, "{}", screen.stderr);
    assert_eq!(machine.state(), "running");
    // Nor is either told again by an agent that comes back.
    let agent = machine.home.start(RUN);
    agent.until_it_says("by the machine's tag");
    agent.terminate();
    assert!(!agent.screen().stderr.contains("users are"), "told twice");
}

#[test]
fn a_timeout_that_is_changed_by_its_tag_holds() {
    let machine = Machine::with_deadline_in(3000);
    machine.lab.post(
        &format!("/machines/{}/tags", machine.id),
        &json!({"cloudkit:idle-timeout": "2h", "cloudkit:on-idle": "stop"}),
    );
    let agent = machine.agent();
    agent.until_it_says("by the machine's tag");
    agent.terminate();
    agent.screen().ok();
    let state: serde_json::Value =
        serde_json::from_str(&machine.home.read("state/agent-state.json")).unwrap();
    assert_eq!(state["rules"]["rules"], json!({"idle_timeout": "2h", "on_idle": "stop"}));
}
