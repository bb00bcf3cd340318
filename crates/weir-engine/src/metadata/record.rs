//! Metadata records and their frame: frame version, record type, record version, each an unsigned
//! varint, then the record (Kafka's `MetadataRecordSerde`).

use bytes::{BufMut, Bytes, BytesMut};
use thiserror::Error;
use weir_wire::messages::{
    access_control_entry_record::AccessControlEntryRecord,
    broker_registration_change_record::BrokerRegistrationChangeRecord,
    clear_elr_record::ClearElrRecord, client_quota_record::ClientQuotaRecord,
    config_record::ConfigRecord, feature_level_record::FeatureLevelRecord,
    no_op_record::NoOpRecord, partition_change_record::PartitionChangeRecord,
    partition_record::PartitionRecord, producer_ids_record::ProducerIdsRecord,
    register_broker_record::RegisterBrokerRecord,
    remove_access_control_entry_record::RemoveAccessControlEntryRecord,
    remove_topic_record::RemoveTopicRecord,
    remove_user_scram_credential_record::RemoveUserScramCredentialRecord,
    topic_record::TopicRecord, unregister_broker_record::UnregisterBrokerRecord,
    user_scram_credential_record::UserScramCredentialRecord,
};
use weir_wire::{DecodeError, EncodeError, Message, Reader, Writer};

/// The only frame version there is.
const FRAME_VERSION: u32 = 1;

/// What a metadata record's bytes can be wrong in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum RecordFrameError {
    #[error("metadata record frame version {0} is unknown")]
    FrameVersion(u32),
    #[error("metadata record type {0} is unknown")]
    UnknownType(u32),
    #[error("metadata record: {0}")]
    Decode(#[from] DecodeError),
    #[error("metadata record: {0}")]
    Encode(#[from] EncodeError),
}

macro_rules! metadata_records {
    ($($name:ident($record:ident) $version:literal,)+) => {
        /// One record of the metadata log: the types that this engine writes.
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) enum MetadataRecord {
            $($name($record),)+
        }

        impl MetadataRecord {
            /// Writes frame and record.
            pub(crate) fn encode(&self) -> Result<Bytes, RecordFrameError> {
                match self {
                    $(Self::$name(record) => framed($record::API_KEY, $version, record),)+
                }
            }

            fn decode_body(key: u32, version: i16, reader: &mut Reader) -> Result<Self, RecordFrameError> {
                $(if key == $record::API_KEY as u32 {
                    return Ok(Self::$name($record::decode(reader, version)?));
                })+
                Err(RecordFrameError::UnknownType(key))
            }
        }

        $(impl From<$record> for MetadataRecord {
            fn from(record: $record) -> Self {
                Self::$name(record)
            }
        })+
    };
}

// The versions that metadata.version 33 (Kafka 4.4) writes.
metadata_records! {
    RegisterBroker(RegisterBrokerRecord) 3,
    Topic(TopicRecord) 0,
    Partition(PartitionRecord) 2,
    Config(ConfigRecord) 0,
    PartitionChange(PartitionChangeRecord) 2,
    RemoveTopic(RemoveTopicRecord) 0,
    FeatureLevel(FeatureLevelRecord) 0,
    ProducerIds(ProducerIdsRecord) 0,
    BrokerRegistrationChange(BrokerRegistrationChangeRecord) 2,
    UnregisterBroker(UnregisterBrokerRecord) 0,
    ClearElr(ClearElrRecord) 0,
    AccessControlEntry(AccessControlEntryRecord) 0,
    RemoveAccessControlEntry(RemoveAccessControlEntryRecord) 0,
    UserScramCredential(UserScramCredentialRecord) 0,
    RemoveUserScramCredential(RemoveUserScramCredentialRecord) 0,
    ClientQuota(ClientQuotaRecord) 0,
    NoOp(NoOpRecord) 0,
}

impl MetadataRecord {
    /// Reads frame and record.
    pub(crate) fn decode(bytes: Bytes) -> Result<Self, RecordFrameError> {
        let mut reader = Reader::new(bytes);
        let frame = reader.unsigned_varint()?;
        if frame != FRAME_VERSION {
            return Err(RecordFrameError::FrameVersion(frame));
        }
        let key = reader.unsigned_varint()?;
        let version = i16::try_from(reader.unsigned_varint()?).unwrap_or(i16::MAX);
        Self::decode_body(key, version, &mut reader)
    }
}

fn framed<M: Message>(key: i16, version: i16, record: &M) -> Result<Bytes, RecordFrameError> {
    let mut body = Writer::with_capacity(64);
    record.encode(version, &mut body)?;
    let frame = body.finish();
    let mut out = BytesMut::with_capacity(frame.len + 3);
    // All three are below 128: one byte each.
    out.put_slice(&[FRAME_VERSION as u8, key as u8, version as u8]);
    for part in &frame.parts {
        if let weir_wire::Part::Bytes(bytes) = part {
            out.put_slice(bytes);
        }
    }
    Ok(out.freeze())
}

#[cfg(test)]
mod tests {
    use weir_wire::{Str, Uuid};

    use super::*;

    #[test]
    fn a_record_comes_back_as_it_was() {
        let record: MetadataRecord = TopicRecord {
            name: Str::from("orders"),
            topic_id: Uuid([7; 16]),
            ..Default::default()
        }
        .into();
        let bytes = record.encode().unwrap();
        assert_eq!(bytes[..3], [1, 2, 0], "frame version, TopicRecord's key, its version");
        assert_eq!(MetadataRecord::decode(bytes).unwrap(), record);
    }

    #[test]
    fn unknown_frames_and_types_are_refused() {
        let frame = MetadataRecord::decode(Bytes::from_static(&[2, 2, 0]));
        assert_eq!(frame, Err(RecordFrameError::FrameVersion(2)));
        let kind = MetadataRecord::decode(Bytes::from_static(&[1, 99, 0]));
        assert_eq!(kind, Err(RecordFrameError::UnknownType(99)));
    }
}
