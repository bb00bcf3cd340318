//! Producing, and consuming in a group: what librdkafka does best. Where it blocks, it has threads of its own.

mod consumer;
mod error;
mod producer;

pub use consumer::{Consumed, Consumer, ConsumerOptions};
pub use error::DataError;
pub use producer::{Delivery, NewMessage, Produced, Producer, ProducerOptions};

use rdkafka::config::ClientConfig;

use crate::Options;

/// The largest message or fetch that is not refused here already: the cluster decides.
const BYTES_MAX: &str = "104857600";

fn base_config(options: &Options) -> ClientConfig {
    let bootstrap: Vec<_> = options.bootstrap.iter().map(ToString::to_string).collect();
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", bootstrap.join(","))
        .set("client.id", &options.client_id)
        .set("socket.timeout.ms", options.request_timeout.as_millis().to_string())
        .set("reconnect.backoff.max.ms", "1000")
        // A broker that restarts is no news for people; whoever needs an answer gets it as an error.
        .set("log.connection.close", "false");
    config
}
