//! App folders that fail, one way after the other: `deploy status` tells the truth of each, and `deploy destroy` leaves
//! nothing.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::bounded;
use super::case::{Guest as _, Verdict};
use super::deployed::{App, bundle, copy_of, folder, told};
use super::failure::{Failure, expect};
use super::quick::{Begin, Case, Machine};
use super::stage::Stage;
use crate::sha256;

const LIMIT: Duration = Duration::from_secs(20);
/// To boot, to fail, and the warning before the end.
const ENDING: Duration = Duration::from_secs(150);
/// What the machine of `DAMAGED` fetches is damaged on the way, each time.
const DAMAGED: App = App { name: "damaged", is_damaged: true, ..BROKEN };
const BROKEN: App = App {
    name: "broken",
    folder: "tests/boot/broken-app",
    config: ".spot/config.yaml",
    is_damaged: false,
    fault: None,
};
const ENDED: App = App { name: "ended", fault: Some("end.yaml"), ..BROKEN };
/// A bucket that is not cloudkit's, and an archive in it that leads out of its folder.
const BUCKET: &str = "boot-test-archives";
pub(super) const ESCAPING: &str = "escaping.tar";
/// From here on apt finds nobody, and does not wait long before it tries again.
const UNPLUG_APT: &str = "rm -r /var/lib/apt/lists; echo deb http://packages.invalid ./ >/etc/apt/sources.list; \
    echo \"Acquire::Retries::Delay \\\"false\\\";\" >/etc/apt/apt.conf.d/99-unplugged";

pub(super) const CASES: &[Case] = &[
    Case {
        name: "damaged bundle",
        about: "A bundle that is damaged on its way to the machine: it is fetched once more, nothing of it is used, and once it \
                comes whole `deploy update` goes on.",
        begin: Begin::Deployed(&DAMAGED),
        run: damaged,
    },
    Case {
        name: "broken deployment",
        about: "An app that fails in one way after the other: `deploy update` and `deploy status` say so, with what was written \
                last, and `deploy destroy` leaves nothing.",
        begin: Begin::Deployed(&BROKEN),
        run: broken,
    },
    Case {
        name: "ended deployment",
        about: "An app that fails with `on_failure: end`: its machine ends itself, nothing of it runs on.",
        begin: Begin::Deployed(&ENDED),
        run: ended,
    },
];

/// A way of failing: its `deployment.yaml` in `faults/`, the step that fails, and what is told of it.
struct Fault {
    file: &'static str,
    /// What is done on the machine before, as root.
    before: &'static str,
    step: &'static str,
    told: &'static [&'static str],
    note: &'static str,
}

/// Each by an update of the machine that the one before has failed on.
const FAULTS: [Fault; 5] = [
    Fault {
        file: "unhealthy.yaml",
        before: "true",
        step: "health",
        told: &["the moon is still missing"],
        note: "the script mended, `deploy update` waits for a check that never holds",
    },
    Fault {
        file: "hanging-script.yaml",
        before: "true",
        step: "script wait",
        told: &["did not end in time", "waiting for the moon"],
        note: "a script that hangs is ended after its timeout",
    },
    Fault {
        file: "dying-service.yaml",
        before: "true",
        step: "service dying.service",
        told: &["has failed: exit-code", "the moon fell on it"],
        note: "a service that dies as it starts fails it, with the last lines of its journal",
    },
    Fault {
        file: "escaping-tarball.yaml",
        before: "true",
        step: "tarball s3://boot-test-archives/escaping.tar",
        told: &["outside", "leads out"],
        note: "an archive that leads out of its folder is refused, with the member that does",
    },
    Fault {
        file: "no-network.yaml",
        before: UNPLUG_APT,
        step: "packages",
        told: &["apt-get update failed", "packages.invalid"],
        note: "apt without a network: what it could not reach is told",
    },
];

fn damaged(machine: &mut Machine<'_>) -> Result<Verdict, Failure> {
    let stage = machine.stage;
    let digest = bundle(stage, &DAMAGED)?;
    machine.sets_itself_up(&DAMAGED, &digest, Some("fetch the bundle"))?;
    machine.has_fetched(&DAMAGED, &digest, 2)?;
    machine.has_failed(&DAMAGED, &digest, "fetch the bundle", "something else than was promised")?;
    machine.notes.add("it is fetched twice, and then `deploy status` says what is the matter");
    stage.aws.mend()?;
    write_deployment(stage, &DAMAGED, "mortal-service.yaml")?;
    machine.deployed(&["update", "--dir", &folder(stage, &DAMAGED)])?;
    machine.is_at(&DAMAGED, &bundle(stage, &DAMAGED)?)?;
    machine.notes.add("`deploy update` brings it to a bundle that comes whole");
    machine.destroy(&DAMAGED)?;
    Ok(Verdict::Holds)
}

