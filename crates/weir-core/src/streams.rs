//! Streams by pulling: a task fills a ring that is bounded in rows and bytes; whoever looks pulls from it. Not pulled
//! for a while, a stream closes itself.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use weir_client::{Place, mark_aborted};

use crate::core::Core;
use crate::failure::{Failure, Kind, Result};
use crate::messages::MessageRow;
use crate::text::{Text, TextId};
use crate::time::random_hex;

/// Rows that wait to be pulled; the oldest are dropped and counted.
pub const ROWS_MAX: usize = 5_000;
/// Their weight in bytes.
pub const BYTES_MAX: usize = 8 << 20;
/// Places of rows that were aborted after they were pulled; of more, the newest.
const ABORTED_MAX: usize = 100_000;
/// Not pulled for so long, a stream closes.
pub const LEASE: Duration = Duration::from_secs(15);
/// Streams open at once.
pub const STREAMS_MAX: usize = 16;
/// A partition that could not be read is told of for so long; whoever fills the stream tries again meanwhile.
const UNREAD_FOR: Duration = Duration::from_secs(10);
/// The longest that a pull waits.
const WAIT_MAX: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(crate) struct Streams {
    streams: Mutex<HashMap<String, Arc<Stream>>>,
}

#[derive(Debug)]
pub(crate) struct Stream {
    id: String,
    state: Mutex<State>,
    news: Notify,
}

#[derive(Debug)]
struct State {
    ring: VecDeque<MessageRow>,
    weight: usize,
    aborted: VecDeque<Place>,
    dropped: u64,
    scanned: u64,
    rate: Rate,
    /// Partitions that cannot be read, with when that was seen last.
    unread: BTreeMap<i32, (Text, Instant)>,
    pulled: Instant,
    closed: bool,
    /// Why nothing more will come.
    ended: Option<Text>,
}

/// What a pull brings.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    pub rows: Vec<MessageRow>,
    /// Rows of earlier pulls whose transactions were aborted since.
    pub aborted: Vec<Place>,
    /// Rows that were dropped since the last pull.
    pub dropped: u64,
    /// Records looked at each second.
    pub per_s: f64,
    pub scanned: u64,
    /// Set when nothing more will come.
    pub end: Option<Text>,
    /// Why some partition, the first of them, cannot be read just now.
    pub error: Option<Failure>,
}

impl Core {
    /// Up to `rows_max` rows, waiting up to `wait` (at most a second) for the first. 0 rows keeps the stream open.
    pub async fn stream_next(&self, id: &str, rows_max: usize, wait: Duration) -> Result<Chunk> {
        let stream = self.streams().get(id)?;
        Ok(stream.next(rows_max, wait.min(WAIT_MAX)).await)
    }

    /// Closes a stream; one that is closed already is closed.
    pub fn stream_close(&self, id: &str) {
        if let Some(stream) = self.streams().lock().remove(id) {
            stream.lock().closed = true;
        }
    }
}

impl Streams {
    pub(crate) fn open(&self) -> Result<Arc<Stream>> {
        let id = format!("s-{}", random_hex::<8>()?);
        let mut streams = self.lock();
        streams.retain(|_, stream| stream.is_wanted());
        if streams.len() >= STREAMS_MAX {
            let text = TextId::ErrorTooManyStreams.with("max", STREAMS_MAX);
            return Err(Failure::new(text).hint(TextId::HintCloseStreams));
        }
        let stream = Arc::new(Stream::new(id.clone()));
        streams.insert(id, stream.clone());
        Ok(stream)
    }

