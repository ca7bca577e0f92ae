//! The lines of a unit file: sections, settings, comments and continued lines.
//!
//! Whether a section or a key means anything to systemd is not known here.
//! <https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html>

/// A unit file as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitText {
    /// The headers of its sections, in order; one that comes twice is there twice.
    pub sections: Vec<Section>,
    /// Its settings, in order.
    pub settings: Vec<Setting>,
    /// What systemd would skip or refuse to read.
    pub mistakes: Vec<Mistake>,
}

/// The header of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What stands between the brackets.
    pub name: String,
    /// Its line, from 1.
    pub line: usize,
}

/// `Key=value` in a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The section.
    pub section: String,
    /// The key.
    pub key: String,
    /// The value in one line, without the blanks around it; empty where it takes back what was said before.
    pub value: String,
    /// The line that it begins in, from 1.
    pub line: usize,
    /// The column of the key in characters, from 1.
    pub column: usize,
}

/// A line that is none of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is the matter.
    pub what: MistakeKind,
}

/// What is the matter with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MistakeKind {
    /// It has no `=`.
    NoEquals,
    /// Nothing stands before its `=`.
    NoKey,
    /// It stands before any section.
    NoSection,
    /// A section's header that has no closing bracket: systemd reads no further.
    BadHeader,
    /// A backslash at its end has blanks behind it, and so continues nothing.
    BlankAfterBackslash,
    /// The last line of the file is to be continued.
    NothingContinued,
}

/// A line that is put together from several.
struct Logical {
    text: String,
    line: usize,
}

impl UnitText {
    /// Reads any text: what can't be understood is among the mistakes.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut read = Self::default();
        let mut continued: Option<Logical> = None;
        let mut last_line = 0;
        // systemd drops a byte order mark, too.
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            last_line = index + 1;
            if line.trim_start().starts_with(['#', ';']) {
                continue;
            }
            read.note_blank_after_backslash(line, last_line);
            let mut logical = continued.take().unwrap_or(Logical { text: String::new(), line: last_line });
            if ends_with_backslash(line) {
                logical.text.push_str(&line[..line.len() - 1]);
                logical.text.push(' ');
                continued = Some(logical);
            } else {
                logical.text.push_str(line);
                if !read.take(&logical) {
                    return read;
                }
            }
        }
        if let Some(logical) = continued {
            read.mistakes.push(Mistake { line: last_line, column: 1, what: MistakeKind::NothingContinued });
            read.take(&logical);
        }
        read
    }

    /// Whether it has a section of that name.
    #[must_use]
    pub fn has_section(&self, name: &str) -> bool {
        self.sections.iter().any(|section| section.name == name)
    }

    /// Takes a whole line; whether what follows is read as well.
    fn take(&mut self, logical: &Logical) -> bool {
        let trimmed = logical.text.trim();
        let column = 1 + logical.text.chars().take_while(|c| c.is_whitespace()).count();
        let mut mistake = |what| self.mistakes.push(Mistake { line: logical.line, column, what });
        if trimmed.is_empty() {
            return true;
        }
        if let Some(header) = trimmed.strip_prefix('[') {
            let Some(name) = header.strip_suffix(']') else {
                mistake(MistakeKind::BadHeader);
                return false;
            };
            self.sections.push(Section { name: name.to_owned(), line: logical.line });
            return true;
        }
        let Some((key, value)) = trimmed.split_once('=') else {
            mistake(MistakeKind::NoEquals);
            return true;
        };
        if key.trim().is_empty() {
            mistake(MistakeKind::NoKey);
            return true;
        }
        let Some(section) = self.sections.last() else {
            mistake(MistakeKind::NoSection);
            return true;
        };
        self.settings.push(Setting {
            section: section.name.clone(),
            key: key.trim_end().to_owned(),
            value: value.trim().to_owned(),
            line: logical.line,
            column,
        });
        true
    }

    fn note_blank_after_backslash(&mut self, line: &str, number: usize) {
        let trimmed = line.trim_end_matches([' ', '\t']);
        if trimmed.len() < line.len() && ends_with_backslash(trimmed) {
            let column = trimmed.chars().count();
            self.mistakes.push(Mistake { line: number, column, what: MistakeKind::BlankAfterBackslash });
        }
    }
}

/// Whether the last character is a backslash that no other one stands for.
fn ends_with_backslash(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}
