//! What Kafka requires of a broker's values beyond their definitions, one beside another
//! (`AbstractKafkaConfig.validateValues`, `LogCleaner.validateReconfiguration`, KIP-1066).

use std::fmt;

const GROUP_KINDS: [&str; 3] = ["group.consumer.", "group.share.", "group.streams."];
const GROUP_TIMES: [&str; 2] = ["heartbeat.interval.ms", "session.timeout.ms"];

/// The value that another configuration has: set, or by default.
pub type Others<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Why a value does not go with the others. Its words alone are for a person; [`Violation::in_kafkas_words`]
/// for clients.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{said}")]
pub struct Violation {
    said: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Required,
    Dynamic,
    Overrides,
    Division,
}

impl Violation {
    fn new(kind: Kind, said: impl Into<String>) -> Self {
        Self { said: said.into(), kind }
    }

    /// With what Kafka's brokers put around it.
    #[must_use]
    pub fn in_kafkas_words(&self) -> String {
        let said = &self.said;
        match self.kind {
            Kind::Required => format!("requirement failed: {said}"),
            Kind::Dynamic => dynamic(said),
            Kind::Overrides => format!(
                "Error parsing configuration property 'max.connections.per.ip.overrides': {said}"
            ),
            Kind::Division => "/ by zero".to_owned(),
        }
    }
}

/// As Kafka wraps what a part of the broker does not take.
#[must_use]
pub fn dynamic(what: impl fmt::Display) -> String {
    format!(
        "Invalid value org.apache.kafka.common.config.ConfigException: {what} for configuration Invalid dynamic \
         configuration"
    )
}

/// Checks `value`, which is valid for `key` itself, beside the `others`.
///
/// # Errors
/// Kafka's brokers would not take it.
pub fn check_together(key: &str, value: &str, others: &Others<'_>) -> Result<(), Violation> {
    let value = value.trim();
    let number = value.parse::<i64>().unwrap_or_default();
    let other = |key: &str| number_of(others, key).unwrap_or_default();
    match key {
        // Below zero is without end, whatever the number; minutes and hours stand for it.
        "log.retention.ms" | "log.retention.minutes" | "log.retention.hours" if number == 0 => {
            Err(required("log.retention.ms must be unlimited (-1) or, greater than or equal to 1"))
        }
        "log.roll.ms" if number < 1 => {
            Err(required("log.roll.ms must be greater than or equal to 1"))
        }
        "log.roll.jitter.ms" if number < 0 => {
            Err(required("log.roll.jitter.ms must be greater than or equal to 0"))
        }
        "log.local.retention.ms" => {
            local_retention(key, number, "log.retention.ms", retention_ms(others))
        }
        "log.local.retention.bytes" => {
            local_retention(key, number, "log.retention.bytes", other("log.retention.bytes"))
        }
        "log.cleaner.threads" => cleaner_memory(other("log.cleaner.dedupe.buffer.size"), number),
        "log.cleaner.dedupe.buffer.size" => cleaner_memory(number, other("log.cleaner.threads")),
        "max.connections.per.ip.overrides" => check_overrides(value),
        "cordoned.log.dirs" => check_cordoned(value, &others("log.dirs").unwrap_or_default()),
        _ => group_bounds(key, number, &other),
    }
}

/// A default of groups lies between the least and the most that groups may set (`GroupCoordinatorConfig`).
fn group_bounds(key: &str, number: i64, other: &dyn Fn(&str) -> i64) -> Result<(), Violation> {
    let of = |what: &str| key.strip_suffix(what).filter(|kind| GROUP_KINDS.contains(kind));
    let Some((kind, what)) = GROUP_TIMES.iter().find_map(|what| Some((of(what)?, what))) else {
        return Ok(());
    };
    let (least, most) = (format!("{kind}min.{what}"), format!("{kind}max.{what}"));
    if number < other(&least) {
        return Err(required(&format!("{key} must be greater than or equal to {least}")));
    }
    if number > other(&most) {
        return Err(required(&format!("{key} must be less than or equal to {most}")));
    }
    Ok(())
}

fn number_of(others: &Others<'_>, key: &str) -> Option<i64> {
    others(key)?.trim().parse().ok()
}

/// `log.retention.ms`, or the minutes or hours that stand for it.
fn retention_ms(others: &Others<'_>) -> i64 {
    let in_ms = |key: &str, unit: i64| number_of(others, key).map(|n| n.saturating_mul(unit));
    in_ms("log.retention.ms", 1)
        .or_else(|| in_ms("log.retention.minutes", 60_000))
        .or_else(|| in_ms("log.retention.hours", 3_600_000))
        .unwrap_or(-1)
}

