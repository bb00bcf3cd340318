//! IncrementalAlterConfigs, key 44, versions 0 to 1 (KIP-339).
//!
//! SET, DELETE, and APPEND and SUBTRACT for lists; topics, one broker, the default of all brokers
//! (`""`), groups, client metrics. Each resource is changed as a whole or not at all. Topic
//! configurations take effect at once.

use std::collections::HashSet;

use weir_wire::ErrorCode;
use weir_wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, IncrementalAlterConfigsRequest,
};
use weir_wire::messages::incremental_alter_configs_response::{
    AlterConfigsResourceResponse, IncrementalAlterConfigsResponse,
};

use crate::config::{Operation, ResourceType};
use crate::controller::{Alteration, Refusal};
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: IncrementalAlterConfigsRequest,
) -> Reply<IncrementalAlterConfigsResponse> {
    let mut seen = HashSet::new();
    let mut alterations = Vec::with_capacity(request.resources.len());
    for resource in &request.resources {
        let first = seen.insert((resource.resource_type, resource.resource_name.clone()));
        alterations.push(if first { alteration(resource) } else { Err(twice()) });
    }
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

fn twice() -> Refusal {
    Refusal::new(ErrorCode::INVALID_REQUEST, "Each resource must appear at most once.")
}

fn alteration(resource: &AlterConfigsResource) -> Result<Alteration, Refusal> {
    let invalid = |message: String| Refusal::new(ErrorCode::INVALID_REQUEST, message);
    let kind = ResourceType::from_id(resource.resource_type)
        .ok_or_else(|| invalid(format!("Unknown resource type {}.", resource.resource_type)))?;
    let changes = resource.configs.iter().map(|config| {
        let operation = Operation::from_id(config.config_operation).ok_or_else(|| {
            invalid(format!("Unknown operation type {}.", config.config_operation))
        })?;
        Ok((config.name.clone(), operation, config.value.clone()))
    });
    let changes = changes.collect::<Result<_, Refusal>>()?;
    Ok(Alteration { kind, name: resource.resource_name.clone(), changes })
}
