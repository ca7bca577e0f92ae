//! The symbolic links of an archive: made last, and none that leads out, by itself or by way of another.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::member::Name;
use super::{UnpackError, cannot_write};

/// As many as Linux follows on the way to one file.
const MOST_FOLLOWED: usize = 40;

/// Makes the links of an archive whose other members are in `into` by now.
pub(super) fn make(into: &Path, links: &BTreeMap<Name, Vec<u8>>) -> Result<(), UnpackError> {
    for (name, target) in links {
        if !stays(name, target, links) {
            return Err(UnpackError::refused(
                name.to_string(),
                "is a link that leads out of the archive's folder",
            ));
        }
    }
    for (name, target) in links {
        let path = name.below(into);
        if fs::symlink_metadata(&path).is_ok() {
            return Err(UnpackError::refused(name.to_string(), "is a link and something else as well"));
        }
        std::os::unix::fs::symlink(OsStr::from_bytes(target), &path).map_err(cannot_write(&path))?;
    }
    Ok(())
}

/// Follows it as the system would, over the archive's own links. One that goes round for ever leads nowhere.
fn stays(name: &Name, target: &[u8], links: &BTreeMap<Name, Vec<u8>>) -> bool {
    let mut at: Vec<Vec<u8>> = name.parts().split_last().map_or_else(Vec::new, |(_, above)| above.to_vec());
    let mut to_go: Vec<Vec<u8>> = Vec::new();
    let mut followed = 0;
    let push = |to_go: &mut Vec<Vec<u8>>, target: &[u8]| {
        to_go.extend(target.split(|byte| *byte == b'/').rev().map(<[u8]>::to_vec));
    };
    if target.is_empty() || target.starts_with(b"/") || target.contains(&0) {
        return false;
    }
    push(&mut to_go, target);
    while let Some(part) = to_go.pop() {
        match part.as_slice() {
            b"" | b"." => {}
            b".." => {
                if at.pop().is_none() {
                    return false;
                }
            }
            _ => {
                at.push(part);
                let here = Name::from_parts(at);
                let led_on = links.get(&here);
                at = here.into_parts();
                if let Some(target) = led_on {
                    followed += 1;
                    if target.starts_with(b"/") || followed > MOST_FOLLOWED {
                        return followed > MOST_FOLLOWED;
                    }
                    at.pop();
                    push(&mut to_go, target);
                }
            }
        }
    }
    true
}
