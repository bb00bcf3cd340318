//! The cluster's metadata on disk: one log in KRaft's record format and frame, which Kafka's
//! `DumpLogSegments --cluster-metadata-decoder` reads, and snapshots of it.

mod record;
mod replica_tags;
mod snapshot;
mod store;

pub(crate) use record::MetadataRecord;
pub(crate) use replica_tags::ReplicaTags;
pub(crate) use snapshot::{directories, records_of, registration};
pub use store::MetadataError;
pub(crate) use store::{MetadataStore, Replay, SNAPSHOT_INTERVAL_BYTES, refuse_damaged};
