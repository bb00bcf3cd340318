//! Who may speak to the control API: whoever read `control.json`, through this very address.
use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::routes::refuse;

#[derive(Debug, Clone)]
pub(crate) struct Guard {
    /// `127.0.0.1:PORT`: any other `Host` came through a name that a stranger controls (DNS rebinding).
    host: String,
    token: String,
}

impl Guard {
    pub(crate) fn new(address: SocketAddr, token: String) -> Self {
        Self { host: address.to_string(), token }
    }

    fn admits(&self, headers: &HeaderMap) -> Result<(), Box<Response>> {
        if text(headers, header::HOST) != Some(self.host.as_str()) {
            let refusal = refuse(StatusCode::FORBIDDEN, "Wrong Host header", None);
            return Err(Box::new(refusal.into_response()));
        }
        let given = text(headers, header::AUTHORIZATION).and_then(|a| a.strip_prefix("Bearer "));
        if given.is_some_and(|given| same(given, &self.token)) {
            return Ok(());
        }
        let hint = "The token is in control.json of the cluster's directory";
        Err(Box::new(
            refuse(StatusCode::UNAUTHORIZED, "No valid bearer token", Some(hint)).into_response(),
        ))
    }
}

/// Refuses before any route is looked at.
pub(super) async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.admits(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => *refusal,
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}

/// Compares in a time that does not tell where the first difference is.
fn same(a: &str, b: &str) -> bool {
    let differences = a.bytes().zip(b.bytes()).fold(0, |acc, (x, y)| acc | (x ^ y));
    a.len() == b.len() && differences == 0
}
