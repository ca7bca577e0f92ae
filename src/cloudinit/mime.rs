//! MIME multi-part text, as much of it as cloud-init reads.
//!
//! Written by hand, since it is a page and has to be the same bytes each time. Lines end in a bare line feed, which
//! cloud-init and its mail parser take, and which costs a script nothing.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// Longest line of base64 in a mail.
const BASE64_LINE: usize = 76;

/// What cloud-init does with a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// Runs it early at each boot.
    Boothook,
    /// Reads it as settings.
    CloudConfig,
    /// Runs it late, once per machine.
    Script,
    /// Fills it in, and takes it for what it then is: settings or a script.
    Jinja,
    /// Runs it late, at each boot.
    ScriptPerBoot,
    /// Runs it late, once per machine, before [`PartKind::Script`].
    ScriptPerInstance,
    /// Runs it late, once for a disk and the images taken from it.
    ScriptOnce,
}

impl PartKind {
    /// The content type by which cloud-init knows it.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Boothook => "text/cloud-boothook",
            Self::CloudConfig => "text/cloud-config",
            Self::Script => "text/x-shellscript",
            Self::Jinja => "text/jinja2",
            Self::ScriptPerBoot => "text/x-shellscript-per-boot",
            Self::ScriptPerInstance => "text/x-shellscript-per-instance",
            Self::ScriptOnce => "text/x-shellscript-per-once",
        }
    }
}

/// A part of user data.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    kind: PartKind,
    file_name: String,
    body: String,
}

impl Part {
    pub(super) fn new(kind: PartKind, file_name: impl Into<String>, body: String) -> Self {
        Self { kind, file_name: file_name.into(), body }
    }

    /// What cloud-init does with it.
    #[must_use]
    pub fn kind(&self) -> PartKind {
        self.kind
    }

    /// The name of its file on the machine.
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// Its content. May hold a presigned URL.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    fn write_to(&self, text: &mut String) {
        text.push_str(&format!("Content-Type: {}; charset=\"utf-8\"\n", self.kind.content_type()));
        text.push_str(&format!("Content-Disposition: attachment; filename=\"{}\"\n", self.file_name));
        if is_plain(&self.body) {
            text.push_str(&format!("\n{}\n", self.body));
        } else {
            text.push_str(&format!("Content-Transfer-Encoding: base64\n\n{}\n", base64_lines(&self.body)));
        }
    }
}

impl fmt::Debug for Part {
    /// Without its content, which may hold a presigned URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, file_name, body } = self;
        write!(f, "Part({kind:?}, {file_name:?}, {} bytes)", body.len())
    }
}

/// The parts as one text.
pub(super) fn multipart(parts: &[Part]) -> String {
    let boundary = boundary(parts);
    let mut text = format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\nMIME-Version: 1.0\n\n");
    for part in parts {
        text.push_str(&format!("--{boundary}\n"));
        part.write_to(&mut text);
    }
    text.push_str(&format!("--{boundary}--\n"));
    text
}

/// A text that is in none of the parts, and always the same one.
fn boundary(parts: &[Part]) -> String {
    let mut boundary = "==cloudkit==".to_owned();
    while parts.iter().any(|part| part.body.contains(&boundary)) {
        boundary.push('=');
    }
    boundary
}

/// Whether the text survives as it is: Python's mail parser escapes other characters, and takes a bare return for the
/// end of a line.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'\n' | b'\t' | b' '..=b'~'))
}

fn base64_lines(text: &str) -> String {
    let mut encoded = BASE64.encode(text);
    let mut end = encoded.len() / BASE64_LINE * BASE64_LINE;
    while end > 0 {
        encoded.insert(end, '\n');
        end -= BASE64_LINE;
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(body: &str) -> Part {
        Part::new(PartKind::Script, "a.sh", body.to_owned())
    }

    #[test]
    fn parts_are_written_one_after_the_other() {
        let text = multipart(&[part("one\n"), part("two\n")]);
        insta::assert_snapshot!(text, @r#"
        Content-Type: multipart/mixed; boundary="==cloudkit=="
        MIME-Version: 1.0

        --==cloudkit==
        Content-Type: text/x-shellscript; charset="utf-8"
        Content-Disposition: attachment; filename="a.sh"

        one

        --==cloudkit==
        Content-Type: text/x-shellscript; charset="utf-8"
        Content-Disposition: attachment; filename="a.sh"

        two

        --==cloudkit==--
        "#);
    }

    #[test]
    fn the_boundary_is_in_no_part() {
        let parts = [part("--==cloudkit==\n"), part("--==cloudkit===--\n")];
        assert_eq!(boundary(&parts), "==cloudkit====");
        assert_eq!(boundary(&[part("")]), "==cloudkit==");
    }

    #[test]
    fn what_a_mail_would_change_goes_as_base64() {
        for text in ["grüße", "a\rb", "\u{7f}"] {
            assert!(multipart(&[part(text)]).contains("Content-Transfer-Encoding: base64"), "{text:?}");
        }
        let lines = base64_lines(&"ü".repeat(200));
        assert!(lines.lines().all(|line| line.len() <= BASE64_LINE), "{lines}");
        assert_eq!(BASE64.decode(lines.replace('\n', "")).unwrap(), "ü".repeat(200).as_bytes());
    }
}
