//! Files of any size from an address to a file: tried again after a failure, and gone on with where that is possible.
//!
//! Neither the address, which may be presigned, nor anything of the answer but its status is ever in an error.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, CONTENT_RANGE, ETAG, IF_RANGE, RANGE};
use reqwest::{Response, StatusCode};

use super::HttpClient;
use crate::platform::random;

/// How long an answer, and each part of it, is waited for.
const SILENCE: Duration = Duration::from_secs(60);
const ATTEMPTS: u32 = 8;
/// The first pause before another attempt; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 1000 });
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Where something is fetched from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'s> {
    /// The address.
    pub url: &'s str,
    /// Headers that have to be sent with it.
    pub headers: &'s [(String, String)],
}

/// A file that could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The server says no.
    #[error("the server answers {status}")]
    Status {
        /// Its status code.
        status: u16,
    },
    /// There is no server, or it falls silent.
    #[error("the server does not answer")]
    NoAnswer(#[source] reqwest::Error),
    /// It falls silent.
    #[error("the server is silent for {} s", SILENCE.as_secs())]
    Silent,
    /// It sends more than is taken.
    #[error("it is larger than {limit} bytes")]
    TooLarge {
        /// What is taken.
        limit: u64,
    },
    /// The answer ends before its end.
    #[error("the answer is cut off")]
    CutOff,
    /// It can't be written.
    #[error("what comes cannot be written")]
    Write(#[source] io::Error),
}

impl DownloadError {
    /// Whether the same question may have another answer soon.
    const fn is_passing(&self) -> bool {
        match self {
            Self::Status { status } => matches!(*status, 408 | 425 | 429 | 500..=599),
            Self::NoAnswer(_) | Self::Silent | Self::CutOff => true,
            Self::TooLarge { .. } | Self::Write(_) => false,
        }
    }
}

/// What of a file is there.
struct Partial {
    file: File,
    bytes: u64,
    etag: Option<String>,
}

impl HttpClient {
    /// Fetches a file of at most so many bytes to `path`, in as many tries as it takes within reason.
    ///
    /// # Errors
    /// Where the server refuses, or has failed too often; what came is at `path` then.
    pub async fn download(&self, source: Source<'_>, path: &Path, most: u64) -> Result<(), DownloadError> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(path);
        let mut partial = Partial { file: file.map_err(DownloadError::Write)?, bytes: 0, etag: None };
        let mut attempt = 0;
        loop {
            let before = partial.bytes;
            match self.go_on(source, &mut partial, most).await {
                Ok(()) => return partial.file.sync_all().map_err(DownloadError::Write),
                Err(error) if !error.is_passing() => return Err(error),
                Err(error) => {
                    // What gets on, however slowly, is not given up.
                    attempt = if partial.bytes > before { 1 } else { attempt + 1 };
                    if attempt >= ATTEMPTS {
                        return Err(error);
                    }
                }
            }
            let pause = (FIRST_PAUSE * 2_u32.pow(attempt.min(5))).min(LONGEST_PAUSE);
            tokio::time::sleep(random::jittered(pause)).await;
        }
    }

    async fn go_on(&self, source: Source<'_>, partial: &mut Partial, most: u64) -> Result<(), DownloadError> {
        let mut request = self.client.get(source.url).header(ACCEPT_ENCODING, "identity");
        for (name, value) in source.headers {
            request = request.header(name, value);
        }
        // Only a server that names the version can be asked for the rest of it.
        if let (Some(etag), true) = (&partial.etag, partial.bytes > 0) {
            request = request.header(RANGE, format!("bytes={}-", partial.bytes)).header(IF_RANGE, etag);
        }
        let response =
            tokio::time::timeout(SILENCE, request.send()).await.map_err(|_| DownloadError::Silent)?;
        let response = response.map_err(|error| DownloadError::NoAnswer(error.without_url()))?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT if begins_at(&response, partial.bytes) => {}
            status if status == StatusCode::OK => begin_anew(partial, &response)?,
            status => return Err(DownloadError::Status { status: status.as_u16() }),
        }
        take(response, partial, most).await
    }
}

fn begins_at(response: &Response, at: u64) -> bool {
    let range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {at}-")))
}

fn begin_anew(partial: &mut Partial, response: &Response) -> Result<(), DownloadError> {
    use std::io::Seek as _;
    partial.file.set_len(0).map_err(DownloadError::Write)?;
    partial.file.rewind().map_err(DownloadError::Write)?;
    partial.bytes = 0;
    let etag = response.headers().get(ETAG).and_then(|value| value.to_str().ok());
    // A weak one does not say that the bytes are the same.
    partial.etag = etag.filter(|etag| etag.starts_with('"')).map(str::to_owned);
    Ok(())
}

async fn take(mut response: Response, partial: &mut Partial, most: u64) -> Result<(), DownloadError> {
    let mut left = response.content_length();
    loop {
        let chunk =
            tokio::time::timeout(SILENCE, response.chunk()).await.map_err(|_| DownloadError::Silent)?;
        let Some(chunk) = chunk.map_err(|error| DownloadError::NoAnswer(error.without_url()))? else { break };
        partial.bytes += chunk.len() as u64;
        if partial.bytes > most {
            return Err(DownloadError::TooLarge { limit: most });
        }
        left = left.map(|left| left.saturating_sub(chunk.len() as u64));
        partial.file.write_all(&chunk).map_err(DownloadError::Write)?;
    }
    if left.is_some_and(|left| left > 0) { Err(DownloadError::CutOff) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// A server that gives these answers to one connection each, and hands back what it was asked.
    async fn serve(
        answers: Vec<&'static str>,
        path: &Path,
        most: u64,
    ) -> (Vec<String>, Result<(), DownloadError>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/secret?signature=x", listener.local_addr().unwrap());
        let headers = [("x-own".to_owned(), "yes".to_owned())];
        let server = async {
            let mut asked = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).await.unwrap();
                asked.push(String::from_utf8_lossy(&request[..read]).to_lowercase());
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
            asked
        };
        let client = HttpClient::that_follows_nothing().unwrap();
        let source = Source { url: &url, headers: &headers };
        tokio::join!(server, client.download(source, path, most))
    }

    #[tokio::test]
    async fn what_is_cut_off_is_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let answers = vec![
            "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 6\r\nConnection: close\r\n\r\nabc",
            "HTTP/1.1 206 Partial\r\nContent-Range: bytes 3-5/6\r\nContent-Length: 3\r\nConnection: close\r\n\r\ndef",
        ];
        let (asked, fetched) = serve(answers, &path, 6).await;
        fetched.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"abcdef");
        assert!(
            asked[1].contains("range: bytes=3-\r\n") && asked[1].contains("if-range: \"1\""),
            "{asked:?}"
        );
        assert!(asked[0].contains("x-own: yes"), "{asked:?}");
    }

    #[tokio::test]
    async fn a_refusal_and_too_much_are_final_and_tell_no_address() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let no = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let (_, refused) = serve(vec![no], &path, 6).await;
        assert_eq!(refused.unwrap_err().to_string(), "the server answers 403");
        let long = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nabcdef";
        let (_, too_long) = serve(vec![long], &path, 5).await;
        assert!(matches!(too_long, Err(DownloadError::TooLarge { limit: 5 })));
    }
}
