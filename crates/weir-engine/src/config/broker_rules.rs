//! Which broker configurations can be changed while brokers run, and to what (KIP-226).

use weir_wire::ErrorCode;
use weir_wire::config_defs::{UpdateMode, check_together, dynamic};

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
    check_together(key, value, &|other| configs.broker_value(broker, other))
        .map_err(|violation| (ErrorCode::INVALID_REQUEST, violation.in_kafkas_words()))?;
    check_threads(configs, broker, key, value)
}

fn is_quota(key: &str) -> bool {
    weir_wire::config_defs::find(weir_wire::config_defs::BROKER_DYNAMIC, key).is_some()
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
    let message = dynamic(format!(
        "Dynamic thread count update validation failed for {key}={value}, {reason}"
    ));
    Err((ErrorCode::INVALID_REQUEST, message))
}
