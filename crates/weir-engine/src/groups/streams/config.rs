//! Configurations of streams groups: the group's own, within the broker's bounds (KIP-1071).

use std::collections::BTreeMap;

use weir_wire::Str;

use crate::groups::step::{GroupConfig, bounded, has_protocol};
use crate::image::Image;

/// What one streams group obeys.
#[derive(Debug, Clone)]
pub(crate) struct StreamsConfig {
    pub(crate) session_timeout_ms: i32,
    pub(crate) heartbeat_interval_ms: i32,
    /// How long a target assignment holds at least.
    pub(crate) assignment_interval_ms: i32,
    /// How long the first target waits for more members.
    pub(crate) initial_delay_ms: i32,
    pub(crate) size_max: usize,
    /// Standby tasks of each stateful task.
    pub(crate) standby_replicas: usize,
    /// How often members tell how far their local state is.
    pub(crate) task_offset_interval_ms: i32,
    /// A task whose state is no further behind needs no warm-up.
    pub(crate) acceptable_recovery_lag: i64,
    /// Tags that every member should have.
    pub(crate) rack_tags: Vec<Str>,
    /// Whether `group.coordinator.rebalance.protocols` and the feature `streams.version` have it.
    pub(crate) is_enabled: bool,
}

impl GroupConfig for StreamsConfig {
    fn of(image: &Image, group: &str) -> Self {
        let configs = image.configs();
        let text = |key: &str| configs.group_value(group, None, key).unwrap_or_default();
        let number = |key: &str, default: i64| text(key).trim().parse().unwrap_or(default);
        let int = |key: &str, default: i64| i32::try_from(number(key, default)).unwrap_or(i32::MAX);
        let standby_max = configs.broker_i64("group.streams.max.standby.replicas");
        let standby = number("streams.num.standby.replicas", 0).clamp(0, standby_max.max(0));
        let offset_min = configs.broker_i32("group.streams.min.task.offset.interval.ms");
        let size_max = configs.broker_i32("group.streams.max.size");
        Self {
            session_timeout_ms: bounded(configs, "streams", group, "session.timeout.ms"),
            heartbeat_interval_ms: bounded(configs, "streams", group, "heartbeat.interval.ms"),
            assignment_interval_ms: bounded(configs, "streams", group, "assignment.interval.ms"),
            initial_delay_ms: int("streams.initial.rebalance.delay.ms", 3_000),
            size_max: usize::try_from(size_max).unwrap_or(usize::MAX),
            standby_replicas: usize::try_from(standby).unwrap_or(0),
            task_offset_interval_ms: int("streams.task.offset.interval.ms", 60_000).max(offset_min),
            acceptable_recovery_lag: number("streams.acceptable.recovery.lag", 10_000),
            rack_tags: list(&text("streams.rack.aware.assignment.tags")),
            is_enabled: has_protocol(configs, "streams")
                && image.feature_level("streams.version") > 0,
        }
    }
}

impl StreamsConfig {
    /// Those that an assignment depends on: a change of them makes a new one. The names are Kafka's,
    /// for they are in the log.
    pub(crate) fn assignment_configs(&self) -> BTreeMap<Str, Str> {
        let standby = Str::from(self.standby_replicas.to_string());
        let mut configs: BTreeMap<Str, Str> =
            [(Str::from_static("num.standby.replicas"), standby)].into();
        if !self.rack_tags.is_empty() {
            let tags = self.rack_tags.iter().map(|tag| &**tag).collect::<Vec<_>>().join(",");
            configs.insert(Str::from_static("rack.aware.assignment.tags"), Str::from(tags));
        }
        configs
    }
}

fn list(value: &str) -> Vec<Str> {
    value.split(',').map(str::trim).filter(|one| !one.is_empty()).map(Str::from).collect()
}
