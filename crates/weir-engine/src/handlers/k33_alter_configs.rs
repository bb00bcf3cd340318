//! AlterConfigs, key 33, versions 0 to 2: what is not named goes back to its default. Clients before
//! KIP-339 have only this one.

use weir_wire::ErrorCode;
use weir_wire::messages::alter_configs_request::{AlterConfigsRequest, AlterConfigsResource};
use weir_wire::messages::alter_configs_response::{
    AlterConfigsResourceResponse, AlterConfigsResponse,
};

use super::configs::{check_broker_name, twice};
use crate::config::{Operation, ResourceType};
use crate::controller::{Alteration, Refusal};
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: AlterConfigsRequest) -> Reply<AlterConfigsResponse> {
    let alterations: Vec<Result<Alteration, Refusal>> = request
        .resources
        .iter()
        .map(|resource| {
            let same = |r: &&AlterConfigsResource| {
                r.resource_type == resource.resource_type
                    && r.resource_name == resource.resource_name
            };
            if request.resources.iter().filter(same).count() > 1 {
                return Err(twice());
            }
            alteration(ctx, resource)
        })
        .collect();
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
    Reply::Done(AlterConfigsResponse { responses: responses.collect(), ..Default::default() })
}

fn alteration(ctx: &Ctx, resource: &AlterConfigsResource) -> Result<Alteration, Refusal> {
    let kind = ResourceType::from_id(resource.resource_type)
        .filter(|kind| *kind != ResourceType::BrokerLogger)
        .ok_or_else(|| {
            let message = format!("Unknown resource type {}", resource.resource_type);
            Refusal::new(ErrorCode::INVALID_REQUEST, message)
        })?;
    if kind == ResourceType::Broker {
        check_broker_name(ctx, &resource.resource_name)?;
    }
    let changes = resource.configs.iter();
    let changes = changes.map(|c| (c.name.clone(), Operation::Set, c.value.clone())).collect();
    Ok(Alteration { kind, name: resource.resource_name.clone(), changes, replace: true })
}
