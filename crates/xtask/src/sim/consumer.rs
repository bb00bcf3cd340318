//! Consumers: each reads one partition from its beginning, again and again.

use weir_wire::messages::fetch_response::PartitionData;
use weir_wire::records::BatchReader;

use super::client::Client;
use super::ledger::Place;
use super::reader::{Aborted, Reader};
use super::world::World;

const DECOMPRESSED_MAX: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Consumer(Reader);

impl Consumer {
    pub(super) fn new(place: Place) -> Self {
        let is_committed = place.partition % 2 == 0;
        Self(Reader::new(place, is_committed))
    }
}

impl Client for Consumer {
    fn step(&mut self, world: &mut World) {
        self.0.step(world, check);
    }

    fn disconnect(&mut self, broker: Option<i32>) {
        self.0.disconnect(broker);
    }
}

/// Every offset is there, and holds what it always held.
fn check(reader: &mut Reader, world: &mut World, partition: &PartitionData) -> Result<(), String> {
    let high_watermark = partition.high_watermark;
    let bytes = partition.records.as_ref().and_then(|r| r.to_bytes().ok()).unwrap_or_default();
    let ledger = world.ledgers.entry(reader.place.clone()).or_default();
    let mut filter = Aborted::of(partition);
    let mut scratch = Vec::new();
    let mut shown = 0;
    for batch in BatchReader::new(&bytes) {
        let batch = batch.map_err(|e| e.to_string())?;
        batch.check_crc().map_err(|e| e.to_string())?;
        let is_dropped = filter.drops(&batch.header);
        if batch.header.attributes.is_control() {
            if batch.header.base_offset > reader.offset {
                return Err(format!("a hole before the marker {}", batch.header.base_offset));
            }
            reader.offset = reader.offset.max(batch.header.last_offset() + 1);
            continue;
        }
        for record in batch.records(&mut scratch, DECOMPRESSED_MAX).map_err(|e| e.to_string())? {
            let record = record.map_err(|e| e.to_string())?;
            if record.offset < reader.offset {
                continue;
            }
            if record.offset > reader.offset {
                return Err(format!("a hole: {} follows {}", record.offset, reader.offset - 1));
            }
            if record.offset >= high_watermark {
                return Err(format!("{} shown, high watermark {high_watermark}", record.offset));
            }
            let value = String::from_utf8_lossy(record.value.unwrap_or_default()).into_owned();
            ledger.show(record.offset, &value)?;
            let is_transactional = batch.header.attributes.is_transactional();
            if reader.is_committed && is_transactional && !is_dropped {
                world.shown_committed.insert(value);
            }
            reader.offset = record.offset + 1;
            shown += 1;
        }
    }
    world.counts.shown += shown;
    Ok(())
}
