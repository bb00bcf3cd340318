//! Which broker configurations can be changed while brokers run, and to what (KIP-226).

use weir_wire::ErrorCode;
use weir_wire::config_defs::UpdateMode;

use super::{Configs, broker_definition};

/// Thread pools grow to twice their size at most, and shrink to half.
const THREADS: [&str; 5] = [
    "num.io.threads",
    "num.network.threads",
    "num.replica.fetchers",
    "num.recovery.threads.per.data.dir",
    "background.threads",
];

type Refused = (ErrorCode, String);

/// What may be the default of all brokers also for one listener.
const OF_ANY_LISTENER: [&str; 3] =
    ["max.connections", "max.connection.creation.rate", "num.network.threads"];

/// `KEY` of `listener.name.NAME.KEY`: of one listener alone.
fn listener_config(key: &str) -> Option<&str> {
    let (_, key) = key.strip_prefix("listener.name.")?.split_once('.')?;
    (!key.is_empty()).then_some(key)
}

/// Whether `key` may become `value` (`None`: removed) on `broker`, or as the default of all.
pub(crate) fn check_broker(
    configs: &Configs,
    broker: Option<i32>,
    key: &str,
    value: Option<&str>,
) -> Result<(), Refused> {
    let refused = |message: String| Err((ErrorCode::INVALID_REQUEST, message));
    // What Kafka does not know is kept for plug-ins; a listener's own is for each broker alone.
    let Some(definition) = broker_definition(key) else {
        let Some(base) = listener_config(key) else { return Ok(()) };
        if let (Some(definition), Some(value)) = (broker_definition(base), value)
            && let Err(invalid) = definition.check(value)
        {
            return refused(super::alter::sentence(definition, value, &invalid.reason));
        }
        if broker.is_none() && !OF_ANY_LISTENER.contains(&base) {
            return refused(at_default_level(key));
        }
        return Ok(());
    };
    let Some(value) = value else { return check_removal(configs, broker, key) };
    match definition.update_mode {
        UpdateMode::ReadOnly => {
            return refused(format!("Cannot update these configs dynamically: [{key}]"));
        }
        _ if key.starts_with("ssl.") => {
            return refused(format!(
                "These security configs can be dynamically updated only per-listener using the listener \
                 prefix: [{key}]"
            ));
        }
        // Quotas of replication are no configurations of a broker's own: only their values are looked at.
        UpdateMode::PerBroker if broker.is_none() && !is_quota(key) => {
            return refused(at_default_level(key));
        }
        _ => {}
    }
    if let Err(invalid) = definition.check(value) {
        return refused(super::alter::sentence(definition, value, &invalid.reason));
    }
    if key == "min.insync.replicas" && broker.is_some() && configs.elr_enabled() {
        return Err((ErrorCode::INVALID_CONFIG, MIN_ISR_OF_ONE.to_owned()));
    }
    check_together(configs, broker, key, value)
        .map_err(|message| (ErrorCode::INVALID_REQUEST, message))?;
    check_threads(configs, broker, key, value)
}

fn is_quota(key: &str) -> bool {
    weir_wire::config_defs::find(weir_wire::config_defs::BROKER_DYNAMIC, key).is_some()
}

/// What Kafka requires of a broker's values beyond their definitions (`AbstractKafkaConfig.validateValues`).
fn check_together(
    configs: &Configs,
    broker: Option<i32>,
    key: &str,
    value: &str,
) -> Result<(), String> {
    let value = value.trim();
    let number = value.parse::<i64>().unwrap_or_default();
    let now = |key: &str| {
        let now = configs.broker_value(broker, key);
        now.and_then(|now| now.trim().parse::<i64>().ok()).unwrap_or_default()
    };
    match key {
        // Below zero is without end, whatever the number.
        "log.retention.ms" if number == 0 => {
            Err(required("log.retention.ms must be unlimited (-1) or, greater than or equal to 1"))
        }
        "log.roll.ms" if number < 1 => {
            Err(required("log.roll.ms must be greater than or equal to 1"))
        }
        "log.roll.jitter.ms" if number < 0 => {
            Err(required("log.roll.jitter.ms must be greater than or equal to 0"))
        }
        "log.local.retention.ms" => {
            local_retention(key, number, "log.retention.ms", retention_ms(configs, broker))
        }
        "log.local.retention.bytes" => {
            local_retention(key, number, "log.retention.bytes", now("log.retention.bytes"))
        }
        "log.cleaner.threads" => cleaner_memory(now("log.cleaner.dedupe.buffer.size"), number),
        "log.cleaner.dedupe.buffer.size" => cleaner_memory(number, now("log.cleaner.threads")),
        "max.connections.per.ip.overrides" => check_overrides(value),
        "cordoned.log.dirs" => check_cordoned(configs, broker, value),
        _ => Ok(()),
    }
}

