//! Scripts and commands as a machine runs them, by the parts that bring them.

use super::super::user::{Environment, Job, UserBoot};
use super::super::{Boot, render};
use super::machine::{Machine, SHELLS, said};
use super::server::{Answer, serve};
use super::{LAUNCHED_AT, boot};

/// Tells who would run it, and runs it.
const RUNUSER: &str = r#"#!/bin/sh
echo "runuser $1 $2 $3 $4" >>"$LOG"
shift 4
exec bash "$@"
"#;

/// A machine with what the runner calls.
fn machine(shell: &'static [&'static str]) -> Machine {
    let machine = Machine::new(shell, LAUNCHED_AT + 60);
    machine.stand_in("runuser", RUNUSER);
    machine.stand_in("chown", "#!/bin/sh\necho \"chown $1 ${2##*/}\" >>\"$LOG\"\n");
    machine.stand_in("python3", "#!/bin/sh\n[ ! -e \"$CLOUDKIT_ROOT/no-user\" ] || exit 1\necho admin\n");
    machine.stand_in("id", "#!/bin/sh\n[ \"$1\" = admin ]\n");
    machine
}

fn job(name: &str, text: &str) -> Job {
    Job::script(name, text).unwrap().0
}

fn user(jobs: Vec<Job>) -> UserBoot {
    UserBoot { jobs, salt: "salt".to_owned(), ..UserBoot::default() }
}

/// Runs the parts that follow the agent's, and then what the service runs.
fn run(machine: &Machine, user: UserBoot) -> String {
    let mut boot = Boot { user, agent: None, ..boot() };
    let stored = boot.deliver().unwrap();
    if let Some(object) = &mut boot.object {
        let content = stored.unwrap().content;
        object.source.url = serve(move |_| Answer::Ok(content.clone().into_bytes()));
    }
    let data = render(&boot).unwrap();
    let mut told = String::new();
    for part in data.parts().iter().filter(|part| part.file_name().starts_with('z')) {
        told.push_str(&said(&machine.run_text(part.body())));
    }
    if machine.read("usr/local/lib/cloudkit/user-run").is_some() {
        let output = machine.run(&machine.path("usr/local/lib/cloudkit/user-run"), &[]);
        told.push_str(&String::from_utf8_lossy(&output.stdout));
        told.push_str(&said(&output));
    }
    told
}

fn status(machine: &Machine, name: &str) -> String {
    machine.read(&format!("var/lib/cloudkit/user/status/{name}")).unwrap_or_default().trim().to_owned()
}

fn log(machine: &Machine, name: &str) -> String {
    machine.read(&format!("var/log/cloudkit/{name}.log")).unwrap_or_default()
}

#[test]
fn scripts_run_as_root_and_commands_as_the_login_user() {
    for shell in SHELLS {
        let machine = machine(shell);
        let jobs = vec![
            job("set up.sh", "#!/bin/bash\necho \"home $HOME, $TOKEN\"\n"),
            Job::command("echo \"in the command: $TOKEN\"; exit 0").unwrap(),
        ];
        let mut environment = Environment::default();
        environment.set("TOKEN", "it's \"$(touch $CLOUDKIT_ROOT/pwned)\"\n`id`").unwrap();
        let told = run(&machine, UserBoot { environment, ..user(jobs) });
        assert_eq!(told, "cloudkit: 001-script-set-up.sh: exit 0\ncloudkit: 002-command: exit 0\n");
        let value = "it's \"$(touch $CLOUDKIT_ROOT/pwned)\"\n`id`\n";
        assert_eq!(log(&machine, "001-script-set-up.sh"), format!("home /root, {value}"));
        assert_eq!(log(&machine, "002-command"), format!("in the command: {value}"));
        assert_eq!(machine.read("pwned"), None);
        assert_eq!(
            machine.log(),
            [
                "systemctl daemon-reload",
                "systemctl start --no-block cloudkit-user.service",
                "chown admin environment",
                "chown admin 001-script-set-up.sh.log",
                "chown admin 002-command.log",
                "chown admin 002-command",
                "runuser -l -s /bin/bash admin",
            ]
        );
        only_its_owner_reads(&machine, "etc/cloudkit/environment");
        only_its_owner_reads(&machine, "var/log/cloudkit/002-command.log");
        only_its_owner_reads(&machine, "var/lib/cloudkit/user/jobs/002-command");
    }
}

fn only_its_owner_reads(machine: &Machine, below_root: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(machine.path(below_root)).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{below_root}: {mode:o}");
}

#[test]
fn the_first_that_fails_ends_it_and_is_remembered() {
    let machine = machine(SHELLS[0]);
    let jobs = vec![job("a", "#!/bin/sh\nexit 3\n"), Job::command("true").unwrap()];
    run(&machine, user(jobs));
    assert_eq!(status(&machine, "001-script-a"), "exit 3");
    assert_eq!(status(&machine, "002-command"), "not run: 001-script-a failed");
    assert_eq!(machine.read("var/lib/cloudkit/user/failure"), None);
    machine.log();
    machine.run(&machine.path("usr/local/lib/cloudkit/user-run"), &[]);
    assert!(machine.log().is_empty(), "once");
}

#[test]
fn without_a_login_user_nothing_runs() {
    let machine = machine(SHELLS[0]);
    machine.write("no-user", "");
    run(&machine, user(vec![Job::command("true").unwrap()]));
    assert_eq!(status(&machine, "001-command"), "not run: the login user is not known");
}

#[test]
fn what_was_not_fetched_is_not_run() {
    let machine = machine(SHELLS[0]);
    let mut environment = Environment::default();
    environment.set("A", "1").unwrap();
    let mut boot =
        Boot { user: UserBoot { environment, ..user(vec![Job::command("true").unwrap()]) }, ..boot() };
    boot.deliver().unwrap();
    boot.object.as_mut().unwrap().source.url = serve(|_| Answer::Status(403));
    let data = render(&boot).unwrap();
    for part in data.parts().iter().filter(|part| part.file_name().starts_with('z')) {
        machine.run_text(part.body());
    }
    assert_eq!(machine.read("var/lib/cloudkit/user/failure").unwrap(), "it could not be fetched\n");
    assert_eq!(machine.read("usr/local/lib/cloudkit/user-run"), None);
}

/// An image was taken from a machine whose user had given it something.
#[test]
fn what_another_launch_was_given_is_forgotten() {
    let machine = machine(SHELLS[0]);
    machine.write("var/lib/cloudkit/launch", "launch-zero\n");
    machine.write("var/lib/cloudkit/user/status/001-command", "exit 0\n");
    machine.write("etc/cloudkit/environment", "export OLD=1\n");
    machine.write("etc/cloud/cloud.cfg.d/95-cloudkit-user.cfg", "packages: [old]\n");
    machine.run_text(&super::body(&boot(), "cloudkit-boothook.sh"));
    for gone in [
        "var/lib/cloudkit/user/status/001-command",
        "etc/cloudkit/environment",
        "etc/cloud/cloud.cfg.d/95-cloudkit-user.cfg",
    ] {
        assert_eq!(machine.read(gone), None, "{gone}");
    }
    machine.write("etc/cloudkit/environment", "export NEW=1\n");
    machine.run_text(&super::body(&boot(), "cloudkit-boothook.sh"));
    assert!(machine.read("etc/cloudkit/environment").is_some(), "the next boot of the same launch keeps it");
}
