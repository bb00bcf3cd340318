//! Reads a log from its start, batch by batch.

use weir_engine::log::ReadLimits;
use weir_engine::partition::Partition;
use weir_wire::records::{BatchReader, RecordBatch};

const READ_BYTES: usize = 1 << 20;

/// Shows `visit` every batch before `end`, in order of offset.
///
/// # Errors
/// The log cannot be read, has nothing where it should go on, goes back, or `visit` found something wrong.
pub(super) fn each_batch(
    partition: &Partition,
    end: i64,
    mut visit: impl FnMut(&RecordBatch<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let log = partition.log().map_err(|e| e.to_string())?;
    let mut offset = log.log_start_offset();
    while offset < end {
        let limits = ReadLimits { max_bytes: READ_BYTES, upper_offset: end, min_one: true };
        let read = log.read(offset, limits).map_err(|e| e.to_string())?;
        let slice = read.slice.ok_or(format!("nothing at {offset}, end {end}"))?;
        let bytes = slice.to_vec().map_err(|e| e.to_string())?;
        let before = offset;
        for batch in BatchReader::new(&bytes) {
            let batch = batch.map_err(|e| e.to_string())?;
            let last = batch.header.last_offset();
            if last < offset {
                return Err(format!("offset {last} after {offset}"));
            }
            offset = last + 1;
            visit(&batch)?;
        }
        if offset == before {
            return Err(format!("no whole batch at {offset}, end {end}"));
        }
    }
    Ok(())
}
