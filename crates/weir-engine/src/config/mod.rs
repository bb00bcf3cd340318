//! Configurations in layers, as Kafka has them: a topic's own, the broker's dynamic ones, the
//! cluster-wide dynamic default, the static ones of this cluster, Kafka's defaults.

mod alter;
mod broker_rules;
mod docs;
mod group_rules;
mod metrics_rules;
mod settings;
mod synonyms;
mod topic_docs;

use std::collections::BTreeMap;
use std::sync::Arc;

use weir_wire::Str;
use weir_wire::config_defs::{self, ConfigDef};

pub(crate) use alter::{Operation, altered, check_topic, check_whole};
pub(crate) use broker_rules::check_broker;
pub(crate) use docs::of as description;
pub(crate) use group_rules::broker_key_of_group;
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
    DynamicBrokerLoggerConfig = 6,
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
    topics: Resources,
    brokers: Resources,
    client_metrics: Resources,
    groups: Resources,
    /// Whether `eligible.leader.replicas.version` is on: it restricts `min.insync.replicas`.
    elr: bool,
}

type Resources = imbl::OrdMap<Str, Arc<ConfigMap>>;

impl Configs {
    /// Only static broker configurations.
    pub fn with_statics(statics: &BTreeMap<String, String>) -> Self {
        let statics =
            statics.iter().map(|(k, v)| (Str::from(k.as_str()), Str::from(v.as_str()))).collect();
        Self { statics: Arc::new(statics), ..Self::default() }
    }

    pub(crate) fn elr_enabled(&self) -> bool {
        self.elr
    }

    pub(crate) fn set_elr_enabled(&mut self, on: bool) {
        self.elr = on;
    }

    fn of(&self, kind: ResourceType) -> Option<&Resources> {
        match kind {
            ResourceType::Topic => Some(&self.topics),
            ResourceType::Broker => Some(&self.brokers),
            ResourceType::ClientMetrics => Some(&self.client_metrics),
            ResourceType::Group => Some(&self.groups),
            ResourceType::BrokerLogger => None,
        }
    }

    fn of_mut(&mut self, kind: ResourceType) -> Option<&mut Resources> {
        match kind {
            ResourceType::Topic => Some(&mut self.topics),
            ResourceType::Broker => Some(&mut self.brokers),
            ResourceType::ClientMetrics => Some(&mut self.client_metrics),
            ResourceType::Group => Some(&mut self.groups),
            ResourceType::BrokerLogger => None,
        }
    }

    /// The dynamic values set on one resource; the cluster-wide broker default is broker `""`.
    pub fn dynamic(&self, kind: ResourceType, name: &str) -> Option<&ConfigMap> {
        self.of(kind)?.get(name).map(Arc::as_ref)
    }

    /// The static broker configurations.
    pub fn statics(&self) -> &ConfigMap {
        &self.statics
    }

    /// The resources of one kind that have values of their own.
    pub fn resources(&self, kind: ResourceType) -> impl Iterator<Item = (&Str, &ConfigMap)> {
        let all = self.of(kind).into_iter().flatten();
        all.map(|(name, values)| (name, values.as_ref()))
    }

    /// Sets (or with `None` removes) one dynamic value.
    pub(crate) fn put(&mut self, kind: ResourceType, name: &str, key: &str, value: Option<&str>) {
        let Some(resources) = self.of_mut(kind) else { return };
        let known = resources.get(name).map(|values| values.as_ref().clone());
        let mut values = known.unwrap_or_default();
        match value {
            Some(value) => values.insert(Str::from(key), Str::from(value)),
            None => values.remove(key),
        };
        if values.is_empty() {
            resources.remove(name);
        } else {
            resources.insert(Str::from(name), Arc::new(values));
        }
    }

    /// Forgets everything set on one resource.
    pub(crate) fn remove(&mut self, kind: ResourceType, name: &str) {
        self.of_mut(kind).and_then(|resources| resources.remove(name));
    }

    /// The effective value of a topic configuration; `None` when it is null or unknown.
    pub fn topic_value(&self, topic: &str, key: &str) -> Option<String> {
        value(self.layers_of_topic(topic, None, key))
    }

    /// Every layer of a topic configuration, strongest first: the first one is in effect. `broker`
    /// is the one asked; without it only cluster-wide layers count.
    pub fn topic_layers(&self, topic: &str, broker: Option<i32>, key: &str) -> Vec<Layer> {
        self.layers_of_topic(topic, broker, key).collect()
    }

    /// One after the other: most readers want the first only.
    fn layers_of_topic(
        &self,
        topic: &str,
        broker: Option<i32>,
        key: &str,
    ) -> impl Iterator<Item = Layer> {
        let definition = topic_definition(key);
        let own = self.dynamic(ResourceType::Topic, topic).and_then(|values| values.get(key));
        let synonyms = synonyms::of_topic(key);
        definition.into_iter().flat_map(move |definition| {
            let own = own.map(|v| layer(definition.name, Some(v.clone()), Source::TopicConfig));
            let set = synonyms.iter().flat_map(move |synonym| {
                self.set_broker_layers(broker, synonym.key).map(|mut layer| {
                    layer.value = layer.value.map(|v| scaled(v, synonym.factor));
                    layer
                })
            });
            let name = synonyms.first().map_or(definition.name, |synonym| synonym.key);
            own.into_iter().chain(set).chain([default_layer(name, definition)])
        })
    }

