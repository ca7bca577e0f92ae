//! From when figures are that a list gives no date, and whose date is believed.

use insta::assert_snapshot;
use serde_json::Value;

use super::lists::{self, DAY, VIRGINIA};
use super::refresh_folder::{REFRESH, four_spot_prices, price, said};
use crate::support::Home;

/// Files of a folder whose lists say no date: a capture of [`DAY`] that was copied twelve days later.
fn a_copied_capture(home: &Home) {
    lists::write(home, "lists/spot.json", four_spot_prices(), 12);
    lists::write(home, "lists/advisor.json", lists::advisor(&[("us-east-1", "Linux", "m7i.large", 1)]), 12);
}

#[test]
fn a_file_s_own_time_is_no_date() {
    let mut home = Home::new();
    home.set("CLOUDKIT_TODAY", "2026-09-20");
    a_copied_capture(&home);
    assert_snapshot!(home.run(REFRESH), @"
    FEED                        OS  LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of spot prices         -       1          0     4     4        0  <=2026-09-13
    list of spot interruptions  -       1          0     1     1        0  <=2026-09-13
    --- stderr
    warning: lists/advisor.json (list of spot interruptions) does not say from when it is: taken to be of 2026-09-13 or before, the file's time, which may be that of a copy
    warning: lists/spot.json (list of spot prices) does not say from when it is: taken to be of 2026-09-13 or before, the file's time, which may be that of a copy
    hint: say from when such lists are: --as-of DATE
    ");
    assert_snapshot!(home.run("cloudkit find spot m7i.large --region us-east-1 -o table"), @"
    TYPE       REGION     VCPUS  MEMORY  ARCH    MARKET      USD/HOUR       SAVING  INTERRUPTED
    m7i.large  us-east-1      2   8 GiB  x86_64  spot    0.0391 (old)  advisor 70%  5-10%
    --- stderr
    columns that did not fit: AS OF (-o wide shows them)
    prices marked (old) are from 2026-09-13 or before: cloudkit find refresh
    ");
    assert_snapshot!(home.run("cloudkit find spot m7i.large --region us-east-1 -o jsonl"), @r#"{"schema":"cloudkit.offer/v1","instance_type":"m7i.large","region":"us-east-1","zones":["use1-az1","use1-az2","use1-az4","use1-az5","use1-az6"],"market":"spot","architectures":["x86_64"],"vcpus":2,"memory_mib":8192,"os":"linux","price_usd_hour":"0.0391","on_demand_usd_hour":"0.1008","on_demand_is_old":true,"saving_percent":70,"saving_source":"advisor","price_source":"feed","price_as_of":"2026-09-13","price_dated_by":"file-time","price_is_old":true,"interruption":{"min_percent":5,"max_percent":10}}"#);
    // What has a date takes its place, although that is earlier.
    let spot = four_spot_prices().replace("0.0391", "0.0392");
    lists::write(&home, "dated/spot.json", spot, 20);
    assert_snapshot!(home.run("cloudkit find refresh --from dated --as-of 2026-09-02 -o table"), @"
    FEED                 OS  LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of spot prices  -       1          0     4     4        0  2026-09-02
    ");
    assert_eq!(price(&home, "spot", "m7i.large", "us-east-1", "linux"), said("0.0392", "2026-09-02", "feed"));
    // And what has none takes none of its places, but is said to be the same where it is.
    assert_snapshot!(home.run(REFRESH), @"
    FEED                        OS  LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of spot prices         -       1          0     4     3        1  <=2026-09-13
    list of spot interruptions  -       1          0     1     1        0  <=2026-09-13
    --- stderr
    list of spot prices: 1 row was dropped: what is known already has a date, and the date of this is only guessed
    warning: lists/advisor.json (list of spot interruptions) does not say from when it is: taken to be of 2026-09-13 or before, the file's time, which may be that of a copy
    warning: lists/spot.json (list of spot prices) does not say from when it is: taken to be of 2026-09-13 or before, the file's time, which may be that of a copy
    hint: say from when such lists are: --as-of DATE
    ");
    assert_eq!(price(&home, "spot", "m7i.large", "us-east-1", "linux"), said("0.0392", "2026-09-02", "feed"));
}

#[test]
fn a_list_beside_it_says_about_when_a_list_is_from() {
    let home = Home::new();
    a_copied_capture(&home);
    lists::write(&home, "lists/metadata.json", lists::index(&[VIRGINIA]), 12);
    lists::write(&home, "lists/elsewhere/spot.json", lists::spot(&[("us-east-9", "x9.large", "1", "2")]), 12);
    assert_snapshot!(home.run(REFRESH), @"
    FEED                        OS  LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of spot prices         -       2          0     6     6        0  <=2026-09-13
    list of spot interruptions  -       1          0     1     1        0  ~2026-09-01
    index of on-demand prices   -       1          0     1     1        0  2026-09-01
    --- stderr
    lists/advisor.json (list of spot interruptions) does not say from when it is: taken to be of about 2026-09-01, as lists/metadata.json beside it
    warning: lists/elsewhere/spot.json (list of spot prices) does not say from when it is: taken to be of 2026-09-13 or before, the file's time, which may be that of a copy
    lists/spot.json (list of spot prices) does not say from when it is: taken to be of about 2026-09-01, as lists/metadata.json beside it
    hint: say from when such lists are: --as-of DATE
    ");
    assert_snapshot!(home.run("cloudkit find catalog -o name"), @"
    apache-libcloud 3.9.1
    AWS price list, US East (N. Virginia), Linux, shared tenancy
    AWS's list of spot prices
    AWS's Spot Instance advisor
    AWS's list of spot prices
    --- stderr
    hint: bring old figures up to date: cloudkit find refresh
    ");
}

#[test]
fn the_headers_that_were_kept_beside_a_list_date_it() {
    let mut home = Home::new();
    home.set("CLOUDKIT_TODAY", "2026-09-20");
    a_copied_capture(&home);
    lists::write(&home, "lists/metadata.json", lists::index(&[VIRGINIA]), 12);
    let headers = "HTTP/2 200\r\ncontent-type: application/json\r\nlast-modified: Mon, 31 Aug 2026 08:00:00 GMT\r\n\r\n";
    lists::write(&home, "lists/spot.json.headers", headers, 12);
    lists::write(&home, "lists/advisor.json.headers", headers, 12);
    assert_snapshot!(home.run(&format!("{REFRESH} --as-of 2026-09-03")), @"
    FEED                        OS  LISTS  UNCHANGED  ROWS  KEPT  DROPPED  AS OF
    list of spot prices         -       1          0     4     4        0  2026-08-31
    list of spot interruptions  -       1          0     1     1        0  2026-08-31
    index of on-demand prices   -       1          0     1     1        0  2026-09-01
    ");
}

#[test]
fn a_day_that_is_none_or_lies_ahead_is_refused() {
    let mut home = Home::new();
    home.set("CLOUDKIT_TODAY", "2026-09-02");
    a_copied_capture(&home);
    assert_snapshot!(home.run(&format!("{REFRESH} --as-of 2026-09-03")), @"
    --- stderr
    error: --as-of 2026-09-03 lies ahead: today is 2026-09-02
    hint: say the day on which the lists were fetched from AWS
    --- exit 2
    ");
    assert_snapshot!(home.run(&format!("{REFRESH} --as-of yesterday")), @"
    --- stderr
    error: invalid value 'yesterday' for '--as-of <DATE>': not a day such as 2026-08-06
    hint: every flag with its values: --help
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit find refresh --as-of 2026-09-01"), @"
    --- stderr
    error: the following required arguments were not provided: --from <DIR|FILE|URL>
    hint: every flag with its values: --help
    --- exit 2
    ");
    assert!(!home.path(".cache/cloudkit").exists());
}

#[test]
fn what_the_advisor_says_of_savings_is_shown_where_prices_do_not() {
    let home = Home::new();
    // Of x9.large nothing is known on demand, of z9.large no spot price.
    let prices = [("us-east-1", "m7i.large", "0.0391", "N/A*"), ("us-east-1", "x9.large", "0.5", "N/A*")];
    lists::write(&home, "lists/spot.json", lists::spot(&prices), 0);
    let rows = ["m7i.large", "x9.large", "z9.large"].map(|name| ("us-east-1", "Linux", name, 1));
    lists::write(&home, "lists/advisor.json", lists::advisor(&rows), 0);
    let on_demand = [("m7i.large", "0.2"), ("z9.large", "1")];
    lists::write(&home, "lists/index.json", lists::on_demand(VIRGINIA, "Linux", DAY, &on_demand), 0);
    home.run(REFRESH).ok();
    let question = "cloudkit find spot m7i.large '[xz]9.large' --region us-east-1";
    assert_snapshot!(home.run(&format!("{question} -o table")), @"
    TYPE       REGION     VCPUS     MEMORY  DEVICES  ARCH    MARKET  USD/HOUR       SAVING  INTERRUPTED
    m7i.large  us-east-1      2      8 GiB  none     x86_64  spot      0.0391          80%  5-10%
    x9.large   us-east-1      4  15.25 GiB  -        -       spot        0.50  advisor 70%  5-10%
    z9.large   us-east-1      4  15.25 GiB  -        -       spot           -  advisor 70%  5-10%
    --- stderr
    columns that did not fit: AS OF (-o wide shows them)
    ");
    assert_snapshot!(home.run(&format!("{question} -o csv")), @"
    schema,instance_type,region,zones,market,architectures,vcpus,memory_mib,os,price_usd_hour,on_demand_usd_hour,saving_percent,saving_source,price_source,price_as_of,price_dated_by,interruption.min_percent,interruption.max_percent
    cloudkit.offer/v1,m7i.large,us-east-1,use1-az1;use1-az2;use1-az4;use1-az5;use1-az6,spot,x86_64,2,8192,linux,0.0391,0.20,80,computed,feed,2026-09-01,list-beside,5,10
    cloudkit.offer/v1,x9.large,us-east-1,,spot,,4,15616,linux,0.50,,70,advisor,feed,2026-09-01,list-beside,5,10
    cloudkit.offer/v1,z9.large,us-east-1,,spot,,4,15616,linux,,1.00,70,advisor,,,,5,10
    ");
    assert_snapshot!(home.run(&format!("{question} --min-saving 75 -o name")), @"m7i.large");
    let sheet = home.run("cloudkit find show z9.large --region us-east-1 -o json").ok();
    let sheet: Value = serde_json::from_str(&sheet.stdout).unwrap();
    assert_snapshot!(sheet["regions"][0]["savings"], @r#"[{"os":"linux","saving_percent":70,"saving_source":"advisor"}]"#);
    let sheet = home.run("cloudkit find show x9.large --region us-east-1").ok().to_string();
    assert_snapshot!(sheet.split_once("USD/hour spot").unwrap().1, @"
    , linux
      us-east-1  0.50  ~2026-09-01  feed  ██████████████████████████████

    spot, linux: saving against on demand, and how often it is interrupted
      us-east-1  advisor 70%  5-10%
    ");
}
