//! One batch for the dead-letter topic.

use weir_wire::records::{BatchBuilder, HEADER_LEN};

use super::copies::Copies;
use super::letter::Due;

/// Where dead letters come from.
#[derive(Debug)]
pub(crate) struct Origin<'a> {
    pub(crate) topic: &'a str,
    pub(crate) partition: i32,
    pub(crate) group: &'a str,
}

/// Records and the offsets that they are the copies of.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) builder: BatchBuilder,
    pub(crate) ranges: Vec<(i64, i64)>,
}

type Header<'a> = (&'a [u8], Option<&'a [u8]>);

impl Draft {
    /// As much of `due` as fits into a batch of `bytes_max` bytes, and at least one record: should that be
    /// too large alone, the log says so.
    pub(crate) fn new(
        origin: &Origin<'_>,
        due: &[Due],
        mut copies: Option<Copies>,
        bytes_max: usize,
        now_ms: i64,
    ) -> Self {
        let mut draft = Self { builder: BatchBuilder::new(), ranges: Vec::new() };
        let partition = origin.partition.to_string();
        for run in due {
            let count = run.count.to_string();
            for offset in run.first..=run.last {
                let at = offset.to_string();
                let headers: [Header<'_>; 6] = [
                    header("__dlq.errors.topic", origin.topic),
                    header("__dlq.errors.partition", &partition),
                    header("__dlq.errors.offset", &at),
                    header("__dlq.errors.group", origin.group),
                    header("__dlq.errors.delivery.count", &count),
                    header("__dlq.errors.message", run.letter.cause.message()),
                ];
                let copied = copies.as_mut().and_then(|copies| copies.at(offset));
                let key = copied.and_then(|record| record.key.as_deref());
                let value = copied.and_then(|record| record.value.as_deref());
                if !draft.add(now_ms, (key, value), &headers, bytes_max) {
                    return draft;
                }
                draft.covers(offset);
            }
        }
        draft
    }

    /// Whether there was room.
    fn add(
        &mut self,
        now_ms: i64,
        (key, value): (Option<&[u8]>, Option<&[u8]>),
        headers: &[Header<'_>],
        bytes_max: usize,
    ) -> bool {
        let delta = self.builder.record_count();
        let size = record_size(delta, key, value, headers);
        if HEADER_LEN + self.builder.len() + size > bytes_max && !self.builder.is_empty() {
            return false;
        }
        self.builder.append(now_ms, key, value, headers);
        true
    }

    fn covers(&mut self, offset: i64) {
        match self.ranges.last_mut().filter(|(_, last)| *last + 1 == offset) {
            Some((_, last)) => *last = offset,
            None => self.ranges.push((offset, offset)),
        }
    }
}

fn header<'a>(key: &'a str, value: &'a str) -> Header<'a> {
    (key.as_bytes(), Some(value.as_bytes()))
}

/// What a record adds to a batch of one timestamp.
fn record_size(
    delta: i32,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: &[Header<'_>],
) -> usize {
    // Attributes and the difference of timestamps, which is 0: one byte each.
    let mut body = 2 + varint_size(i64::from(delta)) + bytes_size(key) + bytes_size(value);
    body += varint_size(headers.len() as i64);
    body += headers.iter().map(|(k, v)| bytes_size(Some(k)) + bytes_size(*v)).sum::<usize>();
    varint_size(body as i64) + body
}

fn bytes_size(bytes: Option<&[u8]>) -> usize {
    bytes.map_or(1, |bytes| varint_size(bytes.len() as i64) + bytes.len())
}

/// Of a zigzag varint.
fn varint_size(value: i64) -> usize {
    let zigzag = ((value << 1) ^ (value >> 63)).unsigned_abs() | 1;
    (64 - zigzag.leading_zeros() as usize).div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::dlq::{Cause, Letter};

    fn draft(due: &[(i64, i64)], bytes_max: usize) -> Draft {
        let letter = Letter::new(Cause::Rejected, true);
        let due = due.iter().map(|&(first, last)| Due { first, last, count: 1, letter });
        let due: Vec<Due> = due.collect();
        let origin = Origin { topic: "jobs", partition: 0, group: "workers" };
        Draft::new(&origin, &due, None, bytes_max, 7)
    }

    #[test]
    fn a_record_is_as_large_as_it_was_thought() {
        for (offset, count) in [(0, 1), (1_000_000, 200)] {
            let full = draft(&[(offset, offset + count - 1)], usize::MAX);
            let size = HEADER_LEN + full.builder.len();
            assert_eq!(full.ranges, [(offset, offset + count - 1)]);
            assert_eq!(draft(&[(offset, offset + count)], size).ranges, full.ranges);
            let more = draft(&[(offset, offset + count)], size + 400);
            assert_eq!(more.ranges.first().map(|range| range.1 - offset), Some(count));
        }
    }

    #[test]
    fn runs_share_a_batch_until_it_is_full() {
        assert_eq!(draft(&[(0, 2), (5, 5), (6, 6)], usize::MAX).ranges, [(0, 2), (5, 6)]);
        assert_eq!(draft(&[(0, 2), (5, 5)], 1).ranges, [(0, 0)], "one at least");
    }
}
