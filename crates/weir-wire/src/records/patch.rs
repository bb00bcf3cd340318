//! Changing a stored batch in place.

use super::header::{CRC_START, compute_crc};
use super::{Attributes, HEADER_LEN, TimestampType};

/// Sets the base offset; outside the checksum. No-op on less than a header.
pub fn base_offset(batch: &mut [u8], offset: i64) {
    if let Some(field) = batch.get_mut(0..8) {
        field.copy_from_slice(&offset.to_be_bytes());
    }
}

/// Sets the partition leader epoch; outside the checksum. No-op on less than a header.
pub fn leader_epoch(batch: &mut [u8], epoch: i32) {
    if let Some(field) = batch.get_mut(12..16) {
        field.copy_from_slice(&epoch.to_be_bytes());
    }
}

/// Stamps the batch with the broker's time and renews the checksum. `batch` is exactly one batch;
/// no-op on less than a header.
pub fn log_append_time(batch: &mut [u8], timestamp_ms: i64) {
    if batch.len() < HEADER_LEN {
        return;
    }
    let attributes = Attributes(i16::from_be_bytes([batch[CRC_START], batch[CRC_START + 1]]));
    let attributes = attributes.with_timestamp_type(TimestampType::LogAppendTime);
    batch[CRC_START..CRC_START + 2].copy_from_slice(&attributes.0.to_be_bytes());
    batch[35..43].copy_from_slice(&timestamp_ms.to_be_bytes());
    let crc = compute_crc(batch).unwrap_or_default();
    batch[17..21].copy_from_slice(&crc.to_be_bytes());
}
