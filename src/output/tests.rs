//! Every format of a small document, the fitting of tables, and what reaches stderr.

use std::borrow::Cow;
use std::io;

use crate::discovery::{OfferGroup, SortKey};
use crate::model::offer::SCHEMA;
use crate::model::{Architecture, Device, DeviceCount, Market, Mebibytes, Money, Offer, OperatingSystem};

use super::capacity::CapacityRow;
use super::captured::streams;
use super::{Failure, Format, Settings, Streams, Surroundings, Verbosity};

fn small() -> Offer<'static> {
    Offer {
        schema: SCHEMA.into(),
        instance_type: "t4g.nano".into(),
        region: "eu-west-1".into(),
        zones: vec!["euw1-az1".into(), "euw1-az2".into()],
        market: Market::OnDemand,
        architectures: vec![Architecture::Arm64],
        vcpus: Some(2),
        memory_mib: Some(Mebibytes(512)),
        gpus: vec![],
        accelerators: vec![],
        os: OperatingSystem::Linux,
        price_usd_hour: Some(Money::from_micros(4600)),
        on_demand_usd_hour: Some(Money::from_micros(4600)),
        price_source: Some("embedded".into()),
        price_as_of: Some("2026-08-06".into()),
        reservation_id: None,
        available_count: None,
        total_count: None,
        ends_at: None,
        on_demand_is_old: false,
        saving_percent: None,
        saving_source: None,
        interruption: None,
        price_dated_by: None,
        price_is_old: false,
        interruption_is_old: false,
        block: None,
        quota: None,
    }
}

fn with_gpus() -> Offer<'static> {
    let device = |name: &'static str, count, memory: Option<u64>| Device {
        name: Cow::Borrowed(name),
        manufacturer: Some("NVIDIA".into()),
        count,
        memory_mib: memory.map(Mebibytes),
    };
    Offer {
        instance_type: "g6x.large".into(),
        zones: vec![],
        architectures: vec![Architecture::X86_64],
        memory_mib: Some(Mebibytes::from_gib(64)),
        gpus: vec![
            device("L4", DeviceCount::from_thousandths(125), Some(2861)),
            device("H\u{1b}[2J", DeviceCount::whole(8), None),
        ],
        price_usd_hour: None,
        on_demand_usd_hour: None,
        price_source: None,
        price_as_of: None,
        ..small()
    }
}

