//! The demo's walk: find, launch, boot, keep the deadline, list, clean up, and the empty account.
//! Each step says what it is about, runs what a user would type, and goes on only if the lab agrees.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cloudkit::model::agent::{EndBy, Warn};
use cloudkit::model::tag;
use cloudkit::provision::image::{AMAZON_LINUX_2023, ImageKind, Purpose};
use jiff::Timestamp;

use super::control::{Control, Machine as KnownMachine};
use super::failure::{DemoError, Failure, expect};
use super::machine::{self, Machine};
use super::program::{Fit, Program};
use super::terminal::{Running, Terminal};
use super::{step, verified};
use crate::http::Http;
use crate::lab::Addresses;
use crate::say;

/// A public key as users have one. Nobody has its private half: its 32 bytes are all zero.
const PUBLIC_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA newcomer@demo\n";
/// Long enough for the launch and the boot on a slow computer.
const TTL: &str = "25s";
const NAME: &str = "demo";
/// What must be left of it when the agent starts: a machine that wakes after its deadline gets ten minutes more.
const LEFT: Duration = Duration::from_secs(3);
/// How late the end may be.
const LATE: Duration = Duration::from_secs(15);
const LOOK: Duration = Duration::from_millis(200);

/// What the demo walks through.
pub(super) struct Demo<'d> {
    program: &'d Program,
    lab: &'d Addresses,
    http: &'d Http,
    control: Control<'d>,
    terminal: Terminal,
    home: PathBuf,
    machine_root: PathBuf,
}

impl<'d> Demo<'d> {
    /// Makes the home of a user who has an SSH key and nothing else.
    pub(super) fn new(
        program: &'d Program,
        lab: &'d Addresses,
        http: &'d Http,
        folder: &Path,
    ) -> Result<Self, DemoError> {
        let (home, machine_root) = (folder.join("home"), folder.join("machine"));
        let keys = home.join(".ssh");
        let made = fs::create_dir_all(&keys)
            .and_then(|()| fs::create_dir_all(&machine_root))
            .and_then(|()| fs::write(keys.join("id_ed25519.pub"), PUBLIC_KEY));
        made.map_err(|source| DemoError::Folder { path: folder.to_owned(), source })?;
        let terminal = Terminal::new(&home, lab.variables());
        let control = Control::new(http, &lab.control);
        Ok(Self { program, lab, http, control, terminal, home, machine_root })
    }

    pub(super) fn run(&self) -> Result<(), DemoError> {
        let Addresses { aws, account, .. } = self.lab;
        say::result(format_args!(
            "\nThis is cloudkit on a local AWS: a Moto server at {aws} with one empty\n\
             account, {account}. Nothing leaves this computer, and nothing costs anything. What follows\n\
             each \"verified\" was checked without cloudkit, at the local AWS itself."
        ));
        let find =
            format!("cloudkit find search --vcpus 2 --memory 8 --arch {} --limit 3", self.architecture());
        let best = step(
            "1. Find",
            "What are the cheapest machines with 2 vCPUs and 8 GiB? The catalog of AWS's real instance types and\n\
             prices is part of the program; each price shows its date.",
            || self.find(&find),
        )?;
        if matches!(self.program.fit, Fit::Unfit) {
            self.leave_out()?;
        } else {
            self.live_and_end(&find, &best)?;
        }
        Ok(())
    }

    fn live_and_end(&self, find: &str, best: &str) -> Result<(), DemoError> {
        let launched = step(
            "2. Launch",
            "A pipe from find launches the first of the offers that AWS can give. Every machine gets a deadline;\n\
             this one's is 25 seconds away, where hours would be usual.",
            || self.launch(find, best),
        )?;
        let machine = step(
            "3. Boot",
            "The local AWS runs no machines: a folder of this computer stands in for this one. Just as the boot\n\
             script of a real machine does, it gets its agent, a copy of cloudkit, from the account's bucket.",
            || self.boot(&launched),
        )?;
        step(
            "4. Keep the deadline",
            "The agent, started by systemd on a real machine, warns all who are logged in and at the deadline\n\
             powers the machine off. But this is your own computer: so here `warn` and `end_by` are changed, the\n\
             warning goes into a file alone, and the agent asks AWS to end the machine.",
            || self.keep_deadline(&launched, &machine),
        )?;
        step("5. List", "What became of it?", || self.list(&launched))?;
        step(
            "6. Clean up",
            "Two things that served the machine are still there: its security group, and the bucket with the\n\
             agent. The next launch would use the bucket again; `--bucket` says to remove it too.",
            || self.clean_up(),
        )?;
        step("7. The account", "What is left of it all? This is the local AWS's own answer.", || {
            self.account()
        })
    }

