//! One partition's batch: looked up, validated, appended.

use std::sync::Arc;

use bytes::Bytes;
use weir_wire::messages::produce_request::{PartitionProduceData, TopicProduceData};
use weir_wire::messages::produce_response::BatchIndexAndErrorMessage;
use weir_wire::records::{Compression, RecordError, ValidBatch, validate};
use weir_wire::{ErrorCode, Str};

use crate::ctx::Ctx;
use crate::image::is_internal;
use crate::log::{AppendOrigin, Appended};
use crate::partition::{Acks, Partition};
use crate::txn::{Batch, Client, ProducerRef, produce};

/// The client id of Kafka's own admin client, which alone may write to internal topics.
const ADMIN_CLIENT_ID: &str = "__admin_client";
/// The first version that may carry batches compressed with zstd (KIP-110).
const ZSTD_VERSION: i16 = 7;

/// Why a batch was refused.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: ErrorCode,
    pub(super) message: Option<String>,
    pub(super) record_errors: Vec<BatchIndexAndErrorMessage>,
    /// Told where the log itself refused the batch, else -1.
    pub(super) log_start_offset: i64,
    /// The partition, where there is one: its leader may be told.
    pub(super) partition: Option<Arc<Partition>>,
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        let record_errors = Vec::new();
        Self { code, message: None, record_errors, log_start_offset: -1, partition: None }
    }
}

impl Failure {
    /// What clients are told of a batch that does not pass. Kafka names a reason for a few of them only.
    fn of(error: &RecordError, partition: &Partition) -> Self {
        let told = |index: &i32| BatchIndexAndErrorMessage {
            batch_index: *index,
            batch_index_error_message: Some(Str::from(record_message(error, partition))),
            ..BatchIndexAndErrorMessage::default()
        };
        Self {
            code: ErrorCode(error.code()),
            message: message(error, partition),
            record_errors: error.record_indexes().iter().map(told).collect(),
            log_start_offset: if is_refused_by_log(error) { log_start(partition) } else { -1 },
            partition: None,
        }
    }
}

fn log_start(partition: &Partition) -> i64 {
    partition.view().map_or(-1, |view| view.log_start)
}

/// Whether the batch as such can be read: what is wrong with it then, the log finds.
fn is_refused_by_log(error: &RecordError) -> bool {
    !matches!(
        error,
        RecordError::Truncated { .. }
            | RecordError::Length(_)
            | RecordError::Magic(_)
            | RecordError::Crc { .. }
            | RecordError::BatchTooLarge { .. }
            | RecordError::BatchCount(_)
    )
}

/// Kafka tells of three records at most.
const TOLD_RECORDS_MAX: usize = 3;

fn message(error: &RecordError, partition: &Partition) -> Option<String> {
    match error {
        RecordError::Timestamp { .. } => {
            Some("One or more records have been rejected due to invalid timestamp".to_owned())
        }
        RecordError::KeyMissing { indexes } => {
            let text = record_message(error, partition);
            let one = |index: &i32| format!("RecordError(batchIndex={index}, message='{text}')");
            let told: Vec<String> = indexes.iter().take(TOLD_RECORDS_MAX).map(one).collect();
            Some(format!(
                "One or more records have been rejected due to {} record errors in total, and only showing \
                 the first three errors at most: [{}]",
                indexes.len(),
                told.join(", ")
            ))
        }
        RecordError::Magic(magic) if !(0..=1).contains(magic) => {
            Some(format!("Invalid magic found in record: {magic}"))
        }
        RecordError::Length(length) => {
            Some(format!("Record size {length} is less than the minimum record overhead (14)"))
        }
        _ => None,
    }
}

fn record_message(error: &RecordError, partition: &Partition) -> String {
    match error {
        RecordError::KeyMissing { .. } => format!(
            "Compacted topic cannot accept message without key in topic partition {}-{}",
            partition.topic_name(),
            partition.index()
        ),
        other => other.to_string(),
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
    if ctx.version() < ZSTD_VERSION
        && batch.header().attributes.compression() == Ok(Compression::Zstd)
    {
        return Err(ErrorCode::UNSUPPORTED_COMPRESSION_TYPE.into());
    }
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
                .map_err(|code| Failure { message: told(code), ..code.into() })?
        }
    };
    let is_transactional = header.attributes.is_transactional();
    written.map_err(|error| refused(error.code(), partition, is_transactional))
}

fn client_of(version: i16) -> Client {
    match version {
        12.. => Client::Adds,
        11 => Client::Abortable,
        _ => Client::Old,
    }
}

fn told(code: ErrorCode) -> Option<String> {
    match code {
        ErrorCode::INVALID_TXN_STATE | ErrorCode::INVALID_PRODUCER_ID_MAPPING => {
            Some("Partition was not added to the transaction".into())
        }
        ErrorCode::TRANSACTION_ABORTABLE | ErrorCode::INVALID_PRODUCER_EPOCH => None,
        code => Some(format!(
            "Unable to verify the partition has been added to the transaction: {}",
            code.name()
        )),
    }
}

/// The epoch of a transaction is looked at before the log is: no log start is told then.
fn refused(code: ErrorCode, partition: &Partition, is_transactional: bool) -> Failure {
    let is_producers = match code {
        ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER | ErrorCode::UNKNOWN_PRODUCER_ID => true,
        ErrorCode::INVALID_PRODUCER_EPOCH => !is_transactional,
        _ => false,
    };
    let log_start_offset = if is_producers { log_start(partition) } else { -1 };
    Failure { log_start_offset, ..code.into() }
}

fn checked(
    ctx: &Ctx,
    partition: &Partition,
    records: Option<&Bytes>,
) -> Result<ValidBatch, Failure> {
    let options = partition.settings().validate_options(ctx.engine().clock().wall_ms());
    validate(records.unwrap_or(&Bytes::new()), &options).map_err(|e| Failure::of(&e, partition))
}
