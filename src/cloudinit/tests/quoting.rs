//! Values as a shell reads them back.

use super::super::script::with_variables;
use super::machine::{Machine, SHELLS, said};

const HOSTILE: [&str; 8] = [
    "it's",
    "\"$(touch $CLOUDKIT_ROOT/pwned)\" `touch $CLOUDKIT_ROOT/pwned` ${HOME} \\ \\\\",
    "two\nlines\n",
    "!! ^old^new #no comment; & | > < * ?",
    "grüße, 世界 \u{1f680}",
    "-n",
    "tab\tand return\r\n",
    "EOF\nEND\n'\n\"",
];

#[test]
fn a_shell_reads_back_what_was_written() {
    for shell in SHELLS {
        let machine = Machine::new(shell, 0);
        for value in HOSTILE {
            let script =
                with_variables(&[("VALUE", value)], &["#!/bin/sh\nprintf '%s' \"$VALUE\"\n"]).unwrap();
            let output = machine.run_text(&script);
            assert_eq!(
                (output.stdout.as_slice(), said(&output).as_str()),
                (value.as_bytes(), ""),
                "{script}"
            );
        }
        assert_eq!(machine.read("pwned"), None);
    }
}