    fn architecture(&self) -> String {
        self.program.fit.architecture().to_string()
    }

    fn cloudkit(&self, line: &str) -> Result<String, Failure> {
        self.terminal.run(&self.program.path, &self.home, line)
    }

    /// Shows offers and returns the type of the first.
    fn find(&self, line: &str) -> Result<String, Failure> {
        let screen = self.cloudkit(line)?;
        let offers = screen.lines().skip_while(|line| !line.starts_with("TYPE ")).skip(1);
        let types: Vec<&str> = offers.filter_map(|line| line.split_whitespace().next()).collect();
        let calls = self.control.calls()?.len();
        expect(calls == 0, "no call to AWS", || calls.to_string())?;
        verified("AWS got no request for this");
        let best =
            types.first().ok_or(Failure::Expected { expected: "an offer", found: "none".to_owned() })?;
        Ok((*best).to_owned())
    }

    fn launch(&self, find: &str, best: &str) -> Result<KnownMachine, Failure> {
        let image = self.image();
        self.cloudkit(&format!("{find} | cloudkit launch --ttl {TTL} --name {NAME}{image}"))?;
        let machine = self.control.machine()?;
        let calls = self.control.calls_of("RunInstances")?.len();
        expect(calls == 1, "one call of RunInstances", || calls.to_string())?;
        expect(machine.state == "running", "a machine that runs", || machine.state.clone())?;
        expect(machine.instance_type == best, "the first of the offers", || machine.instance_type.clone())?;
        let name = machine.tags.get(tag::NAME);
        expect(name.is_some_and(|name| name == NAME), "the machine's name", || format!("{name:?}"))?;
        let ends = &machine.shutdown_behavior;
        expect(ends == "terminate", "a power-off that terminates the machine", || ends.clone())?;
        let tokens = &machine.metadata_options.http_tokens;
        expect(tokens == "required", "a metadata service of version 2 alone", || tokens.clone())?;
        verified(format_args!(
            "RunInstances was called once; {}, a {} in {}, runs with its deadline in a tag",
            machine.id, machine.instance_type, machine.region
        ));
        machine.deadline()?;
        Ok(machine)
    }

    /// The option that names an image, and why, where the usual image would be refused.
    fn image(&self) -> String {
        let Fit::NeedsNewerLibrary(_, needed) = &self.program.fit else {
            return String::new();
        };
        let newer = ImageKind::ALL
            .into_iter()
            .find(|kind| kind.purpose() == Purpose::General && kind.distribution().glibc >= *needed);
        let Some(newer) = newer else { return String::new() };
        say::result(format_args!(
            "(Built on this computer, cloudkit needs glibc {needed} and the usual image, Amazon Linux 2023, has {}: it\n\
             would be refused as the machine's agent. {} has a newer one.)",
            AMAZON_LINUX_2023.glibc,
            newer.describe()
        ));
        format!(" --image {newer}")
    }

