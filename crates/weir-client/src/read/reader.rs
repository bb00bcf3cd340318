//! Every record of some partitions from where somebody says, whole: also of transactions that are open or were aborted,
//! and control records. What is decided is read up to the last stable offset, where the leader tells what was aborted
//! (KIP-98); what lies past it is not known yet.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use weir_domain::{ItemError, WholeMessage};

use crate::admin::leader_moved;
use crate::client::Client;
use crate::error::{ClientError, ErrorKind};
use crate::read::fetch::{Fetched, Isolation, Position};
use crate::read::row;

const BYTES_MAX: i32 = 1 << 20;
/// How long leaders hold a question without news: one that has some waits for the others.
const HOLD: Duration = Duration::from_millis(200);
/// Rest after leaders of which one did not answer.
const REST: Duration = Duration::from_millis(200);
/// How long a partition may be without a leader that answers, or the cluster without a broker.
const SILENT_MAX: Duration = Duration::from_secs(30);

/// A record as it was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedMessage {
    pub message: WholeMessage,
    /// Whether its transaction was aborted; `None`: it is still open. `false` outside of transactions.
    pub aborted: Option<bool>,
}

#[derive(Debug)]
struct At {
    offset: i64,
    isolation: Isolation,
    /// The first offset that is not wanted any more.
    until: Option<i64>,
    /// Since when its leader does not answer.
    silent: Option<Instant>,
}

/// Reads on and on, or until it is where it was to end.
#[derive(Debug)]
pub struct Reader {
    client: Client,
    topic: String,
    partitions: BTreeMap<i32, At>,
    met: VecDeque<MarkedMessage>,
    /// Since when no broker answers.
    silent: Option<Instant>,
    scratch: Vec<u8>,
}

impl Reader {
    /// Begins at these offsets. `until`: per partition the first offset that is not wanted any more; none: never ends.
    pub fn new(
        client: Client,
        topic: &str,
        from: &[(i32, i64)],
        until: Option<&HashMap<i32, i64>>,
    ) -> Self {
        let at = |(partition, offset): &(i32, i64)| {
            let until = until.map(|until| until.get(partition).copied().unwrap_or(*offset));
            let at = At { offset: *offset, isolation: Isolation::Committed, until, silent: None };
            (*partition, at)
        };
        let partitions = from.iter().map(at).collect();
        let (topic, met) = (topic.to_owned(), VecDeque::new());
        Self { client, topic, partitions, met, silent: None, scratch: Vec::new() }
    }

    /// The next record; `None` where `until` was reached. Waits for as long as there is none.
    pub async fn next(&mut self) -> Option<Result<MarkedMessage, ClientError>> {
        loop {
            if let Some(met) = self.met.pop_front() {
                return Some(Ok(met));
            }
            if self.partitions.values().all(At::is_over) {
                return None;
            }
            if let Err(error) = self.round().await {
                return Some(Err(error));
            }
        }
    }

    /// Whether the next record is there already.
    pub fn has_next(&self) -> bool {
        !self.met.is_empty()
    }

    /// Asks once for what is decided, else for what is not.
    async fn round(&mut self) -> Result<(), ClientError> {
        let of = |isolation| (isolation, self.positions(isolation));
        let [decided, undecided] = [Isolation::Committed, Isolation::Uncommitted].map(of);
        // Held only where no partition has more that is decided.
        let (ask, hold) = match (decided.1.is_empty(), undecided.1.is_empty()) {
            (false, _) => (decided, Duration::ZERO),
            (true, false) => (undecided, HOLD),
            (true, true) => return Ok(()),
        };
        let round = match self.client.fetch_round(&self.topic, &ask.1, ask.0, hold).await {
            Ok(round) => round,
            Err(error) => return self.unanswered(error).await,
        };
        self.silent = None;
        let mut failed = false;
        for (partition, fetched) in round.partitions {
            failed |= self.answered(partition, fetched)?;
        }
        if failed {
            sleep(REST).await;
            // Without an answer the old metadata stays: asked again after the next rest.
            let _ = self.client.topics(std::slice::from_ref(&self.topic)).await;
        }
        Ok(())
    }

    /// Brokers that come back are waited for, as any consumer does, for a while.
    async fn unanswered(&mut self, error: ClientError) -> Result<(), ClientError> {
        let since = *self.silent.get_or_insert_with(Instant::now);
        if !error.is_connection() || since.elapsed() >= SILENT_MAX {
            return Err(error);
        }
        sleep(REST).await;
        Ok(())
    }

    fn positions(&self, isolation: Isolation) -> Vec<Position> {
        let open = self.partitions.iter();
        let open = open.filter(|(_, at)| !at.is_over() && at.isolation == isolation);
        let position = |(partition, at): (&i32, &At)| Position {
            partition: *partition,
            offset: at.offset,
            bytes_max: BYTES_MAX,
        };
        open.map(position).collect()
    }

    /// `true`: the leader is worth being asked again after a rest.
    fn answered(
        &mut self,
        partition: i32,
        fetched: Result<Fetched, ItemError>,
    ) -> Result<bool, ClientError> {
        let Some(at) = self.partitions.get_mut(&partition) else { return Ok(false) };
        match fetched {
            Ok(fetched) => {
                at.silent = None;
                at.take(partition, &fetched, &mut self.scratch, &mut self.met);
                Ok(false)
            }
            Err(error) => {
                let since = *at.silent.get_or_insert_with(Instant::now);
                if leader_moved(&error) && since.elapsed() < SILENT_MAX {
                    return Ok(true);
                }
                Err(refused(partition, error))
            }
        }
    }
}

impl At {
    fn is_over(&self) -> bool {
        self.until.is_some_and(|until| self.offset >= until)
    }

    fn take(
        &mut self,
        partition: i32,
        fetched: &Fetched,
        scratch: &mut Vec<u8>,
        into: &mut VecDeque<MarkedMessage>,
    ) {
        let decided = self.isolation == Isolation::Committed;
        let before = into.len();
        let mut transactional = false;
        let range = self.offset..self.until.unwrap_or(i64::MAX);
        let walked = row::walk(fetched, &range, scratch, |met| {
            let message = row::whole(partition, met);
            let is_open = !decided && message.row.transactional && !message.row.control;
            transactional |= message.row.transactional;
            let aborted = (!is_open).then_some(message.row.aborted);
            into.push_back(MarkedMessage { message, aborted });
        });
        let stable = fetched.last_stable_offset;
        if !decided && transactional && stable > self.offset {
            // Decided since: asked for again, with what was aborted.
            into.truncate(before);
            self.isolation = Isolation::Committed;
            return;
        }
        match walked.next.filter(|next| *next > self.offset) {
            Some(next) => self.offset = next,
            None if decided => self.isolation = Isolation::Uncommitted,
            None => {}
        }
    }
}

fn refused(partition: i32, error: ItemError) -> ClientError {
    let message = error.message.unwrap_or_default();
    let message = Some(format!("partition {partition}: {message}"));
    let kind = ErrorKind::Broker { code: error.code, name: error.name, message };
    ClientError::of_nobody("Fetch", kind)
}
