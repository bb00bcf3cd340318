//! Kafka's configuration definitions, in the domain's words.

use weir_domain::{ConfigDefinition, ConfigType, Importance};
use weir_wire::config_defs::{self, ConfigAtStart, ConfigDef, InvalidConfig, Valid};

/// The configurations of topics, in order of name; Kafka's internal ones left out.
pub fn topic_configs() -> Vec<ConfigDefinition> {
    config_defs::TOPIC.iter().filter(|d| !d.internal).map(definition).collect()
}

/// Checks a topic's configuration as Kafka will.
///
/// # Errors
/// The name is unknown, or the value is not valid for it.
pub fn check_topic_config(name: &str, value: &str) -> Result<(), ConfigProblem> {
    let definition = config_defs::find(config_defs::TOPIC, name);
    let definition = definition.ok_or_else(|| ConfigProblem::Unknown(name.to_owned()))?;
    definition.check(value).map_err(|problem| ConfigProblem::Invalid {
        name: name.to_owned(),
        problem,
        valid_values: valid_values(definition),
    })
}

/// Checks a broker configuration that a cluster of the built-in engine is to be made with, beside what else is `set`.
///
/// # Errors
/// Kafka has no such broker configuration, or the value is not valid for it, or not for the engine; or it is a secret, which
/// would lie in a file and in the record of the operation.
pub fn check_broker_config<'a>(
    name: &str,
    value: &str,
    set: &dyn Fn(&str) -> Option<&'a str>,
) -> Result<(), ConfigProblem> {
    if config_defs::find(config_defs::BROKER, name).is_some_and(|known| known.sensitive) {
        return Err(ConfigProblem::Secret(name.to_owned()));
    }
    config_defs::check_at_start(name, value, set).map_err(|problem| match problem {
        ConfigAtStart::Unknown => ConfigProblem::UnknownOfBroker(name.to_owned()),
        ConfigAtStart::Invalid(problem) => {
            let definition = config_defs::find(config_defs::BROKER, name);
            let valid_values = definition.and_then(valid_values);
            ConfigProblem::Invalid { name: name.to_owned(), problem, valid_values }
        }
        ConfigAtStart::Together(violation) => ConfigProblem::Together(violation.to_string()),
        ConfigAtStart::Authorizer => ConfigProblem::Authorizer(config_defs::STANDARD_AUTHORIZER),
        ConfigAtStart::LogDirs => ConfigProblem::LogDirs,
    })
}

/// Why a configuration would be refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigProblem {
    #[error("topics have no configuration {0:?}")]
    Unknown(String),
    #[error("brokers have no configuration {0:?}")]
    UnknownOfBroker(String),
    #[error("{0} holds a secret, which the files of a local cluster do not keep")]
    Secret(String),
    /// The only one that there is.
    #[error("the only authorizer of a local cluster is {0}")]
    Authorizer(&'static str),
    #[error("log.dirs of a local cluster are names of folders, such as log-0,log-1")]
    LogDirs,
    /// Valid for itself, not beside the others: how Kafka says it.
    #[error("{0}")]
    Together(String),
    #[error("{problem}")]
    Invalid { name: String, problem: InvalidConfig, valid_values: Option<String> },
}

fn definition(definition: &ConfigDef) -> ConfigDefinition {
    ConfigDefinition {
        name: definition.name,
        kind: ConfigType::from_code(definition.kind.code()),
        default: definition.default,
        importance: importance(definition),
        valid_values: valid_values(definition),
        sensitive: definition.sensitive,
    }
}

pub(crate) fn importance(definition: &ConfigDef) -> Importance {
    match definition.importance {
        config_defs::Importance::Low => Importance::Low,
        config_defs::Importance::Medium => Importance::Medium,
        config_defs::Importance::High => Importance::High,
    }
}

/// Written as Kafka's documentation does: `[0,...]`, `[a, b]`.
pub(crate) fn valid_values(definition: &ConfigDef) -> Option<String> {
    match definition.valid {
        Valid::Range(from, to) => Some(range(from, to)),
        Valid::RangeOr(from, to, or) => Some(format!("[{from},...,{to}] or {or}")),
        Valid::Fraction(from, to) => Some(range(from, to)),
        Valid::OneOf(values) | Valid::OneOfAnyCase(values) => Some(one_of(values)),
        Valid::List { of, .. } if !of.is_empty() => Some(one_of(of)),
        Valid::NotEmpty => Some("not empty".to_owned()),
        Valid::Described(words) => Some(words.to_owned()),
        _ => None,
    }
}

fn range<T: std::fmt::Display>(from: Option<T>, to: Option<T>) -> String {
    let text = |bound: Option<T>| bound.map(|bound| bound.to_string());
    match (text(from), text(to)) {
        (Some(from), Some(to)) => format!("[{from},...,{to}]"),
        (Some(from), None) => format!("[{from},...]"),
        (None, Some(to)) => format!("[...,{to}]"),
        (None, None) => "[...]".to_owned(),
    }
}

fn one_of(values: &[&str]) -> String {
    format!("[{}]", values.join(", "))
}
