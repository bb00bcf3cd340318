//! Configurations in layers, as Kafka has them: a topic's own, the broker's dynamic ones, the
//! cluster-wide dynamic default, the static ones of this cluster, Kafka's defaults.

mod alter;
mod settings;
mod synonyms;

use std::collections::BTreeMap;
use std::sync::Arc;

use weir_wire::Str;
use weir_wire::config_defs::{self, ConfigDef};

pub(crate) use alter::{Operation, altered, check_topic};
pub use settings::TopicSettings;
pub use synonyms::{Synonym, of_topic as synonyms_of_topic};

/// The values of one resource, by name.
pub type ConfigMap = BTreeMap<Str, Str>;

/// Kinds of resources that carry dynamic configurations, with Kafka's `ConfigResource.Type` ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i8)]
pub enum ResourceType {
    Topic = 2,
    Broker = 4,
    BrokerLogger = 8,
    ClientMetrics = 16,
    Group = 32,
}

impl ResourceType {
    /// The type with this id.
    pub fn from_id(id: i8) -> Option<Self> {
        [Self::Topic, Self::Broker, Self::BrokerLogger, Self::ClientMetrics, Self::Group]
            .into_iter()
            .find(|kind| *kind as i8 == id)
    }

    /// The definition of one of this type's configurations.
    pub fn definition(self, key: &str) -> Option<&'static ConfigDef> {
        match self {
            Self::Topic => topic_definition(key),
            Self::Broker => broker_definition(key),
            Self::BrokerLogger => None,
            Self::ClientMetrics => config_defs::find(config_defs::CLIENT_METRICS, key),
            Self::Group => config_defs::find(config_defs::GROUP, key),
        }
    }
}

/// Where an effective value comes from, with DescribeConfigs' source ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i8)]
pub enum Source {
    TopicConfig = 1,
    DynamicBrokerConfig = 2,
    DynamicDefaultBrokerConfig = 3,
    StaticBrokerConfig = 4,
    DefaultConfig = 5,
    ClientMetricsConfig = 7,
    GroupConfig = 8,
}

/// One layer's value of a configuration: DescribeConfigs calls the list of them synonyms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The configuration's name in that layer.
    pub name: Str,
    pub value: Option<Str>,
    pub source: Source,
}

/// Every configured value of the cluster. Part of the metadata image; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Configs {
    statics: Arc<ConfigMap>,
    dynamic: imbl::OrdMap<(ResourceType, Str), Arc<ConfigMap>>,
}

impl Configs {
    /// Only static broker configurations.
    pub fn with_statics(statics: &BTreeMap<String, String>) -> Self {
        let statics =
            statics.iter().map(|(k, v)| (Str::from(k.as_str()), Str::from(v.as_str()))).collect();
        Self { statics: Arc::new(statics), dynamic: imbl::OrdMap::new() }
    }

    /// The dynamic values set on one resource; the cluster-wide broker default is broker `""`.
    pub fn dynamic(&self, kind: ResourceType, name: &str) -> Option<&ConfigMap> {
        self.dynamic.get(&(kind, Str::from(name))).map(Arc::as_ref)
    }

    /// The resources of one kind that have values of their own.
    pub fn resources(&self, kind: ResourceType) -> impl Iterator<Item = (&Str, &ConfigMap)> {
        let matching = self.dynamic.iter().filter(move |((k, _), _)| *k == kind);
        matching.map(|((_, name), values)| (name, values.as_ref()))
    }

    /// Sets (or with `None` removes) one dynamic value.
    pub(crate) fn put(&mut self, kind: ResourceType, name: &str, key: &str, value: Option<&str>) {
        let resource = (kind, Str::from(name));
        let mut values =
            self.dynamic.get(&resource).map(|v| v.as_ref().clone()).unwrap_or_default();
        match value {
            Some(value) => values.insert(Str::from(key), Str::from(value)),
            None => values.remove(key),
        };
        if values.is_empty() {
            self.dynamic.remove(&resource);
        } else {
            self.dynamic.insert(resource, Arc::new(values));
        }
    }

    /// Forgets everything set on one resource.
    pub(crate) fn remove(&mut self, kind: ResourceType, name: &str) {
        self.dynamic.remove(&(kind, Str::from(name)));
    }

