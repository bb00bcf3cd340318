//! Configurations as DescribeConfigs and CreateTopics show them.

use weir_wire::config_defs::{self, ConfigDef};
use weir_wire::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsSynonym,
};

use weir_wire::{ErrorCode, Str};

use crate::config::{Layer, Source, broker_definition};
use crate::controller::Refusal;
use crate::ctx::Ctx;

/// Every topic configuration that users see.
pub(super) fn topic_definitions() -> impl Iterator<Item = &'static ConfigDef> {
    config_defs::TOPIC.iter().filter(|definition| !definition.internal)
}

/// Every broker configuration that users see.
pub(super) fn broker_definitions() -> impl Iterator<Item = &'static ConfigDef> {
    config_defs::BROKER.iter().filter(|definition| !definition.internal)
}

pub(super) fn twice() -> Refusal {
    Refusal::new(ErrorCode::INVALID_REQUEST, "Each resource must appear at most once.")
}

/// A broker takes its own configurations, and the default of all (`""`).
pub(super) fn check_broker_name(ctx: &Ctx, name: &Str) -> Result<(), Refusal> {
    let here = ctx.broker_id();
    let refused = |message| Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
    match name.parse::<i32>() {
        _ if name.is_empty() => Ok(()),
        Err(_) => refused(format!("Node id must be an integer, but it is: {name}")),
        Ok(id) if id != here => {
            refused(format!("Unexpected broker id, expected {here}, but received {name}"))
        }
        Ok(_) => Ok(()),
    }
}

/// Which defaults count as synonyms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Defaults {
    /// Those of broker configurations.
    OfBrokers,
    All,
    None,
}

impl Defaults {
    fn count(self, layer: &Layer) -> bool {
        layer.source != Source::DefaultConfig
            || match self {
                Self::OfBrokers => {
                    broker_definition(&layer.name).is_some_and(|d| d.default.is_some())
                }
                Self::All => layer.value.is_some(),
                Self::None => false,
            }
    }
}

/// One configuration with its layers, strongest first. Sensitive values are left out.
pub(super) fn described(
    definition: &'static ConfigDef,
    layers: Vec<Layer>,
    read_only: bool,
    synonyms: Option<Defaults>,
) -> DescribeConfigsResourceResult {
    let effective = layers.first();
    let shown = |value: Option<Str>| value.filter(|_| !definition.sensitive);
    DescribeConfigsResourceResult {
        name: Str::from_static(definition.name),
        value: effective.and_then(|layer| shown(layer.value.clone())),
        read_only,
        config_source: effective.map_or(-1, |layer| layer.source as i8),
        is_sensitive: definition.sensitive,
        documentation: None,
        config_type: definition.kind.code(),
        synonyms: synonyms.map_or_else(Vec::new, |defaults| {
            let shown = layers.into_iter().filter(|layer| defaults.count(layer));
            shown.map(|layer| synonym(layer, definition.sensitive)).collect()
        }),
        ..Default::default()
    }
}

/// Layers as they are told.
pub(super) fn synonyms_of(layers: impl IntoIterator<Item = Layer>) -> Vec<DescribeConfigsSynonym> {
    layers.into_iter().map(|layer| synonym(layer, false)).collect()
}

fn synonym(layer: Layer, sensitive: bool) -> DescribeConfigsSynonym {
    DescribeConfigsSynonym {
        name: layer.name,
        value: layer.value.filter(|_| !sensitive),
        source: layer.source as i8,
        ..Default::default()
    }
}

/// A broker configuration that no definition knows: kept for plug-ins, and never shown.
pub(super) fn custom(
    key: &Str,
    layers: Vec<Layer>,
    synonyms: bool,
) -> DescribeConfigsResourceResult {
    DescribeConfigsResourceResult {
        name: key.clone(),
        value: None,
        read_only: true,
        config_source: layers.first().map_or(-1, |layer| layer.source as i8),
        is_sensitive: true,
        synonyms: if synonyms {
            layers.into_iter().map(|layer| synonym(layer, true)).collect()
        } else {
            Vec::new()
        },
        ..Default::default()
    }
}
