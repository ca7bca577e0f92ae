//! Files of user data, read and judged: what becomes of each kind, and what is refused.

use super::super::PartKind;
use super::super::user::{Job, UserDataError};
use super::user::{parts, refused};

#[test]
fn every_refusal_names_the_line_and_what_to_do() {
    let configs = [
        "#cloud-config\npackages: [a]\ncloud_final_modules: [runcmd]\n",
        "#cloud-config\n'cloud_init_modules' : []\n",
        "#cloud-config\n{\"power_state\": {\"mode\": \"halt\"}}\n",
        "#cloud-config\nusers:\n  - name: bob\n",
        "#cloud-config\nusers: []\n",
        "#cloud-config\nsystem_info: {default_user: {name: bob}}\n",
        "#cloud-config\nssh_authorized_keys: ssh-rsa AAAA\n",
        "#cloud-config\ndisable_ec2_metadata: true\n",
        "#cloud-config\nwrite_files:\n  - {path: /etc/cloudkit/agent.yaml, content: x}\n",
        "#cloud-config\nwrite_files: [{path: /home/admin/.ssh/authorized_keys, content: x}]\n",
        "#cloud-config\n- a list\n",
        "#cloud-config\na: [\n",
        "## template: jinja\n#cloud-config\npackages: [a]\nusers: [bob]\n",
        "## template: jinja\n#cloud-boothook\n",
        "#cloud-config-archive\n- {type: text/cloud-config, content: \"user: bob\"}\n",
        "#include https://example.com/\n",
        "#part-handler\n",
        "#cloud-config-jsonp\n[]\n",
        "hello\n",
        "",
        "#!/bin/bash\r\necho\r\n",
    ];
    let refusals: Vec<String> = configs.into_iter().map(refused).collect();
    insta::assert_snapshot!(refusals.join("\n"));
    assert!(refused([0x1f, 0x8b, 8, 0]).contains("cannot be unpacked"));
    assert!(refused([0xff, 0xfe]).contains("not UTF-8"));
}

#[test]
fn what_is_harmless_is_taken() {
    for text in [
        "#cloud-config\nusers: [default]\n",
        "#cloud-config\nusers:\n  - default\n  - name: bob\n",
        "#cloud-config\nusers: 'bob, default'\n",
        "#cloud-config\nwrite_files: [{path: /home/admin/.ssh/authorized_keys, content: x, append: true}]\n",
        "#cloud-config\ndisable_root: false\nbootcmd: [ls]\n",
        "\n#Cloud-Config\nhostname: a\n",
        "#cloud-boothook\n#!/bin/sh\n",
        "#!/usr/bin/env python3\nprint('MIME-Version: 1.0')\n",
        "## template: jinja\n#cloud-config\nhostname: {{ v1.local_hostname }}\n",
    ] {
        assert_eq!(parts("f", text).len(), 1, "{text}");
    }
}

/// A mail as `cloud-init devel make-mime` writes it, compressed, with a compressed part in it.
#[test]
fn a_mail_becomes_its_parts() {
    use base64::Engine as _;
    let gzip = |bytes: &[u8]| {
        use std::io::Write as _;
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    };
    let packed = base64::engine::general_purpose::STANDARD.encode(gzip(b"#!/bin/sh\necho packed\n"));
    let mail = format!(
        "Content-Type: multipart/mixed; boundary=\"===B==\"\nMIME-Version: 1.0\nNumber-Attachments: 3\n\n\
         --===B==\nMIME-Version: 1.0\nContent-Type: text/cloud-config; charset=\"utf-8\"\nContent-Transfer-Encoding: 7bit\n\
         Content-Disposition: attachment; filename=\"a.yaml\"\n\n#cloud-config\npackages: [htop]\n\n\
         --===B==\nContent-Type: application/x-gzip\nContent-Transfer-Encoding: base64\n\n{packed}\n\
         --===B==\nContent-Type: text/x-shellscript-per-boot\n\n#!/bin/sh\ntrue\n--===B==--\n"
    );
    for content in [mail.as_bytes().to_vec(), gzip(mail.as_bytes())] {
        let found = parts("all.mime", content);
        let found: Vec<_> =
            found.iter().map(|part| (part.kind, part.origin.as_str(), part.body.as_str())).collect();
        assert_eq!(
            found,
            [
                (PartKind::CloudConfig, "all.mime part 1 (a.yaml)", "#cloud-config\npackages: [htop]\n"),
                (PartKind::Script, "all.mime part 2", "#!/bin/sh\necho packed\n"),
                (PartKind::ScriptPerBoot, "all.mime part 3", "#!/bin/sh\ntrue"),
            ]
        );
    }
    let steered =
        mail.replace("Number-Attachments: 3\n\n--===B==\n", "\n\n--===B==\nMerge-Type: list(append)\n");
    assert!(refused(steered).contains("merge-type"));
}

#[test]
fn a_script_says_what_runs_it() {
    let (job, _) = Job::script("a", "echo\n").unwrap();
    assert_eq!(job.body, "#!/bin/bash\necho\n");
    for text in ["", "  \n", "#!/bin/sh\r\necho\r\n", "a\0"] {
        assert!(Job::script("a", text).is_err(), "{text:?}");
    }
    assert!(matches!(Job::command(" "), Err(UserDataError::EmptyCommand)));
}
