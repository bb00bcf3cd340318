//! A consumer on a thread of its own, for librdkafka's consumer blocks. Messages meet in a bounded queue; a group's
//! offsets are committed only for messages that were taken from it.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode;
use tokio::sync::mpsc;
use weir_domain::{OffsetSpec, Payload, TimestampType, TopicPartition};

use super::{BYTES_MAX, DataError, base_config};
use crate::{MarkedMessage, Options};

/// Messages that wait to be taken; their bytes are bounded by librdkafka's own queue limit below.
const QUEUE_MAX: usize = 1024;
const QUEUED_KBYTES_MAX: &str = "65536";
const POLL: Duration = Duration::from_millis(100);
const COMMIT_EVERY: Duration = Duration::from_secs(1);
/// How long an end is waited for: leaving a group needs a broker, which may be gone.
const END_MAX: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub struct ConsumerOptions {
    pub topic: String,
    /// With a group: its members share the partitions, offsets are committed, and `start` counts only where nothing
    /// was committed yet.
    pub group: Option<String>,
    /// The member's name in its group across its lives (KIP-345): who comes back under it within the session takes its
    /// partitions over without a rebalance, and it does not leave when it ends.
    pub instance: Option<String>,
    /// Where each partition begins, without a group. Partitions not named are not read.
    pub offsets: Vec<(i32, i64)>,
    /// With a group: [`OffsetSpec::Earliest`] or [`OffsetSpec::Latest`].
    pub start: OffsetSpec,
    /// A broker answers when it has so much, or after a second. 1: at once.
    pub fetch_bytes_min: u32,
    /// Per partition the first offset that is not wanted any more: the consumer ends once every partition that it reads
    /// is there, or is at its end. `None`: never.
    pub until: Option<HashMap<i32, i64>>,
}

/// A message with all its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumed {
    pub partition: i32,
    pub offset: i64,
    /// Milliseconds since the Unix epoch; -1 when there is none.
    pub timestamp_ms: i64,
    pub timestamp_type: TimestampType,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
    /// Written by the broker: a transaction's marker.
    pub control: bool,
    /// Whether its transaction was aborted; `None`: it is still open.
    pub aborted: Option<bool>,
}

impl From<MarkedMessage> for Consumed {
    fn from(marked: MarkedMessage) -> Self {
        let row = marked.message.row;
        let bytes = |payload: Payload| payload.bytes;
        let headers = row.headers.into_iter();
        Self {
            partition: row.partition,
            offset: row.offset,
            timestamp_ms: row.timestamp_ms,
            timestamp_type: row.timestamp_type,
            key: row.key.map(bytes),
            value: row.value.map(bytes),
            headers: headers.map(|header| (header.key, header.value.map(bytes))).collect(),
            control: row.control,
            aborted: marked.aborted,
        }
    }
}

/// Per partition the next offset after the last message taken.
type Taken = Arc<Mutex<HashMap<TopicPartition, i64>>>;

#[derive(Debug)]
pub struct Consumer {
    topic: String,
    queue: mpsc::Receiver<Result<Consumed, DataError>>,
    stop: Arc<AtomicBool>,
    taken: Taken,
    thread: Option<JoinHandle<()>>,
}

impl Consumer {
    pub fn new(options: &Options, consumer: &ConsumerOptions) -> Result<Self, DataError> {
        let inner = create(options, consumer)?;
        let (sender, queue) = mpsc::channel(QUEUE_MAX);
        let stop = Arc::new(AtomicBool::new(false));
        let taken = Taken::default();
        let work = Work {
            inner,
            commits: consumer.group.is_some(),
            until: consumer.until.clone(),
            done: HashSet::new(),
            sender: Some(sender),
            stop: Arc::clone(&stop),
            taken: Arc::clone(&taken),
        };
        let thread = std::thread::Builder::new()
            .name("weir-consumer".into())
            .spawn(move || work.run())
            .map_err(|e| DataError::new(e.to_string()))?;
        let topic = consumer.topic.clone();
        Ok(Self { topic, queue, stop, taken, thread: Some(thread) })
    }

    /// The next message; `None` after a fatal error was told, and where `until` was reached. Waits for as long as there
    /// is none.
    pub async fn next(&mut self) -> Option<Result<Consumed, DataError>> {
        let next = self.queue.recv().await?;
        if let Ok(message) = &next {
            let partition = TopicPartition::new(self.topic.as_str(), message.partition);
            lock(&self.taken).insert(partition, message.offset + 1);
        }
        Some(next)
    }

