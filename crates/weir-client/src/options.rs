//! How a client connects.

use std::time::Duration;

use crate::Address;

#[derive(Debug, Clone)]
pub struct Options {
    /// Addresses to begin with; the cluster tells the others.
    pub bootstrap: Vec<Address>,
    /// Sent with each request; appears in the brokers' logs and quotas.
    pub client_id: String,
    /// For name, connection and the first exchange, together.
    pub connect_timeout: Duration,
    /// For one request and its answer, waiting for a free place included.
    pub request_timeout: Duration,
}

impl Options {
    pub fn new(bootstrap: Vec<Address>) -> Self {
        Self {
            bootstrap,
            client_id: "weir".to_owned(),
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(15),
        }
    }
}