    fn boot(&self, launched: &KnownMachine) -> Result<Machine<'_>, Failure> {
        let metadata = self.control.open_metadata(&launched.id)?;
        let machine = machine::boot(&self.machine_root, self.http, &metadata, &self.terminal)?;
        let built = &self.program.sha256;
        expect(machine.sha256 == *built, "the cloudkit that was built as the agent", || {
            machine.sha256.clone()
        })?;
        let configuration = machine.configuration();
        let usual = configuration.end_by == EndBy::PowerOff && configuration.warn == Warn::Terminals;
        expect(usual, "the configuration of an ordinary machine", || format!("{configuration:?}"))?;
        let fetched = self.control.calls_of("GetObject")?.len();
        expect(fetched == 1, "one download from the bucket", || fetched.to_string())?;
        let deadline = launched.deadline()?;
        let same = configuration.deadline == Some(deadline);
        expect(same, "the deadline of the machine's tag", || format!("{:?}", configuration.deadline))?;
        verified(
            "what came out of the bucket is the cloudkit that was built, by its SHA-256, and it is told the deadline",
        );
        Ok(machine)
    }

    fn keep_deadline(&self, launched: &KnownMachine, machine: &Machine<'_>) -> Result<(), Failure> {
        let deadline = launched.deadline()?;
        let left = deadline.duration_since(Timestamp::now());
        expect(left > LEFT.try_into().unwrap_or_default(), "some time before the deadline", || {
            format!("{} s, as this computer is busy", left.as_secs())
        })?;
        machine.configure()?;
        let mut agent = machine.start_agent()?;
        let warning = machine.look_at_agent()?;
        expect(warning.contains(&deadline.to_string()), "a warning of the deadline", || warning.clone())?;
        say::result("\n(The agent waits for the deadline.)");
        self.wait_for_end(&mut agent, left.unsigned_abs() + LATE)?;
        // As on a real machine, which takes its processes with it. Dropped, the agent is killed.
        drop(agent);
        self.verify_end(deadline)
    }

    fn wait_for_end(&self, agent: &mut Running, limit: Duration) -> Result<(), Failure> {
        let started = Instant::now();
        while !self.control.machine()?.is_terminated() {
            let goes_on = agent.show(LOOK) && started.elapsed() < limit;
            expect(goes_on, "the end of the machine by its running agent", || "it goes on".to_owned())?;
        }
        Ok(())
    }

    fn verify_end(&self, deadline: Timestamp) -> Result<(), Failure> {
        let calls = self.control.calls_of("TerminateInstances")?;
        let [call] = calls.as_slice() else {
            return expect(false, "one call of TerminateInstances", || calls.len().to_string());
        };
        let late = call.at.duration_since(deadline);
        let in_time = !late.is_negative() && late.unsigned_abs() < LATE && call.status == Some(200);
        expect(in_time, "the machine's end at its deadline", || format!("{call:?}"))?;
        verified(format_args!(
            "the agent called TerminateInstances {:.1} s after the deadline, and the machine is terminated",
            late.as_secs_f64()
        ));
        Ok(())
    }

    fn list(&self, launched: &KnownMachine) -> Result<(), Failure> {
        let screen = self.cloudkit("cloudkit launch list --all")?;
        let line = screen.lines().find(|line| line.contains(&launched.id)).unwrap_or_default();
        expect(line.contains("terminated"), "the machine as terminated", || format!("{line:?}"))?;
        let state = self.control.machine()?.state;
        expect(state == "terminated", "a terminated machine at AWS", || state.clone())?;
        verified("so it is at AWS, which shows what has ended for about an hour");
        Ok(())
    }

    fn clean_up(&self) -> Result<(), Failure> {
        self.cloudkit("cloudkit launch cleanup --bucket --yes")?;
        for action in ["DeleteSecurityGroup", "DeleteBucket"] {
            let done = self.control.calls_of(action)?;
            let done = done.iter().any(|call| call.status.is_some_and(|status| status < 300));
            expect(done, "both to be removed", || format!("no {action} that was done"))?;
        }
        verified("AWS removed both");
        Ok(())
    }

    fn account(&self) -> Result<(), Failure> {
        let account = self.control.account()?;
        let regions = serde_json::Value::Object(account.regions);
        let empty = regions.as_object().is_some_and(serde_json::Map::is_empty);
        expect(empty, "an empty account", || regions.to_string())?;
        verified(format_args!("nothing is left in account {}, in no region", account.account));
        Ok(())
    }

    /// Where cloudkit is no Linux program no machine could run it as its agent.
    fn leave_out(&self) -> Result<(), DemoError> {
        step(
            "2. What is left out here",
            "Launch, the agent and its deadline: cloudkit brings itself to the machine, and what was built here\n\
             is no Linux program, so launch refuses it. The demo on Linux (x86_64 or arm64) shows these too.",
            || {
                self.cloudkit("cloudkit launch list --all")?;
                self.account()
            },
        )
    }
}
