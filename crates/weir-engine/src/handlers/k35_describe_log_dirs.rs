//! DescribeLogDirs, key 35, versions 1 to 5.
//!
//! A broker's log dirs are labels; one that failed has nothing to show. Sizes are those of the log up to the replica's end,
//! lags what is missing to the log's end (R9). v4 adds the volume's capacity (KIP-827).

use std::collections::HashMap;

use weir_wire::messages::describe_log_dirs_request::DescribeLogDirsRequest;
use weir_wire::messages::describe_log_dirs_response::{
    DescribeLogDirsPartition, DescribeLogDirsResponse, DescribeLogDirsResult, DescribeLogDirsTopic,
};

use weir_wire::{ErrorCode, Str, Uuid};

use crate::ctx::Ctx;
use crate::image::TopicImage;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: DescribeLogDirsRequest) -> Reply<DescribeLogDirsResponse> {
    let engine = ctx.engine();
    let paths = crate::boot::log_dirs(engine.config(), ctx.broker_id());
    let space = engine.fs().disk_space(&engine.config().directory).ok();
    let bytes = |bytes: Option<u64>| bytes.and_then(|b| i64::try_from(b).ok()).unwrap_or(-1);
    let known = ctx.image().broker(ctx.broker_id());
    let ids = known.map_or(&[][..], |broker| broker.log_dirs.as_slice());
    let all = topics(ctx, request);
    let results = paths.iter().zip(ids).map(|(path, id)| {
        let log_dir = Str::from(path.display().to_string());
        if known.is_some_and(|broker| broker.is_offline(*id)) {
            let error_code = ErrorCode::KAFKA_STORAGE_ERROR.0;
            return DescribeLogDirsResult { error_code, log_dir, ..Default::default() };
        }
        DescribeLogDirsResult {
            log_dir,
            topics: inside(&all, *id),
            total_bytes: bytes(space.map(|s| s.total)),
            usable_bytes: bytes(space.map(|s| s.usable)),
            is_cordoned: ctx.version() >= 5 && is_cordoned(ctx),
            ..Default::default()
        }
    });
    Reply::Done(DescribeLogDirsResponse { results: results.collect(), ..Default::default() })
}

/// v5: whether the broker takes no new partitions (KIP-1066); one log dir alone is not told apart from the others.
fn is_cordoned(ctx: &Ctx) -> bool {
    ctx.image().broker(ctx.broker_id()).is_some_and(|broker| ctx.image().is_cordoned(broker))
}

/// A topic's replicas here, each with its log dir.
type Placed = (Str, Vec<(Uuid, DescribeLogDirsPartition)>);

/// Those in one log dir.
fn inside(all: &[Placed], dir: Uuid) -> Vec<DescribeLogDirsTopic> {
    let topics = all.iter().map(|(name, partitions)| {
        let here = partitions.iter().filter(|(in_dir, _)| *in_dir == dir);
        DescribeLogDirsTopic {
            name: name.clone(),
            partitions: here.map(|(_, partition)| partition.clone()).collect(),
            ..Default::default()
        }
    });
    topics.filter(|topic| !topic.partitions.is_empty()).collect()
}

fn topics(ctx: &Ctx, request: DescribeLogDirsRequest) -> Vec<Placed> {
    match request.topics {
        None => ctx.image().topics().map(|topic| described(ctx, topic, None)).collect(),
        Some(asked) => {
            let mut wanted: HashMap<Str, Vec<i32>> = HashMap::new();
            for topic in asked {
                wanted.entry(topic.topic).or_default().extend(topic.partitions);
            }
            let known = wanted.iter().filter_map(|(name, p)| Some((ctx.topic(name).ok()?, p)));
            known.map(|(topic, partitions)| described(ctx, topic, Some(partitions))).collect()
        }
    }
}

fn described(ctx: &Ctx, topic: &TopicImage, wanted: Option<&Vec<i32>>) -> Placed {
    let broker = ctx.broker_id();
    let first = ctx.image().broker(broker).map_or(Uuid::ZERO, |b| b.log_dir());
    let all = (0..).zip(topic.partitions());
    let here = all.filter(|(index, partition)| {
        partition.assignment().is_replica(broker) && wanted.is_none_or(|w| w.contains(index))
    });
    let partitions = here.filter_map(|(index, partition)| {
        let status = partition.handle().replica(broker).ok()?;
        let dir = partition.assignment().directory_of(broker).unwrap_or(first);
        let described = DescribeLogDirsPartition {
            partition_index: index,
            partition_size: i64::try_from(status.size_bytes).unwrap_or(i64::MAX),
            offset_lag: status.offset_lag,
            is_future_key: false,
            ..Default::default()
        };
        Some((dir, described))
    });
    (topic.name().clone(), partitions.collect())
}
