//! The full level: an emulated machine boots once from cold, and each case goes on from there with disks of its own.
//! What the cases ask is in `full_cases`; how the machine is made is in `emulator`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use cloudkit::model::tag;
use jiff::Timestamp;

use super::case::{self, Guest, Notes, Verdict, tell};
use super::emulator::{BOOTED, Emulator, Hardware, Start};
use super::failure::{self, BootTestError, Failure, expect};
use super::full_cases::CASES;
use super::idle_cases::CASES as IDLE_CASES;
use super::login::Login;
use super::namespace::METADATA;
use super::qemu::Qemu;
use super::stage::{Launched, Stage};
use super::transcript::Transcript;
use crate::say;
use crate::workspace::Workspace;

/// How long a cold boot may take until all of the user data is done; the computer may be busy with others.
const BOOT: Duration = Duration::from_secs(600);
/// The state that cases about idleness begin with.
const SETTLED: &str = "settled";
/// Half a minute before the grace is over that begins with the agent's first look, in seconds.
const SETTLED_AFTER: u32 = 570;
const GRACE: Duration = Duration::from_secs(700);
const SSH_PORT: u16 = 2222;
/// What an end may take from its moment to the power-off, under emulation.
pub(super) const END: Duration = Duration::from_secs(60);
/// What the machine of this level is launched with. Others than spot machines look for no notice of interruption.
const OPTIONS: &[&str] = &["--ttl", "8h", "--idle-timeout", "2m", "--spot"];

pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) begin: Begin,
    pub(super) run: fn(&mut Scene<'_>) -> Result<Verdict, Failure>,
}

/// Where a case begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    /// When the machine has booted.
    Booted,
    /// When its grace after the boot is nearly over.
    Settled,
}

/// A case's machine, and the world around it.
pub(super) struct Scene<'s> {
    pub(super) stage: &'s Stage,
    pub(super) launched: Launched,
    pub(super) guest: Emulator,
    pub(super) notes: Notes,
}

pub(super) fn run(
    workspace: &Workspace,
    only: &[String],
    transcript: &mut Transcript,
) -> Result<(), BootTestError> {
    transcript.title("full");
    let stage = Stage::set(workspace)?;
    let qemu = Qemu::find(workspace).ok_or_else(|| Failure::expected("QEMU", "none"))?;
    let started = Instant::now();
    let mut notes = Notes::default();
    let booted = boot(&stage, qemu, OPTIONS, "booted", &mut notes);
    let about = "A machine boots from cold: its firmware says EC2, cloud-init finds the data source by itself and \
                 asks it by sessions (IMDSv2), and ends without error or warning; its agent is fetched and active.";
    let (outcome, booted) = match booted {
        Ok(booted) => (Ok(Verdict::Holds), Some(booted)),
        Err(failure) => (Err(failure), None),
    };
    transcript.add(("cold boot", about), outcome, notes, started.elapsed());
    let Some((launched, hardware, disks)) = booted else { return Ok(()) };
    let mut level = Level { stage: &stage, launched, hardware, disks, settled: None };
    for case in CASES.iter().chain(IDLE_CASES).filter(|case| case::is_chosen(case.name, only)) {
        let started = Instant::now();
        let mut notes = Notes::default();
        let outcome = level.run(case, &mut notes);
        transcript.add((case.name, case.about), outcome, notes, started.elapsed());
    }
    Ok(())
}

/// The machine that all cases are a copy of.
struct Level<'s> {
    stage: &'s Stage,
    launched: Launched,
    hardware: Hardware,
    disks: PathBuf,
    /// Whether there is a state near the end of the grace; unknown until a case needs it.
    settled: Option<bool>,
}

