use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use weir_control::api::{ApiError, Brokers, EVENTS_WAIT_MS_MAX, IDEMPOTENCY_KEY, Operation};

use super::Guard;
use super::guard::check;
use crate::cluster::{Act, ActError, Running};

type App = Arc<Running>;
type Refusal = (StatusCode, Json<ApiError>);

const BODY_BYTES_MAX: usize = 16 << 10;
const BODY_WITHIN: Duration = Duration::from_secs(5);

/// An idempotency key longer than this is no key.
const KEY_MAX_BYTES: usize = 128;

pub(crate) fn router(running: App, guard: Guard) -> Router {
    Router::new()
        .route("/v1/describe", get(describe))
        .route("/v1/brokers", get(brokers).post(add))
        .route("/v1/brokers/{id}/{act}", post(act))
        .route("/v1/brokers/{id}/log-dirs/{name}/{act}", post(log_dir))
        .route("/v1/operations/{id}", get(operation))
        .route("/v1/events", get(events))
        .route("/v1/shutdown", post(shutdown))
        .fallback(async || refuse(StatusCode::NOT_FOUND, "No such path", None))
        .layer(from_fn(bounded))
        .layer(from_fn_with_state(guard, check))
        .with_state(running)
}

/// No request says anything in its body; one that some client sends all the same is read so far, and so long.
async fn bounded(request: Request, next: Next) -> Response {
    let too_long = || refuse(StatusCode::PAYLOAD_TOO_LARGE, "The body is too long", None);
    let (head, body) = request.into_parts();
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return too_long().into_response();
    }
    match tokio::time::timeout(BODY_WITHIN, to_bytes(body, BODY_BYTES_MAX)).await {
        Ok(Ok(body)) => next.run(Request::from_parts(head, Body::from(body))).await,
        Ok(Err(_)) => too_long().into_response(),
        Err(_) => refuse(StatusCode::REQUEST_TIMEOUT, "The body did not come in time", None)
            .into_response(),
    }
}

pub(super) fn refuse(status: StatusCode, text: &str, hint: Option<&str>) -> Refusal {
    let hint = hint.map(str::to_owned);
    (status, Json(ApiError { text: text.to_owned(), hint, detail: None }))
}

async fn describe(State(app): State<App>) -> Response {
    Json(app.describe()).into_response()
}

async fn brokers(State(app): State<App>) -> Response {
    Json(Brokers { brokers: app.brokers() }).into_response()
}

async fn operation(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Operation>, Refusal> {
    let hint = "Older operations are in operations.jsonl";
    let missing = || refuse(StatusCode::NOT_FOUND, "No such operation", Some(hint));
    app.operations.find(&id).map(Json).ok_or_else(missing)
}

async fn events(State(app): State<App>, uri: Uri) -> Result<Response, Refusal> {
    let after = number(&uri, "after")?.unwrap_or(0);
    let wait = number(&uri, "waitMs")?.unwrap_or(0).min(EVENTS_WAIT_MS_MAX);
    Ok(Json(app.events.after(after, Duration::from_millis(wait)).await).into_response())
}

fn number(uri: &Uri, name: &str) -> Result<Option<u64>, Refusal> {
    let pairs = uri.query().unwrap_or("").split('&').filter_map(|p| p.split_once('='));
    let Some((_, value)) = pairs.into_iter().find(|(n, _)| *n == name) else { return Ok(None) };
    let wrong = |_| refuse(StatusCode::BAD_REQUEST, &format!("{name} must be a number"), None);
    value.parse().map(Some).map_err(wrong)
}

async fn act(
    State(app): State<App>,
    Path((id, act)): Path<(i32, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let act = match act.as_str() {
        "remove" => return accepted(app.remove_broker(id, key(&headers)?)),
        "cancel-remove" => return accepted(app.cancel_removal(id)),
        "stop" => Act::Stop,
        "kill" => Act::Kill,
        "start" => Act::Start,
        _ => return Err(refuse(StatusCode::NOT_FOUND, "No such path", None)),
    };
    accepted(app.act(id, act, key(&headers)?))
}

async fn log_dir(
    State(app): State<App>,
    Path((id, name, act)): Path<(i32, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let online = match act.as_str() {
        "online" => true,
        "offline" => false,
        _ => return Err(refuse(StatusCode::NOT_FOUND, "No such path", None)),
    };
    accepted(app.set_log_dir(id, &name, online, key(&headers)?))
}

async fn add(State(app): State<App>, headers: HeaderMap) -> Result<Response, Refusal> {
    accepted(app.add_broker(key(&headers)?))
}

fn accepted(operation: Result<Operation, ActError>) -> Result<Response, Refusal> {
    let operation = operation.map_err(refusal)?;
    Ok((StatusCode::ACCEPTED, Json(operation)).into_response())
}

async fn shutdown(State(app): State<App>, headers: HeaderMap) -> Result<Response, Refusal> {
    accepted(app.shutdown(key(&headers)?))
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = value.to_str().ok().filter(|k| !k.is_empty() && k.len() <= KEY_MAX_BYTES);
    let wrong =
        || refuse(StatusCode::BAD_REQUEST, "The idempotency key is too long or no text", None);
    key.map(|k| Some(k.to_owned())).ok_or_else(wrong)
}

fn refusal(error: ActError) -> Refusal {
    let status = match error {
        ActError::NoSuchBroker { .. } | ActError::NoSuchLogDir { .. } => StatusCode::NOT_FOUND,
        ActError::WrongState { .. }
        | ActError::TooMany
        | ActError::LastBroker { .. }
        | ActError::LastLogDir { .. }
        | ActError::NotRemoving { .. }
        | ActError::Busy => StatusCode::CONFLICT,
        ActError::KeyTaken => StatusCode::UNPROCESSABLE_ENTITY,
        ActError::Dir(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    refuse(status, &error.to_string(), error.hint().as_deref())
}
