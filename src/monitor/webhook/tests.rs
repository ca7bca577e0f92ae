//! Webhooks to a receiver on loopback.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc as std_mpsc;

use super::*;

const LIMIT: Duration = Duration::from_secs(30);
const SECRET: &str = "a secret of enough bytes";

/// A request as the receiver got it: its head's lines, and its body.
struct Received {
    head: Vec<String>,
    body: String,
}

impl Received {
    fn header(&self, name: &str) -> &str {
        let prefix = format!("{}: ", name.to_lowercase());
        self.head
            .iter()
            .find(|line| line.to_lowercase().starts_with(&prefix))
            .map_or_else(|| panic!("no {name} in {:?}", self.head), |line| &line[prefix.len()..])
    }
}

/// A receiver that answers with these statuses, one after the other, the last one for ever.
fn receiver(statuses: &'static [&'static str]) -> (String, std_mpsc::Receiver<Received>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, requests) = std_mpsc::channel();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().flatten().enumerate() {
            let mut reader = BufReader::new(&stream);
            let head: Vec<String> =
                reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let length = head
                .iter()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
            let mut body = vec![0; length.unwrap_or_default()];
            reader.read_exact(&mut body).unwrap();
            let status = statuses[number.min(statuses.len() - 1)];
            write!(
                &stream,
                "HTTP/1.1 {status}\r\nLocation: /other\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            .unwrap();
            if sender.send(Received { head, body: String::from_utf8(body).unwrap() }).is_err() {
                return;
            }
        }
    });
    (url, requests)
}

struct Target {
    folder: tempfile::TempDir,
    target: WebhookTarget,
}

impl Target {
    fn new(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, format!("{SECRET}\n")).unwrap();
        #[cfg(unix)]
        set_mode(&file, 0o600);
        let target = WebhookTarget { url: url.to_owned(), secret_file: file.display().to_string() };
        Self { folder, target }
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn notice() -> Notice {
    Notice::new("warned", "l-1", "users are warned".to_owned(), Timestamp::UNIX_EPOCH)
}

/// Sends a notice, and waits for what comes of it.
async fn send(target: &WebhookTarget, waits: usize) -> Result<(), WebhookError> {
    let mut webhook = Webhook::open_with(target, vec![Duration::ZERO; waits]).unwrap();
    webhook.send(notice()).unwrap();
    tokio::time::timeout(LIMIT, webhook.outcomes.recv()).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_event_is_signed_and_the_signature_holds() {
    let (url, requests) = receiver(&["204 No Content"]);
    let target = Target::new(&url);
    send(&target.target, 0).await.unwrap();
    let request = requests.recv_timeout(LIMIT).unwrap();
    assert_eq!(request.head[0], "POST /hook HTTP/1.1");
    assert_eq!(request.header(EVENT), "warned");
    let expected = signature(SECRET.as_bytes(), request.header(TIMESTAMP), &request.body);
    assert_eq!(request.header(SIGNATURE), format!("v1={expected}"));
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!((&body["schema"], &body["launch"]), (&SCHEMA.into(), &"l-1".into()));
    assert_eq!(body["id"], request.header(DELIVERY));
    assert!(!format!("{:?}{}", request.head, request.body).contains(SECRET));
}

#[test]
fn the_signature_is_what_other_tools_compute() {
    // printf '1800000000.{}' | openssl dgst -sha256 -hmac 'a secret of enough bytes'
    let expected = "9bdc739d49b6fad13beced12970204eba8bdc61f8f5953afc2b01e8dc62014bf";
    assert_eq!(signature(SECRET.as_bytes(), "1800000000", "{}"), expected);
}

#[tokio::test]
async fn what_may_pass_is_tried_again_with_the_same_id() {
    let (url, requests) = receiver(&["503 Service Unavailable", "429 Too Many Requests", "200 OK"]);
    send(&Target::new(&url).target, 4).await.unwrap();
    let ids: Vec<String> = requests.try_iter().map(|request| request.header(DELIVERY).to_owned()).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| *id == ids[0]));
}

#[tokio::test]
async fn what_is_refused_is_not_tried_again_and_nobody_is_followed() {
    for (status, code) in [("403 Forbidden", 403), ("302 Found", 302)] {
        let (url, requests) = receiver(Box::leak(Box::new([status])));
        let refused = send(&Target::new(&url).target, 4).await;
        assert!(
            matches!(refused, Err(WebhookError::Http(HttpError::Status { status, .. })) if status == code)
        );
        assert_eq!(requests.try_iter().count(), 1);
    }
    let (url, requests) = receiver(&["500 Internal Server Error"]);
    send(&Target::new(&url).target, 2).await.unwrap_err();
    assert_eq!(requests.try_iter().count(), 3, "it is given up in the end");
}

#[cfg(unix)]
#[tokio::test]
async fn a_secret_that_is_none_signs_nothing() {
    let (url, requests) = receiver(&["200 OK"]);
    let mut target = Target::new(&url);
    let file = target.folder.path().join("secret");
    set_mode(&file, 0o640);
    assert!(matches!(send(&target.target, 1).await, Err(WebhookError::SecretIsOpen(_))));
    set_mode(&file, 0o600);
    std::fs::write(&file, "short\n").unwrap();
    assert!(matches!(send(&target.target, 1).await, Err(WebhookError::SecretIsShort(_))));
    target.target.secret_file = "/nowhere/secret".to_owned();
    assert!(matches!(send(&target.target, 1).await, Err(WebhookError::Secret { .. })));
    assert_eq!(requests.try_iter().count(), 0);
}

#[tokio::test]
async fn an_address_in_the_clear_is_refused() {
    for url in [
        "http://example.com/",
        "http://127.0.0.1:80@example.com/",
        "ftp://127.0.0.1:1/",
        "http://10.0.0.1:80/",
    ] {
        let target = WebhookTarget { url: url.to_owned(), secret_file: "/secret".to_owned() };
        assert!(matches!(Webhook::open(&target), Err(WebhookError::NotHttps(_))), "{url}");
    }
    assert!(is_shielded("https://example.com/hook") && is_shielded("http://127.0.0.1:80/hook"));
}

#[tokio::test]
async fn one_that_never_answers_holds_up_nobody_and_does_not_outlive_the_end() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let webhook = Webhook::open(&Target::new(&url).target).unwrap();
    let mut sent = 0;
    while webhook.send(notice()).is_ok() {
        sent += 1;
    }
    assert_eq!(sent, QUEUE);
    tokio::time::timeout(LIMIT, webhook.drain(Duration::from_millis(20))).await.unwrap();
}
