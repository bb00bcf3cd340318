//! DescribeConfigs, key 32, versions 1 to 4.
//!
//! Every configuration of a topic or broker with value, source, type and, when asked, its synonyms:
//! not only what was changed. The default of all brokers (broker `""`) has only what was set on it,
//! as in Kafka. Sensitive values are never sent. Documentation (KIP-524) is in our own
//! words, and of what changes something here.

use std::collections::{BTreeMap, HashSet};

use weir_wire::config_defs::{self, UpdateMode};
use weir_wire::messages::describe_configs_request::{
    DescribeConfigsRequest, DescribeConfigsResource,
};
use weir_wire::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResponse, DescribeConfigsResult,
};
use weir_wire::{ErrorCode, Str};

use super::configs::{
    Defaults, broker_definitions, custom, described, synonyms_of, topic_definitions,
};
use super::once::a_few_times;
use crate::config::{
    Layer, ResourceType, Source, broker_definition, description, synonyms_of_topic,
};
use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: DescribeConfigsRequest) -> Reply<DescribeConfigsResponse> {
    let synonyms = request.include_synonyms;
    let asked = a_few_times(&request.resources, |asked| {
        (asked.resource_type, asked.resource_name.as_str())
    });
    let mut results: Vec<DescribeConfigsResult> =
        asked.map(|asked| result(ctx, asked, synonyms)).collect();
    if request.include_documentation {
        results.iter_mut().for_each(document);
    }
    Reply::Done(DescribeConfigsResponse { results, ..Default::default() })
}

fn document(result: &mut DescribeConfigsResult) {
    let Some(kind) = ResourceType::from_id(result.resource_type) else { return };
    for config in &mut result.configs {
        config.documentation = description(kind, &config.name).map(|doc| Str::from(doc.as_ref()));
    }
}

fn result(ctx: &Ctx, asked: &DescribeConfigsResource, synonyms: bool) -> DescribeConfigsResult {
    let mut result = DescribeConfigsResult {
        resource_type: asked.resource_type,
        resource_name: asked.resource_name.clone(),
        ..Default::default()
    };
    match Description::new(ctx, asked, synonyms).describe() {
        Ok(configs) => result.configs = configs,
        Err(refusal) => {
            result.error_code = refusal.code.0;
            // Of a topic that is not there Kafka says nothing, in an empty text.
            let of_topic = asked.resource_type == ResourceType::Topic as i8;
            result.error_message = refusal.text().or_else(|| of_topic.then(Str::default));
        }
    }
    result
}

type Described = Result<Vec<DescribeConfigsResourceResult>, Refusal>;

struct Description<'a> {
    ctx: &'a Ctx,
    kind: Option<ResourceType>,
    name: &'a Str,
    /// `None`: all of them.
    keys: Option<HashSet<&'a str>>,
    synonyms: bool,
}

impl<'a> Description<'a> {
    fn new(ctx: &'a Ctx, asked: &'a DescribeConfigsResource, synonyms: bool) -> Self {
        let keys = asked.configuration_keys.as_ref().filter(|keys| !keys.is_empty());
        Self {
            ctx,
            kind: ResourceType::from_id(asked.resource_type),
            name: &asked.resource_name,
            keys: keys.map(|keys| keys.iter().map(Str::as_str).collect()),
            synonyms,
        }
    }

    fn wants(&self, key: &str) -> bool {
        self.keys.as_ref().is_none_or(|keys| keys.contains(key))
    }

    fn describe(&self) -> Described {
        match self.kind {
            Some(ResourceType::Topic) => self.topic(),
            Some(ResourceType::Broker) if self.name.is_empty() => Ok(self.all_brokers()),
            Some(ResourceType::Broker) => self.broker(),
            Some(ResourceType::BrokerLogger) => self.loggers(),
            Some(ResourceType::ClientMetrics) => self.client_metrics(),
            Some(ResourceType::Group) => self.group(),
            None => Err(Refusal::new(
                ErrorCode::INVALID_REQUEST,
                "This most likely occurs because of a request being malformed by the client library or the \
                 message was sent to an incompatible broker. See the broker logs for more details.",
            )),
        }
    }

