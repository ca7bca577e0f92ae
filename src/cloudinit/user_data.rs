//! User data as EC2 takes it: plain text while that fits, else compressed.
//!
//! It is not in base64 here: the limit is on the bytes before that.

use std::fmt;
use std::io::Write as _;

use flate2::{Compression, GzBuilder};

use super::RenderError;
use super::mime::{self, Part};

/// What EC2 takes, in bytes before base64.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html>
pub const LIMIT: usize = 16_384;

/// The operating system "unknown" of RFC 1952, so that every system writes the same bytes.
const NO_OPERATING_SYSTEM: u8 = 255;

/// How user data's bytes are to be read. cloud-init finds out by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// MIME text.
    Plain,
    /// MIME text, compressed.
    Gzip,
}

/// The user data of a machine.
#[derive(Clone, PartialEq, Eq)]
pub struct UserData {
    bytes: Vec<u8>,
    encoding: Encoding,
    parts: Vec<Part>,
}

impl UserData {
    /// What RunInstances takes, once it is in base64.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How the bytes are to be read.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What it was put together from, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
}

impl fmt::Debug for UserData {
    /// Without its content, which may hold a presigned URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, encoding, parts } = self;
        write!(f, "UserData({} bytes, {encoding:?}, {parts:?})", bytes.len())
    }
}

pub(super) fn assemble(parts: Vec<Part>) -> Result<UserData, RenderError> {
    let plain = mime::multipart(&parts).into_bytes();
    if plain.len() <= LIMIT {
        return Ok(UserData { bytes: plain, encoding: Encoding::Plain, parts });
    }
    let bytes = compress(&plain).map_err(RenderError::Compress)?;
    if bytes.len() > LIMIT {
        return Err(RenderError::TooLarge { bytes: bytes.len(), limit: LIMIT });
    }
    Ok(UserData { bytes, encoding: Encoding::Gzip, parts })
}

/// What parts come to, in the bytes that EC2 counts.
pub(super) fn size(parts: &[Part]) -> Result<usize, RenderError> {
    let plain = mime::multipart(parts).into_bytes();
    if plain.len() <= LIMIT {
        Ok(plain.len())
    } else {
        Ok(compress(&plain).map_err(RenderError::Compress)?.len())
    }
}

/// Without a time or a system in it: the same text gives the same bytes.
fn compress(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let builder = GzBuilder::new().mtime(0).operating_system(NO_OPERATING_SYSTEM);
    let mut writer = builder.write(Vec::new(), Compression::best());
    writer.write_all(plain)?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::cloudinit::PartKind;

    fn of_body(body: String) -> Result<UserData, RenderError> {
        assemble(vec![Part::new(PartKind::Script, "a.sh", body)])
    }

    #[test]
    fn the_limit_itself_still_fits_as_it_is() {
        let frame = of_body(String::new()).unwrap().bytes().len();
        let full = of_body("x".repeat(LIMIT - frame)).unwrap();
        assert_eq!((full.bytes().len(), full.encoding()), (LIMIT, Encoding::Plain));
        let over = of_body("x".repeat(LIMIT - frame + 1)).unwrap();
        assert_eq!(over.encoding(), Encoding::Gzip);
    }

    #[test]
    fn what_is_compressed_is_the_same_text_and_the_same_bytes() {
        let body = "one line of many\n".repeat(2000);
        let data = of_body(body.clone()).unwrap();
        assert_eq!(data, of_body(body.clone()).unwrap());
        assert_eq!(data.bytes()[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
        let mut text = String::new();
        flate2::read::GzDecoder::new(data.bytes()).read_to_string(&mut text).unwrap();
        assert_eq!(text, mime::multipart(data.parts()));
        assert!(text.contains(&body));
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_size() {
        // Noise in hexadecimal digits: half of its size is as small as it gets.
        let noise: String =
            (0..4000_u64).map(|n| format!("{:016x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
        let error = of_body(noise).unwrap_err();
        assert!(matches!(error, RenderError::TooLarge { bytes, limit: 16_384 } if bytes > LIMIT), "{error}");
        assert!(error.to_string().contains("16384"), "{error}");
    }
}
