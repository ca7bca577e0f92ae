//! Files that a machine fetches: whole, and what was promised, or not at all.

use std::path::Path;

use super::error::StepError;
use super::request::Place;
use super::wanted::sha256_of;
use crate::platform::http::{HttpClient, Source};

/// How often something else than was promised is fetched: what was damaged on the way comes right the second time, and what
/// is not what it should be where it comes from stays so.
const TRIES: u32 = 2;

/// Fetches what people know as `what` from a place to `path`: at most so many bytes, with that SHA-256 where one was
/// promised.
pub(super) async fn fetch(
    what: &str,
    place: &Place,
    path: &Path,
    most: u64,
    promised: Option<&str>,
) -> Result<(), StepError> {
    let client = HttpClient::new(None).map_err(|error| StepError::Client(Box::new(error)))?;
    let source = Source { url: &place.url, headers: &place.headers };
    let mut tries = 0;
    loop {
        let fetched = client.download(source, path, most).await;
        fetched.map_err(|source| StepError::Download { what: what.to_owned(), source })?;
        tries += 1;
        match is_promised(what, path, promised) {
            Err(StepError::Digest { .. }) if tries < TRIES => {}
            outcome => return outcome,
        }
    }
}

/// Refuses a file that has another SHA-256 than was promised.
pub(super) fn is_promised(what: &str, path: &Path, promised: Option<&str>) -> Result<(), StepError> {
    let Some(promised) = promised else { return Ok(()) };
    let found = sha256_of(path)?;
    if found.eq_ignore_ascii_case(promised) {
        return Ok(());
    }
    Err(StepError::Digest { what: what.to_owned(), found, promised: promised.to_owned() })
}
