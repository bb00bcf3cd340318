//! acks=-1: waiting for the high watermark (R3).

use std::sync::Arc;

use weir_wire::ErrorCode;
use weir_wire::messages::produce_response::ProduceResponse;

use super::{error_answer, set_leader, with_endpoints};
use crate::ctx::Ctx;
use crate::fetch::News;
use crate::handlers::leaders::Leaders;
use crate::log::Appended;
use crate::partition::Partition;
use crate::settle::{self, Written};
use crate::wait::{Watch, WatchGuard};

/// A batch that is written and not yet acknowledged.
#[derive(Debug)]
pub(super) struct Unsettled {
    /// Where its answer is: topic and partition by position in the request.
    place: (usize, usize),
    partition: Arc<Partition>,
    /// The high watermark it waits for.
    required: i64,
    leader_epoch: i32,
}

impl Unsettled {
    pub(super) fn new(
        place: (usize, usize),
        partition: Arc<Partition>,
        appended: Appended,
    ) -> Self {
        let Appended { last_offset, leader_epoch, .. } = appended;
        Self { place, partition, required: last_offset + 1, leader_epoch }
    }

    /// Itself, unless the high watermark is there already: the usual case, which costs no wait.
    pub(super) fn unless_settled(self) -> Option<Self> {
        match self.state() {
            Some(Ok(())) => None,
            _ => Some(self),
        }
    }
}

impl Written for Unsettled {
    fn watch(&self, watch: Arc<dyn Watch>, token: u32) -> WatchGuard {
        self.partition.watch(watch, token)
    }

    fn state(&self) -> Option<Result<(), ErrorCode>> {
        let view = match self.partition.view() {
            Ok(view) => view,
            Err(error) => return Some(Err(error.code())),
        };
        if self.partition.is_deleted() {
            return Some(Err(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
        }
        // A new leader may have cut the batch off: the client has to send it again.
        if self.partition.leader_epoch() != self.leader_epoch {
            return Some(Err(ErrorCode::NOT_LEADER_OR_FOLLOWER));
        }
        if view.high_watermark >= self.required {
            return Some(Ok(()));
        }
        let enough = self.partition.has_enough_replicas();
        (!enough).then_some(Err(ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND))
    }
}

/// Answers once every batch is acknowledged, lost, or late.
pub(super) async fn settle(
    ctx: &Ctx,
    mut response: ProduceResponse,
    mut leaders: Leaders,
    unsettled: Vec<Unsettled>,
    timeout_ms: i32,
) -> ProduceResponse {
    let news = News::new();
    let deadline = ctx.engine().clock().monotonic_ms() + i64::from(timeout_ms.max(0));
    let _deadline = ctx.engine().timers().expire_at(deadline, news.signal());
    settle::settle(&news, unsettled, |wait, state| {
        if let Err(code) = state {
            fail(ctx, &mut response, &mut leaders, wait, code);
        }
    })
    .await;
    with_endpoints(ctx, response, &leaders)
}

fn fail(
    ctx: &Ctx,
    response: &mut ProduceResponse,
    leaders: &mut Leaders,
    wait: &Unsettled,
    code: ErrorCode,
) {
    let (topic, partition) = wait.place;
    let answers = response.responses.get_mut(topic).map(|topic| &mut topic.partition_responses);
    if let Some(answer) = answers.and_then(|answers| answers.get_mut(partition)) {
        let index = answer.index;
        *answer = error_answer(code);
        answer.index = index;
        set_leader(ctx, leaders, &wait.partition, answer);
    }
}
