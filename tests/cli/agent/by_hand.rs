//! Sessions of `agent install` and `agent uninstall`, below a directory that stands for the root.

use insta::assert_snapshot;

use crate::support::Home;

/// A home with a root of its own, and stand-ins for what would touch the machine's.
fn home() -> Home {
    let mut home = Home::new();
    home.set("CLOUDKIT_ROOT", home.path("root").to_str().unwrap());
    for program in
        ["systemctl", "systemd-tmpfiles", "getent", "groupadd", "usermod", "chgrp", "wall", "logger"]
    {
        let log = home.path("log");
        home.program_of(program, &format!("#!/bin/sh\necho \"{program} $*\" >>'{}'\n", log.display()));
    }
    home
}

#[test]
fn a_machine_that_was_not_launched_is_looked_after_until_its_deadline() {
    let home = home();
    assert_snapshot!(home.run("cloudkit agent install --ttl 8h --login-user ubuntu"));
    for path in [
        "usr/local/bin/cloudkit",
        "usr/local/lib/cloudkit/deadline",
        "etc/systemd/system/cloudkit-agent.service",
        "etc/systemd/system/cloudkit-deadline.timer.d/time.conf",
        "etc/tmpfiles.d/cloudkit.conf",
    ] {
        assert!(home.path("root").join(path).exists(), "{path}");
    }
    let configuration = home.read("root/etc/cloudkit/agent.yaml");
    for line in ["launch: installed-by-hand", "on_deadline: stop", "login_user: ubuntu"] {
        assert!(configuration.contains(line), "{configuration}");
    }
    assert!(home.read("log").contains("usermod -a -G cloudkit ubuntu\n"));
    // The agent goes, the deadline does not, unless that is said.
    assert_snapshot!(home.run("cloudkit agent uninstall"));
    assert!(!home.path("root/etc/systemd/system/cloudkit-agent.service").exists());
    assert!(home.path("root/etc/systemd/system/cloudkit-deadline.timer").exists());
    assert_snapshot!(home.run("cloudkit agent uninstall --with-deadline"));
    assert!(!home.path("root/etc/systemd/system/cloudkit-deadline.timer").exists());
    assert!(!home.path("root/var/lib/cloudkit/deadline").exists());
}

#[test]
fn what_is_missing_is_asked_for() {
    let home = home();
    assert_snapshot!(home.run("cloudkit agent install"));
    home.write("agent.yaml", "schema: cloudkit.agent-configuration/v1\nlaunch: x\n");
    assert_snapshot!(home.run("cloudkit agent install --configuration agent.yaml"));
    assert!(!home.path("root").exists());
}

#[test]
fn what_fails_is_said_and_how_to_take_it_away() {
    let home = home();
    home.program_of("systemctl", "#!/bin/sh\nexit 1\n");
    assert_snapshot!(home.run("cloudkit agent install --ttl 8h"));
}
