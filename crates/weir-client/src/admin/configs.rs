//! Configurations: described with source, default and synonyms; changed key by key.

use std::collections::BTreeMap;

use weir_domain::{
    ConfigChange, ConfigEntry, ConfigOperation, ConfigResource, ConfigSource, ConfigSynonym,
    ConfigType, ItemError,
};
use weir_wire::ApiKey;
use weir_wire::config_defs::{self, ConfigDef};
use weir_wire::messages::describe_configs_request::{
    DescribeConfigsRequest, DescribeConfigsResource,
};
use weir_wire::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult,
};
use weir_wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use weir_wire::messages::incremental_alter_configs_response::AlterConfigsResourceResponse;

use crate::client::Client;
use crate::code;
use crate::definitions;
use crate::error::ClientError;
use crate::net::pool::Lane;

/// Per resource an answer or an error.
pub type PerResource<T> = BTreeMap<ConfigResource, Result<T, ItemError>>;

impl Client {
    /// Every key of each resource. A broker's own are asked of that broker.
    pub async fn describe_configs(
        &self,
        resources: &[ConfigResource],
    ) -> Result<PerResource<Vec<ConfigEntry>>, ClientError> {
        let mut found = PerResource::new();
        for (target, resources) in by_target(resources) {
            let build = |version| Ok(describe_request(version, &resources));
            let response = match target {
                Some(id) => self.broker_with(id, Lane::Admin, build).await,
                None => self.any_with(build).await,
            };
            match (response, target) {
                (Ok(response), _) => found.extend(response.results.iter().filter_map(described)),
                // One broker that is down must not hide the others'.
                (Err(e), Some(_)) => found.extend(unanswered(&resources, &e)),
                (Err(e), None) => return Err(e),
            }
            for resource in resources {
                found.entry(resource).or_insert_with(|| Err(code::no_answer()));
            }
        }
        Ok(found)
    }

    /// Changes keys of resources; with `validate_only` only checks them. All of a resource's changes or none.
    pub async fn alter_configs(
        &self,
        changes: &BTreeMap<ConfigResource, Vec<ConfigChange>>,
        validate_only: bool,
    ) -> Result<PerResource<()>, ClientError> {
        let resources: Vec<_> = changes.keys().cloned().collect();
        let mut found = PerResource::new();
        for (target, resources) in by_target(&resources) {
            let build = |_| Ok(alter_request(&resources, changes, validate_only));
            let response = match target {
                Some(id) => self.broker_with(id, Lane::Admin, build).await,
                None => self.controller_with(build).await,
            };
            match (response, target) {
                (Ok(response), _) => found.extend(response.responses.iter().filter_map(altered)),
                (Err(e), Some(_)) => found.extend(unanswered(&resources, &e)),
                (Err(e), None) => return Err(e),
            }
            for resource in resources {
                found.entry(resource).or_insert_with(|| Err(code::no_answer()));
            }
        }
        Ok(found)
    }

    /// Whether the cluster can change single keys (Kafka 2.3); older ones only replace all of a resource's.
    pub async fn can_alter_configs(&self) -> Result<bool, ClientError> {
        self.serves(ApiKey::IncrementalAlterConfigs).await
    }
}

/// Resources by the broker that has to be asked; `None`: any.
fn by_target(resources: &[ConfigResource]) -> BTreeMap<Option<i32>, Vec<ConfigResource>> {
    let mut targets: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for resource in resources {
        let target = match resource {
            ConfigResource::Broker(id) => *id,
            ConfigResource::Topic(_) | ConfigResource::Group(_) => None,
        };
        targets.entry(target).or_default().push(resource.clone());
    }
    targets
}

fn unanswered<T>(
    resources: &[ConfigResource],
    error: &ClientError,
) -> Vec<(ConfigResource, Result<T, ItemError>)> {
    let error = ItemError::ours("BROKER_UNREACHABLE", error.to_string());
    resources.iter().map(|resource| (resource.clone(), Err(error.clone()))).collect()
}

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const GROUP: i8 = 32;

fn type_code(resource: &ConfigResource) -> i8 {
    match resource {
        ConfigResource::Topic(_) => TOPIC,
        ConfigResource::Broker(_) => BROKER,
        ConfigResource::Group(_) => GROUP,
    }
}

fn resource(kind: i8, name: &str) -> Option<ConfigResource> {
    match kind {
        TOPIC => Some(ConfigResource::Topic(name.to_owned())),
        BROKER if name.is_empty() => Some(ConfigResource::Broker(None)),
        BROKER => name.parse().ok().map(|id| ConfigResource::Broker(Some(id))),
        GROUP => Some(ConfigResource::Group(name.to_owned())),
        _ => None,
    }
}