    fn topic(&self) -> Described {
        crate::controller::check_topic_name(self.name)?;
        self.ctx.topic(self.name).map_err(|code| Refusal::new(code, ""))?;
        let configs = self.ctx.image().configs();
        let broker = Some(self.ctx.broker_id());
        let wanted = topic_definitions().filter(|definition| self.wants(definition.name));
        Ok(wanted
            .map(|definition| {
                let layers = configs.topic_layers(self.name, broker, definition.name);
                let own = layers.first().filter(|layer| layer.source == Source::TopicConfig);
                let own = own.cloned();
                let mut told =
                    described(definition, layers, false, self.synonyms(Defaults::OfBrokers));
                let behind = synonyms_of_topic(definition.name).first();
                if let Some(chain) = behind.and_then(|behind| self.chain(broker, behind.key)) {
                    told.synonyms = synonyms_of(own.into_iter().chain(chain));
                }
                told
            })
            .collect())
    }

    /// The synonyms, if wanted, of a broker configuration that others say in other units.
    fn chain(&self, broker: Option<i32>, key: &str) -> Option<Vec<Layer>> {
        self.synonyms.then(|| self.ctx.image().configs().broker_synonyms(broker, key))?
    }

    fn synonyms(&self, defaults: Defaults) -> Option<Defaults> {
        self.synonyms.then_some(defaults)
    }

    fn broker(&self) -> Described {
        let here = self.ctx.broker_id();
        if self.name.parse() != Ok(here) {
            let name = self.name;
            let message = match name.parse::<i32>() {
                Ok(_) => format!(
                    "Unexpected broker id, expected {here} or empty string, but received {name}"
                ),
                Err(_) => format!("Broker id must be an integer, but it is: {name}"),
            };
            return Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
        }
        let configs = self.ctx.image().configs();
        let wanted = broker_definitions().filter(|definition| self.wants(definition.name));
        let mut all: Vec<DescribeConfigsResourceResult> = wanted
            .map(|definition| {
                let mut layers = configs.broker_layers(Some(here), definition.name);
                if let Some(value) = self.of_this_broker(definition.name) {
                    let name = Str::from_static(definition.name);
                    let source = Source::StaticBrokerConfig;
                    layers.retain(|layer| layer.source != source);
                    layers.insert(0, Layer { name, value: Some(value), source });
                }
                let read_only = definition.update_mode == UpdateMode::ReadOnly;
                let synonyms = self.synonyms(Defaults::OfBrokers);
                let mut told = described(definition, layers, read_only, synonyms);
                if let Some(chain) = self.chain(Some(here), definition.name) {
                    told.synonyms = synonyms_of(chain);
                }
                told
            })
            .collect();
        all.extend(self.customs(Some(here)));
        Ok(all)
    }

    /// What is set on a broker under names that no definition knows.
    fn customs(&self, broker: Option<i32>) -> Vec<DescribeConfigsResourceResult> {
        let configs = self.ctx.image().configs();
        let own = broker.map(|id| id.to_string());
        let own = own.and_then(|name| configs.dynamic(ResourceType::Broker, &name));
        let places = [
            (own, Source::DynamicBrokerConfig),
            (configs.dynamic(ResourceType::Broker, ""), Source::DynamicDefaultBrokerConfig),
            (broker.map(|_| configs.statics()), Source::StaticBrokerConfig),
        ];
        let mut found: BTreeMap<Str, Vec<Layer>> = BTreeMap::new();
        for (values, source) in places {
            for (key, value) in values.into_iter().flatten() {
                if broker_definition(key).is_none() && self.wants(key) {
                    let layer = Layer { name: key.clone(), value: Some(value.clone()), source };
                    found.entry(key.clone()).or_default().push(layer);
                }
            }
        }
        let found = found.into_iter();
        found.map(|(key, layers)| custom(&key, layers, self.synonyms)).collect()
    }

