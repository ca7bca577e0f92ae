//! The cases of the full level: each a small function over a machine that has just booted.
//! A case about what the agent can't do yet says what it waits for.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::case::{Guest, Verdict};
use super::failure::{Failure, expect};
use super::full::{Begin, Case, END, Scene, after};

type Outcome = Result<Verdict, Failure>;

const MINUTE: Duration = Duration::from_secs(60);

pub(super) const CASES: &[Case] = &[
    Case {
        name: "deadline",
        about: "The deadline comes: the agent ends the machine.",
        begin: Begin::Booted,
        run: deadline,
    },
    Case {
        name: "extended",
        about: "The deadline is near, users are warned, and it is moved: the warning is taken back, the machine stays.",
        begin: Begin::Booted,
        run: extended,
    },
    Case {
        name: "extended while stopped",
        about: "The deadline is moved while the machine is off, and passes: started again, it stays.",
        begin: Begin::Booted,
        run: extended_while_stopped,
    },
    Case {
        name: "killed and masked",
        about: "The agent is killed and masked: the timer ends the machine at its deadline.",
        begin: Begin::Booted,
        run: killed_and_masked,
    },
    Case {
        name: "clock before the launch",
        about: "The clock says a time before the launch: nothing is ended by it; set right, the deadline is kept.",
        begin: Begin::Booted,
        run: clock_before_launch,
    },
    Case {
        name: "clock past the deadline",
        about: "The clock jumps past the deadline: the machine has ten minutes, announced, in which extending counts.",
        begin: Begin::Booted,
        run: clock_past_deadline,
    },
    Case {
        name: "warning",
        about: "A warning reaches a terminal that is logged in.",
        begin: Begin::Booted,
        run: warning,
    },
    Case {
        name: "hibernation",
        about: "The machine hibernates and resumes: the agent goes on, and the deadline is kept.",
        begin: Begin::Booted,
        run: hibernation,
    },
    Case {
        name: "spot notice",
        about: "A notice of interruption runs the hooks as the login user before the end.",
        begin: Begin::Booted,
        run: spot_notice,
    },
];

/// Until there is idleness, notices and hooks, the agent has no verb to explain them with.
const NEW_AGENT: &str = "why";

fn deadline(scene: &mut Scene<'_>) -> Outcome {
    let deadline = scene.move_deadline(30)?;
    scene.ends_at(deadline)?;
    Ok(Verdict::Holds)
}

fn extended(scene: &mut Scene<'_>) -> Outcome {
    scene.move_deadline(45)?;
    scene.until("test -e /run/cloudkit/warning", MINUTE)?;
    scene.notes.add("the warning is there");
    scene.move_deadline(3600)?;
    scene.until("test ! -e /run/cloudkit/warning", MINUTE)?;
    scene.notes.add("moved by an hour: the warning is gone");
    scene.stays(MINUTE)?;
    scene.notes.add("the machine is there a minute later");
    Ok(Verdict::Holds)
}

fn extended_while_stopped(scene: &mut Scene<'_>) -> Outcome {
    let deadline = scene.move_deadline(60)?;
    // Seen by the agent, so that this is the deadline that the machine was switched off with.
    scene.until(&format!("grep -q '{deadline}' /run/cloudkit/status.json"), END)?;
    scene.tell("systemctl poweroff --no-block")?;
    scene.guest.wait_off(END)?;
    // The machine's clock will be right when it is on again.
    scene.move_deadline_to(after(Timestamp::now(), 7200)?)?;
    let left = Duration::try_from(deadline.duration_since(Timestamp::now())).unwrap_or_default();
    std::thread::sleep(left + Duration::from_secs(2));
    scene.guest.start_again(false)?;
    scene.until("systemctl is-active cloudkit-agent.service", 5 * MINUTE)?;
    scene.until("test ! -e /run/cloudkit/warning", MINUTE)?;
    scene.stays(MINUTE)?;
    let status = scene.status()?;
    let left = status["ends_in_seconds"].as_u64().unwrap_or_default();
    expect(left > 3600, "the later deadline", status.to_string())?;
    scene.notes.add("off, past its first deadline, and on again: it stays, and knows the later one");
    Ok(Verdict::Holds)
}

fn killed_and_masked(scene: &mut Scene<'_>) -> Outcome {
    scene.tell(
        "ln -sf /dev/null /etc/systemd/system/cloudkit-agent.service && systemctl daemon-reload &&
         systemctl kill -s KILL cloudkit-agent.service && sleep 2 && ! systemctl is-active cloudkit-agent.service",
    )?;
    let seconds = Duration::from_secs(30);
    scene.guest.set_clock(scene.launched.deadline - seconds)?;
    scene.notes.add("without its agent, the clock set to 30 s before the deadline");
    let took = scene.guest.wait_off(seconds + END)?;
    let late = took.as_secs_f64() - seconds.as_secs_f64();
    expect(late > -2.0, "no end before the deadline", format!("{late:.1} s"))?;
    scene.notes.add(format!("off {late:.1} s after the deadline"));
    Ok(Verdict::Holds)
}

