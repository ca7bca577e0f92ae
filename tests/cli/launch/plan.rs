//! The plan, shown and not followed.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::Lab;

#[cfg(unix)]
#[test]
fn the_first_offers_of_a_pipe_are_the_candidates() {
    let lab = Lab::start();
    let home = lab.home();
    let screen = home.run(
        "cloudkit find search 'g6*' --region us-east-1,us-west-2 | head -3 | cloudkit launch --dry-run -o json",
    );
    let plan = screen.ok().json();
    let candidates: Vec<Value> = plan["candidates"].as_array().unwrap().iter().map(brief).collect();
    assert_snapshot!(format!("{:#}", json!(candidates)), @r#"
    [
      {
        "is": "g6f.large in us-east-1",
        "known_usd_hour": "0.21522",
        "preparation": [
          "make-bucket",
          "upload-agent",
          "make-group"
        ],
        "usd_hour": "0.21522"
      },
      {
        "is": "g6f.xlarge in us-east-1",
        "known_usd_hour": "0.25072",
        "preparation": [
          "make-bucket",
          "upload-agent",
          "make-group"
        ],
        "usd_hour": "0.25072"
      },
      {
        "is": "g6f.2xlarge in us-east-1",
        "known_usd_hour": "0.48822",
        "preparation": [
          "make-bucket",
          "upload-agent",
          "make-group"
        ],
        "usd_hour": "0.48822"
      }
    ]
    "#);
    assert_eq!(plan["schema"], "cloudkit.launch-plan/v1");
    assert_eq!(lab.changes(), [""; 0], "a dry run changes nothing");
    lab.nothing_is_left();
    let files = home.path(".local/state/cloudkit");
    assert!(!files.exists(), "nothing is written down either");
}

fn brief(candidate: &Value) -> Value {
    json!({
        "is": format!("{} in {}", candidate["instance_type"].as_str().unwrap(), candidate["region"].as_str().unwrap()),
        "usd_hour": candidate["cost"]["usd_hour"],
        "known_usd_hour": candidate["cost"]["known_usd_hour"],
        "preparation": candidate["preparation"].as_array().unwrap().iter().map(|step| step["step"].clone()).collect::<Vec<_>>(),
    })
}

#[test]
fn a_plan_is_read_by_a_person() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit launch -t t3.small --ttl 1d12h --name trainer --dry-run"), @"
    Plan of launch l-xxxxxxxxxxxxxxxx in account 123456789012
      machine  t3.small in us-east-1, on-demand, 2 vCPUs, 2 GiB
      image    Amazon Linux 2023, the usual image
               ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
      cost     0.005877 USD an hour and the unknown price of: t3.small
               t3.small: unknown
               8 GiB root volume: 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
               public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
      ends     YYYY-MM-DDThh:mm:ssZ, by the machine itself (tag cloudkit:deadline)
               or after 1h without work
      lets in  SSH (port [PORT]) from 203.0.113.7/32
      step     make bucket cloudkit-123456789012-us-east-1
      step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB before compression)
      step     make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32)
      step     launch t3.small in us-east-1
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large -z use1-az4 --no-ttl --ssh-from 198.51.100.0/24 --dry-run"), @"
    Plan of launch l-xxxxxxxxxxxxxxxx in account 123456789012
      machine  m7i.large in us-east-1 (use1-az4), on-demand, 2 vCPUs, 8 GiB
      image    Amazon Linux 2023, the usual image
               ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
      cost     0.106677 USD an hour, for as long as it runs
               m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
               8 GiB root volume: 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
               public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
      ends     when somebody ends it
               or after 1h without work
      lets in  SSH (port [PORT]) from 198.51.100.0/24
      step     make bucket cloudkit-123456789012-us-east-1
      step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB before compression)
      step     make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 198.51.100.0/24)
      step     launch m7i.large in us-east-1
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn a_zone_an_offer_names_is_kept_and_an_unknown_price_is_said_to_be_unknown() {
    let lab = Lab::start();
    let home = lab.home();
    let offers = home.run("cloudkit find search m7i.large m7i-flex.large -r eu-west-3").ok().stdout;
    let plan = home.run_with(&offers, "cloudkit launch --dry-run -o json").ok().json();
    let of = |key: &str| {
        plan["candidates"].as_array().unwrap().iter().map(|one| one[key].clone()).collect::<Vec<_>>()
    };
    assert_snapshot!(json!([of("instance_type"), of("zone")]), @r#"[["m7i-flex.large","m7i.large"],[null,null]]"#);
    assert_snapshot!(format!("{:#}", plan["candidates"][0]["cost"]), @r#"
    {
      "known_usd_hour": "0.11672",
      "parts": [
        {
          "source": "embedded 2025-03-02",
          "usd_hour": "0.11172",
          "what": "m7i-flex.large"
        },
        {
          "what": "8 GiB root volume"
        },
        {
          "source": "AWS since 2024-02-01",
          "usd_hour": "0.005",
          "what": "public IPv4 address"
        }
      ]
    }
    "#);
}

#[test]
fn no_secret_is_ever_shown() {
    let lab = Lab::start();
    let home = lab.home();
    for line in
        ["--dry-run", "--dry-run -o json", "--wait accepted -v -o json", "--wait accepted -v -o table"]
    {
        let screen = home.run(&format!("cloudkit launch -t m7i.large --ttl 1h {line}")).ok().to_string();
        for secret in ["X-Amz-Signature", "X-Amz-Credential", "ssh-ed25519"] {
            assert!(!screen.contains(secret), "{line}: {screen}");
        }
    }
}
