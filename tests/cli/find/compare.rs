//! Types side by side, with the differences marked.

use insta::assert_snapshot;

use super::lists;
use crate::support::Home;

#[test]
fn differences_are_marked() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find compare g6.xlarge g5.xlarge -r us-east-1,ap-south-2"), @"
                             g6.xlarge            g5.xlarge
      vCPUs                  4                    4
      cores                  2                    2
      threads per core       2                    2
      memory                 16 GiB               16 GiB
      architectures          x86_64               x86_64
      processor              AMD                  AMD
    * clock                  3.4 GHz              3.3 GHz
      hypervisor             nitro                nitro
    * GPUs                   1 x L4 (22 GiB)      1 x A10G (22 GiB)
      accelerators           none                 none
      local disks            1 x 250 GB NVMe SSD  1 x 250 GB NVMe SSD
      network                Up to 10 Gigabit     Up to 10 Gigabit
      network baseline       2.5 Gbps             2.5 Gbps
      network peak           10 Gbps              10 Gbps
      network cards          1                    1
      EFA interfaces         0                    0
    * EBS baseline           1 Gbps               0.7 Gbps
    * EBS baseline MB/s      125                  87.5
    * EBS baseline IOPS      4000                 3000
    * EBS peak               5 Gbps               3.5 Gbps
    * EBS peak MB/s          625                  437.5
    * EBS peak IOPS          20000                15000
      markets                on-demand, spot      on-demand, spot
      bare metal             no                   no
      burstable              no                   no
      hibernation            no                   no
    * current generation     yes                  no
      free tier              no                   no
      dedicated hosts        no                   no
      nested virtualization  no                   no
      auto recovery          no                   no
      nitro enclaves         yes                  yes
      efa                    no                   no
    * USD/hour ap-south-2    -                    not offered
        as of ap-south-2     -                    -
    * USD/hour us-east-1     0.8048               1.006
        as of us-east-1      2026-08-06 embedded  2026-08-06 embedded
    ");
    let screen = home.run("cloudkit find compare m7i.large m7i.large").ok();
    assert!(!screen.stdout.contains('*'), "{screen}");
}

#[test]
fn prices_are_of_the_region_in_force() {
    let mut home = Home::new();
    home.set("AWS_REGION", "us-west-2");
    let screen = home.run("cloudkit find compare t4g.nano m7i.large t3.micro --os windows").ok();
    assert_snapshot!(screen.stdout.lines().filter(|line| !line.contains("EBS")).collect::<Vec<_>>().join("\n"), @"
                             t4g.nano         m7i.large           t3.micro
      vCPUs                  2                2                   2
    * cores                  2                1                   1
    * threads per core       1                2                   2
    * memory                 0.5 GiB          8 GiB               1 GiB
    * architectures          arm64            x86_64              x86_64
    * processor              AWS              Intel               Intel
    * clock                  2.5 GHz          3.2 GHz             2.5 GHz
      hypervisor             nitro            nitro               nitro
      GPUs                   none             none                none
      accelerators           none             none                none
      local disks            none             none                none
    * network                Up to 5 Gigabit  Up to 12.5 Gigabit  Up to 5 Gigabit
    * network baseline       0.032 Gbps       0.781 Gbps          0.064 Gbps
    * network peak           5 Gbps           12.5 Gbps           5 Gbps
      network cards          1                1                   1
      EFA interfaces         0                0                   0
      markets                on-demand, spot  on-demand, spot     on-demand, spot
      bare metal             no               no                  no
    * burstable              yes              no                  yes
      hibernation            yes              yes                 yes
      current generation     yes              yes                 yes
    * free tier              no               no                  yes
    * dedicated hosts        no               yes                 yes
    * nested virtualization  no               yes                 no
      auto recovery          yes              yes                 yes
      nitro enclaves         no               no                  no
      efa                    no               no                  no
    * USD/hour us-west-2     -                -                   0.0196 (old)
    *   as of us-west-2      -                -                   2025-03-02 embedded
    ");
}

#[test]
fn json_is_an_array_of_what_show_prints() {
    let home = Home::new();
    let both = home.run("cloudkit find compare g6.xlarge g5.xlarge -r us-east-1 -o json").ok().json();
    for (place, name) in [(0, "g6.xlarge"), (1, "g5.xlarge")] {
        let one = home.run(&format!("cloudkit find show {name} -r us-east-1 -o json")).ok().json();
        assert_eq!(both[place], one);
    }
    assert_snapshot!(home.run("cloudkit find compare g6.xlarge g5.xlarge -r us-east-1 -o table"), @"
    TYPE       VCPUS  MEMORY  DEVICES            ARCH    REGIONS
    g6.xlarge      4  16 GiB  1 x L4 (22 GiB)    x86_64        1
    g5.xlarge      4  16 GiB  1 x A10G (22 GiB)  x86_64        1
    ");
}

#[test]
fn what_is_not_known_is_a_dash() {
    let home = Home::new();
    lists::write(&home, "lists/spot.json", lists::spot(&[("us-east-1", "x9.large", "0.5", "N/A*")]), 0);
    home.run("cloudkit find refresh --from lists").ok();
    let screen = home.run("cloudkit find compare x9.large m7i.large -r us-east-1").ok();
    assert_snapshot!(screen.stdout.lines().take(8).collect::<Vec<_>>().join("\n"), @"
                             x9.large  m7i.large
    * vCPUs                  -         2
    * cores                  -         1
    * threads per core       -         2
    * memory                 -         8 GiB
    * architectures          -         x86_64
    * processor              -         Intel
    * clock                  -         3.2 GHz
    ");
    assert!(
        screen.stdout.ends_with("0.1008 (old)\n*   as of us-east-1      -         2025-03-02 embedded\n"),
        "{screen}"
    );
}

#[test]
fn one_type_alone_or_an_unknown_one_is_refused() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find compare g6.xlarge"), @"
    --- stderr
    error: 2 values required by '<TYPE> <TYPE>...'; only 1 was provided
    hint: every flag with its values: --help
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit find compare g6.xlarge g6.xlagre"), @r#"
    --- stderr
    error: no instance type is called "g6.xlagre"; near it: g6.xlarge, g6.2xlarge, g6.4xlarge
    --- exit 2
    "#);
}

#[test]
fn types_that_do_not_fit_stand_below() {
    let mut home = Home::new();
    for columns in ["80", "40"] {
        home.set("COLUMNS", columns);
        let screen = home.run("cloudkit find compare m7i.large m7g.large m7a.large --region us-east-1").ok();
        let width: usize = columns.parse().unwrap();
        let fits = |line: &str| line.chars().count() <= width;
        assert!(screen.stdout.lines().all(fits), "{screen}");
    }
    home.set("COLUMNS", "60");
    let screen = home.run("cloudkit find compare g6.xlarge g5.xlarge g4dn.xlarge --region us-east-1").ok();
    let heads = screen.stdout.lines().filter(|line| line.contains("xlarge")).collect::<Vec<_>>().join("\n");
    assert_snapshot!(heads, @"
    g6.xlarge
    g5.xlarge
    g4dn.xlarge
    ");
}
