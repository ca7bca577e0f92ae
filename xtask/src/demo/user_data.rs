//! Reads user data as a machine does: the parts of the MIME text, and what their scripts are given.
//! It runs nothing of it, and knows as much of MIME and of the shell as cloudkit writes.

use std::collections::BTreeMap;
use std::io::{self, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use cloudkit::cloudinit::{AgentDownload, DownloadSource};

const GZIP: [u8; 2] = [0x1f, 0x8b];
const BYTES: &str = "CLOUDKIT_AGENT_BYTES";
const PREFIX: &str = "CLOUDKIT_";

/// What the demo's machine has to know.
#[derive(Debug)]
pub(super) struct UserData {
    /// Where the agent comes from.
    pub(super) agent: AgentDownload,
    /// The text of the agent's configuration file.
    pub(super) configuration: String,
}

/// User data that no machine would understand.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UserDataError {
    #[error("it cannot be decompressed")]
    Gzip(#[source] io::Error),
    #[error("it is not text")]
    Text(#[from] std::string::FromUtf8Error),
    #[error("it is not in MIME parts")]
    Parts,
    #[error("a part is not in base64")]
    Base64(#[from] base64::DecodeError),
    #[error("no script is given {0}")]
    Variable(&'static str),
    #[error("a header has no colon")]
    Header,
    #[error("it names no place that has the agent")]
    NoSource,
}

/// What the bytes tell.
pub(super) fn read(bytes: &[u8]) -> Result<UserData, UserDataError> {
    let text = String::from_utf8(decompressed(bytes)?)?;
    let mut given = BTreeMap::new();
    for part in parts(&text)? {
        given.extend(variables(&body(part)?));
    }
    let mut take = |name| given.remove(name).ok_or(UserDataError::Variable(name));
    Ok(UserData {
        agent: AgentDownload {
            sources: take("CLOUDKIT_AGENT_SOURCES")?.lines().map(source).collect::<Result<_, _>>()?,
            sha256: take("CLOUDKIT_AGENT_SHA256")?,
            bytes: take(BYTES)?.parse().map_err(|_| UserDataError::Variable(BYTES))?,
        },
        configuration: take("CLOUDKIT_CONFIGURATION")?,
    })
}

/// What was compressed, and anything else as it is.
pub(super) fn decompressed(bytes: &[u8]) -> Result<Vec<u8>, UserDataError> {
    if !bytes.starts_with(&GZIP) {
        return Ok(bytes.to_vec());
    }
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).map_err(UserDataError::Gzip)?;
    Ok(plain)
}

/// The parts between the boundaries, their own headers included.
fn parts(text: &str) -> Result<Vec<&str>, UserDataError> {
    let (head, body) = text.split_once("\n\n").ok_or(UserDataError::Parts)?;
    let (_, boundary) = head.split_once("boundary=\"").ok_or(UserDataError::Parts)?;
    let (boundary, _) = boundary.split_once('"').ok_or(UserDataError::Parts)?;
    let (body, _) = body.split_once(&format!("--{boundary}--")).ok_or(UserDataError::Parts)?;
    Ok(body.split(&format!("--{boundary}\n")).skip(1).collect())
}

fn body(part: &str) -> Result<String, UserDataError> {
    let (head, body) = part.split_once("\n\n").ok_or(UserDataError::Parts)?;
    if !head.lines().any(|line| line.eq_ignore_ascii_case("Content-Transfer-Encoding: base64")) {
        return Ok(body.to_owned());
    }
    let digits: String = body.split_ascii_whitespace().collect();
    Ok(String::from_utf8(BASE64.decode(digits)?)?)
}

/// The variables that stand at the head of a script.
fn variables(script: &str) -> Vec<(String, String)> {
    let words = shlex::Shlex::new(script);
    let set = words.map_while(|word| {
        let (name, value) = word.split_once('=')?;
        name.starts_with(PREFIX).then(|| (name.to_owned(), value.to_owned()))
    });
    set.collect()
}

/// A line of the places: the URL and, behind a tab each, its headers.
fn source(line: &str) -> Result<DownloadSource, UserDataError> {
    let mut words = line.split('\t');
    let url = words.next().ok_or(UserDataError::NoSource)?.to_owned();
    let pair = |word: &str| word.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
    let headers = words.map(|word| pair(word).ok_or(UserDataError::Header)).collect::<Result<_, _>>()?;
    Ok(DownloadSource { url, headers })
}

#[cfg(test)]
mod tests {
    use cloudkit::cloudinit::user::UserBoot;
    use cloudkit::cloudinit::{Boot, Delivery, Encoding, render};
    use cloudkit::model::agent::AgentConfiguration;

    use super::*;

    fn boot(url: &str) -> Boot {
        let time = |text: &str| text.parse().unwrap();
        let (launched_at, deadline) = (time("2026-11-21T12:00:00Z"), time("2026-11-21T20:00:00Z"));
        Boot {
            user: UserBoot::default(),
            delivery: Delivery::default(),
            object: None,
            apply: None,
            configuration: AgentConfiguration::for_machine("l-1", launched_at, Some(deadline)),
            authorized_keys: vec!["ssh-ed25519 AAAA grüße".to_owned()],
            agent: Some(AgentDownload {
                sources: vec![
                    DownloadSource {
                        url: url.to_owned(),
                        headers: vec![("x-amz-expected-bucket-owner".to_owned(), "it's 1: 2".to_owned())],
                    },
                    DownloadSource { url: "https://mirror.example.com/a".to_owned(), headers: Vec::new() },
                ],
                sha256: "ab".repeat(32),
                bytes: 7,
            }),
        }
    }

    #[test]
    fn what_launch_writes_is_what_the_machine_reads() {
        let noise: String = (0..500_u64).map(|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a))).collect();
        for (url, encoding) in
            [("http://127.0.0.1:1/a?b='c'&d=$e", None), (noise.as_str(), Some(Encoding::Gzip))]
        {
            let boot = boot(url);
            let data = render(&boot).unwrap();
            assert!(encoding.is_none_or(|encoding| data.encoding() == encoding));
            let read = read(data.bytes()).unwrap();
            assert_eq!(Some(read.agent), boot.agent);
            let configuration: AgentConfiguration = serde_yaml::from_str(&read.configuration).unwrap();
            assert_eq!(configuration, boot.configuration);
        }
    }

    #[test]
    fn a_part_may_be_in_base64() {
        let lines = BASE64.encode("#!/bin/sh\nCLOUDKIT_A='ü b'\nset -u\nCLOUDKIT_B=no\n").replace('K', "K\n");
        let text = body(&format!("Content-Type: a\nContent-Transfer-Encoding: base64\n\n{lines}\n")).unwrap();
        assert_eq!(variables(&text), [("CLOUDKIT_A".to_owned(), "ü b".to_owned())]);
    }

    #[test]
    fn what_no_machine_understands_is_refused() {
        assert!(matches!(read(b"#!/bin/sh\n"), Err(UserDataError::Parts)));
        assert!(matches!(read(&[0x1f, 0x8b, 1]), Err(UserDataError::Gzip(_))));
        assert!(matches!(read(&[0xff]), Err(UserDataError::Text(_))));
        let bare = render(&Boot { agent: None, ..boot("u") }).unwrap();
        assert!(matches!(read(bare.bytes()), Err(UserDataError::Variable("CLOUDKIT_AGENT_SOURCES"))));
    }
}
