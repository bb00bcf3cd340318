//! Live tail: each leader is asked in its own task and held until it has news; rows meet in one bounded queue.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};
use weir_domain::{ItemError, MessageFilter, MessageRow, OffsetSpec, TopicPartition};
use weir_wire::ErrorCode;

use crate::client::Client;
use crate::error::{ClientError, ErrorKind};
use crate::read::fetch::{Fetched, Isolation, Position};
use crate::read::partitions::{no_topic, numbers};
use crate::read::row;
use crate::read::undecided::{Place, Undecided, flags, mark_aborted};

/// Answers of leaders that wait to be taken; a reader that does not keep up holds the leaders' tasks.
const QUEUE_MAX: usize = 16;
/// How long a leader holds a question without news.
const HOLD: Duration = Duration::from_millis(500);
/// How often partitions that were added are looked for.
const REFRESH: Duration = Duration::from_secs(30);
const BYTES_MAX: i32 = 1 << 20;
/// Rest after a leader that did not answer.
const REST: Duration = Duration::from_millis(500);
/// A topic that the cluster does not know so often in a row, a rest apart, is not there any more. Once says nothing: a broker
/// that has just started may not know the topics yet.
const UNKNOWN_TIMES: u32 = 3;

/// A running tail; dropping it ends its tasks.
#[derive(Debug)]
pub struct Tail {
    queue: mpsc::Receiver<TailBatch>,
    /// Rows taken from the queue that did not fit into the last answer.
    rest: Vec<MessageRow>,
    end: Option<TailEnd>,
    _tasks: JoinSet<()>,
}

/// Why nothing more comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TailEnd {
    /// The topic was deleted, or this user does not see it any more.
    TopicGone,
    /// Its tasks ended, which they do for no other reason than a defect.
    Stopped,
}

/// What came since the last question.
#[derive(Debug, Default)]
pub struct TailBatch {
    pub rows: Vec<MessageRow>,
    /// Records looked at, matching or not.
    pub scanned: u64,
    /// Rows of earlier answers whose transactions were aborted since.
    pub aborted: Vec<Place>,
    /// Partitions that could not be read this time; the tail goes on trying.
    pub problems: Vec<(i32, ItemError)>,
    /// Partitions that are read (again), with or without news: problems that were told of them are over.
    pub read: Vec<i32>,
    /// Set when nothing more will come after these rows.
    pub end: Option<TailEnd>,
}

#[derive(Debug)]
struct Source {
    client: Client,
    topic: String,
    partitions: Option<Vec<i32>>,
    filter: MessageFilter,
    undecided: Mutex<Undecided>,
}

impl Client {
    /// Begins after the last message of each partition (`None`: all).
    pub async fn tail(
        &self,
        topic: &str,
        partitions: Option<Vec<i32>>,
        filter: MessageFilter,
    ) -> Result<Tail, ClientError> {
        let source = Source {
            client: self.clone(),
            topic: topic.to_owned(),
            partitions,
            filter,
            undecided: Mutex::default(),
        };
        self.partitions_of(topic, source.partitions.as_deref()).await?;
        let positions = source.ends(&HashMap::new()).await?;
        let (sender, queue) = mpsc::channel(QUEUE_MAX);
        let mut tasks = JoinSet::new();
        tasks.spawn(supervise(Arc::new(source), positions, sender));
        Ok(Tail { queue, rest: Vec::new(), end: None, _tasks: tasks })
    }
}

