//! IncrementalAlterConfigs, key 44, versions 0 to 1 (KIP-339).
//!
//! SET, DELETE, and APPEND and SUBTRACT for lists; topics, one broker, the default of all brokers
//! (`""`), groups, client metrics. Each resource is changed as a whole or not at all. Topic
//! configurations take effect at once.

use std::collections::HashMap;

use weir_wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, IncrementalAlterConfigsRequest,
};
use weir_wire::messages::incremental_alter_configs_response::{
    AlterConfigsResourceResponse, IncrementalAlterConfigsResponse,
};

use weir_wire::{ErrorCode, Str};

use super::configs::{check_broker_name, twice};
use crate::config::{Operation, ResourceType};
use crate::controller::{Alteration, Refusal};
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: IncrementalAlterConfigsRequest,
) -> Reply<IncrementalAlterConfigsResponse> {
    let mut seen: HashMap<(i8, &Str), usize> = HashMap::new();
    for resource in &request.resources {
        *seen.entry((resource.resource_type, &resource.resource_name)).or_default() += 1;
    }
    let alterations = request.resources.iter().map(|resource| {
        match seen.get(&(resource.resource_type, &resource.resource_name)) {
            Some(1) => alteration(ctx, resource, request.validate_only),
            _ => Err(twice()),
        }
    });
    let alterations: Vec<Result<Alteration, Refusal>> = alterations.collect();
    let controller = ctx.engine().controller();
    let answers = controller.alter_configs(&alterations, request.validate_only);
    let answers = answers.unwrap_or_else(|error| {
        let refusal = Refusal::from(error);
        alterations.iter().map(|_| Err(refusal.clone())).collect()
    });
    let responses = request.resources.into_iter().zip(answers).map(|(resource, answer)| {
        let refusal = answer.err();
        AlterConfigsResourceResponse {
            error_code: refusal.as_ref().map_or(ErrorCode::NONE, |r| r.code).0,
            error_message: refusal.and_then(|r| r.text()),
            resource_type: resource.resource_type,
            resource_name: resource.resource_name,
            ..Default::default()
        }
    });
    let responses = responses.collect();
    Reply::Done(IncrementalAlterConfigsResponse { responses, ..Default::default() })
}

fn alteration(
    ctx: &Ctx,
    resource: &AlterConfigsResource,
    validate_only: bool,
) -> Result<Alteration, Refusal> {
    let invalid = |message: String| Refusal::new(ErrorCode::INVALID_REQUEST, message);
    let kind = ResourceType::from_id(resource.resource_type)
        .ok_or_else(|| invalid(format!("Unknown resource type {}", resource.resource_type)))?;
    if kind == ResourceType::Broker {
        check_broker_name(ctx, &resource.resource_name)?;
    }
    let changes = resource.configs.iter().map(|config| {
        let operation = Operation::from_id(config.config_operation).ok_or_else(|| {
            invalid(format!("Unknown operation type {}.", config.config_operation))
        })?;
        Ok((config.name.clone(), operation, config.value.clone()))
    });
    let mut changes: Vec<(Str, Operation, Option<Str>)> =
        changes.collect::<Result<_, Refusal>>()?;
    if kind == ResourceType::BrokerLogger {
        check_logger_name(ctx, &resource.resource_name)?;
        // Log levels are no metadata: they are set here, and nothing is left for the controllers.
        ctx.engine().loggers().alter(&changes, validate_only)?;
        changes.clear();
    }
    Ok(Alteration { kind, name: resource.resource_name.clone(), changes, replace: false })
}

fn check_logger_name(ctx: &Ctx, name: &Str) -> Result<(), Refusal> {
    let here = ctx.broker_id();
    let refused = |message| Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
    match name.parse::<i32>() {
        Err(_) => refused(format!("Node id must be an integer, but it is: {name}")),
        Ok(id) if id != here => {
            refused(format!("Unexpected node id. Expected {here}, but received {name}"))
        }
        Ok(_) => Ok(()),
    }
}
