//! Sessions of `config`: every setting, where it came from, and what a cloned repository may not set.

use insta::assert_snapshot;

use crate::support::Home;

#[test]
fn every_setting_is_listed_with_where_it_came_from() {
    let mut home = Home::new();
    home.settings("region: eu-west-1\nttl: 2d\n");
    home.write(".cloudkit.yaml", "ttl: 4h\n");
    home.set("CLOUDKIT_OUTPUT", "csv");
    assert_snapshot!(home.run("cloudkit config list"), @"
    SETTING          VALUE      FROM
    agent-binary     -          -
    agent-folder     -          -
    agent-releases   -          -
    agent-url        -          -
    check-ip-url     -          -
    color            -          -
    confirm-above    -          -
    cost-limit       -          -
    home-region      -          -
    idle-timeout     -          -
    no-idle-timeout  -          -
    no-ttl           -          -
    on-complete      -          -
    on-deadline      -          -
    on-idle          -          -
    output           csv        CLOUDKIT_OUTPUT
    profile          -          -
    region           eu-west-1  [HOME]/.config/cloudkit/config.yaml
    ssh-from         -          -
    ssh-key          -          -
    ttl              4h         [HOME]/.cloudkit.yaml
    ");
    assert_snapshot!(home.run("cloudkit config list -o json").ok().json()[20], @r#"{"key":"ttl","origin":"[HOME]/.cloudkit.yaml","schema":"cloudkit.setting/v1","value":"4h"}"#);
}

#[test]
fn a_setting_is_read_back_as_it_was_set() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit config get region"), @"
    --- stderr
    region is not set
    --- exit 1
    ");
    assert_snapshot!(home.run("cloudkit config set region eu-west-1"), @"
    --- stderr
    region set in [HOME]/.config/cloudkit/config.yaml
    ");
    assert_snapshot!(home.run("cloudkit config get region"), @"eu-west-1");
    assert_snapshot!(home.run("cloudkit config get region -v"), @"
    eu-west-1
    --- stderr
    from [HOME]/.config/cloudkit/config.yaml
    ");
    for (key, value) in
        [("confirm-above", "5"), ("no-ttl", "true"), ("ssh-from", "203.0.113.0/24"), ("ttl", "1d12h")]
    {
        home.run(&format!("cloudkit config set {key} {value}")).ok();
        assert_eq!(home.run(&format!("cloudkit config get {key}")).ok().stdout.trim(), value);
    }
}

#[test]
fn comments_and_order_of_the_file_stay() {
    let home = Home::new();
    home.settings("# mine\nregion: us-east-1 # home\noutput: json\n");
    home.run("cloudkit config set output csv").ok();
    home.run("cloudkit config set ttl 1h").ok();
    assert_snapshot!(home.read(".config/cloudkit/config.yaml"), @"
    # mine
    region: us-east-1 # home
    output: csv
    ttl: 1h
    ");
}

#[test]
fn a_bad_value_is_not_written() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit config set ttl '7 days'"), @r#"
    --- stderr
    error: "7 days" is not a span of time such as 90s, 45m, 8h, 2d, 1w or 1d12h
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit config set regoin us-east-1"), @r#"
    --- stderr
    error: no setting is called "regoin"; did you mean region?
    hint: see every setting: cloudkit config list
    --- exit 2
    "#);
    assert!(!home.path(".config/cloudkit/config.yaml").exists());
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest() {
    let home = Home::new();
    home.settings("ttl: 4h\nregoin: us-east-1\n");
    assert_snapshot!(home.run("cloudkit find search m7i.large"), @r#"
    --- stderr
    error: [HOME]/.config/cloudkit/config.yaml:2: no setting is called "regoin"; did you mean region?
    hint: see every setting: cloudkit config list
    --- exit 2
    "#);
}

#[test]
fn a_project_can_not_loosen_safety() {
    let home = Home::new();
    for (key, value) in [
        ("ssh-from", "0.0.0.0/0"),
        ("no-ttl", "true"),
        ("confirm-above", "1000"),
        ("agent-binary", "./agent"),
        ("agent-folder", "./agents"),
        ("agent-releases", "https://example.com/agents"),
        ("agent-url", "https://example.com/agent"),
        ("check-ip-url", "http://example.com"),
        ("ssh-key", "key.pub"),
    ] {
        home.write(".cloudkit.yaml", format!("{key}: {value}\n"));
        let screen = home.run("cloudkit find search m7i.large").exits(2);
        assert!(screen.stderr.contains(&format!("{key} is refused in a project's file")), "{screen}");
    }
    assert_snapshot!(home.run("cloudkit find search m7i.large"), @"
    --- stderr
    error: [HOME]/.cloudkit.yaml: ssh-key is refused in a project's file: it could have come with a cloned repository
    hint: set it for yourself: cloudkit config set KEY VALUE
    --- exit 2
    ");
    home.write(".cloudkit.yaml", "region: eu-west-1\noutput: name\nttl: 1h\n");
    assert_eq!(home.run("cloudkit find search m7i.large").ok().stdout, "m7i.large\n");
}

#[test]
fn a_file_that_is_no_list_of_settings_is_refused() {
    let home = Home::new();
    home.settings("- region\n");
    assert_snapshot!(home.run("cloudkit find search m7i.large"), @"
    --- stderr
    error: [HOME]/.config/cloudkit/config.yaml is not a list of settings
    caused by: invalid type: sequence, expected a map
    --- exit 2
    ");
    home.settings("region: [us-east-1]\n");
    assert_snapshot!(home.run("cloudkit find search m7i.large"), @"
    --- stderr
    error: [HOME]/.config/cloudkit/config.yaml:1: region has to be a single value
    --- exit 2
    ");
}

#[test]
fn every_variable_is_in_the_help() {
    assert_snapshot!(Home::new().run("cloudkit help environment"), @"
    CLOUDKIT_AGENT_RELEASES_URL    address of the folder that cloudkit agent fetch takes releases of the agent from
    CLOUDKIT_AGENT_WAIT            how long the agent's first sign is looked for once ssh answers, such as 2m, instead of 20s (5m with --wait agent)
    CLOUDKIT_ANSWER_LIMIT          how long AWS may take to answer a question that changes nothing, such as 30s, instead of 10s
    CLOUDKIT_CAPACITY_PAUSE        first pause between the tries of --wait-for-capacity, instead of 15s; each is twice the one before, up to 5m
    CLOUDKIT_CHECK_IP_URL          service that answers with the caller's public address, instead of https://checkip.amazonaws.com
    CLOUDKIT_COMPLETE              the shell that asks for completions; set by the script of cloudkit completions
    CLOUDKIT_INTERRUPTIONS_URL     address of the list of spot interruptions, instead of AWS's spot-advisor-data.json
    CLOUDKIT_LOCATIONS_URL         address of the list of locations, instead of AWS's locations.json
    CLOUDKIT_LOCK_LASTS            how long the lock of a deployment counts after its holder was last heard of, such as 10m, instead of 2m
    CLOUDKIT_ON_DEMAND_PRICES_URL  folder of the lists of on-demand prices and their metadata.json, instead of AWS's
    CLOUDKIT_OUTPUT                output format where -o does not say: table, wide, json, jsonl, yaml, csv or name
    CLOUDKIT_ROOT                  directory that stands for / where the agent is installed and uninstalled, as in an image
    CLOUDKIT_SPOT_PRICES_URL       address of the list of spot prices, instead of AWS's spot.json
    CLOUDKIT_SSH_PORT              port of the machines' SSH servers, instead of 22
    CLOUDKIT_SSH_WAIT              how long a new machine's SSH server is waited for, such as 10m, instead of 4m
    CLOUDKIT_TEST_RELEASE_KEY      minisign public key by which a debug build judges releases of the agent; a released build refuses it
    CLOUDKIT_TODAY                 the day by which figures are called old, such as 2026-11-22, instead of the clock's

    Credentials, region, profile, endpoint and proxy are read from the AWS SDK's own variables.
    ");
}
