//! StreamsGroupTopologyDescriptionUpdate, key 93, version 0.
//!
//! What a broker does without a plugin that keeps topology descriptions
//! (`group.streams.topology.description.plugin.class`, a Java class): UNSUPPORTED_VERSION, and no
//! heartbeat asks for one.

use weir_wire::messages::streams_group_topology_description_update_request::StreamsGroupTopologyDescriptionUpdateRequest;
use weir_wire::messages::streams_group_topology_description_update_response::StreamsGroupTopologyDescriptionUpdateResponse;
use weir_wire::{ErrorCode, Str};

use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: StreamsGroupTopologyDescriptionUpdateRequest,
) -> Reply<StreamsGroupTopologyDescriptionUpdateResponse> {
    let configs = &ctx.engine().groups().env().streams_configs;
    let message = match configs.of_group(ctx.image(), &request.group_id).is_enabled {
        true => "The broker has no streams group topology description plugin configured.",
        false => "The version of API is not supported.",
    };
    Reply::Done(StreamsGroupTopologyDescriptionUpdateResponse {
        error_code: ErrorCode::UNSUPPORTED_VERSION.0,
        error_message: Some(Str::from_static(message)),
        ..Default::default()
    })
}
