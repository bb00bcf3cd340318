//! What the built-in engine takes at its start, under Kafka's names of broker configurations.

use super::{BROKER, InvalidConfig, find};

/// The authorizer that `authorizer.class.name` may name.
pub const STANDARD_AUTHORIZER: &str = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
/// The authorizer's own configurations, which Kafka's definitions of broker configurations do not have (KIP-801).
pub const AUTHORIZER_CONFIGS: [&str; 2] = ["super.users", "allow.everyone.if.no.acl.found"];

/// Why a cluster cannot be started with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigAtStart {
    #[error("Kafka has no broker configuration of this name")]
    Unknown,
    #[error("{0}")]
    Invalid(InvalidConfig),
    #[error("the only authorizer here is {STANDARD_AUTHORIZER}")]
    Authorizer,
    /// They are labels of replicas here, all in one place: a path would promise another.
    #[error("names of folders below the broker's own, such as log-0,log-1")]
    LogDirs,
}

/// Checks a broker configuration that an engine is to be started with.
///
/// # Errors
/// Kafka has no such broker configuration, or the value is not valid for it, or not here.
pub fn check_at_start(key: &str, value: &str) -> Result<(), ConfigAtStart> {
    if AUTHORIZER_CONFIGS.contains(&key) {
        return Ok(());
    }
    let definition = find(BROKER, key).ok_or(ConfigAtStart::Unknown)?;
    definition.check(value).map_err(ConfigAtStart::Invalid)?;
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

    #[test]
    fn what_kafka_or_the_engine_does_not_take_is_refused() {
        use ConfigAtStart::{Authorizer, LogDirs, Unknown};
        assert_eq!(check_at_start("num.partitions", "6"), Ok(()));
        assert_eq!(check_at_start("super.users", "User:ada"), Ok(()));
        assert_eq!(check_at_start("num.partition", "6"), Err(Unknown));
        let invalid = check_at_start("num.partitions", "0");
        assert!(matches!(invalid, Err(ConfigAtStart::Invalid(_))), "{invalid:?}");
        assert_eq!(check_at_start("log.dirs", "a, b-1"), Ok(()));
        for path in ["/data/a", "..", "a/b", "a,.b"] {
            assert_eq!(check_at_start("log.dirs", path), Err(LogDirs), "{path}");
        }
        assert_eq!(check_at_start("authorizer.class.name", STANDARD_AUTHORIZER), Ok(()));
        assert_eq!(check_at_start("authorizer.class.name", "my.Authorizer"), Err(Authorizer));
    }
}
