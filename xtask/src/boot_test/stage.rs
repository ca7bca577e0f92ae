//! What the machines come from: the lab, a user's home, and launches by the cloudkit that was built.
//! It boots nothing.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use cloudkit::model::tag;
use jiff::Timestamp;

use super::aws::Aws;
use super::bounded::Answer;
use super::failure::{BootTestError, Failure, expect};
use super::forward::{self, Routes};
use super::image::Image;
use super::namespace::{HOST, METADATA};
use super::{bounded, failure, folder};
use crate::lab::{self, Lab};
use crate::workspace::Workspace;
use crate::{http, process, sha256};

/// The image whose C library is that of the test's machines.
pub(super) const IMAGE: &str = "debian-12";
pub(super) const TYPE: &str = "t3.micro";
const PROGRAM: &str = "cloudkit";
const LAUNCH_LIMIT: Duration = Duration::from_secs(120);
const KEY_LIMIT: Duration = Duration::from_secs(20);

/// Puts the program that launches and goes to the machines into the folder of a run: what was built, without what only a
/// debugger reads.
pub(super) fn strip_program(built: &Path, folder: &Path) -> Result<(), BootTestError> {
    let mut strip = Command::new("strip");
    strip.arg("-o").arg(folder.join(PROGRAM)).arg(built);
    Ok(process::run(&mut strip)?)
}

/// Where machines are launched.
pub(super) struct Stage {
    pub(super) aws: Aws,
    pub(super) image: Image,
    /// What the agent's bytes come to.
    pub(super) agent_sha256: String,
    pub(super) routes: Routes,
    folder: PathBuf,
    /// It brings itself to the machines.
    program: PathBuf,
    lab: Lab,
}

/// A machine that AWS has and nothing runs yet.
#[derive(Debug, Clone)]
pub(super) struct Launched {
    pub(super) id: String,
    pub(super) deadline: Timestamp,
    /// Where its metadata service listens.
    pub(super) metadata: SocketAddr,
    /// All that came into the account with it, as [`Aws::left`] tells it.
    pub(super) made: BTreeSet<String>,
}

impl Stage {
    pub(super) fn set(workspace: &Workspace) -> Result<Self, BootTestError> {
        let lab = lab::start(workspace)?;
        let image = Image::of(workspace)?;
        let folder = folder::given()?;
        let program = folder.join(PROGRAM);
        let agent_sha256 = sha256::hex(&fs::read(&program).map_err(Failure::file(&program))?);
        let routes = Routes::default();
        let stage =
            Self { aws: Aws::new(&lab.addresses.control), image, agent_sha256, routes, program, folder, lab };
        stage.open_doors()?;
        stage.make_key()?;
        Ok(stage)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The addresses at which machines find the lab and their metadata.
    fn open_doors(&self) -> Result<(), Failure> {
        let lab = self.lab_address()?;
        let door = |line: String| move |source| Failure::Start { line, source };
        let host: SocketAddr = failure::parsed(&format!("{HOST}:{}", lab.port()))?;
        forward::all(host, lab).map_err(door(format!("listen at {host}")))?;
        let metadata: SocketAddr = failure::parsed(&format!("{METADATA}:80"))?;
        forward::by_peer(metadata, self.routes.clone()).map_err(door(format!("listen at {metadata}")))
    }

    fn lab_address(&self) -> Result<SocketAddr, Failure> {
        let address = &self.lab.addresses.aws;
        failure::parsed(address.strip_prefix("http://").unwrap_or(address))
    }

    /// AWS, as machines and users reach it.
    pub(super) fn aws_url(&self) -> Result<String, Failure> {
        Ok(format!("http://{HOST}:{}", self.lab_address()?.port()))
    }

    fn make_key(&self) -> Result<(), Failure> {
        let keys = self.folder().join(".ssh");
        fs::create_dir_all(&keys).map_err(Failure::file(&keys))?;
        let mut command = Command::new("ssh-keygen");
        command.args(["-q", "-t", "ed25519", "-N", "", "-C", "boot-test", "-f"]).arg(keys.join("id_ed25519"));
        bounded::succeed(&mut command, KEY_LIMIT).map(|_| ())
    }

    /// The private key of that user. ssh looks for it where the system says that they are at home, which is elsewhere.
    pub(super) fn identity(&self) -> PathBuf {
        self.folder.join(".ssh").join("id_ed25519")
    }

    /// Launches a machine as a user does who has the agent at hand.
    pub(super) fn launch(&self, name: &str, options: &[&str]) -> Result<Launched, Failure> {
        let launch = ["launch", "--instance-type", TYPE, "--image", IMAGE, "--name", name, "--yes"];
        self.make(name, &[&launch, ["--wait", "accepted"].as_slice(), options].concat())
    }

    /// Makes the one machine of that name by a command. Nobody else makes anything meanwhile.
    pub(super) fn make(&self, name: &str, arguments: &[&str]) -> Result<Launched, Failure> {
        let before = self.aws.left()?;
        self.cloudkit(arguments)?;
        let named =
            |machine: &super::aws::Machine| machine.tags.get(tag::NAME).is_some_and(|known| known == name);
        let machine = self.aws.machines()?.into_iter().find(named);
        let machine = machine.ok_or_else(|| Failure::expected("the machine that was launched", "none"))?;
        let deadline = machine.tags.get(tag::DEADLINE).map(String::as_str).unwrap_or_default();
        let deadline = failure::parsed(deadline)?;
        let metadata = self.aws.metadata(&machine.id)?;
        let made = self.aws.left()?.difference(&before).cloned().collect();
        Ok(Launched { id: machine.id, deadline, metadata, made })
    }

    /// Makes a bucket that is not cloudkit's, and an object in it. The lab looks at no signature.
    pub(super) fn put_object(&self, bucket: &str, key: &str, content: &[u8]) -> Result<(), Failure> {
        let (http, bucket) = (http::Http::new(), format!("{}/{bucket}", self.aws_url()?));
        http.put(&bucket, &[], b"")?;
        http.put(&format!("{bucket}/{key}"), &[], content)?;
        Ok(())
    }

    /// Writes the bundle of an app folder, and hands back its digest.
    pub(super) fn bundle(&self, app: &Path, file: &Path) -> Result<String, Failure> {
        let (app, file) = (app.display().to_string(), file.display().to_string());
        let answer = self.ask(&["deploy", "bundle", "--dir", &app, "--file", &file, "-o", "json"])?;
        expect(answer.code == 0, "a bundle", format!("{}: {}", answer.code, answer.stderr))?;
        let told: serde_json::Value = http::json("deploy bundle", answer.stdout.as_bytes())?;
        Ok(told["sha256"].as_str().unwrap_or_default().to_owned())
    }

    /// Runs cloudkit as that user, which has to succeed.
    pub(super) fn cloudkit(&self, arguments: &[&str]) -> Result<String, Failure> {
        bounded::succeed(&mut self.command(arguments)?, LAUNCH_LIMIT)
    }

    /// Runs cloudkit as that user, whatever comes of it.
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<Answer, Failure> {
        bounded::answer(&mut self.command(arguments)?, LAUNCH_LIMIT)
    }

    fn command(&self, arguments: &[&str]) -> Result<Command, Failure> {
        let mut command = Command::new(&self.program);
        command.args(arguments).env_clear().envs(self.lab.addresses.variables());
        // These machines have SSH servers of their own.
        command.env_remove("CLOUDKIT_SSH_PORT");
        command.env("AWS_ENDPOINT_URL", self.aws_url()?);
        command.env("HOME", self.folder());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        Ok(command)
    }
}
