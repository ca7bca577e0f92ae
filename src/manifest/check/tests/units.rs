//! Rules for units, by themselves and together.
//!
//! What systemd says of them is in `tools`.

use super::App;

/// A service of these lines, which is installed as it should be.
fn service(lines: &str) -> App {
    let text = format!("[Unit]\nDescription=x\n[Service]\n{lines}\n[Install]\nWantedBy=multi-user.target\n");
    App::unit("web.service", &text, "")
}

#[test]
fn a_sound_service_has_no_fault() {
    for lines in [
        "ExecStart=/usr/bin/python3 -m http.server",
        "ExecStart=/usr/bin/python3 app.py\nWorkingDirectory=/var/lib",
        "ExecStart=python3 -m http.server",
        "Type=oneshot\nExecStart=/bin/true\nExecStart=/bin/false",
        "ExecStart=/bin/a-wrong-one\nExecStart=\nExecStart=/bin/true",
        "RemainAfterExit=yes\nExecStop=/bin/true",
        "ExecStart=/bin/sh -c 'a && b > c'",
        "ExecStart=/bin/sh -c a && b",
        "ExecStart=%h/bin/run\nUser=1000",
        "ExecStart=/bin/sleep 1 # no comment\nDynamicUser=yes\nUser=web",
        "ExecStart=/bin/true\nX-Mine=1",
        "ExecStart=-/bin/true\nEnvironmentFile=-/etc/default/none\nWorkingDirectory=/var/lib",
    ] {
        assert_eq!(service(lines).faults(), [""; 0], "{lines}");
    }
}

#[test]
fn what_systemd_would_refuse_is_told_with_its_line() {
    for (lines, fault) in [
        (
            "Type=simple",
            "error[unit-exec-start] services/web.service nothing is started: there is no ExecStart=",
        ),
        (
            "RestartSec=1",
            "error[unit-exec-start] services/web.service nothing is started: there is no ExecStart=",
        ),
        (
            "Type=oneshot\nExecStop=/bin/true",
            "error[unit-exec-start] services/web.service nothing is started, and nothing stays: systemd refuses such a service",
        ),
        (
            "ExecStart=/bin/true\nExecStart=/bin/true",
            "error[unit-exec-start] services/web.service:5:1 only a service with Type=oneshot may have more than one ExecStart=",
        ),
        (
            "Type=oneshot\nExecStart=/bin/true\nRestart=always",
            "error[unit-restart] services/web.service:6:1 a service with Type=oneshot can't be restarted after it has succeeded",
        ),
        (
            "ExecStart=/usr/bin/python3 -u ./app.py",
            "warning[unit-relative-file] services/web.service:4:1 ExecStart= names app.py without its folder, and systemd starts this unit in /",
        ),
        (
            "Type=deamon\nExecStart=/bin/true",
            "error[unit-service-type] services/web.service:4:1 \"deamon\" is no type of a service",
        ),
        (
            "ExecStart=/bin/true\nRestart=yes",
            "error[unit-restart] services/web.service:5:1 \"yes\" is no way to restart",
        ),
        (
            "Type=dbus\nExecStart=/bin/true",
            "error[unit-service-type] services/web.service:4:1 Type=dbus needs BusName=",
        ),
        (
            "ExecStart=bin/run",
            "error[unit-command] services/web.service:4:1 ExecStart= starts bin/run, which is neither a full path nor a bare name",
        ),
        (
            "ExecStart=/bin/sh -c 'a",
            "error[unit-command] services/web.service:4:1 ExecStart= is no command line: a ' is not closed",
        ),
        (
            "ExecStart=/bin/echo hi > /tmp/x",
            "warning[unit-shell-words] services/web.service:4:1 no shell reads ExecStart=: > is handed to echo as it is",
        ),
    ] {
        assert_eq!(service(lines).faults(), [fault], "{lines}");
    }
}

#[test]
fn what_nothing_brings_and_what_systemd_would_skip_is_told_with_its_line() {
    for (lines, fault) in [
        (
            "ExecStart=/opt/app/run",
            "warning[unit-program-missing] services/web.service:4:1 ExecStart= starts /opt/app/run, which nothing here brings",
        ),
        (
            "ExecStart=/usr/bin/node /srv/a.js",
            "warning[unit-program-missing] services/web.service:4:1 ExecStart= starts /usr/bin/node, which not every image has and no package here brings",
        ),
        (
            "ExecStart=/bin/true\nUser=bob",
            "warning[unknown-user] services/web.service:5:1 web.service is run as bob, whom nobody makes",
        ),
        (
            "ExecStart=/bin/true\nWorkingDirectory=/opt/app",
            "warning[unit-path-missing] services/web.service:5:1 WorkingDirectory=/opt/app is a place that nothing here makes",
        ),
        (
            "ExecStart=/bin/true\nEnvrionment=A=1",
            "warning[unknown-unit-key] services/web.service:5:1 systemd knows no Envrionment= in [Service], and skips what it does not know",
        ),
        (
            "ExecStart=/bin/true\nAfter=network.target",
            "error[unit-key-section] services/web.service:5:1 After= does nothing in [Service]",
        ),
        (
            "ExecStart=/bin/true\n[Sevice]",
            "error[unit-section] services/web.service:5 web.service has no section [Sevice], and systemd skips it",
        ),
        (
            "ExecStart=/bin/true\nhello",
            "error[unit-syntax] services/web.service:5:1 this is neither a setting nor a section",
        ),
    ] {
        assert_eq!(service(lines).faults(), [fault], "{lines}");
    }
}