    /// The layers of a broker configuration that someone set, strongest first.
    fn set_broker_layers(
        &self,
        broker: Option<i32>,
        key: &'static str,
    ) -> impl Iterator<Item = Layer> {
        let dynamic = move |name: &str| self.dynamic(ResourceType::Broker, name)?.get(key);
        let own = broker.filter(|_| !self.brokers.is_empty());
        let own = own.and_then(|id| dynamic(&id.to_string()));
        let own = own.map(|value| (value, Source::DynamicBrokerConfig));
        let later = [Source::DynamicDefaultBrokerConfig, Source::StaticBrokerConfig];
        let later = later.into_iter().filter_map(move |source| match source {
            Source::StaticBrokerConfig => Some((self.statics.get(key)?, source)),
            _ => Some((dynamic("")?, source)),
        });
        let found = own.into_iter().chain(later);
        found.map(move |(value, source)| layer(key, Some(value.clone()), source))
    }

    /// Every layer of a broker configuration, strongest first.
    pub fn broker_layers(&self, broker: Option<i32>, key: &str) -> Vec<Layer> {
        self.layers_of_broker(broker, key).collect()
    }

    /// What DescribeConfigs tells as synonyms of a broker configuration that others say in other units:
    /// the values of all of them as they were written, each source's after the stronger one's, from the first
    /// of its own on. `None` for one that stands alone.
    pub fn broker_synonyms(&self, broker: Option<i32>, key: &str) -> Option<Vec<Layer>> {
        let names = synonyms::of_broker(key).iter().map(|synonym| synonym.key);
        let mut all: Vec<Layer> =
            names.clone().flat_map(|name| self.set_broker_layers(broker, name)).collect();
        all.sort_by_key(|layer| layer.source as i8);
        let defaults = names.clone().filter_map(broker_definition).filter(|d| d.default.is_some());
        all.extend(defaults.map(|definition| default_layer(definition.name, definition)));
        let told = all.into_iter().skip_while(|layer| layer.name != key).collect();
        (names.len() > 0).then_some(told)
    }

    fn layers_of_broker(&self, broker: Option<i32>, key: &str) -> impl Iterator<Item = Layer> {
        broker_definition(key).into_iter().flat_map(move |definition| {
            let set = self.set_broker_layers(broker, definition.name);
            set.chain([default_layer(definition.name, definition)])
        })
    }

    /// Every layer of a group configuration, strongest first: the group's own, then those of the broker
    /// configuration behind it.
    pub fn group_layers(&self, group: &str, broker: Option<i32>, key: &str) -> Vec<Layer> {
        self.layers_of_group(group, broker, key).collect()
    }

    fn layers_of_group(
        &self,
        group: &str,
        broker: Option<i32>,
        key: &str,
    ) -> impl Iterator<Item = Layer> {
        let own = self.dynamic(ResourceType::Group, group).and_then(|values| values.get(key));
        let definition = config_defs::find(config_defs::GROUP, key);
        definition.into_iter().flat_map(move |definition| {
            let own = own.map(|v| layer(definition.name, Some(v.clone()), Source::GroupConfig));
            own.into_iter().chain(self.layers_behind(definition, broker))
        })
    }

    fn layers_behind(
        &self,
        definition: &'static ConfigDef,
        broker: Option<i32>,
    ) -> impl Iterator<Item = Layer> {
        let behind = std::iter::once_with(|| broker_key_of_group(definition.name));
        behind.flat_map(move |behind| {
            let default = behind.is_none().then(|| default_layer(definition.name, definition));
            let layers = behind.into_iter().flat_map(move |key| self.layers_of_broker(broker, key));
            let layers = layers.map(|layer| match definition.name {
                "streams.assignor.name" => first_of_list(layer),
                _ => layer,
            });
            layers.chain(default)
        })
    }

    /// The effective value of a group configuration on `broker`; `None` when it is null or unknown.
    pub fn group_value(&self, group: &str, broker: Option<i32>, key: &str) -> Option<String> {
        value(self.layers_of_group(group, broker, key))
    }

    /// The effective value of a broker configuration, cluster-wide or on `broker`.
    pub fn broker_value(&self, broker: Option<i32>, key: &str) -> Option<String> {
        value(self.layers_of_broker(broker, key))
    }

    /// A broker configuration as a number; its default when the value is no number, 0 without one.
    pub fn broker_i64(&self, key: &str) -> i64 {
        let set = self.layers_of_broker(None, key).next().and_then(|layer| layer.value);
        let set = set.and_then(|value| value.parse().ok());
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
        self.layers_of_broker(None, key)
            .next()
            .is_some_and(|layer| layer.value.as_deref() == Some("true"))
    }
}

fn layer(name: &'static str, value: Option<Str>, source: Source) -> Layer {
    Layer { name: Str::from_static(name), value, source }
}

fn default_layer(name: &'static str, definition: &ConfigDef) -> Layer {
    layer(name, definition.default.map(Str::from_static), Source::DefaultConfig)
}

/// The value in effect.
fn value(mut layers: impl Iterator<Item = Layer>) -> Option<String> {
    layers.next()?.value.map(|value| value.as_str().to_owned())
}

/// The broker has a list of assignors; its first is the default.
fn first_of_list(mut layer: Layer) -> Layer {
    let first = layer.value.as_deref().and_then(|value| value.split(',').next());
    layer.value = first.map(Str::from);
    layer
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
