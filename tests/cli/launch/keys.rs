//! The SSH key that a machine lets in: found, offered, made, or a key pair of EC2.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use insta::assert_snapshot;
use serde_json::json;

#[cfg(unix)]
use crate::support::Terminal;
use crate::support::{Home, Lab, wait};

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h --wait accepted";
const WAITING: &str = "cloudkit launch -t m7i.large --ttl 1h --wait running";

/// A home without a key.
fn keyless(lab: &Lab) -> Home {
    let home = lab.home();
    fs::remove_file(home.path(".ssh/id_ed25519.pub")).unwrap();
    home
}

/// What the machine was told to let in.
fn let_in(lab: &Lab) -> String {
    let text = super::user_data::text_of(&lab.machines().pop().unwrap());
    let start = text.find("ssh_authorized_keys").expect(&text);
    text[start..].lines().nth(1).unwrap().trim_start_matches("- ").to_owned()
}

fn keygen(home: &Home, file: &str, more: &[&str]) -> String {
    let path = home.path(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let made = Command::new("ssh-keygen").args(["-q", "-C", "ada", "-f"]).arg(&path).args(more).status();
    assert!(made.unwrap().success());
    let mut public = path;
    public.as_mut_os_string().push(".pub");
    fs::read_to_string(public).unwrap().trim().to_owned()
}

#[cfg(unix)]
#[test]
fn a_key_is_made_where_there_is_none() {
    use std::os::unix::fs::PermissionsExt as _;
    let lab = Lab::start();
    let home = keyless(&lab);
    fs::remove_dir(home.path(".ssh")).unwrap();
    let plan = home.run(&format!("{LAUNCH} --dry-run")).ok().stdout;
    assert_snapshot!(plan.lines().filter(|line| line.contains("key")).collect::<Vec<_>>().join("\n"), @"  step     make SSH key [HOME]/.ssh/id_ed25519, since there is none");
    assert!(!home.path(".ssh").exists(), "a dry run makes nothing");
    let screen = home.run(LAUNCH).ok();
    assert_snapshot!(screen.stderr.lines().filter(|line| line.starts_with("made")).collect::<Vec<_>>().join("\n"), @"made SSH key [HOME]/.ssh/id_ed25519, which stays for later launches: keep it to yourself");
    let mode = |file: &str| fs::metadata(home.path(file)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(".ssh"), mode(".ssh/id_ed25519")], [0o700, 0o600]);
    let public = home.read(".ssh/id_ed25519.pub");
    assert_eq!(let_in(&lab), public.trim());
    let shown =
        Command::new("ssh-keygen").args(["-y", "-f"]).arg(home.path(".ssh/id_ed25519")).output().unwrap();
    assert_eq!(String::from_utf8(shown.stdout).unwrap().trim(), public.trim(), "OpenSSH reads what was made");
    let again = home.run(LAUNCH).ok();
    assert!(!again.stderr.contains("made SSH key"), "the next launch finds it: {again}");
    assert_eq!(home.read(".ssh/id_ed25519.pub"), public);
}

#[test]
fn nothing_is_made_for_a_launch_that_is_not_to_be() {
    let lab = Lab::start();
    let home = keyless(&lab);
    home.run("cloudkit launch -t m7i.large --no-ttl").exits(2);
    home.run("cloudkit launch -t m99.large --ttl 1h").exits(2);
    assert!(!home.path(".ssh/id_ed25519").exists());
}

