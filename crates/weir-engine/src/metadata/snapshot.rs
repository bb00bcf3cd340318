//! Snapshots: everything that the metadata log says up to an offset, in Kafka's `.checkpoint` form
//! (a header control record, data batches, a footer control record; KIP-630).

use std::io::IoSlice;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_wire::messages::{
    client_quota_record::ClientQuotaRecord,
    config_record::ConfigRecord,
    feature_level_record::FeatureLevelRecord,
    partition_record::PartitionRecord,
    producer_ids_record::ProducerIdsRecord,
    register_broker_record::{BrokerEndpoint, RegisterBrokerRecord},
    snapshot_footer_record::SnapshotFooterRecord,
    snapshot_header_record::SnapshotHeaderRecord,
    topic_record::TopicRecord,
};
use weir_wire::records::{BatchBuilder, BatchReader, ControlType};
use weir_wire::{Message, Part, Str, Uuid, Writer};

use super::record::MetadataRecord;
use super::replica_tags::ReplicaTags;
use super::store::{MetadataError, read_batches};
use crate::config::ResourceType;
use crate::controller::quota_entity;
use crate::engine_config::PLAINTEXT;
use crate::fs::{Fs, OpenMode};
use crate::image::{BrokerImage, Image, PartitionImage, TopicImage};
use crate::log::LogError;
use crate::partition::Assignment;

const SUFFIX: &str = ".checkpoint";
const RECORDS_PER_BATCH: usize = 2_000;
const SNAPSHOT_MAX_BYTES: u64 = 2 << 30;
const CONTROL_BYTES_MAX: usize = 4 << 10;

/// Which part of the log a snapshot stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Snapshot {
    /// It holds everything below this offset.
    pub(crate) end_offset: i64,
    /// The epoch of the last record in it.
    pub(crate) epoch: i32,
}

impl Snapshot {
    fn file_name(self) -> String {
        format!("{:020}-{:010}{SUFFIX}", self.end_offset, self.epoch)
    }

    fn parse(name: &str) -> Option<Self> {
        let (offset, epoch) = name.strip_suffix(SUFFIX)?.split_once('-')?;
        Some(Self { end_offset: offset.parse().ok()?, epoch: epoch.parse().ok()? })
    }

    /// Writes the snapshot whole, durable, and removes older ones.
    pub(super) fn write(
        self,
        fs: &Arc<dyn Fs>,
        dir: &Path,
        records: &[MetadataRecord],
        now_ms: i64,
    ) -> Result<(), MetadataError> {
        let batches = self.batches(records, now_ms)?;
        let path = dir.join(self.file_name());
        let temporary = dir.join(format!("{}.part", self.file_name()));
        let io = |e| LogError::io(format!("write {}", path.display()), e);
        let file = fs.open(&temporary, OpenMode::Truncate).map_err(io)?;
        for batch in &batches {
            file.append_all(&mut [IoSlice::new(batch)]).map_err(io)?;
        }
        file.sync_data().map_err(io)?;
        fs.rename(&temporary, &path).map_err(io)?;
        fs.sync_dir(dir).map_err(io)?;
        for (older, path) in list(fs, dir)? {
            if older < self {
                fs.remove_file(&path).map_err(io)?;
            }
        }
        Ok(())
    }

    fn batches(
        self,
        records: &[MetadataRecord],
        now_ms: i64,
    ) -> Result<Vec<Vec<u8>>, MetadataError> {
        let mut offset = 0;
        let mut out = Vec::new();
        let start = |offset| BatchBuilder::new().base_offset(offset).leader_epoch(self.epoch);
        let header =
            SnapshotHeaderRecord { last_contained_log_timestamp: now_ms, ..Default::default() };
        let value = body(&header)?;
        out.push(start(offset).control(ControlType::SnapshotHeader, now_ms, &value)?);
        offset += 1;
        for chunk in records.chunks(RECORDS_PER_BATCH) {
            let mut builder = start(offset);
            for record in chunk {
                builder.append(now_ms, None, Some(&record.encode()?), &[]);
            }
            out.push(builder.build()?);
            offset += chunk.len() as i64;
        }
        let value = body(&SnapshotFooterRecord::default())?;
        out.push(start(offset).control(ControlType::SnapshotFooter, now_ms, &value)?);
        Ok(out.iter().map(|batch| batch.to_bytes().to_vec()).collect())
    }
}

