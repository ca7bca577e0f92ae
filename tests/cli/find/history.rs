//! `find spot --history`: how spot prices moved, and what they are.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::lists;
use crate::support::{Home, Lab};

fn put(lab: &Lab, zone: &str, product: &str, series: &Value) {
    lab.post(
        "/spot-prices",
        &json!({"region": "us-east-1", "type": "m7i.large", "zone": zone, "product": product,
        "series": series}),
    );
}

/// Two zones that move, and the others without a price.
fn lab() -> Lab {
    let lab = Lab::start();
    for product in ["Linux/UNIX", "Windows"] {
        put(
            &lab,
            "us-east-1a",
            product,
            &json!([{"hours_ago": 100, "price": "0.03"}, {"hours_ago": 12, "price": "0.05"}]),
        );
        put(&lab, "us-east-1b", product, &json!([{"hours_ago": 30, "price": "0.04"}]));
        for zone in ["us-east-1c", "us-east-1d", "us-east-1e", "us-east-1f"] {
            put(&lab, zone, product, &json!([]));
        }
    }
    lab
}

/// The chart without its times, which are those of the test.
fn without_times(text: &str) -> String {
    text.lines().filter(|line| !line.contains(':')).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_table_has_a_summary_and_a_chart() {
    let lab = lab();
    let mut home = lab.home();
    home.set("COLUMNS", "60");
    let screen = home.run("cloudkit find spot m7i.large --history 24h -o table").ok();
    let (summary, chart) = screen.stdout.split_once("\n\n").unwrap();
    let figures = summary.lines().last().unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(figures[..5], ["m7i.large", "us-east-1", "use1-az6", "0.05", "0.03"]);
    assert!(figures[5].starts_with("0.0") && figures[6] == "0.05", "{summary}");
    assert_snapshot!(without_times(chart), @"
    m7i.large in us-east-1, linux, USD an hour (times are UTC)
        0.05 ┤
             │
             │
             │
    use1-az1 │⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉
             │
             │
        0.03 ┤
        0.05 ┤                        ⢸⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉
             │                        ⢸
             │                        ⢸
             │                        ⢸
    use1-az6 │                        ⢸
             │                        ⢸
             │                        ⢸
        0.03 ┤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣸
             └┴───────────────┴───────────────┴────────────────┴
    ");
    assert!(screen.stdout.lines().skip(4).all(|line| line.chars().count() <= 60), "{screen}");
}

#[test]
fn both_products_are_asked_for_and_every_page_is_read() {
    let lab = lab();
    let home = lab.home();
    lab.post("/paging", &json!({"largest": 2}));
    let rows = home.run("cloudkit find spot m7i.large --history 24h").ok().lines_of_json();
    let short: Vec<_> = rows
        .iter()
        .map(|row| (row["zone"].as_str().unwrap(), row["price_usd_hour"].as_str().unwrap()))
        .collect();
    assert_eq!(short, [("use1-az1", "0.04"), ("use1-az6", "0.03"), ("use1-az6", "0.05")]);
    assert_snapshot!(format!("{:#}", rows[0]), @r#"
    {
      "at": "YYYY-MM-DDThh:mm:ssZ",
      "instance_type": "m7i.large",
      "os": "linux",
      "price_usd_hour": "0.04",
      "region": "us-east-1",
      "schema": "cloudkit.spot-price/v1",
      "zone": "use1-az1"
    }
    "#);
    let requests = lab.requests_of("DescribeSpotPriceHistory");
    assert_eq!(requests.len(), 3);
    let products =
        |at: usize| [1, 2].map(|number| requests[at].params[&format!("ProductDescription.{number}")].clone());
    assert_eq!(products(0), ["Linux/UNIX (Amazon VPC)", "Linux/UNIX"]);
    let rows = home.run("cloudkit find spot m7i.large --history 24h --os windows").ok().lines_of_json();
    assert_eq!((rows.len(), &rows[0]["os"]), (3, &json!("windows")));
}

#[test]
fn the_price_of_this_moment_takes_one_call_for_many_types() {
    let lab = lab();
    let home = lab.home();
    let rows = home.run("cloudkit find spot m7i.large m7i.xlarge --per-zone").ok().lines_of_json();
    let of_type: Vec<_> = rows.iter().filter(|row| row["instance_type"] == "m7i.large").collect();
    let of_row =
        |row: &Value| (row["zones"].clone(), row["price_usd_hour"].clone(), row["price_source"].clone());
    assert_eq!(
        of_type.into_iter().map(of_row).collect::<Vec<_>>(),
        [
            (json!(["use1-az1"]), json!("0.04"), json!("api")),
            (json!(["use1-az6"]), json!("0.05"), json!("api"))
        ]
    );
    let dear = "cloudkit find spot m7i.large --per-zone --max-price 0.045 -o table";
    assert_snapshot!(home.run(dear).ok(), @"
    TYPE       REGION     ZONE      VCPUS  MEMORY  ARCH    MARKET  USD/HOUR     SAVING  AS OF
    m7i.large  us-east-1  use1-az1      2   8 GiB  x86_64  spot        0.04  60% (old)  2026-08-10
    --- stderr
    region us-east-1 (AWS_REGION); --region all searches the world
    savings marked (old) are against old on-demand prices: cloudkit find refresh
    ");
    lab.fault(&json!({"kind": "throttle", "action": "DescribeSpotPriceHistory", "region": "us-west-2"}));
    let world = home.run("cloudkit find spot m7i.large --per-zone --region us-east-1,us-west-2");
    assert_snapshot!(world.stderr, @"
    warning: us-west-2 could not be asked, so prices there are those of AWS's list, where it has any: DescribeSpotPriceHistory refused: RequestLimitExceeded: Request limit exceeded.
    hint: wait a minute and run the same command again
    warning: no spot prices are known for linux in us-west-2
    hint: read what AWS's public lists say: cloudkit find refresh
    ");
}

#[test]
fn a_picture_is_written_beside_the_rows() {
    let lab = lab();
    let home = lab.home();
    home.run("cloudkit find spot m7i.large --history 24h --svg prices.svg").ok();
    let picture = home.read("prices.svg");
    assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
    for part in ["Spot price of m7i.large in us-east-1, linux", "US dollars an hour", "use1-az1", "use1-az6"]
    {
        assert!(picture.contains(part), "{part}");
    }
    assert_eq!(picture.matches("<text").count(), picture.matches("</text>").count());
}

#[test]
fn an_empty_history_says_what_was_asked() {
    let lab = lab();
    let home = lab.home();
    for zone in ["us-east-1a", "us-east-1b"] {
        put(&lab, zone, "Linux/UNIX", &json!([]));
    }
    assert_snapshot!(home.run("cloudkit find spot m7i.large --history 7d --svg never.svg"), @r#"
    --- stderr
    region us-east-1 (AWS_REGION); --region all searches the world
    EC2 has no spot price of m7i.large in us-east-1 for the last 1w (asked for "Linux/UNIX" and "Linux/UNIX (Amazon VPC)")
    --- exit 1
    "#);
    assert!(!home.path("never.svg").exists());
}

#[test]
fn a_span_that_ec2_does_not_keep_is_refused_where_it_is_typed() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find spot m7i.large --history 91d"), @r#"
    --- stderr
    error: invalid value '91d' for '--history <SPAN>': "91d" is not a span from 1h to 90d, which is what EC2 keeps
    hint: every flag with its values: --help
    --- exit 2
    "#);
    home.run("cloudkit find spot m7i.large --history 59m").exits(2);
    home.run("cloudkit find spot m7i.large --svg x.svg").exits(2);
    home.run("cloudkit find spot m7i.large --history 7d").exits(3);
}

#[test]
fn a_region_that_fails_is_named_and_a_throttled_one_is_asked_again() {
    let lab = lab();
    let home = lab.home();
    lab.fault(
        &json!({"kind": "error", "action": "DescribeSpotPriceHistory", "region": "us-west-2", "status": 503,
        "code": "Unavailable", "message": "The service is unavailable."}),
    );
    let line = "cloudkit find spot m7i.large --history 24h -r us-east-1,us-west-2";
    let screen = home.run(line).exits(5);
    assert_eq!(screen.lines_of_json().len(), 3);
    assert!(screen.stderr.contains("us-west-2 could not be asked"), "{screen}");
    lab.clear_faults();
    lab.fault(&json!({"kind": "throttle", "action": "DescribeSpotPriceHistory", "times": 2}));
    home.run(line).ok();
}

#[test]
fn where_the_account_is_not_asked_prices_per_zone_are_those_of_whole_regions() {
    let home = Home::new();
    let line = "cloudkit find spot m7i.large --per-zone -r us-east-1 -o name";
    // Without any price there is nothing to fall back on.
    home.run(line).exits(3);
    lists::write(&home, "lists/spot.json", lists::spot_of_a_large("0.0391"), 0);
    home.run("cloudkit find refresh --from lists").ok();
    assert_snapshot!(home.run(line), @"
    m7i.large
    --- stderr
    warning: the account was not asked, so the prices are those of AWS's list, for whole regions: no AWS credentials were found
    hint: sign in: aws configure, or aws sso login, and name the profile with --profile if it is not the default
    --- exit 3
    ");

    let lab = Lab::start();
    let mut home = lab.home();
    home.set("AWS_ACCESS_KEY_ID", "EXPIRED");
    lists::write(&home, "lists/spot.json", lists::spot_of_a_large("0.0391"), 0);
    home.run("cloudkit find refresh --from lists").ok();
    assert_snapshot!(home.run("cloudkit find spot m7i.large --per-zone -r us-east-1,us-west-2,eu-west-1 -o name"), @"
    m7i.large
    m7i.large
    m7i.large
    --- stderr
    warning: eu-west-1, us-east-1, us-west-2 could not be asked, so prices there are those of AWS's list, where it has any: DescribeSpotPriceHistory refused: RequestExpired: Request has expired.
    hint: sign in again: aws sso login, or fetch new keys
    warning: no spot prices are known for linux in eu-west-1
    hint: read what AWS's public lists say: cloudkit find refresh
    --- exit 3
    ");
}

#[test]
fn a_picture_is_written_into_a_folder_that_is_there() {
    let lab = Lab::start();
    assert_snapshot!(lab.home().run("cloudkit find spot m7i.large --history 1h --svg new/x.svg"), @"
    --- stderr
    region us-east-1 (AWS_REGION); --region all searches the world
    error: --svg: there is no folder new
    hint: make it first, or name another
    --- exit 2
    ");
    assert!(lab.requests().is_empty());
}
