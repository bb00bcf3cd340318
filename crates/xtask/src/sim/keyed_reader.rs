//! Readers of compacted topics: from the start to the end, again and again. Offsets only grow, and each
//! holds what it always held.

use weir_wire::messages::fetch_response::PartitionData;
use weir_wire::records::BatchReader;

use super::client::Client;
use super::keyed::write_of;
use super::ledger::Place;
use super::reader::{Aborted, Reader};
use super::world::World;

#[derive(Debug)]
pub(super) struct KeyedReader(Reader);

impl KeyedReader {
    pub(super) fn new(place: Place, is_committed: bool) -> Self {
        Self(Reader::new(place, is_committed))
    }
}

impl Client for KeyedReader {
    fn step(&mut self, world: &mut World) {
        self.0.step(world, check);
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        self.0.disconnect(broker);
    }
}

fn check(reader: &mut Reader, world: &mut World, partition: &PartitionData) -> Result<(), String> {
    let bytes = partition.records.as_ref().and_then(|r| r.to_bytes().ok()).unwrap_or_default();
    let mut filter = Aborted::of(partition);
    let mut scratch = Vec::new();
    for batch in BatchReader::new(&bytes) {
        let batch = batch.map_err(|e| e.to_string())?;
        batch.check_crc().map_err(|e| e.to_string())?;
        let is_dropped = filter.drops(&batch.header);
        let next = batch.header.last_offset() + 1;
        if next <= reader.offset || batch.header.attributes.is_control() {
            reader.offset = reader.offset.max(next);
            continue;
        }
        let is_transactional = batch.header.attributes.is_transactional();
        for record in batch.records(&mut scratch, 1 << 20).map_err(|e| e.to_string())? {
            let record = record.map_err(|e| e.to_string())?;
            if record.offset < reader.offset {
                continue;
            }
            if record.offset >= partition.high_watermark {
                let high_watermark = partition.high_watermark;
                return Err(format!("{} shown, high watermark {high_watermark}", record.offset));
            }
            let write = write_of(record.key, record.value);
            if reader.is_committed && is_transactional && !is_dropped {
                world.shown_committed.extend(write.1.clone());
            }
            world.keyed(&reader.place).show(record.offset, write)?;
            reader.offset = record.offset + 1;
            world.counts.shown += 1;
        }
        reader.offset = next;
    }
    Ok(())
}
