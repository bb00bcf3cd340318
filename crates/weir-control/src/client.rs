use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::api::{self, ApiError, ApiVersion, Brokers, Describe, Events, Operation};
use crate::files::ControlFile;
use crate::http;

/// Why the control API gave no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error("the engine's control API at {address} does not answer {path}: {reason}")]
    Unreachable { address: String, path: String, reason: String },
    #[error(
        "the engine's control API at {address} gave no answer to {path} within {deadline_ms} ms"
    )]
    Deadline { address: String, path: String, deadline_ms: u128 },
    #[error("the engine at {address} answered {path} with something unreadable: {reason}")]
    Unreadable { address: String, path: String, reason: String },
    #[error(
        "the engine speaks version {}.{} of the control API and this program {}.{}; restart the cluster to update it",
        engine.major, engine.minor, api::API.major, api::API.minor
    )]
    Version { engine: ApiVersion },
    #[error("{}", error.text)]
    Refused { status: u16, error: ApiError },
    #[error(transparent)]
    Random(#[from] crate::DirError),
}

/// The control API of one running engine. Every call has a deadline; connections are not kept.
#[derive(Debug, Clone)]
pub struct ControlClient {
    control: ControlFile,
    deadline: Duration,
    /// Begins the keys of what is asked for.
    asker: &'static str,
}

impl ControlClient {
    pub const DEADLINE: Duration = Duration::from_secs(5);

    pub fn new(control: ControlFile) -> Self {
        Self { control, deadline: Self::DEADLINE, asker: "" }
    }

    /// What is asked for has an idempotency key that begins with this: it tells later who asked.
    pub fn asked_by(mut self, asker: &'static str) -> Self {
        self.asker = asker;
        self
    }

    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Where and who: `control.json` as it was read.
    pub fn control(&self) -> &ControlFile {
        &self.control
    }

    /// Who answers. Adopt only where `instance` equals `control.json`'s.
    pub async fn describe(&self) -> Result<Describe, ControlError> {
        if self.control.api.major != api::API.major {
            return Err(ControlError::Version { engine: self.control.api });
        }
        self.get("/v1/describe", Duration::ZERO).await
    }

    pub async fn brokers(&self) -> Result<Brokers, ControlError> {
        self.get("/v1/brokers", Duration::ZERO).await
    }

    pub async fn operation(&self, id: &str) -> Result<Operation, ControlError> {
        self.get(&format!("/v1/operations/{id}"), Duration::ZERO).await
    }

    /// What came after `after`; waits up to `wait` (at most 30 s) for something.
    pub async fn events(&self, after: u64, wait: Duration) -> Result<Events, ControlError> {
        let wait = wait.min(Duration::from_millis(api::EVENTS_WAIT_MS_MAX));
        let path = format!("/v1/events?after={after}&waitMs={}", wait.as_millis());
        self.get(&path, wait).await
    }

    /// Controlled shutdown of one broker.
    pub async fn stop_broker(&self, id: i32) -> Result<Operation, ControlError> {
        self.post(&format!("/v1/brokers/{id}/stop")).await
    }

    /// The broker dies without a word, as by a power cut.
    pub async fn kill_broker(&self, id: i32) -> Result<Operation, ControlError> {
        self.post(&format!("/v1/brokers/{id}/kill")).await
    }

    pub async fn start_broker(&self, id: i32) -> Result<Operation, ControlError> {
        self.post(&format!("/v1/brokers/{id}/start")).await
    }

    /// One more broker; the operation names its id.
    pub async fn add_broker(&self) -> Result<Operation, ControlError> {
        self.post("/v1/brokers").await
    }

    /// The broker hands its replicas on, stops, and is forgotten.
    pub async fn remove_broker(&self, id: i32) -> Result<Operation, ControlError> {
        self.post(&format!("/v1/brokers/{id}/remove")).await
    }

    /// Calls a removal off; answers the removal, which then fails.
    pub async fn cancel_removal(&self, id: i32) -> Result<Operation, ControlError> {
        self.post(&format!("/v1/brokers/{id}/cancel-remove")).await
    }

    /// A log dir of a broker, by its name in `log.dirs`, fails, or works again.
    pub async fn set_log_dir(
        &self,
        id: i32,
        name: &str,
        online: bool,
    ) -> Result<Operation, ControlError> {
        let act = if online { "online" } else { "offline" };
        self.post(&format!("/v1/brokers/{id}/log-dirs/{name}/{act}")).await
    }

    /// Stops the engine cleanly; its keeper ends with it.
    pub async fn shutdown(&self) -> Result<Operation, ControlError> {
        self.post("/v1/shutdown").await
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        wait: Duration,
    ) -> Result<T, ControlError> {
        self.call(http::Method::Get, path, None, self.deadline + wait).await
    }

    /// Sends a POST; where the connection broke, once more with the same key, which answers the same operation.
    async fn post<T: DeserializeOwned>(&self, path: &str) -> Result<T, ControlError> {
        let key = format!("{}{}", self.asker, crate::random_id()?);
        match self.call(http::Method::Post, path, Some(&key), self.deadline).await {
            Err(ControlError::Unreachable { .. }) => {
                self.call(http::Method::Post, path, Some(&key), self.deadline).await
            }
            other => other,
        }
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: http::Method,
        path: &str,
        key: Option<&str>,
        deadline: Duration,
    ) -> Result<T, ControlError> {
        let exchange = http::exchange(&self.control, method, path, key);
        let (status, body) = match tokio::time::timeout(deadline, exchange).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(reason)) => return Err(self.unreachable(path, reason)),
            Err(_) => return Err(self.late(path, deadline)),
        };
        if !(200..300).contains(&status) {
            return Err(ControlError::Refused { status, error: error_of(&body) });
        }
        serde_json::from_slice(&body).map_err(|e| self.unreadable(path, e.to_string()))
    }

    fn unreachable(&self, path: &str, reason: String) -> ControlError {
        let address = self.control.address.clone();
        ControlError::Unreachable { address, path: path.to_owned(), reason }
    }

    fn unreadable(&self, path: &str, reason: String) -> ControlError {
        let address = self.control.address.clone();
        ControlError::Unreadable { address, path: path.to_owned(), reason }
    }

    fn late(&self, path: &str, deadline: Duration) -> ControlError {
        let address = self.control.address.clone();
        ControlError::Deadline { address, path: path.to_owned(), deadline_ms: deadline.as_millis() }
    }
}

/// The error in an answer; one that is none of ours is shown as it came.
fn error_of(body: &[u8]) -> ApiError {
    serde_json::from_slice(body).unwrap_or_else(|_| ApiError {
        text: "the engine refused without a reason".to_owned(),
        hint: None,
        detail: Some(String::from_utf8_lossy(&body[..body.len().min(500)]).into_owned()),
    })
}
