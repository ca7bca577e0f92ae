//! Reads a file of user data into its parts, by the rules by which cloud-init would.
//!
//! What cloud-init would do with a part is found out as it does, from its content type and its first line. Parts that
//! could keep the machine's own from being read at all are refused.

use std::io::Read as _;

use super::mail;
use super::{UserDataError, UserPart, cloud_config};
use crate::cloudinit::mime::PartKind;

/// More than any user data is when it is unpacked.
const LARGEST: u64 = 16 << 20;

/// How texts begin, the longest first, and what cloud-init then takes them for.
const BEGINNINGS: [(&str, &str); 9] = [
    ("## template: jinja", "text/jinja2"),
    ("#cloud-config-archive", "text/cloud-config-archive"),
    ("#cloud-config-jsonp", "text/cloud-config-jsonp"),
    ("#cloud-boothook", "text/cloud-boothook"),
    ("#include-once", "text/x-include-once-url"),
    ("#cloud-config", "text/cloud-config"),
    ("#part-handler", "text/part-handler"),
    ("#include", "text/x-include-url"),
    ("#!", "text/x-shellscript"),
];

/// Content types that say nothing of what a part is; of a script, the content has the last word.
const LOOK_INSIDE: [&str; 3] = ["text/plain", "text/x-not-multipart", "text/x-shellscript"];

const COMPRESSED: [&str; 8] = [
    "application/gzip",
    "application/gzip-compressed",
    "application/gzipped",
    "application/x-compress",
    "application/x-compressed",
    "application/x-gunzip",
    "application/x-gzip",
    "application/x-gzip-compressed",
];

/// The parts of a file of user data.
///
/// # Errors
/// Where a part is none that cloud-init knows, or one that could take away what the machine ends or is reached by.
pub fn read(file: &str, content: &[u8]) -> Result<Vec<UserPart>, UserDataError> {
    let content = unpacked(file, content)?;
    let mut parts = Vec::new();
    if mail::is_mail(&content) {
        let found = mail::parts(text(file, &content)?)
            .map_err(|reason| refuse(file, reason, "write it anew: cloud-init devel make-mime"))?;
        for (index, part) in found.into_iter().enumerate() {
            let origin = format!(
                "{file} part {}{}",
                index + 1,
                part.file_name.map_or_else(String::new, |name| format!(" ({name})"))
            );
            if let Some(header) = part.steering {
                return Err(refuse(
                    &origin,
                    format!("it has the header {header}, which is lost when parts are put together anew"),
                    "say it in the part itself: merge_how, launch-index",
                ));
            }
            let compressed = COMPRESSED.contains(&part.content_type.as_str());
            let (body, kind) = if compressed {
                (unpacked(&origin, &part.body)?, "text/plain")
            } else {
                (part.body, part.content_type.as_str())
            };
            add(origin.as_str(), kind, text(&origin, &body)?, &mut parts)?;
        }
    } else {
        add(file, "text/plain", text(file, &content)?, &mut parts)?;
    }
    if parts.is_empty() {
        return Err(refuse(
            file,
            "there is nothing in it",
            "give a file that begins with #! or #cloud-config",
        ));
    }
    Ok(parts)
}

fn refuse(origin: &str, reason: impl Into<String>, hint: &str) -> UserDataError {
    UserDataError::Part { origin: origin.to_owned(), reason: reason.into(), hint: hint.to_owned() }
}

/// What is in a compressed text; another one as it is.
fn unpacked(origin: &str, content: &[u8]) -> Result<Vec<u8>, UserDataError> {
    if !content.starts_with(&[0x1f, 0x8b]) {
        return Ok(content.to_vec());
    }
    let mut plain = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(content).take(LARGEST + 1).read_to_end(&mut plain);
    match read {
        Ok(size) if size as u64 <= LARGEST => Ok(plain),
        Ok(_) => Err(refuse(origin, "it is more than 16 MiB when unpacked", "fetch large files in a script")),
        Err(error) => {
            Err(refuse(origin, format!("it cannot be unpacked: {error}"), "compress it anew: gzip FILE"))
        }
    }
}

fn text<'c>(origin: &str, content: &'c [u8]) -> Result<&'c str, UserDataError> {
    let text = std::str::from_utf8(content).map_err(|error| {
        let reason = format!("it is not UTF-8 text: byte {} cannot be read", error.valid_up_to() + 1);
        refuse(origin, reason, "give text; binary files can be fetched in a script")
    })?;
    if text.contains('\0') {
        return Err(refuse(
            origin,
            "it holds a zero byte, so it is not text",
            "give text; binary files can be fetched in a script",
        ));
    }
    Ok(text)
}