    /// The effective value of a topic configuration; `None` when it is null or unknown.
    pub fn topic_value(&self, topic: &str, key: &str) -> Option<String> {
        self.topic_layers(topic, None, key).into_iter().next()?.value.map(|v| v.to_string())
    }

    /// Every layer of a topic configuration, strongest first: the first one is in effect. `broker`
    /// is the one asked; without it only cluster-wide layers count.
    pub fn topic_layers(&self, topic: &str, broker: Option<i32>, key: &str) -> Vec<Layer> {
        let own = self.dynamic(ResourceType::Topic, topic).and_then(|values| values.get(key));
        let mut layers: Vec<Layer> =
            own.map(|v| layer(key, Some(v.clone()), Source::TopicConfig)).into_iter().collect();
        let synonyms = synonyms::of_topic(key);
        for synonym in synonyms {
            let set = self.broker_layers(broker, synonym.key);
            layers.extend(set.into_iter().filter(|l| l.source != Source::DefaultConfig).map(
                |mut l| {
                    l.value = l.value.map(|v| scaled(v, synonym.factor));
                    l
                },
            ));
        }
        if let Some(default) = topic_definition(key) {
            let name = synonyms.last().map_or(key, |synonym| synonym.key);
            layers.push(layer(name, default.default.map(Str::from), Source::DefaultConfig));
        }
        layers
    }

    /// Every layer of a broker configuration, strongest first.
    pub fn broker_layers(&self, broker: Option<i32>, key: &str) -> Vec<Layer> {
        let mut layers = Vec::new();
        let mut push = |value: Option<&Str>, source| {
            layers.extend(value.map(|v| layer(key, Some(v.clone()), source)));
        };
        if let Some(id) = broker {
            let own = self.dynamic(ResourceType::Broker, &id.to_string());
            push(own.and_then(|values| values.get(key)), Source::DynamicBrokerConfig);
        }
        let cluster = self.dynamic(ResourceType::Broker, "");
        push(cluster.and_then(|values| values.get(key)), Source::DynamicDefaultBrokerConfig);
        push(self.statics.get(key), Source::StaticBrokerConfig);
        if let Some(definition) = broker_definition(key) {
            layers.push(layer(key, definition.default.map(Str::from), Source::DefaultConfig));
        }
        layers
    }

    /// The effective value of a broker configuration, cluster-wide or on `broker`.
    pub fn broker_value(&self, broker: Option<i32>, key: &str) -> Option<String> {
        self.broker_layers(broker, key).into_iter().next()?.value.map(|v| v.to_string())
    }

    /// A broker configuration as a number; its default when the value is no number, 0 without one.
    pub fn broker_i64(&self, key: &str) -> i64 {
        let set = self.broker_value(None, key).and_then(|v| v.parse().ok());
        let default =
            || broker_definition(key).and_then(|d| d.default).and_then(|v| v.parse().ok());
        set.or_else(default).unwrap_or(0)
    }

    /// A broker configuration as an `int` of Kafka.
    pub fn broker_i32(&self, key: &str) -> i32 {
        i32::try_from(self.broker_i64(key)).unwrap_or(i32::MAX)
    }

    /// A broker configuration as a boolean.
    pub fn broker_bool(&self, key: &str) -> bool {
        self.broker_value(None, key).as_deref() == Some("true")
    }
}

fn layer(name: &str, value: Option<Str>, source: Source) -> Layer {
    Layer { name: Str::from(name), value, source }
}

fn scaled(value: Str, factor: i64) -> Str {
    match value.parse::<i64>() {
        Ok(number) if factor != 1 && number >= 0 => {
            Str::from(number.saturating_mul(factor).to_string())
        }
        _ => value,
    }
}

/// The definition of a topic configuration.
pub fn topic_definition(key: &str) -> Option<&'static ConfigDef> {
    config_defs::find(config_defs::TOPIC, key)
}

/// The definition of a broker configuration.
pub fn broker_definition(key: &str) -> Option<&'static ConfigDef> {
    let own = config_defs::find(config_defs::BROKER, key);
    own.or_else(|| config_defs::find(config_defs::BROKER_DYNAMIC, key))
}

/// Kafka's default of a topic configuration.
pub(crate) fn topic_default(key: &str) -> Option<&'static str> {
    topic_definition(key)?.default
}
