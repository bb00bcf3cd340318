//! What a share group is configured with: its own configurations, else the brokers'.

use crate::config::Configs;
use crate::groups::GroupConfig;
use crate::image::Image;
use crate::partition::Isolation;
use crate::share::partition::GiveBack;

/// The effective configuration of one share group. Times are in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShareConfig {
    /// `share.record.lock.duration.ms`.
    pub(crate) lock_ms: i64,
    /// `share.delivery.count.limit`.
    pub(crate) count_limit: i16,
    /// `share.partition.max.record.locks`.
    pub(crate) locks_max: i64,
    /// `share.isolation.level`.
    pub(crate) isolation: Isolation,
    /// `share.auto.offset.reset`.
    pub(crate) reset: Reset,
    /// `share.renew.acknowledge.enable`.
    pub(crate) may_renew: bool,
    /// `share.session.timeout.ms`: a member that is silent for so long is out.
    pub(crate) session_ms: i64,
    /// `share.heartbeat.interval.ms`.
    pub(crate) heartbeat_ms: i32,
    /// `errors.deadletterqueue.topic.name`, where it is not empty.
    pub(crate) dlq_topic: Option<String>,
    /// `errors.deadletterqueue.copy.record.enable`.
    pub(crate) dlq_copies: bool,
    /// Whether records become dead letters: there is a topic, and `share.version` is 2.
    pub(crate) has_dlq: bool,
}

/// Where a share-partition begins that has no state yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reset {
    Latest,
    Earliest,
    /// At the first record that is not older than so many milliseconds.
    Duration(i64),
}

impl GroupConfig for ShareConfig {
    fn of(image: &Image, group: &str) -> Self {
        let config = Self::in_effect(image.configs(), group);
        let has_dlq = config.dlq_topic.is_some() && image.feature_level("share.version") >= 2;
        Self { has_dlq, ..config }
    }
}

impl ShareConfig {
    pub(crate) fn in_effect(configs: &Configs, group: &str) -> Self {
        let text = |key: &str| configs.group_value(group, None, key).unwrap_or_default();
        let number = |key: &str, default: i64| text(key).parse().unwrap_or(default);
        Self {
            lock_ms: number("share.record.lock.duration.ms", 30_000),
            count_limit: i16::try_from(number("share.delivery.count.limit", 5)).unwrap_or(i16::MAX),
            locks_max: number("share.partition.max.record.locks", 2_000),
            isolation: match text("share.isolation.level").as_str() {
                "read_committed" => Isolation::ReadCommitted,
                _ => Isolation::ReadUncommitted,
            },
            reset: reset(&text("share.auto.offset.reset")),
            may_renew: text("share.renew.acknowledge.enable") != "false",
            session_ms: number("share.session.timeout.ms", 45_000),
            heartbeat_ms: i32::try_from(number("share.heartbeat.interval.ms", 5_000))
                .unwrap_or(i32::MAX),
            dlq_topic: Some(text("errors.deadletterqueue.topic.name"))
                .filter(|topic| !topic.is_empty()),
            dlq_copies: text("errors.deadletterqueue.copy.record.enable") == "true",
            has_dlq: false,
        }
    }

    /// What becomes of records that are given back.
    pub(crate) fn give_back(&self) -> GiveBack {
        GiveBack { count_limit: self.count_limit, has_dlq: self.has_dlq }
    }

    /// `acquisition_lock_timeout_ms` of an answer.
    pub(crate) fn lock_timeout(&self) -> i32 {
        i32::try_from(self.lock_ms).unwrap_or(i32::MAX)
    }
}

fn reset(value: &str) -> Reset {
    match value {
        "earliest" => Reset::Earliest,
        other => other
            .strip_prefix("by_duration:")
            .and_then(duration_ms)
            .map_or(Reset::Latest, Reset::Duration),
    }
}

/// An ISO-8601 duration of days, hours, minutes and seconds (`P1DT2H3M4.5S`), in milliseconds.
fn duration_ms(text: &str) -> Option<i64> {
    let rest = text.strip_prefix('P')?;
    let (days, time) = rest.split_once('T').unwrap_or((rest, ""));
    let mut total = parts(days, &[('D', 86_400_000.0)])?;
    total += parts(time, &[('H', 3_600_000.0), ('M', 60_000.0), ('S', 1_000.0)])?;
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the check before it")]
    (total.is_finite() && (0.0..9e15).contains(&total)).then_some(total as i64)
}

fn parts(mut text: &str, units: &[(char, f64)]) -> Option<f64> {
    let mut total = 0.0;
    while !text.is_empty() {
        let at = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let amount: f64 = text.get(..at)?.parse().ok()?;
        let unit = text.get(at..)?.chars().next()?;
        total += amount * units.iter().find(|(name, _)| *name == unit)?.1;
        text = text.get(at + unit.len_utf8()..)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resets_are_read_as_kafka_writes_them() {
        assert_eq!(reset("earliest"), Reset::Earliest);
        assert_eq!(reset("latest"), Reset::Latest);
        for (text, ms) in [
            ("PT1H", 3_600_000),
            ("P1DT2H3M4.5S", 93_784_500),
            ("PT0.25S", 250),
            ("P2D", 172_800_000),
        ] {
            assert_eq!(reset(&format!("by_duration:{text}")), Reset::Duration(ms), "{text}");
        }
        assert_eq!(reset("by_duration:nonsense"), Reset::Latest);
    }
}
