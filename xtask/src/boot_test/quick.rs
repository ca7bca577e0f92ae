//! The quick level: containers, side by side, each for one way in which a machine ends.
//! What needs a clock, a kernel or a firmware of its own is in the full level.

use std::thread;
use std::time::{Duration, Instant};

use cloudkit::model::tag;
use jiff::Timestamp;

use super::case::{self, Guest, Notes, Verdict, tell};
use super::container::Container;
use super::deployed::{self, App};
use super::deployed_cases::CASES as DEPLOYED;
use super::failure::{BootTestError, Failure, expect};
use super::fault_cases::CASES as FAULTS;
use super::local_packages::{self, Repository};
use super::secrets;
use super::stage::{Launched, Stage};
use super::transcript::Transcript;
use crate::workspace::Workspace;

/// How exposed the agent's unit may be, in tenths, as systemd-analyze rates it.
const EXPOSURE: u32 = 22;
/// How long a machine may take to boot and be told all of its user data.
const BOOT: Duration = Duration::from_secs(90);
/// What an end may take from its moment to the power-off.
const END: Duration = Duration::from_secs(30);

pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) begin: Begin,
    pub(super) run: fn(&mut Machine<'_>) -> Result<Verdict, Failure>,
}

/// How the machine of a case comes to be.
pub(super) enum Begin {
    /// By `cloudkit launch`, with this beside what every launch is given.
    Launched(&'static [&'static str]),
    /// By `cloudkit deploy create`.
    Deployed(&'static App),
}

const CASES: &[Case] = &[
    Case {
        name: "boot and deadline",
        about: "cloud-init ends well, the agent is fetched, verified and active, its units are sound; then the \
                deadline is moved near by its tag, and the agent ends the machine.",
        begin: Begin::Launched(&["--ttl", "1h"]),
        run: boot_and_deadline,
    },
    Case {
        name: "a user's cloud-config",
        about: "What a user's own cloud-config breaks, and it breaks a lot, leaves the timer armed.",
        begin: Begin::Launched(&["--ttl", "45s", "--user-data", "tests/boot/disarming.yaml"]),
        run: cloud_config,
    },
    Case {
        name: "timer alone",
        about: "The agent is masked and killed: the dead-man timer ends the machine at its deadline.",
        begin: Begin::Launched(&["--ttl", "40s"]),
        run: timer_alone,
    },
    Case {
        name: "completion",
        about: "The machine's work says that it is complete, and the machine ends.",
        begin: Begin::Launched(&["--ttl", "1h"]),
        run: completion,
    },
    Case {
        name: "secrets",
        about: "An app with a secret: a service and a script have it as a credential, nobody else reads it, and it is \
                written anew, with the value that is stored by then.",
        begin: Begin::Launched(&["--ttl", "1h"]),
        run: with_secrets,
    },
];

/// A machine of a case.
pub(super) struct Machine<'s> {
    pub(super) stage: &'s Stage,
    pub(super) launched: Launched,
    pub(super) guest: Container,
    pub(super) notes: Notes,
}

pub(super) fn run(
    workspace: &Workspace,
    only: &[String],
    transcript: &mut Transcript,
) -> Result<(), BootTestError> {
    transcript.title("quick");
    let stage = Stage::set(workspace)?;
    let packages = local_packages::make(stage.folder().join("packages"))?;
    let cases = CASES.iter().chain(DEPLOYED).chain(FAULTS).filter(|case| case::is_chosen(case.name, only));
    thread::scope(|scope| {
        let mut running = Vec::new();
        for (number, case) in (100_u8..).zip(cases) {
            // One after the other: the first brings the agent into the bucket, and each knows what it has made.
            let launched = match case.begin {
                Begin::Launched(options) => stage.launch(&format!("boot{number}"), options),
                Begin::Deployed(app) => deployed::create(&stage, app),
            };
            let (stage, packages) = (&stage, &packages);
            running.push((case, scope.spawn(move || live(stage, packages, case, launched, number))));
        }
        for (case, thread) in running {
            let (outcome, notes, took) = thread.join().unwrap_or_else(|_| {
                let panicked = Failure::expected("a case that ends", "a panic");
                (Err(panicked), Notes::default(), Duration::ZERO)
            });
            transcript.add((case.name, case.about), outcome, notes, took);
        }
    });
    Ok(())
}