/// `log.retention.ms`, or the minutes or hours that stand for it.
fn retention_ms(configs: &Configs, broker: Option<i32>) -> i64 {
    let number = |key: &str| configs.broker_value(broker, key)?.trim().parse::<i64>().ok();
    let minutes = || number("log.retention.minutes").map(|minutes| minutes.saturating_mul(60_000));
    let hours = || number("log.retention.hours").map(|hours| hours.saturating_mul(3_600_000));
    number("log.retention.ms").or_else(minutes).or_else(hours).unwrap_or(-1)
}

/// What is kept here of a tiered log is a part of all of it; -2 is all, and negative bounds are none.
fn local_retention(key: &str, local: i64, of: &str, all: i64) -> Result<(), String> {
    let is_more = all >= 0 && local > all;
    if !is_more {
        return Ok(());
    }
    Err(dynamic(&format!(
        "Invalid value {local} for configuration {key}: Value must not be more than {of} property value: {all}"
    )))
}

/// As Kafka wraps what a part of the broker does not take.
fn dynamic(what: &str) -> String {
    format!(
        "Invalid value org.apache.kafka.common.config.ConfigException: {what} for configuration Invalid dynamic \
         configuration"
    )
}

fn required(what: &str) -> String {
    format!("requirement failed: {what}")
}

/// Each thread of the cleaner wants more than 1 MiB.
fn cleaner_memory(bytes: i64, threads: i64) -> Result<(), String> {
    match bytes.checked_div(threads) {
        None => Err("/ by zero".to_owned()),
        Some(each) if each <= 1 << 20 => {
            Err(required("log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread."))
        }
        Some(_) => Ok(()),
    }
}

/// `host:count,host:count`, in the words of Kafka's parser.
fn check_overrides(value: &str) -> Result<(), String> {
    let prefix = "Error parsing configuration property 'max.connections.per.ip.overrides': ";
    for entry in value.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let Some((_, count)) = entry.rsplit_once(':') else {
            return Err(format!("{prefix}begin 0, end -1, length {}", entry.chars().count()));
        };
        if count.trim().parse::<i32>().is_err() {
            return Err(format!("{prefix}For input string: \"{}\"", count.trim()));
        }
    }
    Ok(())
}

/// `*`, or log dirs of the broker (KIP-1066), by path or by their name in `log.dirs`.
fn check_cordoned(configs: &Configs, broker: Option<i32>, value: &str) -> Result<(), String> {
    let entries: Vec<&str> = value.split(',').map(str::trim).filter(|e| !e.is_empty()).collect();
    if entries.contains(&"*") && entries.len() > 1 {
        let what = "When cordoned.log.dirs is set to *, it must not contain other values";
        return Err(required(what));
    }
    let dirs = configs.broker_value(broker, "log.dirs").unwrap_or_default();
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

const MIN_ISR_OF_ONE: &str =
    "Broker-level min.insync.replicas cannot be altered while ELR is enabled.";

fn at_default_level(key: &str) -> String {
    format!(
        "Cannot update these configs at default cluster level, broker id must be specified: [{key}]"
    )
}

fn check_removal(configs: &Configs, broker: Option<i32>, key: &str) -> Result<(), Refused> {
    if key != "min.insync.replicas" || !configs.elr_enabled() {
        return Ok(());
    }
    let message = match broker {
        Some(_) => MIN_ISR_OF_ONE,
        None => "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.",
    };
    Err((ErrorCode::INVALID_CONFIG, message.to_owned()))
}

fn check_threads(
    configs: &Configs,
    broker: Option<i32>,
    key: &str,
    value: &str,
) -> Result<(), Refused> {
    if !THREADS.contains(&key) {
        return Ok(());
    }
    let (Ok(new), Some(Ok(now))) = (
        value.trim().parse::<i64>(),
        configs.broker_value(broker, key).map(|v| v.trim().parse::<i64>()),
    ) else {
        return Ok(());
    };
    let reason = match new {
        _ if new < now / 2 => format!("value should be at least half the current value {now}"),
        _ if new > now * 2 => {
            format!("value should not be greater than double the current value {now}")
        }
        _ => return Ok(()),
    };
    let message = dynamic(&format!(
        "Dynamic thread count update validation failed for {key}={value}, {reason}"
    ));
    Err((ErrorCode::INVALID_REQUEST, message))
}
