//! Reads MIME multi-part text, as much of it as tools for cloud-init write.
//!
//! Headers other than those that cloud-init looks at are passed over. What cannot be decoded is refused rather than
//! guessed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// How deep multi-part texts may lie in one another.
const DEEPEST: usize = 8;

/// A part of a mail, decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MailPart {
    /// Its content type in lower case, without parameters.
    pub(super) content_type: String,
    /// The name of its file.
    pub(super) file_name: Option<String>,
    /// The headers that would change what cloud-init makes of it.
    pub(super) steering: Option<String>,
    /// Its content.
    pub(super) body: Vec<u8>,
}

/// Headers by which a part tells cloud-init how it is merged, and for which machine of several it is.
const STEERING: [&str; 3] = ["merge-type", "x-merge-type", "launch-index"];

/// Whether a text is a mail. cloud-init takes any text for one that says so near its beginning; a script that does is
/// meant as a script.
pub(super) fn is_mail(text: &[u8]) -> bool {
    let start = &text[..text.len().min(4096)];
    !text.trim_ascii_start().starts_with(b"#")
        && start.to_ascii_lowercase().windows(13).any(|window| window == b"mime-version:")
}

/// The parts of a mail that are no containers, in order.
pub(super) fn parts(text: &str) -> Result<Vec<MailPart>, &'static str> {
    let text = text.replace("\r\n", "\n");
    let mut found = Vec::new();
    collect(&text, DEEPEST, &mut found)?;
    Ok(found)
}

fn collect(text: &str, deepest: usize, found: &mut Vec<MailPart>) -> Result<(), &'static str> {
    let (head, body) = match text.strip_prefix('\n') {
        Some(body) => ("", body),
        None => text.split_once("\n\n").unwrap_or((text, "")),
    };
    let headers = headers(head);
    let of = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let content_type = of("content-type").unwrap_or("text/plain");
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind.starts_with("multipart/") {
        let boundary = parameter(content_type, "boundary").ok_or("a multi-part text names no boundary")?;
        let deeper = deepest.checked_sub(1).ok_or("its parts lie too deep in one another")?;
        return split(body, &boundary)?.into_iter().try_for_each(|piece| collect(piece, deeper, found));
    }
    let charset = parameter(content_type, "charset").unwrap_or_else(|| "utf-8".to_owned());
    if !["utf-8", "us-ascii", "ascii"].contains(&charset.to_ascii_lowercase().as_str()) {
        return Err("a part is in another character set than UTF-8");
    }
    let disposition = of("content-disposition").unwrap_or_default();
    found.push(MailPart {
        file_name: parameter(disposition, "filename").or_else(|| parameter(content_type, "name")),
        steering: STEERING.into_iter().find(|name| of(name).is_some()).map(str::to_owned),
        body: decoded(body, of("content-transfer-encoding").unwrap_or("7bit"))?,
        content_type: kind,
    });
    Ok(())
}

/// Names in lower case with their values; a line that begins with a blank goes on with the one before.
fn headers(head: &str) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    headers
}

/// A parameter of a header's value: `boundary` in `multipart/mixed; boundary="x"`.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        (key.trim().eq_ignore_ascii_case(name)).then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn split<'t>(body: &'t str, boundary: &str) -> Result<Vec<&'t str>, &'static str> {
    let delimiter = format!("--{boundary}");
    let (mut pieces, mut start, mut at) = (Vec::new(), None, 0);
    for line in body.split_inclusive('\n') {
        if let Some(rest) = line.trim_end().strip_prefix(&delimiter)
            && (rest.is_empty() || rest == "--")
        {
            // The line feed before a delimiter is the delimiter's.
            if let Some(from) = start {
                let piece = &body[from..at];
                pieces.push(piece.strip_suffix('\n').unwrap_or(piece));
            }
            if rest == "--" {
                return Ok(pieces);
            }
            start = Some(at + line.len());
        }
        at += line.len();
    }
    Err("it ends within a part: the closing boundary is missing")
}

fn decoded(body: &str, encoding: &str) -> Result<Vec<u8>, &'static str> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "7bit" | "8bit" | "binary" => Ok(body.as_bytes().to_vec()),
        "base64" => {
            let digits: String = body.split_ascii_whitespace().collect();
            BASE64.decode(digits).map_err(|_| "a part that is said to be base64 is not")
        }
        "quoted-printable" => {
            quoted_printable(body).ok_or("a part that is said to be quoted-printable is not")
        }
        _ => Err("a part has a transfer encoding that is not known"),
    }
}

fn quoted_printable(body: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'=', [b'\n', after @ ..]) => rest = after,
            (b'=', [high, low, after @ ..]) => {
                let digits = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
                rest = after;
            }
            (b'=', _) => return None,
            (byte, _) => bytes.push(byte),
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_taken_apart() {
        let mail = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"B\"\r\n\r\npreamble\r\n--B\r\n\
            Content-Type: text/x-shellscript; charset=\"us-ascii\"\r\nContent-Disposition: attachment; \
            filename=\"a.sh\"\r\n\r\n#!/bin/sh\r\n--B\r\nContent-Type: text/cloud-config\r\nMerge-Type: list()\r\n\
            Content-Transfer-Encoding: base64\r\n\r\nI2Nsb3Vk\r\nLWNvbmZpZwo=\r\n--B--\r\n";
        assert!(is_mail(mail.as_bytes()));
        let parts = parts(mail).unwrap();
        assert_eq!(parts[0].content_type, "text/x-shellscript");
        assert_eq!(parts[0].file_name.as_deref(), Some("a.sh"));
        assert_eq!(parts[0].body, b"#!/bin/sh");
        assert_eq!(parts[1].body, b"#cloud-config\n");
        assert_eq!(parts[1].steering.as_deref(), Some("merge-type"));
    }

    #[test]
    fn what_is_cut_off_or_unreadable_is_refused() {
        let with = |tail: &str| {
            parts(&format!("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n{tail}"))
        };
        assert!(with("--B\n\n#!/bin/sh\n").is_err());
        assert!(with("--B\nContent-Transfer-Encoding: base64\n\n%%%\n--B--\n").is_err());
        assert!(with("--B\nContent-Type: text/plain; charset=utf-16\n\nx\n--B--\n").is_err());
        assert_eq!(quoted_printable("a=3Db=\nc").unwrap(), b"a=bc");
        assert_eq!(quoted_printable("a=3"), None);
    }
}
