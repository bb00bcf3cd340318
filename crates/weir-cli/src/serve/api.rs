//! `POST /api/session` and `POST /api/call/NAME`: JSON in, JSON out.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};
use weir_api::dto::{ApiError, ErrorKind};
use weir_api::{App, texts};
use weir_core::failure::Kind;
use weir_core::{Failure, TextId};

use super::session::Sessions;

#[derive(Debug, Clone)]
pub(crate) struct Served {
    pub(crate) app: App,
    pub(crate) sessions: Arc<Sessions>,
}

/// Lets a signed-in page's calls through, before their bodies are read.
pub(crate) async fn admit(State(served): State<Served>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if !is_json(headers) {
        return not_json();
    }
    if !bearer(headers).is_some_and(|bearer| served.sessions.knows(bearer)) {
        return refuse(Failure::new(TextId::ErrorSession).kind(Kind::Session));
    }
    next.run(request).await
}

/// Exchanges the one-time code for a bearer.
pub(crate) async fn session(
    State(served): State<Served>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !is_json(&headers) {
        return not_json();
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    match served.sessions.exchange(body["code"].as_str().unwrap_or_default()) {
        Some(token) => answer(StatusCode::OK, json!({ "token": token })),
        None => refuse(Failure::new(TextId::ErrorCode).kind(Kind::Session)),
    }
}

/// Runs one command of a page that was let through.
pub(crate) async fn call(
    State(served): State<Served>,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let args = match serde_json::from_slice(&body) {
        Ok(args) => args,
        Err(error) => {
            let text = TextId::ErrorArguments.with("command", name);
            return refuse(Failure::new(text).kind(Kind::Invalid).detail(error));
        }
    };
    match served.app.call(&name, args).await {
        Ok(output) => answer(StatusCode::OK, output),
        Err(error) => refuse(error),
    }
}

/// Every other address under `/api`, and every method but POST.
pub(crate) async fn nothing() -> Response {
    (StatusCode::NOT_FOUND, "no such call\n").into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// A form cannot send it, and a foreign page not without asking first, which nobody answers.
fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media
        .split(';')
        .next()
        .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

fn not_json() -> Response {
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, "application/json only\n").into_response()
}

fn refuse(error: impl Into<ApiError>) -> Response {
    let error = error.into();
    tracing::debug!(error = texts::say(texts::Lang::En, &error), "a call was refused");
    let status = match error.kind {
        Some(ErrorKind::Session) => StatusCode::UNAUTHORIZED,
        Some(ErrorKind::NotFound) => StatusCode::NOT_FOUND,
        Some(ErrorKind::Internal) => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let body = serde_json::to_value(error).unwrap_or_default();
    answer(status, body)
}

fn answer(status: StatusCode, body: Value) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
