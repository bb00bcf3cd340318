//! The control API's answers: HTTP/1.1 and JSON on loopback, bearer token, `Host` checked.
//!
//! `GET /v1/describe`, `/v1/brokers`, `/v1/operations/{id}`, `/v1/events?after=SEQ&waitMs=N` (long poll);
//! `POST /v1/brokers`, `/v1/brokers/{id}/stop|kill|start|remove|cancel-remove`, `/v1/brokers/{id}/log-dirs/{name}/offline|online`
//! (the name in `log.dirs`) and `/v1/shutdown` answer 202 with an [`Operation`], and take an `idempotency-key`: the same key answers the same operation, and is refused for any other. Errors are [`ApiError`]. Unknown fields are
//! ignored, so a minor version only adds.
mod answers;
mod operation;

pub use answers::{
    ApiError, ApiVersion, Broker, BrokerState, Brokers, Describe, EngineKind, Event, Events,
    Unrecorded,
};
pub use operation::{Operation, OperationKind, OperationState, OperationStep};

/// The version of the control API that this build speaks. A host works with every engine of its major.
pub const API: ApiVersion = ApiVersion { major: 1, minor: 4 };

/// The header that makes a POST safe to repeat.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The longest that `/v1/events` holds an answer back.
pub const EVENTS_WAIT_MS_MAX: u64 = 30_000;
