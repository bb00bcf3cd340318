//! What the built-in engine takes at its start, under Kafka's names of broker configurations.

use super::{BROKER, InvalidConfig, Violation, check_together, find};

/// The authorizer that `authorizer.class.name` may name.
pub const STANDARD_AUTHORIZER: &str = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
/// The authorizer's own configurations, which Kafka's definitions of broker configurations do not have (KIP-801).
pub const AUTHORIZER_CONFIGS: [&str; 2] = ["super.users", "allow.everyone.if.no.acl.found"];

/// The log dir of a broker that was given none.
pub const LOG_DIR: &str = "log-0";

/// Why a cluster cannot be started with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigAtStart {
    #[error("Kafka has no broker configuration of this name")]
    Unknown,
    #[error("{}", .0.reason)]
    Invalid(InvalidConfig),
    /// Valid for itself, not beside the others.
    #[error("{0}")]
    Together(Violation),
    #[error("the only authorizer here is {STANDARD_AUTHORIZER}")]
    Authorizer,
    /// They are labels of replicas here, all in one place: a path would promise another.
    #[error("names of folders below the broker's own, such as log-0,log-1")]
    LogDirs,
}

/// Checks a broker configuration that an engine is to be started with, beside what else is `set`.
///
/// # Errors
/// Kafka has no such broker configuration, or the value is not valid for it, or not here, or not beside the others.
pub fn check_at_start<'a>(
    key: &str,
    value: &str,
    set: &dyn Fn(&str) -> Option<&'a str>,
) -> Result<(), ConfigAtStart> {
    if AUTHORIZER_CONFIGS.contains(&key) {
        return Ok(());
    }
    let definition = find(BROKER, key).ok_or(ConfigAtStart::Unknown)?;
    definition.check(value).map_err(ConfigAtStart::Invalid)?;
    check_together(key, value, &|other| {
        let by_default = || match other {
            "log.dirs" => Some(LOG_DIR),
            _ => find(BROKER, other)?.default,
        };
        set(other).or_else(by_default).map(str::to_owned)
    })
    .map_err(ConfigAtStart::Together)?;
    match key {
        "log.dirs" if !value.split(',').all(|name| is_folder_name(name.trim())) => {
            Err(ConfigAtStart::LogDirs)
        }
        "authorizer.class.name" if !["", STANDARD_AUTHORIZER].contains(&value) => {
            Err(ConfigAtStart::Authorizer)
        }
        _ => Ok(()),
    }
}

fn is_folder_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, value: &str) -> Result<(), ConfigAtStart> {
        check_at_start(key, value, &|_| None)
    }

    #[test]
    fn what_kafka_or_the_engine_does_not_take_is_refused() {
        use ConfigAtStart::{Authorizer, LogDirs, Unknown};
        assert_eq!(check("num.partitions", "6"), Ok(()));
        assert_eq!(check("super.users", "User:ada"), Ok(()));
        assert_eq!(check("num.partition", "6"), Err(Unknown));
        let invalid = check("num.partitions", "0");
        assert!(matches!(invalid, Err(ConfigAtStart::Invalid(_))), "{invalid:?}");
        assert_eq!(check("log.dirs", "a, b-1"), Ok(()));
        for path in ["/data/a", "..", "a/b", "a,.b"] {
            assert_eq!(check("log.dirs", path), Err(LogDirs), "{path}");
        }
        assert_eq!(check("authorizer.class.name", STANDARD_AUTHORIZER), Ok(()));
        assert_eq!(check("authorizer.class.name", "my.Authorizer"), Err(Authorizer));
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        for (key, value) in [
            ("log.retention.ms", "0"),
            ("log.roll.ms", "0"),
            ("log.retention.hours", "0"),
            ("group.consumer.session.timeout.ms", "100"),
            ("group.streams.heartbeat.interval.ms", "100000"),
            ("log.cleaner.dedupe.buffer.size", "1"),
            ("max.connections.per.ip.overrides", "a"),
            ("cordoned.log.dirs", "/x"),
        ] {
            let refused = check(key, value);
            assert!(matches!(refused, Err(ConfigAtStart::Together(_))), "{key}: {refused:?}");
        }
        assert_eq!(check("cordoned.log.dirs", LOG_DIR), Ok(()));
        let set = |key: &str| (key == "log.dirs").then_some("a,b");
        assert_eq!(check_at_start("cordoned.log.dirs", "b", &set), Ok(()));
        let set = |key: &str| (key == "log.retention.ms").then_some("1000");
        assert!(check_at_start("log.local.retention.ms", "1001", &set).is_err());
        assert!(check("log.local.retention.ms", "1001").is_ok(), "a week by default");
    }
}
