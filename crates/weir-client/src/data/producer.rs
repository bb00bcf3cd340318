//! A producer: idempotent, acknowledged by all in-sync replicas.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::future_producer::DeliveryFuture;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};
use rdkafka::types::RDKafkaErrorCode;
use tokio::time::{Instant, sleep};
use weir_domain::Compression;

use super::{BYTES_MAX, DataError, base_config};
use crate::Options;

#[derive(Debug, Clone)]
pub struct ProducerOptions {
    pub compression: Compression,
    /// How long messages wait for company in a batch.
    pub linger: Duration,
    /// How long a message may take, retries included.
    pub timeout: Duration,
}

impl Default for ProducerOptions {
    fn default() -> Self {
        Self {
            compression: Compression::None,
            linger: Duration::ZERO,
            timeout: Duration::from_secs(15),
        }
    }
}

/// A message to write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewMessage {
    pub topic: String,
    /// `None`: by the key, or spread.
    pub partition: Option<i32>,
    pub key: Option<Vec<u8>>,
    /// `None`: a tombstone.
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
    /// Milliseconds since the Unix epoch; `None`: now.
    pub timestamp_ms: Option<i64>,
}

/// Where a message was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Produced {
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: Option<i64>,
}

pub struct Producer {
    /// Taken when dropped: librdkafka's end waits for its thread.
    inner: Option<FutureProducer>,
}

impl Producer {
    pub fn new(options: &Options, producer: &ProducerOptions) -> Result<Self, DataError> {
        let inner = base_config(options)
            .set("enable.idempotence", "true")
            // librdkafka asks anew for every topic it ever produced to, and a producer's question creates
            // topics: a deleted one would come back. A moved leader is learnt from the refused request.
            .set("topic.metadata.refresh.interval.ms", "-1")
            .set("compression.type", producer.compression.name())
            .set("linger.ms", producer.linger.as_millis().to_string())
            .set("message.timeout.ms", producer.timeout.as_millis().to_string())
            .set("message.max.bytes", BYTES_MAX)
            .set("queue.buffering.max.kbytes", "131072")
            // Java's way of choosing a partition by key, so that one key stays in one partition whoever writes.
            .set("partitioner", "murmur2_random")
            .create()?;
        Ok(Self { inner: Some(inner) })
    }

    /// Writes one message and waits for its acknowledgement.
    pub async fn send(&self, message: &NewMessage) -> Result<Produced, DataError> {
        self.enqueue(message).await?.await
    }

    /// Queues one message, waiting for room; the answer comes from what is returned. Order is kept per partition.
    pub async fn enqueue(&self, message: &NewMessage) -> Result<Delivery, DataError> {
        let deadline = Instant::now() + ROOM_WAIT_MAX;
        loop {
            let Some(producer) = &self.inner else { return Err(DataError::new("it is closed")) };
            match producer.send_result(record(message)) {
                Ok(future) => return Ok(Delivery { future }),
                Err((e, _)) => {
                    let full = e.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull);
                    if !full || Instant::now() >= deadline {
                        return Err(e.into());
                    }
                }
            }
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until everything queued is answered, at most `timeout`. Blocks: for the end of a program.
    pub fn flush(&self, timeout: Duration) -> Result<(), DataError> {
        let Some(producer) = &self.inner else { return Ok(()) };
        producer.flush(timeout).map_err(Into::into)
    }
}

/// How long a full queue is waited for.
const ROOM_WAIT_MAX: Duration = Duration::from_secs(60);

impl Drop for Producer {
    fn drop(&mut self) {
        let inner = self.inner.take();
        // If no thread can be started, it ends here.
        let _ =
            std::thread::Builder::new().name("weir-producer-end".into()).spawn(move || drop(inner));
    }
}

impl std::fmt::Debug for Producer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Producer").finish_non_exhaustive()
    }
}

/// The acknowledgement of one message, to be awaited.
#[must_use]
pub struct Delivery {
    future: DeliveryFuture,
}

impl Future for Delivery {
    type Output = Result<Produced, DataError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.future).poll(context));
        Poll::Ready(match answer {
            Ok(Ok(delivery)) => Ok(Produced {
                partition: delivery.partition,
                offset: delivery.offset,
                timestamp_ms: delivery.timestamp.to_millis(),
            }),
            Ok(Err((e, _))) => Err(e.into()),
            Err(_) => Err(DataError::new("the producer ended before the acknowledgement came")),
        })
    }
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery").finish_non_exhaustive()
    }
}

fn record(message: &NewMessage) -> FutureRecord<'_, [u8], [u8]> {
    let mut headers = OwnedHeaders::new_with_capacity(message.headers.len());
    for (key, value) in &message.headers {
        headers = headers.insert(Header { key, value: value.as_deref() });
    }
    FutureRecord {
        topic: &message.topic,
        partition: message.partition,
        payload: message.value.as_deref(),
        key: message.key.as_deref(),
        timestamp: message.timestamp_ms,
        headers: (!message.headers.is_empty()).then_some(headers),
    }
}