impl Level<'_> {
    fn run(&mut self, case: &Case, notes: &mut Notes) -> Result<Verdict, Failure> {
        // Each begins with the deadline that the launch set.
        self.stage.aws.tag(&self.launched.id, tag::DEADLINE, &self.launched.deadline.to_string())?;
        if case.begin == Begin::Settled && !self.settle()? {
            return Ok(Verdict::Waits("an agent that judges idleness"));
        }
        let mut scene = self.restore(case.begin)?;
        let outcome = (case.run)(&mut scene);
        *notes = std::mem::take(&mut scene.notes);
        if outcome.is_err() {
            notes.add(case::scene(&mut scene.guest));
        }
        outcome
    }

    fn restore(&self, begin: Begin) -> Result<Scene<'_>, Failure> {
        let folder = self.stage.folder().join("case");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(Failure::file(&folder))?;
        }
        let state = if begin == Begin::Settled { SETTLED } else { BOOTED };
        let disks =
            if begin == Begin::Settled { self.disks.with_file_name(SETTLED) } else { self.disks.clone() };
        Emulator::copy(&disks, &folder)?;
        let guest = Emulator::start(&self.hardware, &folder, Start::Saved(state))?;
        Ok(Scene { stage: self.stage, launched: self.launched.clone(), guest, notes: Notes::default() })
    }

    /// Waits once until the grace after a boot is nearly over, where the agent judges idleness at all.
    fn settle(&mut self) -> Result<bool, Failure> {
        if let Some(settled) = self.settled {
            return Ok(settled);
        }
        let mut scene = self.restore(Begin::Booted)?;
        let judges = scene.has("why")?;
        if judges {
            say::talk("waiting for the end of the grace after the boot, once");
            let since = "$(systemctl show cloudkit-agent.service -p ActiveEnterTimestampMonotonic --value)";
            let up = "$(cut -d. -f1 /proc/uptime)";
            scene.until(&format!("test $(({up} - {since} / 1000000)) -ge {SETTLED_AFTER}"), GRACE)?;
            scene.guest.save(SETTLED)?;
            drop(scene);
            Emulator::copy(&self.stage.folder().join("case"), &self.disks.with_file_name(SETTLED))?;
        }
        self.settled = Some(judges);
        Ok(judges)
    }
}

/// Launches a machine, boots it from cold, and keeps it as it is then.
fn boot(
    stage: &Stage,
    qemu: Qemu,
    options: &[&str],
    name: &str,
    notes: &mut Notes,
) -> Result<(Launched, Hardware, PathBuf), Failure> {
    let (launched, hardware) = launch(stage, qemu, options, name)?;
    let folder = stage.folder().join(name);
    let mut guest = cold(&hardware, &folder, notes)?;
    guest.save(BOOTED)?;
    drop(guest);
    Ok((launched, hardware, folder))
}

/// A machine at AWS and the hardware that it would have there.
pub(super) fn launch(
    stage: &Stage,
    qemu: Qemu,
    options: &[&str],
    name: &str,
) -> Result<(Launched, Hardware), Failure> {
    let launched = stage.launch(name, options)?;
    // QEMU asks in the guest's place, from the address that it asks.
    for from in [METADATA, "127.0.0.1"] {
        stage.routes.set(failure::parsed::<IpAddr>(from)?, launched.metadata);
    }
    let (instance_id, image) = (launched.id.clone(), stage.image.clone());
    let mac = stage.aws.mac(launched.metadata)?;
    Ok((launched, Hardware { qemu, image, instance_id, mac, ssh_port: SSH_PORT }))
}

pub(super) fn cold(
    hardware: &Hardware,
    folder: &std::path::Path,
    notes: &mut Notes,
) -> Result<Emulator, Failure> {
    let started = Instant::now();
    Emulator::make(hardware, folder)?;
    let mut guest = Emulator::start(hardware, folder, Start::PowerOn)?;
    notes.add(format!("a shell after {:.0} s", started.elapsed().as_secs_f64()));
    say::talk("the machine has a shell; cloud-init is at work");
    let content = content(&mut guest);
    if content.is_err() {
        notes.add(case::scene(&mut guest));
    }
    content?;
    notes.add(format!(
        "booted, its user data done and its agent active after {:.0} s",
        started.elapsed().as_secs_f64()
    ));
    Ok(guest)
}

