//! What an archive is compressed by: told by its first bytes, never by its name.

use std::fs::File;
use std::io::{BufReader, Read, Seek};

use super::UnpackError;

/// The first bytes of a tar archive reach to where its mark is.
const START: u64 = 512;
/// What xz may use: the dictionary of `xz -9` is 64 MiB. zstd has a limit of its own, 128 MiB.
const XZ_MEMORY_KIB: u32 = 256 * 1024;

/// The plain bytes of an archive.
pub(super) fn opened(mut archive: File) -> Result<Box<dyn Read>, UnpackError> {
    let mut start = Vec::new();
    (&mut archive).take(START).read_to_end(&mut start).map_err(UnpackError::Read)?;
    archive.rewind().map_err(UnpackError::Read)?;
    let archive = BufReader::with_capacity(128 * 1024, archive);
    Ok(match start.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(flate2::bufread::MultiGzDecoder::new(archive)),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Box::new(bzip2::bufread::MultiBzDecoder::new(archive)),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
            Box::new(lzma_rust2::XzReader::new_mem_limit(archive, true, XZ_MEMORY_KIB))
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            Box::new(zstd::Decoder::with_buffer(archive).map_err(UnpackError::Read)?)
        }
        start if is_tar(start) => Box::new(archive),
        _ => return Err(UnpackError::NoArchive),
    })
}

/// By the sum of its first header, which the oldest tar has as well; an archive of nothing is zeros.
fn is_tar(start: &[u8]) -> bool {
    if start.len() < 512 {
        return false;
    }
    if start.iter().all(|byte| *byte == 0) {
        return true;
    }
    let sum: u32 = start
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { u32::from(b' ') } else { u32::from(*byte) })
        .sum();
    let written = start[148..156].iter().filter(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte));
    u32::from_str_radix(&written.collect::<String>(), 8).is_ok_and(|written| written == sum)
}
