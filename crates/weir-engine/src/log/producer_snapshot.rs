//! Producer snapshots: `<offset>.snapshot` holds the producers' state just before that offset.
//!
//! Kafka's format, version 1: version, CRC-32C of what follows, count, and for each producer its
//! last batch. Behind that, unseen by Kafka's reader but under the same checksum, are the earlier
//! batches that Kafka forgets: a retry of any of the last five is known after a restart too.

use weir_wire::records::crc32c_append;

use super::producers::{BATCHES_KEPT, BatchMeta, Producer, Producers};

const VERSION: i16 = 1;
const HEADER_LEN: usize = 6;
/// Bytes of a producer in Kafka's part.
const ENTRY_LEN: usize = 8 + 2 + 4 + 8 + 4 + 8 + 4 + 8;
/// First bytes of our part: "WEIR" and its version.
const TRAILER: [u8; 5] = *b"WEIR\x01";

/// Bytes of a snapshot.
pub(crate) fn encode(producers: &Producers) -> Vec<u8> {
    let mut ids: Vec<i64> = producers.map.keys().copied().collect();
    ids.sort_unstable();
    let mut out = Vec::with_capacity(HEADER_LEN + 4 + ids.len() * (ENTRY_LEN + 1));
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&(ids.len() as u32).to_be_bytes());
    for id in &ids {
        write_entry(&mut out, *id, &producers.map[id]);
    }
    out.extend_from_slice(&TRAILER);
    for id in &ids {
        write_earlier(&mut out, &producers.map[id].batches);
    }
    let crc = crc32c_append(0, &out[HEADER_LEN..]);
    out[2..HEADER_LEN].copy_from_slice(&crc.to_be_bytes());
    out
}

/// Reads a snapshot; `None` when it is torn, corrupt or of another version.
pub(crate) fn decode(content: &[u8]) -> Option<Producers> {
    let mut input = Input(content);
    let version = i16::from_be_bytes(input.take()?);
    let crc = u32::from_be_bytes(input.take()?);
    if version != VERSION || crc != crc32c_append(0, input.0) {
        return None;
    }
    let count = u32::from_be_bytes(input.take()?) as usize;
    if count > input.0.len() / ENTRY_LEN {
        return None;
    }
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        entries.push(read_entry(&mut input)?);
    }
    if input.take::<5>() == Some(TRAILER) {
        for (_, producer) in &mut entries {
            read_earlier(&mut input, producer)?;
        }
    }
    let mut producers = Producers::default();
    for (id, producer) in entries {
        producers.insert(id, producer);
    }
    Some(producers)
}

fn write_entry(out: &mut Vec<u8>, id: i64, producer: &Producer) {
    let none = BatchMeta {
        last_sequence: -1,
        last_offset: -1,
        offset_delta: 0,
        timestamp: producer.last_timestamp,
    };
    let last = producer.batches.last().unwrap_or(&none);
    out.extend_from_slice(&id.to_be_bytes());
    out.extend_from_slice(&producer.epoch.to_be_bytes());
    out.extend_from_slice(&last.last_sequence.to_be_bytes());
    out.extend_from_slice(&last.last_offset.to_be_bytes());
    out.extend_from_slice(&last.offset_delta.to_be_bytes());
    out.extend_from_slice(&producer.last_timestamp.to_be_bytes());
    out.extend_from_slice(&producer.coordinator_epoch.to_be_bytes());
    out.extend_from_slice(&producer.txn_first_offset.unwrap_or(-1).to_be_bytes());
}

fn read_entry(input: &mut Input<'_>) -> Option<(i64, Producer)> {
    let id = i64::from_be_bytes(input.take()?);
    let epoch = i16::from_be_bytes(input.take()?);
    let last_sequence = i32::from_be_bytes(input.take()?);
    let last_offset = i64::from_be_bytes(input.take()?);
    let offset_delta = i32::from_be_bytes(input.take()?);
    let timestamp = i64::from_be_bytes(input.take()?);
    let coordinator_epoch = i32::from_be_bytes(input.take()?);
    let txn_first_offset = i64::from_be_bytes(input.take()?);
    let last = BatchMeta { last_sequence, last_offset, offset_delta, timestamp };
    let producer = Producer {
        epoch,
        coordinator_epoch,
        last_timestamp: timestamp,
        txn_first_offset: (txn_first_offset >= 0).then_some(txn_first_offset),
        batches: if last_offset >= 0 { vec![last] } else { Vec::new() },
    };
    Some((id, producer))
}

fn write_earlier(out: &mut Vec<u8>, batches: &[BatchMeta]) {
    let earlier = batches.split_last().map_or(&[][..], |(_, earlier)| earlier);
    out.push(earlier.len() as u8);
    for batch in earlier {
        out.extend_from_slice(&batch.last_sequence.to_be_bytes());
        out.extend_from_slice(&batch.last_offset.to_be_bytes());
        out.extend_from_slice(&batch.offset_delta.to_be_bytes());
        out.extend_from_slice(&batch.timestamp.to_be_bytes());
    }
}

fn read_earlier(input: &mut Input<'_>, producer: &mut Producer) -> Option<()> {
    let [count] = input.take()?;
    if usize::from(count) >= BATCHES_KEPT {
        return None;
    }
    for at in 0..usize::from(count) {
        let batch = BatchMeta {
            last_sequence: i32::from_be_bytes(input.take()?),
            last_offset: i64::from_be_bytes(input.take()?),
            offset_delta: i32::from_be_bytes(input.take()?),
            timestamp: i64::from_be_bytes(input.take()?),
        };
        producer.batches.insert(at, batch);
    }
    Some(())
}

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }
}

#[cfg(test)]
mod tests {
    use weir_wire::records::BatchBuilder;

    use super::*;

    fn producers(count: i64) -> Producers {
        let mut producers = Producers::default();
        for id in 0..count {
            for at in 0..=(id % 7) {
                let mut builder =
                    BatchBuilder::new().producer(id, 1, at as i32).base_offset(id * 10 + at);
                builder.append(500 + at, None, None, &[]);
                producers.note(builder.build().unwrap().header());
            }
        }
        producers
    }

    #[test]
    fn five_batches_survive() {
        for count in [0, 1, 20] {
            let producers = producers(count);
            assert_eq!(decode(&encode(&producers)), Some(producers));
        }
    }

    #[test]
    fn kafkas_own_snapshot_is_read() {
        let mut content = encode(&producers(3));
        let end = HEADER_LEN + 4 + 3 * ENTRY_LEN;
        content.truncate(end);
        let crc = crc32c_append(0, &content[HEADER_LEN..]);
        content[2..HEADER_LEN].copy_from_slice(&crc.to_be_bytes());
        let read = decode(&content).unwrap();
        assert_eq!(read.map[&2].batches.len(), 1, "only the last batch of three");
    }

    #[test]
    fn torn_and_flipped_snapshots_are_refused() {
        let content = encode(&producers(5));
        for end in 0..content.len() {
            assert_eq!(decode(&content[..end]), None, "cut at {end}");
        }
        for at in 0..content.len() {
            let mut flipped = content.clone();
            flipped[at] ^= 0x40;
            assert_eq!(decode(&flipped), None, "flipped at {at}");
        }
    }
}