/// Adds a part, or the parts that it holds.
fn add(origin: &str, content_type: &str, body: &str, parts: &mut Vec<UserPart>) -> Result<(), UserDataError> {
    let kind = kind_of(content_type, body);
    let refused = |reason: &str, hint: &str| Err(refuse(origin, reason, hint));
    let kind = match kind {
        Some("text/x-shellscript") => PartKind::Script,
        Some("text/cloud-config") => PartKind::CloudConfig,
        Some("text/cloud-boothook") => PartKind::Boothook,
        Some("text/jinja2") => PartKind::Jinja,
        Some("text/x-shellscript-per-boot") => PartKind::ScriptPerBoot,
        Some("text/x-shellscript-per-instance") => PartKind::ScriptPerInstance,
        Some("text/x-shellscript-per-once") => PartKind::ScriptOnce,
        Some("text/cloud-config-archive") => return archive(origin, body, parts),
        Some("text/x-include-url" | "text/x-include-once-url") => {
            return refused(
                "#include is fetched before any part is read: a fetch that fails would keep the deadline's timer and the key from being set",
                "fetch it here: curl -o FILE URL, then --user-data FILE; or fetch it in a --script",
            );
        }
        Some("text/part-handler") => {
            return refused(
                "#part-handler changes how cloud-init reads the parts after it, the machine's own among them",
                "do the same in a --script",
            );
        }
        Some("text/cloud-config-jsonp") => {
            return refused(
                "#cloud-config-jsonp patches what other parts say, the key among it",
                "write it as #cloud-config",
            );
        }
        _ => {
            return refused(
                "its first line does not say what it is",
                "begin it with #! (a script), #cloud-config, #cloud-boothook or ## template: jinja",
            );
        }
    };
    check(kind, origin, body)?;
    parts.push(UserPart { kind, origin: origin.to_owned(), body: body.to_owned() });
    Ok(())
}

fn kind_of<'k>(content_type: &'k str, body: &str) -> Option<&'k str> {
    let by_beginning = || {
        let start = body.trim_start().to_lowercase();
        BEGINNINGS.iter().find(|(beginning, _)| start.starts_with(beginning)).map(|&(_, kind)| kind)
    };
    if LOOK_INSIDE.contains(&content_type) { by_beginning() } else { Some(content_type) }
}

fn check(kind: PartKind, origin: &str, body: &str) -> Result<(), UserDataError> {
    match kind {
        PartKind::CloudConfig => cloud_config::check(origin, body),
        PartKind::Jinja => {
            let second = body.trim_start().split_once('\n').map_or("", |(_, rest)| rest.trim_start());
            match kind_of("text/plain", second) {
                Some("text/cloud-config") => cloud_config::check_template(origin, second),
                Some("text/x-shellscript") => refuse_return(origin, second),
                _ => Err(refuse(
                    origin,
                    "cloud-init fills in templates of #cloud-config and of scripts only",
                    "let its second line be #cloud-config or #!/bin/bash",
                )),
            }
        }
        _ => refuse_return(origin, body.trim_start().strip_prefix("#cloud-boothook\n").unwrap_or(body)),
    }
}

/// A carriage return at the end of a script's first line would be part of its interpreter's name.
pub(super) fn refuse_return(origin: &str, body: &str) -> Result<(), UserDataError> {
    if body.split('\n').next().is_some_and(|line| line.ends_with('\r')) {
        return Err(refuse(
            origin,
            "its lines end as on Windows, and no Linux runs it",
            "convert it: sed -i 's/\\r$//' FILE",
        ));
    }
    Ok(())
}

/// The entries of a cloud-config archive.
/// <https://docs.cloud-init.io/en/latest/explanation/format.html#cloud-config-archive>
fn archive(origin: &str, body: &str, parts: &mut Vec<UserPart>) -> Result<(), UserDataError> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Entry {
        Text(String),
        Named(Named),
    }
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Named {
        content: String,
        #[serde(rename = "type")]
        kind: Option<String>,
        filename: Option<String>,
    }
    let entries: Vec<Entry> = serde_yaml::from_str(body)
        .map_err(|source| UserDataError::Yaml { origin: origin.to_owned(), source })?;
    for (index, entry) in entries.into_iter().enumerate() {
        let (content, kind, name) = match entry {
            Entry::Text(content) => (content, None, None),
            Entry::Named(named) => (named.content, named.kind, named.filename),
        };
        let origin = format!(
            "{origin} entry {}{}",
            index + 1,
            name.map_or_else(String::new, |name| format!(" ({name})"))
        );
        // An entry that says nothing of itself is a cloud-config.
        let kind = kind
            .or_else(|| kind_of("text/plain", &content).is_none().then(|| "text/cloud-config".to_owned()));
        if kind.as_deref() == Some("text/cloud-config-archive") {
            return Err(refuse(
                &origin,
                "an archive within an archive is not read",
                "give its entries one by one",
            ));
        }
        add(&origin, kind.as_deref().unwrap_or("text/plain"), &content, parts)?;
    }
    Ok(())
}

/// The name of a file, as one of a machine's: letters, digits, dots and dashes.
pub(super) fn safe_name(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' })
        .take(60)
        .collect();
    name.trim_start_matches(['.', '-']).to_owned()
}