fn body<M: Message>(message: &M) -> Result<Vec<u8>, MetadataError> {
    let mut writer = Writer::with_capacity(32);
    message.encode(0, &mut writer).map_err(|e| MetadataError::Damaged(e.to_string()))?;
    let mut out = Vec::new();
    for part in writer.finish().parts {
        if let Part::Bytes(bytes) = part {
            out.extend_from_slice(&bytes);
        }
    }
    Ok(out)
}

fn list(fs: &Arc<dyn Fs>, dir: &Path) -> Result<Vec<(Snapshot, PathBuf)>, MetadataError> {
    let entries = fs.list(dir).map_err(|e| LogError::io("list metadata", e))?;
    let found = entries.iter().filter_map(|e| Some((Snapshot::parse(&e.name)?, dir.join(&e.name))));
    Ok(found.collect())
}

/// Reads the newest snapshot in `dir`.
pub(super) fn load_newest(
    fs: &Arc<dyn Fs>,
    dir: &Path,
) -> Result<Option<(Snapshot, Vec<MetadataRecord>)>, MetadataError> {
    let Some((snapshot, path)) = list(fs, dir)?.into_iter().max() else { return Ok(None) };
    let bytes = fs.read(&path, SNAPSHOT_MAX_BYTES).map_err(|e| LogError::io("read snapshot", e))?;
    let mut records = Vec::new();
    let damaged = |why: String| {
        MetadataError::Damaged(format!(
            "{}: {why}. Nothing was changed: restore the file from a copy, or move the cluster's folder away and \
             begin anew",
            path.display()
        ))
    };
    read_batches(&bytes, 0, &mut records).map_err(|error| damaged(error.to_string()))?;
    if !is_whole(&bytes) {
        return Err(damaged("its end is missing".to_owned()));
    }
    Ok(Some((snapshot, records)))
}

/// Whether the last record is a snapshot's footer.
fn is_whole(bytes: &[u8]) -> bool {
    let mut reader = BatchReader::new(bytes);
    let last = reader.by_ref().last().and_then(Result::ok);
    let mut scratch = Vec::new();
    let kind = last.filter(|batch| batch.header.attributes.is_control()).and_then(|batch| {
        let record = batch.records(&mut scratch, CONTROL_BYTES_MAX).ok()?.next()?.ok()?;
        ControlType::of(&record)
    });
    kind == Some(ControlType::SnapshotFooter) && reader.rest().is_empty()
}

/// The records that make `image` from nothing, in the order in which Kafka writes them.
pub(crate) fn records_of(image: &Image) -> Vec<MetadataRecord> {
    let mut records = Vec::new();
    for (name, &level) in image.features() {
        let feature =
            FeatureLevelRecord { name: name.clone(), feature_level: level, ..Default::default() };
        records.push(feature.into());
    }
    records.extend(image.brokers().map(|broker| registration(broker).into()));
    for topic in image.topics() {
        let record =
            TopicRecord { name: topic.name().clone(), topic_id: topic.id(), ..Default::default() };
        records.push(record.into());
        let partitions = (0..).zip(topic.partitions());
        records.extend(partitions.map(|(index, p)| partition(image, topic, index, p).into()));
    }
    for kind in [
        ResourceType::Topic,
        ResourceType::Broker,
        ResourceType::ClientMetrics,
        ResourceType::Group,
    ] {
        for (name, values) in image.configs().resources(kind) {
            records.extend(values.iter().map(|(key, value)| config(kind, name, key, value).into()));
        }
    }
    records.extend(security_records(image));
    if image.next_producer_id() > 0 {
        let next = ProducerIdsRecord {
            broker_id: -1,
            next_producer_id: image.next_producer_id(),
            ..Default::default()
        };
        records.push(next.into());
    }
    records
}

