//! Everything that is known of one type, and nothing that is not.

use insta::assert_snapshot;

use super::lists::{self, DAY, VIRGINIA};
use crate::support::{Home, Screen};

/// A sheet with those of its facts that are called so, and what stands below the facts.
fn with_facts(screen: &Screen, names: &[&str]) -> String {
    let text = screen.to_string();
    let (facts, below) = text.split_once("\n\n").unwrap();
    let is_shown = |line: &&str| {
        line.strip_prefix("  ").is_none_or(|fact| names.iter().any(|name| fact.starts_with(name)))
    };
    let facts: Vec<&str> = facts.lines().filter(is_shown).collect();
    format!("{}\n\n{below}", facts.join("\n"))
}

/// The facts of a sheet, by line.
fn facts(screen: &Screen) -> Vec<&str> {
    screen.stdout.lines().skip(1).take_while(|line| !line.is_empty()).collect()
}

#[test]
fn a_type_is_shown_with_its_price_in_each_region() {
    let home = Home::new();
    let screen = home.run("cloudkit find show g6f.large --region 'us-*'");
    assert_snapshot!(with_facts(&screen, &["memory", "GPUs", "local disks", "network", "markets"]), @"
    g6f.large
      memory                 8 GiB
      GPUs                   0.125 x L4 (2.8 GiB)
      local disks            1 x 100 GB NVMe SSD
      network                Up to 10 Gigabit
      network baseline       1.5 Gbps
      network peak           10 Gbps
      network cards          1
      markets                on-demand, spot

    USD/hour on-demand, linux
      us-east-1  0.202  2026-08-06  embedded  ██████████████████████████████
      not known in us-east-2, us-west-2
    --- stderr
    not known to be offered in us-west-1
    ");
}

#[test]
fn without_a_region_every_region_is_named() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find show p5.48xlarge"), @"
    p5.48xlarge
      vCPUs                  192
      cores                  96
      threads per core       2
      memory                 2048 GiB
      architectures          x86_64
      processor              AMD
      clock                  3.6 GHz
      hypervisor             nitro
      GPUs                   8 x H100 (80 GiB)
      accelerators           none
      local disks            8 x 3800 GB NVMe SSD
      network                3200 Gigabit
      network baseline       3200 Gbps
      network peak           3200 Gbps
      network cards          32
      EFA interfaces         32
      EBS baseline           80 Gbps
      EBS baseline MB/s      10000
      EBS baseline IOPS      260000
      EBS peak               80 Gbps
      EBS peak MB/s          10000
      EBS peak IOPS          260000
      markets                on-demand, spot, capacity-block
      bare metal             no
      burstable              no
      hibernation            no
      current generation     yes
      free tier              no
      dedicated hosts        no
      nested virtualization  no
      auto recovery          no
      nitro enclaves         yes
      efa                    yes

    USD/hour on-demand, linux
      us-east-1  55.04  2026-08-06  embedded  ██████████████████████████████
      not known in ap-northeast-1, ap-northeast-2, ap-south-1, ap-southeast-2, ap-southeast-3,
        ca-central-1, eu-north-1, eu-west-2, sa-east-1, us-east-2, us-west-1, us-west-2
    ");
    let upper = home.run("cloudkit find show P5.48XLARGE").ok();
    assert_eq!(upper.stdout, home.run("cloudkit find show p5.48xlarge").ok().stdout);
}

#[test]
fn prices_are_of_the_operating_system_that_was_asked_for() {
    let home = Home::new();
    let screen =
        home.run("cloudkit find show m7i.large --os windows --region us-east-1,us-west-2,eu-west-1").ok();
    assert_snapshot!(screen.stdout.split_once("\n\n").unwrap().1, @"USD/hour on-demand, windows: not known");
    let screen = home.run("cloudkit find show g6f.large --os suse --region us-east-1").ok();
    assert_snapshot!(screen.stdout.split_once("\n\n").unwrap().1, @"USD/hour on-demand, suse: not known");
}