#[test]
fn names_sections_and_installation() {
    let text = "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/true\n";
    assert_eq!(
        App::unit("web.service", text, "").faults(),
        [
            "warning[unit-install] services/web.service web.service is to be enabled, and says nowhere what is to start it at boot"
        ]
    );
    assert_eq!(
        App::unit("web.service", "[Unit]\nDescription=x\n", "").faults()[0],
        "error[unit-section] services/web.service web.service has no section [Service]"
    );
    let named = |name: &str, file: &str, start: bool| {
        let keys = format!(
            "services: [{{name: {name}, file: {file}, enabled: false, start: {start}, restart_on_change: true}}]\n"
        );
        App::of(&keys).with(file, text).faults()
    };
    assert_eq!(named("web", "a.service", true), ["error[unit-name] \"web\" is no name of a unit"]);
    assert_eq!(
        named("web@.service", "web@.service", true),
        ["error[unit-template] web@.service is a template, of which only instances can be started"]
    );
    assert_eq!(named("web@1.service", "web@.service", true), [""; 0]);
    assert_eq!(
        named("web.service", "a.timer", false),
        ["error[unit-name] a.timer would be installed as web.service, which is another kind of unit"]
    );
}

/// Units by their names and the lines of their `[Unit]` and their own sections.
fn units(units: &[(&str, &str, &str)], keys: &str) -> Vec<String> {
    let listed: Vec<String> = units
        .iter()
        .map(|(name, ..)| {
            format!("{{name: {name}, file: {name}, enabled: false, start: true, restart_on_change: true}}")
        })
        .collect();
    let mut app = App::of(&format!("services: [{}]\n{keys}", listed.join(", ")));
    for (name, unit, own) in units {
        let kind = name.rsplit_once('.').unwrap().1;
        let section = kind[..1].to_uppercase() + &kind[1..];
        app = app.with(name, format!("[Unit]\nDescription=x\n{unit}\n[{section}]\n{own}\n"));
    }
    app.faults()
}

const RUN: &str = "ExecStart=/bin/true";

#[test]
fn dependencies_that_nobody_brings() {
    let one = |unit: &str, keys: &str| units(&[("web.service", unit, RUN)], keys);
    for unit in [
        "After=network-online.target\nWants=network-online.target",
        "Requires=dev-sdf.device",
        "After=getty@tty1.service",
        "Wants=%i.service",
    ] {
        assert_eq!(one(unit, ""), [""; 0], "{unit}");
    }
    assert_eq!(
        one("Requires=redis.service", ""),
        [
            "error[unit-dependency] web.service:3:1 web.service is not started without redis.service, which neither the deployment nor systemd brings"
        ]
    );
    assert_eq!(one("Requires=redis.service\nAfter=redis.service", "packages: [{name: redis}]"), [""; 0]);
    assert_eq!(one("Requires=docker.service", "packages: [{name: docker.io}]"), [""; 0]);
    assert_eq!(one("After=postgresql.service", "packages: [{name: postgresql-16}]"), [""; 0]);
    assert_eq!(
        one("Requires=redis.service", "packages: [{name: jq}]"),
        [
            "warning[unit-dependency] web.service:3:1 web.service is not started without redis.service, which neither the deployment nor systemd brings"
        ]
    );
    assert_eq!(
        one("After=api.service", ""),
        [
            "warning[unit-dependency] web.service:3:1 After=api.service does nothing: neither the deployment nor systemd brings it"
        ]
    );
    assert_eq!(
        one("After=network", ""),
        ["error[unit-dependency] web.service:3:1 After= names \"network\", which is no name of a unit"]
    );
    assert_eq!(
        units(&[("web.service", "After=worker@1.service", RUN), ("worker@1.service", "", RUN)], ""),
        [""; 0]
    );
}

#[test]
fn a_circle_is_named_once_from_its_first_unit_on() {
    let circle = [
        ("b.service", "After=a.service", RUN),
        ("a.service", "After=c.service", RUN),
        ("c.service", "Before=a.service\nAfter=b.service", RUN),
    ];
    assert_eq!(
        units(&circle, ""),
        [
            "error[unit-cycle] a.service:3:1 a.service waits for itself: a.service after c.service after b.service after a.service"
        ]
    );
    assert_eq!(
        units(&circle[..2], "")[0].split(' ').next(),
        Some("warning[unit-dependency]"),
        "no circle without the third"
    );
    let socket = [("a.service", "Before=a.socket", RUN), ("a.socket", "", "ListenStream=80")];
    assert_eq!(
        units(&socket, ""),
        ["error[unit-cycle] a.socket a.service waits for itself: a.service after a.socket after a.service"]
    );
}