/// Access control entries, credentials and quotas.
fn security_records(image: &Image) -> Vec<MetadataRecord> {
    let security = image.security();
    let mut records: Vec<MetadataRecord> =
        security.acls().map(|(id, acl)| acl.record(id).into()).collect();
    let credentials = security.credentials();
    records.extend(credentials.map(|(user, m, c)| c.record(user.clone(), m).into()));
    for (entity, quotas) in security.quotas() {
        records.extend(quotas.iter().map(|(key, value)| {
            let entity = quota_entity(entity);
            let (key, value) = (key.clone(), *value);
            ClientQuotaRecord { entity, key, value, ..Default::default() }.into()
        }));
    }
    records
}

/// A broker's registration as a record.
pub(crate) fn registration(broker: &BrokerImage) -> RegisterBrokerRecord {
    let end_point = BrokerEndpoint {
        name: Str::from(PLAINTEXT),
        host: broker.host.clone(),
        port: broker.port,
        security_protocol: 0,
        ..Default::default()
    };
    RegisterBrokerRecord {
        broker_id: broker.id,
        incarnation_id: broker.incarnation,
        broker_epoch: broker.epoch,
        end_points: vec![end_point],
        features: crate::features::registered(),
        rack: broker.rack.clone(),
        fenced: broker.fenced,
        in_controlled_shutdown: broker.in_controlled_shutdown,
        log_dirs: broker.log_dirs.clone(),
        ..Default::default()
    }
}

fn partition(image: &Image, topic: &TopicImage, index: i32, p: &PartitionImage) -> PartitionRecord {
    let assignment = p.assignment();
    let tags = ReplicaTags {
        epoch_start: (assignment.epoch_start.epoch > 0).then_some(assignment.epoch_start),
        outside: (!assignment.outside.is_empty()).then(|| assignment.outside.clone()),
        high_watermark: assignment.further.as_deref().and_then(|further| further.high_watermark),
    };
    let some = |list: &[i32]| (!list.is_empty()).then(|| list.to_vec());
    PartitionRecord {
        partition_id: index,
        topic_id: topic.id(),
        replicas: assignment.replicas.to_vec(),
        isr: assignment.isr.to_vec(),
        leader: assignment.leader,
        leader_epoch: assignment.leader_epoch,
        partition_epoch: assignment.partition_epoch,
        directories: directories(image, &assignment.replicas, Some(assignment)),
        adding_replicas: assignment.adding().to_vec(),
        removing_replicas: assignment.removing().to_vec(),
        eligible_leader_replicas: some(assignment.elr()),
        last_known_elr: some(assignment.last_known_elr()),
        unknown_tagged_fields: tags.write(),
        ..Default::default()
    }
}

/// The log dirs of a partition's replicas: where `now` has them, else each broker's first.
pub(crate) fn directories(image: &Image, replicas: &[i32], now: Option<&Assignment>) -> Vec<Uuid> {
    let first = |id| image.broker(id).map_or(Uuid::ZERO, |b| b.log_dir());
    let dir = |id: i32| now.and_then(|now| now.directory_of(id)).unwrap_or_else(|| first(id));
    replicas.iter().map(|&id| dir(id)).collect()
}

fn config(kind: ResourceType, name: &Str, key: &Str, value: &Str) -> ConfigRecord {
    ConfigRecord {
        resource_type: kind as i8,
        resource_name: name.clone(),
        name: key.clone(),
        value: Some(value.clone()),
        ..Default::default()
    }
}
