//! AlterReplicaLogDirs, key 34, versions 1 to 2 (KIP-113): a broker's replicas move to another of its log
//! dirs. A log dir is a label, so they are there at once.

use std::collections::BTreeMap;

use weir_wire::messages::alter_replica_log_dirs_request::AlterReplicaLogDirsRequest;
use weir_wire::messages::alter_replica_log_dirs_response::{
    AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult, AlterReplicaLogDirsResponse,
};
use weir_wire::{ErrorCode, Str, Uuid};

use crate::ctx::Ctx;
use crate::image::PartitionImage;
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: AlterReplicaLogDirsRequest,
) -> Reply<AlterReplicaLogDirsResponse> {
    let mut moves = Vec::new();
    let mut answers: BTreeMap<Str, Vec<(i32, ErrorCode)>> = BTreeMap::new();
    for dir in request.dirs {
        let place = log_dir(ctx, &dir.path);
        for topic in dir.topics {
            for index in topic.partitions {
                let planned = place.and_then(|id| {
                    let partition = ctx.partition(&topic.name, index)?;
                    let known = ctx.topic(&topic.name)?.partition(index);
                    replica_here(ctx, known)?;
                    Ok((partition, id))
                });
                let code = planned.as_ref().err().copied().unwrap_or(ErrorCode::NONE);
                moves.extend(planned);
                answers.entry(topic.name.clone()).or_default().push((index, code));
            }
        }
    }
    let outcome = ctx.engine().controller().move_to_dirs(ctx.broker_id(), &moves);
    let failed = outcome.is_err();
    let results = answers.into_iter().map(|(topic_name, partitions)| {
        let partitions = partitions.into_iter().map(|(partition_index, code)| {
            let lost = failed && code == ErrorCode::NONE;
            let code = if lost { ErrorCode::KAFKA_STORAGE_ERROR } else { code };
            AlterReplicaLogDirPartitionResult {
                partition_index,
                error_code: code.0,
                ..Default::default()
            }
        });
        let partitions = partitions.collect();
        AlterReplicaLogDirTopicResult { topic_name, partitions, ..Default::default() }
    });
    Reply::Done(AlterReplicaLogDirsResponse { results: results.collect(), ..Default::default() })
}

/// Whether this broker has a replica, in a log dir that works: out of one that failed nothing can be copied.
fn replica_here(ctx: &Ctx, known: Option<&PartitionImage>) -> Result<(), ErrorCode> {
    let id = ctx.broker_id();
    let assignment = known.map(PartitionImage::assignment);
    let assignment = assignment.filter(|assignment| assignment.is_replica(id));
    let assignment = assignment.ok_or(ErrorCode::REPLICA_NOT_AVAILABLE)?;
    let broker = ctx.image().broker(id).ok_or(ErrorCode::REPLICA_NOT_AVAILABLE)?;
    let dir = assignment.directory_of(id).unwrap_or_else(|| broker.log_dir());
    if broker.is_offline(dir) { Err(ErrorCode::KAFKA_STORAGE_ERROR) } else { Ok(()) }
}

/// The id of one of this broker's log dirs that works.
fn log_dir(ctx: &Ctx, path: &str) -> Result<Uuid, ErrorCode> {
    let id = ctx.broker_id();
    let paths = crate::boot::log_dirs(ctx.engine().config(), id);
    let at = paths.iter().position(|known| known.display().to_string() == path);
    let broker = ctx.image().broker(id).ok_or(ErrorCode::LOG_DIR_NOT_FOUND)?;
    let dir = at.and_then(|at| broker.log_dirs.get(at)).ok_or(ErrorCode::LOG_DIR_NOT_FOUND)?;
    if broker.is_offline(*dir) { Err(ErrorCode::KAFKA_STORAGE_ERROR) } else { Ok(*dir) }
}
