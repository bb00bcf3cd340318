//! One page of messages, and where the next begins.

use std::time::Duration;

use weir_client::{BrowsePage, Cursor, Direction, PartitionRange};
use weir_domain::ItemError;
use weir_domain::filter::MessageFilter;

use super::MessageRow;
use crate::core::Core;
use crate::errors::client_failure;
use crate::failure::{Failure, Result};
use crate::text::{Text, TextId};

/// Bytes that one page reads at most; a filter that matches nothing must come back to the person.
const SCAN_BYTES_MAX: u64 = 64 << 20;
const TIME_MAX: Duration = Duration::from_secs(4);
/// Rows of a page.
const LIMIT_MAX: usize = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browse {
    pub cluster: String,
    pub topic: String,
    pub partition: Option<i32>,
    pub from: BrowseFrom,
    pub limit: usize,
    /// Where the last page ended; `from` counts no more then.
    pub before: Option<String>,
    /// Must occur in key or value, byte for byte.
    pub contains: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrowseFrom {
    Newest,
    Earliest,
    Offset(i64),
    /// Milliseconds since the epoch.
    Time(i64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browsed {
    pub rows: Vec<MessageRow>,
    pub next: Option<String>,
    pub end: BrowseEnd,
    pub ranges: Vec<PartitionRange>,
    pub scanned: u64,
    pub warnings: Vec<Text>,
}

pub use weir_client::BrowseEnd;

impl Core {
    pub async fn browse(&self, browse: &Browse) -> Result<Browsed> {
        let session = self.session(&browse.cluster)?;
        let from = match &browse.before {
            Some(cursor) => weir_client::BrowseFrom::Cursor(parse_cursor(cursor)?),
            None => from(browse.from),
        };
        let request = weir_client::Browse {
            topic: browse.topic.clone(),
            partitions: browse.partition.map(|partition| vec![partition]),
            from,
            limit: browse.limit.clamp(1, LIMIT_MAX),
            filter: filter(&browse.contains),
            scan_bytes_max: SCAN_BYTES_MAX,
            time_max: TIME_MAX,
        };
        let page = session.client.browse(&request).await.map_err(|error| client_failure(&error))?;
        Ok(browsed(&page))
    }
}

/// Key or value, whichever has it.
pub(super) fn filter(contains: &str) -> MessageFilter {
    let wanted = (!contains.is_empty()).then(|| contains.as_bytes().to_vec());
    MessageFilter { contains: wanted, ..MessageFilter::default() }
}

fn from(from: BrowseFrom) -> weir_client::BrowseFrom {
    match from {
        BrowseFrom::Newest => weir_client::BrowseFrom::Newest,
        BrowseFrom::Earliest => weir_client::BrowseFrom::Earliest,
        BrowseFrom::Offset(offset) => weir_client::BrowseFrom::Offset(offset),
        BrowseFrom::Time(at) => weir_client::BrowseFrom::Time(at),
    }
}

fn browsed(page: &BrowsePage) -> Browsed {
    let warnings = page.problems.iter().map(|(partition, error)| unread(*partition, error));
    Browsed {
        rows: page.rows.iter().map(MessageRow::of).collect(),
        next: page.next.as_ref().map(write_cursor),
        end: page.end,
        ranges: page.ranges.clone(),
        scanned: page.scanned,
        warnings: warnings.collect(),
    }
}

/// That a partition could not be read, and why.
pub(super) fn unread(partition: i32, error: &ItemError) -> Text {
    let text = TextId::WarningPartitionUnread.with("partition", partition);
    text.with("name", error.name).with("reason", error.to_string())
}

/// `b:0=12,1=7`
fn write_cursor(cursor: &Cursor) -> String {
    let direction = match cursor.direction {
        Direction::Forward => 'f',
        Direction::Backward => 'b',
    };
    let at = |(partition, offset): &(i32, i64)| format!("{partition}={offset}");
    let positions: Vec<_> = cursor.positions.iter().map(at).collect();
    format!("{direction}:{}", positions.join(","))
}

fn parse_cursor(text: &str) -> Result<Cursor> {
    read_cursor(text).ok_or_else(|| Failure::invalid("before", TextId::ErrorCursor))
}

fn read_cursor(text: &str) -> Option<Cursor> {
    let (direction, rest) = text.split_once(':')?;
    let direction = match direction {
        "f" => Direction::Forward,
        "b" => Direction::Backward,
        _ => return None,
    };
    let at = |part: &str| {
        let (partition, offset) = part.split_once('=')?;
        Some((partition.parse().ok()?, offset.parse().ok()?))
    };
    let parts = rest.split(',').filter(|part| !part.is_empty());
    Some(Cursor { direction, positions: parts.map(at).collect::<Option<_>>()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back() {
        let cursor = Cursor { direction: Direction::Backward, positions: vec![(0, 12), (1, 7)] };
        assert_eq!(write_cursor(&cursor), "b:0=12,1=7");
        assert_eq!(read_cursor("b:0=12,1=7"), Some(cursor));
        for bad in ["", "x:0=1", "b:0", "b:a=1", "b"] {
            assert_eq!(read_cursor(bad), None, "{bad}");
        }
    }
}