fn describe_request(version: i16, resources: &[ConfigResource]) -> DescribeConfigsRequest {
    let resource = |r: &ConfigResource| DescribeConfigsResource {
        resource_type: type_code(r),
        resource_name: r.name().into(),
        configuration_keys: None,
        ..Default::default()
    };
    DescribeConfigsRequest {
        resources: resources.iter().map(resource).collect(),
        include_synonyms: version >= 1,
        ..Default::default()
    }
}

fn alter_request(
    resources: &[ConfigResource],
    changes: &BTreeMap<ConfigResource, Vec<ConfigChange>>,
    validate_only: bool,
) -> IncrementalAlterConfigsRequest {
    let resource = |r: &ConfigResource| AlterConfigsResource {
        resource_type: type_code(r),
        resource_name: r.name().into(),
        configs: changes.get(r).into_iter().flatten().map(alterable).collect(),
        ..Default::default()
    };
    IncrementalAlterConfigsRequest {
        resources: resources.iter().map(resource).collect(),
        validate_only,
        ..Default::default()
    }
}

fn alterable(change: &ConfigChange) -> AlterableConfig {
    let (config_operation, value) = match &change.operation {
        ConfigOperation::Set(value) => (0, Some(value)),
        ConfigOperation::Delete => (1, None),
        ConfigOperation::Append(value) => (2, Some(value)),
        ConfigOperation::Subtract(value) => (3, Some(value)),
    };
    AlterableConfig {
        name: change.name.as_str().into(),
        config_operation,
        value: value.map(Into::into),
        ..Default::default()
    }
}

fn described(
    result: &DescribeConfigsResult,
) -> Option<(ConfigResource, Result<Vec<ConfigEntry>, ItemError>)> {
    let resource = resource(result.resource_type, &result.resource_name)?;
    let outcome = code::item(result.error_code, result.error_message.as_deref());
    let entries = || result.configs.iter().map(|config| entry(config, &resource)).collect();
    let outcome = outcome.map(|()| entries());
    Some((resource, outcome))
}

fn altered(
    response: &AlterConfigsResourceResponse,
) -> Option<(ConfigResource, Result<(), ItemError>)> {
    let resource = resource(response.resource_type, &response.resource_name)?;
    Some((resource, code::item(response.error_code, response.error_message.as_deref())))
}

fn entry(config: &DescribeConfigsResourceResult, resource: &ConfigResource) -> ConfigEntry {
    let synonyms: Vec<_> = config.synonyms.iter().map(synonym).collect();
    let source = ConfigSource::from_code(config.config_source);
    let value = config.value.as_deref().map(str::to_owned);
    let definition = definition(&config.name, resource);
    let default = default_of(source, value.as_deref(), &synonyms)
        .or_else(|| definition.and_then(|d| d.default).map(str::to_owned));
    ConfigEntry {
        name: config.name.to_string(),
        value,
        default,
        source,
        kind: ConfigType::from_code(config.config_type),
        sensitive: config.is_sensitive,
        read_only: config.read_only,
        synonyms,
        importance: definition.map(definitions::importance),
        valid_values: definition.and_then(definitions::valid_values),
        documentation: config.documentation.as_deref().map(str::to_owned),
    }
}

fn synonym(
    synonym: &weir_wire::messages::describe_configs_response::DescribeConfigsSynonym,
) -> ConfigSynonym {
    ConfigSynonym {
        name: synonym.name.to_string(),
        value: synonym.value.as_deref().map(str::to_owned),
        source: ConfigSource::from_code(synonym.source),
    }
}

/// The last synonym is Kafka's own default, where there is one.
fn default_of(
    source: ConfigSource,
    value: Option<&str>,
    synonyms: &[ConfigSynonym],
) -> Option<String> {
    if source == ConfigSource::Default {
        return value.map(str::to_owned);
    }
    let default = synonyms.iter().find(|synonym| synonym.source == ConfigSource::Default)?;
    default.value.clone()
}

fn definition(name: &str, resource: &ConfigResource) -> Option<&'static ConfigDef> {
    let table = match resource {
        ConfigResource::Topic(_) => config_defs::TOPIC,
        ConfigResource::Broker(_) => config_defs::BROKER,
        ConfigResource::Group(_) => config_defs::GROUP,
    };
    config_defs::find(table, name)
}
