//! The lab of a test: a local AWS, and its control.
//!
//! The lab knows nothing of cloudkit; what it can do is in its own README.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Home, wait};

const END_LIMIT: Duration = Duration::from_secs(5);
pub(crate) const PUBLIC_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJWqQ3hEoPyAnHyZnzTtYtBBpvRBoTVyvUNqUxzrtZHk ada@example.com\n";

/// A lab that runs until it is dropped.
pub(crate) struct Lab {
    pub(crate) addresses: Addresses,
    child: Child,
    stdin: Option<ChildStdin>,
}

/// Where the lab listens: the one line that it prints.
#[derive(Debug, Deserialize)]
pub(crate) struct Addresses {
    pub(crate) aws: String,
    pub(crate) control: String,
    pub(crate) check_ip: String,
    pub(crate) feeds: String,
    pub(crate) ssh_port: u16,
}

/// A request that AWS received.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Request {
    pub(crate) service: String,
    pub(crate) action: String,
    pub(crate) mutating: bool,
    /// How many requests, itself the last, had waited for each other's answers.
    pub(crate) depth: u32,
    pub(crate) params: BTreeMap<String, Value>,
    pub(crate) body_sha256: String,
    pub(crate) expected_bucket_owner: Option<String>,
}

/// A request that the server of public documents received.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct FeedRequest {
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) status: Option<u16>,
}

impl Lab {
    /// Tries each of these in turn, on several labs at a time, since much of it is waiting.
    pub(crate) fn each<T: Sync>(all: &[T], attempt: impl Fn(&Self, &T) + Sync) {
        const LABS: usize = 3;
        std::thread::scope(|scope| {
            for first in 0..LABS {
                let attempt = &attempt;
                scope.spawn(move || {
                    let lab = Self::start();
                    all.iter().skip(first).step_by(LABS).for_each(|one| attempt(&lab, one));
                });
            }
        });
    }

    pub(crate) fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new(python());
        command.args(["-m", "lab"]).current_dir(root.join("tests/lab"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addresses = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line:?}"));
        Self { addresses, child, stdin }
    }

    /// The home of somebody whose AWS is this lab, with a key and a small agent binary.
    pub(crate) fn home(&self) -> Home {
        let mut home = Home::new();
        for (variable, value) in [
            ("AWS_ENDPOINT_URL", self.addresses.aws.as_str()),
            ("AWS_ACCESS_KEY_ID", "lab"),
            ("AWS_SECRET_ACCESS_KEY", "lab"),
            ("AWS_REGION", "us-east-1"),
            ("CLOUDKIT_CHECK_IP_URL", self.addresses.check_ip.as_str()),
            ("CLOUDKIT_SSH_PORT", &self.addresses.ssh_port.to_string()),
            // The machines of the lab run nothing, so no agent shows itself unless a test has it do so.
            ("CLOUDKIT_AGENT_WAIT", "1s"),
            // A lab that has just begun on a computer with much to do is no region without an answer.
            ("CLOUDKIT_ANSWER_LIMIT", "60s"),
        ] {
            home.set(variable, value);
        }
        home.write(".ssh/id_ed25519.pub", PUBLIC_KEY);
        let agent = home.write("agent", crate::elf::for_x86_64());
        home.settings(&format!("agent-binary: {}\n", agent.display()));
        home
    }

