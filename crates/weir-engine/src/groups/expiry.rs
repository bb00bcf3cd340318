//! Retention of offsets (`offsets.retention.minutes`, KIP-211): expired ones go, and with its last
//! offset an empty group. The offsets of deleted topics go at once.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use weir_wire::{ErrorCode, Str};

use super::group::{Group, GroupState};
use super::offsets::Committed;
use super::shard::Shard;
use super::{Groups, OFFSETS_TOPIC};
use crate::image::Image;

impl Groups {
    /// Removes what has expired, every `offsets.retention.check.interval.ms`. For a thread that may
    /// do file I/O.
    pub(crate) fn expire_offsets_if_due(&self, image: &Image) {
        let interval_ms =
            i64::from(image.configs().broker_i32("offsets.retention.check.interval.ms"));
        let now_ms = self.env().clock.monotonic_ms();
        let due_ms = self.next_expiry_ms.load(Ordering::Relaxed);
        if now_ms < due_ms {
            return;
        }
        self.next_expiry_ms.store(now_ms.saturating_add(interval_ms), Ordering::Relaxed);
        // The first check comes an interval after the start, not while the engine starts.
        if due_ms > 0 {
            self.expire_offsets(image);
        }
    }

    /// Removes what has expired, on every coordinator.
    pub(crate) fn expire_offsets(&self, image: &Image) {
        let minutes = i64::from(image.configs().broker_i32("offsets.retention.minutes"));
        let retention_ms = minutes.saturating_mul(60_000);
        self.each_led_shard(image, |shard| shard.expire(retention_ms));
    }

    /// The topics are gone: so is what was consumed of them.
    pub(crate) fn topics_deleted(&self, image: &Image, topics: &HashSet<Str>) {
        if !topics.is_empty() {
            self.each_led_shard(image, |shard| shard.forget_topics(topics));
        }
    }

    fn each_led_shard(&self, image: &Image, act: impl Fn(&Shard)) {
        let Some(topic) = image.topic(OFFSETS_TOPIC) else { return };
        for partition in topic.partitions() {
            let handle = partition.handle();
            if handle.leader() < 0 || handle.view().is_ok_and(|view| view.log_end == 0) {
                continue;
            }
            match self.shard(image, handle.leader(), handle) {
                Ok(shard) => act(&shard),
                Err(error) => {
                    tracing::debug!(
                        partition = handle.index(),
                        error = error.name(),
                        "not visited"
                    );
                }
            }
        }
    }
}

impl Shard {
    fn expire(&self, retention_ms: i64) {
        let now_ms = self.env.clock.wall_ms();
        for group in self.groups() {
            let (expired, is_removable) = {
                let state = group.lock();
                // What waits for a transaction keeps the group as it is.
                if self.has_pending(group.id()) {
                    continue;
                }
                let expired = state.offsets.expired(|topic, committed| {
                    is_expired(&state, topic, committed, now_ms, retention_ms)
                });
                let left =
                    state.offsets.topics().map(|(_, topic)| topic.iter().count()).sum::<usize>();
                let is_removable = state.is_empty() && expired.len() == left;
                (expired, is_removable)
            };
            self.report(
                &group,
                if is_removable {
                    self.delete_if_unused(&group)
                } else {
                    self.forget_offsets(&group, &expired).map(drop)
                },
            );
        }
    }

    /// A member may have joined since the group was looked at: then it stays.
    fn delete_if_unused(&self, group: &Group) -> Result<(), ErrorCode> {
        match self.delete(group) {
            Err(ErrorCode::NON_EMPTY_GROUP | ErrorCode::GROUP_ID_NOT_FOUND) => Ok(()),
            other => other.map(drop),
        }
    }

    fn forget_topics(&self, topics: &HashSet<Str>) {
        for group in self.groups() {
            let gone = {
                let state = group.lock();
                state.offsets.expired(|topic, _| topics.contains(topic))
            };
            if !gone.is_empty() {
                self.report(&group, self.forget_offsets(&group, &gone).map(drop));
            }
        }
    }

    fn report(&self, group: &Group, result: Result<(), ErrorCode>) {
        if let Err(error) = result {
            tracing::warn!(group = %group.id(), error = error.name(), "offsets could not be removed");
        }
    }
}

fn is_expired(
    state: &GroupState,
    topic: &Str,
    committed: &Committed,
    now_ms: i64,
    retention_ms: i64,
) -> bool {
    let Some(base_ms) = state.expiry_base_ms(committed.commit_ms) else { return false };
    if !state.is_empty() && state.is_subscribed_to(topic) {
        return false;
    }
    match committed.expire_ms {
        0.. => now_ms >= committed.expire_ms,
        _ => now_ms - base_ms >= retention_ms,
    }
}
