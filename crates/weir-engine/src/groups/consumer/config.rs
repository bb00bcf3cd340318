//! Configurations of consumer groups: the group's own, within the broker's bounds (KIP-848).

use weir_wire::Str;

use crate::config::Configs;
use crate::groups::step::{GroupConfig, bounded, has_protocol};
use crate::image::Image;

/// `group.consumer.migration.policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MigrationPolicy {
    Bidirectional,
    Upgrade,
    Downgrade,
    Disabled,
}

impl MigrationPolicy {
    fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "upgrade" => Self::Upgrade,
            "downgrade" => Self::Downgrade,
            "disabled" => Self::Disabled,
            _ => Self::Bidirectional,
        }
    }

    pub(crate) fn allows_upgrade(self) -> bool {
        matches!(self, Self::Bidirectional | Self::Upgrade)
    }

    pub(crate) fn allows_downgrade(self) -> bool {
        matches!(self, Self::Bidirectional | Self::Downgrade)
    }
}

/// What one consumer group obeys.
#[derive(Debug, Clone)]
pub(crate) struct ConsumerConfig {
    pub(crate) session_timeout_ms: i32,
    pub(crate) heartbeat_interval_ms: i32,
    /// How long a target assignment holds at least.
    pub(crate) assignment_interval_ms: i32,
    pub(crate) size_max: usize,
    /// `group.max.size`: of the classic group that this one may become.
    pub(crate) classic_size_max: usize,
    /// `group.consumer.assignors`; the first is the default.
    pub(crate) assignors: Vec<Str>,
    pub(crate) migration: MigrationPolicy,
    /// Whether `group.coordinator.rebalance.protocols` and the feature `group.version` have it.
    pub(crate) is_enabled: bool,
}

impl GroupConfig for ConsumerConfig {
    fn of(image: &Image, group: &str) -> Self {
        let mut config = of_group(image.configs(), group);
        config.is_enabled &= image.feature_level("group.version") > 0;
        config
    }
}

/// The configuration in effect for `group`.
fn of_group(configs: &Configs, group: &str) -> ConsumerConfig {
    let size = |key: &str| usize::try_from(configs.broker_i32(key)).unwrap_or(usize::MAX);
    let text = |key: &str| configs.broker_value(None, key).unwrap_or_default();
    ConsumerConfig {
        session_timeout_ms: bounded(configs, "consumer", group, "session.timeout.ms"),
        heartbeat_interval_ms: bounded(configs, "consumer", group, "heartbeat.interval.ms"),
        assignment_interval_ms: bounded(configs, "consumer", group, "assignment.interval.ms"),
        size_max: size("group.consumer.max.size"),
        classic_size_max: size("group.max.size"),
        assignors: assignors(&text("group.consumer.assignors")),
        migration: MigrationPolicy::parse(&text("group.consumer.migration.policy")),
        is_enabled: has_protocol(configs, "consumer"),
    }
}

/// Kafka also takes class names here: those that are not the built-in assignors' are left out.
fn assignors(value: &str) -> Vec<Str> {
    let known = value.split(',').map(str::trim).filter_map(|name| {
        let known = super::ASSIGNORS.iter().find(|known| known.eq_ignore_ascii_case(name));
        known.map(|known| Str::from_static(known))
    });
    let known: Vec<Str> = known.collect();
    if known.is_empty() { super::ASSIGNORS.map(Str::from_static).to_vec() } else { known }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::ResourceType;

    fn configs(statics: &[(&str, &str)]) -> Configs {
        let statics: BTreeMap<String, String> =
            statics.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Configs::with_statics(&statics)
    }

    #[test]
    fn defaults_are_kafkas() {
        let config = of_group(&configs(&[]), "g");
        assert_eq!(config.session_timeout_ms, 45_000);
        assert_eq!(config.heartbeat_interval_ms, 5_000);
        assert_eq!(config.assignment_interval_ms, 1_000);
        assert_eq!(config.assignors, ["uniform", "range"]);
        assert_eq!(config.migration, MigrationPolicy::Bidirectional);
    }

    #[test]
    fn a_groups_own_value_stays_within_the_brokers_bounds() {
        let mut configs = configs(&[("group.consumer.max.session.timeout.ms", "50000")]);
        for (value, expected) in [("48000", 48_000), ("99000", 50_000), ("1", 45_000)] {
            configs.put(ResourceType::Group, "g", "consumer.session.timeout.ms", Some(value));
            assert_eq!(of_group(&configs, "g").session_timeout_ms, expected, "{value}");
        }
        assert_eq!(of_group(&configs, "other").session_timeout_ms, 45_000);
    }

    #[test]
    fn policies_and_assignors_ignore_case() {
        let configs = configs(&[
            ("group.consumer.migration.policy", "Upgrade"),
            ("group.consumer.assignors", "Range"),
        ]);
        let config = of_group(&configs, "g");
        assert!(config.migration.allows_upgrade() && !config.migration.allows_downgrade());
        assert_eq!(config.assignors, ["range"]);
    }
}
