//! A machine as QEMU emulates it: its own kernel, clock and firmware, which names it as EC2's does.
//! It asks no hardware for help, whatever this computer offers, and reaches nothing but the lab.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::bounded::{self, Said};
use super::case::{self, Guest};
use super::failure::{Failure, expect};
use super::image::Image;
use super::qemu::{self, Qemu};

/// EC2's firmware has the same text for both; cloud-init wants them alike, and to begin so.
const UUID: &str = "ec2e1916-9099-7caf-fd21-012345abcdef";
const SWAP_BYTES: u64 = 1 << 30;
/// The state that every case begins with.
pub(super) const BOOTED: &str = "booted";
/// From power on to the shell; a computer that is busy takes its time.
const SHELL_LIMIT: Duration = Duration::from_secs(300);
const CONNECT_LIMIT: Duration = Duration::from_secs(20);
const SAVE_LIMIT: Duration = Duration::from_secs(120);

/// What makes a machine this one.
#[derive(Debug, Clone)]
pub(super) struct Hardware {
    pub(super) qemu: Qemu,
    pub(super) image: Image,
    pub(super) instance_id: String,
    pub(super) mac: String,
    /// The port of ours that leads to its SSH server.
    pub(super) ssh_port: u16,
}

/// How a machine comes to run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Start {
    /// Its power is switched on.
    PowerOn,
    /// It goes on where a state was saved.
    Saved(&'static str),
}

/// A machine that runs; dropped, its plug is pulled.
pub(super) struct Emulator {
    hardware: Hardware,
    folder: PathBuf,
    process: Child,
    shell: Line,
    monitor: Line,
    asked: u64,
}

impl Emulator {
    /// Makes the disks of a new machine.
    pub(super) fn make(hardware: &Hardware, folder: &Path) -> Result<(), Failure> {
        fs::create_dir_all(folder).map_err(Failure::file(folder))?;
        qemu::layer(&hardware.qemu, &hardware.image.disk(), "raw", &folder.join("disk.qcow2"))?;
        let swap = folder.join("swap.raw");
        qemu::empty(&swap, SWAP_BYTES)?;
        bounded::succeed(Command::new("mkswap").arg(&swap), case::COMMAND)?;
        qemu::layer(&hardware.qemu, &swap, "raw", &folder.join("swap.qcow2"))
    }

    /// A machine with the same disks, whose writes are its own.
    pub(super) fn copy(from: &Path, folder: &Path) -> Result<(), Failure> {
        fs::create_dir_all(folder).map_err(Failure::file(folder))?;
        for name in ["disk.qcow2", "swap.qcow2"] {
            let mut copy = Command::new("cp");
            copy.arg("--sparse=always").arg(from.join(name)).arg(folder.join(name));
            bounded::succeed(&mut copy, case::COMMAND)?;
        }
        Ok(())
    }

    pub(super) fn start(hardware: &Hardware, folder: &Path, start: Start) -> Result<Self, Failure> {
        let mut command = hardware.command(folder, start);
        let process = command.spawn();
        let process = process.map_err(|source| Failure::Start { line: "qemu".to_owned(), source })?;
        let shell = Line::connect(&folder.join("shell"))?;
        let monitor = Line::connect(&folder.join("monitor"))?;
        let mut emulator =
            Self { hardware: hardware.clone(), folder: folder.to_owned(), process, shell, monitor, asked: 0 };
        emulator.monitor(&json!({"execute": "qmp_capabilities"}), case::COMMAND)?;
        if matches!(start, Start::PowerOn) {
            emulator.wait_for_shell()?;
        }
        Ok(emulator)
    }

    fn wait_for_shell(&mut self) -> Result<(), Failure> {
        self.shell.read_until(SHELL_LIMIT, "the machine's shell", |line| (line == "ready").then_some(()))
    }

    /// Switched on again, as after a stop; a machine that hibernated goes on where it was.
    pub(super) fn start_again(&mut self, resumed: bool) -> Result<(), Failure> {
        let start = Start::PowerOn;
        let mut command = self.hardware.command(&self.folder, start);
        self.process =
            command.spawn().map_err(|source| Failure::Start { line: "qemu".to_owned(), source })?;
        self.shell = Line::connect(&self.folder.join("shell"))?;
        self.monitor = Line::connect(&self.folder.join("monitor"))?;
        self.monitor(&json!({"execute": "qmp_capabilities"}), case::COMMAND)?;
        if resumed {
            // Its shell was there all along and says so only when asked; the kernel takes half a minute before that.
            return bounded::until("the machine to resume", SHELL_LIMIT, || {
                let said = self.sh("echo here", Duration::from_secs(5));
                Ok(said.is_ok_and(|said| said.text.trim() == "here").then_some(()))
            });
        }
        self.wait_for_shell()
    }

    /// Keeps the machine as it is now, to begin again from there.
    pub(super) fn save(&mut self, name: &str) -> Result<(), Failure> {
        let line = format!("savevm {name}");
        let command = json!({"execute": "human-monitor-command", "arguments": {"command-line": line}});
        let said = self.monitor(&command, SAVE_LIMIT)?;
        expect(said == json!(""), "a saved state", said.to_string())
    }

    pub(super) fn set_clock(&mut self, to: Timestamp) -> Result<(), Failure> {
        case::tell(self, &format!("date -us @{}", to.as_second())).map(|_| ())
    }

    fn monitor(&mut self, command: &Value, limit: Duration) -> Result<Value, Failure> {
        self.monitor.write(&command.to_string())?;
        self.monitor.read_until(limit, "QEMU's monitor", |line| {
            let answer: Value = serde_json::from_str(line).ok()?;
            answer.get("return").or_else(|| answer.get("error")).cloned()
        })
    }
}