fn live(
    stage: &Stage,
    packages: &Repository,
    case: &Case,
    launched: Result<Launched, Failure>,
    number: u8,
) -> (Result<Verdict, Failure>, Notes, Duration) {
    let started = Instant::now();
    let booted =
        launched.and_then(|launched| Ok((Container::boot(stage, packages, &launched, number)?, launched)));
    let (guest, launched) = match booted {
        Ok(booted) => booted,
        Err(failure) => return (Err(failure), Notes::default(), started.elapsed()),
    };
    let mut machine = Machine { stage, launched, guest, notes: Notes::default() };
    let outcome = (case.run)(&mut machine);
    if outcome.is_err() {
        machine.notes.add(case::scene(&mut machine.guest));
    }
    (outcome, machine.notes, started.elapsed())
}

/// Its cloud-init has something to complain of; the deadline is kept all the same.
fn cloud_config(machine: &mut Machine<'_>) -> Result<Verdict, Failure> {
    let limit = Duration::from_secs(30);
    case::until(&mut machine.guest, "systemctl is-active cloudkit-deadline.timer", limit)?;
    let agent = case::until(&mut machine.guest, "systemctl is-active cloudkit-agent.service", limit);
    tell(&mut machine.guest, "systemctl is-active cloudkit-deadline.timer")?;
    machine.notes.add(if agent.is_ok() {
        "the timer is armed, the agent active"
    } else {
        "the timer is armed"
    });
    machine.ends_at(machine.launched.deadline)?;
    Ok(Verdict::Holds)
}

fn boot_and_deadline(machine: &mut Machine<'_>) -> Result<Verdict, Failure> {
    machine.wait_for_boot()?;
    machine.cloud_init_is_content()?;
    machine.agent_is_the_one_that_was_launched_with()?;
    machine.units_are_sound()?;
    let id = machine.launched.id.clone();
    let deadline = seconds_from_now(12)?;
    machine.stage.aws.tag(&id, tag::DEADLINE, &deadline.to_string())?;
    machine.ends_at(deadline)?;
    machine.notes.add("the deadline was moved to 12 s away by its tag, and the agent ended the machine");
    Ok(Verdict::Holds)
}

fn timer_alone(machine: &mut Machine<'_>) -> Result<Verdict, Failure> {
    machine.wait_for_boot()?;
    tell(
        &mut machine.guest,
        "ln -sf /dev/null /etc/systemd/system/cloudkit-agent.service && systemctl daemon-reload &&
         systemctl kill -s KILL cloudkit-agent.service && sleep 1 && ! systemctl is-active cloudkit-agent.service",
    )?;
    machine.notes.add("the agent is masked and killed");
    machine.ends_at(machine.launched.deadline)?;
    Ok(Verdict::Holds)
}

fn completion(machine: &mut Machine<'_>) -> Result<Verdict, Failure> {
    machine.wait_for_boot()?;
    let known = machine.guest.sh("/usr/local/bin/cloudkit agent complete --help", case::COMMAND)?;
    if known.code != 0 {
        return Ok(Verdict::Waits("cloudkit agent complete"));
    }
    tell(&mut machine.guest, "runuser -u admin -- /usr/local/bin/cloudkit agent complete --status done")?;
    let took = machine.guest.wait_off(Duration::from_secs(90))?;
    machine.notes.add(format!("off {:.1} s after the login user called it complete", took.as_secs_f64()));
    Ok(Verdict::Holds)
}

fn with_secrets(machine: &mut Machine<'_>) -> Result<Verdict, Failure> {
    machine.wait_for_boot()?;
    secrets::kept(machine.stage, &mut machine.guest, &mut machine.notes)?;
    Ok(Verdict::Holds)
}

