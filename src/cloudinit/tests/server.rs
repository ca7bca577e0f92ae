//! A web server on loopback: the metadata service of a machine, or a bucket.
//!
//! It answers a request at a time by a function of the request's head, and lives until the tests end.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};

/// What is answered to a request.
pub(super) enum Answer {
    /// 200 and this.
    Ok(Vec<u8>),
    /// 200, and only the first half of this before the connection ends.
    CutShort(Vec<u8>),
    /// A status alone.
    Status(u16),
    /// Nothing, and the connection stays open.
    Silence,
}

/// Serves, and gives the address as `http://127.0.0.1:PORT`.
pub(super) fn serve(mut answer: impl FnMut(&str) -> Answer + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut silent = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let head = head_of(&stream);
            match answer(&head) {
                Answer::Ok(body) => reply(&mut stream, 200, &body),
                Answer::CutShort(body) => reply_with(&mut stream, 200, body.len(), &body[..body.len() / 2]),
                Answer::Status(status) => reply(&mut stream, status, b""),
                Answer::Silence => silent.push(stream),
            }
        }
    });
    address
}

/// The metadata service of a machine whose deadline tag is answered so.
pub(super) fn metadata(mut tag: impl FnMut() -> Answer + Send + 'static) -> String {
    serve(move |head| {
        let (line, headers) = head.split_once('\n').unwrap();
        let headers = headers.to_lowercase();
        if line.starts_with("PUT /latest/api/token ") {
            let has_ttl = headers.contains("x-aws-ec2-metadata-token-ttl-seconds: ");
            if has_ttl { Answer::Ok(b"the-token==".to_vec()) } else { Answer::Status(400) }
        } else if !headers.contains("x-aws-ec2-metadata-token: the-token==\n") {
            Answer::Status(401)
        } else if line.starts_with("GET /latest/meta-data/tags/instance/cloudkit:deadline ") {
            tag()
        } else {
            Answer::Status(404)
        }
    })
}

fn head_of(stream: &TcpStream) -> String {
    let lines = BufReader::new(stream).lines().map(Result::unwrap_or_default);
    lines.take_while(|line| !line.is_empty()).map(|line| line + "\n").collect()
}

fn reply(stream: &mut TcpStream, status: u16, body: &[u8]) {
    reply_with(stream, status, body.len(), body);
}

fn reply_with(stream: &mut TcpStream, status: u16, length: usize, body: &[u8]) {
    let head = format!("HTTP/1.1 {status} .\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    // Who asked may have given up.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}
