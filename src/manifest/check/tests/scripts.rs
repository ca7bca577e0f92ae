//! Rules for scripts, hooks and health checks.
//!
//! What shells say of them is in `tools`.

use super::App;

fn script(text: impl AsRef<[u8]>) -> Vec<String> {
    App::of("scripts: [{name: setup, run: {file: setup.sh}, working_directory: /opt, timeout: 5m}]\n")
        .with("setup.sh", text)
        .faults()
}

#[test]
fn scripts_have_a_first_line_that_works() {
    for sound in [
        "#!/bin/bash\necho\n",
        "#!/usr/bin/env python3\nprint()\r\n",
        "#! /bin/sh -e\n",
        "#!/usr/bin/env -S bash -x\n",
    ] {
        assert_eq!(script(sound), [""; 0], "{sound}");
    }
    for (text, fault) in [
        ("", "error[empty-script] setup.sh setup.sh is empty"),
        ("echo hi\n", "warning[shebang] setup.sh:1 setup.sh does not say what runs it"),
        ("#!bash\n", "error[shebang] setup.sh:1 the first line names bash, which is no full path"),
        (
            "#!/usr/bin/env node\n",
            "warning[shebang] setup.sh:1 the first line names node, which not every image has and no package here brings",
        ),
        (
            "#!/bin/bash\r\necho\r\n",
            "error[crlf] setup.sh:1 setup.sh has Windows' line ends: bad interpreter",
        ),
        (
            "#!/bin/bash\necho\r\n",
            "error[crlf] setup.sh:2 setup.sh has Windows' line ends: its commands get a carriage return too much",
        ),
        (
            "\u{feff}#!/bin/bash\n",
            "error[byte-order-mark] setup.sh:1 setup.sh begins with a byte order mark, so its first line is not seen",
        ),
    ] {
        assert_eq!(script(text), [fault], "{text:?}");
    }
    assert_eq!(
        script([0xff, 0xfe]),
        ["error[not-text] setup.sh is no text in UTF-8, where a script is wanted"]
    );
}

#[test]
fn scripts_and_hooks_have_to_be_files() {
    let app = App::of("scripts: [{name: a, run: {file: none.sh}, working_directory: /opt, timeout: 5m}]\nhooks: [{name: h, file: folder}]\n")
        .with("folder/x", "");
    assert_eq!(
        app.faults(),
        [
            "error[missing-file] there is no script none.sh",
            "error[not-a-file] folder is a folder, where a script is wanted"
        ]
    );
}

#[test]
fn health_checks_ask_what_there_is() {
    let of = |probe: &str| {
        let check = format!(
            "health: [{{name: h, probe: {probe}, interval: 10s, timeout: 5s, retries: 3, start_period: 1m}}]\n"
        );
        App::unit(
            "web.service",
            "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n",
            &check,
        )
        .faults()
    };
    for sound in [
        "{systemd: {unit: web.service}}",
        "{tcp: {port: 80}}",
        "{http: {url: 'http://127.0.0.1/'}}",
        "{command: {command: 'true'}}",
    ] {
        assert_eq!(of(sound), [""; 0], "{sound}");
    }
    for (probe, fault) in [
        ("{systemd: {unit: wep.service}}", "error[health-unit] h asks for wep.service, which nobody brings"),
        ("{http: {url: '127.0.0.1:80'}}", "error[health-url] h asks \"127.0.0.1:80\", which is no address"),
        (
            "{compose: {project: app}}",
            "error[health-compose] h asks for the project app, which is none of the deployment's",
        ),
        ("{tcp: {port: 0}}", "error[health-port] h asks port 0, which nothing can have"),
    ] {
        assert_eq!(of(probe), [fault]);
    }
}
