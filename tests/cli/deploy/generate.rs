//! Sessions of `deploy generate`: what it writes, and what it leaves alone.

use insta::assert_snapshot;

use crate::support::Home;

#[test]
fn a_scaffold_is_written_and_again_nothing_changes() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit deploy generate --template python"));
    assert_snapshot!(home.read(".spot/config.yaml"), @"
    # On which machines, and how they end. Every key: cloudkit deploy schema config
    count: 1
    regions: [us-east-1]
    # The wanted type first; the others where EC2 has none of it.
    types: [t3a.small, t3.small]
    # What everybody may reach. For some addresses alone: {port: 8080, from: 198.51.100.0/24}
    ports: [8080]
    # The machines end so long after they were made. To keep them until you destroy them: keep: true
    ttl: 8h
    ");
    let setup = home.path(".spot/scripts/setup.sh");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(setup.metadata().unwrap().permissions().mode() & 0o777, 0o755);
    }
    assert_snapshot!(home.run("cloudkit deploy generate --template python"));
}

#[test]
fn what_is_there_stays_as_it_is() {
    let home = Home::new();
    home.write("web/.spot/deployment.yaml", "version: 1\n");
    home.write("web/.gitignore", "target/\n.env");
    assert_snapshot!(home.run("cloudkit deploy generate web"));
    assert_eq!(home.read("web/.spot/deployment.yaml"), "version: 1\n");
    assert_eq!(home.read("web/.gitignore"), "target/\n.env\n.spot/secrets/\n.spot/.env\n");
}

#[test]
fn the_folder_is_named_as_for_all_others() {
    let home = Home::new();
    let screen = home.run("cloudkit deploy generate --dir new/web").ok();
    assert!(screen.stderr.contains("cd new/web && cloudkit deploy validate"), "{}", screen.stderr);
    assert!(home.path("new/web/.spot/deployment.yaml").is_file() && !home.path(".spot").exists());
    home.run("cloudkit deploy validate --dir new/web").ok();
    home.run("cloudkit deploy generate --dir new web").exits(2);
}

#[test]
fn the_convention_has_no_deployment_that_is_written_out() {
    let mut home = Home::new();
    home.set("AWS_REGION", "eu-west-1");
    assert_snapshot!(home.run("cloudkit deploy generate --convention --template gpu -o jsonl"));
    assert_snapshot!(home.read("deployment/config.yaml"), @"
    # On which machines, and how they end. Every key: cloudkit deploy schema config
    count: 1
    regions: [eu-west-1]
    # The wanted type first; the others where EC2 has none of it.
    types: [g6.xlarge, g5.xlarge, g4dn.xlarge]
    image: gpu
    # The machines end so long after they were made. To keep them until you destroy them: keep: true
    ttl: 8h
    ");
    assert_snapshot!(home.run("cloudkit deploy generate"), @"
    --- stderr
    error: there is [HOME]/deployment already, and a repository has one layout
    hint: go on with that one: cloudkit deploy generate --convention
    --- exit 2
    ");
}

#[test]
fn a_template_that_there_is_not_is_told() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit deploy generate --template pyton"), @"
    --- stderr
    error: invalid value 'pyton' for '--template <NAME>' [possible values: minimal, docker, python, node, gpu]
    hint: a similar value exists: 'python'
    hint: every flag with its values: --help
    --- exit 2
    ");
    home.write("file", "");
    assert_snapshot!(home.run("cloudkit deploy generate file"), @"
    --- stderr
    error: [HOME]/file is not a folder
    --- exit 2
    ");
}