fn broken(machine: &mut Machine<'_>) -> Result<Verdict, Failure> {
    let stage = machine.stage;
    let first = bundle(stage, &BROKEN)?;
    machine.sets_itself_up(&BROKEN, &first, Some("script look"))?;
    machine.has_failed(&BROKEN, &first, "script look", "there is no moon")?;
    machine.notes.add("`deploy status` says which script has failed, and what it wrote");
    put_escaping_archive(stage)?;
    for fault in &FAULTS {
        machine.fails(fault)?;
    }
    machine.root("! test -e /opt/outside")?;
    machine.loses_a_service()?;
    machine.destroy(&BROKEN)?;
    Ok(Verdict::Holds)
}

fn ended(machine: &mut Machine<'_>) -> Result<Verdict, Failure> {
    let took = machine.guest.wait_off(ENDING)?;
    machine.notes.add(format!("off {:.1} s after it booted", took.as_secs_f64()));
    let on_console = machine.guest.console();
    let is_told = on_console.contains("step='script look' reason=the script look ended with exit code 1");
    expect(is_told, "the reason on its console", "no such line")?;
    machine.stage.aws.is_off(&machine.launched.id)?;
    machine.destroy(&ENDED)?;
    Ok(Verdict::Holds)
}

impl Machine<'_> {
    /// Runs a line of shell as root, over SSH.
    fn root(&self, line: &str) -> Result<(), Failure> {
        let line = format!("sudo -n sh -c '{line}'");
        self.deployed(&["exec", BROKEN.name, "--", &line]).map(|_| ())
    }

    fn fails(&mut self, fault: &Fault) -> Result<(), Failure> {
        self.root(fault.before)?;
        write_deployment(self.stage, &BROKEN, fault.file)?;
        let digest = bundle(self.stage, &BROKEN)?;
        let updated = self.deploy(&["update", "--dir", &folder(self.stage, &BROKEN)])?;
        expect(updated.code == 1, "an update that fails", told(&updated))?;
        for words in fault.told {
            expect(updated.stderr.contains(words), format!("{words:?}"), told(&updated))?;
            self.has_failed(&BROKEN, &digest, fault.step, words)?;
        }
        self.notes.add(fault.note);
        Ok(())
    }

    /// A service that was up when the machine was set up dies: that is told, and mended by an update.
    fn loses_a_service(&mut self) -> Result<(), Failure> {
        let app = folder(self.stage, &BROKEN);
        write_deployment(self.stage, &BROKEN, "mortal-service.yaml")?;
        let digest = bundle(self.stage, &BROKEN)?;
        self.deployed(&["update", "--dir", &app])?;
        self.is_at(&BROKEN, &digest)?;
        self.root("touch /run/moon-fell")?;
        let died = "unhealthy: mortal.service has failed: exit-code";
        bounded::until("the death of the service", LIMIT, || {
            let status = self.deploy(&["status", BROKEN.name])?;
            Ok((status.code == 1 && status.stderr.contains(died)).then_some(()))
        })?;
        self.notes.add("a service that dies later is told by `deploy status`");
        self.root("rm /run/moon-fell")?;
        self.deployed(&["update", "--dir", &app])?;
        self.is_at(&BROKEN, &digest)?;
        self.notes.add("`deploy update` brings it up again, with nothing changed");
        Ok(())
    }
}

/// Makes another `deployment.yaml` that of an app.
fn write_deployment(stage: &Stage, app: &App, file: &str) -> Result<(), Failure> {
    let copy = copy_of(stage, app);
    let (from, to) = (copy.join("faults").join(file), copy.join(".spot/deployment.yaml"));
    let text = fs::read_to_string(&from).map_err(Failure::file(&from))?;
    let digest = sha256::hex(&fs::read(archive(stage)).unwrap_or_default());
    fs::write(&to, text.replace("SHA256-OF-IT", &digest)).map_err(Failure::file(&to))
}

fn archive(stage: &Stage) -> PathBuf {
    stage.folder().join(ESCAPING)
}

/// Makes an archive that leads out of its folder, and puts it into a bucket of its own.
fn put_escaping_archive(stage: &Stage) -> Result<(), Failure> {
    let inner = stage.folder().join("inner");
    fs::create_dir_all(&inner).map_err(Failure::file(&inner))?;
    let (outside, archive) = (stage.folder().join("outside"), archive(stage));
    fs::write(&outside, "it is out").map_err(Failure::file(&outside))?;
    let mut tar = Command::new("tar");
    tar.arg("-cPf").arg(&archive).arg("-C").arg(&inner).arg("../outside");
    bounded::succeed(&mut tar, LIMIT)?;
    let content = fs::read(&archive).map_err(Failure::file(&archive))?;
    stage.put_object(BUCKET, ESCAPING, &content)
}
