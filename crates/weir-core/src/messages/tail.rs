//! Live tail: a task reads what is written from now on into the ring of a stream.

use std::sync::Arc;
use std::time::Duration;

use weir_client::{Tail, TailEnd};

use super::MessageRow;
use super::browse::{filter, unread};
use crate::core::Core;
use crate::errors::client_failure;
use crate::failure::Result;
use crate::streams::Stream;
use crate::text::{Text, TextId};

const ROWS_AT_ONCE: usize = 1_000;
const WAIT: Duration = Duration::from_millis(500);

impl Core {
    /// The stream's id.
    pub async fn open_tail(
        &self,
        cluster: &str,
        topic: &str,
        partition: Option<i32>,
        contains: &str,
    ) -> Result<String> {
        let session = self.session(cluster)?;
        let partitions = partition.map(|partition| vec![partition]);
        let tail = session.client.tail(topic, partitions, filter(contains)).await;
        let tail = tail.map_err(|error| client_failure(&error))?;
        let stream = self.streams().open()?;
        self.spawn(fill(tail, topic.to_owned(), Arc::clone(&stream)));
        Ok(stream.id().to_owned())
    }
}

async fn fill(mut tail: Tail, topic: String, stream: Arc<Stream>) {
    let mut end = None;
    while stream.is_wanted() && end.is_none() {
        let batch = tail.next(ROWS_AT_ONCE, WAIT).await;
        let rows: Vec<_> = batch.rows.iter().map(MessageRow::of).collect();
        let unread =
            batch.problems.iter().map(|(partition, error)| (*partition, unread(*partition, error)));
        let read = batch.read.into_iter().chain(rows.iter().map(|row| row.partition));
        stream.tried(read, unread.collect());
        stream.push(rows, batch.aborted, batch.scanned);
        end = batch.end;
    }
    stream.end(why(end, &topic));
}

fn why(end: Option<TailEnd>, topic: &str) -> Text {
    match end {
        Some(TailEnd::TopicGone) => TextId::StreamTopicGone.with("topic", topic),
        Some(TailEnd::Stopped) | None => TextId::StreamEnded.into(),
    }
}
