//! Configurations of topics, brokers and groups: values with where they come from.

/// What a configuration belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConfigResource {
    Topic(String),
    /// `None`: the default of all brokers, changed at run time.
    Broker(Option<i32>),
    Group(String),
}

impl ConfigResource {
    /// Kafka's name of the resource: `""` for the default of all brokers.
    pub fn name(&self) -> String {
        match self {
            Self::Topic(name) | Self::Group(name) => name.clone(),
            Self::Broker(id) => id.map(|id| id.to_string()).unwrap_or_default(),
        }
    }
}

/// One key of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigEntry {
    pub name: String,
    /// `None`: no value, or a sensitive one that the broker withholds.
    pub value: Option<String>,
    /// What it would be without anyone's doing, from the synonyms or Kafka's definitions; `None` when unknown.
    pub default: Option<String>,
    pub source: ConfigSource,
    pub kind: ConfigType,
    pub sensitive: bool,
    /// Cannot be changed while the broker runs.
    pub read_only: bool,
    /// From most to least specific: the first that has a value wins.
    pub synonyms: Vec<ConfigSynonym>,
    /// From Kafka 4.4.0's definitions; `None` for keys that they do not know.
    pub importance: Option<Importance>,
    /// Values that are allowed (an enumeration or a range), in Kafka's words; `None` when anything of the type is.
    pub valid_values: Option<String>,
    /// The broker's own documentation, if it sent any.
    pub documentation: Option<String>,
}

impl ConfigEntry {
    /// Whether it was set for this very topic, or has another value than Kafka's default from wherever it comes (brokers,
    /// a file).
    pub fn is_changed(&self) -> bool {
        let own = [ConfigSource::Topic, ConfigSource::Group, ConfigSource::ClientMetrics];
        own.contains(&self.source) || self.source != ConfigSource::Default && !self.equals_default()
    }

    pub fn equals_default(&self) -> bool {
        self.value.is_some() && self.value == self.default
    }
}

/// Another place that a value could come from (`log.retention.ms` for `retention.ms`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigSynonym {
    pub name: String,
    pub value: Option<String>,
    pub source: ConfigSource,
}

/// Who set a value (`DescribeConfigsResponse.ConfigSource`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfigSource {
    Topic,
    Broker,
    BrokerDefault,
    StaticBroker,
    Default,
    BrokerLogger,
    ClientMetrics,
    Group,
    Unknown,
}

impl ConfigSource {
    pub fn from_code(code: i8) -> Self {
        match code {
            1 => Self::Topic,
            2 => Self::Broker,
            3 => Self::BrokerDefault,
            4 => Self::StaticBroker,
            5 => Self::Default,
            6 => Self::BrokerLogger,
            7 => Self::ClientMetrics,
            8 => Self::Group,
            _ => Self::Unknown,
        }
    }

    /// Kafka's name, as its tools print it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Topic => "DYNAMIC_TOPIC_CONFIG",
            Self::Broker => "DYNAMIC_BROKER_CONFIG",
            Self::BrokerDefault => "DYNAMIC_DEFAULT_BROKER_CONFIG",
            Self::StaticBroker => "STATIC_BROKER_CONFIG",
            Self::Default => "DEFAULT_CONFIG",
            Self::BrokerLogger => "DYNAMIC_BROKER_LOGGER_CONFIG",
            Self::ClientMetrics => "DYNAMIC_CLIENT_METRICS_CONFIG",
            Self::Group => "DYNAMIC_GROUP_CONFIG",
            Self::Unknown => "UNKNOWN",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfigType {
    Boolean,
    String,
    Int,
    Short,
    Long,
    Double,
    List,
    Class,
    Password,
    Unknown,
}

impl ConfigType {
    pub fn from_code(code: i8) -> Self {
        match code {
            1 => Self::Boolean,
            2 => Self::String,
            3 => Self::Int,
            4 => Self::Short,
            5 => Self::Long,
            6 => Self::Double,
            7 => Self::List,
            8 => Self::Class,
            9 => Self::Password,
            _ => Self::Unknown,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::String => "string",
            Self::Int => "int",
            Self::Short => "short",
            Self::Long => "long",
            Self::Double => "double",
            Self::List => "list",
            Self::Class => "class",
            Self::Password => "password",
            Self::Unknown => "unknown",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Importance {
    High,
    Medium,
    Low,
}

/// One change of one key (IncrementalAlterConfigs, KIP-339).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigChange {
    pub name: String,
    pub operation: ConfigOperation,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigOperation {
    Set(String),
    /// Back to what the next synonym says.
    Delete,
    /// Adds to a list; the value may hold several, comma-separated.
    Append(String),
    Subtract(String),
}

/// What Kafka says about one configuration, whoever has set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigDefinition {
    pub name: &'static str,
    pub kind: ConfigType,
    pub default: Option<&'static str>,
    pub importance: Importance,
    /// Values that are allowed, in Kafka's words; `None` when anything of the type is.
    pub valid_values: Option<String>,
    pub sensitive: bool,
}