    fn get(&self, id: &str) -> Result<Arc<Stream>> {
        let found = self.lock().get(id).cloned();
        found.ok_or_else(|| Failure::not_found(TextId::ErrorStreamClosed))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Stream>>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stream {
    fn new(id: String) -> Self {
        let state = State {
            ring: VecDeque::new(),
            weight: 0,
            aborted: VecDeque::new(),
            dropped: 0,
            scanned: 0,
            rate: Rate::new(),
            unread: BTreeMap::new(),
            pulled: Instant::now(),
            closed: false,
            ended: None,
        };
        Self { id, state: Mutex::new(state), news: Notify::new() }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Whether somebody still pulls.
    pub(crate) fn is_wanted(&self) -> bool {
        let state = self.lock();
        !state.closed && state.pulled.elapsed() < LEASE
    }

    /// `aborted`: rows of earlier calls whose transactions were aborted since.
    pub(crate) fn push(&self, rows: Vec<MessageRow>, aborted: Vec<Place>, scanned: u64) {
        let mut state = self.lock();
        state.scanned += scanned;
        state.rate.add(scanned);
        let any = !rows.is_empty() || !aborted.is_empty();
        state.mark(aborted);
        for row in rows {
            state.weight += row.weight();
            state.ring.push_back(row);
            while state.ring.len() > ROWS_MAX || state.weight > BYTES_MAX {
                let Some(oldest) = state.ring.pop_front() else { break };
                state.weight -= oldest.weight();
                state.dropped += 1;
            }
        }
        drop(state);
        if any {
            self.news.notify_one();
        }
    }

    /// Of what was just tried: partitions that were read, and those that could not be.
    pub(crate) fn tried(&self, read: impl Iterator<Item = i32>, unread: Vec<(i32, Text)>) {
        let mut state = self.lock();
        read.for_each(|partition| drop(state.unread.remove(&partition)));
        let now = Instant::now();
        state.unread.extend(unread.into_iter().map(|(partition, why)| (partition, (why, now))));
    }

    /// Nothing more will come.
    pub(crate) fn end(&self, why: Text) {
        self.lock().ended = Some(why);
        self.news.notify_one();
    }

    async fn next(&self, rows_max: usize, wait: Duration) -> Chunk {
        self.lock().pulled = Instant::now();
        if rows_max > 0 && self.is_empty() {
            let _ = tokio::time::timeout(wait, self.news.notified()).await; // no news is an answer too
        }
        self.take(rows_max)
    }

    fn is_empty(&self) -> bool {
        let state = self.lock();
        state.ring.is_empty() && state.aborted.is_empty() && state.ended.is_none()
    }

    fn take(&self, rows_max: usize) -> Chunk {
        let mut state = self.lock();
        let count = rows_max.min(state.ring.len());
        let rows: Vec<_> = state.ring.drain(..count).collect();
        let aborted = std::mem::take(&mut state.aborted).into();
        state.weight -= rows.iter().map(MessageRow::weight).sum::<usize>();
        state.unread.retain(|_, (_, seen)| seen.elapsed() < UNREAD_FOR);
        let unread = state.unread.values().next().map(|(why, _)| Failure::new(why.clone()));
        let end = state.ended.clone().filter(|_| state.ring.is_empty());
        Chunk {
            rows,
            aborted,
            dropped: std::mem::take(&mut state.dropped),
            per_s: state.rate.per_s(),
            scanned: state.scanned,
            // The end says it all: nobody tries those partitions any more.
            error: unread.filter(|_| end.is_none()).map(|failure| failure.kind(Kind::Unreachable)),
            end,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Marks what waits in the ring; whoever pulled the others is told with the next pull.
    fn mark(&mut self, aborted: Vec<Place>) {
        let rows = self.ring.iter_mut();
        let rows = rows.map(|row| ((row.partition, row.offset), &mut row.aborted));
        self.aborted.extend(mark_aborted(rows, aborted));
        let extra = self.aborted.len().saturating_sub(ABORTED_MAX);
        self.aborted.drain(..extra);
    }
}

/// Records each second over the last two seconds or so.
#[derive(Debug)]
struct Rate {
    since: Instant,
    count: u64,
    last: f64,
}

const RATE_OVER: Duration = Duration::from_secs(2);

impl Rate {
    fn new() -> Self {
        Self { since: Instant::now(), count: 0, last: 0.0 }
    }

    fn add(&mut self, count: u64) {
        self.count += count;
        if self.since.elapsed() >= RATE_OVER {
            self.last = self.count as f64 / self.since.elapsed().as_secs_f64();
            (self.since, self.count) = (Instant::now(), 0);
        }
    }

    fn per_s(&self) -> f64 {
        if self.last == 0.0 && self.count > 0 {
            return self.count as f64 / self.since.elapsed().as_secs_f64().max(1.0);
        }
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(offset: i64) -> MessageRow {
        MessageRow {
            partition: 0,
            offset,
            timestamp: 0,
            timestamp_of_append: false,
            key: None,
            value: None,
            headers: 0,
            size: 0,
            control: false,
            aborted: false,
        }
    }

    #[tokio::test]
    async fn the_ring_drops_the_oldest_and_counts() {
        let streams = Streams::default();
        let stream = streams.open().unwrap();
        stream.push((0..ROWS_MAX as i64 + 7).map(row).collect(), Vec::new(), 9_000);
        let chunk = stream.next(2, Duration::ZERO).await;
        assert_eq!(chunk.dropped, 7);
        assert_eq!(chunk.rows.iter().map(|row| row.offset).collect::<Vec<_>>(), [7, 8]);
        assert_eq!(chunk.scanned, 9_000);
        assert_eq!(stream.next(0, Duration::ZERO).await.dropped, 0);
    }

    #[tokio::test]
    async fn a_pull_waits_for_the_first_row() {
        let stream = Streams::default().open().unwrap();
        let pulling = stream.clone();
        let pull = tokio::spawn(async move { pulling.next(10, Duration::from_secs(5)).await });
        tokio::task::yield_now().await;
        stream.push(vec![row(1)], Vec::new(), 1);
        assert_eq!(pull.await.unwrap().rows.len(), 1);
        stream.tried([].into_iter(), vec![(0, TextId::KafkaUnknownTopic.into())]);
        let why = TextId::StreamTopicGone.with("topic", "orders");
        stream.end(why.clone());
        let chunk = stream.next(10, Duration::ZERO).await;
        assert_eq!((chunk.end, chunk.error), (Some(why), None), "the end says it all");
    }

    #[tokio::test]
    async fn what_is_aborted_later_is_marked_or_told() {
        let stream = Streams::default().open().unwrap();
        stream.push(vec![row(1), row(2), row(3)], Vec::new(), 3);
        assert_eq!(stream.next(1, Duration::ZERO).await.rows.len(), 1);
        stream.push(vec![row(4)], vec![(0, 1), (0, 3)], 1);
        let chunk = stream.next(10, Duration::ZERO).await;
        let marked: Vec<_> = chunk.rows.iter().map(|row| (row.offset, row.aborted)).collect();
        assert_eq!(marked, [(2, false), (3, true), (4, false)]);
        assert_eq!(chunk.aborted, [(0, 1)], "pulled before");
        assert_eq!(stream.next(10, Duration::ZERO).await.aborted, []);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_told_until_it_is_read_again() {
        let stream = Streams::default().open().unwrap();
        let why = |partition: i32| TextId::WarningPartitionUnread.with("partition", partition);
        stream.tried([].into_iter(), vec![(3, why(3)), (1, why(1))]);
        let told = async || stream.next(0, Duration::ZERO).await.error.map(|failure| failure.text);
        assert_eq!(told().await, Some(why(1)), "the first of them");
        stream.tried([1].into_iter(), Vec::new());
        assert_eq!(told().await, Some(why(3)));
        for (_, seen) in stream.lock().unread.values_mut() {
            *seen -= UNREAD_FOR;
        }
        assert_eq!(told().await, None, "nobody has seen it since");
    }

    /// As if nobody had pulled for `unpulled`.
    fn leave(stream: &Stream, unpulled: Duration) {
        stream.lock().pulled -= unpulled;
    }

    #[tokio::test]
    async fn a_stream_that_nobody_pulls_is_over() {
        let streams = Streams::default();
        let stream = streams.open().unwrap();
        leave(&stream, LEASE - Duration::from_secs(10));
        stream.next(0, Duration::ZERO).await;
        leave(&stream, LEASE - Duration::from_secs(10));
        assert!(stream.is_wanted(), "0 rows keep it open");
        leave(&stream, LEASE);
        assert!(!stream.is_wanted(), "whoever fills it stops");
        let next = streams.open().unwrap();
        let kept: Vec<_> = streams.lock().keys().cloned().collect();
        assert_eq!(kept, [next.id()], "its ring is let go of");
        assert!(streams.get(stream.id()).is_err());
    }

    #[test]
    fn there_is_a_bound_to_streams() {
        let streams = Streams::default();
        let kept: Vec<_> = (0..STREAMS_MAX).map(|_| streams.open().unwrap()).collect();
        assert!(streams.open().is_err());
        kept[0].lock().closed = true;
        assert!(streams.open().is_ok());
    }
}