impl Tail {
    /// Up to `rows_max` rows, waiting at most `wait` for the first. No rows is no end: that stands in the answer.
    pub async fn next(&mut self, rows_max: usize, wait: Duration) -> TailBatch {
        let mut batch = TailBatch { rows: std::mem::take(&mut self.rest), ..Default::default() };
        if batch.rows.is_empty() && self.end.is_none() {
            let deadline = Instant::now() + wait;
            match timeout_at(deadline, self.queue.recv()).await {
                Ok(Some(first)) => batch.add(first),
                Ok(None) => self.end = Some(TailEnd::Stopped),
                Err(_) => {}
            }
        }
        while batch.rows.len() < rows_max {
            let Ok(more) = self.queue.try_recv() else { break };
            batch.add(more);
        }
        batch.aborted = mark_aborted(flags(&mut batch.rows), batch.aborted);
        if batch.rows.len() > rows_max {
            self.rest = batch.rows.split_off(rows_max);
        }
        self.end = self.end.or(batch.end.take());
        batch.end = self.end.filter(|_| self.rest.is_empty());
        batch
    }
}

impl TailBatch {
    fn add(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.scanned += other.scanned;
        self.aborted.extend(other.aborted);
        // What came later counts: a partition that failed meanwhile is not read, and the other way round.
        self.read.retain(|partition| other.problems.iter().all(|(failed, _)| failed != partition));
        self.problems.retain(|(partition, _)| !other.read.contains(partition));
        self.problems.extend(other.problems);
        self.read.extend(other.read);
        self.end = self.end.or(other.end);
    }
}

impl Source {
    fn undecided(&self) -> MutexGuard<'_, Undecided> {
        self.undecided.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where to begin: the end of each partition that has no position yet, as far as leaders answer.
    async fn ends(&self, known: &HashMap<i32, i64>) -> Result<HashMap<i32, i64>, ClientError> {
        let metadata = self.client.topics(std::slice::from_ref(&self.topic)).await?;
        let topic = metadata.topic(&self.topic).ok_or_else(|| no_topic(&self.topic))?;
        let all = numbers(topic, None).map_err(|kind| ClientError::of_nobody("Metadata", kind))?;
        let wanted = |p: &i32| {
            !known.contains_key(p) && self.partitions.as_ref().is_none_or(|some| some.contains(p))
        };
        let new: Vec<_> = all
            .into_iter()
            .filter(wanted)
            .map(|p| TopicPartition::new(self.topic.as_str(), p))
            .collect();
        // A partition that is added while the tail runs is read from its beginning: nothing of it was there before.
        let spec = if known.is_empty() { OffsetSpec::Latest } else { OffsetSpec::Earliest };
        let offsets = self.client.list_offsets(&new, spec).await?.value;
        let end =
            |(partition, offset): (TopicPartition, Result<weir_domain::OffsetAt, ItemError>)| {
                Some((partition.partition, offset.ok()?.offset?))
            };
        Ok(offsets.into_iter().filter_map(end).collect())
    }

    /// Takes those partitions out of `homeless` that have a leader now, by leader.
    fn by_leader(&self, homeless: &mut HashMap<i32, i64>) -> BTreeMap<i32, HashMap<i32, i64>> {
        let metadata = self.client.cached_metadata();
        let mut leaders: BTreeMap<i32, HashMap<i32, i64>> = BTreeMap::new();
        homeless.retain(|partition, offset| {
            let leader = metadata.partition(&self.topic, *partition).and_then(|p| p.leader);
            if let Some(leader) = leader {
                leaders.entry(leader).or_default().insert(*partition, *offset);
            }
            leader.is_none()
        });
        leaders
    }
}

