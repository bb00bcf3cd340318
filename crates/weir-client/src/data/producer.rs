//! A producer: idempotent, acknowledged by all in-sync replicas.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rdkafka::message::{Header, Message as _, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer as _, ProducerContext};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{ClientConfig, ClientContext};
use tokio::sync::oneshot;
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
    /// The most bytes of one batch: no more than the topic's `max.message.bytes`, which counts batches. `None`:
    /// librdkafka's own.
    pub batch_bytes_max: Option<u32>,
}

impl Default for ProducerOptions {
    fn default() -> Self {
        Self {
            compression: Compression::None,
            linger: Duration::ZERO,
            timeout: Duration::from_secs(15),
            batch_bytes_max: None,
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
    inner: Arc<BaseProducer<Answers>>,
    stop: Arc<AtomicBool>,
}

/// Hands each acknowledgement to whoever waits for it.
struct Answers;

type Answer = Result<Produced, DataError>;

impl ClientContext for Answers {}

impl ProducerContext for Answers {
    type DeliveryOpaque = Box<oneshot::Sender<Answer>>;

    fn delivery(&self, result: &DeliveryResult<'_>, waiting: Self::DeliveryOpaque) {
        let answer = match result {
            Ok(message) => Ok(Produced {
                partition: message.partition(),
                offset: message.offset(),
                timestamp_ms: message.timestamp().to_millis(),
            }),
            Err((error, _)) => Err(error.clone().into()),
        };
        // Nobody waits any more: their right.
        let _ = waiting.send(answer);
    }
}

/// The crate's own polling thread asks ten times a second, and its `poll` spins through the last millisecond of each
/// wait: a whole percent of a core. Answers wake this one at once; a second is only how soon it notices its end.
const POLL: Duration = Duration::from_secs(1);

/// Takes answers until told to stop; then it is the last owner, and librdkafka ends on its thread.
fn poll(inner: Arc<BaseProducer<Answers>>, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        inner.poll(POLL);
    }
}

fn config(options: &Options, producer: &ProducerOptions) -> ClientConfig {
    let mut config = base_config(options);
    config
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
        .set("partitioner", "murmur2_random");
    if let Some(bytes) = producer.batch_bytes_max {
        config.set("batch.size", bytes.clamp(1, BATCH_BYTES_DEFAULT).to_string());
    }
    config
}

impl Producer {
    pub fn new(options: &Options, producer: &ProducerOptions) -> Result<Self, DataError> {
        let inner: BaseProducer<Answers> =
            config(options, producer).create_with_context(Answers)?;
        let (inner, stop) = (Arc::new(inner), Arc::new(AtomicBool::new(false)));
        let (polled, told) = (inner.clone(), stop.clone());
        std::thread::Builder::new()
            .name("weir-producer".into())
            .spawn(move || poll(polled, &told))
            .map_err(|e| DataError::new(format!("no thread can be started: {e}")))?;
        Ok(Self { inner, stop })
    }

    /// Writes one message and waits for its acknowledgement.
    pub async fn send(&self, message: &NewMessage) -> Result<Produced, DataError> {
        self.enqueue(message).await?.await
    }

    /// Queues one message, waiting for room; the answer comes from what is returned. Order is kept per partition.
    pub async fn enqueue(&self, message: &NewMessage) -> Result<Delivery, DataError> {
        let deadline = Instant::now() + ROOM_WAIT_MAX;
        loop {
            let (sender, answer) = oneshot::channel();
            match self.inner.send(record(message, Box::new(sender))) {
                Ok(()) => return Ok(Delivery { answer }),
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
        self.inner.flush(timeout).map_err(Into::into)
    }
}

/// librdkafka's default of `batch.size`.
const BATCH_BYTES_DEFAULT: u32 = 1_000_000;
/// How long a full queue is waited for.
const ROOM_WAIT_MAX: Duration = Duration::from_secs(60);

impl Drop for Producer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
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
    answer: oneshot::Receiver<Answer>,
}

impl Future for Delivery {
    type Output = Result<Produced, DataError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.answer).poll(context));
        let gone = |_| DataError::new("the producer ended before the acknowledgement came");
        Poll::Ready(answer.map_err(gone).flatten())
    }
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery").finish_non_exhaustive()
    }
}

fn record(
    message: &NewMessage,
    sender: Box<oneshot::Sender<Answer>>,
) -> BaseRecord<'_, [u8], [u8], Box<oneshot::Sender<Answer>>> {
    let mut headers = OwnedHeaders::new_with_capacity(message.headers.len());
    for (key, value) in &message.headers {
        headers = headers.insert(Header { key, value: value.as_deref() });
    }
    BaseRecord {
        topic: &message.topic,
        partition: message.partition,
        payload: message.value.as_deref(),
        key: message.key.as_deref(),
        timestamp: message.timestamp_ms,
        headers: (!message.headers.is_empty()).then_some(headers),
        delivery_opaque: sender,
    }
}
