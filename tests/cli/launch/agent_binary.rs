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
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --ttl 1h"), @r#"
    {"schema":"cloudkit.launched/v1","instance_id":"[i]","name":"[LAUNCH]","launch":"[LAUNCH]","instance_type":"m7i.large","region":"us-east-1","zone":"use1-az6","market":"on-demand","state":"running","address":"127.0.0.1","ssh_answers":true,"ssh_command":"ssh -p [PORT] ec2-user@127.0.0.1","deadline":"[TIME]","cost":{"parts":[{"what":"m7i.large","usd_hour":"0.1008","source":"embedded 2025-03-02"},{"what":"8 GiB root volume","usd_hour":"0.000877","source":"aws.amazon.com/ebs/pricing"},{"what":"public IPv4 address","usd_hour":"0.005","source":"AWS since 2024-02-01"}],"usd_hour":"0.106677","known_usd_hour":"0.106677","usd_until_deadline":"0.106677"}}
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    Plan of launch [LAUNCH] in account 123456789012
        machine  m7i.large in us-east-1, on-demand, 2 vCPUs, 8 GiB
        image    ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
        cost     0.106677 USD an hour, 0.11 USD until the deadline
                 m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
                 8 GiB root volume: 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
                 public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
        ends     [TIME], by the machine itself (tag cloudkit:deadline)
        lets in  SSH (port [PORT]) from 203.0.113.7/32
        step     make bucket cloudkit-123456789012-us-east-1
        step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB)
        step     make security group cloudkit-[LAUNCH] (port [PORT] from 203.0.113.7/32)
        step     launch m7i.large in us-east-1
    make bucket cloudkit-123456789012-us-east-1: done
    upload the agent to cloudkit-123456789012-us-east-1 (1 MB): done
    make security group cloudkit-[LAUNCH] (port [PORT] from 203.0.113.7/32): done
    [i]: accepted
    running at 127.0.0.1
    ssh answers
    "#);
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
        "reason": "the agent [HOME]/agent is for x86_64, the type for arm64",
        "region": "us-east-1"
      }
    ]
    "#);
}
