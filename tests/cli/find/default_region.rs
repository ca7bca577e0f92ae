//! Which region is searched where no flag names one, and that stderr says why.

use insta::assert_snapshot;

use crate::support::Home;

const LINE: &str = "cloudkit find search m7i.large -o table";

#[test]
fn the_environment_comes_first() {
    let mut home = Home::new();
    home.write(".aws/config", "[default]\nregion = eu-north-1\n");
    home.settings("region: eu-west-3\n");
    home.set("AWS_DEFAULT_REGION", "us-west-1");
    assert_snapshot!(home.run(LINE), @"");
    home.set("AWS_REGION", "us-west-2");
    assert_snapshot!(home.run(LINE), @"");
}

#[test]
fn then_the_settings() {
    let home = Home::new();
    home.write(".aws/config", "[default]\nregion = eu-north-1\n");
    home.settings("region: eu-west-3\n");
    assert_snapshot!(home.run(LINE), @"");
    home.write(".cloudkit.yaml", "region: eu-west-2\n");
    assert_snapshot!(home.run(LINE), @"");
}

#[test]
fn then_the_profile() {
    let mut home = Home::new();
    home.write(".aws/config", "[default]\nregion = eu-north-1\n[profile lab]\nregion = sa-east-1\n");
    assert_snapshot!(home.run(LINE), @"");
    assert_snapshot!(home.run(&format!("{LINE} --profile lab")), @"");
    home.set("AWS_PROFILE", "lab");
    assert_snapshot!(home.run(LINE), @"");
    home.set("AWS_CONFIG_FILE", home.write("elsewhere", "[profile lab]\nregion = ca-central-1\n").to_str().unwrap());
    assert_snapshot!(home.run(LINE), @"");
}

#[test]
fn else_northern_virginia() {
    assert_snapshot!(Home::new().run(LINE), @"");
}
