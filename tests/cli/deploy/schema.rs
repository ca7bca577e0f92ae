//! What editors and people are told of the keys.

use insta::assert_snapshot;

use crate::support::Home;

#[test]
fn an_editor_is_told_of_every_key() {
    let home = Home::new();
    let deployment = home.run("cloudkit deploy schema").ok().json();
    assert_eq!(deployment["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_snapshot!(deployment["$defs"]["upload"]["properties"]["source"], @r#"{"description":"The file or the folder.","type":["string","number","boolean"]}"#);
    assert_eq!(deployment["$defs"]["upload"]["additionalProperties"], false);
    let config = home.run("cloudkit deploy schema config").ok().json();
    assert_snapshot!(config["properties"]["ttl"], @r#"{"description":"How long after they were made the machines end: 8h, 2d.","pattern":"^([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$","type":["string","null"]}"#);
    home.run("cloudkit deploy schema launch").exits(2);
}

#[test]
fn a_person_is_told_of_every_key() {
    let help = Home::new().run("cloudkit help deployment").ok().stdout;
    let deployment =
        help.split("\n\n").skip_while(|part| !part.starts_with("deployment.yaml: deployment\n")).nth(1);
    let keys: Vec<&str> = deployment.unwrap().lines().filter(|line| !line.starts_with(' ')).collect();
    assert_snapshot!(keys.join(" "), @"compose: env: health: hooks: on_failure: packages: scripts: secrets: services: tarball_url: template: uploads:");
    let tarball = help.split("\n\n").skip_while(|part| !part.starts_with("deployment.yaml: tarball")).nth(1);
    assert_snapshot!(tarball.unwrap(), @"
    dest:
        The folder that it is unpacked in. [default: /opt/deployment]
    sha256:
        The SHA-256 that it must have.
    url:
        Where it is: http://, https://, s3://BUCKET/KEY, or a file (a path, or file:PATH). Plain, gz,
        bz2, xz or zst. (required)
    ");
}