fn clock_before_launch(scene: &mut Scene<'_>) -> Outcome {
    scene.tell("date -us '2001-01-01 00:00:00'")?;
    scene.until("grep -q clock-before-launch /run/cloudkit/status.json", MINUTE)?;
    scene.stays(Duration::from_secs(20))?;
    scene.notes.add("in 2001 nothing is ended, and the agent says why");
    scene.guest.set_clock(Timestamp::now())?;
    let deadline = scene.move_deadline(45)?;
    scene.ends_at(deadline)?;
    Ok(Verdict::Holds)
}

fn clock_past_deadline(scene: &mut Scene<'_>) -> Outcome {
    scene.guest.set_clock(after(scene.launched.deadline, 3600)?)?;
    scene.until("test -e /run/cloudkit/warning", MINUTE)?;
    scene.stays(MINUTE)?;
    let warning = scene.tell("cat /run/cloudkit/warning")?;
    scene.notes.add(format!("an hour past its deadline the machine is there and says: {warning}"));
    scene.stage.aws.tag(&scene.launched.id, cloudkit::model::tag::DEADLINE, "2099-01-01T00:00:00Z")?;
    scene.until("test ! -e /run/cloudkit/warning", MINUTE)?;
    scene.notes.add("extended within these minutes, the warning is taken back");
    Ok(Verdict::Holds)
}

fn warning(scene: &mut Scene<'_>) -> Outcome {
    let login = scene.log_in()?;
    let deadline = scene.move_deadline(240)?;
    login.wait_for(&format!("This machine ends at {deadline}"), MINUTE)?;
    scene.notes.add("the deadline is 4 minutes away, and the terminal says so");
    scene.move_deadline(7200)?;
    login.wait_for("This machine goes on until", MINUTE)?;
    scene.notes.add("it is moved, and the terminal says so too");
    Ok(Verdict::Holds)
}

fn hibernation(scene: &mut Scene<'_>) -> Outcome {
    scene.hibernate_and_resume()?;
    let deadline = scene.move_deadline(60)?;
    scene.ends_at(deadline)?;
    scene.notes.add("resumed where it was, its agent active");
    Ok(Verdict::Holds)
}

fn spot_notice(scene: &mut Scene<'_>) -> Outcome {
    if !scene.has(NEW_AGENT)? {
        return Ok(Verdict::Waits("an agent that sees notices and runs hooks"));
    }
    scene.tell(
        "install -d /etc/cloudkit/hooks.d/pre-stop && printf '#!/bin/sh\\nid -un >/tmp/user\\nmv /tmp/user /tmp/hook-ran\\nsleep 8\\n' \
         >/etc/cloudkit/hooks.d/pre-stop/10-note && chmod 755 /etc/cloudkit/hooks.d/pre-stop/10-note",
    )?;
    let at = after(scene.now()?, 120)?;
    let notice = json!({"action": "terminate", "time": at.to_string()});
    scene.stage.aws.notify(&scene.launched.id, "spot/instance-action", &notice)?;
    let outcome = scene.until("cat /tmp/hook-ran", MINUTE);
    scene.stage.aws.notify(&scene.launched.id, "spot/instance-action", &serde_json::Value::Null)?;
    let user = outcome?;
    expect(user == "admin", "a hook that runs as the login user", user)?;
    scene.notes.add("the hook ran as admin, before the time of the notice");
    Ok(Verdict::Holds)
}

impl Scene<'_> {
    /// As EC2 does it, which asks the machine's own system to.
    pub(super) fn hibernate_and_resume(&mut self) -> Result<(), Failure> {
        let swap =
            self.tell("swapon /dev/vdb; cat /sys/power/state /sys/power/disk; cat /proc/swaps | tail -1")?;
        expect(swap.contains("disk") && swap.contains("vdb"), "a kernel that can hibernate", swap)?;
        let boot_id = self.tell("cat /proc/sys/kernel/random/boot_id")?;
        self.tell("systemctl hibernate")?;
        let took = self.guest.wait_off(2 * MINUTE)?;
        self.notes.add(format!("hibernated in {:.0} s", took.as_secs_f64()));
        self.guest.start_again(true)?;
        self.guest.set_clock(Timestamp::now())?;
        let same = self.tell("cat /proc/sys/kernel/random/boot_id")?;
        expect(same == boot_id, "the same boot after the resume", same)?;
        self.until("systemctl is-active cloudkit-agent.service", END)?;
        Ok(())
    }
}
