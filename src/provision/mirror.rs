//! An address from which machines, or this computer, fetch the agent's binary.
//!
//! Only what is encrypted on its way, or never leaves this computer, is one. Nothing is fetched here.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::model::NotAValue;

/// The address of a mirror. What may be a secret in it, its query, is shown by nothing but [`MirrorUrl::full`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MirrorUrl(String);

impl MirrorUrl {
    /// The whole address.
    #[must_use]
    pub fn full(&self) -> &str {
        &self.0
    }

    /// The address of a file: one that ends with `/` is a folder that holds it, any other is the file itself.
    #[must_use]
    pub fn of_file(&self, name: &str) -> Self {
        if self.0.ends_with('/') { Self(format!("{}{name}", self.0)) } else { self.clone() }
    }

    /// The address of a file in the folder that this one is, with a `/` at its end or without.
    #[must_use]
    pub fn beside(&self, name: &str) -> Self {
        Self(format!("{}/{name}", self.0.trim_end_matches('/')))
    }

    fn without_query(&self) -> &str {
        self.0.split_once('?').map_or(&self.0, |(address, _)| address)
    }
}

impl FromStr for MirrorUrl {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let refuse = || NotAValue {
            text: text.to_owned(),
            expected: "an address that begins with https:// (http:// on this computer's own loopback alone), without a user",
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(refuse)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        let reachable = match scheme {
            "https" => !host(authority).is_empty(),
            "http" => is_loopback(host(authority)),
            _ => false,
        };
        let sound = visible && reachable && !authority.contains('@') && !text.contains('#');
        if sound { Ok(Self(text.to_owned())) } else { Err(refuse()) }
    }
}

fn host(authority: &str) -> &str {
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, _)) => host,
        None => authority.split_once(':').map_or(authority, |(host, _)| host),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for MirrorUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.without_query())
    }
}

impl fmt::Debug for MirrorUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MirrorUrl({})", self.without_query())
    }
}

impl Serialize for MirrorUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.without_query())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_encrypted_or_stays_here_is_an_address() {
        for good in [
            "https://mirror.example.com/agents/",
            "https://10.0.0.7:8443/cloudkit?token=a",
            "http://127.0.0.1:9/agent",
            "http://[::1]:9/agent",
            "http://localhost/",
        ] {
            assert_eq!(good.parse::<MirrorUrl>().unwrap().full(), good);
        }
        for bad in [
            "",
            "mirror.example.com",
            "http://mirror.example.com/",
            "http://127.0.0.1.example.com/",
            "https:///agent",
            "https://me:secret@example.com/",
            "https://example.com/a b",
            "https://example.com/#a",
            "file:///agent",
            "ftp://example.com/",
        ] {
            assert!(bad.parse::<MirrorUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_folder_holds_the_file_and_a_query_is_shown_by_nothing() {
        let folder: MirrorUrl = "https://example.com/v1/".parse().unwrap();
        assert_eq!(folder.of_file("agent").full(), "https://example.com/v1/agent");
        let file: MirrorUrl = "https://example.com/agent?token=secret".parse().unwrap();
        assert_eq!(file.of_file("other"), file);
        let shown = format!("{file} {file:?} {}", serde_json::to_string(&file).unwrap());
        assert!(!shown.contains("secret"), "{shown}");
    }
}
