//! Configurations as DescribeConfigs and CreateTopics show them.

use weir_wire::Str;
use weir_wire::config_defs::{self, ConfigDef};
use weir_wire::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsSynonym,
};

use crate::config::Layer;

/// Every topic configuration that users see.
pub(super) fn topic_definitions() -> impl Iterator<Item = &'static ConfigDef> {
    config_defs::TOPIC.iter().filter(|definition| !definition.internal)
}

/// Every broker configuration that users see.
pub(super) fn broker_definitions() -> impl Iterator<Item = &'static ConfigDef> {
    config_defs::BROKER.iter().filter(|definition| !definition.internal)
}

/// One configuration with its layers, strongest first. Sensitive values are left out.
pub(super) fn described(
    definition: &'static ConfigDef,
    layers: Vec<Layer>,
    read_only: bool,
    synonyms: bool,
) -> DescribeConfigsResourceResult {
    let effective = layers.first();
    let shown = |value: Option<Str>| value.filter(|_| !definition.sensitive);
    DescribeConfigsResourceResult {
        name: Str::from_static(definition.name),
        value: effective.and_then(|layer| shown(layer.value.clone())),
        read_only,
        config_source: effective.map_or(-1, |layer| layer.source as i8),
        is_sensitive: definition.sensitive,
        config_type: definition.kind.code(),
        synonyms: if synonyms {
            layers.into_iter().map(|layer| synonym(layer, definition.sensitive)).collect()
        } else {
            Vec::new()
        },
        ..Default::default()
    }
}

fn synonym(layer: Layer, sensitive: bool) -> DescribeConfigsSynonym {
    DescribeConfigsSynonym {
        name: layer.name,
        value: layer.value.filter(|_| !sensitive),
        source: layer.source as i8,
        ..Default::default()
    }
}
