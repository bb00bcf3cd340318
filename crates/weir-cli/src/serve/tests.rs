//! The guard, as an attacker's browser would try it: real sockets, requests byte by byte.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use axum::middleware::from_fn_with_state;
use axum::routing::post;
use weir_api::{App, Headless, Home, HostKind};

use super::session::Sessions;
use super::{guard, listen, serve};

struct Server {
    port: u16,
    sessions: Arc<Sessions>,
    _runtime: tokio::runtime::Runtime,
    _home: tempfile::TempDir,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Server {
    fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let host = Arc::new(Headless(HostKind::Serve));
        let app = App::open(Home::open(home.path()).unwrap(), host).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sessions = Arc::new(Sessions::default());
        let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(serve(listener, port, app, Arc::clone(&sessions)));
        Self { port, sessions, _runtime: runtime, _home: home }
    }

    /// `{port}` in a header stands for the server's.
    fn ask(&self, line: &str, headers: &[&str], body: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let port = self.port.to_string();
        let mut request = format!("{line} HTTP/1.1\r\n");
        if !headers.iter().any(|header| header.starts_with("Host:")) {
            request.push_str(&format!("Host: 127.0.0.1:{port}\r\n"));
        }
        for header in headers {
            request.push_str(&header.replace("{port}", &port));
            request.push_str("\r\n");
        }
        request.push_str(&format!(
            "Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ));
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    fn sign_in(&self) -> String {
        let body = format!("{{\"code\":\"{}\"}}", self.sessions.new_code().unwrap());
        let answer = self.ask("POST /api/session", &[JSON], &body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        json["token"].as_str().unwrap().to_owned()
    }
}

const JSON: &str = "Content-Type: application/json";
const CALL: &str = "POST /api/call/clusters.list";

#[test]
fn a_signed_in_page_may_call() {
    let server = Server::start();
    let bearer = format!("Authorization: Bearer {}", server.sign_in());
    let answer = server.ask(CALL, &[JSON, &bearer, "Origin: http://127.0.0.1:{port}"], "{}");
    assert_eq!((answer.status, answer.body.as_str()), (200, "{\"rows\":[]}"));
    let named = server.ask(CALL, &[JSON, &bearer, "Host: localhost:{port}"], "{}");
    assert_eq!(named.status, 200);
    let unknown = server.ask("POST /api/call/no.such", &[JSON, &bearer], "{}");
    assert_eq!(unknown.status, 404);
    assert!(unknown.body.contains("error.command_unknown"), "{}", unknown.body);
}

#[test]
fn a_code_is_good_once() {
    let server = Server::start();
    let code = server.sessions.new_code().unwrap();
    let body = format!("{{\"code\":\"{code}\"}}");
    assert_eq!(server.ask("POST /api/session", &[JSON], &body).status, 200);
    assert_eq!(server.ask("POST /api/session", &[JSON], &body).status, 401, "replayed");
    assert_eq!(server.ask("POST /api/session", &[JSON], "{\"code\":\"\"}").status, 401);
    assert_eq!(server.ask("POST /api/session", &[JSON], "nonsense").status, 401);
}

#[test]
fn foreign_names_and_origins_are_refused_everywhere() {
    let server = Server::start();
    let bearer = format!("Authorization: Bearer {}", server.sign_in());
    for host in [
        "Host: evil.example",
        "Host: 127.0.0.1",
        "Host: 127.0.0.1:1",
        "Host: localhost.evil:{port}",
    ] {
        for line in [CALL, "GET /", "GET /clusters", "POST /api/session"] {
            assert_eq!(server.ask(line, &[host, JSON, &bearer], "{}").status, 421, "{line} {host}");
        }
    }
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}"]
    {
        let header = format!("Origin: {origin}");
        for line in [CALL, "GET /"] {
            assert_eq!(server.ask(line, &[JSON, &bearer, &header], "{}").status, 403, "{header}");
        }
    }
}

#[test]
fn forms_and_strangers_are_refused() {
    let server = Server::start();
    let bearer = format!("Authorization: Bearer {}", server.sign_in());
    for media in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""] {
        let header = format!("Content-Type: {media}");
        assert_eq!(server.ask(CALL, &[&header, &bearer], "{}").status, 415, "{media}");
    }
    assert_eq!(server.ask(CALL, &[JSON], "{}").status, 401, "no bearer");
    assert_eq!(server.ask(CALL, &[JSON, "Authorization: Bearer x"], "{}").status, 401);
    assert_eq!(server.ask("GET /api/call/clusters.list", &[&bearer], "").status, 405);
    assert_eq!(server.ask("OPTIONS /api/call/clusters.list", &[], "").status, 405, "no preflight");
    assert_eq!(server.ask("PUT /", &[], "").status, 405);
}

#[test]
fn every_answer_carries_the_guards_headers() {
    let server = Server::start();
    for line in ["GET /", "GET /c/one/topics", "GET /api/x", CALL, "GET /assets/none.js"] {
        let answer = server.ask(line, &[], "");
        assert!(answer.head.contains("frame-ancestors 'none'"), "{line}: {}", answer.head);
        assert!(answer.head.contains("x-content-type-options: nosniff"), "{line}");
        assert!(!answer.head.contains("access-control-"), "{line}: no CORS");
        assert!(!answer.head.contains("set-cookie"), "{line}: no cookies");
    }
    let route = server.ask("GET /c/one/topics", &[], "");
    assert_eq!(route.status, 200, "a route of the page is the page");
    assert!(route.head.contains("text/html"));
    assert_eq!(server.ask("GET /assets/none.js", &[], "").status, 404);
}

#[test]
fn a_body_has_a_bound() {
    let server = Server::start();
    let bearer = format!("Authorization: Bearer {}", server.sign_in());
    let request = format!(
        "{CALL} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{JSON}\r\n{bearer}\r\nContent-Length: 99999999\r\n\r\n",
        server.port
    );
    assert_eq!(begin(server.port, &request), "HTTP/1.1 413");
}

#[test]
fn a_stranger_is_refused_before_a_body_is_sent() {
    let server = Server::start();
    for (line, status) in
        [(CALL, "401"), ("POST /api/session", "413"), ("POST /api/call/no.such", "401")]
    {
        let head = format!("{line} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{JSON}\r\n", server.port);
        let first = begin(server.port, &format!("{head}Content-Length: 20000000\r\n\r\n"));
        assert_eq!(first, format!("HTTP/1.1 {status}"), "{line}");
    }
}

#[test]
fn a_code_has_a_bound_also_where_its_length_is_not_announced() {
    let server = Server::start();
    let long = "x".repeat(5_000);
    let head = "POST /api/session HTTP/1.1\r\nTransfer-Encoding: chunked";
    let request = format!(
        "{head}\r\nHost: 127.0.0.1:{}\r\n{JSON}\r\n\r\n{:x}\r\n{long}\r\n",
        server.port,
        long.len()
    );
    assert_eq!(begin(server.port, &request), "HTTP/1.1 413");
}

#[test]
fn a_large_body_of_a_signed_in_page_is_read_whole() {
    let server = Server::start();
    let bearer = format!("Authorization: Bearer {}", server.sign_in());
    let body = format!("{{\"unknown\":\"{}\"}}", "x".repeat(20_000_000));
    assert_eq!(server.ask(CALL, &[JSON, &bearer], &body).status, 200);
}

/// Those who show a code slowly are cut, and hold up only so many others.
#[test]
fn strangers_wait_neither_long_nor_in_numbers() {
    let slow = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{";
    let cut = strangers(1, Duration::from_millis(50));
    assert_eq!(begin(cut.port, std::str::from_utf8(slow).unwrap()), "HTTP/1.1 408");
    let full = strangers(1, Duration::from_secs(600));
    let whole = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    let mut waiting = Vec::new();
    loop {
        // One that came while the place was taken is refused itself: another one comes.
        let mut waits = TcpStream::connect(("127.0.0.1", full.port)).unwrap();
        waits.write_all(slow).unwrap();
        waiting.push(waits);
        std::thread::sleep(Duration::from_millis(20));
        if begin(full.port, whole) == "HTTP/1.1 503" {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "none of the slow ones holds the place");
    }
}

struct Strangers {
    port: u16,
    _runtime: tokio::runtime::Runtime,
}

fn strangers(places: usize, within: Duration) -> Strangers {
    let layer = from_fn_with_state(guard::Strangers::new(places, within), guard::sign_in);
    let read = post(async |body: bytes::Bytes| body).route_layer(layer);
    let router = axum::Router::new().route("/", read);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
    let port = listener.local_addr().unwrap().port();
    runtime.spawn(listen::serve(listener, router, listen::Limits::default()));
    Strangers { port, _runtime: runtime }
}

/// The beginning of the answer to a request that may still be under way.
fn begin(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut first = [0_u8; 12];
    stream.read_exact(&mut first).unwrap();
    String::from_utf8_lossy(&first).into_owned()
}

#[test]
fn the_opening_page_is_for_its_owner_alone() {
    let home = tempfile::tempdir().unwrap();
    let page = super::page::OpeningPage::write(home.path(), 1234, "c0de").unwrap();
    let text = std::fs::read_to_string(page.path()).unwrap();
    assert!(text.contains("http://127.0.0.1:1234/#code=c0de"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(page.path()).unwrap().permissions().mode() & 0o777, 0o600);
    }
    page.remove();
    assert!(!page.path().exists());
}
