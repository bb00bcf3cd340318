//! Writing a batch of dead letters, as Kafka's broker produces it: acks=all, uncompressed, at most
//! `max.message.bytes` large.

use std::sync::Arc;

use weir_wire::ErrorCode;
use weir_wire::records::validate;

use super::copies::Copies;
use super::draft::{Draft, Origin};
use super::letter::Due;
use super::target::{Failure, Target};
use crate::engine::Engine;
use crate::log::{AppendOrigin, Appended};
use crate::partition::{Acks, Partition};
use crate::share::key::ShareKey;

/// What was written, to be waited for.
#[derive(Debug)]
pub(crate) struct Posted {
    handle: Arc<Partition>,
    leader_epoch: i32,
    base_offset: i64,
    /// The high watermark at which it is committed.
    required: i64,
}

impl Posted {
    /// Whether it is committed; `None`: not yet.
    pub(crate) fn state(&self) -> Option<Result<(), Failure>> {
        if self.handle.is_deleted() {
            return Some(Err(Failure::ForGood("the dead-letter topic was deleted".to_owned())));
        }
        match self.handle.view() {
            Err(error) => Some(Err(Failure::ForGood(error.to_string()))),
            // What was not committed may be cut off, and another's record lie there.
            Ok(view) if self.handle.leader_epoch() != self.leader_epoch => {
                match view.high_watermark >= self.required && self.is_there() {
                    true => Some(Ok(())),
                    false => Some(Err(Failure::Later("the leader moved".to_owned()))),
                }
            }
            Ok(view) => (view.high_watermark >= self.required).then_some(Ok(())),
        }
    }

    /// Whether the log has at that offset what was written in that epoch.
    fn is_there(&self) -> bool {
        let epoch = self.handle.log().and_then(|log| log.epoch_at(self.base_offset));
        epoch.is_ok_and(|epoch| epoch == Some(self.leader_epoch))
    }
}

/// The outcome of one try: of `ranges`, the first part of what was due.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) ranges: Vec<(i64, i64)>,
    pub(crate) result: Result<Posted, Failure>,
}

/// Writes as much of `due`, records of `source` that `broker` leads, as goes into one batch.
pub(crate) fn post(
    engine: &Engine,
    key: &ShareKey,
    (source, broker): (&Arc<Partition>, i32),
    due: &[Due],
) -> Sent {
    let image = engine.image();
    let config = engine.share().config_in(&image, &key.group);
    let target = match Target::of(engine, broker, config.dlq_topic.as_deref(), key.partition) {
        Ok(target) => target,
        Err(failure) => {
            let ranges = due.iter().map(|run| (run.first, run.last)).collect();
            return Sent { ranges, result: Err(failure) };
        }
    };
    let now_ms = engine.clock().wall_ms();
    let settings = target.handle.settings();
    let bytes_max = usize::try_from(settings.max_message_bytes).unwrap_or(0);
    let copies = config.dlq_copies.then(|| Copies::new(source.clone(), broker, bytes_max));
    let origin = Origin { topic: source.topic_name(), partition: key.partition, group: &key.group };
    let Draft { builder, ranges } = Draft::new(&origin, due, copies, bytes_max, now_ms);
    let batch = builder
        .build()
        .and_then(|batch| validate(&batch.to_bytes(), &settings.validate_options(now_ms)));
    let written = batch.map_err(|error| error.to_string()).map_err(Failure::ForGood);
    let result = written.and_then(|batch| {
        let handle = target.handle;
        match handle.append(target.leader, &batch, AppendOrigin::Client, Acks::All) {
            Ok(Appended { base_offset, last_offset, leader_epoch, .. }) => {
                Ok(Posted { handle, leader_epoch, base_offset, required: last_offset + 1 })
            }
            Err(error) if error.code() == ErrorCode::NOT_LEADER_OR_FOLLOWER => {
                Err(Failure::Later(error.to_string()))
            }
            Err(error) => Err(Failure::ForGood(error.to_string())),
        }
    });
    Sent { ranges, result }
}
