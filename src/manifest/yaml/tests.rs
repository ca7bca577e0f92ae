//! Values with their places, and all faults of a text at once.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::located::Said;
use super::*;

#[derive(Debug, Deserialize)]
struct File {
    count: Option<Located<u32>>,
    #[serde(default)]
    things: Vec<Located<Short<Thing>>>,
    #[serde(default)]
    env: BTreeMap<String, Located<String>>,
    #[serde(default)]
    one: OneOrMany<String>,
    enabled: Option<Located<bool>>,
}

#[derive(Debug, Deserialize)]
struct Thing {
    name: Located<String>,
    size_gib: Option<Located<u32>>,
}

fn read_file(text: &str) -> (Option<File>, Vec<String>) {
    let mut faults = Vec::new();
    let file = match Node::read(text, &mut faults) {
        Ok(node) => read::<File>(&node, &mut faults),
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    let told = faults.iter().map(|fault| {
        let Mark { line, column } = fault.mark.unwrap();
        format!("{line}:{column} {}: {}", fault.rule, fault.message)
    });
    (file, told.collect())
}

#[test]
fn values_are_what_was_written_and_know_their_place() {
    let (file, faults) = read_file(
        "count: 3\nthings:\n  - a\n  - name: 1.10\n    size-gib: 8\nenv: {A: 007, B: yes}\none: x\nenabled: true\n",
    );
    let file = file.unwrap();
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(file.count.said(), Some(&3));
    let things: Vec<_> = file.things.iter().map(|thing| (thing.mark, &thing.known().unwrap().0)).collect();
    assert_eq!(things[0].1.name.known().unwrap(), "a");
    assert_eq!(
        (things[1].0, things[1].1.name.mark),
        (Mark { line: 4, column: 5 }, Mark { line: 4, column: 11 })
    );
    assert_eq!(things[1].1.name.known().unwrap(), "1.10");
    assert_eq!(things[1].1.size_gib.said(), Some(&8));
    assert_eq!(file.env["A"].known().unwrap(), "007");
    assert_eq!(file.env["B"].known().unwrap(), "yes");
    assert_eq!(file.one.0[0].known().unwrap(), "x");
    assert_eq!(file.enabled.said(), Some(&true));
}

#[test]
fn all_faults_are_found_at_once() {
    let (file, faults) = read_file(
        "count: three\ncout: 3\nthings:\n  - size_gib: 8\n  - name: [x]\n    size_gib: -1\n    nam: y\n  - b\n  - [c]\nenv: {A: , B: [x]}\nenabled: yes\none: [a, {b: c}]\none: d\n",
    );
    let file = file.unwrap();
    assert_eq!(file.things[2].known().unwrap().0.name.known().unwrap(), "b");
    insta::assert_snapshot!(faults.join("\n"), @r#"
    13:1 duplicate-key: the key "one" is given twice: line 12 has it too
    2:1 unknown-key: no key is called "cout" here
    1:8 wrong-type: this is the text "three", and has to be a whole number
    4:5 missing-key: the key "name" is missing
    7:5 unknown-key: no key is called "nam" here
    5:11 wrong-type: this is a list, and has to be a text
    6:15 wrong-type: this is the text "-1", and has to be a whole number
    9:5 wrong-type: this is a list, and has to be a text or a mapping
    10:8 wrong-type: this is nothing, and has to be a text
    10:15 wrong-type: this is a list, and has to be a text
    11:10 wrong-type: this is the text "yes", and has to be true or false
    12:10 wrong-type: this is a mapping, and has to be a text
    "#);
}

#[test]
fn what_is_no_document_says_where() {
    for text in ["a: [", "a: b: c", "a: b\n---\na: c\n", "a: !tag b", "a: *b", "<<: {a: b}", "[a]: b"] {
        let (_, faults) = read_file(text);
        assert_eq!(faults.len(), 1, "{text}: {faults:?}");
        assert!(faults[0].contains("not-yaml"), "{faults:?}");
    }
}

#[test]
fn a_text_that_refers_to_itself_again_and_again_ends() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let above = level - 1;
        text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{above}"); 9].join(", ")));
    }
    let deep = format!("a: {}{}", "[".repeat(1_000), "]".repeat(1_000));
    for text in [text, deep] {
        let (_, faults) = read_file(&text);
        assert!(faults[0].contains("not-yaml"), "{faults:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic_and_places_are_within_it(text in "([a-z]{1,4}|things|count|env|[-:\\[\\]{},#&*!|>'\"%@`~?<]|\n|  |\t|é|\u{feff}|[0-9]|- |: |\r)*") {
        let text = with_line_feeds(&text);
        let mut faults = Vec::new();
        match Node::read(&text, &mut faults) {
            Ok(node) => drop(read::<File>(&node, &mut faults)),
            Err(fault) => faults.push(fault),
        }
        let lines = text.lines().count().max(1);
        for fault in faults {
            let mark = fault.mark.unwrap();
            // A fault of the end stands behind the last character.
            proptest::prop_assert!(mark.line >= 1 && mark.line <= lines + 1, "{mark:?} of {text:?}");
            proptest::prop_assert!(mark.column >= 1, "{mark:?} of {text:?}");
        }
    }
}
