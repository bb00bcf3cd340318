//! Kafka's configuration definitions: names, types, defaults, what is valid, how each is changed.

mod at_start;
mod broker;
mod broker_dynamic;
mod check;
mod client_metrics;
mod group;
mod together;
mod topic;

pub use at_start::{
    AUTHORIZER_CONFIGS, ConfigAtStart, LOG_DIR, STANDARD_AUTHORIZER, check_at_start,
};
pub use check::InvalidConfig;
pub use together::{Others, Violation, check_together, dynamic};

/// Configurations of topics, by name.
pub static TOPIC: &[ConfigDef] = &topic::TOPIC;
/// Configurations of brokers, by name.
pub static BROKER: &[ConfigDef] = &broker::BROKER;
/// Configurations of brokers that exist only as dynamic ones: the replication quotas, by name.
pub static BROKER_DYNAMIC: &[ConfigDef] = &broker_dynamic::BROKER_DYNAMIC;
/// Configurations of groups, by name.
pub static GROUP: &[ConfigDef] = &group::GROUP;
/// Configurations of client metrics subscriptions, by name.
pub static CLIENT_METRICS: &[ConfigDef] = &client_metrics::CLIENT_METRICS;

/// The definition of this name in a table.
#[must_use]
pub fn find(table: &'static [ConfigDef], name: &str) -> Option<&'static ConfigDef> {
    let place = table.binary_search_by_key(&name, |definition| definition.name);
    place.ok().map(|place| &table[place])
}

/// What Kafka says about one configuration.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ConfigDef {
    pub name: &'static str,
    pub kind: ConfigType,
    pub importance: Importance,
    pub update_mode: UpdateMode,
    /// As text, lists joined by commas; `None` for null and where there is none.
    pub default: Option<&'static str>,
    pub valid: Valid,
    /// Has no default and must be given.
    pub required: bool,
    /// Not shown to users by Kafka.
    pub internal: bool,
    /// Never shown, logged or sent back.
    pub sensitive: bool,
}

impl ConfigDef {
    const fn new(
        name: &'static str,
        kind: ConfigType,
        importance: Importance,
        update_mode: UpdateMode,
    ) -> Self {
        Self {
            name,
            kind,
            importance,
            update_mode,
            default: None,
            valid: Valid::Any,
            required: false,
            internal: false,
            sensitive: matches!(kind, ConfigType::Password),
        }
    }

    const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    const fn valid(mut self, valid: Valid) -> Self {
        self.valid = valid;
        self
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn internal(mut self) -> Self {
        self.internal = true;
        self
    }
}

/// The type of a configuration's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

impl ConfigType {
    /// Its number in DescribeConfigs responses.
    #[must_use]
    pub const fn code(self) -> i8 {
        match self {
            Self::Boolean => 1,
            Self::String => 2,
            Self::Int => 3,
            Self::Short => 4,
            Self::Long => 5,
            Self::Double => 6,
            Self::List => 7,
            Self::Class => 8,
            Self::Password => 9,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Importance {
    Low,
    Medium,
    High,
}

/// How a configuration changes (KIP-226).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateMode {
    /// With a restart of the broker.
    ReadOnly,
    /// While the broker runs, for each alone.
    PerBroker,
    /// While brokers run, for each alone or as a default of all.
    ClusterWide,
}

/// Which values are valid, besides being of the type.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Valid {
    Any,
    /// From the first to the second, both included.
    Range(Option<i64>, Option<i64>),
    /// From the first to the second, or the third.
    RangeOr(i64, i64, i64),
    /// As `Range`, for a type of fractions.
    Fraction(Option<f64>, Option<f64>),
    OneOf(&'static [&'static str]),
    OneOfAnyCase(&'static [&'static str]),
    /// Distinct elements, of these where any are given.
    List {
        of: &'static [&'static str],
        may_be_empty: bool,
    },
    NotEmpty,
    /// What Kafka checks with code of its own.
    Described(&'static str),
}