fn printed(format: Format, columns: usize, offers: &[Offer<'_>]) -> (String, String) {
    let surroundings = Surroundings { columns, ..Surroundings::without_terminal() };
    let (streams, data, talk) = streams(surroundings, Settings::default());
    streams.write_list(format, offers).unwrap();
    (data.text(), talk.text())
}

#[test]
fn a_table_shows_what_is_known() {
    let (table, talk) = printed(Format::Table, 120, &[small(), with_gpus()]);
    insta::assert_snapshot!(table, @r"
    TYPE       REGION     VCPUS   MEMORY  DEVICES                              ARCH    USD/HOUR  AS OF
    t4g.nano   eu-west-1      2  0.5 GiB  none                                 arm64     0.0046  2026-08-06
    g6x.large  eu-west-1      2   64 GiB  0.125 x L4 (2.8 GiB) + 8 x H\x1b[2J  x86_64         -  -
    ");
    assert_eq!(talk, "");
}

#[test]
fn a_wide_table_shows_every_column() {
    let (table, talk) = printed(Format::Wide, 20, &[small(), with_gpus()]);
    insta::assert_snapshot!(table, @r"
    TYPE       REGION     ZONES              VCPUS   MEMORY  DEVICES                              ARCH    OS     MARKET     USD/HOUR  AS OF       SOURCE
    t4g.nano   eu-west-1  euw1-az1 euw1-az2      2  0.5 GiB  none                                 arm64   linux  on-demand    0.0046  2026-08-06  embedded
    g6x.large  eu-west-1  -                      2   64 GiB  0.125 x L4 (2.8 GiB) + 8 x H\x1b[2J  x86_64  linux  on-demand         -  -           -
    ");
    assert_eq!(talk, "");
}

#[test]
fn a_table_too_wide_is_cut_then_left_out_of() {
    let (table, talk) = printed(Format::Table, 60, &[small(), with_gpus()]);
    insta::assert_snapshot!(table, @"
    TYPE       REGION     VCPUS   MEMORY  DEVICES       USD/HOUR
    t4g.nano   eu-west-1      2  0.5 GiB  none            0.0046
    g6x.large  eu-west-1      2   64 GiB  0.125 x L4 …         -
    ");
    insta::assert_snapshot!(talk, @"columns that did not fit: ARCH, AS OF (-o wide shows them)");
    assert!(table.lines().all(|line| console::measure_text_width(line) <= 60));
    for columns in 20..140 {
        let (table, _) = printed(Format::Table, columns, &[small(), with_gpus()]);
        assert!(table.lines().all(|line| console::measure_text_width(line) <= columns), "{columns}");
    }
}

/// Every title of a kind of rows that `--sort` orders.
fn titles<R: super::Record>() -> impl Iterator<Item = &'static str> {
    R::columns().into_iter().map(|column| column.title())
}

#[test]
fn whatever_stands_over_a_column_is_a_key_to_sort_by() {
    let titles: Vec<&str> = titles::<Offer<'_>>().chain(titles::<OfferGroup<'_>>()).collect();
    assert!(titles.contains(&"QUOTA") && titles.contains(&"UP TO"), "{titles:?}");
    for title in titles {
        let (typed, dashed) = (title.to_lowercase(), title.to_lowercase().replace(' ', "-"));
        for key in [title.to_owned(), typed.clone(), dashed.clone(), format!("-{typed}")] {
            assert!(key.parse::<SortKey>().is_ok(), "{key}");
        }
        let key: SortKey = dashed.parse().unwrap();
        assert_eq!(key.to_string().parse(), Ok(key), "{title}");
    }
}

#[test]
fn a_table_narrower_than_any_column_shows_one_and_names_the_others() {
    for columns in 0..20 {
        let (table, talk) = printed(Format::Table, columns, &[small(), with_gpus()]);
        assert!(table.starts_with("TYPE"), "{columns}: {table}");
        assert!(talk.starts_with("columns that did not fit: "), "{columns}: {talk}");
    }
}

#[test]
fn json_is_one_array_and_one_thing_an_object() {
    let (json, _) = printed(Format::Json, 100, &[with_gpus()]);
    insta::assert_snapshot!(json, @r#"
    [
      {
        "schema": "cloudkit.offer/v1",
        "instance_type": "g6x.large",
        "region": "eu-west-1",
        "market": "on-demand",
        "architectures": [
          "x86_64"
        ],
        "vcpus": 2,
        "memory_mib": 65536,
        "gpus": [
          {
            "name": "L4",
            "manufacturer": "NVIDIA",
            "count": "0.125",
            "memory_mib": 2861
          },
          {
            "name": "H\u001b[2J",
            "manufacturer": "NVIDIA",
            "count": 8
          }
        ],
        "os": "linux"
      }
    ]
    "#);
    assert_eq!(printed(Format::Json, 100, &[]).0, "[]\n");

    let (streams, data, _) = streams(Surroundings::without_terminal(), Settings::default());
    streams.write_one(Format::Json, &small()).unwrap();
    assert!(data.text().starts_with("{\n  \"schema\""));
}

#[test]
fn jsonl_is_an_object_a_line_that_reads_back() {
    let (lines, _) = printed(Format::Jsonl, 100, &[small(), with_gpus()]);
    insta::assert_snapshot!(lines, @r#"
    {"schema":"cloudkit.offer/v1","instance_type":"t4g.nano","region":"eu-west-1","zones":["euw1-az1","euw1-az2"],"market":"on-demand","architectures":["arm64"],"vcpus":2,"memory_mib":512,"os":"linux","price_usd_hour":"0.0046","on_demand_usd_hour":"0.0046","price_source":"embedded","price_as_of":"2026-08-06"}
    {"schema":"cloudkit.offer/v1","instance_type":"g6x.large","region":"eu-west-1","market":"on-demand","architectures":["x86_64"],"vcpus":2,"memory_mib":65536,"gpus":[{"name":"L4","manufacturer":"NVIDIA","count":"0.125","memory_mib":2861},{"name":"H\u001b[2J","manufacturer":"NVIDIA","count":8}],"os":"linux"}
    "#);
    let back: Vec<Offer<'_>> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(back, [small(), with_gpus()]);
}

#[test]
fn yaml_is_one_array() {
    let (yaml, _) = printed(Format::Yaml, 100, &[small(), with_gpus()]);
    insta::assert_snapshot!(yaml, @r#"
    - schema: cloudkit.offer/v1
      instance_type: t4g.nano
      region: eu-west-1
      zones:
      - euw1-az1
      - euw1-az2
      market: on-demand
      architectures:
      - arm64
      vcpus: 2
      memory_mib: 512
      os: linux
      price_usd_hour: '0.0046'
      on_demand_usd_hour: '0.0046'
      price_source: embedded
      price_as_of: 2026-08-06
    - schema: cloudkit.offer/v1
      instance_type: g6x.large
      region: eu-west-1
      market: on-demand
      architectures:
      - x86_64
      vcpus: 2
      memory_mib: 65536
      gpus:
      - name: L4
        manufacturer: NVIDIA
        count: '0.125'
        memory_mib: 2861
      - name: "H\e[2J"
        manufacturer: NVIDIA
        count: 8
      os: linux
    "#);
    assert_eq!(serde_yaml::from_str::<Vec<serde_yaml::Value>>(&yaml).unwrap().len(), 2);
    assert_eq!(printed(Format::Yaml, 100, &[]).0, "[]\n");
}

#[test]
fn csv_has_one_header_over_all_rows() {
    let (csv, _) = printed(Format::Csv, 100, &[small(), with_gpus()]);
    assert!(csv.ends_with("\r\n"));
    insta::assert_snapshot!(csv.replace('\r', "").replace('\u{1b}', "ESC"), @r#"
    schema,instance_type,region,zones,market,architectures,vcpus,memory_mib,gpus.name,gpus.manufacturer,gpus.count,gpus.memory_mib,os,price_usd_hour,on_demand_usd_hour,price_source,price_as_of
    cloudkit.offer/v1,t4g.nano,eu-west-1,euw1-az1;euw1-az2,on-demand,arm64,2,512,,,,,linux,0.0046,0.0046,embedded,2026-08-06
    cloudkit.offer/v1,g6x.large,eu-west-1,,on-demand,x86_64,2,65536,L4;HESC[2J,NVIDIA;NVIDIA,0.125;8,2861;,linux,,,,
    "#);
}

#[test]
fn names_are_one_a_line() {
    assert_eq!(printed(Format::Name, 100, &[small(), with_gpus()]).0, "t4g.nano\ng6x.large\n");
}

#[test]
fn the_format_follows_the_reader_unless_it_is_asked_for() {
    let terminal = Surroundings { stdout_is_terminal: true, ..Surroundings::without_terminal() };
    let format = |surroundings, requested_format, preferred_format| {
        let settings = Settings { requested_format, preferred_format, ..Settings::default() };
        streams(surroundings, settings).0.list_format()
    };
    assert_eq!(format(terminal, None, None), Format::Table);
    assert_eq!(format(Surroundings::without_terminal(), None, None), Format::Jsonl);
    assert_eq!(format(terminal, None, Some(Format::Yaml)), Format::Yaml);
    assert_eq!(format(terminal, Some(Format::Csv), Some(Format::Yaml)), Format::Csv);
}

#[test]
fn quiet_keeps_errors_and_warnings_of_cost() {
    let talk_at = |verbosity| {
        let settings = Settings { verbosity, ..Settings::default() };
        let (streams, data, talk) = streams(Surroundings::without_terminal(), settings);
        say_everything(&streams);
        assert_eq!(data.text(), "");
        talk.text()
    };
    insta::assert_snapshot!(talk_at(Verbosity::Quiet), @r#"
    warning: the machine runs on
    error: cannot list images
    caused by: the line is dead
    hint: try later
    "#);
    insta::assert_snapshot!(talk_at(Verbosity::Verbose), @r#"
    3 offers
    call DescribeImages
    warning: old\x1b
      error: not one of ours
    warning: the machine runs on
    hint: type more
    Security group: sg-1
    error: cannot list images
    caused by: the line is dead
    hint: try later
    "#);
    assert!(!talk_at(Verbosity::Normal).contains("call"));
}

fn say_everything(streams: &Streams) {
    streams.status("3 offers");
    streams.detail("call DescribeImages");
    streams.warn("old\u{1b}\nerror: not one of ours");
    streams.warn_of_cost("the machine runs on");
    streams.hint("type more");
    let step = streams.step("Security group");
    step.update("looking");
    step.done("sg-1");
    drop(streams.step("never done"));
    streams.fail(&failure());
}

fn failure() -> Failure {
    #[derive(Debug, thiserror::Error)]
    #[error("cannot list images")]
    struct Outer(#[source] Middle);
    #[derive(Debug, thiserror::Error)]
    #[error(transparent)]
    struct Middle(io::Error);
    let inner = Middle(io::Error::other("the line is dead"));
    Failure::of(&Outer(inner), vec!["try later".to_owned()], 5)
}

#[test]
fn an_error_is_an_object_where_json_was_asked_for_by_name() {
    let settings = Settings { requested_format: Some(Format::Jsonl), ..Settings::default() };
    let (streams, _, talk) = streams(Surroundings::without_terminal(), settings);
    streams.fail(&failure());
    insta::assert_snapshot!(talk.text(), @r#"{"schema":"cloudkit.error/v1","error":"cannot list images","caused_by":["the line is dead"],"hints":["try later"],"exit_code":5}"#);
}

#[test]
fn a_closed_pipe_is_an_error_the_edge_can_see() {
    struct Closed;
    impl io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let many = vec![small(); 500];
    for format in Format::ALL {
        let streams =
            Streams::over(Closed, io::sink(), Surroundings::without_terminal(), Settings::default());
        let error = streams.write_list(format, &many).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{format}");
    }
}

#[test]
fn colour_is_shown_only_where_it_can_be() {
    let colourful = Surroundings {
        stdout_shows_color: true,
        stderr_shows_color: true,
        ..Surroundings::without_terminal()
    };
    let (streams, data, talk) = streams(colourful, Settings::default());
    streams.write_list(Format::Table, &[small()]).unwrap();
    streams.warn("careful");
    assert!(data.text().starts_with("\u{1b}[1mTYPE"));
    assert!(talk.text().contains("\u{1b}[33m"));
}

#[test]
fn csv_keeps_the_order_of_the_fields_and_flattens_whatever_is_in_them() {
    #[derive(serde::Serialize)]
    struct Row {
        #[serde(skip_serializing_if = "Option::is_none")]
        first: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        second: Option<Inner>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        third: Vec<Inner>,
        never: Option<u8>,
        last: std::collections::BTreeMap<&'static str, (i8, char)>,
    }
    #[derive(serde::Serialize)]
    enum Inner {
        Unit,
        One(f32),
        Two { name: &'static str, count: Option<u64> },
    }
    impl super::Record for Row {
        fn columns() -> Vec<super::Column<Self>> {
            vec![]
        }
        fn name(&self) -> Cow<'_, str> {
            "row".into()
        }
    }
    let last = || [("key", (-1, 'x'))].into();
    let rows = [
        Row { first: None, second: None, third: vec![], never: None, last: last() },
        Row {
            first: None,
            second: Some(Inner::Unit),
            third: vec![Inner::Two { name: "a, b", count: None }, Inner::Two { name: "c", count: Some(3) }],
            never: None,
            last: last(),
        },
        Row { first: Some(true), second: Some(Inner::One(0.5)), third: vec![], never: None, last: last() },
    ];
    let (streams, data, _) = streams(Surroundings::without_terminal(), Settings::default());
    streams.write_list(Format::Csv, &rows).unwrap();
    insta::assert_snapshot!(data.text().replace('\r', ""), @r#"
    first,second.One,second,third.Two.name,third.Two.count,last.key
    ,,,,,-1;x
    ,,Unit,"a, b;c",;3,-1;x
    true,0.5,,,,-1;x
    "#);
}

#[test]
fn a_reservation_says_how_much_is_free_and_when_it_ends() {
    let held = |id: &'static str, free, ends: Option<&'static str>| Offer {
        instance_type: "p5.48xlarge".into(),
        market: if ends.is_some() { Market::CapacityBlock } else { Market::Reservation },
        price_usd_hour: ends.is_none().then(|| Money::from_micros(55_040_000)),
        price_is_old: true,
        reservation_id: Some(id.into()),
        available_count: Some(free),
        total_count: Some(4),
        ends_at: ends.map(Into::into),
        ..small()
    };
    let rows = [
        CapacityRow(held("cr-1", 3, None)),
        CapacityRow(held("cr-2", 0, Some("2031-01-03T11:30:00Z"))),
        CapacityRow(small()),
    ];
    let (streams, data, _) =
        streams(Surroundings { columns: 100, ..Surroundings::without_terminal() }, Settings::default());
    streams.write_list(Format::Table, &rows).unwrap();
    insta::assert_snapshot!(data.text(), @"
    TYPE         REGION     MARKET          FREE  TOTAL      USD/HOUR  ENDS        ID    ZONES
    p5.48xlarge  eu-west-1  reservation        3      4   55.04 (old)  none        cr-1  euw1-az1 euw1-…
    p5.48xlarge  eu-west-1  capacity-block     0      4       -        2031-01-03  cr-2  euw1-az1 euw1-…
    t4g.nano     eu-west-1  on-demand          -      -  0.0046        -           -     euw1-az1 euw1-…
    ");
}
