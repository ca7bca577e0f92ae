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
    assert_snapshot!(home.run(LINE), @"
    TYPE       REGION     VCPUS  MEMORY  ARCH        USD/HOUR  AS OF
    m7i.large  us-west-1      2   8 GiB  x86_64  0.1176 (old)  2025-03-02
    --- stderr
    region us-west-1 (AWS_DEFAULT_REGION); --region all searches the world
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
    home.set("AWS_REGION", "us-west-2");
    assert_snapshot!(home.run(LINE), @"
    TYPE       REGION     VCPUS  MEMORY  ARCH        USD/HOUR  AS OF
    m7i.large  us-west-2      2   8 GiB  x86_64  0.1008 (old)  2025-03-02
    --- stderr
    region us-west-2 (AWS_REGION); --region all searches the world
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
}

#[test]
fn then_the_settings() {
    let home = Home::new();
    home.write(".aws/config", "[default]\nregion = eu-north-1\n");
    home.settings("region: eu-west-3\n");
    assert_snapshot!(home.run(LINE), @"
    TYPE       REGION     VCPUS  MEMORY  ARCH    USD/HOUR  AS OF
    m7i.large  eu-west-3      2   8 GiB  x86_64         -  -
    --- stderr
    region eu-west-3 ([HOME]/.config/cloudkit/config.yaml); --region all searches the world
    ");
    home.write(".cloudkit.yaml", "region: eu-west-2\n");
    assert_snapshot!(home.run(LINE), @"
    TYPE       REGION     VCPUS  MEMORY  ARCH    USD/HOUR  AS OF
    m7i.large  eu-west-2      2   8 GiB  x86_64         -  -
    --- stderr
    region eu-west-2 ([HOME]/.cloudkit.yaml); --region all searches the world
    ");
}

#[test]
fn then_the_profile() {
    let mut home = Home::new();
    home.write(".aws/config", "[default]\nregion = eu-north-1\n[profile lab]\nregion = sa-east-1\n");
    assert_snapshot!(home.run(LINE), @"
    TYPE       REGION      VCPUS  MEMORY  ARCH        USD/HOUR  AS OF
    m7i.large  eu-north-1      2   8 GiB  x86_64  0.1071 (old)  2025-03-02
    --- stderr
    region eu-north-1 (profile default in [HOME]/.aws/config); --region all searches the world
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
    assert_snapshot!(home.run(&format!("{LINE} --profile lab")), @"
    TYPE       REGION     VCPUS  MEMORY  ARCH         USD/HOUR  AS OF
    m7i.large  sa-east-1      2   8 GiB  x86_64  0.16065 (old)  2025-03-02
    --- stderr
    region sa-east-1 (profile lab in [HOME]/.aws/config); --region all searches the world
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
    home.set("AWS_PROFILE", "lab");
    assert_snapshot!(home.run(LINE), @"
    TYPE       REGION     VCPUS  MEMORY  ARCH         USD/HOUR  AS OF
    m7i.large  sa-east-1      2   8 GiB  x86_64  0.16065 (old)  2025-03-02
    --- stderr
    region sa-east-1 (profile lab in [HOME]/.aws/config); --region all searches the world
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
    home.set(
        "AWS_CONFIG_FILE",
        home.write("elsewhere", "[profile lab]\nregion = ca-central-1\n").to_str().unwrap(),
    );
    assert_snapshot!(home.run(LINE), @"
    TYPE       REGION        VCPUS  MEMORY  ARCH         USD/HOUR  AS OF
    m7i.large  ca-central-1      2   8 GiB  x86_64  0.11235 (old)  2025-03-02
    --- stderr
    region ca-central-1 (profile lab in [HOME]/elsewhere); --region all searches the world
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
}

#[test]
fn else_northern_virginia() {
    assert_snapshot!(Home::new().run(LINE), @"
    TYPE       REGION     VCPUS  MEMORY  ARCH        USD/HOUR  AS OF
    m7i.large  us-east-1      2   8 GiB  x86_64  0.1008 (old)  2025-03-02
    --- stderr
    region us-east-1 (no setting, so the default); --region all searches the world
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
}