impl Hardware {
    /// As on Nitro, where cloud-init finds the data source of EC2 by itself.
    fn command(&self, folder: &Path, start: Start) -> Command {
        let mut command = self.qemu.emulator();
        command.args(["-M", "q35", "-accel", "tcg,thread=multi,tb-size=256", "-cpu", "Nehalem", "-m", "512"]);
        command.args(["-smp", "1", "-nodefaults", "-display", "none", "-no-reboot"]);
        command.args(["-smbios", "type=0,vendor=Amazon EC2,version=1.0"]);
        command.arg("-smbios");
        command.arg(format!("type=1,manufacturer=Amazon EC2,product=t3.micro,serial={UUID},uuid={UUID}"));
        command.arg("-smbios").arg(format!("type=2,manufacturer=Amazon EC2,asset={}", self.instance_id));
        command.args(["-smbios", "type=3,manufacturer=Amazon EC2,asset=Amazon EC2"]);
        command.arg("-kernel").arg(self.image.kernel()).arg("-initrd").arg(self.image.initrd());
        command.args([
            "-append",
            "root=/dev/vda rw console=ttyS0 mitigations=off quiet systemd.show_status=1 panic=-1 resume=/dev/vdb",
        ]);
        for disk in ["disk.qcow2", "swap.qcow2"] {
            let path = folder.join(disk);
            command.arg("-drive");
            command.arg(format!("file={},format=qcow2,if=virtio,cache=unsafe", path.display()));
        }
        command.arg("-netdev");
        command.arg(format!("user,id=n0,ipv6=off,hostfwd=tcp:127.0.0.1:{}-:22", self.ssh_port));
        command.arg("-device").arg(format!("virtio-net-pci,netdev=n0,mac={},romfile=", self.mac));
        command.args(["-device", "virtio-rng-pci"]);
        command.arg("-serial").arg(format!("file:{}", folder.join("console").display()));
        command.arg("-serial").arg(format!("unix:{},server=on,wait=off", folder.join("shell").display()));
        command.arg("-qmp").arg(format!("unix:{},server=on,wait=off", folder.join("monitor").display()));
        if let Start::Saved(name) = start {
            command.args(["-loadvm", name]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }
}

impl Guest for Emulator {
    fn sh(&mut self, line: &str, limit: Duration) -> Result<Said, Failure> {
        self.asked += 1;
        let number = format!("{}.{}", self.process.id(), self.asked);
        let command = format!("{number} {} {}", limit.as_secs().max(1), BASE64.encode(line));
        self.shell.write(&command)?;
        // The machine keeps the time itself; it is slow to say so.
        let answer = self.shell.read_until(limit + Duration::from_secs(30), line, |answer| {
            let answer = answer.strip_prefix("answer ")?.strip_prefix(&number)?.trim_start();
            Some(answer.to_owned())
        })?;
        let (code, text) = answer.split_once(' ').unwrap_or((&answer, ""));
        let text = BASE64.decode(text.trim()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        Ok(Said { code: super::failure::parsed(code)?, text })
    }

    fn wait_off(&mut self, limit: Duration) -> Result<Duration, Failure> {
        let started = Instant::now();
        let Some(code) = bounded::wait(&mut self.process, limit) else {
            let what = "the end of the machine".to_owned();
            return Err(Failure::TooLong { what, seconds: limit.as_secs() });
        };
        expect(code == 0, "a power-off", format!("QEMU ended with {code}"))?;
        let reason = self.monitor.read_until(case::COMMAND, "QEMU's last word", |line| {
            let event: Value = serde_json::from_str(line).ok()?;
            (event["event"] == "SHUTDOWN")
                .then(|| event["data"]["reason"].as_str().unwrap_or_default().to_owned())
        })?;
        expect(reason == "guest-shutdown", "a power-off by the machine itself", reason)?;
        Ok(started.elapsed())
    }

    fn console(&self) -> String {
        let bytes = fs::read(self.folder.join("console")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A line to QEMU or to the machine, on which both sides speak in lines.
struct Line {
    reader: BufReader<UnixStream>,
    writer: UnixStream,
    partial: Vec<u8>,
}

impl Line {
    fn connect(path: &Path) -> Result<Self, Failure> {
        let stream = bounded::until("QEMU's sockets", CONNECT_LIMIT, || Ok(UnixStream::connect(path).ok()))?;
        let writer = stream.try_clone().map_err(Failure::Line)?;
        writer.set_write_timeout(Some(CONNECT_LIMIT)).map_err(Failure::Line)?;
        Ok(Self { reader: BufReader::new(stream), writer, partial: Vec::new() })
    }

    fn write(&mut self, line: &str) -> Result<(), Failure> {
        self.writer.write_all(format!("{line}\n").as_bytes()).map_err(Failure::Line)
    }

    /// Reads on until a line is the one that is waited for.
    fn read_until<T>(
        &mut self,
        limit: Duration,
        what: &str,
        wanted: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Failure> {
        let until = Instant::now() + limit;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let too_long = || Failure::TooLong { what: what.to_owned(), seconds: limit.as_secs() };
            if left.is_zero() {
                return Err(too_long());
            }
            self.reader.get_ref().set_read_timeout(Some(left)).map_err(Failure::Line)?;
            match self.reader.read_until(b'\n', &mut self.partial) {
                Ok(0) => return Err(Failure::expected(what, "the end of the line")),
                Ok(_) => {
                    let line = String::from_utf8_lossy(&self.partial).trim().to_owned();
                    self.partial.clear();
                    if let Some(found) = wanted(&line) {
                        return Ok(found);
                    }
                }
                // What came of a line so far is kept.
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Err(too_long()),
                Err(error) => return Err(Failure::Line(error)),
            }
        }
    }
}
