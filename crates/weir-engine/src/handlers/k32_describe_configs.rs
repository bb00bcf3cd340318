//! DescribeConfigs, key 32, versions 1 to 4.
//!
//! Every configuration of a topic or broker with value, source, type and, when asked, its synonyms:
//! not only what was changed. The default of all brokers (broker `""`) has only what was set on it,
//! as in Kafka. Sensitive values are never sent. Documentation texts are Kafka's own and left out.

use std::collections::HashSet;

use weir_wire::config_defs::{self, UpdateMode};
use weir_wire::messages::describe_configs_request::{
    DescribeConfigsRequest, DescribeConfigsResource,
};
use weir_wire::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResponse, DescribeConfigsResult,
};
use weir_wire::{ErrorCode, Str};

use super::configs::{broker_definitions, described, topic_definitions};
use crate::config::{Layer, ResourceType, Source};
use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: DescribeConfigsRequest) -> Reply<DescribeConfigsResponse> {
    let synonyms = request.include_synonyms;
    let results = request.resources.into_iter().map(|asked| result(ctx, asked, synonyms)).collect();
    Reply::Done(DescribeConfigsResponse { results, ..Default::default() })
}

fn result(ctx: &Ctx, asked: DescribeConfigsResource, synonyms: bool) -> DescribeConfigsResult {
    let mut result = DescribeConfigsResult {
        resource_type: asked.resource_type,
        resource_name: asked.resource_name.clone(),
        ..Default::default()
    };
    match Description::new(ctx, &asked, synonyms).describe() {
        Ok(configs) => result.configs = configs,
        Err(refusal) => {
            result.error_code = refusal.code.0;
            result.error_message = refusal.text();
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
            Some(ResourceType::BrokerLogger) => Ok(Vec::new()),
            Some(ResourceType::ClientMetrics) => {
                Ok(self.own(ResourceType::ClientMetrics, Source::ClientMetricsConfig))
            }
            Some(ResourceType::Group) => Ok(self.own(ResourceType::Group, Source::GroupConfig)),
            None => Err(Refusal::new(ErrorCode::INVALID_REQUEST, "Unsupported resource type.")),
        }
    }

    fn topic(&self) -> Described {
        crate::controller::check_topic_name(self.name)?;
        self.ctx.topic(self.name).map_err(|_| Refusal::unknown_topic())?;
        let configs = self.ctx.image().configs();
        let broker = Some(self.ctx.broker_id());
        let wanted = topic_definitions().filter(|definition| self.wants(definition.name));
        Ok(wanted
            .map(|definition| {
                let layers = configs.topic_layers(self.name, broker, definition.name);
                described(definition, layers, false, self.synonyms)
            })
            .collect())
    }

    fn broker(&self) -> Described {
        let here = self.ctx.broker_id();
        if self.name.parse() != Ok(here) {
            let name = self.name;
            let message = format!(
                "Unexpected broker id, expected {here} or empty string, but received {name}"
            );
            return Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
        }
        let configs = self.ctx.image().configs();
        let wanted = broker_definitions().filter(|definition| self.wants(definition.name));
        Ok(wanted
            .map(|definition| {
                let mut layers = configs.broker_layers(Some(here), definition.name);
                if let Some(value) = self.of_this_broker(definition.name) {
                    let name = Str::from_static(definition.name);
                    let source = Source::StaticBrokerConfig;
                    layers.insert(0, Layer { name, value: Some(value), source });
                }
                let read_only = definition.update_mode == UpdateMode::ReadOnly;
                described(definition, layers, read_only, self.synonyms)
            })
            .collect())
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
                let path = crate::boot::log_dir(&self.ctx.engine().config().directory, id);
                Str::from(path.display().to_string())
            }
            _ => return None,
        })
    }

    /// What was set as the default of all brokers.
    fn all_brokers(&self) -> Vec<DescribeConfigsResourceResult> {
        self.set_on(ResourceType::Broker, Source::DynamicDefaultBrokerConfig)
    }

    fn set_on(&self, kind: ResourceType, source: Source) -> Vec<DescribeConfigsResourceResult> {
        let own = self.ctx.image().configs().dynamic(kind, self.name);
        let set = own.into_iter().flatten().filter(|(key, _)| self.wants(key));
        set.filter_map(|(key, value)| {
            let definition = kind.definition(key)?;
            let layers = vec![Layer { name: key.clone(), value: Some(value.clone()), source }];
            Some(described(definition, layers, false, self.synonyms))
        })
        .collect()
    }

    /// Groups and client metrics: what was set, and defaults of the rest.
    fn own(&self, kind: ResourceType, source: Source) -> Vec<DescribeConfigsResourceResult> {
        let own = self.ctx.image().configs().dynamic(kind, self.name);
        let definitions = match kind {
            ResourceType::Group => config_defs::GROUP,
            _ => config_defs::CLIENT_METRICS,
        };
        let wanted = definitions.iter().filter(|d| !d.internal && self.wants(d.name));
        wanted
            .map(|definition| {
                let name = Str::from_static(definition.name);
                let set = own.and_then(|values| values.get(definition.name)).cloned();
                let mut layers = Vec::new();
                layers.extend(set.map(|value| Layer {
                    name: name.clone(),
                    value: Some(value),
                    source,
                }));
                let value = definition.default.map(Str::from_static);
                layers.push(Layer { name, value, source: Source::DefaultConfig });
                described(definition, layers, false, self.synonyms)
            })
            .collect()
    }
}