/// What is kept here of a tiered log is a part of all of it; -2 is all, and negative bounds are none.
fn local_retention(key: &str, local: i64, of: &str, all: i64) -> Result<(), Violation> {
    let is_more = all >= 0 && local > all;
    if !is_more {
        return Ok(());
    }
    let said = format!(
        "Invalid value {local} for configuration {key}: Value must not be more than {of} property value: {all}"
    );
    Err(Violation::new(Kind::Dynamic, said))
}

fn required(what: &str) -> Violation {
    Violation::new(Kind::Required, what)
}

/// Each thread of the cleaner wants more than 1 MiB.
fn cleaner_memory(bytes: i64, threads: i64) -> Result<(), Violation> {
    match bytes.checked_div(threads) {
        None => Err(Violation::new(Kind::Division, "log.cleaner.threads must be at least 1")),
        Some(each) if each <= 1 << 20 => {
            Err(required("log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread."))
        }
        Some(_) => Ok(()),
    }
}

/// `host:count,host:count`, in the words of Kafka's parser.
fn check_overrides(value: &str) -> Result<(), Violation> {
    let refuse = |said: String| Err(Violation::new(Kind::Overrides, said));
    for entry in value.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let Some((_, count)) = entry.rsplit_once(':') else {
            return refuse(format!("begin 0, end -1, length {}", entry.chars().count()));
        };
        if count.trim().parse::<i32>().is_err() {
            return refuse(format!("For input string: \"{}\"", count.trim()));
        }
    }
    Ok(())
}

/// `*`, or log dirs of the broker (KIP-1066), by path or by their name in `log.dirs`.
fn check_cordoned(value: &str, dirs: &str) -> Result<(), Violation> {
    let entries: Vec<&str> = value.split(',').map(str::trim).filter(|e| !e.is_empty()).collect();
    if entries.contains(&"*") && entries.len() > 1 {
        let what = "When cordoned.log.dirs is set to *, it must not contain other values";
        return Err(required(what));
    }
    let is_one = |entry: &str| {
        let name = entry.rsplit('/').next().unwrap_or(entry);
        dirs.split(',').map(str::trim).any(|dir| dir == entry || dir == name)
    };
    let missing: Vec<&str> =
        entries.into_iter().filter(|entry| *entry != "*" && !is_one(entry)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(required(&format!(
        "All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : {}",
        missing.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(key: &str, value: &str, others: &[(&str, &str)]) -> Option<(String, String)> {
        let others = |key: &str| {
            others.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
        };
        let violation = check_together(key, value, &others).err()?;
        Some((violation.to_string(), violation.in_kafkas_words()))
    }

    #[test]
    fn a_violation_has_words_for_people_and_for_clients() {
        let (plain, kafkas) = said("log.roll.ms", "0", &[]).unwrap();
        assert_eq!(plain, "log.roll.ms must be greater than or equal to 1");
        assert_eq!(kafkas, format!("requirement failed: {plain}"));
        let retention = [("log.retention.hours", "1")];
        let (plain, kafkas) = said("log.local.retention.ms", "3600001", &retention).unwrap();
        assert!(plain.ends_with("property value: 3600000"), "{plain}");
        assert!(kafkas.ends_with("for configuration Invalid dynamic configuration"), "{kafkas}");
        let buffer = [("log.cleaner.dedupe.buffer.size", "134217728")];
        let (plain, kafkas) = said("log.cleaner.threads", "0", &buffer).unwrap();
        assert_eq!((&*plain, &*kafkas), ("log.cleaner.threads must be at least 1", "/ by zero"));
    }

    #[test]
    fn defaults_of_groups_lie_within_their_bounds() {
        let bounds = [
            ("group.share.min.session.timeout.ms", "45000"),
            ("group.share.max.session.timeout.ms", "60000"),
        ];
        let key = "group.share.session.timeout.ms";
        let (plain, _) = said(key, "1", &bounds).unwrap();
        assert_eq!(plain, format!("{key} must be greater than or equal to {}", bounds[0].0));
        let (plain, _) = said(key, "60001", &bounds).unwrap();
        assert_eq!(plain, format!("{key} must be less than or equal to {}", bounds[1].0));
        assert_eq!(said(key, "45000", &bounds), None);
        assert!(said("log.retention.hours", "0", &[]).is_some());
    }

    #[test]
    fn what_goes_together_is_taken() {
        assert_eq!(said("log.retention.ms", "-1", &[]), None);
        assert_eq!(said("log.local.retention.ms", "-2", &[("log.retention.ms", "5")]), None);
        assert_eq!(said("max.connections.per.ip.overrides", "a:1, b:2", &[]), None);
        let dirs = [("log.dirs", "log-0,log-1")];
        assert_eq!(said("cordoned.log.dirs", "/data/log-1", &dirs), None);
        assert!(said("cordoned.log.dirs", "log-2", &dirs).is_some());
        assert!(said("cordoned.log.dirs", "*,log-0", &dirs).is_some());
    }
}