    /// Static configurations that follow from which broker it is.
    fn of_this_broker(&self, key: &str) -> Option<Str> {
        let id = self.ctx.broker_id();
        let broker = self.ctx.image().broker(id)?;
        Some(match key {
            "node.id" | "broker.id" => Str::from(id.to_string()),
            "broker.rack" => broker.rack.clone()?,
            "process.roles" => Str::from_static("broker"),
            "listeners" | "advertised.listeners" => {
                Str::from(format!("PLAINTEXT://{}:{}", broker.host, broker.port))
            }
            "log.dirs" => {
                let dirs = crate::boot::log_dirs(self.ctx.engine().config(), id);
                let dirs = dirs.iter().map(|dir| dir.display().to_string());
                Str::from(dirs.collect::<Vec<_>>().join(","))
            }
            _ => return None,
        })
    }

    /// What was set as the default of all brokers.
    fn all_brokers(&self) -> Vec<DescribeConfigsResourceResult> {
        let source = Source::DynamicDefaultBrokerConfig;
        let own = self.ctx.image().configs().dynamic(ResourceType::Broker, "");
        let set = own.into_iter().flatten().filter(|(key, _)| self.wants(key));
        let known = set.filter_map(|(key, value)| {
            let definition = broker_definition(key)?;
            let layers = vec![Layer { name: key.clone(), value: Some(value.clone()), source }];
            let read_only = definition.update_mode == UpdateMode::ReadOnly;
            Some(described(definition, layers, read_only, self.synonyms(Defaults::OfBrokers)))
        });
        let mut all: Vec<DescribeConfigsResourceResult> = known.collect();
        all.extend(self.customs(None));
        all
    }

    fn group(&self) -> Described {
        if self.name.is_empty() {
            let message = "Group name must not be empty";
            return Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
        }
        let configs = self.ctx.image().configs();
        let broker = Some(self.ctx.broker_id());
        let wanted = config_defs::GROUP.iter().filter(|d| !d.internal && self.wants(d.name));
        let all = wanted.map(|definition| {
            let layers = configs.group_layers(self.name, broker, definition.name);
            described(definition, layers, false, self.synonyms(Defaults::All))
        });
        Ok(all.collect())
    }

    fn client_metrics(&self) -> Described {
        if self.name.is_empty() {
            let message = "Client metrics subscription name must not be empty";
            return Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
        }
        let own = self.ctx.image().configs().dynamic(ResourceType::ClientMetrics, self.name);
        let wanted = config_defs::CLIENT_METRICS.iter();
        let wanted = wanted.filter(|d| !d.internal && self.wants(d.name));
        let all = wanted.map(|definition| {
            let name = Str::from_static(definition.name);
            let set = own.and_then(|values| values.get(definition.name)).cloned();
            let source = Source::ClientMetricsConfig;
            let own = set.map(|value| Layer { name: name.clone(), value: Some(value), source });
            let value = definition.default.map(Str::from_static);
            let default = Layer { name, value, source: Source::DefaultConfig };
            let layers = own.into_iter().chain([default]).collect();
            described(definition, layers, false, self.synonyms(Defaults::None))
        });
        Ok(all.collect())
    }

    fn loggers(&self) -> Described {
        let here = self.ctx.broker_id();
        let invalid = |message: String| Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
        if self.name.is_empty() {
            return invalid("Broker id must not be empty".to_owned());
        }
        if self.name.parse() != Ok(here) {
            let name = self.name;
            return invalid(format!("Unexpected broker id, expected {here} but received {name}"));
        }
        let levels = self.ctx.engine().loggers().levels();
        let wanted = levels.into_iter().filter(|(name, _)| self.wants(name));
        let all = wanted.map(|(name, level)| DescribeConfigsResourceResult {
            name: Str::from_static(name),
            value: Some(Str::from_static(level)),
            config_source: Source::DynamicBrokerLoggerConfig as i8,
            ..Default::default()
        });
        Ok(all.collect())
    }
}
