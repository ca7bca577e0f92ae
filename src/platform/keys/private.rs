//! The public half of a private key file, where it can be read from it.
//!
//! OpenSSH's own format has it in the clear, whether the rest is encrypted or not; a PEM file of RSA has it where nothing is
//! encrypted. Nothing secret is decoded.

use base64::Engine as _;

/// <https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key>
const OPENSSH_MAGIC: &[u8] = b"openssh-key-v1\0";

/// What a file says of the public half of its key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PublicHalf {
    /// The line that `authorized_keys` takes.
    Line(String),
    /// It is a private key, and why its public half can't be read from it.
    Unknown(&'static str),
    /// It is no private key.
    NotAKey,
}

/// The public half of a private key.
pub(super) fn public_half(content: &[u8]) -> PublicHalf {
    let text = String::from_utf8_lossy(content);
    let Some((label, body)) = pem(&text) else { return PublicHalf::NotAKey };
    let decoded = base64::engine::general_purpose::STANDARD.decode(&body).ok();
    let (blob, why) = match label {
        "OPENSSH PRIVATE KEY" => (decoded.as_deref().and_then(of_openssh), "cannot be read"),
        "RSA PRIVATE KEY" => (decoded.as_deref().and_then(of_rsa), "is encrypted or cannot be read"),
        other if other.ends_with("PRIVATE KEY") => (None, "is in a format that does not show it"),
        _ => return PublicHalf::NotAKey,
    };
    blob.and_then(|blob| line(&blob)).map_or(PublicHalf::Unknown(why), PublicHalf::Line)
}

/// The label of a PEM file and what is between its first and its last line; headers are no base64, and are left in.
fn pem(text: &str) -> Option<(&str, String)> {
    let mut lines = text.trim().lines();
    let label = lines.next()?.strip_prefix("-----BEGIN ")?.strip_suffix("-----")?;
    let body = lines.take_while(|line| !line.starts_with("-----END ")).map(str::trim).collect();
    Some((label, body))
}

/// The line of a key in the form in which it is sent.
fn line(blob: &[u8]) -> Option<String> {
    let kind = std::str::from_utf8(first_string(blob)?).ok()?;
    Some(format!("{kind} {}", base64::engine::general_purpose::STANDARD.encode(blob)))
}

/// The string that something begins with: four bytes of length, then its bytes.
pub(super) fn first_string(bytes: &[u8]) -> Option<&[u8]> {
    take_string(&mut &*bytes)
}

fn take_string<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (string, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(string)
}

/// After the magic: cipher, key derivation and its options, the number of keys, then each public key.
fn of_openssh(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(OPENSSH_MAGIC)?;
    for _ in 0..3 {
        take_string(&mut rest)?;
    }
    let mut rest = rest.split_first_chunk::<4>()?.1;
    take_string(&mut rest).map(<[u8]>::to_vec)
}

/// PKCS #1: a sequence of version, modulus, public exponent and what is secret.
/// <https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2>
fn of_rsa(der: &[u8]) -> Option<Vec<u8>> {
    let mut rest = take_value(&mut &*der, 0x30)?;
    take_value(&mut rest, 0x02)?;
    let modulus = take_value(&mut rest, 0x02)?;
    let exponent = take_value(&mut rest, 0x02)?;
    let mut blob = Vec::new();
    for part in [b"ssh-rsa".as_slice(), exponent, modulus] {
        blob.extend(u32::try_from(part.len()).ok()?.to_be_bytes());
        blob.extend(part);
    }
    Some(blob)
}

/// The content of the value of a kind that something begins with.
fn take_value<'b>(rest: &mut &'b [u8], kind: u8) -> Option<&'b [u8]> {
    let (&first, after) = rest.split_first()?;
    let (&short, mut after) = after.split_first()?;
    if first != kind {
        return None;
    }
    let mut length = usize::from(short);
    if short >= 0x80 {
        let (bytes, beyond) = after.split_at_checked(usize::from(short & 0x7f).min(4))?;
        length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        after = beyond;
    }
    let (value, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(value)
}
