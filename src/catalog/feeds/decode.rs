//! Bytes to text: gzip is unpacked, and nothing grows beyond a limit.
//!
//! Which feed it is, or whether it is one, is not asked here.

use std::borrow::Cow;
use std::io::Read;

use flate2::bufread::MultiGzDecoder;

use super::FeedError;

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The text of a file, decompressed where it is gzip (AWS sends some of the feeds compressed, asked or not); at most
/// `limit` bytes of it.
///
/// # Errors
///
/// [`FeedError::Gzip`], [`FeedError::TooLarge`] and [`FeedError::NotText`].
pub fn decoded(bytes: &[u8], limit: usize) -> Result<Cow<'_, str>, FeedError> {
    let plain = if bytes.starts_with(&GZIP) {
        Cow::Owned(unpacked(bytes, limit)?)
    } else if bytes.len() > limit {
        return Err(FeedError::TooLarge { limit });
    } else {
        Cow::Borrowed(bytes)
    };
    let not_text = |error: std::str::Utf8Error| FeedError::NotText { at: error.valid_up_to() };
    match plain {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(not_text),
        Cow::Owned(bytes) => {
            String::from_utf8(bytes).map(Cow::Owned).map_err(|error| not_text(error.utf8_error()))
        }
    }
}

fn unpacked(bytes: &[u8], limit: usize) -> Result<Vec<u8>, FeedError> {
    let one_more = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut plain = Vec::new();
    let read = MultiGzDecoder::new(bytes).take(one_more).read_to_end(&mut plain);
    read.map_err(|error| FeedError::Gzip { what: error.to_string() })?;
    if plain.len() > limit { Err(FeedError::TooLarge { limit }) } else { Ok(plain) }
}
