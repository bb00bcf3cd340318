//! What every request passes: this machine's own names only, one origin, and headers that let the page do no more
//! than it needs. No CORS header is ever sent, so no other site reads an answer.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::Semaphore;

use super::{BODY_MAX_BYTES, CODE_MAX_BYTES, REQUEST_WITHIN};

/// As the window's, plus what only a browser can enforce.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    font-src 'self' data:; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", CSP),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), clipboard-write=(self)"),
];

/// Requests in flight, long polls among them.
const REQUESTS_MAX: usize = 256;

#[derive(Debug, Clone)]
pub(crate) struct Guard {
    hosts: [String; 2],
    places: Arc<Semaphore>,
}

impl Guard {
    pub(crate) fn new(port: u16) -> Self {
        let hosts = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
        Self { hosts, places: Arc::new(Semaphore::new(REQUESTS_MAX)) }
    }

    /// A name of ours: with another, some page's DNS points at us (rebinding).
    fn knows_host(&self, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(HOST).iter();
        let first = hosts.next().and_then(|host| host.to_str().ok());
        hosts.next().is_none() && first.is_some_and(|host| self.hosts.iter().any(|h| h == host))
    }

    /// Our own page, or no page at all.
    fn knows_origin(&self, headers: &HeaderMap) -> bool {
        headers.get_all(ORIGIN).iter().all(|origin| {
            let host = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
            host.is_some_and(|host| self.hosts.iter().any(|h| h == host))
        })
    }
}

pub(crate) async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let mut response = admit(&guard, request, next).await;
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn admit(guard: &Guard, request: Request, next: Next) -> Response {
    if !guard.knows_host(request.headers()) {
        return (StatusCode::MISDIRECTED_REQUEST, "unknown host\n").into_response();
    }
    if !guard.knows_origin(request.headers()) {
        return (StatusCode::FORBIDDEN, "foreign origin\n").into_response();
    }
    if announced(request.headers()) > BODY_MAX_BYTES {
        return (StatusCode::PAYLOAD_TOO_LARGE, "too large\n").into_response();
    }
    let Ok(_place) = guard.places.try_acquire() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many requests\n").into_response();
    };
    let answered = tokio::time::timeout(REQUEST_WITHIN, next.run(request)).await;
    answered.unwrap_or_else(|_| (StatusCode::REQUEST_TIMEOUT, "too late\n").into_response())
}

/// What the request says of its size; what it then sends is bounded too.
fn announced(headers: &HeaderMap) -> usize {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

/// Who is not signed in yet: so many at a time may show their code, each within its time.
#[derive(Debug, Clone)]
pub(crate) struct Strangers {
    places: Arc<Semaphore>,
    within: Duration,
}

impl Default for Strangers {
    fn default() -> Self {
        Self::new(16, Duration::from_secs(10))
    }
}

impl Strangers {
    pub(crate) fn new(places: usize, within: Duration) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), within }
    }
}

/// Bounds what those cost who are not signed in: a body that is no code is not waited for.
pub(crate) async fn sign_in(
    State(strangers): State<Strangers>,
    request: Request,
    next: Next,
) -> Response {
    if announced(request.headers()) > CODE_MAX_BYTES {
        return (StatusCode::PAYLOAD_TOO_LARGE, "too large\n").into_response();
    }
    let Ok(_place) = strangers.places.try_acquire() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many requests\n").into_response();
    };
    let answered = tokio::time::timeout(strangers.within, next.run(request)).await;
    answered.unwrap_or_else(|_| (StatusCode::REQUEST_TIMEOUT, "too late\n").into_response())
}