/// Waits for cloud-init and the agent, and holds cloud-init to having nothing to complain of.
fn content(guest: &mut Emulator) -> Result<(), Failure> {
    let status = guest.sh("cloud-init status --wait --long", BOOT)?.text;
    expect(
        status.contains("status: done") && status.contains("DataSourceEc2Local"),
        "a cloud-init that found EC2",
        status,
    )?;
    let logs = "/var/log/cloud-init.log /var/log/cloud-init-output.log";
    let said = tell(guest, &format!("grep -hE 'WARN|ERROR|CRITICAL|Traceback' {logs} || true"))?;
    expect(said.is_empty(), "no warning in cloud-init's logs", said)?;
    case::until(guest, "systemctl is-active cloudkit-agent.service", END).map(|_| ())
}

impl Scene<'_> {
    /// The time as the machine has it. Its clock stood still between the state that it goes on from and now.
    pub(super) fn now(&mut self) -> Result<Timestamp, Failure> {
        let seconds = failure::parsed(&self.tell("date +%s")?)?;
        Timestamp::from_second(seconds).map_err(|error| Failure::expected("a time", error.to_string()))
    }

    /// Moves the deadline in the machine's tag, as somebody elsewhere would, to so many seconds from now.
    pub(super) fn move_deadline(&mut self, seconds: u64) -> Result<Timestamp, Failure> {
        let deadline = after(self.now()?, seconds)?;
        self.move_deadline_to(deadline)?;
        Ok(deadline)
    }

    pub(super) fn move_deadline_to(&self, deadline: Timestamp) -> Result<(), Failure> {
        self.stage.aws.tag(&self.launched.id, tag::DEADLINE, &deadline.to_string())
    }

    /// The machine powers off at that time, and not before.
    pub(super) fn ends_at(&mut self, deadline: Timestamp) -> Result<(), Failure> {
        let left = Duration::try_from(deadline.duration_since(self.now()?)).unwrap_or_default();
        let took = self.guest.wait_off(left + END)?;
        let late = took.as_secs_f64() - left.as_secs_f64();
        expect(late > -2.0, "no end before the deadline", format!("{late:.1} s"))?;
        self.notes.add(format!("off {late:.1} s after the deadline"));
        Ok(())
    }

    /// The machine is still there after so long.
    pub(super) fn stays(&mut self, span: Duration) -> Result<(), Failure> {
        match self.guest.wait_off(span) {
            Err(Failure::TooLong { .. }) => {}
            Err(failure) => return Err(failure),
            Ok(after) => {
                return Err(Failure::expected(
                    "a machine that stays",
                    format!("off after {} s", after.as_secs()),
                ));
            }
        }
        tell(&mut self.guest, "true").map(|_| ())
    }

    pub(super) fn tell(&mut self, line: &str) -> Result<String, Failure> {
        tell(&mut self.guest, line)
    }

    pub(super) fn until(&mut self, line: &str, limit: Duration) -> Result<String, Failure> {
        case::until(&mut self.guest, line, limit)
    }

    /// What the agent says of itself.
    pub(super) fn status(&mut self) -> Result<serde_json::Value, Failure> {
        let said = self.tell("/usr/local/bin/cloudkit agent status -o json")?;
        serde_json::from_str(&said).map_err(|_| Failure::expected("the agent's status", said))
    }

    /// Whether this agent has a verb.
    pub(super) fn has(&mut self, verb: &str) -> Result<bool, Failure> {
        Ok(self.guest.sh(&format!("/usr/local/bin/cloudkit agent {verb} --help"), case::COMMAND)?.code == 0)
    }

    pub(super) fn log_in(&self) -> Result<Login, Failure> {
        Login::open(self.stage.folder(), SSH_PORT)
    }
}

pub(super) fn after(time: Timestamp, seconds: u64) -> Result<Timestamp, Failure> {
    let later = time.checked_add(Duration::from_secs(seconds));
    later.map_err(|error| Failure::expected("a time", error.to_string()))
}