    /// Whether the next message is there already.
    pub fn has_next(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Commits what was taken, leaves the group and ends, within some seconds. Blocks.
    pub fn close(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.queue.close();
        let deadline = Instant::now() + END_MAX;
        let Some(thread) = self.thread.take() else { return };
        while !thread.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn create(options: &Options, consumer: &ConsumerOptions) -> Result<BaseConsumer, DataError> {
    let start = if consumer.start == OffsetSpec::Earliest { "earliest" } else { "latest" };
    let group = consumer.group.as_deref();
    let mut config = base_config(options);
    if let Some(instance) = &consumer.instance {
        config.set("group.instance.id", instance);
    }
    let inner: BaseConsumer = config
        .set("group.id", group.unwrap_or("weir-without-group"))
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", start)
        .set("isolation.level", "read_committed")
        .set("fetch.message.max.bytes", BYTES_MAX)
        .set("fetch.max.bytes", BYTES_MAX)
        .set("receive.message.max.bytes", "209715200")
        .set("queued.max.messages.kbytes", QUEUED_KBYTES_MAX)
        .set("fetch.wait.max.ms", "1000")
        .set("fetch.min.bytes", consumer.fetch_bytes_min.max(1).to_string())
        .set("partition.assignment.strategy", "range,roundrobin")
        .set("enable.partition.eof", if consumer.until.is_some() { "true" } else { "false" })
        .create()?;
    if group.is_some() {
        inner.subscribe(&[&consumer.topic])?;
    } else {
        let mut partitions = TopicPartitionList::with_capacity(consumer.offsets.len());
        for (partition, offset) in &consumer.offsets {
            let offset = Offset::Offset(*offset);
            partitions.add_partition_offset(&consumer.topic, *partition, offset)?;
        }
        inner.assign(&partitions)?;
    }
    Ok(inner)
}

/// What the thread does.
struct Work {
    inner: BaseConsumer,
    commits: bool,
    until: Option<HashMap<i32, i64>>,
    /// Partitions that are where `until` says.
    done: HashSet<i32>,
    /// `None` once nothing more comes.
    sender: Option<mpsc::Sender<Result<Consumed, DataError>>>,
    stop: Arc<AtomicBool>,
    taken: Taken,
}

impl Work {
    fn run(mut self) {
        let mut committed = Instant::now();
        while !self.stop.load(Ordering::Relaxed) {
            let polled = match self.inner.poll(POLL) {
                None => None,
                Some(Ok(message)) => Some(Ok(consumed(&message))),
                Some(Err(e)) => Some(Err(e)),
            };
            let next = match polled {
                None => None,
                Some(Ok(message)) => self.wanted(message).map(Ok),
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    self.done.insert(partition);
                    None
                }
                Some(Err(e)) if is_temporary(&e) => None,
                Some(Err(e)) => Some(Err(DataError::from(e))),
            };
            let fatal = matches!(next, Some(Err(_)));
            // Waits for room; fails when nobody takes any more.
            let send = |next| self.sender.as_ref().is_some_and(|to| to.blocking_send(next).is_ok());
            if next.is_some_and(|next| !send(next)) {
                break;
            }
            if fatal || self.is_done() {
                break;
            }
            if committed.elapsed() >= COMMIT_EVERY {
                self.commit(CommitMode::Async);
                committed = Instant::now();
            }
        }
        // What waits in the queue is committed only when it was taken: whoever takes says when that is over.
        self.sender = None;
        while !self.stop.load(Ordering::Relaxed) {
            drop(self.inner.poll(POLL));
        }
        self.commit(CommitMode::Sync);
    }

    /// The message, unless it lies beyond where reading ends.
    fn wanted(&mut self, message: Consumed) -> Option<Consumed> {
        let end = self.until.as_ref().and_then(|until| until.get(&message.partition).copied());
        let Some(end) = end else { return Some(message) };
        if message.offset + 1 >= end {
            self.done.insert(message.partition);
        }
        (message.offset < end).then_some(message)
    }

    /// Whether every partition that is read now is where it shall end.
    fn is_done(&self) -> bool {
        if self.until.is_none() || self.done.is_empty() {
            return false;
        }
        let Ok(assigned) = self.inner.assignment() else { return false };
        let assigned = assigned.elements();
        !assigned.is_empty() && assigned.iter().all(|one| self.done.contains(&one.partition()))
    }

    fn commit(&self, mode: CommitMode) {
        if !self.commits {
            return;
        }
        let taken = std::mem::take(&mut *lock(&self.taken));
        if taken.is_empty() {
            return;
        }
        let mut offsets = TopicPartitionList::with_capacity(taken.len());
        for (partition, offset) in taken {
            let offset = Offset::Offset(offset);
            // Fails for a negative partition only.
            let _ = offsets.add_partition_offset(&partition.topic, partition.partition, offset);
        }
        // A commit that fails, in a rebalance or without a broker, means that messages may be read again: at least once.
        if let Err(e) = self.inner.commit(&offsets, mode) {
            tracing::debug!(error = %e, "commit");
        }
    }
}

/// What librdkafka tells and then mends by itself.
fn is_temporary(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::BrokerTransportFailure
                | Code::AllBrokersDown
                | Code::OperationTimedOut
                | Code::RequestTimedOut
                | Code::Resolve
                | Code::PartitionEOF
                | Code::NotLeaderForPartition
                | Code::LeaderNotAvailable
                | Code::CoordinatorLoadInProgress
                | Code::CoordinatorNotAvailable
                | Code::NotCoordinator
                | Code::PollExceeded
        )
    )
}

fn consumed(message: &BorrowedMessage<'_>) -> Consumed {
    let header = |header: rdkafka::message::Header<'_, &[u8]>| {
        (header.key.to_owned(), header.value.map(<[u8]>::to_vec))
    };
    let timestamp = message.timestamp();
    Consumed {
        partition: message.partition(),
        offset: message.offset(),
        timestamp_ms: timestamp.to_millis().unwrap_or(-1),
        timestamp_type: match timestamp {
            rdkafka::Timestamp::NotAvailable => TimestampType::None,
            rdkafka::Timestamp::CreateTime(_) => TimestampType::CreateTime,
            rdkafka::Timestamp::LogAppendTime(_) => TimestampType::LogAppendTime,
        },
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers: message.headers().map(|all| all.iter().map(header).collect()).unwrap_or_default(),
        // Asked for committed records only, it gives no other.
        control: false,
        aborted: Some(false),
    }
}

fn lock(taken: &Taken) -> std::sync::MutexGuard<'_, HashMap<TopicPartition, i64>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}