impl Machine<'_> {
    fn wait_for_boot(&mut self) -> Result<(), Failure> {
        let started = Instant::now();
        let status = self.guest.sh("cloud-init status --wait --long", BOOT)?;
        expect(status.text.contains("status: done"), "cloud-init to be done", status.text)?;
        case::until(&mut self.guest, "systemctl is-active cloudkit-agent.service", END)?;
        self.notes.add(format!(
            "cloud-init is done and the agent active {:.1} s after systemd began",
            started.elapsed().as_secs_f64()
        ));
        Ok(())
    }

    fn cloud_init_is_content(&mut self) -> Result<(), Failure> {
        let errors = tell(
            &mut self.guest,
            "python3 -c 'import json; print(json.load(open(\"/run/cloud-init/result.json\"))[\"v1\"][\"errors\"])'",
        )?;
        expect(errors == "[]", "no error of cloud-init's", errors)?;
        let logs = "/var/log/cloud-init.log /var/log/cloud-init-output.log";
        let said =
            tell(&mut self.guest, &format!("grep -hE 'WARN|ERROR|CRITICAL|Traceback' {logs} || true"))?;
        expect(said.is_empty(), "no warning in cloud-init's logs", said)?;
        self.notes.add("cloud-init has no error and no warning");
        let state = self.guest.sh("systemctl is-system-running --wait", BOOT)?.text;
        let failed = tell(&mut self.guest, "systemctl list-units --failed --plain --no-legend")?;
        expect(state.trim() == "running", "a system that runs", format!("{}: {failed}", state.trim()))
    }

    fn agent_is_the_one_that_was_launched_with(&mut self) -> Result<(), Failure> {
        let sum = tell(&mut self.guest, "sha256sum /usr/local/bin/cloudkit")?;
        expect(sum.starts_with(&self.stage.agent_sha256), "the agent of the launch", sum)?;
        let fetched = self.stage.aws.calls_of("GetObject")?;
        let fetched = fetched.iter().filter(|call| call.status == Some(200)).count();
        expect(fetched > 0, "a download from the bucket", "none")?;
        let status = tell(&mut self.guest, "/usr/local/bin/cloudkit agent status -o json")?;
        let status: serde_json::Value = serde_json::from_str(&status).unwrap_or_default();
        let known = (status["instance_id"].as_str(), status["deadline_source"].as_str());
        let expected = (Some(self.launched.id.as_str()), Some("tag"));
        expect(known == expected, "an agent that knows its machine and its deadline", status.to_string())?;
        self.notes.add("the agent was fetched from the bucket, is the one that was uploaded, and keeps the deadline of its tag");
        let armed = tell(
            &mut self.guest,
            "date -ud \"$(systemctl show cloudkit-deadline.timer -p NextElapseUSecRealtime --value)\" +%s",
        )?;
        let deadline = self.launched.deadline.as_second().to_string();
        expect(armed == deadline, "a timer at the deadline", format!("{armed} for {deadline}"))
    }

    fn units_are_sound(&mut self) -> Result<(), Failure> {
        let units = "cloudkit-agent.service cloudkit-deadline.service cloudkit-deadline.timer";
        let said = tell(
            &mut self.guest,
            &format!("cd /etc/systemd/system && systemd-analyze verify --man=no {units}"),
        )?;
        expect(said.is_empty(), "nothing to be said against the units", said)?;
        let table = tell(&mut self.guest, "systemd-analyze security --no-pager cloudkit-agent.service")?;
        let exposure = table.lines().rev().find_map(|line| line.rsplit_once("cloudkit-agent.service: "));
        let exposure = exposure.and_then(|(_, rest)| rest.split(' ').next()).unwrap_or_default();
        let tenths = exposure.replace('.', "").parse::<u32>().ok();
        expect(tenths.is_some_and(|tenths| tenths <= EXPOSURE), "an exposure of at most 2.2", exposure)?;
        self.notes
            .add(format!("systemd-analyze finds nothing in the units; the agent's exposure is {exposure}"));
        Ok(())
    }

    /// The machine powers off at that time, and not before.
    fn ends_at(&mut self, deadline: Timestamp) -> Result<(), Failure> {
        let left = Duration::try_from(deadline.duration_since(Timestamp::now())).unwrap_or_default();
        self.guest.wait_off(left + END)?;
        let late = Timestamp::now().duration_since(deadline).as_secs_f64();
        expect(late > -0.5, "no end before the deadline", format!("{late:.1} s"))?;
        self.notes.add(format!("off {late:.1} s after the deadline"));
        Ok(())
    }
}

fn seconds_from_now(seconds: i64) -> Result<Timestamp, Failure> {
    let now = Timestamp::now().as_second();
    Timestamp::from_second(now + seconds).map_err(|error| Failure::expected("a time", error.to_string()))
}