    /// The requests so far, in order of arrival.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests_since(0)
    }

    pub(crate) fn requests_since(&self, number: usize) -> Vec<Request> {
        serde_json::from_value(self.get(&format!("/requests?since={number}"))).unwrap()
    }

    /// The requests of one kind.
    pub(crate) fn requests_of(&self, action: &str) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.action == action).collect()
    }

    /// The names of the requests that would change something.
    pub(crate) fn changes(&self) -> Vec<String> {
        let changing = self.requests().into_iter().filter(|request| request.mutating);
        changing.map(|request| request.action).collect()
    }

    /// Every machine there was.
    pub(crate) fn machines(&self) -> Vec<Value> {
        serde_json::from_value(self.get("/machines")).unwrap()
    }

    /// The one machine that there was.
    #[track_caller]
    pub(crate) fn only_machine(&self) -> Value {
        let machines = self.machines();
        assert_eq!(machines.len(), 1, "{machines:#?}");
        machines.into_iter().next().unwrap()
    }

    /// What is left that its owner would pay for or trip over, by region.
    pub(crate) fn left(&self) -> Value {
        self.get("/account")["regions"].clone()
    }

    /// Nothing is left, not even what costs nothing.
    #[track_caller]
    pub(crate) fn nothing_is_left(&self) {
        assert_eq!(self.left(), json!({}));
    }

    /// Waits until a machine is in a state.
    pub(crate) fn until_it_is(&self, id: &str, state: &str) {
        wait::until(&format!("{id} to be {state}"), || {
            self.machines()
                .iter()
                .any(|machine| machine["id"] == id && machine["state"] == state)
                .then_some(())
        });
    }

    /// Writes on the console of a machine, as its system does.
    pub(crate) fn console(&self, id: &str, text: &str) {
        self.post(&format!("/machines/{id}/console"), &json!({"text": text}));
    }

    /// Makes something go wrong; the members are in the lab's README.
    pub(crate) fn fault(&self, fault: &Value) {
        self.post("/faults", fault);
    }

    /// A fresh account, an empty log, every switch back.
    pub(crate) fn reset(&self) {
        self.post("/reset", &json!({}));
    }

    pub(crate) fn clear_faults(&self) {
        let answer = ureq::delete(format!("{}/faults", self.addresses.control)).call();
        answer.unwrap();
    }

    /// Serves a public document; the members are in the lab's README.
    pub(crate) fn feed(&self, document: &Value) {
        self.post("/feeds", document);
    }

    /// Makes something go wrong with a public document.
    pub(crate) fn feed_fault(&self, fault: &Value) {
        self.post("/feeds/faults", fault);
    }

    pub(crate) fn clear_feed_faults(&self) {
        ureq::delete(format!("{}/feeds/faults", self.addresses.control)).call().unwrap();
    }

    /// The requests for public documents after a number of them, in order of arrival.
    pub(crate) fn feed_requests_since(&self, number: usize) -> Vec<FeedRequest> {
        serde_json::from_value(self.get(&format!("/feeds/requests?since={number}"))).unwrap()
    }

    /// Runs a few lines of boto3 as somebody else in the account: `ec2` is the client, `named` makes a name tag, and what
    /// they call `answer` is handed back.
    #[track_caller]
    pub(crate) fn boto(&self, lines: &str) -> Value {
        let beginning = "import boto3, json, sys\n\
            ec2 = boto3.client('ec2', region_name='us-east-1', endpoint_url=sys.argv[1], aws_access_key_id='x', aws_secret_access_key='x')\n\
            named = lambda kind, name: [{'ResourceType': kind, 'Tags': [{'Key': 'Name', 'Value': name}]}]\n";
        let script = format!("{beginning}{lines}\nprint(json.dumps(answer))\n");
        let output = Command::new(python()).args(["-c", &script, &self.addresses.aws]).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"))
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let mut answer = ureq::get(format!("{}{path}", self.addresses.control)).call().unwrap();
        answer.body_mut().read_json().unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.addresses.control);
        let mut answer = ureq::post(url).send_json(body).unwrap_or_else(|error| panic!("{path}: {error}"));
        answer.body_mut().read_json().unwrap()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // It ends when its stdin does.
        self.stdin = None;
        if wait::within(END_LIMIT, || self.child.try_wait().ok().flatten()).is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The Python that has what the lab needs: the one that is named, else the one that `cargo xtask test` has made.
pub(crate) fn python() -> PathBuf {
    if let Some(named) = std::env::var_os("CLOUDKIT_LAB_PYTHON") {
        return PathBuf::from(named);
    }
    let venv = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab-venv");
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    assert!(python.exists(), "the lab's Python is missing; `cargo xtask test` makes it and runs the tests");
    python
}
