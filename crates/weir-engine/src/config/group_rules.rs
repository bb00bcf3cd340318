//! What a group's configurations may be, beyond their own definitions: the broker sets the bounds.

use std::collections::HashSet;

use super::{ConfigMap, Configs};

/// A group configuration, and the broker configurations that hold its least and most.
const RANGES: [(&str, &str, &str); 12] = [
    (
        "consumer.session.timeout.ms",
        "group.consumer.min.session.timeout.ms",
        "group.consumer.max.session.timeout.ms",
    ),
    (
        "consumer.heartbeat.interval.ms",
        "group.consumer.min.heartbeat.interval.ms",
        "group.consumer.max.heartbeat.interval.ms",
    ),
    (
        "consumer.assignment.interval.ms",
        "group.consumer.min.assignment.interval.ms",
        "group.consumer.max.assignment.interval.ms",
    ),
    (
        "share.session.timeout.ms",
        "group.share.min.session.timeout.ms",
        "group.share.max.session.timeout.ms",
    ),
    (
        "share.heartbeat.interval.ms",
        "group.share.min.heartbeat.interval.ms",
        "group.share.max.heartbeat.interval.ms",
    ),
    (
        "share.assignment.interval.ms",
        "group.share.min.assignment.interval.ms",
        "group.share.max.assignment.interval.ms",
    ),
    (
        "share.record.lock.duration.ms",
        "group.share.min.record.lock.duration.ms",
        "group.share.max.record.lock.duration.ms",
    ),
    (
        "share.delivery.count.limit",
        "group.share.min.delivery.count.limit",
        "group.share.max.delivery.count.limit",
    ),
    (
        "share.partition.max.record.locks",
        "group.share.min.partition.max.record.locks",
        "group.share.max.partition.max.record.locks",
    ),
    (
        "streams.session.timeout.ms",
        "group.streams.min.session.timeout.ms",
        "group.streams.max.session.timeout.ms",
    ),
    (
        "streams.heartbeat.interval.ms",
        "group.streams.min.heartbeat.interval.ms",
        "group.streams.max.heartbeat.interval.ms",
    ),
    (
        "streams.assignment.interval.ms",
        "group.streams.min.assignment.interval.ms",
        "group.streams.max.assignment.interval.ms",
    ),
];

/// A session has to be longer than the heartbeats in it.
const LONGER: [(&str, &str); 3] = [
    ("consumer.session.timeout.ms", "consumer.heartbeat.interval.ms"),
    ("share.session.timeout.ms", "share.heartbeat.interval.ms"),
    ("streams.session.timeout.ms", "streams.heartbeat.interval.ms"),
];

/// The broker configuration behind a group configuration, where there is one.
pub(crate) fn broker_key_of_group(key: &str) -> Option<&'static str> {
    if key == "streams.assignor.name" {
        return Some("group.streams.assignors");
    }
    super::broker_definition(&format!("group.{key}")).map(|definition| definition.name)
}

/// Checks all of a group's own configurations together. The error is a sentence for the client.
pub(super) fn check(configs: &Configs, own: &ConfigMap) -> Result<(), String> {
    let number = |key: &str| -> Option<i64> {
        let set = own.get(key).map(|v| v.to_string());
        set.or_else(|| configs.group_value("", None, key))?.trim().parse().ok()
    };
    for (key, least, most) in RANGES {
        let Some(value) = own.get(key).and_then(|v| v.trim().parse::<i64>().ok()) else { continue };
        let (least, most) = (configs.broker_i64(least), configs.broker_i64(most));
        if !(least..=most).contains(&value) {
            return Err(format!("{key} must be in the range {least} to {most} inclusive."));
        }
    }
    for (key, bound) in [
        ("streams.num.standby.replicas", "group.streams.max.standby.replicas"),
        ("streams.num.warmup.replicas", "group.streams.max.warmup.replicas"),
    ] {
        let set = own.get(key).and_then(|v| v.trim().parse::<i64>().ok());
        if super::broker_definition(bound).is_some()
            && set.is_some_and(|n| n > configs.broker_i64(bound))
        {
            let most = configs.broker_i64(bound);
            return Err(format!("{key} must be less than or equal to {most}"));
        }
    }
    for (session, heartbeat) in LONGER {
        if number(session) <= number(heartbeat) {
            return Err(format!("{session} must be greater than {heartbeat}"));
        }
    }
    check_streams(configs, own)?;
    if own.get("errors.deadletterqueue.topic.name").is_some_and(|name| name.starts_with("__")) {
        return Err(
            "errors.deadletterqueue.topic.name: DLQ topic name must not start with '__'".to_owned()
        );
    }
    match own.get("share.auto.offset.reset") {
        Some(value) if !is_reset(value) => Err(format!(
            "Invalid value {value} for configuration share.auto.offset.reset: Invalid value `{value}` for configuration share.auto.offset.reset. The value must be either \
             'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'."
        )),
        _ => Ok(()),
    }
}