/// Gives each leader its partitions. Those of a leader that fails are given to the next one while the others read on. Ends
/// with the topic.
async fn supervise(
    source: Arc<Source>,
    positions: HashMap<i32, i64>,
    queue: mpsc::Sender<TailBatch>,
) {
    let mut known = positions.clone();
    let mut homeless = positions;
    let mut leaders = JoinSet::new();
    let mut unknown = 0;
    loop {
        for (_, positions) in source.by_leader(&mut homeless) {
            leaders.spawn(follow(Arc::clone(&source), positions, queue.clone()));
        }
        let pause = if homeless.is_empty() && unknown == 0 { REFRESH } else { REST };
        tokio::select! {
            Some(Ok(ended)) = leaders.join_next(), if !leaders.is_empty() => {
                ended.lost.iter().for_each(|partition| {
                    known.remove(partition);
                });
                homeless.extend(ended.reached);
            }
            () = sleep(pause) => {}
            () = queue.closed() => return,
        }
        match source.ends(&known).await {
            Ok(new) => {
                unknown = 0;
                known.extend(&new);
                homeless.extend(new);
            }
            Err(error) if matches!(error.kind, ErrorKind::NoTopic(_)) => unknown += 1,
            // Leaves the cache as it was: asked again after the next pause.
            Err(_) => {}
        }
        if unknown >= UNKNOWN_TIMES {
            let end = TailBatch { end: Some(TailEnd::TopicGone), ..TailBatch::default() };
            let _ = queue.send(end).await; // nobody listens: it ends all the same
            return;
        }
    }
}

/// How far a leader's task came.
#[derive(Debug, Default)]
struct Followed {
    reached: HashMap<i32, i64>,
    /// Partitions whose position is gone: what was there had been deleted before it was read.
    lost: Vec<i32>,
}

/// Reads one leader's partitions until one of them fails or nobody listens.
async fn follow(
    source: Arc<Source>,
    mut positions: HashMap<i32, i64>,
    queue: mpsc::Sender<TailBatch>,
) -> Followed {
    let mut scratch = Vec::new();
    let mut confirmed = false;
    loop {
        let asked: Vec<_> = positions.iter().map(|(p, offset)| position(*p, *offset)).collect();
        let round =
            source.client.fetch_round(&source.topic, &asked, Isolation::Uncommitted, HOLD).await;
        let mut batch = TailBatch::default();
        match round {
            Ok(round) => {
                for (partition, fetched) in round.partitions {
                    let Some(offset) = positions.get_mut(&partition) else { continue };
                    match fetched {
                        Ok(got) => {
                            batch.take(&source, partition, offset, &got, &mut scratch);
                        }
                        Err(e) => batch.problems.push((partition, e)),
                    }
                }
            }
            Err(e) => {
                let error = ItemError::ours("UNREACHABLE", e.to_string());
                batch.problems.extend(positions.keys().map(|p| (*p, error.clone())));
            }
        }
        let lost = lost(&batch);
        lost.iter().for_each(|partition| source.undecided().forget(*partition));
        let failed = !batch.problems.is_empty();
        // Said once: whatever was told of these partitions before is over.
        if !confirmed && !failed {
            batch.read.extend(positions.keys());
        }
        let empty = !failed && confirmed && batch.scanned == 0;
        confirmed |= !failed;
        let heard = empty || queue.send(batch).await.is_ok();
        if failed || !heard {
            sleep(REST).await;
            positions.retain(|partition, _| !lost.contains(partition));
            return Followed { reached: positions, lost };
        }
    }
}

fn lost(batch: &TailBatch) -> Vec<i32> {
    let gone = ErrorCode::OFFSET_OUT_OF_RANGE.0;
    batch.problems.iter().filter(|(_, e)| e.code == gone).map(|(partition, _)| *partition).collect()
}

fn position(partition: i32, offset: i64) -> Position {
    Position { partition, offset, bytes_max: BYTES_MAX }
}

impl TailBatch {
    fn take(
        &mut self,
        source: &Source,
        partition: i32,
        offset: &mut i64,
        fetched: &Fetched,
        scratch: &mut Vec<u8>,
    ) {
        let (rows, aborted) = (&mut self.rows, &mut self.aborted);
        let mut undecided = source.undecided();
        let walked = row::walk(fetched, &(*offset..i64::MAX), scratch, |met| {
            aborted.extend(undecided.decide(partition, met));
            if row::wanted(&source.filter, met) {
                rows.push(row::row(partition, met));
                undecided.show(partition, met.batch, met.record.offset);
            }
        });
        self.scanned += walked.records;
        if let Some(next) = walked.next {
            *offset = next.max(*offset);
        }
    }
}