#[test]
fn a_private_key_alone_will_do_where_its_public_half_shows() {
    let lab = Lab::start();
    let home = keyless(&lab);
    let public = keygen(&home, ".ssh/id_ecdsa", &["-t", "ecdsa", "-N", "secret"]);
    fs::remove_file(home.path(".ssh/id_ecdsa.pub")).unwrap();
    home.run(LAUNCH).ok();
    assert!(public.starts_with(&let_in(&lab)), "{public}");
    fs::remove_file(home.path(".ssh/id_ecdsa")).unwrap();
    keygen(&home, ".ssh/id_rsa", &["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "secret"]);
    fs::remove_file(home.path(".ssh/id_rsa.pub")).unwrap();
    assert_snapshot!(home.run(&format!("{LAUNCH} --quiet")), @"
    --- stderr
    error: [HOME]/.ssh/id_rsa has no public half beside it, and it is encrypted or cannot be read
    hint: write the public half anew: ssh-keygen -y -f [HOME]/.ssh/id_rsa > [HOME]/.ssh/id_rsa.pub
    hint: name another key: --ssh-key FILE
    --- exit 2
    ");
    assert!(!home.path(".ssh/id_ed25519").exists());
}

#[test]
fn a_public_key_of_another_private_key_is_refused() {
    let lab = Lab::start();
    let home = lab.home();
    let other = home.read(".ssh/id_ed25519.pub");
    fs::remove_file(home.path(".ssh/id_ed25519.pub")).unwrap();
    keygen(&home, ".ssh/id_ed25519", &["-t", "ed25519", "-N", ""]);
    home.write(".ssh/id_ed25519.pub", other);
    assert_snapshot!(home.run(&format!("{LAUNCH} --quiet")), @"
    --- stderr
    error: [HOME]/.ssh/id_ed25519.pub is not the public half of [HOME]/.ssh/id_ed25519
    hint: write the public half anew: ssh-keygen -y -f [HOME]/.ssh/id_ed25519 > [HOME]/.ssh/id_ed25519.pub
    hint: name another key: --ssh-key FILE
    --- exit 2
    ");
    assert_eq!(lab.requests().len(), 0);
}

#[test]
fn a_key_that_is_named_is_named_in_the_ssh_command() {
    let lab = Lab::start();
    let home = lab.home();
    let public = keygen(&home, "keys/work", &["-t", "ed25519", "-N", ""]);
    let command = |file: &str| {
        let file = home.path(file);
        let launched = home.run(&format!("{WAITING} -o json --ssh-key {}", file.display())).ok().json();
        assert_eq!(let_in(&lab), public);
        launched["ssh_command"].as_str().unwrap().to_owned()
    };
    assert_snapshot!(command("keys/work"), @"ssh -i [HOME]/keys/work -p [PORT] ec2-user@127.0.0.1");
    assert_eq!(command("keys/work"), command("keys/work.pub"));
    assert_snapshot!(home.run(&format!("{LAUNCH} --ssh-key none --quiet")), @"
    --- stderr
    error: none does not exist
    hint: name another key: --ssh-key FILE
    --- exit 2
    ");
    assert_snapshot!(home.run(&format!("{LAUNCH} --ssh-key agent --quiet")), @"
    --- stderr
    error: agent is not an SSH public key
    hint: name another key: --ssh-key FILE
    --- exit 2
    ");
    home.run(&format!("{LAUNCH} --ssh-key agent --key-pair work")).exits(2);
}

/// A real SSH agent that ends with its value.
#[cfg(unix)]
struct Agent(Child, PathBuf);

#[cfg(unix)]
impl Agent {
    fn start(home: &Home) -> Self {
        let socket = home.path("agent.socket");
        let child =
            Command::new("ssh-agent").args(["-D", "-a"]).arg(&socket).stdout(Stdio::null()).spawn().unwrap();
        wait::until("the agent's socket", || socket.exists().then_some(()));
        Self(child, socket)
    }
}

#[cfg(unix)]
impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn a_key_of_the_agent_is_let_in() {
    let lab = Lab::start();
    let mut home = keyless(&lab);
    let public = keygen(&home, "elsewhere/token", &["-t", "ed25519", "-N", ""]);
    let agent = Agent::start(&home);
    home.set("SSH_AUTH_SOCK", agent.1.to_str().unwrap());
    let plan = |home: &Home| {
        let plan = home.run(&format!("{LAUNCH} --dry-run")).ok();
        let lines = plan.stdout.lines().filter(|line| line.contains("key")).collect::<Vec<_>>();
        format!(
            "{}{}",
            lines.join("\n") + "\n",
            plan.stderr.lines().filter(|line| line.contains("agent")).collect::<String>()
        )
    };
    assert_snapshot!(plan(&home), @"  step     make SSH key [HOME]/.ssh/id_ed25519, since there is none");
    let added = Command::new("ssh-add")
        .arg("-q")
        .arg(home.path("elsewhere/token"))
        .env("SSH_AUTH_SOCK", &agent.1)
        .status();
    assert!(added.unwrap().success());
    assert_snapshot!(plan(&home), @"  key      ada, of the SSH agent");
    home.run(LAUNCH).ok();
    assert_eq!(let_in(&lab), public);
    assert!(!home.path(".ssh/id_ed25519").exists());
    let file = keygen(&home, ".ssh/id_ed25519", &["-t", "ed25519", "-N", ""]);
    home.run(LAUNCH).ok();
    assert_eq!(let_in(&lab), file);
    home.run(&format!("{LAUNCH} --ssh-agent")).ok();
    assert_eq!(let_in(&lab), public, "also where there is a file");
    let question = "Which SSH key is let in?";
    let mut terminal = Terminal::typed(&home, "cloudkit launch --dry-run --name trainer --ttl 8h");
    for question in ["What for?", "Where?", "How to pay"] {
        terminal.sees(question).answers("\r");
    }
    terminal.sees(question).sees("~/.ssh/id_ed25519").sees("the SSH agent's: ada").answers("nope");
    terminal
        .sees("does not exist")
        .answers(&"\u{7f}".repeat(4))
        .sees("the SSH agent's")
        .answers("\u{1b}[B\r");
    terminal.sees("--ssh-agent").ends(0);
    fs::remove_file(home.path(".ssh/id_ed25519")).unwrap();
    fs::remove_file(home.path(".ssh/id_ed25519.pub")).unwrap();
    drop(agent);
    let screen = home.run(&format!("{LAUNCH} --ssh-agent")).exits(2);
    assert!(screen.stderr.contains("error: the SSH agent has no key"), "{screen}");
    assert_snapshot!(plan(&home), @"
      step     make SSH key [HOME]/.ssh/id_ed25519, since there is none
    warning: the SSH agent gives no answer: ssh-add ended with exit status: 2
    ");
}

#[test]
fn a_key_pair_is_handed_over_by_ec2() {
    let lab = Lab::start();
    let home = lab.home();
    let public = keygen(&home, ".ssh/work.pem", &["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", ""]);
    fs::remove_file(home.path(".ssh/work.pem.pub")).unwrap();
    lab.boto(&format!("ec2.import_key_pair(KeyName='work', PublicKeyMaterial=b'{public}')\nec2.create_key_pair(KeyName='foreign')\nanswer = {{}}"));
    let launched = home.run(&format!("{WAITING} -o json --key-pair work")).ok();
    assert_snapshot!(launched.json()["ssh_command"].as_str().unwrap(), @"ssh -i [HOME]/.ssh/work.pem -p [PORT] ec2-user@127.0.0.1");
    let machine = lab.only_machine();
    assert_eq!(machine["key_name"], "work");
    let text = super::user_data::text_of(&machine);
    assert!(!text.contains("ssh_authorized_keys"), "no other key is let in: {text}");
    let plan = home.run(&format!("{LAUNCH} --key-pair foreign --dry-run")).ok().stdout;
    assert_snapshot!(plan.lines().filter(|line| line.contains("key")).collect::<Vec<_>>().join("\n"), @"  key      EC2 key pair foreign (its private half is not known here)");
    assert_snapshot!(home.run(&format!("{LAUNCH} --key-pair none --quiet")), @"
    --- stderr
    error: m7i.large in us-east-1 cannot be launched: us-east-1 has no key pair none
    hint: see what there is: aws ec2 describe-key-pairs --region us-east-1
    --- exit 2
    ");
    let asked = lab.requests_of("DescribeKeyPairs").pop().unwrap();
    assert_eq!(asked.params["IncludePublicKey"], json!("true"));
}