fn check_streams(configs: &Configs, own: &ConfigMap) -> Result<(), String> {
    let assignors = configs.broker_value(None, "group.streams.assignors").unwrap_or_default();
    if let Some(name) = own.get("streams.assignor.name")
        && !assignors.split(',').any(|known| known.trim() == name.trim())
    {
        return Err(format!(
            "streams.assignor.name '{name}' is not a registered task assignor. Registered assignors are: [{assignors}]."
        ));
    }
    let tags =
        own.get("streams.rack.aware.assignment.tags").map(|v| v.as_str()).unwrap_or_default();
    let mut seen = HashSet::new();
    if !tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).all(|tag| seen.insert(tag)) {
        return Err(
            "streams.rack.aware.assignment.tags must not contain duplicate tag keys.".to_owned()
        );
    }
    let interval =
        own.get("streams.task.offset.interval.ms").and_then(|v| v.trim().parse::<i64>().ok());
    let least = configs.broker_i64("group.streams.min.task.offset.interval.ms");
    match interval {
        Some(interval) if interval < least => {
            Err(format!("streams.task.offset.interval.ms must be greater than or equal to {least}"))
        }
        _ => Ok(()),
    }
}

/// `earliest`, `latest`, or a duration of ISO 8601 that is not negative.
fn is_reset(value: &str) -> bool {
    let text = value.trim().to_ascii_lowercase();
    if matches!(text.as_str(), "earliest" | "latest") {
        return true;
    }
    text.strip_prefix("by_duration:").is_some_and(is_duration)
}

/// `PnDTnHnMn.nS` in lower case, at least one part.
fn is_duration(text: &str) -> bool {
    let Some(text) = text.strip_prefix('p') else { return false };
    let (days, time) = match text.split_once('t') {
        Some((days, time)) => (days, Some(time)),
        None => (text, None),
    };
    let is_number = |text: &str| {
        let parts = text.split_once('.').unwrap_or((text, "0"));
        [parts.0, parts.1].iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
    };
    let days_ok = days.is_empty() || days.strip_suffix('d').is_some_and(is_number);
    let Some(mut rest) = time else { return days_ok && !days.is_empty() };
    let mut parts = 0;
    for unit in ['h', 'm', 's'] {
        if let Some((number, after)) = rest.split_once(unit) {
            if !is_number(number) {
                return false;
            }
            parts += 1;
            rest = after;
        }
    }
    days_ok && rest.is_empty() && parts > 0
}

#[cfg(test)]
mod tests {
    use weir_wire::Str;

    use super::*;

    fn refusal(key: &str, value: &str) -> String {
        let own = ConfigMap::from([(Str::from(key), Str::from(value))]);
        check(&Configs::default(), &own).err().unwrap_or_default()
    }

    #[test]
    fn the_brokers_bounds_hold() {
        assert_eq!(refusal("consumer.session.timeout.ms", "50000"), "");
        let words = "consumer.session.timeout.ms must be in the range 45000 to 60000 inclusive.";
        assert_eq!(refusal("consumer.session.timeout.ms", "1"), words);
        let words = "share.delivery.count.limit must be in the range 2 to 10 inclusive.";
        assert_eq!(refusal("share.delivery.count.limit", "50"), words);
        let words = "streams.num.standby.replicas must be less than or equal to 2";
        assert_eq!(refusal("streams.num.standby.replicas", "9"), words);
    }

    #[test]
    fn resets_are_known_words_or_durations() {
        for good in [
            "earliest",
            "latest",
            "by_duration:PT1H",
            "by_duration:P1DT2H3M4.5S",
            "BY_DURATION:P2D",
        ] {
            assert_eq!(refusal("share.auto.offset.reset", good), "", "{good}");
        }
        for bad in ["none", "by_duration:", "by_duration:PT", "by_duration:-PT1H", "by_duration:P1"]
        {
            assert!(refusal("share.auto.offset.reset", bad).contains("must be either"), "{bad}");
        }
    }
}
