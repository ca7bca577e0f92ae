//! The one HTTP client: documents from public addresses, bounded in time and size.
//!
//! AWS's own endpoints are spoken to by the SDK. Proxies are taken from the environment. What is in a document is not known
//! here: one that is compressed is handed on as it came.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{
    ACCEPT_ENCODING, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};

use super::files::{self, FileError};
use super::process::Process;

/// The variable that names certificates to trust instead of the system's.
const CA_BUNDLE: &str = "AWS_CA_BUNDLE";

/// The longest answer of [`HttpClient::text`], in bytes.
const MAX_SMALL: usize = 64 * 1024;

/// A document that could not be had.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The certificates to trust can't be read.
    #[error("the certificates to trust cannot be used")]
    Certificates(#[source] reqwest::Error),
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
    #[error("{url} answers with more than {limit} bytes")]
    TooLong {
        /// The address.
        url: String,
        /// The limit.
        limit: usize,
    },
}

/// The certificates that a variable names can't be had.
#[derive(Debug, thiserror::Error)]
pub enum NoCertificates {
    /// There is no such file.
    #[error("{CA_BUNDLE} names {}, which does not exist", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file can't be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The certificates to trust that `AWS_CA_BUNDLE` names, if it does:
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html>
///
/// # Errors
/// Where the file is not there or can't be read.
pub fn certificates(process: &Process) -> Result<Option<Vec<u8>>, NoCertificates> {
    let Some(path) = process.variable(CA_BUNDLE).map(PathBuf::from) else { return Ok(None) };
    let content = files::read_if_there(&path)?;
    content.map(Some).ok_or(NoCertificates::Missing { path })
}

/// How much is waited for and read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From the first packet to the last.
    pub time: Duration,
    /// Bytes of the answer, as they come.
    pub bytes: usize,
}

/// What a server said of a version of a document; sent back to it, it says whether there is a newer one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Validators {
    /// The tag of the version.
    pub etag: Option<String>,
    /// When it was last changed, as the server words it.
    pub last_modified: Option<String>,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// As it came, compressed or not.
    pub bytes: Vec<u8>,
    /// What the server says of this version.
    pub validators: Validators,
}

/// A client, with the roots of trust that the environment names.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: reqwest::Client,
}

impl HttpClient {
    /// A client that trusts the system's certificates and those of a PEM bundle, where one is given.
    ///
    /// # Errors
    /// Where the bundle is not one.
    pub fn new(certificates: Option<&[u8]>) -> Result<Self, HttpError> {
        let certificates = certificates.map_or(Ok(Vec::new()), reqwest::Certificate::from_pem_bundle);
        let certificates = certificates.map_err(HttpError::Certificates)?;
        let client = reqwest::Client::builder().tls_certs_merge(certificates).build();
        Ok(Self { client: client.map_err(HttpError::Certificates)? })
    }

    /// A client for what is sent rather than fetched: it goes where it was told and nowhere on.
    ///
    /// # Errors
    /// Where the system's certificates can't be used.
    pub fn that_follows_nothing() -> Result<Self, HttpError> {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        Ok(Self { client: client.map_err(HttpError::Certificates)? })
    }

    /// Sends a text to an address; what it answers is dropped.
    ///
    /// # Errors
    /// Where there is no answer within the limits, or not a successful one.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        text: String,
        limits: Limits,
    ) -> Result<(), HttpError> {
        let request = headers
            .iter()
            .fold(self.client.post(url).body(text), |request, (name, value)| request.header(*name, *value));
        let response = self.send(request, url, limits).await?;
        successful(response, url).map(|_| ())
    }

    /// The text at an address that holds a short one.
    ///
    /// # Errors
    /// Where there is no answer within the limit, or not a successful short one.
    pub async fn text(&self, url: &str, limit: Duration) -> Result<String, HttpError> {
        let limits = Limits { time: limit, bytes: MAX_SMALL };
        let response = self.send(self.client.get(url), url, limits).await?;
        let bytes = body(successful(response, url)?, url, limits).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The document at an address, compressed if the server can; none where it is the version that `known` speaks of.
    ///
    /// # Errors
    /// Where there is no answer within the limits, or not a successful one.
    pub async fn document(
        &self,
        url: &str,
        known: &Validators,
        limits: Limits,
    ) -> Result<Option<Document>, HttpError> {
        let mut request = self.client.get(url).header(ACCEPT_ENCODING, "gzip");
        for (name, value) in [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)] {
            request = match value {
                Some(value) => request.header(name, value),
                None => request,
            };
        }
        let response = self.send(request, url, limits).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        let response = successful(response, url)?;
        let validators = Validators {
            etag: header(response.headers(), ETAG),
            last_modified: header(response.headers(), LAST_MODIFIED),
        };
        Ok(Some(Document { bytes: body(response, url, limits).await?, validators }))
    }

    /// The bytes of a file at an address, as they are there: no compression is asked for.
    ///
    /// # Errors
    /// Where there is no answer within the limits, or not a successful one.
    pub async fn file(&self, url: &str, limits: Limits) -> Result<Vec<u8>, HttpError> {
        let response = self.send(self.client.get(url), url, limits).await?;
        body(successful(response, url)?, url, limits).await
    }

    /// The status code of what is at an address.
    ///
    /// # Errors
    /// Where there is no answer within the limit.
    pub async fn status(&self, url: &str, limit: Duration) -> Result<u16, HttpError> {
        let response = self.send(self.client.get(url), url, Limits { time: limit, bytes: 0 }).await?;
        Ok(response.status().as_u16())
    }

    async fn send(
        &self,
        request: reqwest::RequestBuilder,
        url: &str,
        limits: Limits,
    ) -> Result<reqwest::Response, HttpError> {
        request.timeout(limits.time).send().await.map_err(|source| no_answer(url, source))
    }
}

mod download;

pub use download::{DownloadError, Source};

fn no_answer(url: &str, source: reqwest::Error) -> HttpError {
    HttpError::NoAnswer { url: url.to_owned(), source: source.without_url() }
}

fn successful(response: reqwest::Response, url: &str) -> Result<reqwest::Response, HttpError> {
    if response.status().is_success() {
        Ok(response)
    } else {
        Err(HttpError::Status { url: url.to_owned(), status: response.status().as_u16() })
    }
}

async fn body(mut response: reqwest::Response, url: &str, limits: Limits) -> Result<Vec<u8>, HttpError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|source| no_answer(url, source))? {
        if body.len() + chunk.len() > limits.bytes {
            return Err(HttpError::TooLong { url: url.to_owned(), limit: limits.bytes });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