#[test]
fn timers_and_sockets_start_a_service() {
    assert_eq!(units(&[("a.timer", "", "OnCalendar=hourly"), ("a.service", "", RUN)], ""), [""; 0]);
    assert_eq!(
        units(&[("a.timer", "", "OnCalendar=hourly\nUnit=b.service"), ("b.service", "", RUN)], ""),
        [""; 0]
    );
    assert_eq!(
        units(&[("a.timer", "", "OnCalendar=hourly")], ""),
        ["error[unit-trigger] a.timer this timer starts a.service, which nobody brings"]
    );
    assert_eq!(
        units(&[("a.timer", "", "AccuracySec=1"), ("a.service", "", RUN)], ""),
        ["error[unit-timer] a.timer nothing says when: systemd refuses such a timer"]
    );
    assert_eq!(
        units(&[("a.timer", "", "OnUnitActiveSec=1h"), ("a.service", "", RUN)], ""),
        ["warning[unit-timer] a.timer it counts from the last time alone, and there is no first one"]
    );
    assert_eq!(
        units(&[("a.socket", "", "ListenStream=80\nAccept=yes"), ("a.service", "", RUN)], ""),
        ["error[unit-trigger] a.socket this socket starts a@.service, which nobody brings"]
    );
    assert_eq!(
        units(&[("a.socket", "", "Accept=no"), ("a.service", "", RUN)], ""),
        ["error[unit-socket] a.socket it listens to nothing: systemd refuses such a socket"]
    );
}

#[test]
fn a_program_that_goes_along_has_to_be_one() {
    let app = |upload: &str, content: &str| {
        let unit = "[Unit]\nDescription=x\n[Service]\nExecStart=/opt/app/run\n[Install]\nWantedBy=multi-user.target\n";
        App::unit(
            "web.service",
            unit,
            &format!("uploads: [{{source: app, destination: /opt/app{upload}}}]\n"),
        )
        .with("app/run", content)
    };
    assert_eq!(app(", mode: '0755'", "#!/bin/sh\n").faults(), [""; 0]);
    assert_eq!(
        app(", mode: '0644'", "#!/bin/sh\n").faults(),
        [
            "error[unit-program-mode] services/web.service:4:1 ExecStart= starts /opt/app/run, which is uploaded with the mode 0644, by which nobody may run it"
        ]
    );
    #[cfg(unix)]
    assert_eq!(
        app("", "#!/bin/sh\n").faults(),
        [
            "error[unit-program-mode] services/web.service:4:1 ExecStart= starts /opt/app/run, which has no permission to be run"
        ]
    );
    assert_eq!(
        app(", mode: '0755'", "echo hi\n").faults(),
        [
            "error[unit-program-interpreter] services/web.service:4:1 ExecStart= starts /opt/app/run, a text without a first line that says what reads it"
        ]
    );
    assert_eq!(
        app(", mode: '0755'", "#!/bin/sh\r\n").faults(),
        [
            "error[crlf] services/web.service:4:1 app/run has Windows' line ends, so its interpreter would not be found"
        ]
    );
    assert_eq!(
        app(", mode: '0755', exclude: [run]", "#!/bin/sh\n").with("app/other", "x").faults(),
        [
            "warning[unit-program-missing] services/web.service:4:1 ExecStart= starts /opt/app/run, and the upload that goes there has no such file"
        ]
    );
}

#[test]
fn what_a_script_makes_is_believed() {
    let unit = "[Unit]\nDescription=x\n[Service]\nExecStart=/opt/venv/bin/gunicorn app\nUser=web\n[Install]\nWantedBy=multi-user.target\n";
    let script = "scripts: [{name: setup, run: {file: setup.sh}, working_directory: /opt, timeout: 5m}]\n";
    let app = App::unit("web.service", unit, script);
    let mut before = app.faults();
    before.retain(|fault| !fault.contains("setup.sh"));
    let app =
        app.with("setup.sh", "#!/bin/bash\n# python3 -m venv /opt/venv\ntrue '#' # useradd --system web\n");
    assert_eq!(app.faults(), before, "comments make nothing");
    let app = app.with("setup.sh", "#!/bin/bash\npython3 -m venv /opt/venv\nuseradd --system web\n");
    assert_eq!(app.faults(), [""; 0]);
}

#[test]
fn a_unit_that_is_only_named_has_to_come_from_somewhere() {
    let named = |packages: &str| {
        App::of(&format!("packages: {packages}\nservices: [{{name: nginx.service, enabled: true, start: true, restart_on_change: true}}]\nhealth: [{{name: h, probe: {{systemd: {{unit: nginx.service}}}}, interval: 5s, timeout: 1s, retries: 3, start_period: 1m}}]\n")).faults()
    };
    assert_eq!(named("[{name: nginx}]"), [""; 0]);
    assert_eq!(
        named("[]"),
        ["warning[unit-file] nginx.service has no file here, and no package or script is known to bring it"]
    );
}
