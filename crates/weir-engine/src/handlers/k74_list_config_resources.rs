//! ListConfigResources, key 74, versions 0 to 1 (KIP-714, KIP-1142): what has, or can have,
//! configurations. v0 knows client metrics only.

use weir_wire::messages::list_config_resources_request::ListConfigResourcesRequest;
use weir_wire::messages::list_config_resources_response::{
    ConfigResource, ListConfigResourcesResponse,
};
use weir_wire::{ErrorCode, Str};

use crate::config::ResourceType;
use crate::ctx::Ctx;
use crate::reply::Reply;

const ALL: [ResourceType; 5] = [
    ResourceType::Topic,
    ResourceType::Broker,
    ResourceType::BrokerLogger,
    ResourceType::ClientMetrics,
    ResourceType::Group,
];

pub(crate) fn handle(
    ctx: &Ctx,
    request: ListConfigResourcesRequest,
) -> Reply<ListConfigResourcesResponse> {
    let kinds: Option<Vec<ResourceType>> = match ctx.version() {
        0 => Some(vec![ResourceType::ClientMetrics]),
        _ if request.resource_types.is_empty() => Some(ALL.to_vec()),
        _ => request.resource_types.iter().map(|id| ResourceType::from_id(*id)).collect(),
    };
    let Some(mut kinds) = kinds else {
        return Reply::Done(ListConfigResourcesResponse {
            error_code: ErrorCode::UNSUPPORTED_VERSION.0,
            ..Default::default()
        });
    };
    kinds.sort_unstable();
    kinds.dedup();
    let listed = kinds.into_iter().flat_map(|kind| {
        names(ctx, kind).into_iter().map(move |resource_name| ConfigResource {
            resource_name,
            resource_type: kind as i8,
            ..Default::default()
        })
    });
    let config_resources = listed.collect();
    Reply::Done(ListConfigResourcesResponse { config_resources, ..Default::default() })
}

fn names(ctx: &Ctx, kind: ResourceType) -> Vec<Str> {
    let image = ctx.image();
    match kind {
        ResourceType::Topic => image.topics().map(|topic| topic.name().clone()).collect(),
        ResourceType::Broker | ResourceType::BrokerLogger => {
            image.live_brokers().map(|broker| Str::from(broker.id.to_string())).collect()
        }
        ResourceType::ClientMetrics | ResourceType::Group => {
            image.configs().resources(kind).map(|(name, _)| name.clone()).collect()
        }
    }
}
