//! Control characters from outside, made harmless before they reach a terminal.
//!
//! A tag or a feed may hold an escape sequence that moves the cursor, or a bidirectional override that turns a line
//! around. They are shown as text. What is wrong with the text otherwise is not judged.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

/// The text with every control character written out: `\n`, `\x1b`, `\u{202e}`.
#[must_use]
pub fn escape_control(text: &str) -> Cow<'_, str> {
    if !text.contains(moves_the_cursor) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        push_escaped(&mut escaped, character);
    }
    Cow::Owned(escaped)
}

/// Each line of the text escaped, its line breaks kept.
pub(super) fn escape_lines(text: &str) -> Cow<'_, str> {
    let harmful = |character: char| character != '\n' && moves_the_cursor(character);
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let lines: Vec<Cow<'_, str>> = text.split('\n').map(escape_control).collect();
    Cow::Owned(lines.join("\n"))
}

/// A line of a program: as it is where no terminal shows it, else without what moves its cursor other than by a tab.
pub(super) fn escape_program_line(line: &str, on_terminal: bool) -> Cow<'_, str> {
    let harmful = |character: char| character != '\t' && moves_the_cursor(character);
    if !on_terminal || !line.contains(harmful) {
        return Cow::Borrowed(line);
    }
    let parts: Vec<Cow<'_, str>> = line.split('\t').map(escape_control).collect();
    Cow::Owned(parts.join("\t"))
}

/// Control characters proper and the marks that reorder text:
/// <https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>.
fn moves_the_cursor(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn push_escaped(text: &mut String, character: char) {
    let code = u32::from(character);
    // Writing to a String does not fail.
    let _ = match character {
        '\n' | '\r' | '\t' => write!(text, "{}", character.escape_default()),
        _ if character.is_control() => write!(text, "\\x{code:02x}"),
        _ if moves_the_cursor(character) => write!(text, "\\u{{{code:x}}}"),
        _ => write!(text, "{character}"),
    };
}

/// Takes JSON and passes it on with DEL and the C1 control characters as `\u…`, which JSON itself lets through raw.
pub(super) struct JsonEscaper<W>(pub(super) W);

impl<W: Write> Write for JsonEscaper<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let control = |at: &usize| match text[*at] {
            0x7f => true,
            // U+0080 to U+009F in UTF-8. JSON is written in whole characters and buffers break between writes, so that none
            // is split.
            0xc2 => text.get(at + 1).is_some_and(|second| (0x80..=0x9f).contains(second)),
            _ => false,
        };
        match (0..text.len()).find(control) {
            None => self.0.write(text),
            Some(0) if text[0] == 0x7f => self.0.write_all(b"\\u007f").map(|()| 1),
            Some(0) => write!(self.0, "\\u00{:02x}", text[1]).map(|()| 2),
            Some(clean) => self.0.write(&text[..clean]),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_text() {
        assert!(matches!(escape_control("plain, café"), Cow::Borrowed(_)));
        assert_eq!(escape_control("a\u{1b}[2Jb\nc\u{9b}\u{202e}"), r"a\x1b[2Jb\nc\x9b\u{202e}");
        assert_eq!(escape_lines("one\ntwo\r"), "one\ntwo\\r");
    }

    #[test]
    fn a_program_may_use_tabs_and_on_a_terminal_nothing_else() {
        assert_eq!(escape_program_line("a\tb\u{1b}[2Jc", true), "a\tb\\x1b[2Jc");
        assert_eq!(escape_program_line("a\tb\u{1b}[2Jc", false), "a\tb\u{1b}[2Jc");
    }

    #[test]
    fn json_holds_no_raw_control_character() {
        let mut json = Vec::new();
        serde_json::to_writer(JsonEscaper(&mut json), "a\u{7f}\u{9b}é\u{1b}").unwrap();
        let json = String::from_utf8(json).unwrap();
        assert_eq!(json, r#""a\u007f\u009bé\u001b""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), "a\u{7f}\u{9b}é\u{1b}");
    }
}
