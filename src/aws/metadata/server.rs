//! A metadata service for tests: version 2, on loopback, with what the test puts into it.
//!
//! It knows no path but those; the lab's service is the faithful one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

#[derive(Debug)]
struct Content {
    values: BTreeMap<String, String>,
    token: String,
    hangs: bool,
    /// What is answered with an error.
    failing: BTreeSet<String>,
    /// What was asked for below `/latest/meta-data/`.
    asked: Vec<String>,
}

/// The service; it ends with the test's process.
#[derive(Debug)]
pub(crate) struct MetadataServer {
    address: SocketAddr,
    content: Arc<Mutex<Content>>,
}

impl MetadataServer {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let content = Content {
            values: BTreeMap::new(),
            token: "token".to_owned(),
            hangs: false,
            failing: BTreeSet::new(),
            asked: Vec::new(),
        };
        let content = Arc::new(Mutex::new(content));
        let served = Arc::clone(&content);
        std::thread::spawn(move || {
            let mut open = Vec::new();
            for stream in listener.incoming().flatten() {
                open.extend(answer(stream, &mut served.lock().expect("the content")));
            }
        });
        Self { address, content }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers this path below `/latest/meta-data/` from now on.
    pub(crate) fn serve(&self, path: &str, value: &str) {
        self.content.lock().expect("the content").values.insert(path.to_owned(), value.to_owned());
    }

    /// Gives out this token, and takes no other, from now on.
    pub(crate) fn give_token(&self, token: &str) {
        self.content.lock().expect("the content").token = token.to_owned();
    }

    /// Answers this path with an error from now on.
    pub(crate) fn fail(&self, path: &str) {
        self.content.lock().expect("the content").failing.insert(path.to_owned());
    }

    /// What was asked for since this was asked last, in the order of its names.
    pub(crate) fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut self.content.lock().expect("the content").asked);
        asked.sort();
        asked
    }

    /// Takes connections and never answers from now on.
    pub(crate) fn hang(&self) {
        self.content.lock().expect("the content").hangs = true;
    }
}

/// Answers one request; hands the connection back where it is to stay open without an answer.
fn answer(mut stream: TcpStream, content: &mut Content) -> Option<TcpStream> {
    if content.hangs {
        return Some(stream);
    }
    let lines: Vec<String> =
        BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let (status, body) = respond(&lines, content);
    let header = "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\nconnection: close";
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\n{header}\r\ncontent-length: {length}\r\n\r\n{body}").ok();
    None
}

fn respond<'c>(lines: &[String], content: &'c mut Content) -> (&'static str, &'c str) {
    let request = lines.first().map(String::as_str).unwrap_or_default();
    if request.starts_with("PUT /latest/api/token ") {
        return ("200 OK", &content.token);
    }
    let wanted = format!("x-aws-ec2-metadata-token: {}", content.token);
    if !lines.iter().any(|line| line.eq_ignore_ascii_case(&wanted)) {
        return ("401 Unauthorized", "");
    }
    let path = request.strip_prefix("GET /latest/meta-data/").and_then(|rest| rest.split(' ').next());
    let path = path.unwrap_or_default();
    content.asked.push(path.to_owned());
    if content.failing.contains(path) {
        return ("500 Internal Server Error", "");
    }
    content.values.get(path).map_or(("404 Not Found", ""), |value| ("200 OK", value))
}
