//! The cases about idleness: a machine past its grace that nobody uses ends, and one that is used does not.
//! What counts as use is the agent's to say; here machines are used and looked at from outside.

use std::io::Write;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use super::case::{Guest, Verdict};
use super::failure::Failure;
use super::full::{Begin, Case, Scene};

type Outcome = Result<Verdict, Failure>;

/// The rest of the grace, the idle timeout, and as much again for a slow computer.
const IDLE_END: Duration = Duration::from_secs(360);
/// Longer than an idle machine of these is there.
const BUSY: Duration = Duration::from_secs(240);
/// Where the computer that runs the machine gives away bytes.
const TAP: u16 = 9000;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "idle",
        about: "Nobody uses the machine: it ends after its idle timeout of two minutes.",
        begin: Begin::Settled,
        run: idle,
    },
    Case {
        name: "busy processor",
        about: "Something computes without pause: the machine stays.",
        begin: Begin::Settled,
        run: busy_processor,
    },
    Case {
        name: "busy disk",
        about: "Something writes to the disk without pause: the machine stays.",
        begin: Begin::Settled,
        run: busy_disk,
    },
    Case {
        name: "busy network",
        about: "Something is received without pause: the machine stays.",
        begin: Begin::Settled,
        run: busy_network,
    },
    Case {
        name: "user who types",
        about: "A user is logged in and types something now and then: the machine stays.",
        begin: Begin::Settled,
        run: typing_user,
    },
    Case {
        name: "user who went home",
        about: "A user is logged in and has left: the machine ends.",
        begin: Begin::Settled,
        run: absent_user,
    },
    Case {
        name: "tmux left behind",
        about: "A user has logged out and left a tmux with a shell that waits: the machine ends.",
        begin: Begin::Settled,
        run: tmux,
    },
    Case {
        name: "hibernation starts a new window",
        about: "An idle machine hibernates and resumes: what it was idle before does not count.",
        begin: Begin::Settled,
        run: new_window,
    },
];

fn idle(scene: &mut Scene<'_>) -> Outcome {
    scene.ends_idle()
}

fn busy_processor(scene: &mut Scene<'_>) -> Outcome {
    scene.stays_with("while :; do :; done")
}

fn busy_disk(scene: &mut Scene<'_>) -> Outcome {
    scene.stays_with("while :; do dd if=/dev/zero of=/var/tmp/work bs=1M count=32 conv=fsync; done")
}

fn busy_network(scene: &mut Scene<'_>) -> Outcome {
    give_bytes_away()?;
    scene.stays_with(&format!("exec cat </dev/tcp/10.0.2.2/{TAP}"))
}

fn typing_user(scene: &mut Scene<'_>) -> Outcome {
    let mut login = scene.log_in()?;
    let started = Instant::now();
    while started.elapsed() < BUSY {
        login.enter("true")?;
        scene.stays(Duration::from_secs(20))?;
    }
    scene.notes.add(format!("there after {} s, somebody typing", BUSY.as_secs()));
    Ok(Verdict::Holds)
}

fn absent_user(scene: &mut Scene<'_>) -> Outcome {
    let login = scene.log_in()?;
    let outcome = scene.ends_idle();
    drop(login);
    outcome
}

fn tmux(scene: &mut Scene<'_>) -> Outcome {
    let mut login = scene.log_in()?;
    login.enter("tmux new-session -d 'sleep 100000'; tmux ls; echo left-$((1))")?;
    login.wait_for("left-1", Duration::from_secs(60))?;
    login.enter("exit")?;
    drop(login);
    scene.ends_idle()
}

fn new_window(scene: &mut Scene<'_>) -> Outcome {
    scene.hibernate_and_resume()?;
    scene.stays(Duration::from_secs(90))?;
    scene.notes.add("there a minute and a half after the resume");
    scene.until("/usr/local/bin/cloudkit agent why", Duration::from_secs(60))?;
    let why = scene.tell("/usr/local/bin/cloudkit agent why")?;
    scene.notes.add(format!("it says:\n{why}"));
    Ok(Verdict::Holds)
}

impl Scene<'_> {
    fn ends_idle(&mut self) -> Outcome {
        let took = self.guest.wait_off(IDLE_END)?;
        self.notes.add(format!("off after {:.0} s without use", took.as_secs_f64()));
        Ok(Verdict::Holds)
    }

    fn stays_with(&mut self, work: &str) -> Outcome {
        self.tell(&format!("systemd-run --unit=work bash -c '({work}) >/dev/null 2>&1'"))?;
        self.stays(BUSY)?;
        self.tell("systemctl is-active work.service")?;
        self.notes.add(format!("there after {} s of work", BUSY.as_secs()));
        Ok(Verdict::Holds)
    }
}

/// About half a megabyte a second to whoever connects.
fn give_bytes_away() -> Result<(), Failure> {
    let start = |source| Failure::Start { line: format!("listen at port {TAP}"), source };
    let listener = TcpListener::bind(("127.0.0.1", TAP)).map_err(start)?;
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            while stream.write_all(&[0; 32 * 1024]).is_ok() {
                thread::sleep(Duration::from_millis(60));
            }
        }
    });
    Ok(())
}
