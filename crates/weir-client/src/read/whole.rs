//! One message with all its bytes.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use weir_domain::{ItemError, WholeMessage};

use crate::admin::leader_moved;
use crate::client::Client;
use crate::error::ClientError;
use crate::read::fetch::{Isolation, Position};
use crate::read::row;

const BYTES_MAX: i32 = 1 << 20;
const ATTEMPTS: u32 = 4;

impl Client {
    /// The message at an offset, whole. `NO_SUCH_MESSAGE`: deleted, compacted away, not yet written, or a gap.
    pub async fn message(
        &self,
        topic: &str,
        partition: i32,
        offset: i64,
    ) -> Result<Result<WholeMessage, ItemError>, ClientError> {
        let deadline = Instant::now() + self.timeout();
        let mut attempt = 0;
        loop {
            attempt += 1;
            // What is decided first: there the leader tells whether it was aborted.
            let mut found =
                self.message_once(topic, partition, offset, Isolation::Committed).await?;
            if found.is_err() {
                found = self.message_once(topic, partition, offset, Isolation::Uncommitted).await?;
            }
            let again = found.as_ref().is_err_and(leader_moved);
            if !again || attempt == ATTEMPTS || Instant::now() >= deadline {
                return Ok(found);
            }
            sleep(Duration::from_millis(50 << attempt)).await;
            self.topics(&[topic.to_owned()]).await?;
        }
    }

    async fn message_once(
        &self,
        topic: &str,
        partition: i32,
        offset: i64,
        isolation: Isolation,
    ) -> Result<Result<WholeMessage, ItemError>, ClientError> {
        let position = Position { partition, offset, bytes_max: BYTES_MAX };
        let mut round = self.fetch_round(topic, &[position], isolation, Duration::ZERO).await?;
        let Some(fetched) = round.partitions.remove(&partition) else {
            return Ok(Err(none(offset)));
        };
        let fetched = match fetched {
            Ok(fetched) => fetched,
            Err(e) => return Ok(Err(e)),
        };
        let mut found = None;
        let range = offset..offset.saturating_add(1);
        let walked = row::walk(&fetched, &range, &mut Vec::new(), |met| {
            found = Some(row::whole(partition, met));
        });
        let unreadable = walked.unreadable.into_iter().next();
        let reason = || match unreadable {
            Some((_, why)) => ItemError::ours("UNREADABLE", why),
            None => none(offset),
        };
        Ok(found.ok_or_else(reason))
    }
}

fn none(offset: i64) -> ItemError {
    ItemError::ours("NO_SUCH_MESSAGE", format!("there is no message at offset {offset}"))
}
