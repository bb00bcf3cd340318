//! DescribeLogDirs, key 35, versions 1 to 5.
//!
//! A broker has one log dir, which is a label: sizes are those of the log up to the replica's end,
//! lags what is missing to the log's end (R9). v4 adds the volume's capacity (KIP-827).

use std::collections::HashMap;

use weir_wire::Str;
use weir_wire::messages::describe_log_dirs_request::DescribeLogDirsRequest;
use weir_wire::messages::describe_log_dirs_response::{
    DescribeLogDirsPartition, DescribeLogDirsResponse, DescribeLogDirsResult, DescribeLogDirsTopic,
};

use crate::ctx::Ctx;
use crate::image::TopicImage;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: DescribeLogDirsRequest) -> Reply<DescribeLogDirsResponse> {
    let engine = ctx.engine();
    let log_dir = crate::boot::log_dir(&engine.config().directory, ctx.broker_id());
    let space = engine.fs().disk_space(&engine.config().directory).ok();
    let bytes = |bytes: Option<u64>| bytes.and_then(|b| i64::try_from(b).ok()).unwrap_or(-1);
    let result = DescribeLogDirsResult {
        log_dir: Str::from(log_dir.display().to_string()),
        topics: topics(ctx, request),
        total_bytes: bytes(space.map(|s| s.total)),
        usable_bytes: bytes(space.map(|s| s.usable)),
        ..Default::default()
    };
    Reply::Done(DescribeLogDirsResponse { results: vec![result], ..Default::default() })
}

fn topics(ctx: &Ctx, request: DescribeLogDirsRequest) -> Vec<DescribeLogDirsTopic> {
    let described: Vec<DescribeLogDirsTopic> = match request.topics {
        None => ctx.image().topics().map(|topic| described(ctx, topic, None)).collect(),
        Some(asked) => {
            let mut wanted: HashMap<Str, Vec<i32>> = HashMap::new();
            for topic in asked {
                wanted.entry(topic.topic).or_default().extend(topic.partitions);
            }
            let known = wanted.iter().filter_map(|(name, p)| Some((ctx.topic(name).ok()?, p)));
            known.map(|(topic, partitions)| described(ctx, topic, Some(partitions))).collect()
        }
    };
    described.into_iter().filter(|topic| !topic.partitions.is_empty()).collect()
}

fn described(ctx: &Ctx, topic: &TopicImage, wanted: Option<&Vec<i32>>) -> DescribeLogDirsTopic {
    let broker = ctx.broker_id();
    let all = (0..).zip(topic.partitions());
    let here = all.filter(|(index, partition)| {
        partition.assignment().is_replica(broker) && wanted.is_none_or(|w| w.contains(index))
    });
    let partitions = here.filter_map(|(index, partition)| {
        let status = partition.handle().replica(broker).ok()?;
        Some(DescribeLogDirsPartition {
            partition_index: index,
            partition_size: i64::try_from(status.size_bytes).unwrap_or(i64::MAX),
            offset_lag: status.offset_lag,
            is_future_key: false,
            ..Default::default()
        })
    });
    DescribeLogDirsTopic {
        name: topic.name().clone(),
        partitions: partitions.collect(),
        ..Default::default()
    }
}
