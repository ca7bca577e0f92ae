//! A binary that could not run on the machine is refused in the plan, and says what would help.

use insta::assert_snapshot;

use crate::elf;
use crate::support::Lab;

#[test]
fn another_architecture_is_refused() {
    let lab = Lab::start();
    let home = lab.home();
    home.write("agent", elf::for_arm64());
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --ttl 1h"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    error: m7i.large in us-east-1 cannot be launched: the agent [HOME]/agent is for arm64, the type for x86_64
    hint: give a Linux build of cloudkit for x86_64 that needs at most glibc 2.34: --agent-binary FILE
    --- exit 2
    ");
    home.run("cloudkit launch -t t4g.small --ttl 1h --wait accepted").ok();
}

#[test]
fn a_newer_c_library_than_the_images_is_refused() {
    let lab = Lab::start();
    let home = lab.home();
    home.write("agent", elf::for_x86_64_with("GLIBC_2.99"));
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --ttl 1h"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    error: m7i.large in us-east-1 cannot be launched: the agent [HOME]/agent needs glibc 2.99, and Amazon Linux 2023 has 2.34
    hint: build one for older systems, in the sources of this cloudkit: cargo xtask dist
    hint: give a Linux build of cloudkit for x86_64 that needs at most glibc 2.34: --agent-binary FILE
    --- exit 2
    ");
    home.write("agent", elf::for_x86_64_with("GLIBC_2.34"));
    home.run("cloudkit launch -t m7i.large --ttl 1h --wait accepted").ok();
}

#[test]
fn what_is_no_program_for_linux_is_refused() {
    let lab = Lab::start();
    let home = lab.home();
    home.write("agent", "#!/bin/sh\n");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --ttl 1h"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    error: m7i.large in us-east-1 cannot be launched: the agent [HOME]/agent is not a Linux program
    hint: give a Linux build of cloudkit for x86_64 that needs at most glibc 2.34: --agent-binary FILE
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --ttl 1h --agent-binary nowhere"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    error: cannot read the agent binary nowhere
    caused by: No such file or directory (os error 2)
    hint: name another Linux build of cloudkit: --agent-binary FILE
    --- exit 2
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn candidates_that_it_runs_on_are_left() {
    let lab = Lab::start();
    let home = lab.home();
    let offers = home.run("cloudkit find search t4g.small t3.small -r us-east-1 --sort type").ok().stdout;
    let plan = home.run_with(&offers, "cloudkit launch --ttl 1h --dry-run -o json").ok().json();
    assert_eq!(plan["candidates"][0]["instance_type"], "t3.small");
    assert_snapshot!(format!("{:#}", plan["refused"]), @r#"
    [
      {
        "hints": [
          "give a Linux build of cloudkit for arm64 that needs at most glibc 2.34: --agent-binary FILE"
        ],
        "instance_type": "t4g.small",
        "market": "on-demand",
        "reason": "the agent [HOME]/agent is for x86_64, the type for arm64",
        "region": "us-east-1"
      }
    ]
    "#);
}
