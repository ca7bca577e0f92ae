//! Unit files as they are read.
//!
//! What is wrong with them is tested with the rules.

use proptest::prelude::*;

use super::read::MistakeKind;
use super::*;

fn setting(section: &str, key: &str, value: &str, line: usize, column: usize) -> Setting {
    Setting { section: section.into(), key: key.into(), value: value.into(), line, column }
}

#[test]
fn sections_settings_comments_and_continued_lines() {
    let text = "\u{feff}# a comment\n; another\n\n[Unit]\r\nDescription = The web \\\n  ; in between\n  server\n\n[Service]\n  ExecStart=/bin/a \\\\\nX-Mine=é = 1\n";
    let read = UnitText::read(text);
    let sections: Vec<_> = read.sections.iter().map(|s| (s.name.as_str(), s.line)).collect();
    assert_eq!(sections, [("Unit", 4), ("Service", 9)]);
    assert_eq!(
        read.settings,
        [
            setting("Unit", "Description", "The web    server", 5, 1),
            setting("Service", "ExecStart", "/bin/a \\\\", 10, 3),
            setting("Service", "X-Mine", "é = 1", 11, 1),
        ]
    );
    assert_eq!(read.mistakes, []);
}

#[test]
fn what_systemd_would_skip_is_a_mistake_with_its_place() {
    for (text, line, column, what) in [
        ("A=1\n", 1, 1, MistakeKind::NoSection),
        ("[S]\n  hello\n", 2, 3, MistakeKind::NoEquals),
        ("[S]\n =1\n", 2, 2, MistakeKind::NoKey),
        ("[S\nA=1\n", 1, 1, MistakeKind::BadHeader),
        ("[S]\nA=1 \\  \nB=2\n", 2, 5, MistakeKind::BlankAfterBackslash),
        ("[S]\nA=1\\", 2, 1, MistakeKind::NothingContinued),
    ] {
        assert_eq!(UnitText::read(text).mistakes, [Mistake { line, column, what }], "{text:?}");
    }
}

#[test]
fn an_empty_value_takes_back_what_was_said() {
    let unit = UnitText::read(
        "[Service]\nExecStart=/a\nExecStart=\nExecStart=/b\nUser=one\n[Unit]\nAfter=a b\nAfter=c\n",
    );
    let drop_in = UnitText::read("[Service]\nUser=\nExecStart=/c\n");
    let settings = Settings::of([&unit, &drop_in]);
    let starts: Vec<_> =
        settings.list("Service", "ExecStart").iter().map(|(file, s)| (*file, s.value.as_str())).collect();
    assert_eq!(starts, [(0, "/b"), (1, "/c")]);
    assert_eq!(settings.value("Service", "User"), None);
    assert_eq!(
        settings.units("Unit", "After").iter().map(|(_, _, unit)| *unit).collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
}

#[test]
fn words_go_by_systemds_quoting() {
    for (value, words) in [
        ("a  b\tc", vec!["a", "b", "c"]),
        ("\"a b\" 'c \"d'", vec!["a b", "c \"d"]),
        ("FOO=\"x y\"z", vec!["FOO=x yz"]),
        (r"a\sb \x41 \101 \u00e9 \q \x4", vec!["a b", "A", "A", "é", r"\q", r"\x4"]),
        (r#""a\"b" 'it\'s'"#, vec!["a\"b", "it's"]),
        ("''", vec![""]),
        ("", vec![]),
    ] {
        let read: Vec<String> = split(value).unwrap().into_iter().map(|word| word.text).collect();
        assert_eq!(read, words, "{value}");
    }
    assert_eq!(split("a 'b").unwrap_err().to_string(), "a ' is not closed");
}

#[test]
fn command_lines_have_marks_and_semicolons() {
    let read = commands(r"-@/bin/sh shell -c 'a; b' \; x ; +echo hi ; bin/x").unwrap();
    let shown: Vec<(String, Vec<&str>, bool)> = read
        .iter()
        .map(|command| {
            let arguments = command.arguments.iter().map(|word| word.text.as_str()).collect();
            (format!("{:?}", command.program), arguments, command.may_fail)
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("Path(\"/bin/sh\")".to_owned(), vec!["-c", "a; b", ";", "x"], true),
            ("Name(\"echo\")".to_owned(), vec!["hi"], false),
            ("Relative(\"bin/x\")".to_owned(), vec![], false),
        ]
    );
    assert!(matches!(commands("%h/run").unwrap()[0].program, Program::Unknown(_)));
    assert_eq!(commands("-").unwrap_err().to_string(), "no program is named");
    assert_eq!(commands("/bin/sh -c \"a").unwrap_err().to_string(), "a \" is not closed");
}

#[test]
fn names_of_units() {
    for name in
        ["web.service", "a-b_c:d.timer", "worker@.service", "worker@1.service", r"a\x2db.mount", "-.slice"]
    {
        assert_eq!(name.parse::<UnitName>().unwrap().to_string(), name);
    }
    for wrong in ["web", "web.sevice", ".service", "a b.service", "a/b.service", "@1.service", "é.service"] {
        wrong.parse::<UnitName>().unwrap_err();
    }
    let instance: UnitName = "worker@1.timer".parse().unwrap();
    assert_eq!(instance.template().unwrap().to_string(), "worker@.timer");
    assert_eq!(instance.with_kind(UnitKind::Service).to_string(), "worker@1.service");
    assert!(instance.template().unwrap().is_template());
}

#[test]
fn systemds_own_units_and_keys_are_known() {
    for unit in [
        "network-online.target",
        "systemd-resolved.service",
        "dbus.socket",
        "getty@tty1.service",
        "dev-sda.device",
    ] {
        assert!(known::is_on_every_machine(unit), "{unit}");
    }
    for unit in ["docker.service", "web.target", "nonsense", "redis.socket"] {
        assert!(!known::is_on_every_machine(unit), "{unit}");
    }
    assert!(known::keys("Service").contains(&"ExecStart") && known::keys("Install").contains(&"WantedBy"));
    assert!(known::keys("Timer").contains(&"OnCalendar") && known::keys("Socket").contains(&"ListenStream"));
    assert_eq!(known::sections(Some("Timer")), Some(["Unit", "Timer", "Install"]));
    assert_eq!(known::sections(Some("Mount")), None);
}

proptest! {
    #[test]
    fn any_text_is_read_and_every_place_is_in_it(text in "(\\PC|[\\[\\]=#;\\\\\n \"'])*") {
        let read = UnitText::read(&text);
        let lines: Vec<&str> = text.lines().collect();
        let of_settings = read.settings.iter().map(|s| (s.line, s.column));
        for (line, column) in of_settings.chain(read.mistakes.iter().map(|m| (m.line, m.column))) {
            prop_assert!(line >= 1 && line <= lines.len());
            prop_assert!(column >= 1);
        }
        for setting in &read.settings {
            let _ = commands(&setting.value);
        }
        let _ = commands(&text);
        let _ = text.parse::<UnitName>();
    }
}