#[test]
fn json_is_one_object() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find show g6f.large --region us-east-1 -o json"), @r#"
    {
      "schema": "cloudkit.instance-type/v1",
      "instance_type": "g6f.large",
      "family": "g6f",
      "vcpus": 2,
      "cores": 1,
      "threads_per_core": 2,
      "memory_mib": 8192,
      "architectures": [
        "x86_64"
      ],
      "processor_maker": "AMD",
      "clock_mhz": 3400,
      "hypervisor": "nitro",
      "gpus": [
        {
          "name": "L4",
          "manufacturer": "NVIDIA",
          "count": "0.125",
          "memory_mib": 2861
        }
      ],
      "accelerators": [],
      "local_disks": [
        {
          "count": 1,
          "size_gb": 100,
          "kind": "ssd",
          "nvme": true
        }
      ],
      "network_performance": "Up to 10 Gigabit",
      "network_baseline_mbps": 1500,
      "network_peak_mbps": 10000,
      "network_cards": 1,
      "efa_interfaces": 0,
      "ebs_baseline": {
        "bandwidth_mbps": 936,
        "throughput_kilobytes": 117000,
        "iops": 3750
      },
      "ebs_peak": {
        "bandwidth_mbps": 5000,
        "throughput_kilobytes": 625000,
        "iops": 20000
      },
      "features": [
        "current generation"
      ],
      "markets": [
        "on-demand",
        "spot"
      ],
      "regions": [
        {
          "region": "us-east-1",
          "zones": [
            "use1-az1",
            "use1-az2",
            "use1-az4",
            "use1-az6"
          ],
          "prices": [
            {
              "market": "on-demand",
              "os": "linux",
              "usd_hour": "0.202",
              "source": "embedded",
              "as_of": "2026-08-06"
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn an_unknown_type_gets_the_nearest_names() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find show m7i.lagre"), @r#"
    --- stderr
    error: no instance type is called "m7i.lagre"; near it: m7i.large, m7i.xlarge, m7a.large
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit find show M7I.LAGRE"), @r#"
    --- stderr
    error: no instance type is called "M7I.LAGRE"; near it: m7i.large, m7i.xlarge, m7a.large
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit find show qqqqqqqqqqqq -o json"), @r#"
    --- stderr
    {"schema":"cloudkit.error/v1","error":"no instance type is called \"qqqqqqqqqqqq\"","caused_by":[],"hints":["see what there is: cloudkit find search --region all"],"exit_code":2}
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit find show m7i.large --region us-esat-1"), @r#"
    --- stderr
    error: no region is called "us-esat-1"; near it: us-east-1, us-east-2, us-west-1
    hint: --region all asks about every region
    --- exit 2
    "#);
}

#[test]
fn a_region_without_it_is_named() {
    let home = Home::new();
    let screen = home.run("cloudkit find show hpc7a.96xlarge --region us-east-2,ap-south-2,ap-south-1");
    assert_snapshot!(with_facts(&screen, &["accelerators", "markets", "efa"]), @"
    hpc7a.96xlarge
      accelerators           none
      markets                on-demand
      efa                    yes

    USD/hour on-demand, linux: not known
    --- stderr
    not known to be offered in ap-south-1, ap-south-2
    ");
    assert_snapshot!(home.run("cloudkit find show hpc7a.96xlarge --region ap-south-2 -o jsonl"), @r#"{"schema":"cloudkit.instance-type/v1","instance_type":"hpc7a.96xlarge","family":"hpc7a","vcpus":192,"cores":192,"threads_per_core":1,"memory_mib":786432,"architectures":["x86_64"],"processor_maker":"AMD","clock_mhz":3700,"hypervisor":"nitro","gpus":[],"accelerators":[],"local_disks":[],"network_performance":"300 Gigabit","network_baseline_mbps":300000,"network_peak_mbps":300000,"network_cards":2,"efa_interfaces":2,"ebs_baseline":{"bandwidth_mbps":87,"throughput_kilobytes":10875,"iops":500},"ebs_peak":{"bandwidth_mbps":2085,"throughput_kilobytes":260625,"iops":11000},"features":["current generation","auto recovery","efa"],"markets":["on-demand"],"regions":[]}"#);
}

/// A home whose cache knows types that are in no catalog, each from another list.
fn refreshed() -> Home {
    let home = Home::new();
    lists::write(&home, "lists/spot.json", lists::spot(&[("us-east-9", "x9.large", "0.5", "N/A*")]), 0);
    lists::write(&home, "lists/advisor.json", lists::advisor(&[("us-east-1", "Linux", "y9.large", 1)]), 0);
    lists::write(
        &home,
        "lists/index.json",
        lists::on_demand(VIRGINIA, "Linux", DAY, &[("z9.large", "1.5")]),
        0,
    );
    home.run("cloudkit find refresh --from lists").ok();
    home
}

#[test]
fn of_a_type_that_only_a_list_knows_nothing_is_made_up() {
    let home = refreshed();
    let screen = home.run("cloudkit find show x9.large");
    assert_snapshot!(with_facts(&screen, &[]), @"
    x9.large

    USD/hour on-demand, linux: not known

    USD/hour spot, linux
      us-east-9  0.50  ~2026-09-01  feed  ██████████████████████████████
    ");
    let known = home.run("cloudkit find show p5.48xlarge").ok();
    assert_eq!(facts(&screen).len(), facts(&known).len());
    assert!(facts(&screen).iter().all(|fact| fact.ends_with(" -")), "{screen}");
}

#[test]
fn what_a_list_says_of_a_type_is_shown() {
    let home = refreshed();
    assert_snapshot!(home.run("cloudkit find show x9.large -o json"), @r#"
    {
      "schema": "cloudkit.instance-type/v1",
      "instance_type": "x9.large",
      "family": "x9",
      "architectures": [],
      "regions": [
        {
          "region": "us-east-9",
          "zones": [],
          "prices": [
            {
              "market": "spot",
              "os": "linux",
              "usd_hour": "0.50",
              "source": "feed",
              "as_of": "2026-09-01",
              "price_dated_by": "list-beside"
            }
          ]
        }
      ]
    }
    "#);
    let known = |name: &str| {
        let text = home.run(&format!("cloudkit find show {name}")).ok().stdout;
        text.lines().filter(|line| !line.ends_with(" -")).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(known("y9.large"), @"
    y9.large
      vCPUs                  4
      memory                 15.25 GiB

    USD/hour on-demand, linux: not known

    spot, linux: saving against on demand, and how often it is interrupted
      us-east-1  advisor 70%  5-10%
    ");
    assert_snapshot!(known("z9.large"), @"
    z9.large
      vCPUs                  6
      memory                 24 GiB
      local disks            2 x 475 GB NVMe SSD
      network                Up to 9 Gigabit

    USD/hour on-demand, linux
      us-east-1  1.50  2026-09-01  feed  ██████████████████████████████
    ");
}

#[test]
fn bars_and_dates_fit_the_page() {
    let mut home = Home::new();
    let chart = |home: &Home| {
        let screen = home.run("cloudkit find show m7i.large --region us-east-1,eu-west-1,sa-east-1").ok();
        screen.to_string().split_once("\n\n").unwrap().1.to_owned()
    };
    assert_snapshot!(chart(&home), @"
    USD/hour on-demand, linux
      us-east-1   0.1008 (old)  2025-03-02  embedded  ██████████████████▉
      sa-east-1  0.16065 (old)  2025-03-02  embedded  ██████████████████████████████
      not known in eu-west-1
    --- stderr
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
    home.set("COLUMNS", "40");
    assert_snapshot!(chart(&home), @"
    USD/hour on-demand, linux
      us-east-1   0.1008 (old)  ███████▋
      sa-east-1  0.16065 (old)  ████████████
      not known in eu-west-1
    --- stderr
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
    let json = home.run("cloudkit find show m7i.large --region us-east-1 -o json").ok().json();
    assert_eq!(json["regions"][0]["prices"][0]["price_is_old"], true);
    let fresh = home.run("cloudkit find show g6.xlarge --region us-east-1 -o json").ok().json();
    assert!(fresh["regions"][0]["prices"][0].get("price_is_old").is_none());
}
