//! The one HTTP client: small documents from public addresses.
//!
//! AWS's own endpoints are spoken to by the SDK. Proxies are taken from the environment.

use std::time::Duration;

/// The longest answer that is read, in bytes.
const MAX_SMALL: usize = 64 * 1024;

/// A document that could not be had.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address does not answer as HTTP.
    #[error("no answer from {url}")]
    NoAnswer {
        /// The address.
        url: String,
        /// Why.
        source: reqwest::Error,
    },
    /// It answers with something else than success.
    #[error("{url} answers {status}")]
    Status {
        /// The address.
        url: String,
        /// The status code.
        status: u16,
    },
    /// The answer is longer than such an answer can be.
    #[error("{url} answers with more than {MAX_SMALL} bytes")]
    TooLong {
        /// The address.
        url: String,
    },
}

/// The text at an address that holds a short one.
///
/// # Errors
/// Where there is no answer within the limit, or not a successful short one.
pub async fn get_text(url: &str, limit: Duration) -> Result<String, HttpError> {
    let no_answer =
        |source: reqwest::Error| HttpError::NoAnswer { url: url.to_owned(), source: source.without_url() };
    let client = reqwest::Client::builder().timeout(limit).build().map_err(no_answer)?;
    let mut response = client.get(url).send().await.map_err(no_answer)?;
    if !response.status().is_success() {
        return Err(HttpError::Status { url: url.to_owned(), status: response.status().as_u16() });
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
        if body.len() + chunk.len() > MAX_SMALL {
            return Err(HttpError::TooLong { url: url.to_owned() });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}
