//! What a client-metrics subscription may hold (KIP-714).

use weir_wire::ErrorCode;

use super::ConfigMap;

const INTERVAL_MIN_MS: i64 = 100;
const INTERVAL_MAX_MS: i64 = 3_600_000;
const MATCHES: [&str; 6] = [
    "client_instance_id",
    "client_id",
    "client_software_name",
    "client_software_version",
    "client_source_address",
    "client_source_port",
];

/// Whether it is a regular expression.
fn is_expression(value: &str) -> bool {
    !value.is_empty() && regex::Regex::new(value).is_ok()
}

/// Checks a subscription as a whole; the error is Kafka's code and a sentence for the client.
pub(super) fn check(own: &ConfigMap) -> Result<(), (ErrorCode, String)> {
    if let Some(interval) = own.get("interval.ms") {
        let number = interval.trim().parse::<i64>().unwrap_or(-1);
        if !(INTERVAL_MIN_MS..=INTERVAL_MAX_MS).contains(&number) {
            let message = format!(
                "Invalid value {interval} for interval.ms, interval must be between 100 and 3600000 (1 \
                 hour)"
            );
            return Err((ErrorCode::INVALID_REQUEST, message));
        }
    }
    let patterns = own.get("match").map(|v| v.as_str()).unwrap_or_default();
    for pattern in patterns.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let mut parts = pattern.split('=');
        let known = parts.next().is_some_and(|name| MATCHES.contains(&name.trim()));
        let one_value =
            parts.next().is_some_and(|value| is_expression(value.trim())) && parts.next().is_none();
        if !known || !one_value {
            let message = format!("Illegal client matching pattern: {pattern}");
            return Err((ErrorCode::INVALID_CONFIG, message));
        }
    }
    Ok(())
}
