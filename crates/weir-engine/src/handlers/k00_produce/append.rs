//! One partition's batch: looked up, validated, appended.

use std::sync::Arc;

use bytes::Bytes;
use weir_wire::messages::produce_request::{PartitionProduceData, TopicProduceData};
use weir_wire::messages::produce_response::BatchIndexAndErrorMessage;
use weir_wire::records::{
    Compression, RecordError, TimestampType, ValidBatch, ValidateOptions, validate,
};
use weir_wire::{ErrorCode, Str};

use crate::config::TopicSettings;
use crate::ctx::Ctx;
use crate::image::is_internal;
use crate::log::{AppendOrigin, Appended};
use crate::partition::{Acks, Partition};
use crate::txn::{Batch, Client, ProducerRef, produce};

/// The client id of Kafka's own admin client, which alone may write to internal topics.
const ADMIN_CLIENT_ID: &str = "__admin_client";

/// Why a batch was refused.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: ErrorCode,
    pub(super) message: Option<String>,
    pub(super) record_errors: Vec<BatchIndexAndErrorMessage>,
    /// The partition, where there is one: its leader may be told.
    pub(super) partition: Option<Arc<Partition>>,
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self { code, message: None, record_errors: Vec::new(), partition: None }
    }
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Self {
        let told = |index: &i32| BatchIndexAndErrorMessage {
            batch_index: *index,
            batch_index_error_message: Some(Str::from(error.to_string())),
            ..BatchIndexAndErrorMessage::default()
        };
        Self {
            code: ErrorCode(error.code()),
            message: Some(error.to_string()),
            record_errors: error.record_indexes().iter().map(told).collect(),
            partition: None,
        }
    }
}

/// Appends one partition's batch on this broker. When it returns, the batch is with the operating
/// system.
pub(super) fn append(
    ctx: &Ctx,
    acks: i16,
    transactional_id: Option<&str>,
    topic: &TopicProduceData,
    data: &PartitionProduceData,
) -> Result<(Arc<Partition>, Appended), Failure> {
    let acks = match acks {
        -1 => Acks::All,
        0 | 1 => Acks::Leader,
        _ => return Err(ErrorCode::INVALID_REQUIRED_ACKS.into()),
    };
    let partition = if ctx.version() >= 13 {
        ctx.partition_by_id(topic.topic_id, data.index)?
    } else {
        ctx.partition(&topic.name, data.index)?
    };
    let mut outcome = append_to(ctx, &partition, acks, transactional_id, data.records.as_ref());
    if let Err(failure) = &mut outcome {
        failure.partition = Some(partition.clone());
    }
    outcome.map(|appended| (partition, appended))
}

fn append_to(
    ctx: &Ctx,
    partition: &Partition,
    acks: Acks,
    transactional_id: Option<&str>,
    records: Option<&Bytes>,
) -> Result<Appended, Failure> {
    let is_admin = ctx.header().client_id.as_deref() == Some(ADMIN_CLIENT_ID);
    if is_internal(partition.topic_name()) && !is_admin {
        return Err(ErrorCode::INVALID_TOPIC_EXCEPTION.into());
    }
    // Before the batch is read: a client that asks the wrong broker should learn so cheaply.
    partition.check_leader(ctx.broker_id(), -1).map_err(|error| Failure::from(error.code()))?;
    let batch = checked(ctx, partition, records)?;
    let write = || partition.append(ctx.broker_id(), &batch, AppendOrigin::Client, acks);
    let header = batch.header();
    let written = match header.attributes.is_transactional() {
        false => write(),
        true => {
            let transactional_id =
                transactional_id.ok_or(ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED)?;
            let producer = ProducerRef { id: header.producer_id, epoch: header.producer_epoch };
            let client = client_of(ctx.version());
            produce(ctx, Batch { transactional_id, producer, partition, client }, write)
                .map_err(|code| Failure { message: Some(told(code)), ..code.into() })?
        }
    };
    written.map_err(|error| Failure { message: Some(error.to_string()), ..error.code().into() })
}

fn client_of(version: i16) -> Client {
    match version {
        12.. => Client::Adds,
        11 => Client::Abortable,
        _ => Client::Old,
    }
}

fn told(code: ErrorCode) -> String {
    match code {
        ErrorCode::INVALID_TXN_STATE
        | ErrorCode::INVALID_PRODUCER_ID_MAPPING
        | ErrorCode::TRANSACTION_ABORTABLE => "Partition was not added to the transaction".into(),
        code => format!(
            "Unable to verify the partition has been added to the transaction: {}",
            code.name()
        ),
    }
}

fn checked(
    ctx: &Ctx,
    partition: &Partition,
    records: Option<&Bytes>,
) -> Result<ValidBatch, Failure> {
    let options = options(&partition.settings(), ctx.engine().clock().wall_ms());
    Ok(validate(records.unwrap_or(&Bytes::new()), &options)?)
}

fn options(settings: &TopicSettings, now_ms: i64) -> ValidateOptions {
    ValidateOptions {
        max_batch_bytes: usize::try_from(settings.max_message_bytes).unwrap_or(0),
        key_required: settings.log.cleanup.compact,
        timestamp_type: if settings.log_append_time {
            TimestampType::LogAppendTime
        } else {
            TimestampType::CreateTime
        },
        timestamp_before_max_ms: settings.timestamp_before_max_ms,
        timestamp_after_max_ms: settings.timestamp_after_max_ms,
        compression: forced_compression(&settings.compression),
        now_ms,
        ..ValidateOptions::default()
    }
}

/// `compression.type`: `producer` keeps what the client chose.
fn forced_compression(name: &str) -> Option<Compression> {
    match name {
        "producer" => None,
        "uncompressed" => Some(Compression::None),
        codec => Compression::from_name(codec),
    }
}
