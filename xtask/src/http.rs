//! The HTTP client of xtask: plain questions to loopback, never through a proxy.
//! Any status but success is an error.

use std::time::Duration;

use serde::de::DeserializeOwned;

/// Enough for a lab that is busy.
const LIMIT: Duration = Duration::from_secs(20);
/// A debug build of cloudkit is far below it.
const MOST_BYTES: u64 = 1 << 30;

/// A service that gave no answer, or not the one that it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error("{url} could not be asked")]
    Ask { url: String, source: Box<ureq::Error> },
    #[error("{url} did not answer with what it should")]
    Answer { url: String, source: serde_json::Error },
}

/// A header's name and value.
pub(crate) type Header<'h> = (&'h str, &'h str);

pub(crate) struct Http {
    agent: ureq::Agent,
}

impl Http {
    pub(crate) fn new() -> Self {
        let config = ureq::Agent::config_builder().proxy(None).timeout_global(Some(LIMIT)).build();
        Self { agent: config.new_agent() }
    }

    pub(crate) fn get(&self, url: &str, headers: &[Header<'_>]) -> Result<Vec<u8>, HttpError> {
        let mut request = self.agent.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(url, request.call())
    }

    pub(crate) fn put(&self, url: &str, headers: &[Header<'_>], body: &[u8]) -> Result<Vec<u8>, HttpError> {
        let mut request = self.agent.put(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(url, request.send(body))
    }

    pub(crate) fn delete(&self, url: &str) -> Result<(), HttpError> {
        read(url, self.agent.delete(url).call()).map(|_| ())
    }

    pub(crate) fn post(&self, url: &str, headers: &[Header<'_>], body: &str) -> Result<Vec<u8>, HttpError> {
        let mut request = self.agent.post(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(url, request.send(body))
    }
}

/// What a JSON answer holds.
pub(crate) fn json<T: DeserializeOwned>(url: &str, body: &[u8]) -> Result<T, HttpError> {
    serde_json::from_slice(body).map_err(|source| HttpError::Answer { url: url.to_owned(), source })
}

/// A URL as it may be shown: a presigned one is a secret in its query.
pub(crate) fn shown(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}

type Answer = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

fn read(url: &str, answer: Answer) -> Result<Vec<u8>, HttpError> {
    let body = answer.and_then(|mut answer| answer.body_mut().with_config().limit(MOST_BYTES).read_to_vec());
    body.map_err(|source| HttpError::Ask { url: shown(url).to_owned(), source: Box::new(source) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_not_shown() {
        assert_eq!(shown("http://127.0.0.1:1/bucket/key?X-Amz-Signature=1"), "http://127.0.0.1:1/bucket/key");
        assert_eq!(shown("http://127.0.0.1:1/account"), "http://127.0.0.1:1/account");
    }

    #[test]
    fn a_service_that_is_not_there_is_an_error_that_hides_the_query() {
        let error = Http::new().get("http://127.0.0.1:1/key?secret=1", &[]).unwrap_err();
        assert_eq!(error.to_string(), "http://127.0.0.1:1/key could not be asked");
    }
}
